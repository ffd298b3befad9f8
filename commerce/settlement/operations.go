package settlement

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
)

// Capture takes authorized money of an order: the amount, or with zero all that
// is promised. It is how staff books an invoice as paid, too. The actor needs
// payments:write.
func (s *Service) Capture(ctx context.Context, id core.OrderID, amount money.Money) (order.Order, error) {
	if err := core.Require(ctx, core.PermPaymentsWrite); err != nil {
		return order.Order{}, err
	}
	type begun struct {
		payment payment.Payment
		op      payment.Operation
	}
	var work []begun
	err := s.db.Update(ctx, func(tx Tx) error {
		work = nil
		o, err := tx.Orders().Lock(ctx, id)
		if err != nil {
			return err
		}
		if o.Status != order.Placed && o.Status != order.Completed {
			return core.Errorf(core.KindConflict, "order_not_placed", "the order is %s", o.Status)
		}
		ps, err := tx.Payments().OfOrder(ctx, id)
		if err != nil {
			return err
		}
		left := amount
		for _, p := range ps {
			take := p.Capturable()
			if !amount.IsZero() {
				if amount.Currency != p.Amount.Currency {
					return core.Invalid("amount.currency", "the order is in %s", p.Amount.Currency)
				}
				take.Amount = min(take.Amount, left.Amount)
				left.Amount -= take.Amount
			}
			if !take.IsPositive() {
				continue
			}
			op, err := s.payments.Begin(ctx, tx, payment.CaptureOp, p.ID, take, "", "")
			if err != nil {
				return err
			}
			work = append(work, begun{p, op})
		}
		if len(work) == 0 || left.IsPositive() {
			return core.Errorf(core.KindConflict, "amount_not_left", "not so much is authorized and uncaptured")
		}
		return nil
	})
	if err != nil {
		return order.Order{}, err
	}
	for _, w := range work {
		p, err := s.operate(ctx, w.payment, w.op)
		if err != nil {
			return order.Order{}, err
		}
		if p.Captured.Amount <= w.payment.Captured.Amount && p.State != payment.StateCaptured {
			if err := s.refused(ctx, w.op.Key); err != nil {
				return order.Order{}, err
			}
		}
	}
	return s.order(ctx, id)
}

// refused returns an error when the operation ended without success.
func (s *Service) refused(ctx context.Context, key string) error {
	return s.db.View(ctx, func(tx Tx) error {
		op, err := tx.Payments().Operation(ctx, key)
		if err == nil && op.State == payment.OperationRefused {
			return &payment.DeclinedError{Payment: op.Payment, Code: op.Code, Message: op.Message}
		}
		return err
	})
}

func (s *Service) order(ctx context.Context, id core.OrderID) (o order.Order, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		o, err = tx.Orders().Order(ctx, id)
		return err
	})
	return o, err
}

// Operate carries out operations that were begun in a transaction that is
// committed now. The first error is returned; every operation without an answer
// stays pending, and Reconcile asks again.
func (s *Service) Operate(ctx context.Context, ops ...payment.Operation) error {
	var first error
	for _, op := range ops {
		var p payment.Payment
		err := s.db.View(ctx, func(tx Tx) (err error) {
			p, err = tx.Payments().Payment(ctx, op.Payment)
			return err
		})
		if err == nil {
			_, err = s.operate(ctx, p, op)
		}
		if err != nil && first == nil {
			first = err
		}
	}
	return first
}

// operate carries out an operation and takes in the answer.
func (s *Service) operate(ctx context.Context, p payment.Payment, op payment.Operation) (payment.Payment, error) {
	provider, err := s.inbox.Provider(p.Provider)
	if err != nil {
		return p, err
	}
	// The caller may go away; what was asked of a provider is seen to its end.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Timeout)
	defer cancel()
	result, err := payment.Call(ctx, provider, p, op)
	if err != nil {
		return p, err
	}
	return s.answered(ctx, op, result)
}

// answered takes in the answer to an operation and what follows for the order
// and its refund.
func (s *Service) answered(ctx context.Context, op payment.Operation, result payment.Result) (p payment.Payment, err error) {
	err = s.db.Update(ctx, func(tx Tx) error {
		if p, err = tx.Payments().Payment(ctx, op.Payment); err != nil {
			return err
		}
		o, err := tx.Orders().Lock(ctx, p.Order)
		if err != nil {
			return err
		}
		change, err := s.payments.Settle(ctx, tx, op, result)
		if err != nil {
			return err
		}
		p = change.After
		if op.Refund != "" && result.State != payment.OperationPending {
			if err := s.endRefund(ctx, tx, &o, op.Refund); err != nil {
				return err
			}
		}
		if o.PlacedAt.IsZero() {
			return nil // money given back of an order that never stood
		}
		return s.Refresh(ctx, tx, &o)
	})
	return p, err
}

// endRefund ends a refund when the last of its operations has: it succeeded, or
// what it had set aside is free again. When one payment gave its part back and
// another refused, the refund stays pending for staff to try again.
func (s *Service) endRefund(ctx context.Context, tx Tx, o *order.Order, id core.RefundID) error {
	r, err := tx.Orders().Refund(ctx, id)
	if err != nil || r.State != order.RefundPending {
		return err
	}
	given := int64(0)
	for _, part := range r.Payments {
		ops, err := tx.Payments().Operations(ctx, part.Payment)
		if err != nil {
			return err
		}
		for _, op := range ops {
			switch {
			case op.Refund != id:
			case op.State == payment.OperationPending:
				return nil
			case op.State == payment.OperationSucceeded:
				given += op.Amount.Amount
			}
		}
	}
	seen := r.Version
	r.UpdatedAt = s.cfg.Clock.Now()
	switch given {
	case r.Amount.Amount:
		r.State = order.RefundSucceeded
		if err := tx.Orders().AppendEvents(ctx, s.Entry(ctx, o.ID, "refund.succeeded", "Refunded "+r.Amount.Display()+".", true, nil)); err != nil {
			return err
		}
		if err := s.Emit(ctx, tx, "order.refunded", o); err != nil {
			return err
		}
	case 0:
		r.State = order.RefundFailed
		if err := s.undoRefund(ctx, tx, o, r); err != nil {
			return err
		}
	default:
		text := "A part of the refund of " + r.Amount.Display() + " was refused; try it again."
		return tx.Orders().AppendEvents(ctx, s.Entry(ctx, o.ID, "refund.incomplete", text, false, nil))
	}
	return tx.Orders().UpdateRefund(ctx, r, seen)
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
