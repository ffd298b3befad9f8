package connect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/qdranttest"
	"github.com/bodega-commerce/bodega/recommend"
	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/chromem"
	"github.com/bodega-commerce/bodega/storage/qdrant"
)

// learned makes a recommender with a model of people of four tastes; vectors is
// nil for scores of all.
func learned(t *testing.T, log *bytes.Buffer, vectors func(ctx context.Context, name string) (search.VectorIndex, error)) *Recommend {
	t.Helper()
	exact := 1
	if vectors == nil {
		exact = 1000
	}
	r, err := NewRecommend(nil, nil, nil, nil, RecommendConfig{Vectors: vectors, Logger: slog.New(slog.NewTextHandler(log, nil)), Engine: recommend.Config{Learners: []recommend.Learner{
		recommend.LearnFactors(recommend.FactorsConfig{Dim: 8, Sweeps: 4, Exact: exact}), recommend.LearnBPR(recommend.BPRConfig{Dim: 8, Epochs: 5, Exact: exact})}}})
	require.NoError(t, err)
	for i := range 80 {
		require.NoError(t, r.Engine().PutItems(t.Context(), recommend.Item{ID: fmt.Sprint("p", i)}))
	}
	train(t, r)
	return r
}

func train(t *testing.T, r *Recommend) {
	t.Helper()
	at := time.Now().Add(-1000 * time.Hour)
	report, err := r.Engine().Train(t.Context(), func(yield func(recommend.Interaction, error) bool) {
		for n := range 3000 {
			x := recommend.Interaction{User: fmt.Sprint("u", n%200), Item: fmt.Sprint("p", n%4+4*(n*n/7%20)), Time: at.Add(time.Duration(n) * time.Minute)}
			if !yield(x, nil) {
				return
			}
		}
	}, recommend.TrainConfig{MinUsers: 10_000})
	require.NoError(t, err)
	require.True(t, report.Swapped)
}

func home(t *testing.T, r *Recommend, session int) *recommend.Recommendation {
	t.Helper()
	require.NoError(t, r.Engine().Observe(t.Context(), recommend.Interaction{User: fmt.Sprint("session", session), Item: fmt.Sprint("p", session)}))
	found, err := r.Engine().Home(t.Context(), recommend.Request{User: fmt.Sprint("session", session)})
	require.NoError(t, err)
	require.Len(t, found.Items, 10)
	return found
}

// TestModelsInEachVectorIndex compares answers with those of scores of all.
func TestModelsInEachVectorIndex(t *testing.T) {
	t.Parallel()
	server, err := qdranttest.Start("")
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Close()) }()
	for name, open := range map[string]func(ctx context.Context, name string) (search.VectorIndex, error){
		"memory": func(context.Context, string) (search.VectorIndex, error) {
			return search.NewMemoryVectors(search.MemoryVectorsConfig{})
		},
		"chromem": func(ctx context.Context, name string) (search.VectorIndex, error) {
			return chromem.Open(ctx, t.TempDir()+"/"+name)
		},
		"qdrant": func(ctx context.Context, name string) (search.VectorIndex, error) {
			return qdrant.Open(ctx, qdrant.Config{Host: "127.0.0.1", Port: server.Port, Collection: name})
		},
	} {
		var log bytes.Buffer
		here, there := learned(t, &log, nil), learned(t, &log, open)
		for session := range 20 {
			want, got := home(t, here, session), home(t, there, session)
			require.Equal(t, want.Items, got.Items, name)
			require.Empty(t, got.Degraded, name)
		}
		require.Empty(t, log.String(), name)
	}
	require.Positive(t, server.Calls("Points/Query"))
}

func TestVectorsOfModelsComeAndGo(t *testing.T) {
	t.Parallel()
	server, err := qdranttest.Start("")
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Close()) }()
	var log bytes.Buffer
	r := learned(t, &log, func(ctx context.Context, name string) (search.VectorIndex, error) {
		require.Regexp(t, `^recommend-[a-z0-9]{12}$`, name)
		return qdrant.Open(ctx, qdrant.Config{Host: "127.0.0.1", Port: server.Port, Collection: name})
	})
	first := server.Collections()
	require.Len(t, first, 2, "one for each model")
	before := home(t, r, 1)

	server.Before(func(method string) error {
		if method == "Points/Query" {
			return errors.New("out of order")
		}
		return nil
	})
	after := home(t, r, 1)
	require.NotEmpty(t, after.Degraded)
	require.Equal(t, before.Items[0].ID, after.Items[0].ID)
	require.Contains(t, log.String(), "recommend: asking an index")
	server.Before(nil)

	// A training takes their place, and so does time.
	train(t, r)
	require.Empty(t, home(t, r, 1).Degraded)
	require.Len(t, server.Collections(), 4, "answers that began before may still ask")
	r.retired.discard(t.Context(), time.Now().Add(-lastAnswer), r.cfg.Logger)
	require.Len(t, server.Collections(), 4)
	r.retired.discard(t.Context(), time.Now().Add(time.Second), r.cfg.Logger)
	require.Len(t, server.Collections(), 2)
	require.NotSubset(t, server.Collections(), first)
	require.NoError(t, r.renew(t.Context()))
	require.Len(t, server.Collections(), 2)
	info, _ := r.Engine().Serving()
	for v := range r.vectors {
		v.opened = v.opened.Add(-2 * renewAfter)
	}
	require.NoError(t, r.renew(t.Context()))
	renewed, _ := r.Engine().Serving()
	require.Equal(t, info.Version, renewed.Version)
	require.Len(t, server.Collections(), 4)
	require.Empty(t, home(t, r, 1).Degraded)

	r.finish(t.Context())
	require.Empty(t, server.Collections())
	require.NotEmpty(t, home(t, r, 1).Degraded, "it answers on")
}
