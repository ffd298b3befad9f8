package ann_test

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/ann"
	"github.com/bodega-commerce/bodega/internal/ann/anntest"
)

// size of an evaluation: 20,000 x 64, and with BODEGA_LONG=1 a million x 256.
func size() (n, dim, queries int) {
	if os.Getenv("BODEGA_LONG") == "1" {
		return 1_000_000, 256, 200
	}
	return 20_000, 64, 100
}

func numbered(vectors [][]float32, from int) []ann.Item {
	items := make([]ann.Item, len(vectors))
	for i, v := range vectors {
		items[i] = ann.Item{ID: strconv.Itoa(from + i), Vector: v}
	}
	return items
}

// onePercent passes one id in a hundred.
func onePercent(id string) bool { return strings.HasSuffix(id, "37") }

// recall is the share of the wanted that were found; equal scores stand in for
// each other.
func recall(found, wanted []ann.Hit) float64 {
	if len(wanted) == 0 {
		return 1
	}
	n := 0
	for _, h := range found {
		if h.Score >= wanted[len(wanted)-1].Score {
			n++
		}
	}
	return float64(n) / float64(len(wanted))
}

// measure returns the recall of searches and logs it with the times.
func measure(t *testing.T, what string, x *ann.Index, queries [][]float32, filter func(string) bool) float64 {
	t.Helper()
	ctx := t.Context()
	wanted := make([][]ann.Hit, len(queries))
	exact := time.Now()
	for i, q := range queries {
		var err error
		wanted[i], err = x.Search(ctx, q, 10, ann.Options{Filter: filter, Exact: true})
		require.NoError(t, err)
	}
	each := time.Since(exact) / time.Duration(len(queries))
	times := make([]time.Duration, len(queries))
	var sum float64
	for i, q := range queries {
		start := time.Now()
		found, err := x.Search(ctx, q, 10, ann.Options{Filter: filter})
		times[i] = time.Since(start)
		require.NoError(t, err)
		sum += recall(found, wanted[i])
	}
	slices.Sort(times)
	r := sum / float64(len(queries))
	t.Logf("%s: recall@10 %.4f, p50 %v, p95 %v; exact scan %v", what, r, times[len(times)/2].Round(time.Microsecond),
		times[len(times)*95/100].Round(time.Microsecond), each.Round(time.Microsecond))
	return r
}

// built returns the index of the evaluation: from the folder BODEGA_ANN_DIR, if
// it was kept there by a run before.
func built(t *testing.T, name string, source *anntest.Source, n, dim int) *ann.Index {
	t.Helper()
	folder := os.Getenv("BODEGA_ANN_DIR")
	path := filepath.Join(folder, fmt.Sprintf("%s %d x %d", name, n, dim))
	if folder != "" {
		f, err := os.Open(path)
		if err == nil {
			defer f.Close()
			start := time.Now()
			x, err := ann.Load(bufio.NewReader(f), ann.Config{})
			require.NoError(t, err)
			t.Logf("loaded in %v", time.Since(start).Round(time.Millisecond))
			return x
		}
		require.ErrorIs(t, err, fs.ErrNotExist)
	}
	x, err := ann.New(dim, ann.Config{})
	require.NoError(t, err)
	items := numbered(source.Next(n), 0)
	start := time.Now()
	require.NoError(t, x.Add(t.Context(), items...))
	t.Logf("%d x %d built in %v", n, dim, time.Since(start).Round(time.Millisecond))
	if folder != "" {
		f, err := os.Create(path)
		require.NoError(t, err)
		require.NoError(t, x.Save(f))
		require.NoError(t, f.Close())
	}
	return x
}

func TestEvaluate(t *testing.T) {
	n, dim, q := size()
	for name, shape := range map[string]anntest.Shape{
		"clusters":      {Dim: dim},
		"wide clusters": {Dim: dim, Clusters: 100, Rank: 48, Spread: 1, Skew: 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			source := anntest.NewSource(shape, 1)
			queries := source.Next(q)
			evaluate(t, built(t, name, source, n, dim), queries)
		})
	}
}

func evaluate(t *testing.T, x *ann.Index, queries [][]float32) {
	stats := x.Stats()
	t.Logf("%d lists, %d bytes a vector of %d, without ids", stats.Lists, stats.Bytes/int64(stats.Vectors), 4*x.Dim())
	require.GreaterOrEqual(t, measure(t, "plain", x, queries, nil), 0.95)
	require.GreaterOrEqual(t, measure(t, "filter of 1%", x, queries, onePercent), 0.95)

	var gone []string
	for i := 0; i < x.Len(); i += 5 {
		gone = append(gone, strconv.Itoa(i))
	}
	start := time.Now()
	deleted, err := x.Delete(t.Context(), gone...)
	require.NoError(t, err)
	require.Equal(t, len(gone), deleted)
	t.Logf("%d deleted in %v", deleted, time.Since(start).Round(time.Millisecond))
	require.GreaterOrEqual(t, measure(t, "a fifth deleted", x, queries, nil), 0.95)
	require.GreaterOrEqual(t, measure(t, "a fifth deleted, filter of 1%", x, queries, onePercent), 0.95)
}

// TestChurn replaces half of an index that grew in small steps by vectors of
// other clusters.
func TestChurn(t *testing.T) {
	n, dim, q := size()
	n /= 5
	ctx := t.Context()
	before := anntest.NewSource(anntest.Shape{Dim: dim}, 1)
	after := anntest.NewSource(anntest.Shape{Dim: dim, Clusters: 300, Skew: 0.5}, 2)
	x, err := ann.New(dim, ann.Config{})
	require.NoError(t, err)
	const step = 500
	start := time.Now()
	for at := 0; at < n; at += step {
		require.NoError(t, x.Add(ctx, numbered(before.Next(step), at)...))
	}
	t.Logf("%d added in steps of %d in %v", n, step, time.Since(start).Round(time.Millisecond))
	require.GreaterOrEqual(t, measure(t, "grown", x, before.Next(q), nil), 0.95)
	start = time.Now()
	for at := 0; at < n/2; at += step {
		var gone []string
		for i := at; i < at+step; i++ {
			gone = append(gone, strconv.Itoa(2*i))
		}
		_, err := x.Delete(ctx, gone...)
		require.NoError(t, err)
		require.NoError(t, x.Add(ctx, numbered(after.Next(step), n+at)...))
	}
	t.Logf("half replaced in %v, %+v", time.Since(start).Round(time.Millisecond), x.Stats())
	require.Equal(t, n, x.Len())
	require.GreaterOrEqual(t, measure(t, "churned, old clusters", x, before.Next(q), nil), 0.95)
	require.GreaterOrEqual(t, measure(t, "churned, new clusters", x, after.Next(q), nil), 0.95)
	require.GreaterOrEqual(t, measure(t, "churned, filter of 1%", x, after.Next(q), onePercent), 0.95)
	require.NoError(t, x.Optimize(ctx))
	require.GreaterOrEqual(t, measure(t, "optimized", x, after.Next(q), nil), 0.95)
}
