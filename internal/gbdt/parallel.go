package gbdt

import (
	"sync"
	"sync/atomic"
)

// pool runs independent tasks on a number of goroutines that end with the call.
type pool struct{ workers int }

// run calls task for 0..n-1, each once, and returns when all are done.
func (p pool) run(n int, task func(i int)) {
	workers := min(p.workers, n)
	if workers <= 1 {
		for i := range n {
			task(i)
		}
		return
	}
	var next atomic.Int64
	work := func() {
		for {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			task(i)
		}
	}
	var wg sync.WaitGroup
	for range workers - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}

// chunks runs task over ranges of a fixed size, so that what a range holds does
// not depend on the number of workers.
func (p pool) chunks(n, size int, task func(from, to int)) {
	p.run((n+size-1)/size, func(i int) { task(i*size, min(n, (i+1)*size)) })
}

// hash mixes numbers into a uniform 64-bit one (SplitMix64's finaliser).
func hash(seed uint64, parts ...uint64) uint64 {
	z := seed
	for _, p := range parts {
		z += p*0x9e3779b97f4a7c15 + 0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
	}
	return z
}

// uniform turns a hash into a number of [0, 1).
func uniform(h uint64) float64 { return float64(h>>11) / (1 << 53) }
