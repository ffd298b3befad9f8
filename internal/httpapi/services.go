package httpapi

import (
	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/fulfil"
	"github.com/bodega-commerce/bodega/commerce/idempotency"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/refund"
	"github.com/bodega-commerce/bodega/commerce/review"
	"github.com/bodega-commerce/bodega/commerce/settlement"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/commerce/tax"
	"github.com/bodega-commerce/bodega/internal/connect"
)

// Services are what the API serves. All are required.
type Services struct {
	Catalog     *catalog.Service
	Reviews     *review.Service
	Stock       *stock.Service
	Carts       *basket.Service
	Checkout    *checkout.Service
	Orders      *order.Service
	Payments    *payment.Service
	Settlement  *settlement.Service
	Fulfilment  *fulfil.Service
	Refunds     *refund.Service
	Accounts    *account.Service
	Taxes       *tax.Service
	Shipping    *shipping.Service
	Promotions  *promo.Service
	Events      *outbox.Service
	Idempotency *idempotency.Service
	Analytics   *analytics.Service
	Search      *connect.Search
	Recommend   *connect.Recommend
}
