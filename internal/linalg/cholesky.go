package linalg

import (
	"fmt"
	"math"
)

// NotPositiveDefiniteError says that a matrix has no Cholesky factor.
type NotPositiveDefiniteError struct {
	Order int // the smallest leading block without a factor
}

func (e *NotPositiveDefiniteError) Error() string {
	return fmt.Sprintf("linalg: the matrix is not positive definite: its leading block of order %d is not", e.Order)
}

// Below this order factors and triangular solves are plain loops; above it they
// halve themselves, and nearly all work is in products.
const choleskyBase = 16

// Cholesky replaces the lower triangle of the symmetric positive definite matrix
// a by the factor l with l*lᵀ = a. It reads the lower triangle only and leaves
// the numbers above the diagonal undefined. When a is not positive definite, or
// not a number, it returns a *NotPositiveDefiniteError and a is spoiled. The
// factor does not depend on the number of workers.
func Cholesky[T Float](a Matrix[T], workers int) error {
	square("Cholesky", a)
	if order := cholesky(a, workers); order > 0 {
		return &NotPositiveDefiniteError{Order: order}
	}
	return nil
}

func square[T Float](name string, a Matrix[T]) {
	a.check("a")
	if a.Rows != a.Cols || a.transposed {
		panic(fmt.Sprintf("linalg: %s of a %d x %d matrix (transposed: %t)", name, a.Rows, a.Cols, a.transposed))
	}
}

// half cuts n so that blocks stay multiples of the base.
func half(n int) int { return roundUp(n/2, choleskyBase) }

// cholesky returns 0, or the order of the first block without a factor.
func cholesky[T Float](a Matrix[T], workers int) int {
	n := a.Rows
	if n > choleskyBase {
		h := half(n)
		top, left, rest := a.Block(0, 0, h, h), a.Block(h, 0, n-h, h), a.Block(h, h, n-h, n-h)
		if order := cholesky(top, workers); order > 0 {
			return order
		}
		solveRight(top, left, workers)
		syrkLower(rest, -1, left, 1, workers)
		if order := cholesky(rest, workers); order > 0 {
			return h + order
		}
		return 0
	}
	for i := range n {
		row := a.Row(i)
		for j := range i {
			row[j] = (row[j] - dotGo(row[:j], a.Row(j)[:j])) / a.Row(j)[j]
		}
		pivot := float64(row[i] - dotGo(row[:i], row[:i]))
		if !(pivot > 0) || math.IsInf(pivot, 1) {
			return i + 1
		}
		row[i] = T(math.Sqrt(pivot))
	}
	return 0
}

// solveRight replaces x by the solution y of y*lᵀ = x.
func solveRight[T Float](l, x Matrix[T], workers int) {
	n := l.Rows
	if n > choleskyBase {
		h := half(n)
		left, right := x.Block(0, 0, x.Rows, h), x.Block(0, h, x.Rows, n-h)
		solveRight(l.Block(0, 0, h, h), left, workers)
		Gemm(right, -1, left, l.Block(h, 0, n-h, h).T(), 1, workers)
		solveRight(l.Block(h, h, n-h, n-h), right, workers)
		return
	}
	const strip = 256
	inParallel(workers, (x.Rows+strip-1)/strip, func(_, s int) {
		for i := s * strip; i < min(x.Rows, (s+1)*strip); i++ {
			row := x.Row(i)
			for j := range n {
				lj := l.Row(j)
				sum := row[j]
				for p, v := range row[:j] {
					sum -= v * lj[p]
				}
				row[j] = sum / lj[j]
			}
		}
	})
}

// CholeskySolve replaces b by the solution x of l*lᵀ*x = b, where l is a factor
// that Cholesky left in the lower triangle. Each column of b is a system of its
// own.
func CholeskySolve[T Float](l, b Matrix[T], workers int) {
	square("CholeskySolve", l)
	b.check("b")
	if b.Rows != l.Rows || b.transposed {
		panic(fmt.Sprintf("linalg: CholeskySolve of order %d for %d x %d (transposed: %t)", l.Rows, b.Rows, b.Cols, b.transposed))
	}
	solveLower(l, b, workers)
	solveUpper(l, b, workers)
}

// solveLower replaces b by the solution of l*x = b.
func solveLower[T Float](l, b Matrix[T], workers int) {
	n := l.Rows
	if n > choleskyBase {
		h := half(n)
		top, rest := b.Block(0, 0, h, b.Cols), b.Block(h, 0, n-h, b.Cols)
		solveLower(l.Block(0, 0, h, h), top, workers)
		Gemm(rest, -1, l.Block(h, 0, n-h, h), top, 1, workers)
		solveLower(l.Block(h, h, n-h, n-h), rest, workers)
		return
	}
	for i := range n {
		row, li := b.Row(i), l.Row(i)
		for p := range i {
			axpyOf(-li[p], b.Row(p), row)
		}
		divide(row, li[i])
	}
}

// solveUpper replaces b by the solution of lᵀ*x = b.
func solveUpper[T Float](l, b Matrix[T], workers int) {
	n := l.Rows
	if n > choleskyBase {
		h := half(n)
		top, rest := b.Block(0, 0, h, b.Cols), b.Block(h, 0, n-h, b.Cols)
		solveUpper(l.Block(h, h, n-h, n-h), rest, workers)
		Gemm(top, -1, l.Block(h, 0, n-h, h).T(), rest, 1, workers)
		solveUpper(l.Block(0, 0, h, h), top, workers)
		return
	}
	for i := n - 1; i >= 0; i-- {
		row, li := b.Row(i), l.Row(i)
		divide(row, li[i])
		for p := range i {
			axpyOf(-li[p], row, b.Row(p))
		}
	}
}

// axpyOf is Axpy for either type.
func axpyOf[T Float](alpha T, x, y []T) {
	switch x := any(x).(type) {
	case []float32:
		axpy(float32(alpha), x, any(y).([]float32))
	case []float64:
		axpy64(float64(alpha), x, any(y).([]float64))
	}
}

// dotOf is Dot for either type.
func dotOf[T Float](x, y []T) T {
	switch x := any(x).(type) {
	case []float32:
		return T(dot(x, any(y).([]float32)))
	case []float64:
		return T(dot64(x, any(y).([]float64)))
	}
	panic("unreachable")
}

func divide[T Float](x []T, by T) {
	for i := range x {
		x[i] /= by
	}
}

// CholeskySolveVec is CholeskySolve for one right-hand side.
func CholeskySolveVec[T Float](l Matrix[T], b []T) {
	square("CholeskySolveVec", l)
	if len(b) != l.Rows {
		panic(fmt.Sprintf("linalg: CholeskySolveVec of order %d for length %d", l.Rows, len(b)))
	}
	for i := range b {
		row := l.Row(i)
		b[i] = (b[i] - dotOf(row[:i], b[:i])) / row[i]
	}
	for i := len(b) - 1; i >= 0; i-- {
		row := l.Row(i)
		b[i] /= row[i]
		axpyOf(-b[i], row[:i], b[:i])
	}
}

// SolvePositive replaces b by the solution x of a*x = b for a symmetric positive
// definite matrix a, whose lower triangle becomes its Cholesky factor. Without
// such a factor it returns a *NotPositiveDefiniteError and leaves b alone.
func SolvePositive[T Float](a, b Matrix[T], workers int) error {
	if err := Cholesky(a, workers); err != nil {
		return err
	}
	CholeskySolve(a, b, workers)
	return nil
}

// CholeskyInverse returns the inverse of l*lᵀ, exactly symmetric, where l is a
// factor that Cholesky left in the lower triangle.
func CholeskyInverse[T Float](l Matrix[T], workers int) Matrix[T] {
	square("CholeskyInverse", l)
	root, inverse := NewMatrix[T](l.Rows, l.Rows), NewMatrix[T](l.Rows, l.Rows)
	for i := range l.Rows {
		root.Row(i)[i] = 1
	}
	invertLower(l, root, workers)
	gramLower(inverse, root, workers)
	for i := range l.Rows {
		for j := range i {
			inverse.Row(j)[i] = inverse.Row(i)[j]
		}
	}
	return inverse
}

// invertLower replaces the unit matrix x by the inverse of l, of which nothing
// lies above the diagonal.
func invertLower[T Float](l, x Matrix[T], workers int) {
	n := l.Rows
	if n <= choleskyBase {
		solveLower(l, x, workers)
		return
	}
	h := half(n)
	top, rest := x.Block(0, 0, h, h), x.Block(h, 0, n-h, h)
	invertLower(l.Block(0, 0, h, h), top, workers)
	Gemm(rest, -1, l.Block(h, 0, n-h, h), top, 0, workers)
	solveLower(l.Block(h, h, n-h, n-h), rest, workers)
	invertLower(l.Block(h, h, n-h, n-h), x.Block(h, h, n-h, n-h), workers)
}

// gramLower sets the lower triangle of c to that of xᵀ*x, where x has nothing
// above its diagonal.
func gramLower[T Float](c, x Matrix[T], workers int) {
	n := c.Rows
	if n <= choleskyBase {
		Syrk(c, 1, x.T(), 0, workers)
		return
	}
	h := half(n)
	left, corner := x.Block(h, 0, n-h, h), x.Block(h, h, n-h, n-h)
	top := c.Block(0, 0, h, h)
	gramLower(top, x.Block(0, 0, h, h), workers)
	Syrk(top, 1, left.T(), 1, workers)
	Gemm(c.Block(h, 0, n-h, h), 1, corner.T(), left, 0, workers)
	gramLower(c.Block(h, h, n-h, n-h), corner, workers)
}
