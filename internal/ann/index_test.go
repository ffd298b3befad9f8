package ann_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/ann"
	"github.com/bodega-commerce/bodega/internal/ann/anntest"
)

func newIndex(t testing.TB, dim int, cfg ann.Config, vectors [][]float32) *ann.Index {
	t.Helper()
	x, err := ann.New(dim, cfg)
	require.NoError(t, err)
	require.NoError(t, x.Add(context.Background(), numbered(vectors, 0)...))
	return x
}

// TestRecall holds the promise of Config.Recall, less the error of a sample,
// on what is easy to cluster and on what is not.
func TestRecall(t *testing.T) {
	const n, dim, q = 5000, 48, 100
	clustered := func(s anntest.Shape) [][]float32 {
		s.Dim = dim
		return anntest.Clustered(s, n+q, 7)
	}
	weighted := clustered(anntest.Shape{Clusters: 50, Spread: 1})
	rng := rand.New(rand.NewPCG(1, 2))
	for _, v := range weighted[:n] {
		popularity := float32(math.Exp(rng.NormFloat64() / 2))
		for i := range v {
			v[i] *= popularity
		}
	}
	repeated := clustered(anntest.Shape{})
	for i := range n {
		repeated[i] = repeated[i%(n/5)]
	}
	for name, vectors := range map[string][][]float32{
		"clustered":         clustered(anntest.Shape{}),
		"round clusters":    clustered(anntest.Shape{Noise: 1}),
		"unequal clusters":  clustered(anntest.Shape{Skew: 1}),
		"few wide clusters": clustered(anntest.Shape{Clusters: 20, Spread: 1}),
		"tiny clusters":     clustered(anntest.Shape{Clusters: 1000, Rank: 6}),
		"one cluster":       clustered(anntest.Shape{Clusters: 1, Rank: 32, Spread: 1}),
		"uniform":           anntest.Uniform(32, n+q, 3),
		"unequal lengths":   weighted,
		"five of each":      repeated,
	} {
		for _, metric := range []ann.Metric{ann.Cosine, ann.InnerProduct, ann.L2} {
			t.Run(fmt.Sprint(name, " ", metric), func(t *testing.T) {
				x := newIndex(t, len(vectors[0]), ann.Config{Metric: metric}, vectors[:n])
				assert.GreaterOrEqual(t, measure(t, "plain", x, vectors[n:], nil), 0.95)
				assert.GreaterOrEqual(t, measure(t, "filter of 1%", x, vectors[n:], onePercent), 0.95)
			})
		}
	}
}

func TestRecallOfCodesInAnExactIndex(t *testing.T) {
	vectors := anntest.Clustered(anntest.Shape{}, 10_100, 5)
	x := newIndex(t, 64, ann.Config{Exact: true, Quantize: ann.Int8}, vectors[:10_000])
	require.GreaterOrEqual(t, measure(t, "codes", x, vectors[10_000:], nil), 0.99)
}

func TestTuneForQueriesFromElsewhere(t *testing.T) {
	vectors := anntest.Clustered(anntest.Shape{Clusters: 200}, 20_000, 5)
	queries := anntest.Uniform(64, 300, 6)
	x := newIndex(t, 64, ann.Config{}, vectors)
	require.NoError(t, x.Tune(t.Context(), queries[:200]...))
	require.GreaterOrEqual(t, measure(t, "tuned", x, queries[200:], nil), 0.95)
	require.NoError(t, x.Tune(t.Context()))
	require.GreaterOrEqual(t, measure(t, "tuned on its own", x, vectors[:200], nil), 0.95)
	var wrong *ann.DimensionError
	require.ErrorAs(t, x.Tune(t.Context(), queries[0][:3]), &wrong)
}

func TestSmall(t *testing.T) {
	ctx := t.Context()
	for _, exact := range []bool{true, false} {
		x, err := ann.New(3, ann.Config{Exact: exact})
		require.NoError(t, err)
		hits, err := x.Search(ctx, []float32{1, 0, 0}, 5, ann.Options{})
		require.NoError(t, err)
		require.Empty(t, hits)
		deleted, err := x.Delete(ctx, "a")
		require.NoError(t, err)
		require.Zero(t, deleted)
		require.NoError(t, x.Add(ctx))
		require.NoError(t, x.Optimize(ctx))

		require.NoError(t, x.Add(ctx, ann.Item{ID: "a", Vector: []float32{2, 0, 0}}, ann.Item{ID: "zero", Vector: []float32{0, 0, 0}},
			ann.Item{ID: "a", Vector: []float32{0, 3, 0}}))
		hits, err = x.Search(ctx, []float32{0, 5, 0}, 5, ann.Options{})
		require.NoError(t, err)
		require.Equal(t, []ann.Hit{{ID: "a", Score: 1}, {ID: "zero", Score: 0}}, hits)
		hits, err = x.Search(ctx, []float32{0, 0, 0}, 1, ann.Options{})
		require.NoError(t, err)
		require.Equal(t, []ann.Hit{{ID: "a", Score: 0}}, hits)

		require.NoError(t, x.Add(ctx, ann.Item{ID: "a", Vector: []float32{1, 0, 0}}))
		require.Equal(t, 2, x.Len())
		hits, err = x.Search(ctx, []float32{0, 5, 0}, 1, ann.Options{Filter: func(id string) bool { return id != "zero" }})
		require.NoError(t, err)
		require.Equal(t, []ann.Hit{{ID: "a", Score: 0}}, hits)

		deleted, err = x.Delete(ctx, "a", "a", "zero")
		require.NoError(t, err)
		require.Equal(t, 2, deleted)
		require.Zero(t, x.Len())
	}
}

func TestVectorsAreCopied(t *testing.T) {
	for _, metric := range []ann.Metric{ann.Cosine, ann.L2} {
		v := []float32{3, 4}
		x := newIndex(t, 2, ann.Config{Metric: metric}, [][]float32{v})
		v[0] = -100
		hits, err := x.Search(t.Context(), []float32{3, 4}, 1, ann.Options{})
		require.NoError(t, err)
		require.InDelta(t, map[ann.Metric]float64{ann.Cosine: 1, ann.L2: 0}[metric], hits[0].Score, 1e-6)
	}
}

func TestEqualVectors(t *testing.T) {
	ctx := t.Context()
	x, err := ann.New(8, ann.Config{Metric: ann.L2})
	require.NoError(t, err)
	same := make([][]float32, 100)
	for i := range same {
		same[i] = []float32{1, 2, 3, 4, 5, 6, 7, 8}
	}
	for at := 0; at < 5000; at += len(same) {
		require.NoError(t, x.Add(ctx, numbered(same, at)...))
	}
	require.NoError(t, x.Add(ctx, ann.Item{ID: "other", Vector: make([]float32, 8)}))
	hits, err := x.Search(ctx, same[0], 3, ann.Options{})
	require.NoError(t, err)
	require.Equal(t, []ann.Hit{{ID: "0"}, {ID: "1"}, {ID: "10"}}, hits)
	hits, err = x.Search(ctx, make([]float32, 8), 1, ann.Options{})
	require.NoError(t, err)
	require.Equal(t, "other", hits[0].ID)
}

func TestRefusals(t *testing.T) {
	ctx := t.Context()
	x := newIndex(t, 2, ann.Config{}, [][]float32{{1, 0}})
	nan, inf := float32(math.NaN()), float32(math.Inf(1))

	var dimension *ann.DimensionError
	good := ann.Item{ID: "good", Vector: []float32{1, 1}}
	require.ErrorAs(t, x.Add(ctx, good, ann.Item{ID: "short", Vector: []float32{1}}), &dimension)
	require.Equal(t, ann.DimensionError{ID: "short", Got: 1, Want: 2}, *dimension)
	require.EqualError(t, dimension, `ann: vector "short" has 1 dimensions, the index has 2`)
	_, err := x.Search(ctx, []float32{1, 2, 3}, 1, ann.Options{})
	require.EqualError(t, err, "ann: the query has 3 dimensions, the index has 2")

	var vector *ann.VectorError
	require.ErrorAs(t, x.Add(ctx, good, ann.Item{ID: "odd", Vector: []float32{nan, 1}}), &vector)
	require.EqualError(t, vector, `ann: vector "odd" holds a NaN`)
	require.ErrorAs(t, x.Add(ctx, ann.Item{ID: "far", Vector: []float32{inf, 1}}), &vector)
	require.ErrorAs(t, x.Add(ctx, ann.Item{ID: "far", Vector: []float32{1e16, 1}}), &vector)
	require.ErrorAs(t, x.Add(ctx, ann.Item{ID: strings.Repeat("x", 5000), Vector: []float32{1, 1}}), &vector)
	require.Less(t, len(vector.Error()), 200)
	_, err = x.Search(ctx, []float32{nan, 0}, 1, ann.Options{})
	require.EqualError(t, err, "ann: the query holds a NaN")
	require.Equal(t, 1, x.Len(), "nothing of a refused call is kept")

	var config *ann.ConfigError
	require.ErrorAs(t, x.Add(ctx, ann.Item{Vector: []float32{1, 1}}), &config)
	_, err = x.Search(ctx, []float32{1, 0}, 0, ann.Options{})
	require.ErrorAs(t, err, &config)
	for _, dim := range []int{0, -1, 1 << 20} {
		_, err = ann.New(dim, ann.Config{})
		require.ErrorAs(t, err, &config)
	}
	for _, cfg := range []ann.Config{
		{Metric: 9}, {Quantize: 9}, {ListSize: 3}, {ListSize: 1 << 30}, {Recall: 1}, {Recall: -1}, {Recall: math.NaN()}, {Workers: -1},
	} {
		_, err = ann.New(2, cfg)
		require.ErrorAs(t, err, &config, "%+v", cfg)
	}
}

func TestExtremeValues(t *testing.T) {
	for _, metric := range []ann.Metric{ann.Cosine, ann.InnerProduct, ann.L2} {
		x := newIndex(t, 2, ann.Config{Metric: metric}, [][]float32{{1e15 / 2, 1e14}, {-1e-40, 1e-40}, {1e-20, 1e15 / 2}, {1, 1}})
		for _, query := range [][]float32{{1e14, -1e15 / 2}, {1e-42, 1e-42}, {1, 1}} {
			hits, err := x.Search(t.Context(), query, 4, ann.Options{})
			require.NoError(t, err)
			require.Len(t, hits, 4)
			for _, h := range hits {
				require.False(t, math.IsNaN(float64(h.Score)) || math.IsInf(float64(h.Score), 0), "%v %v %v", metric, query, h)
			}
		}
	}
}

func TestContextEnds(t *testing.T) {
	x := newIndex(t, 16, ann.Config{}, anntest.Uniform(16, 5000, 1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, x.Add(ctx, ann.Item{ID: "a", Vector: make([]float32, 16)}), context.Canceled)
	_, err := x.Delete(ctx, "1")
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, x.Optimize(ctx), context.Canceled)
	require.ErrorIs(t, x.Tune(ctx), context.Canceled)
	for _, exact := range []bool{false, true} {
		_, err = x.Search(ctx, make([]float32, 16), 1, ann.Options{Exact: exact})
		require.ErrorIs(t, err, context.Canceled)
	}
	require.Equal(t, 5000, x.Len())
}

// TestWorkersDoNotMatter compares the files of indexes made by the same calls.
func TestWorkersDoNotMatter(t *testing.T) {
	vectors := anntest.Clustered(anntest.Shape{Clusters: 30}, 6000, 5)
	var first []byte
	for _, workers := range []int{1, 2, 5} {
		x := newIndex(t, 64, ann.Config{Workers: workers, Seed: 7, ListSize: 64}, vectors[:4000])
		require.NoError(t, x.Add(t.Context(), numbered(vectors[4000:], 4000)...))
		for i := range 1000 {
			_, err := x.Delete(t.Context(), strconv.Itoa(3*i))
			require.NoError(t, err)
		}
		var file bytes.Buffer
		require.NoError(t, x.Save(&file))
		if first == nil {
			first = file.Bytes()
		}
		require.True(t, bytes.Equal(first, file.Bytes()))
	}
}

// TestReadersAndWriters searches while vectors come, go and are clustered anew.
// What no writer touches is found at any time, by each of them.
func TestReadersAndWriters(t *testing.T) {
	ctx := t.Context()
	vectors := anntest.Clustered(anntest.Shape{Clusters: 20, Dim: 16}, 3000, 5)
	x := newIndex(t, 16, ann.Config{ListSize: 32, Metric: ann.L2}, vectors[:1000])
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for w := range 2 {
		writers.Go(func() {
			for round := range 15 {
				from := 1000 + w*1000
				assert.NoError(t, x.Add(ctx, numbered(vectors[from:from+1000], from)...))
				for i := range 600 {
					_, err := x.Delete(ctx, strconv.Itoa(from+i))
					assert.NoError(t, err)
				}
				if round%5 == 0 {
					assert.NoError(t, x.Optimize(ctx))
				}
				assert.NoError(t, x.Save(&bytes.Buffer{}))
			}
		})
	}
	for r := range 3 {
		readers.Go(func() {
			for i := r; ; i = (i + 7) % 1000 {
				select {
				case <-done:
					return
				default:
				}
				hits, err := x.Search(ctx, vectors[i], 1, ann.Options{Exact: r == 0})
				assert.NoError(t, err)
				if assert.NotEmpty(t, hits) {
					assert.Equal(t, ann.Hit{ID: strconv.Itoa(i)}, hits[0])
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	require.Equal(t, 1000+2*400, x.Len())
}
