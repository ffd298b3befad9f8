package refund

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/settlement"
)

// CancelParams say how an order, or a part of it, is cancelled.
type CancelParams struct {
	Reason string `json:"reason,omitempty"` // the buyer sees it
	// WriteOff says that the goods are lost or damaged: they leave the stock.
	// Otherwise they are on sale again.
	WriteOff bool `json:"write_off,omitempty"`
	// KeepCart leaves the cart of an order closed that waited for its payment;
	// otherwise it is open for another try.
	KeepCart    bool `json:"keep_cart,omitempty"`
	NotifyBuyer bool `json:"notify_buyer,omitempty"` // the event says that the buyer is to be told
}

// Cancel cancels an order of which nothing is fulfilled: its stock and
// promotion uses are free again, an authorization is voided, what was captured
// is given back, and the event order.cancelled appended. An order that waits
// for its payment is given up; money that comes for it later goes back.
// Cancelling twice changes nothing.
//
// The actor needs orders:write; a customer may cancel an own order within
// Config.BuyerCancelWindow. When a provider refuses to pay back, the order is
// cancelled all the same and its refund stays pending for
// [Service.RetryRefund].
func (s *Service) Cancel(ctx context.Context, id core.OrderID, p CancelParams) (order.Order, error) {
	return s.cancel(ctx, id, nil, p)
}

// CancelLines cancels pieces that are not fulfilled yet: they are not sent, and
// their share of the money is given back or not asked for. When nothing of the
// order would be left, all of it is cancelled as [Service.Cancel] does. The
// actor needs orders:write.
func (s *Service) CancelLines(ctx context.Context, id core.OrderID, lines []order.Quantity, p CancelParams) (order.Order, error) {
	if len(lines) == 0 {
		return order.Order{}, core.Invalid("lines", "at least one is required")
	}
	return s.cancel(ctx, id, lines, p)
}

func (s *Service) cancel(ctx context.Context, id core.OrderID, lines []order.Quantity, p CancelParams) (order.Order, error) {
	var v core.Violations
	checkReason(&v, p.Reason)
	if err := v.Err(); err != nil {
		return order.Order{}, err
	}
	// What it comes to is asked about before the transaction that does it.
	var planned money.Money
	buyer := false
	err := s.db.View(ctx, func(tx Tx) error {
		o, err := tx.Orders().Order(ctx, id)
		if err != nil {
			return s.hide(ctx, id, err)
		}
		if buyer, err = s.mayCancel(ctx, &o, lines); err != nil || o.PlacedAt.IsZero() || o.Status == order.Cancelled {
			return err
		}
		d, _, err := s.draftCancel(ctx, tx, &o, lines)
		if err != nil {
			return err
		}
		planned, err = d.refund.Amount.Sub(d.refund.Offset)
		return err
	})
	switch {
	case err != nil:
		return order.Order{}, err
	case buyer:
		p.WriteOff = false // only the shop knows its goods
	case planned.IsPositive():
		if err := s.allow(ctx, planned); err != nil {
			return order.Order{}, err
		}
	}
	var o order.Order
	var ops []payment.Operation
	err = s.db.Update(ctx, func(tx Tx) error {
		ops = nil
		var err error
		if o, err = tx.Orders().Lock(ctx, id); err != nil {
			return err
		}
		if _, err := s.mayCancel(ctx, &o, lines); err != nil || o.Status == order.Cancelled {
			return err
		}
		if o.Status == order.Pending {
			if len(lines) > 0 {
				return core.Errorf(core.KindConflict, "order_not_placed", "the order waits for its payment: cancel all of it or nothing")
			}
			return s.settle.GiveUp(ctx, tx, &o, settlement.GivenUp{Type: "order.cancelled", Text: because("The order was cancelled", p.Reason), KeepCart: p.KeepCart, Voided: true})
		}
		d, whole, err := s.draftCancel(ctx, tx, &o, lines)
		if err != nil {
			return err
		}
		if d.refund.Amount.Amount-d.refund.Offset.Amount > planned.Amount {
			return changedMeanwhile()
		}
		d.writeOff, d.refund.Reason, d.refund.NotifyBuyer = p.WriteOff, p.Reason, p.NotifyBuyer
		ops, err = s.apply(ctx, tx, &o, d, whole, p)
		return err
	})
	if err != nil {
		return order.Order{}, err
	}
	if len(ops) == 0 {
		return o, nil
	}
	// The order is cancelled either way; its refund tells how the money fares.
	_ = s.settle.Operate(ctx, ops...)
	err = s.db.View(context.WithoutCancel(ctx), func(tx Tx) error {
		o, err = tx.Orders().Order(ctx, id)
		return err
	})
	return o, err
}

// mayCancel reports whether the actor may cancel as the order's buyer, or why
// it may not at all. Whoever has nothing to do with the order is told that it
// does not exist.
func (s *Service) mayCancel(ctx context.Context, o *order.Order, lines []order.Quantity) (buyer bool, err error) {
	a := core.ActorFrom(ctx)
	if a.Can(core.PermOrdersWrite) {
		return false, nil
	}
	if a.Customer == "" || a.Customer != o.Customer {
		return false, s.hide(ctx, o.ID, nil)
	}
	if o.Status == order.Cancelled {
		return true, nil
	}
	from := o.PlacedAt
	if from.IsZero() {
		from = o.CreatedAt
	}
	if len(lines) > 0 || s.cfg.BuyerCancelWindow <= 0 || !s.cfg.Clock.Now().Before(from.Add(s.cfg.BuyerCancelWindow)) {
		return true, core.Errorf(core.KindForbidden, "cancel_window_over", "this order can no longer be cancelled by its buyer; ask the shop")
	}
	return true, nil
}

// hide is what somebody without permission is told of an order.
func (s *Service) hide(ctx context.Context, id core.OrderID, err error) error {
	a := core.ActorFrom(ctx)
	if a.Can(core.PermOrdersWrite) {
		return err
	}
	if a.Customer == "" {
		return core.Require(ctx, core.PermOrdersWrite)
	}
	return core.NotFound("order", id)
}

// draftCancel composes the refund of pieces that are not sent, and reports
// whether all of the order goes.
func (s *Service) draftCancel(ctx context.Context, tx Tx, o *order.Order, lines []order.Quantity) (*draft, bool, error) {
	if o.Status != order.Placed {
		return nil, false, core.Errorf(core.KindConflict, "order_not_placed", "the order is %s", o.Status)
	}
	if err := settlement.CheckLines(o, "lines", lines); err != nil {
		return nil, false, err
	}
	pieces := map[core.LineID]int64{}
	var v core.Violations
	for i, l := range lines {
		pieces[l.Line] = l.Quantity
		open := o.Line(l.Line).Open()
		v.Check(l.Quantity <= open, fmt.Sprintf("lines[%d].quantity", i), "only %d of the line are not fulfilled", open)
	}
	if err := v.Err(); err != nil {
		return nil, false, err
	}
	whole, sent := true, false
	for _, l := range o.Lines {
		whole = whole && l.Fulfilled == 0 && (len(lines) == 0 || pieces[l.ID] == l.Open())
		sent = sent || l.Fulfilled > 0
	}
	if len(lines) == 0 && sent {
		return nil, false, core.Errorf(core.KindConflict, "order_fulfilled", "a part of the order is fulfilled: cancel its shipment first, or refund it")
	}
	d := newDraft(o)
	d.refund.Cancellation = true
	for i := range o.Lines {
		l := &o.Lines[i]
		n, amount := l.Open(), money.New(l.Total.Amount-l.RefundedAmount.Amount, o.Currency)
		back := l.Quantity - l.Refunded
		if !whole {
			if n = pieces[l.ID]; n == 0 {
				continue
			}
			back = min(n, back) // pieces that were refunded before are not refunded again
			var err error
			if amount, _, err = l.Portion(back); err != nil {
				return nil, false, err
			}
		}
		if n == 0 && back == 0 && amount.IsZero() {
			continue
		}
		if err := d.line(l, back, amount, true); err != nil {
			return nil, false, err
		}
		if n > 0 {
			d.cancel(l, n)
		}
	}
	if whole {
		if err := d.shipping(o, Params{AllShipping: true}); err != nil {
			return nil, false, err
		}
	}
	if err := d.sum(o.Currency); err != nil {
		return nil, false, err
	}
	return d, whole, s.fund(ctx, tx, o, d)
}

// fund works out how much of a cancellation is given back: what the buyer has
// paid beyond what is owed after it.
func (s *Service) fund(ctx context.Context, tx Tx, o *order.Order, d *draft) error {
	ps, err := tx.Payments().OfOrder(ctx, o.ID)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if p.CaptureClaimed.Amount > p.Captured.Amount && p.Status != payment.Voided {
			return core.Errorf(core.KindConflict, "capture_running", "money is being captured; try again when that has ended")
		}
		if p.Dispute == payment.DisputeOpen {
			return core.Errorf(core.KindConflict, "payment_disputed", "a payment is in dispute; wait for its end")
		}
	}
	owed, err := s.settle.Owed(ctx, tx, o.ID, ps)
	if err != nil {
		return err
	}
	amount := d.refund.Amount.Amount
	pay := min(amount, max(0, amount-owed))
	// What the buyer had back as goodwill or by a lost dispute is not there any
	// more, and not owed either.
	if short := pay - sumRefundable(ps); short > 0 {
		pay -= short
		d.credit -= short
	}
	parts, missing := s.plan(ps, pay, o.Currency)
	if missing > 0 {
		return &NotLeftError{Wanted: money.New(pay, o.Currency), Left: money.New(pay-missing, o.Currency)}
	}
	d.refund.Payments = append(d.refund.Payments, parts...)
	d.refund.Offset = money.New(amount-pay, o.Currency)
	return nil
}

// apply writes a cancellation.
func (s *Service) apply(ctx context.Context, tx Tx, o *order.Order, d *draft, whole bool, p CancelParams) (ops []payment.Operation, err error) {
	if d.refund.Amount.IsPositive() {
		ops, err = s.begin(ctx, tx, o, d)
	} else { // it was free, or refunded before
		err = tx.Orders().Count(ctx, o, d.changes...)
	}
	if err != nil {
		return nil, err
	}
	if !whole {
		if err := s.goods(ctx, tx, o, d); err != nil {
			return nil, err
		}
		text := because("A part of the order was cancelled", p.Reason)
		if err := s.settle.Refresh(ctx, tx, o); err != nil {
			return nil, err
		}
		if err := tx.Orders().AppendEvents(ctx, s.settle.Entry(ctx, o.ID, "order.lines_cancelled", text, true, nil)); err != nil {
			return nil, err
		}
		return ops, s.settle.Emit(ctx, tx, "order.lines_cancelled", o, told(d, p))
	}
	if len(d.released) > 0 {
		if err := s.release(ctx, tx, o, d.released, p.WriteOff); err != nil {
			return nil, err
		}
	}
	if err := tx.Promos().Release(ctx, o.ID, s.cfg.Clock.Now()); err != nil {
		return nil, err
	}
	ps, err := tx.Payments().OfOrder(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	for _, pay := range ps {
		if pay.Status == payment.Authorized && pay.Capturable().IsPositive() {
			op, err := s.payments.Begin(ctx, tx, payment.VoidOp, pay.ID, pay.Authorized, "", p.Reason)
			if err != nil {
				return nil, err
			}
			ops = append(ops, op)
		}
	}
	next := o.States
	next.Status = order.Cancelled
	if err := s.settle.Step(ctx, tx, o, next); err != nil {
		return nil, err
	}
	text := because("The order was cancelled", p.Reason)
	if err := tx.Orders().AppendEvents(ctx, s.settle.Entry(ctx, o.ID, "order.cancelled", text, true, nil)); err != nil {
		return nil, err
	}
	return ops, s.settle.Emit(ctx, tx, "order.cancelled", o, told(d, p))
}

func told(d *draft, p CancelParams) map[string]any {
	return map[string]any{"reason": p.Reason, "refund_id": d.refund.ID, "refund": d.refund.Amount, "lines_cancelled": d.released, "notify_buyer": p.NotifyBuyer}
}

func because(what, reason string) string {
	if reason == "" {
		return what + "."
	}
	return what + ": " + reason
}
