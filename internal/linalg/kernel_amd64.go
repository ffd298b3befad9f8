package linalg

import "golang.org/x/sys/cpu"

// useAVX2 chooses the kernels. Tests switch it to compare the two; a process
// can be started with GODEBUG=cpu.avx2=off.
var useAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasFMA

// The kernels read their lengths from the first slice, and from x in those over
// rows; the callers see to it that the others are as long.

//go:noescape
func dotAVX2(x, y []float32) float32

//go:noescape
func dot64AVX2(x, y []float64) float64

//go:noescape
func squaredDistanceAVX2(x, y []float32) float32

//go:noescape
func dotNormsAVX2(x, y []float32) (xy, xx, yy float32)

//go:noescape
func axpyAVX2(alpha float32, x, y []float32)

//go:noescape
func axpy64AVX2(alpha float64, x, y []float64)

//go:noescape
func scaleAVX2(alpha float32, x []float32)

//go:noescape
func scale64AVX2(alpha float64, x []float64)

//go:noescape
func dotInt8AVX2(x, y []int8) int32

//go:noescape
func dotRowsAVX2(dst, a, x []float32)

//go:noescape
func dotRows64AVX2(dst, a, x []float64)

//go:noescape
func squaredDistanceRowsAVX2(dst, a, x []float32)

//go:noescape
func dotInt8RowsAVX2(dst []int32, a, x []int8)

func dot(x, y []float32) float32 {
	if useAVX2 {
		return dotAVX2(x, y)
	}
	return dotGo(x, y)
}

func dot64(x, y []float64) float64 {
	if useAVX2 {
		return dot64AVX2(x, y)
	}
	return dotGo(x, y)
}

func squaredDistance(x, y []float32) float32 {
	if useAVX2 {
		return squaredDistanceAVX2(x, y)
	}
	return squaredDistanceGo(x, y)
}

func dotNorms(x, y []float32) (xy, xx, yy float32) {
	if useAVX2 {
		return dotNormsAVX2(x, y)
	}
	return dotGo(x, y), dotGo(x, x), dotGo(y, y)
}

func axpy(alpha float32, x, y []float32) {
	if useAVX2 {
		axpyAVX2(alpha, x, y)
		return
	}
	axpyGo(alpha, x, y)
}

func axpy64(alpha float64, x, y []float64) {
	if useAVX2 {
		axpy64AVX2(alpha, x, y)
		return
	}
	axpyGo(alpha, x, y)
}

func scale(alpha float32, x []float32) {
	if useAVX2 {
		scaleAVX2(alpha, x)
		return
	}
	scaleGo(alpha, x)
}

func scale64(alpha float64, x []float64) {
	if useAVX2 {
		scale64AVX2(alpha, x)
		return
	}
	scaleGo(alpha, x)
}

func dotInt8(x, y []int8) int32 {
	if useAVX2 {
		return dotInt8AVX2(x, y)
	}
	return dotInt8Go(x, y)
}

func dotRows(dst, a, x []float32) {
	if useAVX2 {
		dotRowsAVX2(dst, a, x)
		return
	}
	dotRowsGo(dst, a, x)
}

func dotRows64(dst, a, x []float64) {
	if useAVX2 {
		dotRows64AVX2(dst, a, x)
		return
	}
	dotRowsGo(dst, a, x)
}

func squaredDistanceRows(dst, a, x []float32) {
	if useAVX2 {
		squaredDistanceRowsAVX2(dst, a, x)
		return
	}
	squaredDistanceRowsGo(dst, a, x)
}

func dotInt8Rows(dst []int32, a, x []int8) {
	if useAVX2 {
		dotInt8RowsAVX2(dst, a, x)
		return
	}
	dotInt8RowsGo(dst, a, x)
}
