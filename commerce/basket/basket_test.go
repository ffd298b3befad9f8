package basket_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/stretchr/testify/require"
)

func TestGoodsGoInBySKUOrVariant(t *testing.T) {
	t.Parallel()
	s := open(t, inMemory(t))
	v := s.create(anybody, line("TEE", 1), basket.LineParams{Variant: s.goods[0].ID, Quantity: 1}, line("MUG", 1))
	require.Len(t, v.Cart.Lines, 2, "the same goods are one line")
	require.Equal(t, money.New(4000, "EUR"), v.Quote.Totals.Total)
	require.Equal(t, v.Quote.Totals.Total, v.Cart.SeenTotal)
	v, err := s.carts.Add(anybody, v.Cart.ID, basket.LineParams{SKU: "TEE", Quantity: 1, Metadata: map[string]string{"print": "Ann"}})
	require.NoError(t, err)
	require.Len(t, v.Cart.Lines, 3, "goods with wishes are others")
	require.Empty(t, v.Changes)

	for name, l := range map[string]basket.LineParams{"nothing": {Quantity: 1}, "unknown": line("NONE", 1), "no text": line("A\x00", 1), "none": line("TEE", 0),
		"fewer than none": line("TEE", -1), "too many": line("TEE", cart.MaxQuantity+1), "no variant": {Variant: "prod_1", Quantity: 1}} {
		_, err := s.carts.Add(anybody, v.Cart.ID, line("CAP", 1), l)
		require.Contains(t, []core.Kind{core.KindInvalid, core.KindNotFound}, core.KindOf(err), name)
	}
	after, err := s.carts.Get(anybody, v.Cart.ID)
	require.NoError(t, err)
	require.Equal(t, v.Cart, after.Cart, "all or none")
}

func TestStockIsCheckedOverAllLinesOfAnItem(t *testing.T) {
	t.Parallel()
	s := open(t, inMemory(t))
	v := s.create(anybody, line("TEE", 4), basket.LineParams{SKU: "TEE", Quantity: 4, Metadata: map[string]string{"gift": "yes"}})
	var short *stock.InsufficientError
	_, err := s.carts.SetQuantity(anybody, v.Cart.ID, v.Cart.Lines[0].ID, 7)
	require.ErrorAs(t, err, &short, "seven and four are more than ten, whichever line grows")
	require.EqualValues(t, 11, short.Wanted)
	require.EqualValues(t, 10, short.Available)
	v, err = s.carts.SetQuantity(anybody, v.Cart.ID, v.Cart.Lines[0].ID, 6)
	require.NoError(t, err)
	v, err = s.carts.SetQuantity(anybody, v.Cart.ID, v.Cart.Lines[1].ID, 0)
	require.NoError(t, err)
	require.Len(t, v.Cart.Lines, 1)
	_, err = s.carts.SetQuantity(anybody, v.Cart.ID, "li_none", 1)
	require.Equal(t, core.KindNotFound, core.KindOf(err))
}

func TestChangesAreExplained(t *testing.T) {
	t.Parallel()
	s := open(t, inMemory(t))
	v := s.create(anybody, line("TEE", 2), line("MUG", 1), line("CAP", 1))
	id := v.Cart.ID
	kinds := func() (out []basket.ChangeKind) {
		v, err := s.carts.Get(anybody, id)
		require.NoError(t, err)
		for _, ch := range v.Changes {
			require.NotEmpty(t, ch.Message)
			out = append(out, ch.Kind)
		}
		return out
	}
	require.Empty(t, kinds())
	s.price(0, 1200)
	s.price(1, 1500)
	require.Equal(t, []basket.ChangeKind{basket.PriceRose, basket.PriceFell}, kinds())
	v, err := s.carts.Add(anybody, id, line("TEE", 1))
	require.NoError(t, err)
	require.Equal(t, []basket.ChangeKind{basket.PriceFell}, kinds(), "what was touched was seen")
	_, err = s.carts.Acknowledge(anybody, id)
	require.NoError(t, err)
	require.Empty(t, kinds())

	_, err = s.promos.Create(staff, promo.Params{Name: "Off", Actions: []promo.Action{{Kind: promo.AmountOffOrder, Amounts: []money.Money{money.New(100, "EUR")}}}})
	require.NoError(t, err)
	require.Equal(t, []basket.ChangeKind{basket.TotalChanged}, kinds(), "no line's price is another, the total is")
	_, err = s.carts.Acknowledge(anybody, id)
	require.NoError(t, err)
	require.Empty(t, kinds())

	gone := catalog.StatusArchived
	_, err = s.catalog.UpdateProduct(staff, s.caps, catalog.ProductUpdate{Status: &gone})
	require.NoError(t, err)
	require.Equal(t, []basket.ChangeKind{basket.NotSold}, kinds())
	_, err = s.carts.Add(anybody, id, line("CAP", 1))
	require.Equal(t, "not_sold", core.CodeOf(err))
	v, err = s.carts.SetQuantity(anybody, id, v.Cart.Lines[2].ID, 0)
	require.NoError(t, err, "it can be taken out")
	require.Empty(t, v.Changes)
}

func TestCurrency(t *testing.T) {
	t.Parallel()
	s := open(t, inMemory(t))
	v := s.create(anybody, line("TEE", 1))
	s.price(0, 1200) // not told, for the buyer never sees it
	dollars, francs := money.Currency("USD"), money.Currency("CHF")
	_, err := s.carts.Update(anybody, v.Cart.ID, basket.Update{Currency: &francs})
	require.Equal(t, core.KindInvalid, core.KindOf(err), "the channel does not sell in it")
	v, err = s.carts.Update(anybody, v.Cart.ID, basket.Update{Currency: &dollars})
	require.NoError(t, err)
	require.Empty(t, v.Changes)
	require.Equal(t, money.New(1100, "USD"), v.Quote.Totals.Total)
	require.Equal(t, money.New(1100, "USD"), v.Cart.Lines[0].SeenPrice)
	_, err = s.carts.Create(anybody, basket.Params{Currency: "CHF"})
	require.Equal(t, core.KindInvalid, core.KindOf(err))
	_, err = s.carts.Create(anybody, basket.Params{Channel: "elsewhere"})
	require.Equal(t, core.KindNotFound, core.KindOf(err))
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	s := open(t, inMemory(t))
	v := s.create(anybody, line("TEE", 1))
	update := func(u basket.Update) error { _, err := s.carts.Update(anybody, v.Cart.ID, u); return err }
	country := core.Address{Country: " de "}
	require.NoError(t, update(basket.Update{ShippingAddress: &country, ShippingMethod: &s.method}))
	got, err := s.carts.Get(anybody, v.Cart.ID)
	require.NoError(t, err)
	require.Equal(t, core.Address{Country: "DE"}, got.Cart.ShippingAddress, "a country is enough to know the costs")
	require.Equal(t, money.New(1490, "EUR"), got.Quote.Totals.Total)
	require.NoError(t, update(basket.Update{ShippingAddress: &core.Address{}}))

	str := func(s string) *string { return &s }
	many := make([]string, cart.MaxCodes+1)
	none := core.ShippingMethodID("prod_1")
	for field, u := range map[string]basket.Update{
		"email": {Email: str("nobody")}, "locale": {Locale: str("!")}, "currency": {Currency: new(money.Currency)},
		"shipping_address.country": {ShippingAddress: &core.Address{City: "Köln"}}, "billing_address.city": {BillingAddress: &core.Address{Country: "DE", City: strings.Repeat("x", 201)}},
		"shipping_method_id": {ShippingMethod: &none}, "codes": {Codes: &many}, "metadata.": {Metadata: &map[string]string{"": "x"}},
	} {
		err := update(u)
		require.Equal(t, core.KindInvalid, core.KindOf(err), field)
		require.Contains(t, err.Error(), field)
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	s := open(t, inMemory(t))
	tenth, err := money.ParseRate("0.1")
	require.NoError(t, err)
	p, err := s.promos.Create(staff, promo.Params{Name: "Ten off", NeedsCode: true, Actions: []promo.Action{{Kind: promo.PercentOffOrder, Rate: tenth}}})
	require.NoError(t, err)
	_, err = s.promos.AddCode(staff, p.ID, "TEN", 0)
	require.NoError(t, err)
	v := s.create(anybody, line("TEE", 1))
	for range 2 {
		v, err = s.carts.AddCode(anybody, v.Cart.ID, " ten ")
		require.NoError(t, err)
		require.Equal(t, []string{"TEN"}, v.Cart.Codes)
		require.Equal(t, money.New(900, "EUR"), v.Quote.Totals.Total)
	}
	for _, bad := range []string{"", "NONE", strings.Repeat("x", 1000), "a\x00b"} {
		_, err = s.carts.AddCode(anybody, v.Cart.ID, bad)
		require.Equal(t, "unknown_code", core.CodeOf(err), bad)
	}
	v, err = s.carts.RemoveCode(anybody, v.Cart.ID, "Ten")
	require.NoError(t, err)
	require.Empty(t, v.Cart.Codes)
	require.Equal(t, money.New(1000, "EUR"), v.Quote.Totals.Total)
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	s := open(t, inMemory(t))
	ann := customer("cus_ann")
	idle, used, mine := s.create(anybody, line("TEE", 1)), s.create(anybody, line("TEE", 1)), s.create(ann, line("TEE", 1))
	s.clock.forward(20 * 24 * time.Hour)
	_, err := s.carts.Add(anybody, used.Cart.ID, line("MUG", 1))
	require.NoError(t, err)
	s.clock.forward(20 * 24 * time.Hour)
	_, err = s.carts.Add(anybody, idle.Cart.ID, line("MUG", 1))
	require.Equal(t, "cart_expired", core.CodeOf(err))
	_, err = s.carts.Mine(ann, "")
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	n, err := s.carts.Prune(staff)
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
	_, err = s.carts.Get(ann, mine.Cart.ID)
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	_, err = s.carts.Add(anybody, used.Cart.ID, line("CAP", 1))
	require.NoError(t, err, "it lives on with every change")
}

func TestListNeedsAPermission(t *testing.T) {
	t.Parallel()
	s := open(t, inMemory(t))
	s.create(anybody, line("TEE", 1))
	_, err := s.carts.List(anybody, cart.Filter{}, core.PageQuery{})
	require.Equal(t, core.KindUnauthenticated, core.KindOf(err))
	page, err := s.carts.List(staff, cart.Filter{}, core.PageQuery{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
}
