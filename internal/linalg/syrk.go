package linalg

import "fmt"

// Syrk sets the symmetric matrix c to alpha*a*aᵀ + beta*c; Syrk of a.T() gives
// aᵀ*a. It works out the lower triangle, half of what Gemm would do, and copies
// it to the upper; of the old c it reads the lower triangle. The numbers are
// those of Gemm and, like them, independent of the number of workers.
func Syrk[T Float](c Matrix[T], alpha T, a Matrix[T], beta T, workers int) {
	if c.Rows != c.Cols || c.Rows != a.Rows {
		panic(fmt.Sprintf("linalg: Syrk of %d x %d into %d x %d", a.Rows, a.Cols, c.Rows, c.Cols))
	}
	syrkLower(c, alpha, a, beta, workers)
	for i := range c.Rows {
		for j, v := range c.Row(i)[:i] {
			c.Data[j*c.Stride+i] = v
		}
	}
}

// syrkLower leaves anything in the upper triangle.
func syrkLower[T Float](c Matrix[T], alpha T, a Matrix[T], beta T, workers int) {
	a.check("a")
	c.check("c")
	if c.transposed {
		panic("linalg: Syrk into a transposed matrix")
	}
	p := product[T]{c: c, alpha: alpha, a: a, b: a.T(), beta: beta, kernel: kernelOf[T](), lower: true}
	p.run(workers)
}
