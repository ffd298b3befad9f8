package settlement

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
)

// follow brings an order in line with what its payment has become. It returns
// operations that were begun and are to be carried out after the transaction.
func (s *Service) follow(ctx context.Context, tx Tx, r *Result, change payment.Change, gone bool) ([]payment.Operation, error) {
	state := r.Payment.State
	switch {
	case r.Order.Status == order.Pending:
		switch {
		case state.Accepted() && gone:
			err := s.GiveUp(ctx, tx, &r.Order, GivenUp{Type: "stock.gone", Text: "The payment came when the goods were gone; the money is given back."})
			if err != nil {
				return nil, err
			}
			return s.giveBack(ctx, tx, &r.Order, r.Payment, false)
		case state.Accepted():
			return nil, s.accept(ctx, tx, r)
		case state == payment.StateDeclined || state == payment.StateFailed || state == payment.StateVoided:
			return nil, s.GiveUp(ctx, tx, &r.Order, GivenUp{Type: "payment.failed", Text: "The payment failed: " + why(r.Payment) + "."})
		}
	case !r.Order.PlacedAt.IsZero():
		if err := s.Refresh(ctx, tx, &r.Order); err != nil || r.Order.Status != order.Cancelled {
			return nil, err
		}
		return s.surplus(ctx, tx, &r.Order, change)
	case state.Accepted(): // too late: the order had been given up
		return s.giveBack(ctx, tx, &r.Order, r.Payment, false)
	}
	return nil, nil
}

func why(p payment.Payment) string {
	switch {
	case p.Message != "":
		return p.Message
	case p.Code != "":
		return p.Code
	}
	return string(p.State)
}

// accept places a pending order whose payment came through. When its hold has
// ended the goods are reserved anew; none left is a *stock.InsufficientError.
func (s *Service) accept(ctx context.Context, tx Tx, r *Result) error {
	o, ref := &r.Order, string(r.Order.ID)
	held, err := s.stock.Commit(ctx, tx.Stock(), ref)
	if err != nil {
		return err
	}
	if !held {
		rs, err := tx.Stock().Reservations(ctx, ref)
		if err != nil {
			return err
		}
		if len(rs) > 0 { // released when the hold ended; untracked goods never had any
			if _, err := s.stock.Reserve(ctx, tx.Stock(), ref, Requests(o), time.Time{}); err != nil {
				return err
			}
		}
	}
	if sale, ok := s.payments.Sale(o.ID, o.Totals.Total, o.Totals.Tax, core.ActorFrom(ctx).String(), s.cfg.Clock.Now()); ok {
		if err := tx.Payments().Post(ctx, sale); err != nil {
			return err
		}
	}
	if err := tx.Orders().AppendEvents(ctx, s.Entry(ctx, o.ID, "order.placed", "The payment came through; the order was placed.", true, nil)); err != nil {
		return err
	}
	next := o.States
	next.Status, next.Payment = order.Placed, order.PaymentStateOf(o.Totals.Total, Funds(o.Currency, r.Payment))
	if err := s.Emit(ctx, tx, "order.placed", o, map[string]any{"status": next.Status, "payment_state": next.Payment}); err != nil {
		return err
	}
	return s.Step(ctx, tx, o, next)
}

// GivenUp says why a pending order is given up.
type GivenUp struct {
	Type, Text string // of the entry in the timeline
	// KeepCart leaves the cart closed; otherwise it is open for another try.
	KeepCart bool
	// Voided says that people gave the order up, not that the payment failed.
	Voided bool
}

// GiveUp cancels a pending order, locked in tx: its stock and promotion uses
// are free again. Money that comes for it later is given back.
func (s *Service) GiveUp(ctx context.Context, tx Tx, o *order.Order, g GivenUp) error {
	now := s.cfg.Clock.Now()
	if err := s.stock.Release(ctx, tx.Stock(), string(o.ID), nil); err != nil {
		return err
	}
	if err := tx.Promos().Release(ctx, o.ID, now); err != nil {
		return err
	}
	next := order.States{Status: order.Cancelled, Payment: order.PaymentFailed, Fulfilment: o.Fulfilment}
	if g.Voided {
		next.Payment = order.Voided
	}
	if err := s.Step(ctx, tx, o, next); err != nil {
		return err
	}
	if !g.KeepCart && o.Cart != "" {
		c, err := tx.Carts().Lock(ctx, o.Cart)
		switch {
		case core.IsKind(err, core.KindNotFound): // it was deleted
		case err != nil:
			return err
		case c.State == cart.Completed && c.Order == o.ID:
			c.State, c.Order, c.UpdatedAt = cart.Active, "", now
			if again := now.Add(s.cfg.Hold); c.ExpiresAt.Before(again) {
				c.ExpiresAt = again
			}
			if err := tx.Carts().Save(ctx, &c); err != nil {
				return err
			}
		}
	}
	if err := tx.Orders().AppendEvents(ctx, s.Entry(ctx, o.ID, g.Type, g.Text, true, nil)); err != nil {
		return err
	}
	return s.Emit(ctx, tx, "order.cancelled", o)
}

// giveBack begins to return money that arrived for an order given up: what is
// only authorized is voided, what is captured is refunded. What the provider
// refused before is left to people, who say again.
func (s *Service) giveBack(ctx context.Context, tx Tx, o *order.Order, p payment.Payment, again bool) ([]payment.Operation, error) {
	kind, amount := payment.VoidOp, p.Authorized
	if p.Captured.IsPositive() {
		kind, amount = payment.RefundOp, p.Refundable()
	}
	if !amount.IsPositive() || !p.State.Accepted() {
		return nil, nil
	}
	begun, err := tx.Payments().Operations(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	for _, op := range begun {
		if op.Kind == kind && (op.State == payment.OperationPending || op.State == payment.OperationRefused && !again) {
			return nil, nil
		}
	}
	return s.surrender(ctx, tx, o, p, kind, amount)
}

// surplus begins to give back what was captured after the order, which had
// been placed, was cancelled.
func (s *Service) surplus(ctx context.Context, tx Tx, o *order.Order, change payment.Change) ([]payment.Operation, error) {
	fresh := money.New(min(change.After.Captured.Amount-change.Before.Captured.Amount, change.After.Refundable().Amount), o.Currency)
	if !fresh.IsPositive() || change.After.State == payment.StateQuarantined {
		return nil, nil
	}
	return s.surrender(ctx, tx, o, change.After, payment.RefundOp, fresh)
}

func (s *Service) surrender(ctx context.Context, tx Tx, o *order.Order, p payment.Payment, kind payment.OperationKind, amount money.Money) ([]payment.Operation, error) {
	op, err := s.payments.Begin(ctx, tx, kind, p.ID, amount, "", "the order had been given up")
	if err != nil {
		return nil, err
	}
	text := "A payment of " + amount.Display() + " came for an order that had been given up, and is given back."
	return []payment.Operation{op}, tx.Orders().AppendEvents(ctx, s.Entry(ctx, o.ID, "payment.surplus", text, false, nil))
}

// Refresh brings the payment state of a standing order, locked in tx, up to
// date with its payments.
func (s *Service) Refresh(ctx context.Context, tx Tx, o *order.Order) error {
	ps, err := tx.Payments().OfOrder(ctx, o.ID)
	if err != nil {
		return err
	}
	// What was given up again is not asked for any more. An order that came to
	// nothing by that is not paid for it.
	funds, due := Funds(o.Currency, ps...), o.Totals.Total
	if funds.Captured.IsPositive() {
		due.Amount -= o.Credited().Amount
	}
	next := o.States
	next.Payment = order.PaymentStateOf(due, funds)
	if next.Payment == order.PaymentPending && len(ps) > 0 && o.Payment != order.PaymentPending {
		next.Payment = order.Voided // what was promised is promised no more
	}
	return s.Step(ctx, tx, o, next)
}
