package linalg

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// positive returns a well-conditioned symmetric positive definite matrix.
func positive[T Float](seed uint64, n int) Matrix[T] {
	x := draw[T](seed, n, n+5, false)
	a := NewMatrix[T](n, n)
	Syrk(a, 1/T(n+5), x, 0, 1)
	for i := range n {
		a.Data[i*n+i]++
	}
	return a
}

func TestSyrk(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for _, size := range [][2]int{{0, 3}, {1, 1}, {5, 0}, {7, 9}, {16, 16}, {33, 300}, {97, 40}, {250, 70}} {
			for _, transposed := range []bool{false, true} {
				a := draw[float32](3, size[0], size[1], transposed)
				old := positive[float32](4, size[0])
				want := copyOf(old)
				Gemm(want, .5, a, a.T(), .25, 1)
				for _, workers := range []int{1, 2, 3, 7} {
					got := copyOf(old)
					for i := range got.Rows { // only the lower triangle is read
						for j := i + 1; j < got.Cols; j++ {
							got.Data[i*got.Stride+j] = float32(math.NaN())
						}
					}
					Syrk(got, .5, a, .25, workers)
					for i := range got.Rows {
						for j := range i + 1 {
							require.Equal(t, want.At(i, j), got.At(i, j), "%v at %d, %d", size, i, j)
							require.Equal(t, got.At(i, j), got.At(j, i))
						}
					}
				}
			}
		}
	})
}

func testCholesky[T Float](t *testing.T, n int) {
	t.Helper()
	a := positive[T](uint64(n), n)
	l := copyOf(a)
	for i := range n {
		for j := i + 1; j < n; j++ {
			l.Data[i*n+j] = T(math.NaN()) // is not read
		}
	}
	first := copyOf(l)
	require.NoError(t, Cholesky(l, 1))
	for _, workers := range []int{2, 3, 7} {
		other := copyOf(first)
		require.NoError(t, Cholesky(other, workers))
		for i := range n {
			require.Equal(t, l.Row(i)[:i+1], other.Row(i)[:i+1])
		}
	}
	for i := range n {
		for j := range i + 1 {
			sum, size := dotReference(l.Row(i)[:j+1], l.Row(j)[:j+1])
			near(t, float64(a.At(i, j)), T(sum), size+math.Abs(float64(a.At(i, j))), 4*n+8, n, i, j)
		}
	}
	b := draw[T](7, n, 3, false)
	x := copyOf(b)
	CholeskySolve(l, x, 2)
	residual := copyOf(b)
	Gemm(residual, -1, a, x, 1, 1)
	for i := range n {
		for j := range 3 {
			require.InDelta(t, 0, float64(residual.At(i, j)), float64(n+8)*64*epsilon[T](), "order %d", n)
		}
	}
	column := make([]T, n)
	for i := range column {
		column[i] = b.At(i, 1)
	}
	CholeskySolveVec(l, column)
	for i := range column {
		require.InDelta(t, float64(x.At(i, 1)), float64(column[i]), float64(n+8)*64*epsilon[T]())
	}
	inverse := CholeskyInverse(l, 2)
	unit := NewMatrix[T](n, n)
	Gemm(unit, 1, a, inverse, 0, 2)
	for i := range n {
		for j := range n {
			want := 0.0
			if i == j {
				want = 1
			}
			require.InDelta(t, want, float64(unit.At(i, j)), float64(n+8)*64*epsilon[T](), "order %d", n)
			require.Equal(t, inverse.At(i, j), inverse.At(j, i))
		}
	}
}

func TestCholesky(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 2, 3, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 130} {
			testCholesky[float32](t, n)
			testCholesky[float64](t, n)
		}
	})
}

func TestCholeskyAgreesWithGonum(t *testing.T) {
	const n = 90
	a := positive[float64](5, n)
	var theirs mat.Cholesky
	require.True(t, theirs.Factorize(mat.NewSymDense(n, clone(a.Data))))
	var lower mat.TriDense
	theirs.LTo(&lower)
	require.NoError(t, Cholesky(a, 2))
	for i := range n {
		for j := range i + 1 {
			require.InDelta(t, lower.At(i, j), a.At(i, j), 1e-13)
		}
	}
}

func TestNotPositiveDefinite(t *testing.T) {
	for _, n := range []int{1, 16, 40, 100} {
		for _, at := range []int{0, n / 2, n - 1} {
			for _, pivot := range []float64{0, -1, math.NaN(), math.Inf(1)} {
				a := NewMatrix[float64](n, n)
				for i := range n {
					a.Data[i*n+i] = 1
				}
				a.Data[at*n+at] = pivot
				b := draw[float64](3, n, 2, false)
				before := copyOf(b)
				err := SolvePositive(a, b, 2)
				var refused *NotPositiveDefiniteError
				require.True(t, errors.As(err, &refused))
				require.Equal(t, at+1, refused.Order)
				require.ErrorContains(t, err, "not positive definite")
				require.Equal(t, bits(before), bits(b))
			}
		}
	}
}

func TestCholeskyRefusesWhatDoesNotFit(t *testing.T) {
	a := positive[float64](1, 4)
	for _, f := range []func(){
		func() { _ = Cholesky(a.Block(0, 0, 3, 4), 1) },
		func() { _ = Cholesky(a.T(), 1) },
		func() { CholeskySolve(a, NewMatrix[float64](3, 1), 1) },
		func() { CholeskySolve(a, NewMatrix[float64](1, 4).T(), 1) },
		func() { CholeskySolveVec(a, make([]float64, 3)) },
		func() { Syrk(a, 1, NewMatrix[float64](3, 3), 0, 1) },
		func() { Syrk(a.T(), 1, a, 0, 1) },
	} {
		require.Panics(t, f)
	}
}

func TestSolvePositive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 70).Draw(t, "n")
		a := positive[float64](rapid.Uint64Range(0, 99).Draw(t, "seed"), n)
		x := draw[float64](9, n, 2, false)
		b := NewMatrix[float64](n, 2)
		Gemm(b, 1, a, x, 0, 1)
		require.NoError(t, SolvePositive(a, b, 1))
		for i := range n {
			require.InDelta(t, x.At(i, 0), b.At(i, 0), 1e-11)
			require.InDelta(t, x.At(i, 1), b.At(i, 1), 1e-11)
		}
	})
}
