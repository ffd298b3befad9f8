package simulator

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
)

// Capture implements payment.Provider.
func (s *Simulator) Capture(ctx context.Context, r payment.OperationRequest) (payment.Result, error) {
	return s.operate(ctx, r, func(a *account) string {
		switch {
		case a.token == CaptureRefused:
			return "capture_refused"
		case !a.capturable || r.Amount.Amount > a.Authorized.Amount-a.Captured.Amount:
			return "amount_too_large"
		}
		s.take(a, r.Amount)
		return ""
	})
}

// Void implements payment.Provider.
func (s *Simulator) Void(ctx context.Context, r payment.OperationRequest) (payment.Result, error) {
	r.Amount = money.Money{} // all that is left
	return s.operate(ctx, r, func(a *account) string {
		if !a.capturable {
			return "nothing_to_void"
		}
		a.capturable = false
		if !a.Captured.IsPositive() {
			a.Status = payment.Voided
		}
		s.tell("payment.voided", a)
		return ""
	})
}

// Refund implements payment.Provider.
func (s *Simulator) Refund(ctx context.Context, r payment.OperationRequest) (payment.Result, error) {
	return s.operate(ctx, r, func(a *account) string {
		switch {
		case a.token == RefundRefused:
			return "refund_refused"
		case r.Amount.Amount > a.Captured.Amount-a.Refunded.Amount-s.refunding(a):
			return "amount_too_large"
		case a.token == RefundPending:
			s.afterLate(func() {
				delete(s.open, r.Key)
				s.giveBack(a, r.Amount)
				done := s.results[r.Key]
				done.State = payment.OperationSucceeded
				s.results[r.Key] = done
				s.tellOperation("refund.succeeded", a, r.Key, payment.OperationSucceeded)
			})
			s.open[r.Key] = opened{a, r.Amount.Amount}
			return "pending"
		}
		s.giveBack(a, r.Amount)
		s.tell("payment.refunded", a)
		return ""
	})
}

// opened is a refund that is pending.
type opened struct {
	of     *account
	amount int64
}

func (s *Simulator) refunding(a *account) (sum int64) {
	for _, o := range s.open {
		if o.of == a {
			sum += o.amount
		}
	}
	return sum
}

func (s *Simulator) giveBack(a *account, amount money.Money) {
	a.Refunded = money.New(a.Refunded.Amount+amount.Amount, a.Amount.Currency)
}

// operate runs an operation once per key; do returns why it is refused.
func (s *Simulator) operate(ctx context.Context, r payment.OperationRequest, do func(*account) string) (payment.Result, error) {
	s.enter()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return payment.Result{}, ctx.Err()
	}
	if r.Key == "" {
		return payment.Result{}, core.Invalid("key", "is required")
	}
	a, err := s.find(r.Ref, r.PaymentKey)
	if err != nil {
		return payment.Result{}, err
	}
	if a.token == Down || a.token == TimeoutBefore && s.lose(r.Key) {
		return payment.Result{}, unavailable()
	}
	res, again := s.results[r.Key]
	if !again {
		res = payment.Result{State: payment.OperationSucceeded, Ref: s.ref("op", r.Key)}
		code := "invalid_amount"
		if !r.Amount.IsNegative() && (r.Amount.IsZero() || r.Amount.Currency == a.Amount.Currency) {
			code = do(a)
		}
		switch code {
		case "":
		case "pending":
			res.State = payment.OperationPending
		default:
			res.State, res.Code, res.Message = payment.OperationRefused, code, "The provider refused this."
		}
		s.results[r.Key] = res
	}
	if a.token == TimeoutAfter && s.lose(r.Key) {
		return payment.Result{}, unavailable()
	}
	res.Outcome = a.Outcome
	return res, nil
}

func (s *Simulator) find(ref, key string) (*account, error) {
	if a, ok := s.refs[ref]; ok {
		return a, nil
	}
	if a, ok := s.payments[key]; ok && ref == "" {
		return a, nil
	}
	if ref == "" {
		ref = key
	}
	return nil, core.NotFound("payment", ref)
}

// Lookup implements payment.Provider.
func (s *Simulator) Lookup(ctx context.Context, r payment.LookupRequest) (payment.Outcome, error) {
	s.enter()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return payment.Outcome{}, ctx.Err()
	}
	a, err := s.find(r.Ref, r.Key)
	if err != nil {
		return payment.Outcome{}, err
	}
	return a.Outcome, nil
}

// CompleteChallenge is what the buyer does at the bank's page: it passes or
// fails the challenge of a payment that waits for it.
func (s *Simulator) CompleteChallenge(ref string, pass bool) error {
	return s.change(ref, payment.RequiresAction, func(a *account) { s.decide(a, pass && a.token != ThreeDSecureFail) })
}

// Settle ends a payment that is pending.
func (s *Simulator) Settle(ref string, ok bool) error {
	return s.change(ref, payment.Pending, func(a *account) { s.decide(a, ok) })
}

// OpenDispute has the buyer dispute a captured payment.
func (s *Simulator) OpenDispute(ref string) error {
	return s.change(ref, payment.Captured, s.dispute)
}

// CloseDispute decides an open dispute.
func (s *Simulator) CloseDispute(ref string, won bool) error {
	return s.change(ref, payment.Captured, func(a *account) {
		if a.Dispute != payment.DisputeOpen {
			return
		}
		a.Dispute = payment.DisputeLost
		if won {
			a.Dispute = payment.DisputeWon
		}
		s.tell("dispute.closed", a)
	})
}

// RefundAtProvider gives money back without the shop having asked, as a click
// in the provider's own pages does.
func (s *Simulator) RefundAtProvider(ref string, amount money.Money) error {
	return s.change(ref, payment.Captured, func(a *account) {
		if left := a.Captured.Amount - a.Refunded.Amount - s.refunding(a); amount.Amount <= left && amount.IsPositive() {
			s.giveBack(a, amount)
			s.tell("payment.refunded", a)
		}
	})
}

func (s *Simulator) change(ref string, need payment.Status, do func(*account)) error {
	s.enter()
	defer s.mu.Unlock()
	a, err := s.find(ref, "")
	if err != nil {
		return err
	}
	if a.Status != need {
		return core.Errorf(core.KindConflict, "payment_status", "payment %s is %s, not %s", ref, a.Status, need)
	}
	do(a)
	return nil
}
