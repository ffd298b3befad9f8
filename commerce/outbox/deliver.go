package outbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// errLost says that another relay took the handler over.
var errLost = errors.New("outbox: the lease of the handler was lost")

// deliverAll works until nothing is left for the handler, or ctx ends.
func (r *Relay) deliverAll(ctx context.Context, s *subscription) {
	for ctx.Err() == nil {
		more, err := r.deliver(ctx, s, false)
		if err != nil && !errors.Is(err, errLost) && ctx.Err() == nil {
			r.cfg.Logger.WarnContext(ctx, "outbox: delivering", "handler", s.Name, "error", err)
		}
		if err != nil || !more {
			return
		}
	}
}

// Drain delivers until nothing is pending for this relay's handlers, also what
// handlers append meanwhile. Pauses between attempts are left out, so an event
// that keeps failing ends up dead. It waits while another relay holds a
// handler, and returns ctx's error when that ends first. For tests, and for
// programs that deliver before they exit.
func (r *Relay) Drain(ctx context.Context) error {
	for {
		subs, st, err := r.look(ctx)
		if err != nil {
			return err
		}
		worked, lost := false, false
		for _, s := range subs {
			for more := true; more; {
				if more, err = r.deliver(ctx, s, true); errors.Is(err, errLost) {
					lost = true
				} else if err != nil {
					return err
				}
				worked = worked || more
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if !worked && !lost && !st.Unplaced {
			// Handlers may have appended; only a look that finds nothing ends it.
			if st, err = r.status(ctx); err != nil {
				return err
			}
			if !st.Unplaced && !r.anyBehind(subs, st) {
				return nil
			}
		}
		if lost || st.Unplaced && !worked {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(r.cfg.Poll):
			}
		}
	}
}

func (r *Relay) anyBehind(subs []*subscription, st Status) bool {
	for _, s := range subs {
		if r.behind(s, st) {
			return true
		}
	}
	return false
}

// chain is events of one aggregate for one handler, in order.
type chain struct {
	items  []Parked
	parked bool // they were parked before; otherwise they come from the stream
}

// result is what became of a chain: the first done items are handled, and
// then maybe one failed.
type result struct {
	done   int
	failed *Parked
}

// deliver hands the handler one batch: what is due of the parked events and
// what follows its cursor. It reports whether there may be more. impatient
// leaves out pauses and writes the cursor in any case.
func (r *Relay) deliver(ctx context.Context, s *subscription, impatient bool) (more bool, err error) {
	s.work.Lock()
	defer s.work.Unlock()
	now := r.cfg.Clock.Now()
	if err := r.lease(ctx, s, now); err != nil {
		return false, err
	}
	defer func() {
		if err != nil {
			s.leased = time.Time{} // read the cursor again
		}
	}()
	due := now
	if impatient {
		due = now.AddDate(100, 0, 0)
	}
	var parked []Parked
	var wanted []Stored
	reached := max(s.cursor, s.passed.Load())
	if err := r.db.View(ctx, func(tx Tx) error {
		var err error
		if parked, err = tx.Outbox().Due(ctx, s.Name, due, r.cfg.Batch); err != nil {
			return err
		}
		wanted, reached, err = tx.Outbox().After(ctx, reached, s.Types, r.cfg.Batch)
		return err
	}); err != nil {
		return false, err
	}
	if len(parked) == 0 && len(wanted) == 0 {
		if reached > s.cursor && (impatient || now.Sub(time.UnixMicro(s.stored.Load())) > cursorEvery) {
			if err := r.commit(ctx, s, reached, nil, nil, nil); err != nil {
				return false, err
			}
		}
		s.passed.Store(reached)
		return false, nil
	}
	chains, held, err := r.chains(ctx, s, parked, wanted, now)
	if err != nil {
		return false, err
	}
	results := r.run(ctx, s, chains, due)
	if err := r.commit(ctx, s, reached, chains, results, held); err != nil {
		return false, err
	}
	s.passed.Store(reached)
	return true, nil
}

// lease makes sure the handler is ours for at least half a lease.
func (r *Relay) lease(ctx context.Context, s *subscription, now time.Time) error {
	if s.leased.Sub(now) > r.cfg.Lease/2 {
		return nil
	}
	cursors, err := r.claim(ctx, []string{s.Name})
	if err != nil {
		return err
	}
	if len(cursors) == 0 {
		return errLost
	}
	s.cursor, s.leased = cursors[0].Seq, now.Add(r.cfg.Lease)
	return nil
}

// chains sorts a batch by aggregate. Events whose aggregate has parked ones
// are held behind them.
func (r *Relay) chains(ctx context.Context, s *subscription, parked []Parked, wanted []Stored, now time.Time) (chains []*chain, held []Parked, err error) {
	byAggregate := map[string]*chain{}
	add := func(p Parked, wasParked bool) {
		c := byAggregate[p.Aggregate]
		if c == nil {
			c = &chain{parked: wasParked}
			byAggregate[p.Aggregate] = c
			chains = append(chains, c)
		}
		c.items = append(c.items, p)
	}
	for _, p := range parked {
		add(p, true)
	}
	blocked := map[string]bool{}
	var aggregates []string
	for _, e := range wanted {
		if _, seen := blocked[e.Aggregate]; !seen {
			blocked[e.Aggregate] = false
			aggregates = append(aggregates, e.Aggregate)
		}
	}
	var names []string
	if err := r.db.View(ctx, func(tx Tx) error {
		var err error
		names, err = tx.Outbox().Blocked(ctx, s.Name, aggregates)
		return err
	}); err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		blocked[name] = true
	}
	for _, e := range wanted {
		p := Parked{Handler: s.Name, Stored: e, State: Held, ParkedAt: now}
		if c := byAggregate[e.Aggregate]; blocked[e.Aggregate] || (c != nil && c.parked) {
			held = append(held, p)
		} else {
			add(p, false)
		}
	}
	return chains, held, nil
}

// run hands out the chains, each in order, several at once.
func (r *Relay) run(ctx context.Context, s *subscription, chains []*chain, due time.Time) []result {
	// When ctx ends no call is begun, and those that run get some time.
	calls, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(r.cfg.Grace, cancel) })
	defer stop()
	results := make([]result, len(chains))
	var wg sync.WaitGroup
	for i, c := range chains {
		wg.Go(func() { results[i] = r.runChain(ctx, calls, s, c, due) })
	}
	wg.Wait()
	return results
}

func (r *Relay) runChain(ctx, calls context.Context, s *subscription, c *chain, due time.Time) (res result) {
	for i, p := range c.items {
		if i > 0 && c.parked && (p.State == Dead || (p.State == Retry && p.NextAt.After(due))) {
			return res
		}
		if !Match(s.Types, p.Type) { // replayed, and not this handler's
			res.done++
			continue
		}
		select {
		case r.calls <- struct{}{}:
		case <-ctx.Done():
			return res
		}
		if ctx.Err() != nil {
			<-r.calls
			return res
		}
		err := s.call(calls, p.Event)
		<-r.calls
		if err != nil && calls.Err() != nil { // cut off: this was no fair attempt
			return res
		}
		if err != nil {
			p.Attempts++
			p.State, p.Error = Retry, shorten(err.Error())
			p.NextAt = r.cfg.Clock.Now().Add(r.pause(p.Attempts))
			if p.Attempts >= r.cfg.MaxAttempts || isPermanent(err) {
				p.State, p.NextAt = Dead, time.Time{}
				r.cfg.Logger.ErrorContext(ctx, "outbox: event is dead", "handler", s.Name, "event", string(p.ID), "type", p.Type, "attempts", p.Attempts, "error", p.Error)
			}
			res.failed = &p
			return res
		}
		res.done++
	}
	return res
}

// pause is how long to wait after so many failures.
func (r *Relay) pause(attempts int) time.Duration {
	d := r.cfg.MaxBackoff
	if attempts < 30 {
		d = min(d, r.cfg.MinBackoff<<(attempts-1))
	}
	return d - d/4 + rand.N(d/2+1)
}

// shorten makes an error fit to be kept.
func shorten(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
	if len(s) > 1000 {
		s = strings.ToValidUTF8(s[:1000], "") + "..."
	}
	return s
}

// commit stores what became of a batch: the cursor moves past it, and what was
// not handled is parked.
func (r *Relay) commit(ctx context.Context, s *subscription, reached int64, chains []*chain, results []result, held []Parked) error {
	// What was delivered must be noted even when the relay is being stopped.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.Lease)
	defer cancel()
	now := r.cfg.Clock.Now()
	var done []int64
	var failed, park []Parked
	var touched []string
	for _, p := range held {
		touched = append(touched, p.Aggregate)
	}
	park = append(park, held...)
	for i, c := range chains {
		res := results[i]
		rest := c.items[res.done:]
		touched = append(touched, c.items[0].Aggregate)
		if c.parked {
			for _, p := range c.items[:res.done] {
				done = append(done, p.Seq)
			}
			if res.failed != nil {
				failed = append(failed, *res.failed)
			}
			continue
		}
		if res.failed != nil {
			park = append(park, *res.failed)
			rest = rest[1:]
		}
		park = append(park, rest...) // held; the first of them is let go by Promote if nothing failed
	}
	err := r.db.Update(ctx, func(tx Tx) error {
		store := tx.Outbox()
		ok, err := store.Advance(ctx, s.Name, r.owner, reached)
		if err != nil {
			return err
		}
		if !ok {
			return errLost
		}
		if _, err := store.Unpark(ctx, s.Name, done); err != nil {
			return err
		}
		again := park
		for _, p := range failed {
			// Skipped meanwhile: it stays so.
			n, err := store.Unpark(ctx, s.Name, []int64{p.Seq})
			if err != nil {
				return err
			}
			if n > 0 {
				again = append(again[:len(again):len(again)], p)
			}
		}
		if len(again) == 0 && len(done) == 0 && len(failed) == 0 {
			return nil
		}
		if err := store.Park(ctx, again); err != nil {
			return err
		}
		return store.Promote(ctx, s.Name, unique(touched), now)
	})
	if err == nil {
		s.cursor = reached
		s.stored.Store(now.UnixMicro())
	}
	return err
}

func unique(names []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}
