package openai_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/search/openai"
)

// concepts stands in for a model that knows what words mean: each text becomes
// how much it tells of seats, of light and of something else.
func concepts(text string) []float32 {
	v := []float32{0, 0, 0.1}
	for _, w := range strings.Fields(strings.ToLower(text)) {
		switch w {
		case "sofa", "couch", "armchair", "settee":
			v[0]++
		case "lamp", "lantern", "light":
			v[1]++
		}
	}
	return v
}

type request struct {
	Input []string
	Model string
}

func server(t testing.TB, answer func(w http.ResponseWriter, r request) bool) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in request
		if r.URL.Path != "/v1/embeddings" || json.NewDecoder(r.Body).Decode(&in) != nil {
			http.NotFound(w, r)
			return
		}
		if answer != nil && answer(w, in) {
			return
		}
		data := make([]map[string]any, 0, len(in.Input))
		for i := len(in.Input) - 1; i >= 0; i-- { // in any order
			data = append(data, map[string]any{"index": i, "embedding": concepts(in.Input[i])})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": data, "model": in.Model})
	}))
	t.Cleanup(s.Close)
	return s
}

func TestThePipelineFindsByMeaning(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	s := server(t, func(_ http.ResponseWriter, r request) bool {
		calls.Add(1)
		require.LessOrEqual(t, len(r.Input), 3)
		require.Equal(t, "some-model", r.Model)
		return false
	})
	embedder, err := openai.New(openai.Config{BaseURL: s.URL + "/v1/", Model: "some-model", Batch: 3})
	require.NoError(t, err)
	engine, err := search.New(nil, search.NewFlatVectors(), embedder, search.Config{})
	require.NoError(t, err)
	var docs []search.Document
	for i, title := range []string{"Red sofa", "Oak armchair", "Desk lamp", "Garden lantern", "Blue settee", "Wool rug", ""} {
		docs = append(docs, search.Document{ID: fmt.Sprint(i), Text: map[string]string{search.FieldTitle: title}})
	}
	require.NoError(t, engine.Put(t.Context(), docs))
	require.EqualValues(t, 3, calls.Load())
	result, err := engine.Search(t.Context(), search.Query{Text: "couch"})
	require.NoError(t, err)
	require.Len(t, result.Hits, 3, "no product has the word")
	for _, h := range result.Hits {
		require.Contains(t, []string{"0", "1", "4"}, h.ID)
	}
}

func TestWhatPassesIsTriedAgain(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	s := server(t, func(w http.ResponseWriter, _ request) bool {
		if n := calls.Add(1); n < 3 {
			http.Error(w, `{"error":{"message":"slow down"}}`, map[int32]int{1: 429, 2: 503}[n])
			return true
		}
		return false
	})
	embedder, err := openai.New(openai.Config{BaseURL: s.URL + "/v1", Pause: time.Millisecond, MaxText: 5})
	require.NoError(t, err)
	vectors, err := embedder.EmbedQueries(t.Context(), []string{"sofa and more", "\xff"})
	require.NoError(t, err)
	require.Equal(t, [][]float32{{1, 0, 0.1}, {0, 0, 0.1}}, vectors)
	require.EqualValues(t, 3, calls.Load())
}

func TestWhatDoesNotPassIsAnErrorAtOnce(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(w http.ResponseWriter, _ request) bool{
		"refused": func(w http.ResponseWriter, _ request) bool {
			http.Error(w, `{"error":{"message":"no such model"}}`, http.StatusNotFound)
			return true
		},
		"too few": func(w http.ResponseWriter, _ request) bool {
			_, _ = fmt.Fprint(w, `{"data":[{"index":0,"embedding":[1]}]}`)
			return true
		},
		"uneven": func(w http.ResponseWriter, _ request) bool {
			_, _ = fmt.Fprint(w, `{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]}`)
			return true
		},
		"elsewhere": func(w http.ResponseWriter, _ request) bool {
			_, _ = fmt.Fprint(w, `{"data":[{"index":0,"embedding":[1]},{"index":7,"embedding":[1]}]}`)
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			s := server(t, func(w http.ResponseWriter, r request) bool { calls.Add(1); return answer(w, r) })
			embedder, err := openai.New(openai.Config{BaseURL: s.URL + "/v1", Pause: time.Millisecond})
			require.NoError(t, err)
			_, err = embedder.EmbedQueries(t.Context(), []string{"a", "b"})
			require.Error(t, err)
			require.EqualValues(t, 1, calls.Load())
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	embedder, err := openai.New(openai.Config{BaseURL: "http://127.0.0.1:1", Pause: time.Hour})
	require.NoError(t, err)
	_, err = embedder.EmbedQueries(ctx, []string{"a"})
	require.ErrorIs(t, err, context.Canceled)
	for _, c := range []openai.Config{{Batch: -1}, {Dimensions: -1}, {Timeout: -1}} {
		_, err := openai.New(c)
		require.ErrorContains(t, err, "Config.")
	}
}

func ExampleNew() {
	embedder, err := openai.New(openai.Config{BaseURL: "http://localhost:8081/v1", Model: "multilingual-e5-small", QueryPrefix: "query: ", DocumentPrefix: "passage: "})
	fmt.Println(embedder != nil, err)
	// Output: true <nil>
}
