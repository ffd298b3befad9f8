package storagetest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

// VectorIndex is the conformance suite of search.VectorIndex. open returns an
// empty index.
func VectorIndex(t *testing.T, open func(t *testing.T) search.VectorIndex) {
	put := func(t *testing.T, v search.VectorIndex, vectors ...search.Vector) {
		t.Helper()
		require.NoError(t, v.Put(t.Context(), vectors))
	}
	nearest := func(t *testing.T, v search.VectorIndex, limit int, question ...float32) []search.Match {
		t.Helper()
		matches, err := v.Nearest(t.Context(), question, search.Selection{}, limit)
		require.NoError(t, err)
		matchIDs(t, matches)
		return matches
	}
	count := func(t *testing.T, v search.VectorIndex, want int) {
		t.Helper()
		n, err := v.Count(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	vector := func(id string, values ...float32) search.Vector { return search.Vector{ID: id, Values: values} }

	t.Run("nearest by cosine", func(t *testing.T) {
		v := open(t)
		require.Empty(t, nearest(t, v, 10, 1, 0))
		put(t, v, vector("far", -3, 0), vector("near", 10, 1), vector("side", 0, 0.1))
		matches := nearest(t, v, 10, 2, 0)
		require.Equal(t, []string{"near", "side", "far"}, matchIDs(t, matches))
		require.InDelta(t, 10/math.Sqrt(101), matches[0].Score, 1e-5)
		require.InDelta(t, -1, matches[2].Score, 1e-5)
		require.Len(t, nearest(t, v, 1, 2, 0), 1)
		require.Empty(t, nearest(t, v, 0, 2, 0))
		count(t, v, 3)
	})
	t.Run("of a selection", func(t *testing.T) {
		v := open(t)
		var all []search.Vector
		d := &search.Document{Attributes: map[string][]string{"x": {"y"}}}
		for n := range 300 {
			all = append(all, search.Vector{ID: fmt.Sprintf("v%03d", n), Values: []float32{1, float32(n) / 300}, Document: d})
		}
		put(t, v, all...)
		for _, wanted := range []map[string]bool{{}, {"v299": true}, {"v007": true, "v150": true, "v298": true}} {
			within := search.Selection{Filters: []search.Filter{{Field: "x", Values: []string{"y"}}}, Has: func(id string) bool { return wanted[id] }}
			matches, err := v.Nearest(t.Context(), []float32{1, 0}, within, 2)
			require.NoError(t, err)
			require.Len(t, matches, min(2, len(wanted)))
			for n, m := range matches {
				require.True(t, wanted[m.ID])
				require.True(t, n == 0 || matches[n-1].Score >= m.Score)
			}
		}
	})
	t.Run("as a full comparison", func(t *testing.T) {
		v := open(t)
		random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // test data
		draw := func() []float32 {
			x := make([]float32, 24)
			for i := range x {
				x[i] = float32(random.NormFloat64())
			}
			return x
		}
		all := map[string][]float32{}
		var vectors []search.Vector
		for n := range 300 {
			vectors = append(vectors, search.Vector{ID: fmt.Sprint(n), Values: draw()})
			all[vectors[n].ID] = vectors[n].Values
		}
		put(t, v, vectors[:170]...)
		put(t, v, vectors[170:]...)
		question := draw()
		matches := nearest(t, v, 10, question...)
		require.Len(t, matches, 10)
		better := 0
		for _, x := range all {
			if cosine(question, x) > matches[9].Score+1e-5 {
				better++
			}
		}
		require.LessOrEqual(t, better, 9)
		for _, m := range matches {
			require.InDelta(t, cosine(question, all[m.ID]), m.Score, 1e-4)
		}
	})
	t.Run("equals by id", func(t *testing.T) {
		v := open(t)
		for _, id := range []string{"d", "b", "a", "c"} {
			put(t, v, vector(id, 1, 1))
		}
		require.Equal(t, []string{"a", "b"}, matchIDs(t, nearest(t, v, 2, 1, 1)))
	})
	t.Run("many equals at the edge by id", func(t *testing.T) {
		v := open(t)
		all := []search.Vector{vector("best", 1, 0)}
		for n := range 200 {
			all = append(all, vector(fmt.Sprintf("e%03d", (n*71)%200), 0, 5))
		}
		put(t, v, all...)
		require.Equal(t, []string{"best", "e000", "e001", "e002"}, matchIDs(t, nearest(t, v, 4, 2, 1)))
		odd := search.Selection{Has: func(id string) bool { return (id[len(id)-1]-'0')%2 == 1 }}
		matches, err := v.Nearest(t.Context(), []float32{0, 1}, odd, 3)
		require.NoError(t, err)
		require.Equal(t, []string{"e001", "e003", "e005"}, matchIDs(t, matches))
		require.NoError(t, v.Delete(t.Context(), []string{"e001", "e002"}))
		require.Equal(t, []string{"e000", "e003"}, matchIDs(t, nearest(t, v, 2, 0, 1)))
	})
	t.Run("ids of any text", func(t *testing.T) {
		v := open(t)
		ids := []string{" ", "../a", "a/b", "A", "a", "a'b\"c", "\n", "日本", "00000000", strings.Repeat("x", 500)}
		for _, id := range ids {
			put(t, v, vector(id, 1, 0))
		}
		slices.Sort(ids)
		require.Equal(t, ids, matchIDs(t, nearest(t, v, 20, 1, 0)))
		require.NoError(t, v.Delete(t.Context(), ids[:4]))
		require.Equal(t, ids[4:], matchIDs(t, nearest(t, v, 20, 1, 0)))
	})
	t.Run("zeros", func(t *testing.T) {
		v := open(t)
		put(t, v, vector("some", 0, 1), vector("zero", 0, 0), vector("against", 0, -1))
		matches := nearest(t, v, 3, 0, 1)
		require.Equal(t, []string{"some", "zero", "against"}, matchIDs(t, matches))
		require.Zero(t, matches[1].Score)
		for _, m := range nearest(t, v, 3, 0, 0) {
			require.Zero(t, m.Score)
		}
		found, err := v.Get(t.Context(), []string{"zero"})
		require.NoError(t, err)
		require.Equal(t, []search.Vector{vector("zero", 0, 0)}, found)
	})
	t.Run("replace and delete", func(t *testing.T) {
		v := open(t)
		put(t, v, vector("a", 1, 0), vector("b", 0, 1), vector("c", 1, 1), vector("a", 0, 2))
		require.Equal(t, []string{"a", "b", "c"}, matchIDs(t, nearest(t, v, 10, 0, 1)))
		require.NoError(t, v.Delete(t.Context(), []string{"a", "nobody", ""}))
		require.Equal(t, []string{"b", "c"}, matchIDs(t, nearest(t, v, 10, 0, 1)))
		count(t, v, 2)
		require.NoError(t, v.Delete(t.Context(), []string{"b", "c"}))
		require.Empty(t, nearest(t, v, 10, 0, 1))
	})
	t.Run("get", func(t *testing.T) {
		v := open(t)
		put(t, v, vector("a", 3, 4), vector("b", 0, 1))
		found, err := v.Get(t.Context(), []string{"nobody", "b", "a", ""})
		require.NoError(t, err)
		require.Len(t, found, 2)
		require.Equal(t, []string{"b", "a"}, []string{found[0].ID, found[1].ID})
		require.InDeltaSlice(t, []float32{0.6, 0.8}, found[1].Values, 1e-6)
		found[1].Values[0] = 9
		require.InDelta(t, 1, nearest(t, v, 1, 3, 4)[0].Score, 1e-5)
	})
	t.Run("vectors that do not fit put nothing", func(t *testing.T) {
		v := open(t)
		var wrong *search.VectorError
		require.ErrorAs(t, v.Put(t.Context(), []search.Vector{vector("a", 1, 2), vector("b", 1)}), &wrong)
		require.ErrorAs(t, v.Put(t.Context(), []search.Vector{vector("", 1, 2)}), &wrong)
		require.ErrorAs(t, v.Put(t.Context(), []search.Vector{vector("a")}), &wrong)
		count(t, v, 0)
		put(t, v, vector("a", 1, 2))
		require.ErrorAs(t, v.Put(t.Context(), []search.Vector{vector("b", 1, 2), vector("c", 1, 2, 3)}), &wrong)
		require.Equal(t, "c", wrong.ID)
		for _, odd := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			require.ErrorAs(t, v.Put(t.Context(), []search.Vector{vector("b", 1, 2), vector("d", 1, float32(odd))}), &wrong)
			require.Equal(t, "d", wrong.ID)
			_, err := v.Nearest(t.Context(), []float32{1, float32(odd)}, search.Selection{}, 1)
			require.ErrorAs(t, err, &wrong)
		}
		_, err := v.Nearest(t.Context(), []float32{1, 2, 3}, search.Selection{}, 1)
		require.ErrorAs(t, err, &wrong)
		count(t, v, 1)
		require.NoError(t, v.Delete(t.Context(), []string{"a"}))
		require.ErrorAs(t, v.Put(t.Context(), []search.Vector{vector("a", 1)}), &wrong, "the length stays")
	})
	t.Run("nothing to do", func(t *testing.T) {
		v := open(t)
		put(t, v)
		require.NoError(t, v.Delete(t.Context(), nil))
		require.NoError(t, v.Delete(t.Context(), []string{"nobody"}))
		found, err := v.Get(t.Context(), nil)
		require.NoError(t, err)
		require.Empty(t, found)
		count(t, v, 0)
		put(t, v, vector("a", 1))
		put(t, v)
		require.NoError(t, v.Delete(t.Context(), nil))
		count(t, v, 1)
	})
	t.Run("what is given stays the caller's", func(t *testing.T) {
		v := open(t)
		given, question := []float32{3, 4}, []float32{6, 8}
		put(t, v, vector("a", given...))
		require.Equal(t, []float32{3, 4}, given)
		given[0] = -3
		require.InDelta(t, 1, nearest(t, v, 1, question...)[0].Score, 1e-5)
		require.Equal(t, []float32{6, 8}, question)
	})
	t.Run("by filters", func(t *testing.T) { vectorFilters(t, open(t)) })
	t.Run("cancelled", func(t *testing.T) {
		v := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, v.Put(ctx, []search.Vector{vector("a", 1)}), context.Canceled)
		require.ErrorIs(t, v.Delete(ctx, []string{"a"}), context.Canceled)
		_, err := v.Nearest(ctx, []float32{1}, search.Selection{}, 1)
		require.ErrorIs(t, err, context.Canceled)
		_, err = v.Get(ctx, []string{"a"})
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("many at once", func(t *testing.T) {
		v := open(t)
		inParallel(t, 4, func(worker int) error {
			mine := fmt.Sprint(worker)
			within := search.Selection{Filters: []search.Filter{{Field: "worker", Values: []string{mine}}},
				Has: func(id string) bool { return strings.HasPrefix(id, mine+"-") }}
			for n := range 20 {
				id := fmt.Sprintf("%s-%02d", mine, n)
				d := &search.Document{ID: id, Attributes: map[string][]string{"worker": {mine}}, Numbers: map[string]float64{"n": float64(n)}}
				if err := v.Put(t.Context(), []search.Vector{{ID: id, Values: []float32{1, float32(n)}, Document: d}, {ID: "shared", Values: []float32{1, float32(worker)}}}); err != nil {
					return err
				}
				matches, err := v.Nearest(t.Context(), []float32{1, float32(n)}, within, 1)
				if err != nil || len(matches) != 1 || matches[0].ID != id {
					return fmt.Errorf("%s is not the nearest of its own: %v %w", id, matches, err)
				}
				if found, err := v.Get(t.Context(), []string{id, "shared"}); err != nil || len(found) != 2 {
					return fmt.Errorf("%s is not there: %v %w", id, found, err)
				}
				if _, err := v.Count(t.Context()); err != nil {
					return err
				}
				if n%2 == 0 {
					if err := v.Delete(t.Context(), []string{id}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		count(t, v, 41)
	})
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}
