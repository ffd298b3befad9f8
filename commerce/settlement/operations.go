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
	if amount.IsNegative() {
		return order.Order{}, core.Invalid("amount", "must not be below zero")
	}
	var work []payment.Operation
	err := s.db.Update(ctx, func(tx Tx) error {
		work = nil
		o, err := tx.Orders().Lock(ctx, id)
		if err != nil {
			return err
		}
		if o.Status != order.Placed && o.Status != order.Completed {
			return core.Errorf(core.KindConflict, "order_not_placed", "the order is %s", o.Status)
		}
		if !amount.IsZero() && amount.Currency != o.Currency {
			return core.Invalid("amount.currency", "the order is in %s", o.Currency)
		}
		ps, err := tx.Payments().OfOrder(ctx, id)
		if err != nil {
			return err
		}
		// What was cancelled or given up is not taken, even if it is promised.
		left, err := s.Owed(ctx, tx, id, ps)
		if err != nil {
			return err
		}
		if !amount.IsZero() {
			if amount.Amount > left {
				return notLeft()
			}
			left = amount.Amount
		}
		for _, p := range ps {
			take := p.Capturable()
			whole := take.Amount
			take.Amount = min(whole, left)
			if !take.IsPositive() || p.State == payment.StateQuarantined {
				continue
			}
			if provider, err := s.Provider(p.Provider); err != nil {
				return err
			} else if take.Amount < whole && !provider.Capabilities().PartialCapture {
				return core.Invalid("amount", "%s takes all of %s or nothing", p.Provider, money.New(whole, o.Currency).Display())
			}
			left -= take.Amount
			op, err := s.payments.Begin(ctx, tx, payment.CaptureOp, p.ID, take, "", "")
			if err != nil {
				return err
			}
			work = append(work, op)
		}
		if len(work) == 0 || !amount.IsZero() && left > 0 {
			return notLeft()
		}
		return nil
	})
	if err != nil {
		return order.Order{}, err
	}
	err = s.Operate(ctx, work...)
	for _, op := range work {
		if err == nil {
			err = s.refused(ctx, op.Key)
		}
	}
	if err != nil {
		return order.Order{}, err
	}
	return s.order(ctx, id)
}

func notLeft() error {
	return core.Errorf(core.KindConflict, "amount_not_left", "not so much is authorized, uncaptured and owed")
}

// Owed is what the buyer of an order owes, in minor units, once all running
// operations of its payments are done. Below zero it is what the buyer is owed.
func (s *Service) Owed(ctx context.Context, tx Tx, id core.OrderID, ps []payment.Payment) (int64, error) {
	balances, err := tx.Payments().Balances(ctx, id)
	if err != nil {
		return 0, err
	}
	var owed int64
	for _, b := range balances {
		if b.Account == payment.Receivable {
			owed += b.Amount.Amount
		}
	}
	for _, p := range ps {
		owed += p.RefundClaimed.Amount - p.Refunded.Amount
		if p.Status != payment.Voided {
			owed -= p.CaptureClaimed.Amount - p.Captured.Amount
		}
	}
	return owed, nil
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

// GiveBack tries again to return money that came for an order given up before
// it was placed, after the provider had refused to take it back. The actor
// needs orders:refund.
func (s *Service) GiveBack(ctx context.Context, id core.OrderID) error {
	if err := core.Require(ctx, core.PermOrdersRefund); err != nil {
		return err
	}
	var work []payment.Operation
	err := s.db.Update(ctx, func(tx Tx) error {
		work = nil
		o, err := tx.Orders().Lock(ctx, id)
		if err != nil {
			return err
		}
		if o.Status != order.Cancelled || !o.PlacedAt.IsZero() {
			return core.Errorf(core.KindConflict, "order_not_given_up", "the order is %s: refund it", o.Status)
		}
		ps, err := tx.Payments().OfOrder(ctx, id)
		if err != nil {
			return err
		}
		for _, p := range ps {
			ops, err := s.giveBack(ctx, tx, &o, p, true)
			if err != nil {
				return err
			}
			work = append(work, ops...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = s.Operate(ctx, work...)
	for _, op := range work {
		if err == nil {
			err = s.refused(ctx, op.Key)
		}
	}
	return err
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

// operate carries out an operation, takes in the answer, and does what follows
// from it.
func (s *Service) operate(ctx context.Context, p payment.Payment, op payment.Operation) (payment.Payment, error) {
	provider, err := s.inbox.Provider(p.Provider)
	if err != nil {
		return p, core.Errorf(core.KindUnavailable, "provider_missing", "the payment provider %q is not configured", p.Provider)
	}
	// The caller may go away; what was asked of a provider is seen to its end.
	ctx = context.WithoutCancel(ctx)
	result, err := s.call(ctx, provider, p, op)
	if err != nil {
		return p, err
	}
	p, more, err := s.answered(ctx, op, result)
	if err != nil {
		return p, err
	}
	// Nothing that was refused is begun again, so this ends.
	return p, s.Operate(ctx, more...)
}

func (s *Service) call(ctx context.Context, provider payment.Provider, p payment.Payment, op payment.Operation) (payment.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	return payment.Call(ctx, provider, p, op)
}

// answered takes in the answer to an operation and what follows for the order
// and its refund. It returns operations to carry out after it.
func (s *Service) answered(ctx context.Context, op payment.Operation, result payment.Result) (p payment.Payment, more []payment.Operation, err error) {
	err = s.db.Update(ctx, func(tx Tx) error {
		if p, err = tx.Payments().Payment(ctx, op.Payment); err != nil {
			return err
		}
		o, err := tx.Orders().Lock(ctx, p.Order)
		if err != nil {
			return err
		}
		var paid map[string]any
		before, err := tx.Payments().Operation(ctx, op.Key)
		if err != nil {
			return err
		}
		change, err := s.payments.Settle(ctx, tx, op, result)
		if err != nil {
			return err
		}
		p = change.After
		if before.State == payment.OperationPending && result.State != payment.OperationPending {
			if paid, err = s.ended(ctx, tx, &o, op, result); err != nil {
				return err
			}
		}
		r := Result{Order: o, Payment: p}
		if more, err = s.follow(ctx, tx, &r, change, false); err != nil || paid == nil {
			return err
		}
		return s.Emit(ctx, tx, "order.refunded", &r.Order, paid)
	})
	return p, more, err
}

// ended is called once for each operation that has its final answer. It
// returns what there is to tell of a refund that is paid now.
func (s *Service) ended(ctx context.Context, tx Tx, o *order.Order, op payment.Operation, result payment.Result) (map[string]any, error) {
	if op.Refund != "" {
		return s.endRefund(ctx, tx, o, op.Refund)
	}
	if result.State != payment.OperationRefused {
		return nil, nil
	}
	text := "The payment provider refused the " + string(op.Kind) + " of " + op.Amount.Display() + "."
	if result.Message != "" {
		text += " " + result.Message
	}
	return nil, tx.Orders().AppendEvents(ctx, s.Entry(ctx, o.ID, "payment."+string(op.Kind)+"_refused", text, false, nil))
}
