// Package linalg is the dense linear algebra under search, recommendations and
// nets: vectors, matrix products, Cholesky factors, scans for the best rows and
// convolutions, in float32 and, where accuracy asks for it, float64.
//
//	similarity := linalg.Cosine(x, y)
//
//	a := linalg.MatrixOf(vectors, 100_000, 384)  // a view, row after row
//	best := linalg.TopDot(a, query, 10, 0)       // exact, on all processors
//	codes := linalg.EncodeRows(a, 0)             // a quarter of the memory to scan
//	best = codes.TopDot(a, query, 10, 40, 0)
//
//	c := linalg.NewMatrix[float32](m, n)
//	linalg.Gemm(c, 1, x, weights.T(), 0, 0)      // c = x*weightsᵀ
//	err := linalg.SolvePositive(gram, rhs, 0)
//
// The innermost loops are assembly for amd64 processors with AVX2 and FMA, found
// out when the program starts, and Go elsewhere. The two differ by rounding: of a
// sum of n terms both are within n+2 roundings of the exact one, a rounding being
// 2^-24 (float64: 2^-53) of the sum of the terms' magnitudes. GODEBUG=cpu.avx2=off
// forces the portable ones.
//
// On one processor every result is the same whenever and on however many workers
// it is worked out. NaN and Inf take part as IEEE 754 says; no term is skipped
// because a factor is zero. Denormals are not flushed.
//
// A workers argument bounds the goroutines of the call; 0 or less stands for
// GOMAXPROCS. They end before it returns. Slices that do not fit each other are a
// programmer's error and panic before anything is read or written. Functions may
// be called concurrently as long as nobody writes what another reads.
//
// What is not hot (decompositions, optimisers, statistics) is gonum's.
package linalg
