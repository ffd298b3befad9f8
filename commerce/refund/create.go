package refund

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/settlement"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// Preview works out a refund without making it: the same params give the same
// amounts to Create as long as nothing happens in between. The actor needs
// orders:refund.
func (s *Service) Preview(ctx context.Context, id core.OrderID, p Params) (out Proposal, err error) {
	if err := core.Require(ctx, core.PermOrdersRefund); err != nil {
		return out, err
	}
	err = s.db.View(ctx, func(tx Tx) error {
		o, err := tx.Orders().Order(ctx, id)
		if err != nil {
			return err
		}
		d, left, err := s.draft(ctx, tx, &o, p)
		if err != nil {
			return err
		}
		out = Proposal{d.refund, left}
		return nil
	})
	return out, err
}

// draft composes a refund and plans where the money comes from.
func (s *Service) draft(ctx context.Context, tx Tx, o *order.Order, p Params) (*draft, money.Money, error) {
	if o.PlacedAt.IsZero() {
		return nil, money.Money{}, core.Errorf(core.KindConflict, "order_not_placed", "the order is %s and was never placed", o.Status)
	}
	d, err := compose(o, p)
	if err != nil {
		return nil, money.Money{}, err
	}
	ps, err := tx.Payments().OfOrder(ctx, o.ID)
	if err != nil {
		return nil, money.Money{}, err
	}
	left := money.New(sumRefundable(ps), o.Currency)
	pay := d.refund.Amount.Amount
	if p.OffsetUnpaid {
		owed, err := s.settle.Owed(ctx, tx, o.ID, ps)
		if err != nil {
			return nil, left, err
		}
		pay = max(0, pay-max(0, owed))
	}
	d.refund.Offset = money.New(d.refund.Amount.Amount-pay, o.Currency)
	parts, missing := s.plan(ps, pay, o.Currency)
	if missing > 0 {
		if without := pay - d.refund.Goodwill.Amount; without <= left.Amount && d.refund.Goodwill.IsPositive() {
			return nil, left, core.Invalid("goodwill", "must be at most %s: no more is captured and not given back", money.New(left.Amount-max(0, without), o.Currency))
		}
		return nil, left, &NotLeftError{Wanted: money.New(pay, o.Currency), Left: left}
	}
	d.refund.Payments = append(d.refund.Payments, parts...)
	return d, left, nil
}

// Create gives money back. It is set aside and booked in one transaction; then
// the providers are asked. A provider that does not answer leaves the refund
// pending, and settlement.Reconcile asks again with the same key; that is no
// error. One that refuses is a *payment.DeclinedError beside the refund, which
// failed and has freed what it had set aside. When one payment gave its part
// back and another refused, the refund stays pending for [Service.RetryRefund].
//
// The actor needs orders:refund.
func (s *Service) Create(ctx context.Context, id core.OrderID, p Params) (order.Refund, error) {
	proposal, err := s.Preview(ctx, id, p)
	if err != nil {
		return order.Refund{}, err
	}
	if err := s.allow(ctx, proposal.Refund.Amount); err != nil {
		return order.Refund{}, err
	}
	var r order.Refund
	var ops []payment.Operation
	err = s.db.Update(ctx, func(tx Tx) error {
		o, err := tx.Orders().Lock(ctx, id)
		if err != nil {
			return err
		}
		d, _, err := s.draft(ctx, tx, &o, p)
		if err != nil {
			return err
		}
		if d.refund.Amount.Amount > proposal.Refund.Amount.Amount {
			return changedMeanwhile() // the limit was asked about less
		}
		if ops, err = s.begin(ctx, tx, &o, d); err != nil {
			return err
		}
		r = d.refund
		if err := s.goods(ctx, tx, &o, d); err != nil {
			return err
		}
		return s.settle.Refresh(ctx, tx, &o)
	})
	if err != nil {
		return order.Refund{}, err
	}
	return s.carryOut(ctx, r.ID, ops)
}

// begin writes a refund: counted, booked, set aside, noted. It returns the
// operations to carry out once the transaction is committed.
func (s *Service) begin(ctx context.Context, tx Tx, o *order.Order, d *draft) ([]payment.Operation, error) {
	now, r := s.cfg.Clock.Now(), &d.refund
	r.ID = core.NewID[core.RefundID](s.cfg.IDs, core.PrefixRefund)
	r.State, r.Actor, r.Version, r.CreatedAt, r.UpdatedAt = order.RefundPending, core.ActorFrom(ctx).String(), 1, now, now
	if len(r.Payments) == 0 {
		r.State = order.RefundSucceeded // nobody is owed anything
	}
	if err := tx.Orders().Count(ctx, o, d.changes...); err != nil {
		return nil, err
	}
	if err := tx.Orders().InsertRefund(ctx, *r); err != nil {
		return nil, err
	}
	if p, ok := s.payments.Credit(o.ID, string(r.ID), money.New(d.credit, o.Currency), r.Tax, r.Actor, now); ok {
		if err := tx.Payments().Post(ctx, p); err != nil {
			return nil, err
		}
	}
	ops := make([]payment.Operation, len(r.Payments))
	for i, part := range r.Payments {
		var err error
		if ops[i], err = s.payments.Begin(ctx, tx, payment.RefundOp, part.Payment, part.Amount, r.ID, r.Reason); err != nil {
			return nil, err
		}
	}
	text := "A refund of " + r.Amount.Display() + " was begun"
	switch {
	case r.Offset == r.Amount:
		text = r.Amount.Display() + " are not asked for any more"
	case r.Offset.IsPositive():
		text += ", " + r.Offset.Display() + " of it by not asking for it any more"
	}
	if r.Reason != "" {
		text += ": " + r.Reason
	}
	return ops, tx.Orders().AppendEvents(ctx, s.settle.Entry(ctx, o.ID, "refund.created", text, false, nil))
}

// goods moves the goods of a refund: back into stock, or out of the order.
func (s *Service) goods(ctx context.Context, tx Tx, o *order.Order, d *draft) error {
	if len(d.released) > 0 {
		if err := s.release(ctx, tx, o, d.released, d.writeOff); err != nil {
			return err
		}
		next := o.States
		var err error
		if next.Fulfilment, err = s.settle.FulfilmentState(ctx, tx, o); err != nil {
			return err
		}
		if err := s.settle.Step(ctx, tx, o, next); err != nil {
			return err
		}
	}
	return s.settle.Return(ctx, tx, o, d.returned, true, d.location, string(d.refund.ID))
}

// release gives up the reservations of pieces that are not sent. Goods that are
// lost leave the stock along with it.
func (s *Service) release(ctx context.Context, tx Tx, o *order.Order, pieces map[core.LineID]int64, lost bool) error {
	ref := string(o.ID)
	var gone []stock.Change
	if lost {
		rs, err := tx.Stock().Reservations(ctx, ref)
		if err != nil {
			return err
		}
		left := map[core.LineID]int64{}
		for l, n := range pieces {
			left[l] = n
		}
		for _, r := range rs { // in the order Release takes them
			if n := min(r.Quantity, left[r.Line]); n > 0 && (r.State == stock.Held || r.State == stock.Committed) {
				left[r.Line] -= n
				gone = append(gone, stock.Change{ItemID: r.ItemID, LocationID: r.LocationID, Quantity: -n, Ref: ref, Note: "written off with a cancellation"})
			}
		}
	}
	if err := s.stock.Release(ctx, tx.Stock(), ref, pieces); err != nil || len(gone) == 0 {
		return err
	}
	_, err := s.stock.Move(ctx, tx.Stock(), stock.Adjust, gone...)
	return err
}

// carryOut asks the providers and reads how the refund stands then.
func (s *Service) carryOut(ctx context.Context, id core.RefundID, ops []payment.Operation) (r order.Refund, err error) {
	// An error leaves operations pending: the refund says so, and Reconcile asks again.
	_ = s.settle.Operate(ctx, ops...)
	var paid settlement.Paid
	err = s.db.View(context.WithoutCancel(ctx), func(tx Tx) error {
		if r, err = tx.Orders().Refund(ctx, id); err != nil || r.State == order.RefundSucceeded {
			return err
		}
		paid, err = settlement.PaidBack(ctx, tx, r)
		return err
	})
	if err == nil && r.State != order.RefundSucceeded && len(paid.Open) == 0 && paid.Last.Key != "" {
		err = &payment.DeclinedError{Payment: paid.Last.Payment, Code: paid.Last.Code, Message: paid.Last.Message}
	}
	return r, err
}

// RetryRefund tries again to pay a refund that is pending: operations without
// an answer are asked about, and what a provider refused is planned anew over
// the order's payments. A refund that has ended is returned as it is. The actor
// needs orders:refund.
func (s *Service) RetryRefund(ctx context.Context, id core.RefundID) (order.Refund, error) {
	if err := core.Require(ctx, core.PermOrdersRefund); err != nil {
		return order.Refund{}, err
	}
	var r order.Refund
	if err := s.db.View(ctx, func(tx Tx) (err error) {
		r, err = tx.Orders().Refund(ctx, id)
		return err
	}); err != nil || r.State != order.RefundPending {
		return r, err
	}
	if err := s.allow(ctx, r.Amount); err != nil {
		return r, err
	}
	var ops []payment.Operation
	err := s.db.Update(ctx, func(tx Tx) error {
		ops = nil
		o, err := tx.Orders().Lock(ctx, r.Order)
		if err != nil {
			return err
		}
		if r, err = tx.Orders().Refund(ctx, id); err != nil || r.State != order.RefundPending {
			return err
		}
		paid, err := settlement.PaidBack(ctx, tx, r)
		if err != nil {
			return err
		}
		if len(paid.Open) > 0 {
			ops = paid.Open
			return nil
		}
		ps, err := tx.Payments().OfOrder(ctx, o.ID)
		if err != nil {
			return err
		}
		missing := r.Amount.Amount - r.Offset.Amount - paid.Sum
		parts, left := s.plan(ps, missing, o.Currency)
		if left > 0 {
			return &NotLeftError{Wanted: money.New(missing, o.Currency), Left: money.New(missing-left, o.Currency)}
		}
		planned := map[core.PaymentID]int64{}
		for _, part := range parts {
			op, err := s.payments.Begin(ctx, tx, payment.RefundOp, part.Payment, part.Amount, r.ID, r.Reason)
			if err != nil {
				return err
			}
			ops = append(ops, op)
			planned[part.Payment] = part.Amount.Amount
		}
		r.Payments = []order.RefundPayment{}
		for _, p := range ps {
			if n := paid.Given[p.ID] + planned[p.ID]; n > 0 {
				r.Payments = append(r.Payments, order.RefundPayment{Payment: p.ID, Amount: money.New(n, o.Currency)})
			}
		}
		r.UpdatedAt = s.cfg.Clock.Now()
		if err := tx.Orders().UpdateRefund(ctx, r, r.Version); err != nil {
			return err
		}
		return tx.Orders().AppendEvents(ctx, s.settle.Entry(ctx, o.ID, "refund.retried", "The refund of "+r.Amount.Display()+" is tried again.", false, nil))
	})
	if err != nil {
		return order.Refund{}, err
	}
	return s.carryOut(ctx, id, ops)
}
