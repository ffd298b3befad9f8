package linalg

// Float is what matrices and the portable kernels are made of.
type Float interface{ float32 | float64 }

// dotGo keeps eight sums, which lets the processor overlap the additions and
// rounds about as the AVX2 kernel does.
func dotGo[T Float](x, y []T) T {
	var s0, s1, s2, s3, s4, s5, s6, s7 T
	for len(x) >= 8 && len(y) >= 8 {
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
		s4 += x[4] * y[4]
		s5 += x[5] * y[5]
		s6 += x[6] * y[6]
		s7 += x[7] * y[7]
		x, y = x[8:], y[8:]
	}
	for i, v := range x {
		s0 += v * y[i]
	}
	return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7))
}

func squaredDistanceGo(x, y []float32) float32 {
	var s0, s1, s2, s3 float32
	for len(x) >= 4 && len(y) >= 4 {
		d0, d1, d2, d3 := x[0]-y[0], x[1]-y[1], x[2]-y[2], x[3]-y[3]
		s0 += d0 * d0
		s1 += d1 * d1
		s2 += d2 * d2
		s3 += d3 * d3
		x, y = x[4:], y[4:]
	}
	for i, v := range x {
		d := v - y[i]
		s0 += d * d
	}
	return (s0 + s2) + (s1 + s3)
}

func axpyGo[T Float](alpha T, x, y []T) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += alpha * v
	}
}

func scaleGo[T Float](alpha T, x []T) {
	for i := range x {
		x[i] *= alpha
	}
}

func dotInt8Go(x, y []int8) int32 {
	var s int32
	y = y[:len(x)]
	for i, v := range x {
		s += int32(v) * int32(y[i])
	}
	return s
}

func dotRowsGo[T Float](dst, a, x []T) {
	for i := range dst {
		dst[i] = dotGo(a[i*len(x):][:len(x)], x)
	}
}

func squaredDistanceRowsGo(dst, a, x []float32) {
	for i := range dst {
		dst[i] = squaredDistanceGo(a[i*len(x):][:len(x)], x)
	}
}

func dotInt8RowsGo(dst []int32, a, x []int8) {
	for i := range dst {
		dst[i] = dotInt8Go(a[i*len(x):][:len(x)], x)
	}
}
