package bodega

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/storage"
)

// defaults makes what a shop cannot do without, when it is not there: a channel
// to sell in and a place that holds stock. Programs that start at the same time
// make it once.
func (s *Shop) defaults(ctx context.Context) error {
	err := s.db.Update(ctx, func(tx storage.Tx) error {
		channels, err := tx.Catalog().Channels(ctx)
		if err != nil {
			return err
		}
		locations, err := tx.Stock().Locations(ctx)
		if err != nil {
			return err
		}
		now := s.cfg.Clock.Now()
		if len(channels) == 0 {
			if err := tx.Catalog().InsertChannel(ctx, catalog.Channel{ID: core.NewID[core.ChannelID](s.cfg.IDs, core.PrefixChannel),
				Code: basket.DefaultChannel, Name: "Default", Currencies: []money.Currency{s.cfg.Currency}, Locales: []string{"en"}, PricesIncludeTax: true,
				TaxRounding: catalog.RoundLine, Active: true, Version: 1, CreatedAt: now, UpdatedAt: now}); err != nil {
				return err
			}
		}
		if len(locations) == 0 {
			return tx.Stock().InsertLocation(ctx, stock.Location{ID: core.NewID[core.LocationID](s.cfg.IDs, core.PrefixLocation),
				Code: "main", Name: "Main", Active: true, Version: 1, CreatedAt: now, UpdatedAt: now})
		}
		return nil
	})
	if core.IsKind(err, core.KindExists) {
		return nil // another process was faster
	}
	return err
}

// stockItems makes the stock item of each new variant, in the transaction that
// makes the variant.
func stockItems(cfg Config) func(ctx context.Context, tx catalog.Tx, variants []catalog.Variant) error {
	return func(ctx context.Context, tx catalog.Tx, variants []catalog.Variant) error {
		stocked, ok := tx.(interface{ Stock() stock.Store })
		if !ok {
			return core.Errorf(core.KindInternal, "no_stock_store", "the catalog's transaction %T has no stock store", tx)
		}
		now := cfg.Clock.Now()
		var items []stock.Item
		for i := range variants {
			if variants[i].StockItemID != "" {
				continue
			}
			item := stock.Item{ID: core.NewID[core.StockItemID](cfg.IDs, core.PrefixStockItem), SKU: variants[i].SKU, Tracked: true, Policy: stock.Deny,
				Version: 1, CreatedAt: now, UpdatedAt: now}
			variants[i].StockItemID = item.ID
			items = append(items, item)
		}
		if len(items) == 0 {
			return nil
		}
		return stocked.Stock().InsertItems(ctx, items...)
	}
}

// boughtBefore tells whether a customer has an order with a product that stands.
func boughtBefore(db *storage.DB) func(context.Context, core.CustomerID, core.ProductID) (bool, error) {
	return func(ctx context.Context, customer core.CustomerID, product core.ProductID) (bought bool, err error) {
		f := order.Filter{Customer: customer, Product: product, Statuses: []order.Status{order.Placed, order.Completed}}
		err = db.View(ctx, func(tx storage.Tx) error {
			page, err := tx.Orders().List(ctx, f, core.PageQuery{Limit: 1})
			bought = len(page.Items) > 0
			return err
		})
		return bought, err
	}
}
