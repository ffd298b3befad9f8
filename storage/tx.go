package storage

import (
	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/idempotency"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/commerce/stock"
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
	Carts() cart.Store
	Orders() order.Store
	Payments() payment.Store
}

var _ Tx = (*sqlstore.Tx)(nil)
