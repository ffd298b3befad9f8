package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// worker is one client of the load.
type worker struct {
	*client
	rand *rand.Rand
	body []byte
	took []time.Duration
	n    int // what it has done, over all rounds
}

// crew is the clients of a load; their connections outlast the warm-up.
type crew []*worker

func (r Runner) crew(addr string) crew {
	ws := make(crew, r.Clients)
	for i := range ws {
		ws[i] = &worker{client: newClient(addr), rand: rand.New(rand.NewPCG(r.Seed, uint64(i)))}
	}
	return ws
}

// work has everybody do it again and again until ctx ends. What is begun then
// is finished and counted.
func (c crew) work(ctx context.Context, once func(w *worker) error) error {
	errs := make([]error, len(c))
	var all sync.WaitGroup
	for i, w := range c {
		w.took = w.took[:0]
		all.Go(func() {
			for ctx.Err() == nil {
				start := time.Now()
				if errs[i] = once(w); errs[i] != nil {
					return
				}
				w.n++
				w.took = append(w.took, time.Since(start))
			}
		})
	}
	all.Wait()
	for i, err := range errs {
		if err != nil {
			return fmt.Errorf("client %d: %w", i, err)
		}
	}
	return nil
}

// took is how long each thing took in the last round.
func (c crew) took() []time.Duration {
	var out []time.Duration
	for _, w := range c {
		out = append(out, w.took...)
	}
	return out
}

func (c crew) close() {
	for _, w := range c {
		w.close()
	}
}
