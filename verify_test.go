package bodega_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/fulfil"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/refund"
	"github.com/bodega-commerce/bodega/storage/sqlite"
	"github.com/stretchr/testify/require"
)

// tampering is what must not go unnoticed; %s is the order. Each is done in a
// transaction of its own that is rolled back.
var tampering = map[string]string{
	"an order's total":            `update orders set total = total + 100, subtotal = subtotal + 100 where id = '%s'`,
	"an order's tax":              `update orders set tax = tax + 1 where id = '%s'`,
	"an order's document":         `update orders set doc = '{}' where id = '%s'`,
	"an order's payment state":    `update orders set payment_state = 'pending' where id = '%s'`,
	"an order's fulfilment state": `update orders set fulfilment_state = 'unfulfilled' where id = '%s'`,
	"an order's status":           `update orders set status = 'cancelled' where id = '%s'`,
	"an order, gone":              `delete from orders where id = '%s'`,
	"a line, gone":                `delete from order_lines where sku = 'TEE-M' and order_id = '%s'`,
	"a line's quantity":           `update order_lines set quantity = quantity + 1 where sku = 'TEE-M' and order_id = '%s'`,
	"what lines sent":             `update order_lines set fulfilled = 0 where order_id = '%s'`,
	"what lines gave back":        `update order_lines set refunded_amount = refunded_amount - 1 where refunded_amount > 0 and order_id = '%s'`,
	"a shipment, gone":            `delete from order_fulfilments where order_id = '%s'`,
	"a refund, gone":              `delete from order_refunds where order_id = '%s'`,
	"a refund's amount":           `update order_refunds set amount = amount + 1 where order_id = '%s'`,
	"a refund that failed":        `update order_refunds set state = 'failed' where order_id = '%s'`,
	"a payment, gone":             `delete from payments where order_id = '%s'`,
	"what was captured":           `update payments set captured = captured - 1 where order_id = '%s'`,
	"an entry of the ledger":      `update ledger_entries set amount = amount + 1 where account = 'revenue' and order_id = '%s'`,
	"the sale in the ledger":      `delete from ledger_entries where kind = 'sale' and order_id = '%s'`,
	"the sale, twice":             `update ledger_entries set amount = amount * 2 where kind = 'sale' and order_id = '%s'`,
	"the sale's currency":         `update ledger_entries set currency = 'JPY' where kind = 'sale' and order_id = '%s'`,
	"the capture in the ledger":   `delete from ledger_entries where kind = 'capture' and order_id = '%s'`,
	"the credit in the ledger":    `delete from ledger_entries where kind = 'credit' and order_id = '%s'`,
	"a stock level":               `update stock_levels set on_hand = on_hand + 1 where '%s' <> ''`,
	"what a level reserves":       `update stock_levels set reserved = reserved + 1 where on_hand > reserved and '%s' <> ''`,
	"movements, gone":             `delete from stock_movements where kind = 'receive' and '%s' <> ''`,
	"reservations, gone":          `delete from stock_reservations where ref = '%s'`,
}

func TestVerifyFindsTampering(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "shop.db")
	db, err := sqlite.Open(ctx, path, sqlite.Config{})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	w := newWorld(t, db, bodega.Config{})
	v, err := w.cart(ctx, basket.LineParams{SKU: "TEE-S", Quantity: 3}, basket.LineParams{SKU: "TEE-M", Quantity: 2})
	require.NoError(t, err)
	placed, err := w.shop.Checkout.Complete(ctx, v.Cart.ID, checkout.Params{Provider: "manual"})
	require.NoError(t, err)
	o := placed.Order
	_, err = w.shop.Settlement.Capture(w.staff, o.ID, money.Money{})
	require.NoError(t, err)
	_, err = w.shop.Fulfilment.Create(w.staff, o.ID, fulfil.Params{Lines: []order.Quantity{{Line: o.Lines[0].ID, Quantity: 2}}, Ship: true})
	require.NoError(t, err)
	_, err = w.shop.Refunds.Create(w.staff, o.ID, refund.Params{Lines: []refund.Line{{Line: o.Lines[0].ID, Quantity: 1}}})
	require.NoError(t, err)
	w.verify(t)

	host, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate")
	require.NoError(t, err)
	defer func() { require.NoError(t, host.Close()) }()
	for what, query := range tampering {
		t.Run(what, func(t *testing.T) {
			tx, err := host.BeginTx(ctx, nil)
			require.NoError(t, err)
			defer func() { require.NoError(t, tx.Rollback()) }()
			done, err := tx.ExecContext(ctx, fmt.Sprintf(query, o.ID))
			require.NoError(t, err)
			n, err := done.RowsAffected()
			require.NoError(t, err)
			require.Positive(t, n)
			bound, err := w.shop.Join(tx)
			require.NoError(t, err)
			report, err := bound.Verify(w.staff)
			require.NoError(t, err)
			require.False(t, report.OK(), "%s went unnoticed", what)
		})
	}
	w.verify(t)
	_, err = w.shop.Verify(core.WithActor(ctx, core.Actor{}))
	require.True(t, core.IsKind(err, core.KindUnauthenticated))
}
