package gbdt

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSortFloats(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	list := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 5e-324, -5e-324}
	for range 6000 {
		list = append(list, r.NormFloat64(), float64(r.IntN(9)-4), math.Float64frombits(r.Uint64()&^(1<<62)))
	}
	list = slices.DeleteFunc(list, func(v float64) bool { return v != v })
	want := slices.Clone(list)
	slices.Sort(want)
	sortFloats(list)
	require.Len(t, list, len(want))
	for i := range want {
		require.False(t, want[i] < list[i] || want[i] > list[i], "%d: %g, %g", i, want[i], list[i])
	}
}

// Bins are in order, as many as asked for at most, and a value's bin is the first
// whose bound is not below it.
func TestBinsAreInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(
			rapid.Float64(), rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{0, 1, math.Inf(1), math.Inf(-1)}),
		), 1, 600).Draw(rt, "values")
		most := rapid.IntRange(2, 255).Draw(rt, "most")
		b := numberBinner(slices.Clone(values), most, false)
		require.LessOrEqual(t, b.bins(), most)
		require.True(t, slices.IsSorted(b.upper))
		require.True(t, math.IsInf(b.upper[len(b.upper)-1], 1))
		for _, v := range values {
			bin := int(b.bin(v))
			require.LessOrEqual(t, v, b.upper[bin])
			if bin > 0 {
				require.Greater(t, v, b.upper[bin-1])
			}
		}
		require.Equal(t, len(b.upper), int(b.bin(math.NaN())))
	})
}
