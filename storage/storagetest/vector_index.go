package storagetest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
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
		for n := range 300 {
			all = append(all, vector(fmt.Sprintf("v%03d", n), 1, float32(n)/300))
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
		found, err := v.Get(t.Context(), []string{"nobody", "a"})
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Equal(t, "a", found[0].ID)
		require.InDeltaSlice(t, []float32{0.6, 0.8}, found[0].Values, 1e-6)
		found[0].Values[0] = 9
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
		_, err := v.Nearest(t.Context(), []float32{1, 2, 3}, search.Selection{}, 1)
		require.ErrorAs(t, err, &wrong)
	})
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
			for n := range 20 {
				id := fmt.Sprintf("%d-%d", worker, n)
				if err := v.Put(t.Context(), []search.Vector{vector(id, 1, float32(n))}); err != nil {
					return err
				}
				if _, err := v.Nearest(t.Context(), []float32{1, 1}, search.Selection{}, 5); err != nil {
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
		count(t, v, 40)
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
