package linalg

//go:noescape
func gemm1x16AVX2(k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, alpha float32, add bool)

//go:noescape
func gemm2x16AVX2(k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, alpha float32, add bool)

//go:noescape
func gemm4x16AVX2(k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, alpha float32, add bool)

//go:noescape
func gemm6x16AVX2(k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, alpha float32, add bool)

//go:noescape
func gemm1x8AVX2(k int, a *float64, lda int, b *float64, ldb int, c *float64, ldc int, alpha float64, add bool)

//go:noescape
func gemm2x8AVX2(k int, a *float64, lda int, b *float64, ldb int, c *float64, ldc int, alpha float64, add bool)

//go:noescape
func gemm4x8AVX2(k int, a *float64, lda int, b *float64, ldb int, c *float64, ldc int, alpha float64, add bool)

//go:noescape
func gemm6x8AVX2(k int, a *float64, lda int, b *float64, ldb int, c *float64, ldc int, alpha float64, add bool)

// tile32 multiplies rows (6, 4, 2 or 1) of a with a panel of tile columns of b;
// k is at least 1. tileGo says what exactly.
func tile32(rows, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, alpha float32, add bool) {
	if !useAVX2 {
		tileGo(rows, panel32, k, a, lda, b, ldb, c, ldc, alpha, add)
		return
	}
	_, _, _ = a[(rows-1)*lda+k-1], b[(k-1)*ldb+panel32-1], c[(rows-1)*ldc+panel32-1]
	switch rows {
	case 6:
		gemm6x16AVX2(k, &a[0], lda, &b[0], ldb, &c[0], ldc, alpha, add)
	case 4:
		gemm4x16AVX2(k, &a[0], lda, &b[0], ldb, &c[0], ldc, alpha, add)
	case 2:
		gemm2x16AVX2(k, &a[0], lda, &b[0], ldb, &c[0], ldc, alpha, add)
	default:
		gemm1x16AVX2(k, &a[0], lda, &b[0], ldb, &c[0], ldc, alpha, add)
	}
}

func tile64(rows, k int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int, alpha float64, add bool) {
	if !useAVX2 {
		tileGo(rows, panel64, k, a, lda, b, ldb, c, ldc, alpha, add)
		return
	}
	_, _, _ = a[(rows-1)*lda+k-1], b[(k-1)*ldb+panel64-1], c[(rows-1)*ldc+panel64-1]
	switch rows {
	case 6:
		gemm6x8AVX2(k, &a[0], lda, &b[0], ldb, &c[0], ldc, alpha, add)
	case 4:
		gemm4x8AVX2(k, &a[0], lda, &b[0], ldb, &c[0], ldc, alpha, add)
	case 2:
		gemm2x8AVX2(k, &a[0], lda, &b[0], ldb, &c[0], ldc, alpha, add)
	default:
		gemm1x8AVX2(k, &a[0], lda, &b[0], ldb, &c[0], ldc, alpha, add)
	}
}

//go:noescape
func transpose8AVX2(dst *float32, dstStride int, src *float32, srcStride, blocks int)

//go:noescape
func transpose4AVX2(dst *float64, dstStride int, src *float64, srcStride, blocks int)

//go:noescape
func scatter32AVX2(dst *float32, src []float32, stride int)

//go:noescape
func scatter64AVX2(dst *float64, src []float64, stride int)

// transpose32 is transposeGo in blocks of 8 x 8, with a portable rim.
func transpose32(dst []float32, dstStride int, src []float32, srcStride, rows, cols int) {
	const block = 8
	if !useAVX2 || rows < block || cols < block {
		transposeGo(dst, dstStride, src, srcStride, rows, cols)
		return
	}
	_, _ = dst[(cols-1)*dstStride+rows-1], src[(rows-1)*srcStride+cols-1]
	down, across := rows/block*block, cols/block*block
	for i := 0; i < down; i += block {
		transpose8AVX2(&dst[i], dstStride, &src[i*srcStride], srcStride, across/block)
	}
	transposeRim(dst, dstStride, src, srcStride, rows, cols, down, across)
}

// transpose64 is transposeGo in blocks of 4 x 4, with a portable rim.
func transpose64(dst []float64, dstStride int, src []float64, srcStride, rows, cols int) {
	const block = 4
	if !useAVX2 || rows < block || cols < block {
		transposeGo(dst, dstStride, src, srcStride, rows, cols)
		return
	}
	_, _ = dst[(cols-1)*dstStride+rows-1], src[(rows-1)*srcStride+cols-1]
	down, across := rows/block*block, cols/block*block
	for i := 0; i < down; i += block {
		transpose4AVX2(&dst[i], dstStride, &src[i*srcStride], srcStride, across/block)
	}
	transposeRim(dst, dstStride, src, srcStride, rows, cols, down, across)
}

// transposeRim does what is right of across and what is below down.
func transposeRim[T Float](dst []T, dstStride int, src []T, srcStride, rows, cols, down, across int) {
	if across < cols {
		transposeGo(dst[across*dstStride:], dstStride, src[across:], srcStride, down, cols-across)
	}
	if down < rows {
		transposeGo(dst[down:], dstStride, src[down*srcStride:], srcStride, rows-down, cols)
	}
}

// scatter32 copies src in pieces of a panel's width, stride apart.
func scatter32(dst, src []float32, stride int) {
	if !useAVX2 || len(src) == 0 {
		scatterGo(dst, src, panel32, stride)
		return
	}
	_ = dst[(len(src)/panel32-1)*stride+panel32-1]
	scatter32AVX2(&dst[0], src, stride)
}

// scatter64 copies src in pieces of a panel's width, stride apart.
func scatter64(dst, src []float64, stride int) {
	if !useAVX2 || len(src) == 0 {
		scatterGo(dst, src, panel64, stride)
		return
	}
	_ = dst[(len(src)/panel64-1)*stride+panel64-1]
	scatter64AVX2(&dst[0], src, stride)
}
