package httpapi

import (
	"context"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/fulfil"
	"github.com/bodega-commerce/bodega/commerce/order"
)

type (
	fulfilmentInput struct {
		Lines []order.Quantity `json:"lines,omitempty" maxItems:"1000" doc:"What goes; default: everything that is open"`
		fulfil.Tracking
		Metadata    map[string]string `json:"metadata,omitempty"`
		Ship        bool              `json:"ship,omitempty" doc:"It leaves now; otherwise it is pending"`
		NotifyBuyer bool              `json:"notify_buyer,omitempty"`
	}
	shipInput struct {
		Tracking    *fulfil.Tracking `json:"tracking,omitempty" doc:"Default: as it is"`
		NotifyBuyer bool             `json:"notify_buyer,omitempty"`
	}
	deliverInput struct {
		NotifyBuyer bool `json:"notify_buyer,omitempty"`
	}
	unfulfilInput struct {
		Reason    string `json:"reason,omitempty" maxLength:"2000" doc:"The buyer sees it"`
		Unreserve bool   `json:"unreserve,omitempty" doc:"Goods that had been shipped go back on sale; otherwise they are reserved for the order again"`
	}
)

func fulfilReturn(in returnInput) fulfil.ReturnParams {
	return fulfil.ReturnParams{Lines: in.Lines, Restock: in.Restock, Location: in.Location, Reason: in.Reason}
}

func (a *api) adminFulfilments() {
	handle(a, route{method: http.MethodGet, path: "/admin/orders/{id}/fulfilments", perm: core.PermOrdersRead, tag: tagSales, summary: "List an order's shipments"},
		func(ctx context.Context, s Services, in *Path[core.OrderID]) (*body[list[order.Fulfilment]], error) {
			return listed(s.Orders.Fulfilments(ctx, in.ID))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/orders/{id}/fulfilments", perm: core.PermOrdersWrite, tag: tagSales, status: http.StatusCreated, ownKeys: true,
		summary: "Pack goods of an order, or send them"},
		func(ctx context.Context, s Services, in *To[core.OrderID, fulfilmentInput]) (*body[order.Fulfilment], error) {
			b := in.Body
			f, err := s.Fulfilment.Create(ctx, in.ID, fulfil.Params{Lines: b.Lines, Tracking: b.Tracking, Metadata: b.Metadata, Ship: b.Ship, NotifyBuyer: b.NotifyBuyer})
			return made(f, f.Version, err, "orders", string(in.ID), "fulfilments")
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/fulfilments/{id}", perm: core.PermOrdersWrite, tag: tagSales, summary: "Change how a shipment is tracked"},
		func(ctx context.Context, s Services, in *Change[core.FulfilmentID, fulfil.Tracking]) (*body[order.Fulfilment], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			f, err := s.Fulfilment.UpdateTracking(ctx, in.ID, seen, in.Body)
			return shownAt(f, f.Version, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/fulfilments/{id}/ship", perm: core.PermOrdersWrite, tag: tagSales, ownKeys: true, summary: "Send a packed shipment",
		description: "Its goods leave the stock."},
		func(ctx context.Context, s Services, in *Change[core.FulfilmentID, shipInput]) (*body[order.Fulfilment], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			f, err := s.Fulfilment.Ship(ctx, in.ID, fulfil.ShipParams{Tracking: in.Body.Tracking, NotifyBuyer: in.Body.NotifyBuyer, Version: seen})
			return shownAt(f, f.Version, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/fulfilments/{id}/deliver", perm: core.PermOrdersWrite, tag: tagSales, ownKeys: true, summary: "Mark a shipment as delivered, or hand goods over"},
		func(ctx context.Context, s Services, in *Change[core.FulfilmentID, deliverInput]) (*body[order.Fulfilment], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			f, err := s.Fulfilment.Deliver(ctx, in.ID, fulfil.DeliverParams{NotifyBuyer: in.Body.NotifyBuyer, Version: seen})
			return shownAt(f, f.Version, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/fulfilments/{id}/cancel", perm: core.PermOrdersWrite, tag: tagSales, summary: "Take a shipment back",
		description: "Its pieces are open again; what was shipped is on hand again."},
		func(ctx context.Context, s Services, in *Change[core.FulfilmentID, unfulfilInput]) (*body[order.Fulfilment], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			f, err := s.Fulfilment.Cancel(ctx, in.ID, fulfil.CancelParams{Reason: in.Body.Reason, Unreserve: in.Body.Unreserve, Version: seen})
			return shownAt(f, f.Version, err)
		})
}
