package importer_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/internal/importer"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
	"github.com/stretchr/testify/require"
)

const (
	realFile = "online-retail/online_retail.csv.gz"
	header   = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
)

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

func openShop(t testing.TB) *storage.DB {
	t.Helper()
	db, err := memory.Open(context.Background())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	prepare(t, db)
	return db
}

// file writes a file with the usual header; it returns its path.
func file(t testing.TB, rows ...string) string {
	t.Helper()
	return plain(t, header+strings.Join(rows, "\n")+"\n")
}

func plain(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "retail.csv")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// load imports rows into a shop of their own.
func load(t testing.TB, rows ...string) (*importer.Report, *storage.DB) {
	t.Helper()
	db := openShop(t)
	rep, err := importer.OnlineRetail(context.Background(), db, file(t, rows...), importer.Options{})
	require.NoError(t, err)
	require.Equal(t, rep.Lines, rep.Accepted+rep.RefusedTotal())
	sound(t, db)
	return rep, db
}

// sound checks that the shop agrees with itself.
func sound(t testing.TB, db *storage.DB) {
	t.Helper()
	ctx := context.Background()
	require.NoError(t, db.View(ctx, func(tx storage.Tx) error {
		orders, err := tx.Orders().Unbalanced(ctx)
		require.NoError(t, err)
		require.Empty(t, orders)
		payments, err := tx.Payments().Unbalanced(ctx)
		require.NoError(t, err)
		require.Empty(t, payments)
		levels, err := tx.Stock().Unbalanced(ctx)
		require.NoError(t, err)
		require.Empty(t, levels)
		return nil
	}))
}

// orders returns all orders with their lines by invoice.
func orders(t testing.TB, db *storage.DB) map[string]order.Order {
	t.Helper()
	ctx, out := context.Background(), map[string]order.Order{}
	require.NoError(t, db.View(ctx, func(tx storage.Tx) error {
		for o, err := range tx.Orders().All(ctx, order.Filter{}) {
			require.NoError(t, err)
			require.NotContains(t, out, o.Metadata["invoice"])
			out[o.Metadata["invoice"]] = o
		}
		return nil
	}))
	return out
}
