package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// units is how many there are of what everybody wants.
const units = 100

// Oversell lets a thousand buyers have at the last hundred units at once. More
// or fewer orders, another answer than out_of_stock for anybody else, or books
// that do not agree afterwards are violations.
func (r Runner) Oversell(ctx context.Context) (*Result, error) {
	r = r.withDefaults(1000)
	out := &Result{Name: fmt.Sprintf("oversell, %s, %d buyers of %d units", scheme(r.Database), r.Clients, units)}
	s, err := r.start(ctx, 1, units)
	if err != nil {
		return nil, err
	}
	defer s.kill()
	ws := r.crew(s.Addr)
	defer ws.close()
	for _, w := range ws { // the connections are there when the sale begins
		if _, err := w.do(http.MethodGet, "/healthz", nil); err != nil {
			return nil, err
		}
	}
	sold, refused := 0, 0
	var took []time.Duration
	var mu sync.Mutex
	begin := make(chan struct{})
	var all sync.WaitGroup
	for _, w := range ws {
		all.Go(func() {
			<-begin
			start := time.Now()
			_, err := w.order(s, fmt.Sprintf(`{"variant_id":%q,"quantity":1}`, s.Variants[0]), "manual", "")
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(start))
			var no *refusedError
			switch {
			case err == nil:
				sold++
			case errors.As(err, &no) && no.status == http.StatusConflict && no.code == "out_of_stock":
				refused++
			default:
				out.violated("a buyer was told: %v", err)
			}
		})
	}
	start := time.Now()
	close(begin)
	all.Wait()
	wall := time.Since(start)
	if sold != min(units, r.Clients) {
		out.violated("%d orders of %d units", sold, units)
	}
	wrong, err := s.verify(ctx)
	if err != nil {
		return nil, err
	}
	out.Violations = append(out.Violations, wrong...)
	out.add("orders", float64(sold), "")
	out.add("told that it is out of stock", float64(refused), "")
	out.latencies("an answer to a buyer", took)
	out.atMost("all were answered within", wall.Seconds(), "s", 1)
	return out, s.stop()
}
