package linalg

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// draw returns a rows x cols matrix, as the transpose of what is stored if so
// asked, with a stride wider than its rows and NaN in between.
func draw[T Float](seed uint64, rows, cols int, transposed bool) Matrix[T] {
	if transposed {
		return draw[T](seed, cols, rows, false).T()
	}
	r := source(seed)
	m := Matrix[T]{Rows: rows, Cols: cols, Stride: cols + int(seed%3), Data: nil}
	m.Data = make([]T, rows*m.Stride+1)[1:]
	for i := range m.Data {
		m.Data[i] = T(math.NaN())
	}
	for i := range rows {
		for j := range cols {
			m.Data[i*m.Stride+j] = T(r.NormFloat64())
		}
	}
	return m
}

func copyOf[T Float](m Matrix[T]) Matrix[T] {
	m.Data = clone(m.Data)
	return m
}

// bits are all numbers of the matrix, those between its rows too.
func bits[T Float](m Matrix[T]) []uint64 {
	b := make([]uint64, len(m.Data))
	for i, v := range m.Data {
		b[i] = math.Float64bits(float64(v))
	}
	return b
}

func checkGemm[T Float](t *testing.T, m, n, k int, transA, transB, transC bool, alpha, beta T, workers int) {
	t.Helper()
	a, b, c := draw[T](1, m, k, transA), draw[T](2, k, n, transB), draw[T](4, m, n, transC)
	before := copyOf(c)
	Gemm(c, alpha, a, b, beta, workers)
	for i := range m {
		for j := range n {
			var sum, size float64
			for p := range k {
				term := float64(a.At(i, p)) * float64(b.At(p, j))
				sum += term
				size += math.Abs(term)
			}
			old := float64(beta) * float64(before.At(i, j))
			if beta == 0 {
				old = 0
			}
			want := float64(alpha)*sum + old
			near(t, want, c.At(i, j), math.Abs(float64(alpha))*size+math.Abs(old), 2*k+3,
				fmt.Sprintf("%d x %d x %d %v %v %v at %d, %d", m, n, k, transA, transB, transC, i, j))
		}
	}
	// What lies between the rows is as it was.
	for i, v := range c.Data {
		if col := i % c.Stride; before.Data[i] != before.Data[i] && (transC && col >= m || !transC && col >= n) {
			require.True(t, v != v, "wrote between rows")
		}
	}
}

func TestGemmSmall(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for _, m := range []int{0, 1, 2, 3, 4, 5, 6, 7, 11, 13} {
			for _, n := range []int{0, 1, 3, 7, 8, 9, 15, 16, 17, 33} {
				for _, k := range []int{0, 1, 2, 3, 4, 5, 8, 9} {
					trans := (m + n + k) % 8
					checkGemm[float32](t, m, n, k, trans&1 > 0, trans&2 > 0, trans&4 > 0, 1.5, -.5, 1)
					checkGemm[float64](t, m, n, k, trans&1 > 0, trans&2 > 0, trans&4 > 0, 1.5, -.5, 1)
				}
			}
		}
	})
}

// Sizes around the edges of blocks and tiles, each way of transposing, and the
// special betas.
func TestGemmBlocks(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		sizes := [][3]int{
			{95, 17, 257}, {97, 31, 255}, {24, 513, 40}, {23, 529, 41}, {191, 64, 19}, {12, 12, 513}, {130, 130, 130},
		}
		for s, size := range sizes {
			for trans := range 8 {
				beta := []float64{0, 1, .25}[(s+trans)%3]
				checkGemm[float32](t, size[0], size[1], size[2], trans&1 > 0, trans&2 > 0, trans&4 > 0, -1, float32(beta), 2)
				checkGemm(t, size[0], size[1], size[2], trans&1 > 0, trans&2 > 0, trans&4 > 0, -1, beta, 2)
			}
		}
	})
}

func TestGemmIsTheSameOnAnyNumberOfWorkers(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for _, size := range [][3]int{{200, 190, 300}, {1000, 33, 70}, {30, 1111, 65}} {
			for trans := range 4 {
				a := draw[float32](1, size[0], size[2], trans&1 > 0)
				b := draw[float32](2, size[2], size[1], trans&2 > 0)
				var want []uint64
				for _, workers := range []int{1, 2, 3, 7, 0} {
					c := draw[float32](5, size[0], size[1], false)
					Gemm(c, .7, a, b, .3, workers)
					if want == nil {
						want = bits(c)
					}
					require.Equal(t, want, bits(c), "%v on %d workers", size, workers)
				}
			}
		}
	})
}

// A row of the product is the same whatever other rows and columns there are.
func TestGemmRowsStandAlone(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		a, b := draw[float32](1, 100, 300, false), draw[float32](2, 300, 100, false)
		whole := NewMatrix[float32](100, 100)
		Gemm(whole, .7, a, b, 0, 1)
		for _, rows := range []int{1, 2, 3, 5, 6, 23, 25} {
			for _, cols := range []int{1, 15, 16, 40} {
				part := NewMatrix[float32](rows, cols)
				Gemm(part, .7, a.Block(50, 0, rows, 300), b.Block(0, 37, 300, cols), 0, 1)
				for i := range rows {
					require.Equal(t, whole.Row(50 + i)[37:37+cols], part.Row(i), "%d x %d", rows, cols)
				}
			}
		}
	})
}

func TestGemmSpecialNumbers(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		nan := float32(math.NaN())
		for _, m := range []int{1, 7, 50} {
			n, k := 37, 300
			for _, at := range [][2]int{{0, 0}, {m - 1, k - 1}, {m / 2, 256}} {
				a, b := draw[float32](3, m, k, false), draw[float32](3, k, n, false)
				a.Data[at[0]*a.Stride+at[1]] = nan
				c := draw[float32](3, m, n, false)
				Gemm(c, 1, a, b, 0, 1)
				for i := range m {
					for j := range n {
						v := c.At(i, j)
						require.Equal(t, i == at[0], v != v, "NaN belongs in row %d, is in %d, %d", at[0], i, j)
					}
				}
			}
		}
		// beta 0 overwrites NaN; alpha 0 does not read a and b.
		a, c := draw[float32](3, 5, 5, false), NewMatrix[float32](5, 5)
		for i := range c.Data {
			c.Data[i] = nan
		}
		a.Data[0] = nan
		Gemm(c, 0, a, a, 0, 1)
		require.Equal(t, make([]float32, 25), c.Data)
		// Inf times 0 is NaN.
		inf, zero := MatrixOf([]float32{float32(math.Inf(1))}, 1, 1), NewMatrix[float32](1, 1)
		Gemm(zero, 1, inf, zero.Block(0, 0, 1, 1), 0, 1)
		require.True(t, zero.Data[0] != zero.Data[0])
	})
}

func TestGemmRefusesWhatDoesNotFit(t *testing.T) {
	a, b, c := NewMatrix[float32](2, 3), NewMatrix[float32](3, 4), NewMatrix[float32](2, 4)
	short := c
	short.Data = short.Data[:7]
	narrow := c
	narrow.Stride = 3
	for name, f := range map[string]func(){
		"inner":  func() { Gemm(c, 1, a, a, 0, 1) },
		"rows":   func() { Gemm(b, 1, a, b, 0, 1) },
		"cols":   func() { Gemm(a, 1, a, b, 0, 1) },
		"data":   func() { Gemm(short, 1, a, b, 0, 1) },
		"stride": func() { Gemm(narrow, 1, a, b, 0, 1) },
		"of":     func() { MatrixOf(make([]float32, 5), 2, 3) },
		"block":  func() { a.Block(1, 1, 2, 1) },
		"row":    func() { a.T().Row(0) },
	} {
		require.Panics(t, f, name)
	}
}

// (ab)c and a(bc) agree, and so do (ab)ᵀ and bᵀaᵀ to the bit.
func TestGemmLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim := rapid.IntRange(1, 60)
		m, n, k, l := dim.Draw(t, "m"), dim.Draw(t, "n"), dim.Draw(t, "k"), dim.Draw(t, "l")
		seed := rapid.Uint64Range(0, 1000).Draw(t, "seed")
		a, b, c := draw[float64](seed, m, n, false), draw[float64](seed+1, n, k, true), draw[float64](seed+2, k, l, false)
		mul := func(x, y Matrix[float64]) Matrix[float64] {
			z := NewMatrix[float64](x.Rows, y.Cols)
			Gemm(z, 1, x, y, 0, 2)
			return z
		}
		require.InDeltaSlice(t, mul(mul(a, b), c).Data, mul(a, mul(b, c)).Data, 1e-9)
		ab, ba := mul(a, b), mul(b.T(), a.T())
		for i := range m {
			for j := range k {
				require.Equal(t, ab.At(i, j), ba.At(j, i))
			}
		}
	})
}
