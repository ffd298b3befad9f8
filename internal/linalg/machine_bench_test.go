package linalg

import (
	"fmt"
	"sync"
	"testing"

	"github.com/bodega-commerce/bodega/internal/linalg/peak"
)

// onWorkers runs f on so many goroutines and waits.
func onWorkers(workers int, f func(worker int)) {
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() { f(w) })
	}
	group.Wait()
}

// BenchmarkMachine gives what the other figures are measured against: the
// multiply-adds and the reading that the processor does at best.
func BenchmarkMachine(b *testing.B) {
	if !peak.Supported() {
		b.Skip("no AVX2 here")
	}
	for _, workers := range []int{1, 2} {
		const rounds = 500_000
		b.Run(fmt.Sprintf("fma32/workers=%d", workers), func(b *testing.B) {
			for b.Loop() {
				onWorkers(workers, func(int) { peak.FMA32(rounds) })
			}
			gflops(b, float64(workers)*rounds*peak.FlopsPerRound)
		})
		b.Run(fmt.Sprintf("fma64/workers=%d", workers), func(b *testing.B) {
			for b.Loop() {
				onWorkers(workers, func(int) { peak.FMA64(rounds) })
			}
			gflops(b, float64(workers)*rounds*peak.FlopsPerRound/2)
		})
		b.Run(fmt.Sprintf("read 154 MB/workers=%d", workers), func(b *testing.B) {
			x := make([]float32, 100_000*384)
			for i := range x {
				x[i] = 1
			}
			b.SetBytes(int64(len(x)) * 4)
			for b.Loop() {
				onWorkers(workers, func(w int) { peak.Read(x[w*len(x)/workers : (w+1)*len(x)/workers]) })
			}
		})
	}
}

func gflops(b *testing.B, flops float64) {
	b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
