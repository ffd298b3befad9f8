package search

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// aligned is the optimal string alignment distance, by its definition.
func aligned(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
				continue
			}
			d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], 1+d[i-2][j-2])
			}
		}
	}
	return d[len(a)][len(b)]
}

func TestWithin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		letter := rapid.SampledFrom([]rune("abcä"))
		a, b := rapid.SliceOfN(letter, 0, 12).Draw(t, "a"), rapid.SliceOfN(letter, 0, 12).Draw(t, "b")
		most := rapid.IntRange(1, 2).Draw(t, "most")
		require.Equal(t, aligned(a, b) <= most, within(a, b, most))
	})
	require.False(t, within([]rune("abc"), make([]rune, longestWord+1), 2))
}
