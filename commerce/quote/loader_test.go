package quote_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/quote"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/tax"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
)

// shelf is a catalog of a few goods that counts what it is asked.
type shelf struct {
	catalog.Store
	channels []catalog.Channel
	goods    []catalog.Sellable
	asked    []string
}

func (s *shelf) Channels(context.Context) ([]catalog.Channel, error) {
	s.asked = append(s.asked, "channels")
	return s.channels, nil
}

func (s *shelf) BareSellables(ctx context.Context, channel core.ChannelID, currency money.Currency, at time.Time, ids []core.VariantID) ([]catalog.Sellable, error) {
	return s.Sellables(ctx, channel, currency, at, ids)
}

func (s *shelf) Sellables(_ context.Context, _ core.ChannelID, _ money.Currency, _ time.Time, ids []core.VariantID) ([]catalog.Sellable, error) {
	s.asked = append(s.asked, "goods")
	var out []catalog.Sellable
	for _, id := range ids {
		for _, g := range s.goods {
			if g.VariantID == id {
				out = append(out, g)
			}
		}
	}
	return out, nil
}

// shopTx is a real transaction with the shelf for its catalog.
type shopTx struct {
	storage.Tx
	shelf *shelf
}

func (t shopTx) Catalog() catalog.Store { return t.shelf }
func (t shopTx) Taxes() tax.Store {
	t.shelf.asked = append(t.shelf.asked, "taxes")
	return t.Tx.Taxes()
}
func (t shopTx) Shipping() shipping.Store {
	t.shelf.asked = append(t.shelf.asked, "shipping")
	return t.Tx.Shipping()
}
func (t shopTx) Promos() promo.Store {
	t.shelf.asked = append(t.shelf.asked, "promotions")
	return t.Tx.Promos()
}

func TestLoader(t *testing.T) {
	t.Parallel()
	ctx := core.WithActor(context.Background(), core.System("test"))
	db, err := memory.Open(ctx)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Migrate(ctx)
	require.NoError(t, err)
	clock := core.Clock(func() time.Time { return now })
	loader := quote.NewLoader(quote.LoaderConfig{MaxAge: time.Hour, Clock: clock})
	taxes := tax.New(core.Narrow(db, func(tx storage.Tx) tax.Tx { return tx }), tax.Config{OnChange: loader.Invalidate})
	ships := shipping.New(core.Narrow(db, func(tx storage.Tx) shipping.Tx { return tx }), shipping.Config{OnChange: loader.Invalidate})
	promos := promo.New(core.Narrow(db, func(tx storage.Tx) promo.Tx { return tx }), promo.Config{OnChange: loader.Invalidate})

	zone, err := taxes.CreateZone(ctx, tax.ZoneParams{Code: "de", Areas: []core.Area{{Country: "DE"}}})
	require.NoError(t, err)
	class, err := taxes.CreateClass(ctx, tax.ClassParams{Code: "standard"})
	require.NoError(t, err)
	_, err = taxes.SetRates(ctx, zone.ID, class.ID, []tax.Component{{Name: "VAT", Rate: money.Percent(19)}})
	require.NoError(t, err)
	where, err := ships.CreateZone(ctx, shipping.ZoneParams{Code: "de", Areas: []core.Area{{Country: "DE"}}})
	require.NoError(t, err)
	method, err := ships.CreateMethod(ctx, shipping.MethodParams{ZoneID: where.ID, Code: "std", Prices: []shipping.Price{{Price: money.New(490, "EUR")}}})
	require.NoError(t, err)
	ten, err := promos.Create(ctx, promo.Params{Name: "Ten", NeedsCode: true, Actions: percentOff("10", promo.PercentOffOrder), Limits: promo.Limits{PerCustomer: 1}})
	require.NoError(t, err)
	_, err = promos.AddCode(ctx, ten.ID, "TEN", 0)
	require.NoError(t, err)

	s := &shelf{channels: []catalog.Channel{{ID: "chan_a", Code: "default", Currencies: []money.Currency{"EUR"}, Countries: []string{"DE"}, PricesIncludeTax: true,
		TaxRounding: catalog.RoundDocument, Active: true}, {ID: "chan_b", Code: "closed", Currencies: []money.Currency{"EUR"}}},
		goods: []catalog.Sellable{{VariantID: "var_a", SKU: "A", ProductTitle: "Tee", VariantTitle: "M", Sells: true, Price: money.New(2000, "EUR"), RequiresShipping: true},
			{VariantID: "var_b", Why: catalog.WhyUnpublished}}}
	load := func(req quote.Request) (in quote.Input, err error) {
		s.asked = nil
		err = db.View(ctx, func(tx storage.Tx) error {
			in, err = loader.Load(ctx, shopTx{tx, s}, req)
			return err
		})
		return in, err
	}
	req := quote.Request{Channel: "chan_a", Lines: []quote.RequestLine{{"l1", "var_a", 1}, {"l2", "var_a", 2}, {"l3", "var_b", 1}, {"l4", "var_gone", 1}},
		Destination: core.Address{Country: "DE"}, ShippingMethod: method.ID}
	in, err := load(req)
	require.NoError(t, err)
	require.Equal(t, []string{"channels", "taxes", "shipping", "promotions", "goods"}, s.asked)
	require.Equal(t, []quote.Problem{{"l3", "var_b", "unpublished"}, {"l4", "var_gone", "not_found"}}, in.Problems)
	q := compute(t, in)
	require.Equal(t, "Tee, M", q.Lines[0].Title)
	require.EqualValues(t, 6490, q.Totals.Total.Amount)
	require.EqualValues(t, 1036, q.Totals.Tax.Amount)
	require.Equal(t, in.Problems, q.Problems)

	_, err = load(req)
	require.NoError(t, err)
	require.Equal(t, []string{"goods"}, s.asked, "what changes rarely is not read again")

	req.Codes, req.Customer.Key = []string{" ten", "nonsense"}, "ann@example.org"
	in, err = load(req)
	require.NoError(t, err)
	require.Equal(t, []string{"promotions", "promotions", "goods"}, s.asked, "a code, and the customer's use of it")
	q = compute(t, in)
	require.EqualValues(t, 600, q.Totals.Discount.Amount)
	require.Equal(t, []string{"TEN"}, q.AppliedCodes())
	rs := q.Redemptions("ord_1", req.Customer.Key, now)
	require.Equal(t, []promo.Redemption{{OrderID: "ord_1", PromotionID: ten.ID, Code: "TEN", Customer: "ann@example.org", Amount: money.New(600, "EUR"), At: now}}, rs)
	require.NoError(t, db.Update(ctx, func(tx storage.Tx) error { return tx.Promos().Redeem(ctx, rs) }))
	in, err = load(req)
	require.NoError(t, err)
	q = compute(t, in)
	require.Zero(t, q.Totals.Discount.Amount)
	require.Equal(t, promo.CustomerUsedUp, q.Promotions[0].Reason)

	_, err = taxes.SetRates(ctx, zone.ID, class.ID, nil)
	require.NoError(t, err)
	in, err = load(req)
	require.NoError(t, err)
	after := compute(t, in)
	require.Zero(t, after.Totals.Tax.Amount, "a change through the services is seen at once")

	for name, r := range map[string]quote.Request{"unknown": {Channel: "chan_x"}, "closed": {Channel: "chan_b"}, "currency": {Channel: "chan_a", Currency: "USD"}} {
		_, err = load(r)
		require.Error(t, err, name)
		require.NotEqual(t, core.KindInternal, core.KindOf(err), name)
	}
}
