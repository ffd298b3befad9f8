package linalg

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
)

// dense returns a matrix without gaps, no element of which is zero (gonum skips
// zeros).
func dense[T Float](seed uint64, rows, cols int) Matrix[T] {
	return MatrixOf(clone(normals[T](source(seed), rows*cols)), rows, cols)
}

func BenchmarkGemm32(b *testing.B) {
	for _, size := range [][3]int{{512, 512, 512}, {128, 1536, 384}, {64, 3136, 576}, {1024, 1024, 1024}, {64, 64, 64}, {16, 16, 16}, {8, 384, 384}, {1, 384, 384}, {100_000, 64, 64}} {
		m, n, k := size[0], size[1], size[2]
		x, y, z := dense[float32](1, m, k), dense[float32](2, k, n), dense[float32](3, m, n)
		flops := 2 * float64(m) * float64(n) * float64(k)
		for _, workers := range []int{1, 2} {
			for trans := range 4 {
				if trans == 3 || m*n*k > 512*512*512 && trans != 0 {
					continue
				}
				x, y := x, y
				if trans&1 > 0 {
					x = dense[float32](1, k, m).T()
				}
				if trans&2 > 0 {
					y = dense[float32](2, n, k).T()
				}
				b.Run(fmt.Sprintf("%dx%dx%d/%s/workers=%d", m, n, k, []string{"nn", "tn", "nt"}[trans], workers), func(b *testing.B) {
					for b.Loop() {
						Gemm(z, 1, x, y, 0, workers)
					}
					gflops(b, flops)
				})
			}
		}
		b.Run(fmt.Sprintf("%dx%dx%d/gonum", m, n, k), func(b *testing.B) {
			for b.Loop() {
				blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, gonum32(x), gonum32(y), 0, gonum32(z))
			}
			gflops(b, flops)
		})
	}
}

func gonum32(m Matrix[float32]) blas32.General {
	return blas32.General{Rows: m.Rows, Cols: m.Cols, Stride: m.Stride, Data: m.Data}
}

func gonum64(m Matrix[float64]) blas64.General {
	return blas64.General{Rows: m.Rows, Cols: m.Cols, Stride: m.Stride, Data: m.Data}
}

func BenchmarkGemm64(b *testing.B) {
	const n = 512
	x, y, z := dense[float64](1, n, n), dense[float64](2, n, n), dense[float64](3, n, n)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("512/workers=%d", workers), func(b *testing.B) {
			for b.Loop() {
				Gemm(z, 1, x, y, 0, workers)
			}
			gflops(b, 2*n*n*n)
		})
	}
	b.Run("512/gonum", func(b *testing.B) {
		for b.Loop() {
			blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, gonum64(x), gonum64(y), 0, gonum64(z))
		}
		gflops(b, 2*n*n*n)
	})
}
