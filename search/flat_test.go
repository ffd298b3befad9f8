package search_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/internal/linalg"
	"github.com/bodega-commerce/bodega/search"
)

// TestFlatVectorsAreExact compares with the scores of all vectors: codes may
// leave nothing out, whatever the vectors, the filter and the number wanted.
func TestFlatVectorsAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cols := rapid.IntRange(1, 40).Draw(t, "cols")
		number := rapid.Float32Range(-1, 1)
		if rapid.Bool().Draw(t, "equals") {
			number = rapid.SampledFrom([]float32{0, 1, -1, 0.01})
		}
		draw := rapid.SliceOfN(number, cols, cols)
		flat := search.NewFlatVectors()
		all := map[string][]float32{}
		for n := range rapid.IntRange(1, 600).Draw(t, "vectors") {
			id := fmt.Sprint(n % 590)
			values := slices.Clone(draw.Draw(t, "vector"))
			require.NoError(t, flat.Put(t.Context(), []search.Vector{{ID: id, Values: values}}))
			linalg.Normalize(values)
			all[id] = values
		}
		for _, id := range rapid.SliceOfN(rapid.SampledFrom(slices.Sorted(maps.Keys(all))), 0, 5).Draw(t, "deleted") {
			require.NoError(t, flat.Delete(t.Context(), []string{id}))
			delete(all, id)
		}
		question := slices.Clone(draw.Draw(t, "question"))
		limit := rapid.IntRange(1, 30).Draw(t, "limit")
		var within search.Selection
		if every := rapid.IntRange(0, 30).Draw(t, "every"); every > 0 {
			within.Has = func(id string) bool { return len(id) < 3 && all[id] != nil && int(id[0])%every == 0 }
			if rapid.Bool().Draw(t, "named") {
				for id := range all {
					if within.Has(id) {
						within.Count++
					}
				}
				within.Each = func(yield func(string) bool) {
					for id := range all {
						if within.Has(id) && !yield(id) {
							return
						}
					}
				}
			}
		}
		found, err := flat.Nearest(t.Context(), question, within, limit)
		require.NoError(t, err)
		linalg.Normalize(question)
		var want []search.Match
		for id, values := range all {
			if within.Has == nil || within.Has(id) {
				want = append(want, search.Match{ID: id, Score: float64(min(max(linalg.Dot(question, values), -1), 1))})
			}
		}
		slices.SortFunc(want, func(a, b search.Match) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
		require.Equal(t, want[:min(limit, len(want))], append([]search.Match(nil), found...))
	})
}
