package goid

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGoroutinesThatLiveDiffer(t *testing.T) {
	t.Parallel()
	for _, id := range []func() uint64{Current, traced} {
		const n = 1000
		var mu sync.Mutex
		seen := map[uint64]int{}
		var begun, all sync.WaitGroup
		begun.Add(n)
		for range n {
			all.Go(func() {
				mine := id()
				begun.Done()
				begun.Wait() // all live at once
				deeper(100)  // and their stacks move
				runtime.Gosched()
				mu.Lock()
				defer mu.Unlock()
				if id() == mine {
					seen[mine]++
				}
			})
		}
		all.Wait()
		require.Len(t, seen, n)
	}
}

//go:noinline
func deeper(n int) byte {
	var room [1 << 10]byte
	if n > 0 {
		room[n] = deeper(n - 1)
	}
	return room[n/2]
}

func BenchmarkCurrent(b *testing.B) {
	for b.Loop() {
		Current()
	}
}
