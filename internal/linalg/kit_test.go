package linalg

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// normals returns n draws in a slice that begins at an odd element and whose
// end is followed by NaN, so that a kernel that reads on is found out.
func normals[T Float](r *rand.Rand, n int) []T {
	const before, after = 3, 40
	all := make([]T, before+n+after)
	for i := range all {
		all[i] = T(math.NaN())
	}
	x := all[before : before+n : before+n]
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	return x
}

func bytesOf(r *rand.Rand, n int) []int8 {
	x := make([]int8, n+5)[5:]
	for i := range x {
		x[i] = int8(r.IntN(256) - 128)
	}
	return x
}

func clone[T any](x []T) []T { return append([]T(nil), x...) }

// epsilon is the unit of rounding of T.
func epsilon[T Float]() float64 {
	var zero T
	switch any(zero).(type) {
	case float32:
		return 0x1p-24
	default:
		return 0x1p-53
	}
}

// near asks that got is within n roundings of want, where size is the sum of
// the magnitudes that were added up.
func near[T Float](t *testing.T, want float64, got T, size float64, n int, msg ...any) {
	t.Helper()
	bound := float64(n+2) * epsilon[T]() * size
	if diff := math.Abs(want - float64(got)); !(diff <= bound) {
		require.Fail(t, "not near", "want %v, got %v: off by %g, allowed %g %v", want, got, diff, bound, msg)
	}
}

// guarded reports whether what lies behind x, up to its array's end, is still
// NaN.
func guarded[T Float](all []T) bool {
	for _, v := range all {
		if v == v {
			return false
		}
	}
	return true
}
