package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/refund"
)

type orderFilter struct {
	PageQuery
	Status     []order.Status          `query:"status" enum:"pending,placed,completed,cancelled"`
	Payment    []order.PaymentState    `query:"payment_state" enum:"pending,authorized,partially_paid,paid,partially_refunded,refunded,failed,voided"`
	Fulfilment []order.FulfilmentState `query:"fulfilment_state" enum:"unfulfilled,partially_fulfilled,fulfilled,delivered,partially_returned,returned"`
	Customer   core.CustomerID         `query:"customer_id" maxLength:"80"`
	Email      string                  `query:"email" maxLength:"254"`
	Channel    core.ChannelID          `query:"channel" maxLength:"80" doc:"ID of the channel"`
	Currency   money.Currency          `query:"currency" maxLength:"3"`
	Number     string                  `query:"number" maxLength:"40" doc:"The beginning of a number, as typed"`
	SKU        string                  `query:"sku" maxLength:"200" doc:"Of one of its lines"`
	Product    core.ProductID          `query:"product_id" maxLength:"80" doc:"Of one of its lines"`
	From       time.Time               `query:"from" doc:"Made at this time or later"`
	To         time.Time               `query:"to" doc:"Made before this time"`
	MinTotal   int64                   `query:"min_total" minimum:"0" doc:"Minor units"`
	MaxTotal   int64                   `query:"max_total" minimum:"0" doc:"Minor units; 0 is any"`
	Sort       order.Sort              `query:"sort" enum:"newest,oldest,largest,smallest" default:"newest"`
	Expand     []string                `query:"expand" enum:"lines" doc:"What to add to each order"`
}

func (in *orderFilter) filter() order.Filter {
	return order.Filter{Statuses: in.Status, Payments: in.Payment, Fulfilments: in.Fulfilment, Customer: in.Customer, Email: in.Email, Channel: in.Channel,
		Currency: in.Currency, Number: in.Number, SKU: in.SKU, Product: in.Product, From: in.From, To: in.To, MinTotal: in.MinTotal, MaxTotal: in.MaxTotal,
		Sort: in.Sort, WithLines: len(in.Expand) > 0}
}

type (
	// OrderPatch changes what may be changed of an order.
	OrderPatch struct {
		Email           *string            `json:"email,omitempty" maxLength:"254"`
		ShippingAddress *core.Address      `json:"shipping_address,omitempty" doc:"Only while nothing is shipped"`
		BillingAddress  *core.Address      `json:"billing_address,omitempty"`
		Metadata        map[string]*string `json:"metadata,omitempty" doc:"Sets keys; null removes one"`
	}
	orderNote struct {
		Text   string `json:"text" minLength:"1" maxLength:"5000"`
		Public bool   `json:"public,omitempty" doc:"The buyer sees it, too"`
	}
	captureInput struct {
		Amount *money.Money `json:"amount,omitempty" doc:"Default: all that is promised and owed"`
	}
	cancelInput struct {
		Lines       []order.Quantity `json:"lines,omitempty" maxItems:"1000" doc:"Only these pieces; default: the whole order"`
		Reason      string           `json:"reason,omitempty" maxLength:"2000" doc:"The buyer sees it"`
		WriteOff    bool             `json:"write_off,omitempty" doc:"The goods are lost or damaged: they leave the stock"`
		KeepCart    bool             `json:"keep_cart,omitempty" doc:"Leaves the cart closed of an order that waited for its payment"`
		NotifyBuyer bool             `json:"notify_buyer,omitempty"`
	}
	returnInput struct {
		Lines    []order.Quantity `json:"lines" minItems:"1" maxItems:"1000"`
		Restock  bool             `json:"restock,omitempty" doc:"On hand again; otherwise they are not sold again"`
		Location core.LocationID  `json:"location_id,omitempty" doc:"Where they are now. Default: where they had come from"`
		Reason   string           `json:"reason,omitempty" maxLength:"2000" doc:"The buyer sees it"`
	}
)

func (a *api) adminOrders() {
	handle(a, route{method: http.MethodGet, path: "/admin/orders", perm: core.PermOrdersRead, tag: tagSales, summary: "List orders"},
		func(ctx context.Context, s Services, in *orderFilter) (*body[core.Page[order.Order]], error) {
			return paged(s.Orders.List(ctx, in.filter(), in.page()))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/orders/{id}", perm: core.PermOrdersRead, tag: tagSales, summary: "Show an order with its shipments and refunds",
		description: "By ID, or by number as people type it."},
		func(ctx context.Context, s Services, in *Path[string]) (*body[order.Details], error) {
			d, err := s.Orders.Details(ctx, in.ID, "")
			return shownAt(d, d.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/orders/{id}", perm: core.PermOrdersWrite, tag: tagSales, summary: "Change an order's email, addresses or metadata"},
		func(ctx context.Context, s Services, in *Change[core.OrderID, OrderPatch]) (*body[order.Order], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			o, err := s.Orders.Edit(ctx, in.ID, seen, order.Update(in.Body))
			return shownAt(o, o.Version, err)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/orders/{id}/timeline", perm: core.PermOrdersRead, tag: tagSales, summary: "Tell what happened to an order, and who did it"},
		func(ctx context.Context, s Services, in *struct {
			Path[core.OrderID]
			PageQuery
		}) (*body[core.Page[order.Event]], error) {
			return paged(s.Orders.Timeline(ctx, in.ID, in.page()))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/orders/{id}/notes", perm: core.PermOrdersWrite, tag: tagSales, summary: "Write a note into the timeline"},
		func(ctx context.Context, s Services, in *To[core.OrderID, orderNote]) (*none, error) {
			return none204(s.Orders.AddNote(ctx, in.ID, in.Body.Text, in.Body.Public))
		})
	// What asks payment providers spans transactions.
	handle(a, route{method: http.MethodPost, path: "/admin/orders/{id}/capture", perm: core.PermPaymentsWrite, tag: tagSales, ownKeys: true,
		summary: "Take the money that is promised", description: "402: the provider declined. 503: it did not answer, and is asked again later."},
		func(ctx context.Context, s Services, in *To[core.OrderID, captureInput]) (*body[order.Order], error) {
			o, err := s.Settlement.Capture(ctx, in.ID, deref(in.Body.Amount))
			return shownAt(o, o.Version, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/orders/{id}/mark-paid", perm: core.PermPaymentsWrite, tag: tagSales, ownKeys: true,
		summary: "Book an order as paid in full", description: "For invoices and cash: the money came outside of the shop."},
		func(ctx context.Context, s Services, in *Path[core.OrderID]) (*body[order.Order], error) {
			o, err := s.Settlement.Capture(ctx, in.ID, money.Money{})
			return shownAt(o, o.Version, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/orders/{id}/give-back", perm: core.PermOrdersRefund, tag: tagSales, ownKeys: true,
		summary: "Try again to return money that came for an order given up before it was placed"},
		func(ctx context.Context, s Services, in *Path[core.OrderID]) (*none, error) {
			return none204(s.Settlement.GiveBack(ctx, in.ID))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/orders/{id}/cancel", perm: core.PermOrdersWrite, tag: tagSales, ownKeys: true, summary: "Cancel an order, or pieces of it",
		description: "What is not fulfilled is on sale again, an authorization is voided, and what was captured is given back. " +
			"When a provider refuses that, the order is cancelled all the same and its refund stays pending."},
		func(ctx context.Context, s Services, in *To[core.OrderID, cancelInput]) (*body[order.Order], error) {
			b := in.Body
			p := refund.CancelParams{Reason: b.Reason, WriteOff: b.WriteOff, KeepCart: b.KeepCart, NotifyBuyer: b.NotifyBuyer}
			if len(b.Lines) > 0 {
				o, err := s.Refunds.CancelLines(ctx, in.ID, b.Lines, p)
				return shownAt(o, o.Version, err)
			}
			o, err := s.Refunds.Cancel(ctx, in.ID, p)
			return shownAt(o, o.Version, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/orders/{id}/returns", perm: core.PermOrdersWrite, tag: tagSales, summary: "Book goods that came back",
		description: "It gives no money back: see refunds."},
		func(ctx context.Context, s Services, in *To[core.OrderID, returnInput]) (*body[order.Order], error) {
			o, err := s.Fulfilment.Return(ctx, in.ID, fulfilReturn(in.Body))
			return shownAt(o, o.Version, err)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/orders/{id}/refunds", perm: core.PermOrdersRead, tag: tagSales, summary: "List an order's refunds"},
		func(ctx context.Context, s Services, in *Path[core.OrderID]) (*body[list[order.Refund]], error) {
			return listed(s.Orders.Refunds(ctx, in.ID))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/orders/{id}/refunds/preview", perm: core.PermOrdersRefund, tag: tagSales, summary: "Work out a refund without making it"},
		func(ctx context.Context, s Services, in *To[core.OrderID, refund.Params]) (*body[refund.Proposal], error) {
			p, err := s.Refunds.Preview(ctx, in.ID, in.Body)
			return shown(p, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/orders/{id}/refunds", perm: core.PermOrdersRefund, tag: tagSales, status: http.StatusCreated, ownKeys: true,
		summary:     "Give money back: for lines, shipping or as goodwill",
		description: "201 with the state pending: the provider has not answered yet and is asked again. 402: it refused, and nothing is set aside any more."},
		func(ctx context.Context, s Services, in *To[core.OrderID, refund.Params]) (*body[order.Refund], error) {
			r, err := s.Refunds.Create(ctx, in.ID, in.Body)
			return made(r, r.Version, err, "orders", string(in.ID), "refunds")
		})
	handle(a, route{method: http.MethodPost, path: "/admin/refunds/{id}/retry", perm: core.PermOrdersRefund, tag: tagSales, ownKeys: true, summary: "Try again to pay a pending refund"},
		func(ctx context.Context, s Services, in *Path[core.RefundID]) (*body[order.Refund], error) {
			r, err := s.Refunds.RetryRefund(ctx, in.ID)
			return shownAt(r, r.Version, err)
		})
}
