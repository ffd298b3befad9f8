package search

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestLeadingKeepsTheFirst(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.IntRange(0, 50), 0, 100).Draw(t, "numbers")
		k := rapid.IntRange(0, 30).Draw(t, "k")
		want := slices.Sorted(slices.Values(numbers))
		got := first(numbers, k, func(a, b int) int { return a - b })
		require.True(t, slices.Equal(want[:min(k, len(want))], got), "%v", got)
	})
}
