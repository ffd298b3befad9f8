package bench

import (
	"context"
	"fmt"
	"net/http"
)

// listed is how many products there are to list from.
const listed = 5000

// List measures the first page of twenty products of 5,000.
func (r Runner) List(ctx context.Context) (*Result, error) {
	r = r.withDefaults(64)
	out := &Result{Name: fmt.Sprintf("list, %s, %d clients", scheme(r.Database), r.Clients)}
	s, err := r.start(ctx, listed, 100)
	if err != nil {
		return nil, err
	}
	defer s.kill()
	ws := r.crew(s.Addr)
	defer ws.close()
	u, err := r.during(ctx, s, func(ctx context.Context) error {
		return ws.work(ctx, func(w *worker) error {
			a, err := w.do(http.MethodGet, "/api/v1/store/products?limit=20", nil)
			if err == nil {
				err = a.expect(http.StatusOK)
			}
			if err == nil && len(a.body) < 20*100 {
				err = fmt.Errorf("too little for twenty products: %.300s", a.body)
			}
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	took := ws.took()
	n := float64(len(took))
	out.atLeast("requests", n/u.wall.Seconds(), "/s", 5000)
	out.latencies("a page", took)
	limit := 10.0
	out.Figures[len(out.Figures)-2].AtMost = &limit
	out.atMost("statements of a page", float64(u.statements)/n, "", 4)
	out.add("CPU of a page, the shop's", u.server/n, "ms")
	if u.known {
		out.add("CPU of a page, PostgreSQL's", u.database/n, "ms")
	}
	out.add("memory of the shop under load", u.after.RSS, "MiB")
	out.atMost("peak memory of the shop", u.after.PeakRSS, "MiB", 250)
	ws.close()
	return out, s.stop()
}
