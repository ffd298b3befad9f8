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

const tagOrders = "store: orders"

// orderView is an order as its buyer sees it: without who in the shop did what,
// and from where.
type orderView struct {
	order.Order
	Fulfilments []shipmentView `json:"fulfilments"`
	Refunds     []refundView   `json:"refunds"`
}

type shipmentView struct {
	ID             core.FulfilmentID   `json:"id"`
	State          order.ShipmentState `json:"state"`
	Lines          []order.Quantity    `json:"lines"`
	Carrier        string              `json:"carrier,omitempty"`
	TrackingNumber string              `json:"tracking_number,omitempty"`
	TrackingURL    string              `json:"tracking_url,omitempty"`
	ShippedAt      time.Time           `json:"shipped_at,omitzero"`
	DeliveredAt    time.Time           `json:"delivered_at,omitzero"`
}

type refundView struct {
	ID        core.RefundID      `json:"id"`
	State     order.RefundState  `json:"state"`
	Lines     []order.RefundLine `json:"lines,omitempty"`
	Amount    money.Money        `json:"amount"`
	CreatedAt time.Time          `json:"created_at"`
}

// storyView is an entry of an order's timeline for its buyer.
type storyView struct {
	Type string    `json:"type" example:"order.placed"`
	Text string    `json:"text,omitempty"`
	At   time.Time `json:"at"`
}

func viewOrder(d order.Details) orderView {
	out := orderView{Order: d.Order, Fulfilments: []shipmentView{}, Refunds: []refundView{}}
	for _, f := range d.Fulfilments {
		if f.State != order.ShipmentCancelled {
			out.Fulfilments = append(out.Fulfilments, shipmentView{f.ID, f.State, f.Lines, f.Carrier, f.TrackingNumber, f.TrackingURL, f.ShippedAt, f.DeliveredAt})
		}
	}
	for _, r := range d.Refunds {
		out.Refunds = append(out.Refunds, refundView{r.ID, r.State, r.Lines, r.Amount, r.CreatedAt})
	}
	return out
}

// OrderPath names an order for its buyer.
type OrderPath struct {
	ID    string `path:"order" maxLength:"80" doc:"ID or number"`
	Token string `query:"token" maxLength:"80" doc:"The order's token, for a guest"`
}

func (a *api) storeOrders() {
	handle(a, route{method: http.MethodGet, path: "/store/orders", perm: core.PermSelf, tag: tagOrders, summary: "List one's own orders, newest first"},
		func(ctx context.Context, s Services, in *struct {
			PageQuery
			Status []order.Status `query:"status" enum:"pending,placed,completed,cancelled"`
		}) (*body[core.Page[order.Order]], error) {
			f := order.Filter{Customer: core.ActorFrom(ctx).Customer, Statuses: in.Status, WithLines: true}
			page, err := s.Orders.List(ctx, f, in.page())
			return ok(mapPage(page, func(o order.Order) order.Order { return o })), err
		})
	handle(a, route{method: http.MethodGet, path: "/store/orders/{order}", perm: core.PermPublic, tag: tagOrders, summary: "Show an order with its shipments and refunds",
		description: "For its customer, or with its token for anybody who knows that. To others the order does not exist."},
		func(ctx context.Context, s Services, in *OrderPath) (*body[orderView], error) {
			d, err := s.Orders.Details(ctx, in.ID, in.Token)
			if err != nil {
				return nil, err
			}
			out := versioned(viewOrder(d), d.Version)
			out.Cache = "private, no-store"
			return out, nil
		})
	handle(a, route{method: http.MethodGet, path: "/store/orders/{order}/timeline", perm: core.PermPublic, tag: tagOrders, summary: "Tell what happened to an order"},
		func(ctx context.Context, s Services, in *struct {
			OrderPath
			PageQuery
		}) (*body[core.Page[storyView]], error) {
			page, err := s.Orders.Story(ctx, in.ID, in.Token, in.page())
			return ok(mapPage(page, func(e order.Event) storyView { return storyView{e.Type, e.Text, e.At} })), err
		})
	handle(a, route{method: http.MethodPost, path: "/store/orders/{order}/cancel", perm: core.PermSelf, tag: tagOrders, ownKeys: true, summary: "Cancel an own order",
		description: "As long as nothing is shipped and the shop lets buyers. What was paid is given back."},
		func(ctx context.Context, s Services, in *struct {
			ID   core.OrderID `path:"order" maxLength:"80"`
			Body *struct {
				Reason string `json:"reason,omitempty" maxLength:"500"`
			}
		}) (*body[orderView], error) {
			var p refund.CancelParams
			if in.Body != nil {
				p.Reason = in.Body.Reason
			}
			if _, err := s.Refunds.Cancel(ctx, in.ID, p); err != nil {
				return nil, err
			}
			d, err := s.Orders.Details(ctx, string(in.ID), "")
			if err != nil {
				return nil, err
			}
			return versioned(viewOrder(d), d.Version), nil
		})
	handle(a, route{method: http.MethodPost, path: "/store/orders/lookup", perm: core.PermPublic, tag: tagOrders, summary: "Find a guest's order by number and email",
		description: "A wrong number and a wrong email are answered alike, and after many of them with 429. A customer's orders are seen by signing in."},
		func(ctx context.Context, s Services, in *struct {
			Body struct {
				Number string `json:"number" minLength:"1" maxLength:"40" example:"B7K2-9QXM-4T"`
				Email  string `json:"email" minLength:"3" maxLength:"254"`
			}
		}) (*body[orderView], error) {
			var o order.Order
			number, _ := order.ParseNumber(in.Body.Number) // however it was typed
			err := a.guess(ctx, 1, "order "+string(number), func() (right int, err error) {
				o, err = s.Orders.Lookup(ctx, in.Body.Number, in.Body.Email)
				return 1, err
			})
			if err != nil {
				return nil, err
			}
			d, err := s.Orders.Details(ctx, string(o.ID), o.Token)
			if err != nil {
				return nil, err
			}
			return versioned(viewOrder(d), d.Version), nil
		})
}
