package quote_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/quote"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/tax"
)

func TestInvalidInput(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*quote.Input){
		"lines[0].quantity":   func(in *quote.Input) { in.Items[0].Quantity = 0 },
		"lines[1].quantity":   func(in *quote.Input) { in.Items[1].Quantity = quote.MaxQuantity + 1 },
		"lines[0].unit_price": func(in *quote.Input) { in.Items[0].UnitPrice = money.New(-1, "EUR") },
		"lines[1].unit_price": func(in *quote.Input) { in.Items[1].UnitPrice = money.New(1, "USD") },
		"lines[1].line_id":    func(in *quote.Input) { in.Items[1].LineID = "l0" },
		"currency":            func(in *quote.Input) { in.Channel.Currency, in.Items = "XXX", nil },
		"tax_rounding":        func(in *quote.Input) { in.Channel.Rounding = "mood" },
	} {
		in := setup{percent: "19", prices: []int64{1, 2}}.input(t)
		change(&in)
		_, err := quote.Compute(in)
		require.Equal(t, core.KindInvalid, core.KindOf(err), field)
		require.ErrorContains(t, err, field)
	}
	in := setup{percent: "19", prices: []int64{1 << 62}, quantity: 3}.input(t)
	_, err := quote.Compute(in)
	var overflow *money.OverflowError
	require.ErrorAs(t, err, &overflow)
	empty := compute(t, setup{percent: "19"}.input(t))
	require.Equal(t, money.Zero("EUR"), empty.Totals.Total)
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	in := setup{percent: "19", prices: []int64{1000}, shipping: 490}.input(t)
	in.Destination = core.Address{}
	q := compute(t, in)
	require.True(t, q.Estimated)
	require.EqualValues(t, 283, q.Totals.Tax.Amount, "home stands in for an unknown address")

	in = setup{percent: "19", prices: []int64{1000}}.input(t)
	in.Destination, in.Billing = core.Address{Country: "US"}, core.Address{Country: "DE"}
	q = compute(t, in)
	require.EqualValues(t, 190, q.Totals.Tax.Amount, "digital goods are taxed where the buyer is billed")
	require.False(t, q.RequiresShipping)
	require.Nil(t, q.Shipping)

	in = setup{percent: "19", prices: []int64{1000}, shipping: 490}.input(t)
	in.Destination = core.Address{Country: "US"}
	q = compute(t, in)
	require.Nil(t, q.Shipping)
	require.Equal(t, shipping.OtherZone, q.ShippingProblem.Reason)
	require.Empty(t, q.ShippingOptions)

	// What is picked up is taxed where it waits.
	in.Shipping = shipping.NewTable(nil, []shipping.Method{{ID: "m", Kind: shipping.PickUp, Active: true, Prices: []shipping.Price{{Price: money.New(0, "EUR")}},
		Address: core.Address{Country: "DE"}}})
	q = compute(t, in)
	require.EqualValues(t, 190, q.Totals.Tax.Amount)
}

func TestFreeAboveCountsWhatIsPaidForTheGoods(t *testing.T) {
	t.Parallel()
	for off, charge := range map[string]int64{"0.1": 0, "20": 490} {
		in := setup{percent: "0", prices: []int64{6000}, shipping: 490, promos: percentOff(off, promo.PercentOffOrder)}.input(t)
		in.Shipping = shipping.NewTable([]shipping.Zone{{ID: "z", Areas: []core.Area{{}}}}, []shipping.Method{{ID: "m", ZoneID: "z", Kind: shipping.Flat, Active: true,
			Prices: []shipping.Price{{Price: money.New(490, "EUR")}}, FreeAbove: []money.Money{money.New(5000, "EUR")}}})
		q := compute(t, in)
		require.Equal(t, charge, q.Totals.Shipping.Amount, off)
		require.Equal(t, q.Shipping.Price, q.ShippingOptions[0].Price)
	}
}

// An external service answers about the cart after promotions, and only about
// that cart.
func TestTaxAnswer(t *testing.T) {
	t.Parallel()
	in := setup{percent: "19", prices: []int64{1000, 2000}, shipping: 490, promos: percentOff("10", promo.PercentOffOrder)}.input(t)
	req, err := quote.TaxRequest(in)
	require.NoError(t, err)
	require.Len(t, req.Lines, 3)
	require.EqualValues(t, 900, req.Lines[0].Amount.Amount)
	require.Equal(t, tax.ShippingLine, req.Lines[2].ID)
	answer, err := tax.TableQuoter{Load: func(context.Context) (tax.Table, error) { return in.Taxes, nil }}.QuoteTax(t.Context(), req)
	require.NoError(t, err)
	builtIn := compute(t, in)
	in.TaxAnswer = &answer
	external := compute(t, in)
	require.Equal(t, builtIn.Totals, external.Totals)
	require.Equal(t, builtIn.Lines, external.Lines)

	in.Items[1].Quantity++
	_, err = quote.Compute(in)
	var stale *quote.StaleTaxError
	require.ErrorAs(t, err, &stale)
	require.Equal(t, core.KindConflict, core.KindOf(err))
}

func TestHashBindsWhatIsPaid(t *testing.T) {
	t.Parallel()
	base := func() quote.Input {
		return setup{percent: "19", prices: []int64{1000, 2000}, shipping: 490, promos: percentOff("10", promo.PercentOffOrder)}.input(t)
	}
	first := compute(t, base())
	seen := map[string]string{first.Hash(): "base"}
	for name, change := range map[string]func(*quote.Input){
		"variant":   func(in *quote.Input) { in.Items[0].VariantID = "other" },
		"price":     func(in *quote.Input) { in.Items[0].UnitPrice.Amount++ },
		"line":      func(in *quote.Input) { in.Items = in.Items[:1] },
		"promotion": func(in *quote.Input) { in.Promotions[0].ID = "p9" },
		"none":      func(in *quote.Input) { in.Promotions = nil },
		"shipping":  func(in *quote.Input) { in.ShippingMethod = "" },
		"exempt":    func(in *quote.Input) { in.Customer.Tax.Exempt = true },
		"channel":   func(in *quote.Input) { in.Channel.ID = "chan_b" },
	} {
		in := base()
		change(&in)
		q := compute(t, in)
		require.Empty(t, seen[q.Hash()], name)
		seen[q.Hash()] = name
	}
	in := base()
	in.Items[0].Title, in.Items[0].SKU = "renamed", "X"
	q := compute(t, in)
	require.Equal(t, "base", seen[q.Hash()])
}
