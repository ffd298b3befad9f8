package linalg

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// bounded returns how many workers n tasks get: as many as asked for,
// GOMAXPROCS when workers is 0 or less, and never more than there are tasks.
func bounded(workers, tasks int) int {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return max(1, min(workers, tasks))
}

// inParallel calls task(0) to task(tasks-1), each once, on up to workers
// goroutines, the caller's among them, and returns when all are done.
func inParallel(workers, tasks int, task func(i int)) {
	workers = bounded(workers, tasks)
	if workers == 1 {
		for i := range tasks {
			task(i)
		}
		return
	}
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1)) - 1; i < tasks; i = int(next.Add(1)) - 1 {
			task(i)
		}
	}
	var group sync.WaitGroup
	for range workers - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
}
