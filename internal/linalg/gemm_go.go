package linalg

// tileGo sets rows x cols of c to alpha times the product of a's rows and b's
// columns, k long, or adds it. Element i, j is the sum over p, one after the
// other, of a[i*lda+p]*b[p*ldb+j]. cols is a multiple of 4.
func tileGo[T Float](rows, cols, k int, a []T, lda int, b []T, ldb int, c []T, ldc int, alpha T, add bool) {
	for i := range rows {
		row := a[i*lda:][:k]
		for j := 0; j < cols; j += 4 {
			var s0, s1, s2, s3 T
			for p, v := range row {
				q := b[p*ldb+j:][:4:4]
				s0 += v * q[0]
				s1 += v * q[1]
				s2 += v * q[2]
				s3 += v * q[3]
			}
			out := c[i*ldc+j:][:4:4]
			// The conversions keep compilers from fusing, so that a product is
			// rounded alike whether it is added or put.
			s0, s1, s2, s3 = T(alpha*s0), T(alpha*s1), T(alpha*s2), T(alpha*s3)
			if add {
				s0, s1, s2, s3 = s0+out[0], s1+out[1], s2+out[2], s3+out[3]
			}
			out[0], out[1], out[2], out[3] = s0, s1, s2, s3
		}
	}
}

// transposeGo sets dst[j*dstStride+i] to src[i*srcStride+j] for i below rows
// and j below cols.
func transposeGo[T Float](dst []T, dstStride int, src []T, srcStride, rows, cols int) {
	for i := range rows {
		for j, v := range src[i*srcStride:][:cols] {
			dst[j*dstStride+i] = v
		}
	}
}

// scatterGo sets dst to the pieces of src, width elements each, stride apart. The
// length of src is a multiple of width.
func scatterGo[T Float](dst, src []T, width, stride int) {
	for at := 0; len(src) > 0; at += stride {
		copy(dst[at:], src[:width])
		src = src[width:]
	}
}
