package demo

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/commerce/tax"
	"github.com/bodega-commerce/bodega/storage"
)

// market writes channels, taxes, shipping and promotions. The shop's first
// channel becomes the world's.
func (w *World) market(ctx context.Context, tx storage.Tx) error {
	for i, c := range w.Channels {
		have, err := tx.Catalog().ChannelByCode(ctx, c.Code)
		switch {
		case core.IsKind(err, core.KindNotFound):
			err = tx.Catalog().InsertChannel(ctx, c)
		case err == nil && i == 0:
			c.CreatedAt = have.CreatedAt
			err = tx.Catalog().UpdateChannel(ctx, c, have.Version)
		}
		if err != nil {
			return err
		}
	}
	for _, c := range w.TaxClasses {
		if err := tx.Taxes().InsertClass(ctx, c); err != nil {
			return err
		}
	}
	byPlace := map[[2]string][]tax.Rate{}
	var places [][2]string
	for _, r := range w.TaxRates {
		key := [2]string{string(r.ZoneID), string(r.ClassID)}
		if byPlace[key] == nil {
			places = append(places, key)
		}
		byPlace[key] = append(byPlace[key], r)
	}
	for _, z := range w.TaxZones {
		if err := tx.Taxes().InsertZone(ctx, z); err != nil {
			return err
		}
	}
	for _, key := range places {
		if err := tx.Taxes().SetRates(ctx, core.TaxZoneID(key[0]), core.TaxClassID(key[1]), byPlace[key]); err != nil {
			return err
		}
	}
	for _, z := range w.ShippingZones {
		if err := tx.Shipping().InsertZone(ctx, z); err != nil {
			return err
		}
	}
	for _, m := range w.Methods {
		if err := tx.Shipping().InsertMethod(ctx, m); err != nil {
			return err
		}
	}
	for _, p := range w.Promotions {
		if err := tx.Promos().Insert(ctx, p); err != nil {
			return err
		}
	}
	return tx.Promos().InsertCodes(ctx, w.Codes)
}

func (w *World) organize(ctx context.Context, tx storage.Tx) error {
	for _, a := range w.Attributes {
		if err := tx.Catalog().InsertAttribute(ctx, a); err != nil {
			return err
		}
	}
	for _, c := range w.Categories {
		if err := tx.Catalog().InsertCategory(ctx, c); err != nil {
			return err
		}
		if err := tx.Catalog().SetCategorySlug(ctx, c.ID, "", c.Slug); err != nil {
			return err
		}
		for _, locale := range sortedKeys(c.Translations) {
			if err := tx.Catalog().SetCategorySlug(ctx, c.ID, locale, c.Translations[locale].Slug); err != nil {
				return err
			}
		}
	}
	return nil
}

func insertItems(ctx context.Context, tx storage.Tx, items []stock.Item) error {
	return tx.Stock().InsertItems(ctx, items...)
}

// insertProducts writes products and tells of them, so that search finds them.
func (w *World) insertProducts(ctx context.Context, tx storage.Tx, ps []catalog.Product) error {
	if err := tx.Catalog().InsertProducts(ctx, ps); err != nil {
		return err
	}
	var in []catalog.ProductCategory
	events := make([]core.Event, len(ps))
	for i, p := range ps {
		for _, c := range p.Categories {
			in = append(in, catalog.ProductCategory{ProductID: p.ID, CategoryID: c, Position: catalog.Unplaced})
		}
		var err error
		if events[i], err = core.NewEvent(ctx, nil, core.Clock(nil).Now(), catalog.EventProductCreated, p.ID, catalog.ProductEvent{ProductID: p.ID, Slug: p.Slug}); err != nil {
			return err
		}
	}
	if err := tx.Catalog().InsertProductCategories(ctx, in); err != nil {
		return err
	}
	return tx.Events().Append(ctx, events...)
}

func insertPrices(ctx context.Context, tx storage.Tx, es []catalog.PriceEntry) error {
	return tx.Catalog().AppendPriceHistory(ctx, es)
}

// insertCollections writes collections; those with a rule are due for a sweep.
func (w *World) insertCollections(ctx context.Context, tx storage.Tx) error {
	for _, c := range w.Collections {
		if err := tx.Catalog().InsertCollection(ctx, c); err != nil {
			return err
		}
		if err := tx.Catalog().SetCollectionSlug(ctx, c.ID, "", c.Slug); err != nil {
			return err
		}
	}
	if err := tx.Catalog().PutMembers(ctx, w.Members); err != nil {
		return err
	}
	return tx.Catalog().SetRuleToken(ctx, (*core.IDs)(nil).New("rules"))
}

func insertCustomers(ctx context.Context, tx storage.Tx, cs []account.Customer) error {
	return tx.Accounts().InsertCustomers(ctx, cs)
}

func insertAddresses(ctx context.Context, tx storage.Tx, as []account.Address) error {
	return tx.Accounts().InsertAddresses(ctx, as)
}

func insertOrders(ctx context.Context, tx storage.Tx, os []order.Order) error {
	return tx.Orders().InsertMany(ctx, os, nil)
}

func insertEvents(ctx context.Context, tx storage.Tx, es []order.Event) error {
	return tx.Orders().AppendEvents(ctx, es...)
}

func insertFulfilments(ctx context.Context, tx storage.Tx, fs []order.Fulfilment) error {
	for _, f := range fs {
		if err := tx.Orders().InsertFulfilment(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func insertRefunds(ctx context.Context, tx storage.Tx, rs []order.Refund) error {
	for _, r := range rs {
		if err := tx.Orders().InsertRefund(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func insertPayments(ctx context.Context, tx storage.Tx, ps []payment.Payment) error {
	return tx.Payments().Insert(ctx, ps...)
}

func insertPostings(ctx context.Context, tx storage.Tx, ps []payment.Posting) error {
	return tx.Payments().Post(ctx, ps...)
}

func insertRedemptions(ctx context.Context, tx storage.Tx, rs []promo.Redemption) error {
	return tx.Promos().Redeem(ctx, rs)
}

// fillStock writes the ledger of the stock, out of which the levels follow.
func (w *World) fillStock(ctx context.Context, tx storage.Tx) error {
	locations, err := tx.Stock().Locations(ctx)
	if err != nil {
		return err
	}
	if len(locations) == 0 {
		if err := tx.Stock().InsertLocation(ctx, w.Location); err != nil {
			return err
		}
	}
	if err := tx.Stock().Apply(ctx, w.Movements); err != nil {
		return err
	}
	return tx.Stock().InsertReservations(ctx, w.Reservations)
}
