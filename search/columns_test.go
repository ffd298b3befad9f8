package search

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// What a filter keeps of a set is what passes it, one by one.
func TestFiltersKeepWhatPasses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := &column{speech: speechOf("en")}
		documents := rapid.IntRange(0, 200).Draw(t, "documents")
		value := rapid.SampledFrom([]string{"a", "b", "c", "d"})
		number := rapid.Float64Range(-3, 3)
		measured := rapid.Bool().Draw(t, "measured")
		var set bitset
		for o := range ordinal(documents) {
			if rapid.Bool().Draw(t, "there") {
				set.set(o)
			}
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				n := number.Draw(t, "number")
				c.set(o, nil, &n)
			case 1:
				c.set(o, rapid.SliceOfN(value, 1, 3).Draw(t, "values"), nil)
			case 2:
				if measured {
					c.measure(o, measurement{dimension: dimensionLength, value: number.Draw(t, "measure")})
				}
			}
		}
		f := Filter{Not: rapid.Bool().Draw(t, "not"), Values: rapid.SliceOfN(value, 1, 2).Draw(t, "wanted")}
		if rapid.Bool().Draw(t, "bounded") {
			low, high := number.Draw(t, "low"), number.Draw(t, "high")
			f.Values, f.Min, f.Max = nil, &low, &high
			if rapid.Bool().Draw(t, "open") {
				f.Max = nil
			}
		}
		want := slices.Clone(set)
		want.keep(c.passes(f))
		c.keep(set, f)
		require.Equal(t, want, set, fmt.Sprint(f))
	})
}

// The greatest sums are those of all sums sorted, equals by id.
func TestTopIsWhatSortingPutsFirst(t *testing.T) {
	t.Parallel()
	e, err := New(nil, nil, nil, Config{})
	require.NoError(t, err)
	for n := range 120 {
		e.corpus.entries = append(e.corpus.entries, &entry{id: fmt.Sprint(n * 37 % 120)})
	}
	rapid.Check(t, func(t *rapid.T) {
		sums := e.tally()
		defer e.release(sums)
		var all []Match
		for _, o := range rapid.SliceOfDistinct(rapid.Uint32Range(0, 119), rapid.ID[uint32]).Draw(t, "touched") {
			x := rapid.SampledFrom([]float32{0.5, 1, 1.5, 2}).Draw(t, "sum")
			sums.add(o, x)
			all = append(all, Match{e.corpus.entries[o].id, float64(x)})
		}
		limit := rapid.IntRange(1, 40).Draw(t, "limit")
		sortMatches(all)
		require.Equal(t, append([]Match{}, all[:min(limit, len(all))]...), e.top(sums, limit))
	})
}
