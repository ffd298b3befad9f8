//go:build !amd64

package linalg

func tile32(rows, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, alpha float32, add bool) {
	tileGo(rows, panel32, k, a, lda, b, ldb, c, ldc, alpha, add)
}

func tile64(rows, k int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int, alpha float64, add bool) {
	tileGo(rows, panel64, k, a, lda, b, ldb, c, ldc, alpha, add)
}

func transpose32(dst []float32, dstStride int, src []float32, srcStride, rows, cols int) {
	transposeGo(dst, dstStride, src, srcStride, rows, cols)
}

func transpose64(dst []float64, dstStride int, src []float64, srcStride, rows, cols int) {
	transposeGo(dst, dstStride, src, srcStride, rows, cols)
}

func scatter32(dst, src []float32, stride int) { scatterGo(dst, src, panel32, stride) }

func scatter64(dst, src []float64, stride int) { scatterGo(dst, src, panel64, stride) }
