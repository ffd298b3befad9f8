package importer_test

import (
	"context"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

const realFile = "online-retail/online_retail.csv.gz"

// prepare makes what every shop has: a channel to sell in and a place for stock.
func prepare(t testing.TB, db *storage.DB) {
	t.Helper()
	ctx := context.Background()
	_, err := db.Migrate(ctx)
	require.NoError(t, err)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	require.NoError(t, db.Update(ctx, func(tx storage.Tx) error {
		if err := tx.Catalog().InsertChannel(ctx, catalog.Channel{ID: "chan_1", Code: "default", Name: "Default", Currencies: []money.Currency{"EUR"},
			Locales: []string{"en"}, PricesIncludeTax: true, TaxRounding: catalog.RoundLine, Active: true, Version: 1, CreatedAt: now, UpdatedAt: now}); err != nil {
			return err
		}
		return tx.Stock().InsertLocation(ctx, stock.Location{ID: "loc_1", Code: "main", Name: "Main", Active: true, Version: 1, CreatedAt: now, UpdatedAt: now})
	}))
}
