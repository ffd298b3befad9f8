package linalg

import (
	"fmt"
	"testing"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/bodega-commerce/bodega/internal/linalg/peak"
)

// fastest times each function in turn, again and again, and returns the shortest
// time of each: what is compared runs under the same load, and the shortest time
// is the one that other programs disturbed least.
func fastest(b *testing.B, fs ...func()) []time.Duration {
	best := make([]time.Duration, len(fs))
	for _, f := range fs {
		f()
	}
	rounds := 0
	for b.Loop() {
		for i, f := range fs {
			start := time.Now()
			f()
			if took := time.Since(start); rounds == 0 || took < best[i] {
				best[i] = took
			}
		}
		rounds++
	}
	return best
}

func times(n int, f func()) func() {
	return func() {
		for range n {
			f()
		}
	}
}

// BenchmarkRatio puts our figures beside the machine's and gonum's, measured in
// the same seconds.
func BenchmarkRatio(b *testing.B) {
	for _, dim := range []int{384, 1536} {
		b.Run(fmt.Sprintf("dot %d", dim), func(b *testing.B) {
			x, y := dense[float32](1, 1, dim).Data, dense[float32](2, 1, dim).Data
			gx, gy := blas32.Vector{N: dim, Inc: 1, Data: x}, blas32.Vector{N: dim, Inc: 1, Data: y}
			var sink float32
			t := fastest(b, times(1000, func() { sink += Dot(x, y) }), times(1000, func() { sink += blas32.Dot(gx, gy) }))
			report(b, "gonum-x", t[1], t[0])
			b.ReportMetric(float64(t[0])/1000, "ns/dot")
		})
		b.Run(fmt.Sprintf("axpy %d", dim), func(b *testing.B) {
			x, y := dense[float32](1, 1, dim).Data, dense[float32](2, 1, dim).Data
			gx, gy := blas32.Vector{N: dim, Inc: 1, Data: x}, blas32.Vector{N: dim, Inc: 1, Data: y}
			t := fastest(b, times(1000, func() { Axpy(1e-9, x, y) }), times(1000, func() { blas32.Axpy(1e-9, gx, gy) }))
			report(b, "gonum-x", t[1], t[0])
			b.ReportMetric(float64(t[0])/1000, "ns/axpy")
		})
	}
	for _, size := range [][3]int{{512, 512, 512}, {128, 1536, 384}, {64, 3136, 576}, {1024, 1024, 1024}, {64, 64, 64}, {100_000, 64, 64}, {64, 64, 100_000}} {
		m, n, k := size[0], size[1], size[2]
		for trans, ways := range []string{"nn", "tn", "nt"} {
			x, y, z := dense[float32](1, m, k), dense[float32](2, k, n), dense[float32](3, m, n)
			ta, tb := blas.NoTrans, blas.NoTrans
			gx, gy := gonum32(x), gonum32(y)
			switch trans {
			case 1:
				x, ta = dense[float32](1, k, m), blas.Trans
				gx = gonum32(x)
				x = x.T()
			case 2:
				y, tb = dense[float32](2, n, k), blas.Trans
				gy = gonum32(y)
				y = y.T()
			}
			for _, workers := range []int{1, 2} {
				b.Run(fmt.Sprintf("sgemm %dx%dx%d %s workers=%d", m, n, k, ways, workers), func(b *testing.B) {
					flops := 2 * m * n * k
					rounds := flops / peak.FlopsPerRound / workers
					fs := []func(){
						func() { Gemm(z, 1, x, y, 0, workers) },
						func() { onWorkers(workers, func(int) { peak.FMA32(rounds) }) },
					}
					if m == 512 {
						fs = append(fs, func() { blas32.Gemm(ta, tb, 1, gx, gy, 0, gonum32(z)) })
					}
					t := fastest(b, fs...)
					report(b, "of-peak", t[1], t[0])
					if m == 512 {
						report(b, "gonum-x", t[2], t[0])
					}
					b.ReportMetric(float64(flops)/float64(t[0]), "GFLOP/s")
				})
			}
		}
	}
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("dgemm 512 workers=%d", workers), func(b *testing.B) {
			const n = 512
			x, y, z := dense[float64](1, n, n), dense[float64](2, n, n), dense[float64](3, n, n)
			rounds := 2 * n * n * n / (peak.FlopsPerRound / 2) / workers
			t := fastest(b,
				func() { Gemm(z, 1, x, y, 0, workers) },
				func() { onWorkers(workers, func(int) { peak.FMA64(rounds) }) },
				func() { blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, gonum64(x), gonum64(y), 0, gonum64(z)) })
			report(b, "of-peak", t[1], t[0])
			report(b, "gonum-x", t[2], t[0])
			b.ReportMetric(2*n*n*n/float64(t[0]), "GFLOP/s")
		})
	}
}

func report(b *testing.B, unit string, theirs, ours time.Duration) {
	b.ReportMetric(0, "ns/op") // of the whole round: nothing to read in it
	b.ReportMetric(float64(theirs)/float64(ours), unit)
}
