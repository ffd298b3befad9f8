package storage

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/idempotency"
	"github.com/bodega-commerce/bodega/commerce/memo"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/review"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/commerce/tax"
	"github.com/bodega-commerce/bodega/internal/sqlstore"
)

// Tx is one transaction over the stores of every part. Parts ask for the few
// accessors they need in an interface of their own, which a Tx satisfies.
type Tx interface {
	Stock() stock.Store
	Events() core.EventWriter
	Outbox() outbox.Store
	Idempotency() idempotency.Store
	Settings() setting.Store
	Catalog() catalog.Store
	Reviews() review.Store
	Ratings() review.Ratings
	Carts() cart.Store
	Taxes() tax.Store
	Shipping() shipping.Store
	Promos() promo.Store
	Orders() order.Store
	Payments() payment.Store
	Accounts() account.Store
	Analytics() analytics.Store
	Memos() memo.Store

	// Stranded returns the payments that hold money while their order does not
	// stand.
	Stranded(ctx context.Context) ([]core.PaymentID, error)
	// Discrepancies returns the orders that do not agree with their documents,
	// shipments, refunds, payments and the ledger. It reads every order.
	Discrepancies(ctx context.Context) ([]order.Imbalance, error)
}

var _ Tx = (*sqlstore.Tx)(nil)
