package settlement

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
)

// Paid is what the operations of a refund came to.
type Paid struct {
	Given map[core.PaymentID]int64 // what each payment gave back, in minor units
	Sum   int64                    // of Given
	Open  []payment.Operation      // without an answer
	Last  payment.Operation        // that was refused last, if any
}

// PaidBack adds up the operations of a refund.
func PaidBack(ctx context.Context, tx interface{ Payments() payment.Store }, r order.Refund) (Paid, error) {
	out := Paid{Given: map[core.PaymentID]int64{}}
	seen := map[core.PaymentID]bool{}
	for _, part := range r.Payments {
		if seen[part.Payment] {
			continue
		}
		seen[part.Payment] = true
		ops, err := tx.Payments().Operations(ctx, part.Payment)
		if err != nil {
			return out, err
		}
		for _, op := range ops {
			if op.Refund != r.ID {
				continue
			}
			switch op.State {
			case payment.OperationPending:
				out.Open = append(out.Open, op)
			case payment.OperationSucceeded:
				out.Given[part.Payment] += op.Amount.Amount
				out.Sum += op.Amount.Amount
			case payment.OperationRefused:
				out.Last = op
			}
		}
	}
	return out, nil
}

// endRefund ends a refund when the last of its operations has: it succeeded, or
// what it had set aside is free again. A refund that is paid in part, and one
// of goods that are cancelled, stays pending for staff to try again. It returns what
// there is to tell of a refund that is paid now.
func (s *Service) endRefund(ctx context.Context, tx Tx, o *order.Order, id core.RefundID) (map[string]any, error) {
	r, err := tx.Orders().Refund(ctx, id)
	if err != nil || r.State != order.RefundPending {
		return nil, err
	}
	paid, err := PaidBack(ctx, tx, r)
	if err != nil || len(paid.Open) > 0 {
		return nil, err
	}
	seen, sum := r.Version, money.New(paid.Sum, o.Currency)
	r.UpdatedAt = s.cfg.Clock.Now()
	switch {
	case paid.Sum == r.Amount.Amount-r.Offset.Amount:
		r.State = order.RefundSucceeded
		if err := tx.Orders().AppendEvents(ctx, s.Entry(ctx, o.ID, "refund.succeeded", "Refunded "+sum.Display()+".", true, nil)); err != nil {
			return nil, err
		}
		told := map[string]any{"refund_id": r.ID, "amount": sum, "reason": r.Reason, "notify_buyer": r.NotifyBuyer}
		return told, tx.Orders().UpdateRefund(ctx, r, seen)
	case paid.Sum == 0 && !r.Cancellation && o.Status != order.Cancelled:
		r.State = order.RefundFailed
		if err := s.undoRefund(ctx, tx, o, r); err != nil {
			return nil, err
		}
		return nil, tx.Orders().UpdateRefund(ctx, r, seen)
	}
	missing := money.New(r.Amount.Amount-r.Offset.Amount-paid.Sum, o.Currency)
	text := missing.Display() + " of a refund were refused by the payment provider; try it again."
	return nil, tx.Orders().AppendEvents(ctx, s.Entry(ctx, o.ID, "refund.incomplete", text, false, nil))
}

// undoRefund frees what a refund that was refused had set aside.
func (s *Service) undoRefund(ctx context.Context, tx Tx, o *order.Order, r order.Refund) error {
	var changes []order.Change
	for _, l := range r.Lines {
		changes = append(changes, order.Change{Line: l.Line, Refunded: -l.Quantity, RefundedAmount: -l.Amount.Amount})
	}
	if r.Shipping.IsPositive() {
		changes = append(changes, order.Change{RefundedAmount: -r.Shipping.Amount})
	}
	if err := tx.Orders().Count(ctx, o, changes...); err != nil {
		return err
	}
	total, err := r.Amount.Neg()
	if err != nil {
		return err
	}
	tax, err := r.Tax.Neg()
	if err != nil {
		return err
	}
	if p, ok := s.payments.Credit(r.Order, string(r.ID), total, tax, core.ActorFrom(ctx).String(), s.cfg.Clock.Now()); ok {
		if err := tx.Payments().Post(ctx, p); err != nil {
			return err
		}
	}
	return tx.Orders().AppendEvents(ctx, s.Entry(ctx, r.Order, "refund.failed", "The refund of "+r.Amount.Display()+" was refused by the payment provider.", false, nil))
}
