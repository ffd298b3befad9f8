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

// inParallel calls task for each i from 0 to tasks-1 on up to workers goroutines,
// the caller's among them, and returns when all are done. Calls with the same
// worker, from 0 to bounded(workers, tasks)-1, come one after the other.
func inParallel(workers, tasks int, task func(worker, i int)) {
	workers = bounded(workers, tasks)
	if workers == 1 {
		for i := range tasks {
			task(0, i)
		}
		return
	}
	var next atomic.Int64
	work := func(worker int) {
		for i := int(next.Add(1)) - 1; i < tasks; i = int(next.Add(1)) - 1 {
			task(worker, i)
		}
	}
	var group sync.WaitGroup
	for worker := 1; worker < workers; worker++ {
		group.Go(func() { work(worker) })
	}
	work(0)
	group.Wait()
}
