package linalg

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// lengths are those around every step of the kernels.
func lengths() []int {
	n := make([]int, 0, 140)
	for i := range 131 {
		n = append(n, i)
	}
	return append(n, 255, 256, 257, 383, 384, 385, 1000)
}

func dotReference[T Float](x, y []T) (sum, size float64) {
	for i := range x {
		p := float64(x[i]) * float64(y[i])
		sum += p
		size += math.Abs(p)
	}
	return sum, size
}

func TestDot(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		r := source(1)
		for _, n := range lengths() {
			x, y := normals[float32](r, n), normals[float32](r, n)
			sum, size := dotReference(x, y)
			near(t, sum, Dot(x, y), size, n, n)
			x64, y64 := normals[float64](r, n), normals[float64](r, n)
			sum, size = dotReference(x64, y64)
			near(t, sum, Dot64(x64, y64), size, 2*n, n)
		}
	})
}

func TestSquaredDistanceAndCosine(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		r := source(2)
		for _, n := range lengths() {
			x, y := normals[float32](r, n), normals[float32](r, n)
			var sum float64
			for i := range x {
				d := float64(x[i]) - float64(y[i])
				sum += d * d
			}
			near(t, sum, SquaredDistance(x, y), sum, n+4, n)
			require.Zero(t, SquaredDistance(x, x))

			xy, _ := dotReference(x, y)
			xx, _ := dotReference(x, x)
			yy, _ := dotReference(y, y)
			want := 0.0
			if n > 0 {
				want = xy / math.Sqrt(xx*yy)
			}
			near(t, want, Cosine(x, y), 1, n+8, n)
			require.Zero(t, Cosine(x, make([]float32, n)))
		}
		require.InDelta(t, 1, Cosine([]float32{3, 4}, []float32{6, 8}), 1e-7)
		require.InDelta(t, -1, Cosine([]float32{3, 4}, []float32{-3, -4}), 1e-7)
	})
}

func TestNormalize(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		x := []float32{3, 4}
		require.Equal(t, float32(5), Normalize(x))
		require.InDeltaSlice(t, []float32{.6, .8}, x, 1e-7)
		zero := make([]float32, 3)
		require.Zero(t, Normalize(zero))
		require.Equal(t, make([]float32, 3), zero)
		for _, tiny := range []float32{1e-44, 1e-30, 1e38} {
			y := []float32{tiny, 0}
			Normalize(y)
			require.Equal(t, []float32{1, 0}, y)
		}
	})
}

func TestAxpyAndScale(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		r := source(3)
		for _, n := range lengths() {
			testAxpy(t, n, normals[float32](r, n), normals[float32](r, n), Axpy, Scale)
			testAxpy(t, n, normals[float64](r, n), normals[float64](r, n), Axpy64, Scale64)
		}
	})
}

func testAxpy[T Float](t *testing.T, n int, x, y []T, axpy func(T, []T, []T), scale func(T, []T)) {
	t.Helper()
	const alpha = -1.7
	all := make([]T, n+40)
	for i := range all {
		all[i] = T(math.NaN())
	}
	got := all[1 : 1+n]
	copy(got, y)
	axpy(alpha, x, got)
	for i := range got {
		want := float64(T(alpha))*float64(x[i]) + float64(y[i])
		near(t, want, got[i], math.Abs(float64(x[i])*alpha)+math.Abs(float64(y[i])), 1, n, i)
	}
	require.True(t, guarded(all[1+n:]), "wrote past the end, n=%d", n)
	copy(got, x)
	scale(alpha, got)
	for i := range got {
		require.Equal(t, alpha*x[i], got[i])
	}
	require.True(t, guarded(all[1+n:]), "wrote past the end, n=%d", n)
	copy(got, x)
	axpy(1, got, got) // the one overlap that is allowed
	for i := range got {
		require.Equal(t, x[i]+x[i], got[i])
	}
}

func TestDotInt8(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		r := source(4)
		for _, n := range lengths() {
			x, y := bytesOf(r, n), bytesOf(r, n)
			require.Equal(t, dotInt8Go(x, y), DotInt8(x, y), n)
		}
		for _, v := range []int8{-128, 127} { // the ends of the range, as long as is exact
			x := make([]int8, 131071)
			for i := range x {
				x[i] = -128
			}
			y := make([]int8, len(x))
			for i := range y {
				y[i] = v
			}
			require.EqualValues(t, len(x)*-128*int(v), DotInt8(x, y))
		}
	})
}

func TestRowsAreTheirVectors(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		r := source(5)
		for _, cols := range lengths() {
			for _, rows := range []int{0, 1, 2, 3, 8, 9} {
				a, x := normals[float32](r, rows*cols), normals[float32](r, cols)
				dst := normals[float32](r, rows+1)
				last := dst[rows]
				MatVec(dst[:rows], a, rows, cols, x)
				for i := range rows {
					require.Equal(t, Dot(a[i*cols:][:cols], x), dst[i], "%d x %d", rows, cols)
				}
				SquaredDistances(dst[:rows], a, rows, cols, x)
				for i := range rows {
					require.Equal(t, SquaredDistance(a[i*cols:][:cols], x), dst[i], "%d x %d", rows, cols)
				}
				require.Equal(t, last, dst[rows], "wrote past the end")

				a64, x64 := normals[float64](r, rows*cols), normals[float64](r, cols)
				dst64 := normals[float64](r, rows+1)
				last64 := dst64[rows]
				MatVec64(dst64[:rows], a64, rows, cols, x64)
				for i := range rows {
					require.Equal(t, Dot64(a64[i*cols:][:cols], x64), dst64[i], "%d x %d", rows, cols)
				}
				require.Equal(t, last64, dst64[rows], "wrote past the end")

				a8, x8 := bytesOf(r, rows*cols), bytesOf(r, cols)
				dst32 := make([]int32, rows+1)
				MatVecInt8(dst32[:rows], a8, rows, cols, x8)
				for i := range rows {
					require.Equal(t, DotInt8(a8[i*cols:][:cols], x8), dst32[i], "%d x %d", rows, cols)
				}
				require.Zero(t, dst32[rows], "wrote past the end")
			}
		}
	})
}

// One NaN or Inf, wherever it is, reaches the result.
func TestNotFinite(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		nan, inf := float32(math.NaN()), float32(math.Inf(1))
		for _, n := range []int{1, 7, 8, 9, 31, 32, 33, 47, 100} {
			for i := range n {
				ones := make([]float32, n)
				for j := range ones {
					ones[j] = 1
				}
				x := clone(ones)
				x[i] = nan
				out := make([]float32, 1)
				require.True(t, Dot(x, ones) != Dot(x, ones))
				require.True(t, Cosine(x, ones) != Cosine(x, ones))
				require.True(t, SquaredDistance(x, ones) != SquaredDistance(x, ones))
				MatVec(out, x, 1, n, ones)
				require.True(t, out[0] != out[0])
				SquaredDistances(out, x, 1, n, ones)
				require.True(t, out[0] != out[0])
				y := clone(ones)
				Axpy(2, x, y)
				for j, v := range y {
					require.Equal(t, j == i, v != v)
				}
				Scale(2, x)
				require.True(t, x[i] != x[i])

				x = clone(ones)
				x[i] = inf
				require.Equal(t, inf, Dot(x, ones))
				require.Equal(t, inf, SquaredDistance(x, ones))
				x64 := make([]float64, n)
				x64[i] = math.Inf(-1)
				ones64 := make([]float64, n)
				for j := range ones64 {
					ones64[j] = 1
				}
				require.Equal(t, math.Inf(-1), Dot64(x64, ones64))
				zero := make([]float32, n)
				d := Dot(x, zero) // Inf times 0
				require.True(t, d != d)
			}
		}
	})
}

func TestLengthsMustAgree(t *testing.T) {
	a, b := make([]float32, 3), make([]float32, 4)
	a64, b64 := make([]float64, 3), make([]float64, 4)
	for i, f := range []func(){
		func() { Dot(a, b) },
		func() { Dot(b, a) },
		func() { Dot64(b64, a64) },
		func() { SquaredDistance(a, b) },
		func() { Cosine(a, b) },
		func() { Axpy(1, a, b) },
		func() { Axpy64(1, a64, b64) },
		func() { DotInt8(make([]int8, 1), nil) },
		func() { MatVec(a, b, 3, 1, b[:1]) },
		func() { MatVec(a, b[:3], 3, 1, b[:2]) },
		func() { MatVec(a, b, -1, -4, b) },
		func() { MatVec64(a64, b64, 4, 1, b64[:1]) },
		func() { SquaredDistances(a, b, 2, 2, b[:2]) },
		func() { MatVecInt8(make([]int32, 2), make([]int8, 3), 2, 2, make([]int8, 2)) },
	} {
		require.Panics(t, f, strconv.Itoa(i))
	}
}

// The portable kernels and the processor's differ by rounding only.
func TestKernelsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 200).Draw(t, "n")
		offset := rapid.IntRange(0, 9).Draw(t, "offset")
		draw := rapid.SliceOfN(rapid.Float32Range(-1e6, 1e6), n+offset, n+offset)
		x, y := draw.Draw(t, "x")[offset:], draw.Draw(t, "y")[offset:]
		_, size := dotReference(x, y)
		bound := float64(n+2) * 0x1p-23 * size
		require.InDelta(t, float64(dotGo(x, y)), float64(Dot(x, y)), bound)
		d := float64(squaredDistanceGo(x, y))
		require.InDelta(t, d, float64(SquaredDistance(x, y)), float64(n+4)*0x1p-22*d)
	})
}
