package quote_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/quote"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/tax"
)

// check holds what is true of every quote.
func check(t require.TestingT, q quote.Quote) {
	var subtotal, discount, taxes, net, total, byRate, verdicts int64
	part := func(base, off, taxable, tax, n, gross money.Money, ds []promo.Discount, charges []tax.Charge) {
		for _, m := range []money.Money{base, off, taxable, tax, n, gross} {
			require.False(t, m.IsNegative())
			require.Equal(t, q.Currency, m.Currency)
		}
		require.Equal(t, base.Amount-off.Amount, taxable.Amount)
		require.Equal(t, n.Amount+tax.Amount, gross.Amount)
		if q.PricesIncludeTax {
			require.Equal(t, taxable, gross)
		} else {
			require.Equal(t, taxable, n)
		}
		var d, c int64
		for _, x := range ds {
			require.Positive(t, x.Amount.Amount)
			require.NotEmpty(t, x.PromotionID, "each cent of discount names its rule")
			d += x.Amount.Amount
		}
		for _, x := range charges {
			require.False(t, x.Amount.IsNegative())
			c += x.Amount.Amount
		}
		require.Equal(t, off.Amount, d)
		require.Equal(t, tax.Amount, c)
		discount, taxes, net, total = discount+d, taxes+c, net+n.Amount, total+gross.Amount
	}
	for _, l := range q.Lines {
		require.Equal(t, l.UnitPrice.Amount*l.Quantity, l.Subtotal.Amount)
		subtotal += l.Subtotal.Amount
		part(l.Subtotal, l.DiscountTotal, l.Taxable, l.TaxTotal, l.Net, l.Gross, l.Discounts, l.Taxes)
	}
	var ship int64
	if s := q.Shipping; s != nil {
		ship = s.Price.Amount
		part(s.Price, s.DiscountTotal, s.Taxable, s.TaxTotal, s.Net, s.Gross, s.Discounts, s.Taxes)
	}
	tt := q.Totals
	require.Equal(t, []int64{subtotal, discount, ship, taxes, net, total},
		[]int64{tt.Subtotal.Amount, tt.Discount.Amount, tt.Shipping.Amount, tt.Tax.Amount, tt.Net.Amount, tt.Total.Amount}, "the sum of the lines is the total")
	added := int64(0)
	if !q.PricesIncludeTax {
		added = taxes
	}
	require.Equal(t, subtotal-discount+ship+added, total)
	for _, s := range q.Taxes {
		byRate += s.Amount.Amount
	}
	require.Equal(t, taxes, byRate)
	for _, v := range q.Promotions {
		verdicts += v.Amount.Amount
	}
	require.Equal(t, discount, verdicts)
}

// draw makes any cart with up to two tax classes, promotions and shipping.
func draw(t *rapid.T) quote.Input {
	in := setup{percent: "0", prices: rapid.SliceOfN(rapid.Int64Range(0, 20000), 0, 6).Draw(t, "prices"), included: rapid.Bool().Draw(t, "included"),
		rounding: rapid.SampledFrom([]quote.Rounding{quote.RoundLine, quote.RoundDocument}).Draw(t, "rounding"),
		shipping: rapid.Int64Range(0, 2).Draw(t, "shipping") * 333}.input(t)
	rates := []tax.Rate{}
	for i, class := range []core.TaxClassID{"std", "red"} {
		for k := range rapid.IntRange(0, 2).Draw(t, "components") {
			rates = append(rates, tax.Rate{ZoneID: "z", ClassID: class, Position: k, Component: tax.Component{Name: fmt.Sprint("tax", i, k),
				Rate: money.Rate(rapid.Int64Range(0, 300).Draw(t, "permille") * 1_000_000), Compound: k > 0 && rapid.Bool().Draw(t, "compound")}})
		}
	}
	in.Taxes = tax.NewTable([]tax.Zone{{ID: "z", ReverseCharge: true, Areas: []core.Area{{}}}}, []tax.Class{{ID: "std", Default: true}, {ID: "red"}}, rates,
		tax.Settings{CrossBorder: rapid.SampledFrom([]tax.CrossBorder{"", tax.FixedGross, tax.FixedNet}).Draw(t, "cross border")})
	in.Customer.Tax.Exempt = rapid.IntRange(0, 4).Draw(t, "exempt") == 0
	for i := range in.Items {
		in.Items[i].Quantity = rapid.Int64Range(1, 12).Draw(t, "quantity")
		in.Items[i].TaxClass = rapid.SampledFrom([]core.TaxClassID{"std", "red", ""}).Draw(t, "class")
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "promotions") {
		a := promo.Action{Kind: rapid.SampledFrom([]promo.ActionKind{promo.PercentOffItems, promo.AmountOffItems, promo.PercentOffOrder, promo.AmountOffOrder, promo.FreeShipping}).Draw(t, "kind"),
			Rate: money.Rate(rapid.Int64Range(1, 1000).Draw(t, "off") * 1_000_000), Amounts: []money.Money{money.New(rapid.Int64Range(1, 30000).Draw(t, "amount"), "EUR")}}
		in.Promotions = append(in.Promotions, promo.Candidate{Promotion: promo.Promotion{ID: core.PromotionID(fmt.Sprint("p", i)), Name: "P", Active: true,
			Priority: rapid.IntRange(0, 2).Draw(t, "priority"), Actions: []promo.Action{a}}})
	}
	return in
}

func TestQuoteProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		q := compute(t, in)
		require.NotEmpty(t, q.Explain())
		_, err := json.Marshal(q)
		require.NoError(t, err)

		again := compute(t, in)
		require.Equal(t, q, again, "recomputing changes nothing")
		rand.Shuffle(len(in.Promotions), func(a, b int) { in.Promotions[a], in.Promotions[b] = in.Promotions[b], in.Promotions[a] })
		again = compute(t, in)
		require.Equal(t, q, again, "nor does the order of promotions")
		rand.Shuffle(len(in.Items), func(a, b int) { in.Items[a], in.Items[b] = in.Items[b], in.Items[a] })
		again = compute(t, in)
		require.Equal(t, q.Totals, again.Totals, "nor that of lines")
		require.Equal(t, q.Hash(), again.Hash())
		in.Now = in.Now.AddDate(0, 0, 1)
		later := compute(t, in)
		require.Equal(t, q.Hash(), later.Hash(), "nor the time, as such")
		if len(in.Items) > 0 {
			in.Items[0].Quantity++
			more := compute(t, in)
			require.NotEqual(t, q.Hash(), more.Hash(), "but a quantity does")
		}
	})
}

// Two lines of one thing instead of one change the total by the rounding of
// one more line: a unit for each tax and each promotion on the line.
func TestSplittingAQuantity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		if len(in.Items) == 0 || in.Items[0].Quantity == 1 {
			return
		}
		// Only carts whose promotions look at the whole, or at a unit, alike.
		whole := compute(t, in)
		part := rapid.Int64Range(1, in.Items[0].Quantity-1).Draw(t, "part")
		second := in.Items[0]
		second.LineID, second.Quantity = "l0b", part
		in.Items[0].Quantity -= part
		in.Items = append(in.Items, second)
		split := compute(t, in)
		require.Equal(t, whole.Totals.Subtotal, split.Totals.Subtotal)
		// Each promotion may round once more per line, and hand on what it did;
		// each of up to two taxes may too.
		require.InDelta(t, whole.Totals.Total.Amount, split.Totals.Total.Amount, float64(2*len(in.Promotions)+2))
		if whole.Rounding == quote.RoundDocument && len(in.Promotions) == 0 {
			require.Equal(t, whole.Totals, split.Totals, "by document there is nothing to round anew")
		}
	})
}

func TestRefundSharesSum(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := compute(t, draw(t))
		for _, l := range q.Lines {
			var sum quote.Share
			sum.Discounts, sum.Taxes = make([]money.Money, len(l.Discounts)), make([]money.Money, len(l.Taxes))
			for returned := int64(0); returned < l.Quantity; {
				n := rapid.Int64Range(1, l.Quantity-returned).Draw(t, "pieces")
				s, err := quote.SplitLine(l, returned, n)
				require.NoError(t, err)
				returned += n
				for _, m := range append(append([]money.Money{s.Subtotal, s.Discount, s.Tax, s.Net, s.Gross}, s.Discounts...), s.Taxes...) {
					require.False(t, m.IsNegative(), "no share is negative")
				}
				require.Equal(t, s.Gross.Amount, s.Net.Amount+s.Tax.Amount)
				sum.Subtotal.Amount, sum.Discount.Amount, sum.Tax.Amount = sum.Subtotal.Amount+s.Subtotal.Amount, sum.Discount.Amount+s.Discount.Amount, sum.Tax.Amount+s.Tax.Amount
				sum.Net.Amount, sum.Gross.Amount = sum.Net.Amount+s.Net.Amount, sum.Gross.Amount+s.Gross.Amount
				for i := range s.Discounts {
					sum.Discounts[i].Amount += s.Discounts[i].Amount
				}
				for i := range s.Taxes {
					sum.Taxes[i].Amount += s.Taxes[i].Amount
				}
			}
			require.Equal(t, []int64{l.Subtotal.Amount, l.DiscountTotal.Amount, l.TaxTotal.Amount, l.Net.Amount, l.Gross.Amount},
				[]int64{sum.Subtotal.Amount, sum.Discount.Amount, sum.Tax.Amount, sum.Net.Amount, sum.Gross.Amount})
			for i, d := range l.Discounts {
				require.Equal(t, d.Amount.Amount, sum.Discounts[i].Amount)
			}
			for i, c := range l.Taxes {
				require.Equal(t, c.Amount.Amount, sum.Taxes[i].Amount)
			}
		}
		if s := q.Shipping; s != nil {
			var vat int64
			for back := int64(0); back < s.Gross.Amount; {
				n := rapid.Int64Range(1, s.Gross.Amount-back).Draw(t, "amount")
				share, err := quote.SplitShipping(*s, money.New(back, "EUR"), money.New(n, "EUR"))
				require.NoError(t, err)
				require.False(t, share.Tax.IsNegative() || share.Net.IsNegative())
				back, vat = back+n, vat+share.Tax.Amount
			}
			require.Equal(t, s.TaxTotal.Amount, vat)
		}
	})
}

func BenchmarkCompute(b *testing.B) {
	for _, n := range []int{2, 50} {
		s := setup{percent: "19", included: true, shipping: 490, promos: percentOff("10", promo.PercentOffOrder)}
		for i := range n {
			s.prices = append(s.prices, int64(1000+i))
		}
		in := s.input(b)
		in.Shipping = shipping.NewTable([]shipping.Zone{{ID: "z", Areas: []core.Area{{Country: "DE"}}}}, []shipping.Method{
			{ID: "m", ZoneID: "z", Kind: shipping.Flat, Active: true, Prices: []shipping.Price{{Price: money.New(490, "EUR")}}},
			{ID: "x", ZoneID: "z", Kind: shipping.Flat, Active: true, Prices: []shipping.Price{{Price: money.New(990, "EUR")}}}})
		b.Run(fmt.Sprint(n, "_lines"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := quote.Compute(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
