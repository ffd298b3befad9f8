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
