package bodega

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/storage"
)

// subscribe adds the shop's own handlers of events.
func (s *Shop) subscribe() error {
	return errors.Join(
		s.Relay.Subscribe(outbox.Handler{Name: "catalog.images", Types: []string{"image.*"}, Handle: s.Catalog.DropBlobs}),
		s.Relay.Subscribe(outbox.Handler{Name: "orders.claim", Types: []string{"customer.created", "customer.updated"}, Handle: s.Checkout.OnCustomer}),
		s.Relay.Subscribe(outbox.Handler{Name: "review.forget", Types: []string{"customer.deleted"}, Handle: s.forget}),
		s.Relay.Subscribe(outbox.Handler{Name: "analytics.purchases", Types: []string{"order.placed"}, Handle: s.purchased}),
		s.Relay.Subscribe(outbox.Handler{Name: "quote.channels", Types: []string{"channel.*"}, Handle: func(context.Context, core.Event) error {
			s.shared.loader.Invalidate()
			return nil
		}}))
}

// forget takes the name of a deleted customer off what they wrote.
func (s *Shop) forget(ctx context.Context, e core.Event) error {
	var data struct {
		Customer core.CustomerID `json:"customer_id"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return outbox.Permanent(err)
	}
	if _, err := s.Reviews.Forget(ctx, data.Customer); err != nil {
		return err
	}
	_, err := s.Analytics.Forget(ctx, data.Customer)
	return err
}

// purchased records what was bought beside what led to it.
func (s *Shop) purchased(ctx context.Context, e core.Event) error {
	return outbox.Once(ctx, core.Runner[storage.Tx](s.db), "analytics.purchases", e, s.cfg.Clock.Now(), func(tx storage.Tx) error {
		o, err := tx.Orders().Order(ctx, core.OrderID(e.Aggregate))
		if err != nil {
			return err
		}
		events := make([]analytics.Event, 0, len(o.Lines))
		for _, l := range o.Lines {
			if l.Product != "" {
				events = append(events, analytics.Event{Kind: analytics.Purchase, At: o.PlacedAt, Session: string(o.Cart), Customer: o.Customer, Product: l.Product,
					Order: o.ID, Quantity: l.Quantity, Amount: l.Total, Region: o.ShippingAddress.Country})
			}
		}
		for part := range slices.Chunk(events, analytics.MaxBatch) {
			if _, err := s.Analytics.RecordIn(ctx, tx, part...); err != nil {
				return err
			}
		}
		return nil
	})
}

// job is background work that is done again and again.
type job struct {
	name  string
	every time.Duration
	do    func(ctx context.Context) error
}

// jobs lists the shop's background work beside the delivery of events. Each
// may run in several processes at once.
func (s *Shop) jobs() []job {
	counted := func(do func(context.Context) (int64, error)) func(context.Context) error {
		return func(ctx context.Context) error { _, err := do(ctx); return err }
	}
	return []job{
		{"process webhooks", time.Second, func(ctx context.Context) error { _, err := s.Settlement.Webhooks(ctx); return err }},
		{"reconcile payments", 5 * time.Second, func(ctx context.Context) error { _, err := s.Settlement.Reconcile(ctx); return err }},
		{"refresh collections", 2 * time.Minute, func(ctx context.Context) error { _, err := s.Catalog.RefreshCollections(ctx); return err }},
		{"prune carts", time.Hour, counted(s.Carts.Prune)},
		{"prune idempotency keys", time.Hour, counted(s.idempotency.Prune)},
		{"prune analytics", time.Hour, counted(s.Analytics.Prune)},
		{"prune memos", 24 * time.Hour, counted(s.memos.Prune)},
		{"clean sessions", time.Hour, counted(s.Accounts.Clean)},
		{"sweep images", 24 * time.Hour, func(ctx context.Context) error { _, err := s.Catalog.SweepBlobs(ctx); return err }},
	}
}

// Run does the shop's background work until ctx ends: it delivers events,
// settles payments without an answer, gives back stock whose hold ended, and
// tidies up. Any number of processes may run it on one database.
func (s *Shop) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(core.WithActor(ctx, core.System("worker")))
	defer stop()
	relay := make(chan error, 1)
	go func() { relay <- s.Relay.Run(ctx) }()
	var others sync.WaitGroup
	defer others.Wait()
	defer stop()
	others.Go(func() { s.shared.recorder.Run(ctx) })
	others.Go(func() { s.Search.Run(ctx) })
	others.Go(func() { s.Recommend.Run(ctx) })
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	due := map[string]time.Time{}
	for {
		for _, j := range s.jobs() {
			now := time.Now() // the process clock: a shop's clock may stand still
			if ctx.Err() != nil || now.Before(due[j.name]) {
				continue
			}
			// What fails is logged and done again when it is due next.
			if err := j.do(ctx); err != nil && ctx.Err() == nil {
				s.cfg.Logger.WarnContext(ctx, "background work failed", "work", j.name, "error", err)
			}
			due[j.name] = now.Add(j.every)
		}
		select {
		case err := <-relay:
			if ctx.Err() != nil {
				return nil
			}
			return err
		case <-ctx.Done():
			if err := <-relay; err != nil && !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		case <-tick.C:
		}
	}
}
