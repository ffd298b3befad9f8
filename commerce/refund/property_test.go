package refund_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/fulfil"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/refund"
	"github.com/bodega-commerce/bodega/internal/flowtest"
)

func drawLines(t *rapid.T, items []core.StockItemID) []order.Line {
	lines := make([]order.Line, rapid.IntRange(1, 3).Draw(t, "lines"))
	for i := range lines {
		quantity, unit := rapid.Int64Range(1, 7).Draw(t, "quantity"), rapid.Int64Range(1, 5000).Draw(t, "unit")
		discount := rapid.Int64Range(0, quantity*unit).Draw(t, "discount")
		lines[i] = flowtest.Line(rapid.SampledFrom(items).Draw(t, "item"), quantity, unit, discount)
	}
	return lines
}

// Any sequence of partial refunds sums to the order: amount, tax and discount
// of each line and of the shipping.
func TestPartialRefundsSumToTheWhole(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r := service(s, refund.Config{})
	rapid.Check(t, func(t *rapid.T) {
		o := s.Place(t, flowtest.Params{Capture: true, Shipping: rapid.Int64Range(0, 999).Draw(t, "shipping"), Lines: drawLines(t, []core.StockItemID{""})})
		if o.Totals.Total.IsZero() {
			return
		}
		for range 20 {
			o = s.Order(t, o.ID)
			if o.Credited() == o.Totals.Total {
				break
			}
			l := rapid.SampledFrom(o.Lines).Draw(t, "line")
			var p refund.Params
			if left := l.Quantity - l.Refunded; left > 0 {
				p.Lines = []refund.Line{{Line: l.ID, Quantity: rapid.Int64Range(1, left).Draw(t, "pieces")}}
			}
			if left := o.Shipping.Total.Amount - o.Shipping.RefundedAmount.Amount; left > 0 && rapid.Bool().Draw(t, "with shipping") {
				p.Shipping = ptr(eur(rapid.Int64Range(1, left).Draw(t, "shipping part")))
			}
			if _, err := r.Create(staff, o.ID, p); err != nil {
				require.ErrorContains(t, err, "nothing is to be refunded") // a share of nothing
			}
		}
		if o = s.Order(t, o.ID); o.Credited() != o.Totals.Total {
			_, err := r.Create(staff, o.ID, refund.Params{All: true})
			require.NoError(t, err)
		}
		amounts, taxes, off := map[core.LineID]int64{}, map[core.LineID]int64{}, map[core.LineID]int64{}
		var shipping, shippingTax, all, tax int64
		for _, r := range s.Refunds(t, o.ID) {
			for _, l := range r.Lines {
				require.False(t, l.Tax.IsNegative() || l.Discount.IsNegative() || l.Tax.Amount > l.Amount.Amount)
				amounts[l.Line] += l.Amount.Amount
				taxes[l.Line] += l.Tax.Amount
				off[l.Line] += l.Discount.Amount
			}
			shipping, shippingTax = shipping+r.Shipping.Amount, shippingTax+r.ShippingTax.Amount
			all, tax = all+r.Amount.Amount, tax+r.Tax.Amount
		}
		for _, l := range o.Lines {
			require.Equal(t, l.Total.Amount, amounts[l.ID])
			require.Equal(t, l.TaxTotal(), taxes[l.ID])
			if l.Total.IsPositive() { // what was free gives nothing back to divide it by
				require.Equal(t, l.DiscountTotal(), off[l.ID])
			}
		}
		require.Equal(t, o.Shipping.Total.Amount, shipping)
		require.Equal(t, o.Totals.Total.Amount, all)
		require.Equal(t, o.Totals.Tax.Amount, tax)
		require.Equal(t, o.Totals.Total, s.Payment(t, o.ID).Refunded)
		for _, account := range payment.Accounts() {
			if account != payment.Revenue && account != payment.RefundsGiven {
				require.Zero(t, s.Balance(t, o.ID, account), account)
			}
		}
		s.Sound(t)
	})
}

// Whatever is done with an order, its books agree, and in the end nobody owes
// anything that was not promised.
func TestAnySequenceKeepsTheBooks(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r, f := service(s, refund.Config{}), shipper(s)
	items := []core.StockItemID{s.Item(t, 1_000_000), s.Item(t, 1_000_000), ""}
	rapid.Check(t, func(t *rapid.T) {
		token := rapid.SampledFrom([]string{"", "", "sim_refund_refused", "sim_refund_pending", "sim_capture_refused"}).Draw(t, "token")
		o := s.Place(t, flowtest.Params{Token: token, Capture: rapid.Bool().Draw(t, "capture") && token != "sim_capture_refused",
			Provider: rapid.SampledFrom([]string{"simulator", "simulator", "invoice"}).Draw(t, "provider"),
			Shipping: rapid.Int64Range(0, 999).Draw(t, "shipping"), Lines: drawLines(t, items)})
		some := func() (out []order.Quantity) {
			for _, l := range o.Lines {
				if n := rapid.Int64Range(0, l.Quantity).Draw(t, "n"); n > 0 {
					out = append(out, order.Quantity{Line: l.ID, Quantity: n})
				}
			}
			return out
		}
		var parcels []core.FulfilmentID
		parcel := func() core.FulfilmentID {
			if len(parcels) == 0 {
				return "ful_none"
			}
			return rapid.SampledFrom(parcels).Draw(t, "parcel")
		}
		acts := []func() error{
			func() error {
				made, err := f.Create(staff, o.ID, fulfil.Params{Lines: some(), Ship: rapid.Bool().Draw(t, "ship")})
				if err == nil {
					parcels = append(parcels, made.ID)
				}
				return err
			},
			func() error { _, err := f.Ship(staff, parcel(), fulfil.ShipParams{}); return err },
			func() error { _, err := f.Deliver(staff, parcel(), fulfil.DeliverParams{}); return err },
			func() error {
				_, err := f.Cancel(staff, parcel(), fulfil.CancelParams{Unreserve: rapid.Bool().Draw(t, "unreserve")})
				return err
			},
			func() error {
				_, err := f.Return(staff, o.ID, fulfil.ReturnParams{Lines: some(), Restock: rapid.Bool().Draw(t, "restock")})
				return err
			},
			func() error { _, err := s.Settle.Capture(staff, o.ID, money.Money{}); return err },
			func() error {
				_, err := s.Settle.Capture(staff, o.ID, eur(rapid.Int64Range(1, 2000).Draw(t, "part")))
				return err
			},
			func() error {
				p := refund.Params{OffsetUnpaid: rapid.Bool().Draw(t, "offset"), AllShipping: rapid.Bool().Draw(t, "all shipping")}
				for _, q := range some() {
					p.Lines = append(p.Lines, refund.Line{Line: q.Line, Quantity: q.Quantity, Restock: rapid.Bool().Draw(t, "restock")})
				}
				_, err := r.Create(staff, o.ID, p)
				return err
			},
			func() error {
				_, err := r.Create(staff, o.ID, refund.Params{Goodwill: ptr(eur(rapid.Int64Range(1, 500).Draw(t, "goodwill"))), Reason: "sorry"})
				return err
			},
			func() error {
				_, err := r.CancelLines(staff, o.ID, some(), refund.CancelParams{WriteOff: rapid.Bool().Draw(t, "write off")})
				return err
			},
			func() error {
				if !rapid.Bool().Draw(t, "really") {
					return nil
				}
				_, err := r.Cancel(staff, o.ID, refund.CancelParams{})
				return err
			},
			func() error {
				for _, one := range s.Refunds(t, o.ID) {
					if _, err := r.RetryRefund(staff, one.ID); err != nil {
						return err
					}
				}
				return nil
			},
			func() error { s.Clock.Move(payment.Stuck * 6); _, err := s.Settle.Reconcile(staff); return err },
		}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			err := rapid.SampledFrom(acts).Draw(t, "act")()
			require.False(t, core.IsKind(err, core.KindInternal), "%v", err)
			var step *order.TransitionError
			require.False(t, errors.As(err, &step) && step.Machine != "fulfilment", "the order's tables know every step: %v", err)
			got := s.Order(t, o.ID)
			funds := s.Payment(t, o.ID)
			require.LessOrEqual(t, funds.Refunded.Amount, funds.Captured.Amount)
			require.LessOrEqual(t, got.Credited().Amount, got.Totals.Total.Amount)
		}
		s.Sound(t)
		s.Clock.Move(payment.Stuck * 6)
		_, err := s.Settle.Reconcile(staff)
		require.NoError(t, err)
		var waiting int64 // refunds of cancelled goods that the provider refuses
		for _, one := range s.Refunds(t, o.ID) {
			if one.State == order.RefundPending {
				waiting += one.Amount.Amount - one.Offset.Amount
			}
		}
		require.GreaterOrEqual(t, s.Balance(t, o.ID, payment.Receivable), -waiting, "nobody is owed what is not on its way")
		s.Sound(t)
	})
}
