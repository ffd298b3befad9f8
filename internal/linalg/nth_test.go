package linalg

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNthIsThatOfTheSortedNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Float64()
		if rapid.Bool().Draw(t, "equals") {
			number = rapid.SampledFrom([]float64{-1, 0, 0.5, 3})
		}
		numbers := rapid.SliceOfN(number, 1, 200).Draw(t, "numbers")
		k := rapid.IntRange(0, len(numbers)-1).Draw(t, "k")
		sorted := slices.Sorted(slices.Values(numbers))
		require.InDelta(t, sorted[k], Nth(numbers, k), 0)
		rest := slices.Clone(numbers[k:])
		slices.Sort(rest)
		require.Equal(t, sorted[k:], rest, "what is not less comes behind")
	})
}
