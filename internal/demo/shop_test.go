package demo

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
)

// TestServicesAcceptTheCatalog writes the catalog through the services, which
// validate what the stores take as it is.
func TestServicesAcceptTheCatalog(t *testing.T) {
	t.Parallel()
	ctx, shop := open(t)
	cfg, err := ConfigFor(ctx, shop, 1, day)
	require.NoError(t, err)
	cfg.Size = .01
	w := Generate(cfg)
	require.NoError(t, shop.DB().Update(ctx, func(tx storage.Tx) error {
		attributes := w.Attributes
		w.Attributes = nil
		defer func() { w.Attributes = attributes }()
		if err := w.market(ctx, tx); err != nil {
			return err
		}
		return w.organize(ctx, tx)
	}))
	for _, a := range w.Attributes {
		_, err := shop.Catalog.CreateAttribute(ctx, a)
		require.NoError(t, err, a.Code)
	}
	imported, err := shop.Catalog.ImportProducts(ctx, w.Products)
	require.NoError(t, err)
	for i, p := range imported { // what services would change in it is kept that way already
		require.Equal(t, w.Products[i].Slug, p.Slug)
		require.Equal(t, w.Products[i].Tags, p.Tags)
		require.Equal(t, w.Products[i].Variants[0].Prices, p.Variants[0].Prices)
	}
	for _, c := range w.Collections {
		got, err := shop.Catalog.CreateCollection(ctx, c)
		require.NoError(t, err, c.Slug)
		if c.Rule != nil {
			sizes, err := shop.Catalog.CollectionSizes(ctx, []core.CollectionID{got.ID})
			require.NoError(t, err)
			require.Positive(t, sizes[got.ID], c.Slug)
		}
	}
}

func TestEnsureMakesTheShopOnceAndItSells(t *testing.T) {
	t.Parallel()
	ctx, shop := open(t)
	cfg, err := ConfigFor(ctx, shop, 1, time.Now())
	require.NoError(t, err)
	cfg.Size = .03
	w := Generate(cfg)

	// Cut short after the products, then taken up again by Ensure.
	stopped, stop := context.WithCancel(ctx)
	require.Error(t, Load(stopped, shop, w, func(_, _ int, what string) {
		if what == "customers" {
			stop()
		}
	}))
	var mu sync.Mutex
	said := []string{}
	say := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, what)
	}
	painting, enough := context.WithCancel(ctx)
	require.NoError(t, Ensure(painting, shop, say))
	enough()
	mu.Lock()
	require.NotEmpty(t, said)
	mu.Unlock()
	report, err := shop.Verify(ctx)
	require.NoError(t, err)
	require.True(t, report.OK(), "%+v", report)
	_, empty, err := inspect(ctx, shop)
	require.NoError(t, err)
	require.False(t, empty)

	for i, c := range w.Channels {
		sku := w.stocked()[0]
		where := w.address(i)
		email := "buyer@example.org"
		v, err := shop.Carts.Create(ctx, basket.Params{Channel: c.Code, Lines: []basket.LineParams{{SKU: sku, Quantity: 1}},
			Changes: basket.Update{Email: &email, ShippingAddress: &where}})
		require.NoError(t, err, c.Code)
		method := w.method(where.Country)
		_, err = shop.Carts.Update(ctx, v.Cart.ID, basket.Update{ShippingMethod: &method})
		require.NoError(t, err)
		done, err := shop.Checkout.Complete(ctx, v.Cart.ID, checkout.Params{Provider: "manual"})
		require.NoError(t, err, c.Code)
		require.Equal(t, c.Currencies[0], done.Order.Currency)
	}
	report, err = shop.Verify(ctx)
	require.NoError(t, err)
	require.True(t, report.OK(), "%+v", report)
}

// stocked are SKUs of which there is plenty.
func (w *World) stocked() (out []string) {
	left := map[core.StockItemID]int64{}
	for _, m := range w.Movements {
		left[m.ItemID] += m.DeltaOnHand - m.DeltaReserved
	}
	for _, i := range w.Items {
		if left[i.ID] >= 4 {
			out = append(out, i.SKU)
		}
	}
	return out
}

// method is one that goes to a country.
func (w *World) method(country string) core.ShippingMethodID {
	for _, z := range w.ShippingZones {
		for _, a := range z.Areas {
			for _, m := range w.Methods {
				if a.Country == country && m.ZoneID == z.ID {
					return m.ID
				}
			}
		}
	}
	return ""
}

// address is one of a buyer in a channel.
func (w *World) address(channel int) core.Address {
	for i := range w.Customers {
		if w.Customers[i].Currency == w.Channels[channel].Currencies[0] {
			return w.Addresses[i].Address
		}
	}
	return core.Address{}
}

func TestAShopWithThingsOfItsOwnIsLeftAlone(t *testing.T) {
	t.Parallel()
	ctx, shop := open(t)
	_, err := shop.Catalog.CreateProduct(ctx, catalog.Product{Title: "Mine", Variants: []catalog.Variant{{SKU: "MINE"}}})
	require.NoError(t, err)
	require.NoError(t, Ensure(ctx, shop, func(what string) { t.Errorf("it said %q", what) }))
}

func TestPaintGivesPicturesToVariants(t *testing.T) {
	t.Parallel()
	ctx, shop := open(t)
	cfg, err := ConfigFor(ctx, shop, 1, day)
	require.NoError(t, err)
	cfg.Size = .01
	w := Generate(cfg)
	require.NoError(t, Load(ctx, shop, w, nil))
	w.Pictures = w.Pictures[:2] // both colors of one mug
	require.NoError(t, Paint(ctx, shop, w))
	p, err := shop.Catalog.Product(ctx, w.Pictures[0].Product)
	require.NoError(t, err)
	require.NotNil(t, p.Thumbnail)
	require.Len(t, p.Variants[0].Images, 1)
	require.NotEqual(t, p.Variants[0].Images, p.Variants[1].Images)
	left, err := unpainted(ctx, shop, w)
	require.NoError(t, err)
	require.Empty(t, left)
}
