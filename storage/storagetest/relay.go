package storagetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// inbox is a handler that remembers what it was given.
type inbox struct {
	mu   sync.Mutex
	got  map[string][]int64 // by aggregate: the n of happen's events, or a count
	fail func(e core.Event) error
}

func (b *inbox) handle(_ context.Context, e core.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		if err := b.fail(e); err != nil {
			return err
		}
	}
	if b.got == nil {
		b.got = map[string][]int64{}
	}
	var n int64
	_, _ = fmt.Sscanf(string(e.Data), `{"n":%d}`, &n)
	b.got[e.Aggregate] = append(b.got[e.Aggregate], n)
	return nil
}

func (b *inbox) of(aggregate string) []int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]int64{}, b.got[aggregate]...)
}

func outboxOf(db *storage.DB) core.Runner[outbox.Tx] {
	return core.Narrow(db, func(tx storage.Tx) outbox.Tx { return tx })
}

func quiet(c outbox.RelayConfig) outbox.RelayConfig {
	c.Logger = slog.New(slog.DiscardHandler)
	return c
}

// Relay tests the delivery of events.
func Relay(t *testing.T, open func(t *testing.T) *storage.DB) {
	relay := func(t *testing.T, db *storage.DB, cfg outbox.RelayConfig, hs ...outbox.Handler) *outbox.Relay {
		r := outbox.NewRelay(outboxOf(db), quiet(cfg))
		for _, h := range hs {
			require.NoError(t, r.Subscribe(h))
		}
		return r
	}
	dead := func(ctx context.Context, t *testing.T, s *outbox.Service) []outbox.Parked {
		page, err := s.Dead(ctx, outbox.Filter{}, core.PageQuery{})
		require.NoError(t, err)
		return page.Items
	}

	t.Run("patterns and order", func(t *testing.T) {
		ctx, db := system(t), open(t)
		var orders, all, later inbox
		r := relay(t, db, outbox.RelayConfig{Batch: 7}, outbox.Handler{Name: "orders", Types: []string{"order.*"}, Handle: orders.handle}, outbox.Handler{Name: "all", Handle: all.handle})
		for range 20 {
			require.NoError(t, happen(ctx, db, "order.placed", "ord_1", "ord_1", "ord_2"))
			require.NoError(t, happen(ctx, db, "product.updated", "prod_1"))
		}
		require.NoError(t, r.Drain(ctx))
		var want []int64
		for range 20 {
			want = append(want, 0, 1)
		}
		require.Equal(t, want, orders.of("ord_1"))
		require.Equal(t, want, all.of("ord_1"))
		require.Len(t, all.of("prod_1"), 20)
		require.Empty(t, orders.of("prod_1"))
		require.NoError(t, r.Drain(ctx))
		require.Len(t, all.of("prod_1"), 20, "delivered once when nothing fails")

		r2 := relay(t, db, outbox.RelayConfig{}, outbox.Handler{Name: "later", FromNow: true, Handle: later.handle})
		require.NoError(t, r2.Drain(ctx))
		require.NoError(t, happen(ctx, db, "order.placed", "ord_9"))
		require.NoError(t, r2.Drain(ctx))
		require.Empty(t, later.of("ord_1"))
		require.Len(t, later.of("ord_9"), 1)
		require.True(t, core.IsKind(r2.Subscribe(outbox.Handler{Name: "x", Handle: later.handle}), core.KindConflict))
	})

	t.Run("a failing event holds its aggregate, for its handler", func(t *testing.T) {
		ctx, db := system(t), open(t)
		sick := true
		bad := inbox{fail: func(e core.Event) error {
			if sick && e.Aggregate == "ord_1" && e.Type == "order.paid" {
				return errors.New("no \x00 route")
			}
			return nil
		}}
		var good inbox
		r := relay(t, db, outbox.RelayConfig{MaxAttempts: 3, Batch: 2}, outbox.Handler{Name: "bad", Handle: bad.handle}, outbox.Handler{Name: "good", Handle: good.handle})
		s := outbox.New(outboxOf(db), outbox.Config{Relay: r})
		require.NoError(t, happen(ctx, db, "order.placed", "ord_1", "ord_2"))
		require.NoError(t, happen(ctx, db, "order.paid", "ord_1", "ord_2"))
		for range 5 {
			require.NoError(t, happen(ctx, db, "order.fulfilled", "ord_1", "ord_2"))
		}
		require.NoError(t, r.Drain(ctx))
		require.Len(t, good.of("ord_1"), 7)
		require.Len(t, bad.of("ord_1"), 1)
		require.Len(t, bad.of("ord_2"), 7)
		d := dead(ctx, t, s)
		require.Len(t, d, 1)
		require.Equal(t, "order.paid", d[0].Type)
		require.Equal(t, 3, d[0].Attempts)
		require.Equal(t, "no ? route", d[0].Error)
		m, err := s.Metrics(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 14, m.Last)
		require.Equal(t, outbox.HandlerMetrics{Handler: "bad", Held: 5, Dead: 1}, m.Handlers[0])
		require.Equal(t, outbox.HandlerMetrics{Handler: "good"}, m.Handlers[1])

		require.NoError(t, s.ReplayEvent(ctx, "bad", d[0].Seq))
		require.NoError(t, r.Drain(ctx))
		require.Len(t, dead(ctx, t, s), 1, "it fails again")
		sick = false
		require.NoError(t, s.ReplayEvent(ctx, "bad", d[0].Seq))
		require.NoError(t, r.Drain(ctx))
		require.Equal(t, good.of("ord_1"), bad.of("ord_1"), "in order")
		require.Empty(t, dead(ctx, t, s))
	})

	t.Run("skip lets the rest go on", func(t *testing.T) {
		ctx, db := system(t), open(t)
		b := inbox{fail: func(e core.Event) error {
			switch e.Type {
			case "order.placed":
				return outbox.Permanent(errors.New("never"))
			case "order.paid":
				panic("boom")
			}
			return nil
		}}
		r := relay(t, db, outbox.RelayConfig{MaxAttempts: 2}, outbox.Handler{Name: "h", Handle: b.handle})
		s := outbox.New(outboxOf(db), outbox.Config{})
		for _, typ := range []string{"order.placed", "order.paid", "order.fulfilled"} {
			require.NoError(t, happen(ctx, db, typ, "ord_1"))
		}
		require.NoError(t, r.Drain(ctx))
		d := dead(ctx, t, s)
		require.Len(t, d, 1)
		require.Equal(t, 1, d[0].Attempts, "permanent")
		require.NoError(t, s.Skip(ctx, "h", d[0].Seq))
		require.True(t, core.IsKind(s.Skip(ctx, "h", d[0].Seq), core.KindNotFound))
		require.True(t, core.IsKind(s.Skip(ctx, "none", 1), core.KindNotFound))
		require.NoError(t, r.Drain(ctx))
		d = dead(ctx, t, s)
		require.Len(t, d, 1)
		require.Equal(t, "panic: boom", d[0].Error)
		require.NoError(t, s.Skip(ctx, "h", d[0].Seq))
		require.NoError(t, r.Drain(ctx))
		require.Len(t, b.of("ord_1"), 1)
		require.Empty(t, dead(ctx, t, s))
	})

	t.Run("replay by filter", func(t *testing.T) {
		ctx, db := system(t), open(t)
		var b inbox
		r := relay(t, db, outbox.RelayConfig{}, outbox.Handler{Name: "h", Types: []string{"order.*"}, Handle: b.handle})
		s := outbox.New(outboxOf(db), outbox.Config{})
		for range 30 {
			require.NoError(t, happen(ctx, db, "order.placed", "ord_1", "ord_1", "ord_2"))
			require.NoError(t, happen(ctx, db, "product.updated", "prod_1"))
		}
		require.NoError(t, r.Drain(ctx))
		page, err := s.Events(ctx, outbox.Filter{Types: []string{"product.*"}}, core.PageQuery{Limit: 25})
		require.NoError(t, err)
		require.Len(t, page.Items, 25)
		require.NotEmpty(t, page.Next)

		before := b.of("ord_1")
		n, err := s.Replay(ctx, outbox.Filter{Handler: "h", Aggregate: "ord_1"})
		require.NoError(t, err)
		require.EqualValues(t, 60, n)
		require.NoError(t, happen(ctx, db, "order.placed", "ord_1", "ord_1"))
		require.NoError(t, r.Drain(ctx))
		require.Equal(t, append(append(before, before...), 0, 1), b.of("ord_1"), "once more, in order, and what came later behind it")
		require.Len(t, b.of("ord_2"), 30)
		n, err = s.Replay(ctx, outbox.Filter{Handler: "h", To: time.Now().Add(-time.Hour)})
		require.NoError(t, err)
		require.Zero(t, n)
		_, err = s.Replay(ctx, outbox.Filter{Handler: "h", Types: []string{"product.updated"}})
		require.NoError(t, err)
		require.NoError(t, r.Drain(ctx))
		require.Empty(t, b.of("prod_1"), "what a handler has no pattern for is not given to it")
		for _, f := range []outbox.Filter{{}, {Handler: "h", Types: []string{"a*b"}}, {Handler: "h", From: time.Now(), To: time.Unix(1, 0)}} {
			_, err = s.Replay(ctx, f)
			require.True(t, core.IsKind(err, core.KindInvalid))
		}
		_, err = s.Replay(ctx, outbox.Filter{Handler: "none"})
		require.True(t, core.IsKind(err, core.KindNotFound))
		_, err = s.Replay(context.Background(), outbox.Filter{Handler: "h"})
		require.True(t, core.IsKind(err, core.KindUnauthenticated))
	})

	t.Run("retention", func(t *testing.T) {
		ctx, db := system(t), open(t)
		b := inbox{fail: func(e core.Event) error {
			if e.Aggregate == "ord_2" {
				return outbox.Permanent(errors.New("no"))
			}
			return nil
		}}
		at := time.Now()
		r := relay(t, db, outbox.RelayConfig{Retention: time.Hour, Clock: func() time.Time { return at }}, outbox.Handler{Name: "h", Handle: b.handle})
		require.NoError(t, happen(ctx, db, "order.placed", "ord_1", "ord_2"))
		require.NoError(t, r.Drain(ctx))
		require.NoError(t, happen(ctx, db, "order.placed", "ord_3"))
		n, err := r.Prune(ctx)
		require.NoError(t, err)
		require.Zero(t, n)
		at = at.Add(2 * time.Hour)
		n, err = r.Prune(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 1, n, "dead and undelivered events stay")
		require.NoError(t, r.Drain(ctx))
		require.Len(t, b.of("ord_3"), 1)
	})

	t.Run("running relays share the work", func(t *testing.T) {
		ctx, db := system(t), open(t)
		running, stop := context.WithCancel(ctx)
		defer stop()
		var b inbox
		flaky := map[core.EventID]bool{}
		b.fail = func(e core.Event) error { // each event fails once
			if !flaky[e.ID] {
				flaky[e.ID] = true
				return errors.New("once")
			}
			return nil
		}
		const orders, each = 8, 6
		arrived := make(chan struct{}, orders*each)
		var wg sync.WaitGroup
		var relays []*outbox.Relay
		for range 2 {
			r := relay(t, db, outbox.RelayConfig{Poll: 20 * time.Millisecond, MinBackoff: time.Millisecond}, outbox.Handler{Name: "h", Handle: func(ctx context.Context, e core.Event) error {
				if err := b.handle(ctx, e); err != nil {
					return err
				}
				arrived <- struct{}{}
				return nil
			}})
			relays = append(relays, r)
			wg.Go(func() {
				if err := r.Run(running); err != nil {
					t.Error(err)
				}
			})
		}
		var names []string
		for n := range each {
			names = names[:0]
			for o := range orders {
				names = append(names, fmt.Sprint("ord_", o))
			}
			require.NoError(t, db.Update(ctx, func(tx storage.Tx) error {
				for _, a := range names {
					e, err := core.NewEvent(ctx, nil, time.Now(), "order.changed", a, map[string]int{"n": n})
					if err != nil {
						return err
					}
					if err := tx.Events().Append(ctx, e); err != nil {
						return err
					}
				}
				return nil
			}))
			relays[n%2].Nudge()
		}
		for range orders * each {
			select {
			case <-arrived:
			case <-ctx.Done():
				t.Fatal("events did not arrive")
			}
		}
		stop()
		wg.Wait()
		for _, a := range names {
			require.Equal(t, []int64{0, 1, 2, 3, 4, 5}, b.of(a))
		}
		require.NoError(t, relay(t, db, outbox.RelayConfig{}, outbox.Handler{Name: "h", Handle: b.handle}).Drain(ctx), "leases were given back")
	})

	t.Run("stopping notes what was delivered", func(t *testing.T) {
		ctx, db := system(t), open(t)
		running, stop := context.WithCancel(ctx)
		var b inbox
		r := relay(t, db, outbox.RelayConfig{Concurrency: 1}, outbox.Handler{Name: "h", Handle: func(ctx context.Context, e core.Event) error {
			stop() // while the first is being handled
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return b.handle(ctx, e)
		}})
		require.NoError(t, happen(ctx, db, "order.placed", "ord_1", "ord_1", "ord_1"))
		require.NoError(t, r.Run(running))
		require.Equal(t, []int64{0}, b.of("ord_1"), "a running call may end, no other begins")
		require.NoError(t, relay(t, db, outbox.RelayConfig{}, outbox.Handler{Name: "h", Handle: b.handle}).Drain(ctx))
		require.Equal(t, []int64{0, 1, 2}, b.of("ord_1"), "none twice")
	})
}
