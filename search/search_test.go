package search_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/search"
)

// shop is a small catalog: three kinds of goods in four colors.
func shop() []search.Document {
	var docs []search.Document
	for _, kind := range []struct{ name, department, text string }{
		{"leather sofa", "Furniture", "Comfortable couch for the living room"},
		{"cotton shirt", "Clothing", "Soft garment with a collar"},
		{"desk lamp", "Lighting", "Bright light for the study"},
	} {
		for i, color := range []string{"red", "blue", "green", "black"} {
			docs = append(docs, search.Document{ID: strings.ReplaceAll(kind.name, " ", "-") + "-" + color, Locale: "en", Categories: [][]string{{"Goods", kind.department}},
				Text:   map[string]string{"title": color + " " + kind.name, "color": color, "brand": "Acme", "description": kind.text},
				Rating: 4, Ratings: 10 * i})
		}
	}
	return docs
}

func newEngine(t testing.TB, config search.Config) *search.Engine {
	t.Helper()
	ctx := context.Background()
	lsa, err := search.TrainLSA(ctx, shop(), search.LSAConfig{Dimensions: 8})
	require.NoError(t, err)
	engine, err := search.New(search.NewMemoryIndex(nil), search.NewFlatVectors(), lsa, config)
	require.NoError(t, err)
	require.NoError(t, engine.Put(ctx, shop()))
	return engine
}

func TestEngineFindsInEachMode(t *testing.T) {
	engine := newEngine(t, search.Config{})
	for _, mode := range []search.Mode{search.Ranked, search.Keyword, search.Semantic, search.Fused} {
		result, err := engine.Search(t.Context(), search.Query{Text: "red leather sofa", Locale: "en", Limit: 3, Mode: mode})
		require.NoError(t, err)
		require.Equal(t, "leather-sofa-red", result.Hits[0].ID, "mode %d", mode)
		require.LessOrEqual(t, len(result.Hits), 3)
		for i, h := range result.Hits[1:] {
			require.LessOrEqual(t, h.Score, result.Hits[i].Score)
		}
	}
}

func TestEngineGivesReasons(t *testing.T) {
	engine := newEngine(t, search.Config{})
	result, err := engine.Search(t.Context(), search.Query{Text: "red sofa"})
	require.NoError(t, err)
	require.NotEmpty(t, result.Hits[0].Reasons)
	for _, r := range result.Hits[0].Reasons {
		require.Contains(t, search.Signals(), r.Signal)
		require.Positive(t, r.Weight)
	}
}

func TestVectorsFindWhatWordsDoNot(t *testing.T) {
	engine := newEngine(t, search.Config{})
	result, err := engine.Search(t.Context(), search.Query{Text: "lighting", Mode: search.Semantic, Limit: 4})
	require.NoError(t, err)
	require.Len(t, result.Hits, 4)
	for _, h := range result.Hits {
		require.Contains(t, h.ID, "lamp")
	}
}

func TestEngineWithoutVectors(t *testing.T) {
	engine, err := search.New(search.NewMemoryIndex(nil), nil, nil, search.Config{})
	require.NoError(t, err)
	require.NoError(t, engine.Put(t.Context(), shop()))
	for _, mode := range []search.Mode{search.Ranked, search.Keyword, search.Semantic, search.Fused} {
		result, err := engine.Search(t.Context(), search.Query{Text: "blue lamp", Mode: mode})
		require.NoError(t, err)
		require.Equal(t, "desk-lamp-blue", result.Hits[0].ID)
	}
}

func TestEngineReplacesAndDeletes(t *testing.T) {
	engine := newEngine(t, search.Config{})
	first := func(text string) string {
		result, err := engine.Search(t.Context(), search.Query{Text: text})
		require.NoError(t, err)
		if len(result.Hits) == 0 {
			return ""
		}
		return result.Hits[0].ID
	}
	require.NoError(t, engine.Put(t.Context(), []search.Document{{ID: "leather-sofa-red", Text: map[string]string{"title": "Unicorn"}}}))
	require.Equal(t, "leather-sofa-red", first("unicorn"))
	require.NotEqual(t, "leather-sofa-red", first("red leather sofa"))
	var ids []string
	for _, d := range shop() {
		ids = append(ids, d.ID)
	}
	require.NoError(t, engine.Delete(t.Context(), append(ids, "nobody")))
	require.Empty(t, first("unicorn"))
	require.Empty(t, first("sofa"))
}

func TestQueriesThatAreRefusedOrEmpty(t *testing.T) {
	engine := newEngine(t, search.Config{})
	var refused *search.QueryError
	_, err := engine.Search(t.Context(), search.Query{Text: strings.Repeat("sofa ", 2000)})
	require.ErrorAs(t, err, &refused)
	_, err = engine.Search(t.Context(), search.Query{Text: "sofa", Limit: -1})
	require.ErrorAs(t, err, &refused)
	result, err := engine.Search(t.Context(), search.Query{Text: " -- "})
	require.NoError(t, err)
	require.Empty(t, result.Hits)
}

func FuzzSearch(f *testing.F) {
	for _, text := range []string{"red sofa", "\x00\xff", "((((", "the of", "sofa for with", "赤いソファ", strings.Repeat("a", 3000)} {
		f.Add(text)
	}
	engine := newEngine(f, search.Config{})
	f.Fuzz(func(t *testing.T, text string) {
		result, err := engine.Search(t.Context(), search.Query{Text: text})
		if len(text) > search.MaxQuery {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		require.LessOrEqual(t, len(result.Hits), 12)
	})
}

func TestNewRefuses(t *testing.T) {
	_, err := search.New(search.NewMemoryIndex(nil), search.NewFlatVectors(), nil, search.Config{})
	require.Error(t, err)
	_, err = search.New(search.NewMemoryIndex(nil), nil, nil, search.Config{Depth: -1})
	require.ErrorContains(t, err, "Config.Depth")
}

func TestReciprocalRank(t *testing.T) {
	fused := search.ReciprocalRank{K: 1}.Fuse([]search.Match{{ID: "a", Score: 9}, {ID: "b", Score: 8}}, []search.Match{{ID: "b", Score: 0.5}})
	require.Equal(t, "b", fused[0].ID)
	require.InDelta(t, 1./3+1./2, fused[0].Score, 1e-12)
	require.Equal(t, search.Match{ID: "a", Score: 0.5}, fused[1])
}

func TestWeightedScores(t *testing.T) {
	fused := search.WeightedScores{VectorWeight: 2}.Fuse([]search.Match{{ID: "a", Score: 4}, {ID: "b", Score: 2}}, []search.Match{{ID: "b", Score: 0.5}})
	require.Equal(t, []search.Match{{ID: "b", Score: 2.5}, {ID: "a", Score: 1}}, fused)
}

func TestTrustingIgnoresVectorsThatWordsDoNotConfirm(t *testing.T) {
	words := []search.Match{{ID: "a", Score: 4}, {ID: "b", Score: 2}}
	fused := search.Trusting{}.Fuse(words, []search.Match{{ID: "x", Score: 0.9}, {ID: "y", Score: 0.8}})
	require.Equal(t, "a", fused[0].ID)
	require.Equal(t, "b", fused[1].ID)
	fused = search.Trusting{}.Fuse(words, []search.Match{{ID: "b", Score: 0.9}, {ID: "a", Score: 0.1}})
	require.Equal(t, "b", fused[0].ID)
	require.Equal(t, "x", search.Trusting{}.Fuse(nil, []search.Match{{ID: "x", Score: 0.9}})[0].ID)
}

func TestFusionKeepsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := func(label string) []search.Match {
			ids := rapid.SliceOfDistinct(rapid.StringMatching("[a-f]"), rapid.ID[string]).Draw(t, label)
			matches := make([]search.Match, len(ids))
			for i, id := range ids {
				matches[i] = search.Match{ID: id, Score: float64(len(ids) - i)}
			}
			return matches
		}
		keyword, vector := list("keyword"), list("vector")
		want := map[string]bool{}
		for _, m := range append(append([]search.Match(nil), keyword...), vector...) {
			want[m.ID] = true
		}
		for _, fused := range [][]search.Match{search.ReciprocalRank{}.Fuse(keyword, vector), search.WeightedScores{}.Fuse(keyword, vector)} {
			if len(fused) != len(want) {
				t.Fatalf("%d of %d", len(fused), len(want))
			}
			for i, m := range fused {
				if !want[m.ID] || i > 0 && fused[i-1].Score < m.Score {
					t.Fatalf("%v", fused)
				}
			}
		}
	})
}

func TestLSAIsSavedAndLoaded(t *testing.T) {
	lsa, err := search.TrainLSA(t.Context(), shop(), search.LSAConfig{Dimensions: 5, Seed: 3, Weights: search.FieldWeights{"title": 1.7}})
	require.NoError(t, err)
	var saved bytes.Buffer
	require.NoError(t, lsa.Save(&saved))
	loaded, err := search.LoadLSA(bytes.NewReader(saved.Bytes()))
	require.NoError(t, err)
	require.Equal(t, lsa.Dimensions(), loaded.Dimensions())
	want, err := lsa.EmbedDocuments(t.Context(), shop())
	require.NoError(t, err)
	got, err := loaded.EmbedDocuments(t.Context(), shop())
	require.NoError(t, err)
	require.Equal(t, want, got)

	again, err := search.TrainLSA(t.Context(), shop(), search.LSAConfig{Dimensions: 5, Seed: 3, Weights: search.FieldWeights{"title": 1.7}})
	require.NoError(t, err)
	var same bytes.Buffer
	require.NoError(t, again.Save(&same))
	require.Equal(t, saved.Bytes(), same.Bytes(), "the same seed gives the same bytes")

	var damaged *search.FormatError
	for i := 0; i < saved.Len(); i += 97 {
		spoiled := bytes.Clone(saved.Bytes())
		spoiled[i] ^= 4
		_, err := search.LoadLSA(bytes.NewReader(spoiled))
		require.ErrorAs(t, err, &damaged, "byte %d", i)
		_, err = search.LoadLSA(bytes.NewReader(saved.Bytes()[:i]))
		require.ErrorAs(t, err, &damaged, "cut at %d", i)
	}
}

func FuzzLoadLSA(f *testing.F) {
	lsa, err := search.TrainLSA(context.Background(), shop(), search.LSAConfig{Dimensions: 2, MaxTerms: 5})
	require.NoError(f, err)
	var saved bytes.Buffer
	require.NoError(f, lsa.Save(&saved))
	f.Add(saved.Bytes())
	f.Add([]byte("bodega-lsa-1\n\xff\xff\xff\xff"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = search.LoadLSA(bytes.NewReader(data))
	})
}

func TestLSARefuses(t *testing.T) {
	for _, c := range []search.LSAConfig{{Dimensions: -1}, {MaxTerms: -1}, {Iterations: -1}} {
		_, err := search.TrainLSA(t.Context(), shop(), c)
		require.ErrorContains(t, err, "LSAConfig.")
	}
	_, err := search.TrainLSA(t.Context(), nil, search.LSAConfig{})
	require.ErrorContains(t, err, "nothing to learn")
}

func TestTrainLinearLearnsWhatSeparates(t *testing.T) {
	signals := len(search.Signals())
	query := search.Judged{}
	for i := range 10 {
		s := make([]float64, signals)
		s[3] = float64(i%5) / 5
		s[4] = float64(i%2) * 3 // says nothing
		query.Candidates = append(query.Candidates, search.Candidate{ID: fmt.Sprint(i), Signals: s})
		query.Gains = append(query.Gains, float64(i%5))
	}
	ranker, err := search.TrainLinear(t.Context(), []search.Judged{query}, search.LinearConfig{})
	require.NoError(t, err)
	require.Greater(t, ranker[3], 0.5)
	require.InDelta(t, 0, ranker[0], 1e-9)
	again, err := search.TrainLinear(t.Context(), []search.Judged{query}, search.LinearConfig{})
	require.NoError(t, err)
	require.Equal(t, ranker, again)

	_, err = search.TrainLinear(t.Context(), nil, search.LinearConfig{})
	require.Error(t, err)
	_, err = search.TrainLinear(t.Context(), []search.Judged{{Gains: []float64{1}}}, search.LinearConfig{})
	require.Error(t, err)
}

func Example() {
	ctx := context.Background()
	documents := shop()
	lsa, err := search.TrainLSA(ctx, documents, search.LSAConfig{})
	if err != nil {
		panic(err)
	}
	engine, err := search.New(search.NewMemoryIndex(nil), search.NewFlatVectors(), lsa, search.Config{})
	if err != nil {
		panic(err)
	}
	if err := engine.Put(ctx, documents); err != nil {
		panic(err)
	}
	result, err := engine.Search(ctx, search.Query{Text: "green shirt", Limit: 1})
	if err != nil {
		panic(err)
	}
	fmt.Println(result.Hits[0].ID)
	// Output: cotton-shirt-green
}
