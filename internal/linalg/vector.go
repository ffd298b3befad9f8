package linalg

import (
	"fmt"
	"math"
)

func sameLength(name string, x, y int) {
	if x != y {
		panic(fmt.Sprintf("linalg: %s of vectors of length %d and %d", name, x, y))
	}
}

// Dot returns the sum of x[i]*y[i].
func Dot(x, y []float32) float32 {
	if len(x) != len(y) {
		sameLength("Dot", len(x), len(y))
	}
	return dot(x, y)
}

// Dot64 is Dot in float64.
func Dot64(x, y []float64) float64 {
	if len(x) != len(y) {
		sameLength("Dot64", len(x), len(y))
	}
	return dot64(x, y)
}

// SquaredDistance returns the sum of (x[i]-y[i])².
func SquaredDistance(x, y []float32) float32 {
	if len(x) != len(y) {
		sameLength("SquaredDistance", len(x), len(y))
	}
	return squaredDistance(x, y)
}

// Cosine returns the cosine of the angle between x and y, in [-1, 1], and 0
// when one of them is zero. Lengths whose squares leave float32's range give 0
// or NaN; Normalize such vectors first.
func Cosine(x, y []float32) float32 {
	if len(x) != len(y) {
		sameLength("Cosine", len(x), len(y))
	}
	xy, xx, yy := dotNorms(x, y)
	if xx == 0 || yy == 0 {
		return 0
	}
	c := float64(xy) / math.Sqrt(float64(xx)*float64(yy))
	return float32(max(-1, min(1, c)))
}

// Normalize scales x to length 1 and returns the length it had. A zero vector
// stays as it is.
func Normalize(x []float32) float32 {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	norm := math.Sqrt(sum)
	if norm == 0 {
		return 0
	}
	if inverse := float32(1 / norm); inverse != 0 && !math.IsInf(float64(inverse), 0) {
		Scale(inverse, x)
		return float32(norm)
	}
	for i, v := range x {
		x[i] = float32(float64(v) / norm)
	}
	return float32(norm)
}

// Axpy adds alpha*x to y. x and y may be the same slice; they must not overlap
// otherwise.
func Axpy(alpha float32, x, y []float32) {
	if len(x) != len(y) {
		sameLength("Axpy", len(x), len(y))
	}
	axpy(alpha, x, y)
}

// Axpy64 is Axpy in float64.
func Axpy64(alpha float64, x, y []float64) {
	if len(x) != len(y) {
		sameLength("Axpy64", len(x), len(y))
	}
	axpy64(alpha, x, y)
}

// Scale multiplies x by alpha in place.
func Scale(alpha float32, x []float32) { scale(alpha, x) }

// Scale64 is Scale in float64.
func Scale64(alpha float64, x []float64) { scale64(alpha, x) }

// DotInt8 returns the sum of x[i]*y[i]. It is exact up to a length of 131,071,
// where 32 bits are full in the worst case, and wraps beyond.
func DotInt8(x, y []int8) int32 {
	if len(x) != len(y) {
		sameLength("DotInt8", len(x), len(y))
	}
	return dotInt8(x, y)
}

// MatVec sets dst to the product of the row-major rows x cols matrix a and x.
// dst[i] is, bit for bit, Dot of row i and x. dst must not overlap a or x.
func MatVec(dst, a []float32, rows, cols int, x []float32) {
	checkRows("MatVec", len(dst), len(a), rows, cols, len(x))
	dotRows(dst, a, x)
}

// MatVec64 is MatVec in float64.
func MatVec64(dst, a []float64, rows, cols int, x []float64) {
	checkRows("MatVec64", len(dst), len(a), rows, cols, len(x))
	dotRows64(dst, a, x)
}

// SquaredDistances sets dst[i] to SquaredDistance of row i of the row-major
// rows x cols matrix a and x, bit for bit. dst must not overlap a or x.
func SquaredDistances(dst, a []float32, rows, cols int, x []float32) {
	checkRows("SquaredDistances", len(dst), len(a), rows, cols, len(x))
	squaredDistanceRows(dst, a, x)
}

// MatVecInt8 sets dst[i] to DotInt8 of row i of the row-major rows x cols
// matrix a and x.
func MatVecInt8(dst []int32, a []int8, rows, cols int, x []int8) {
	checkRows("MatVecInt8", len(dst), len(a), rows, cols, len(x))
	dotInt8Rows(dst, a, x)
}

func checkRows(name string, dst, a, rows, cols, x int) {
	if rows < 0 || cols < 0 || dst != rows || x != cols || a != rows*cols {
		panic(fmt.Sprintf("linalg: %s of a %d x %d matrix with %d elements and a vector of length %d into one of length %d",
			name, rows, cols, a, x, dst))
	}
}
