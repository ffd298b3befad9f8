package settlement

import (
	"context"
	"errors"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
)

// batch is how much one round of reconciling does of each sort, and scan how
// much it looks at for that.
const (
	batch = 100
	scan  = 1000
)

// Report is what a round of reconciling did.
type Report struct {
	Payments   int `json:"payments"`   // asked about
	Operations int `json:"operations"` // asked again
	Webhooks   int `json:"webhooks"`   // processed
	Expired    int `json:"expired"`    // holds that ended
	Failed     int `json:"failed"`     // of all these, not done: the next round tries again
}

// Reconcile cleans up after whatever went wrong between us and the payment
// providers: answers that never came, webhooks that were late or lost, holds
// that ended. A worker calls it again and again; any number may at once. Errors
// of single payments are counted and joined into the error, and do not keep the
// others from their turn.
func (s *Service) Reconcile(ctx context.Context) (Report, error) {
	ctx = core.WithActor(ctx, core.System("payment reconciler"))
	var rep Report
	var errs []error
	count := func(n *int, err error) {
		*n++
		if err != nil {
			rep.Failed++
			errs = append(errs, err)
		}
	}
	var err error
	if rep.Webhooks, err = s.Webhooks(ctx); err != nil {
		return rep, err
	}
	now := s.cfg.Clock.Now()
	var unsettled []payment.Payment
	var open []payment.Operation
	var refs []string
	err = s.db.View(ctx, func(tx Tx) (err error) {
		if unsettled, err = tx.Payments().Unsettled(ctx, now.Add(-payment.Stuck), scan); err != nil {
			return err
		}
		if open, err = tx.Payments().OpenOperations(ctx, now.Add(-payment.Stuck), scan); err != nil {
			return err
		}
		refs, err = tx.Stock().ExpiredRefs(ctx, now, batch)
		return err
	})
	if err != nil {
		return rep, err
	}
	unsettled, open = s.turn(unsettled, open, now)
	for _, p := range unsettled {
		count(&rep.Payments, s.ask(ctx, p, now))
		if ctx.Err() != nil {
			return rep, ctx.Err()
		}
	}
	for _, op := range open {
		count(&rep.Operations, s.Operate(ctx, op))
		if ctx.Err() != nil {
			return rep, ctx.Err()
		}
	}
	for _, ref := range refs {
		count(&rep.Expired, s.expire(ctx, core.OrderID(ref), now))
		if ctx.Err() != nil {
			return rep, ctx.Err()
		}
	}
	return rep, errors.Join(errs...)
}

// turn picks what is asked about in this round. Something that has waited for
// long is asked about less often, up to once an hour, so that bank transfers
// that take days do not keep others from their turn. Each process keeps its own
// count; a new one asks about everything once.
func (s *Service) turn(ps []payment.Payment, ops []payment.Operation, now time.Time) (pays []payment.Payment, open []payment.Operation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := make(map[string]time.Time, len(ps)+len(ops)) // forgets what has ended
	due := func(key string, since time.Time, room bool) bool {
		last, before := s.asked[key]
		yes := room && (!before || now.Sub(last) >= min(now.Sub(since)/10, time.Hour))
		if yes {
			last = now
		}
		if yes || before {
			asked[key] = last
		}
		return yes
	}
	for _, p := range ps {
		if due(string(p.ID), p.CreatedAt, len(pays) < batch) {
			pays = append(pays, p)
		}
	}
	for _, op := range ops {
		if due(op.Key, op.UpdatedAt, len(open) < batch) {
			open = append(open, op)
		}
	}
	s.asked = asked
	return pays, open
}

// ask asks the provider how a payment without an answer ended.
func (s *Service) ask(ctx context.Context, p payment.Payment, now time.Time) error {
	provider, err := s.inbox.Provider(p.Provider)
	if err != nil {
		return err
	}
	call, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	outcome, err := provider.Lookup(call, payment.LookupRequest{Ref: p.Ref, Key: p.Key})
	switch {
	case core.IsKind(err, core.KindNotFound):
		// Our call ended long ago, so it will not arrive any more.
		outcome = payment.Outcome{Status: payment.Failed, Code: "never_arrived", Message: "the payment did not reach the provider", Retryable: true}
	case err != nil:
		return err
	}
	late := now.Sub(p.CreatedAt) > s.cfg.Hold
	if late && (outcome.Status == payment.RequiresAction || outcome.Status == payment.Unknown) {
		// The buyer walked away. Should the money come after all, it is given back.
		outcome = payment.Outcome{Ref: outcome.Ref, Status: payment.Failed, Code: "abandoned", Message: "the buyer did not finish the payment", Retryable: true}
	}
	_, err = s.Settle(ctx, p.ID, outcome)
	return err
}

// expire ends the hold of an order: the goods go back to the shelf. The order
// stays pending as long as its payment may still come; then the goods are
// looked for again.
func (s *Service) expire(ctx context.Context, id core.OrderID, now time.Time) error {
	return s.db.Update(ctx, func(tx Tx) error {
		o, err := tx.Orders().Lock(ctx, id)
		if core.IsKind(err, core.KindNotFound) {
			return s.stock.Release(ctx, tx.Stock(), string(id), nil) // held by nobody we know
		}
		if err != nil {
			return err
		}
		if o.Status == order.Cancelled {
			return s.stock.Release(ctx, tx.Stock(), string(id), nil)
		}
		if o.Status != order.Pending {
			return nil // placed meanwhile
		}
		rs, err := tx.Stock().Reservations(ctx, string(id))
		if err != nil {
			return err
		}
		for _, r := range rs {
			if r.ExpiresAt.After(now) {
				return nil
			}
		}
		if err := s.stock.Release(ctx, tx.Stock(), string(id), nil); err != nil {
			return err
		}
		return tx.Orders().AppendEvents(ctx, s.Entry(ctx, id, "stock.released", "The goods were not held any longer.", false, nil))
	})
}

// Webhooks processes the messages of providers that payment.Service has stored
// and that are due, and returns how many were done.
func (s *Service) Webhooks(ctx context.Context) (int, error) {
	return s.inbox.Process(core.WithActor(ctx, core.System("payment webhook")), batch, s.process)
}

func (s *Service) process(ctx context.Context, provider string, e payment.Event) error {
	var p payment.Payment
	var op payment.Operation
	err := s.db.View(ctx, func(tx Tx) (err error) {
		if p, err = tx.Payments().Find(ctx, provider, e.Ref, e.Key); err != nil || e.OperationKey == "" {
			return err
		}
		op, err = tx.Payments().Operation(ctx, e.OperationKey)
		if core.IsKind(err, core.KindNotFound) {
			err = nil // done at the provider's own desk
		}
		return err
	})
	if err != nil {
		return err
	}
	if op.Key != "" && op.Payment == p.ID && e.Operation != "" {
		_, more, err := s.answered(ctx, op, payment.Result{State: e.Operation, Code: e.Outcome.Code, Message: e.Outcome.Message, Outcome: e.Outcome})
		if err != nil {
			return err
		}
		_ = s.Operate(ctx, more...) // what has no answer stays pending, and Reconcile asks again
		return nil
	}
	_, err = s.Settle(ctx, p.ID, e.Outcome)
	return err
}
