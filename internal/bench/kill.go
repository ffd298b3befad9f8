package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Kill kills the server at random moments under checkout load, rounds times,
// and starts it again. At the end, when the reconciler has cleaned up, every
// order a client was told of must exist once, the books must agree, and the
// payment provider, which lives on, must hold no money without an order.
//
// Half of the buyers pay by invoice, the others through the simulator in this
// process, some of whose answers are lost.
func (r Runner) Kill(ctx context.Context, rounds int) (*Result, error) {
	r = r.withDefaults(16)
	out := &Result{Name: fmt.Sprintf("kill, %s, %d rounds, %d clients", scheme(r.Database), rounds, r.Clients)}
	desk, err := openDesk(ctx)
	if err != nil {
		return nil, err
	}
	defer desk.close()
	random := rand.New(rand.NewPCG(r.Seed, 1))
	var all []told
	cfg := childConfig{Database: r.Database, Products: 200, Stock: 1_000_000_000, Provider: desk.url}
	for round := range rounds {
		s, err := startChild(ctx, r.Child, r.Log, cfg)
		if err != nil {
			return nil, fmt.Errorf("round %d: %w", round, err)
		}
		found := r.loadUntilKilled(s, time.Duration(random.IntN(800))*time.Millisecond, round, out)
		all = append(all, found...)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	cfg.Later = time.Hour // whatever waits has waited long enough
	s, err := startChild(ctx, r.Child, r.Log, cfg)
	if err != nil {
		return nil, err
	}
	defer s.kill()
	var done int
	if err := s.ask(ctx, "/bench/reconcile", nil, &done); err != nil {
		return nil, err
	}
	held, err := desk.held(ctx)
	if err != nil {
		return nil, err
	}
	for path, in := range map[string]any{"/bench/orders": all, "/bench/payments": held, "/bench/verify": nil} {
		var wrong []string
		if err := s.ask(ctx, path, in, &wrong); err != nil {
			return nil, err
		}
		out.Violations = append(out.Violations, wrong...)
	}
	out.add("orders told of", float64(len(all)), "")
	out.add("payments the provider holds", float64(len(held)), "")
	out.add("payments, operations and holds reconciled", float64(done), "")
	if len(all) == 0 {
		out.violated("no order was made: the load came to nothing")
	}
	return out, s.stop()
}

// loadUntilKilled has buyers at a server, kills it after a while, and returns
// what the buyers were told.
func (r Runner) loadUntilKilled(s *server, after time.Duration, round int, out *Result) []told {
	ws := r.crew(s.Addr)
	defer ws.close()
	killed, sold := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var mu sync.Mutex
	var all []told
	var wg sync.WaitGroup
	for i, w := range ws {
		w.rand = rand.New(rand.NewPCG(r.Seed+uint64(round), uint64(i)))
		wg.Go(func() {
			for {
				provider, token := "manual", ""
				if w.rand.IntN(2) == 0 {
					provider, token = "simulator", tokens[w.rand.IntN(len(tokens))]
				}
				t, err := w.buy(s, provider, token)
				var no *refusedError
				mu.Lock()
				switch {
				case err == nil:
					all = append(all, t)
					once.Do(func() { close(sold) })
				case errors.As(err, &no) && no.code == "payment_uncertain" && no.status == http.StatusServiceUnavailable: // as the token wants it
				default:
					select {
					case <-killed:
					default:
						out.violated("round %d: a buyer was told: %v", round, err)
					}
					mu.Unlock()
					return
				}
				mu.Unlock()
			}
		})
	}
	select { // there is load from the first order on
	case <-sold:
	case <-time.After(patience):
	}
	time.Sleep(after)
	close(killed)
	s.kill()
	wg.Wait()
	return all
}
