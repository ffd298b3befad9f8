package order_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
)

func eur(amount int64) money.Money { return money.New(amount, "EUR") }

// line is 3 x 9.99 less 2.00, with 19 % included.
func line(id core.LineID) order.Line {
	return order.Line{ID: id, SKU: "A", Title: "A thing", Quantity: 3, UnitPrice: eur(999), Subtotal: eur(2997),
		Discounts: []order.Discount{{Title: "Spring", Amount: eur(200)}},
		Taxes:     []order.Tax{{Title: "VAT", Percent: money.Percent(19), Included: true, Amount: eur(447)}}, Total: eur(2797)}
}

func valid(t require.TestingT) order.Order {
	o := order.Order{ID: "ord_1", Number: order.NewNumber(nil), Currency: "EUR", Lines: []order.Line{line("line_1"), line("line_2")},
		Shipping: order.Shipping{Title: "Post", Price: eur(490), Taxes: []order.Tax{{Title: "Sales tax", Amount: eur(39)}}, Total: eur(529)}}
	var err error
	o.Totals, err = order.SumTotals("EUR", o.Lines, o.Shipping)
	require.NoError(t, err)
	return o
}

func TestTotals(t *testing.T) {
	t.Parallel()
	o := valid(t)
	require.NoError(t, o.Check())
	require.Equal(t, order.Totals{Subtotal: eur(5994), Discount: eur(400), Shipping: eur(490), Tax: eur(933), TaxAdded: eur(39), Total: eur(6123)}, o.Totals)
	require.Equal(t, int64(6), o.Units())
}

func TestCheckRefusesWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*order.Order){
		"totals":                              func(o *order.Order) { o.Totals.Total = eur(1) },
		"lines[0].total":                      func(o *order.Order) { o.Lines[0].Total = eur(1) },
		"lines[0].subtotal":                   func(o *order.Order) { o.Lines[0].UnitPrice = eur(1) },
		"lines[1]":                            func(o *order.Order) { o.Lines[1].Taxes[0].Amount = money.New(447, "USD") },
		"lines[1].quantity":                   func(o *order.Order) { o.Lines[1].Quantity = 0 },
		"lines[1].id":                         func(o *order.Order) { o.Lines[1].ID = "line_1" },
		"lines":                               func(o *order.Order) { o.Lines = nil },
		"currency":                            func(o *order.Order) { o.Currency = "XXX" },
		"shipping.refunded_amount":            func(o *order.Order) { o.Shipping.RefundedAmount = eur(530) },
		"lines[0]: its quantities do not fit": func(o *order.Order) { o.Lines[0].Returned = 1 },
		"lines[0]: has an amount that is negativ": func(o *order.Order) { o.Lines[0].Discounts[0].Amount = eur(-1) },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			o := valid(t)
			change(&o)
			err := o.Check()
			require.True(t, core.IsKind(err, core.KindInvalid))
			require.ErrorContains(t, err, want)
		})
	}
}

func TestPortionsSumToTheLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(0, 1_000_000).Draw(t, "total")
		tax := rapid.Int64Range(0, total).Draw(t, "tax")
		l := order.Line{Quantity: rapid.Int64Range(1, 40).Draw(t, "quantity"), Total: eur(total), Taxes: []order.Tax{{Included: true, Amount: eur(tax)}}}
		var amount, taxes int64
		for l.Refunded < l.Quantity {
			n := rapid.Int64Range(1, l.Quantity-l.Refunded).Draw(t, "n")
			a, x, err := l.Portion(n)
			require.NoError(t, err)
			require.GreaterOrEqual(t, a.Amount, int64(0))
			require.GreaterOrEqual(t, x.Amount, int64(0))
			require.LessOrEqual(t, x.Amount, a.Amount, "tax is part of the amount")
			l.Refunded += n
			l.RefundedAmount = eur(l.RefundedAmount.Amount + a.Amount)
			amount, taxes = amount+a.Amount, taxes+x.Amount
		}
		require.Equal(t, total, amount)
		require.Equal(t, tax, taxes)
		_, _, err := l.Portion(1)
		var q *order.QuantityError
		require.ErrorAs(t, err, &q)
	})
}

func TestPortionAfterOddAmounts(t *testing.T) {
	t.Parallel()
	l := line("line_1")
	l.RefundedAmount = eur(2700) // given back without a piece
	amount, tax, err := l.Portion(3)
	require.NoError(t, err)
	require.Equal(t, eur(97), amount, "never more than is left")
	require.LessOrEqual(t, tax.Amount, amount.Amount)
	_, err = l.TaxIn(eur(98))
	require.Error(t, err)
	s := order.Shipping{Total: eur(529), Taxes: []order.Tax{{Amount: eur(39)}}}
	tax, err = s.TaxIn(eur(529))
	require.NoError(t, err)
	require.Equal(t, eur(39), tax)
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	seen := map[order.Number]bool{}
	for range 1000 {
		n := order.NewNumber(nil)
		require.Regexp(t, `^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}$`, string(n))
		require.False(t, seen[n])
		seen[n] = true
	}
	rapid.Check(t, func(t *rapid.T) {
		n := order.NewNumber(nil)
		typed := strings.ToLower(strings.ReplaceAll(string(n), "-", rapid.SampledFrom([]string{"", " ", "-", "--"}).Draw(t, "sep")))
		typed = strings.NewReplacer("0", "o", "1", rapid.SampledFrom([]string{"i", "l", "L"}).Draw(t, "one")).Replace(typed)
		got, err := order.ParseNumber(typed)
		require.NoError(t, err)
		require.Equal(t, n, got)

		raw := []byte(strings.ReplaceAll(string(n), "-", ""))
		i := rapid.IntRange(0, len(raw)-1).Draw(t, "at")
		wrong := rapid.SampledFrom([]byte("0123456789ABCDEFGHJKMNPQRSTVWXYZ")).Draw(t, "char")
		if wrong != raw[i] {
			raw[i] = wrong
			_, err = order.ParseNumber(string(raw))
			require.True(t, core.IsKind(err, core.KindInvalid), "one wrong character is noticed")
		}
	})
	for _, bad := range []string{"", "B7K2", "B7K2-9QXM-4U!", strings.Repeat("-", 100), "ÄÖÜ"} {
		_, err := order.ParseNumber(bad)
		require.Error(t, err)
	}
	require.Equal(t, "B7K2-9", order.NumberPrefix("b7k29"))
	require.Equal(t, "B7K2", order.NumberPrefix("b7k2-"))
	require.Empty(t, order.NumberPrefix("é"))
}

func FuzzParseNumber(f *testing.F) {
	f.Add(string(order.NewNumber(nil)))
	f.Add("o0iL")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := order.ParseNumber(s)
		if err != nil {
			return
		}
		again, err := order.ParseNumber(string(n))
		if err != nil || again != n {
			t.Fatalf("%q reads as %q, which reads as %q, %v", s, n, again, err)
		}
	})
}
