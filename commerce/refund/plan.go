package refund

import (
	"slices"

	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
)

// refundable is how much a payment could give back now.
func refundable(p payment.Payment) int64 {
	if p.State == payment.StateQuarantined {
		return 0 // people look at it first
	}
	return p.Refundable().Amount
}

func sumRefundable(ps []payment.Payment) (sum int64) {
	for _, p := range ps {
		sum += refundable(p)
	}
	return sum
}

// plan spreads an amount over payments, the newest first, and returns what
// could not be placed. A provider that gives back all or nothing is asked for
// all or nothing.
func (s *Service) plan(ps []payment.Payment, amount int64, c money.Currency) (parts []order.RefundPayment, left int64) {
	for _, p := range slices.Backward(ps) {
		take := min(refundable(p), amount)
		if take <= 0 {
			continue
		}
		provider, err := s.settle.Provider(p.Provider)
		if err != nil || take < p.Captured.Amount && !provider.Capabilities().PartialRefund {
			continue
		}
		parts = append(parts, order.RefundPayment{Payment: p.ID, Amount: money.New(take, c)})
		amount -= take
	}
	return parts, amount
}
