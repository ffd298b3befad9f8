package httpapi

import (
	"context"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

type (
	stockChanges struct {
		Changes []stock.Change `json:"changes" minItems:"1" maxItems:"1000"`
	}
	stockCounts struct {
		Counts []stock.Count `json:"counts" minItems:"1" maxItems:"1000"`
	}
	// StockItems names stock items.
	StockItems struct {
		IDs []core.StockItemID `query:"ids" required:"true" minItems:"1" maxItems:"200" doc:"IDs of stock items"`
	}
)

func (a *api) adminStockMoves() {
	handle(a, route{method: http.MethodGet, path: "/admin/stock/levels", perm: core.PermStockRead, tag: tagStock, summary: "Show items with their levels by location"},
		func(ctx context.Context, s Services, in *StockItems) (*body[list[stock.ItemLevels]], error) {
			return listed(s.Stock.Items(ctx, in.IDs))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/stock/availability", perm: core.PermStockRead, tag: tagStock, summary: "Tell how much of items can be sold"},
		func(ctx context.Context, s Services, in *StockItems) (*body[list[stock.Availability]], error) {
			found, err := s.Stock.Availability(ctx, in.IDs)
			out := make([]stock.Availability, 0, len(found))
			for _, id := range in.IDs {
				if x, there := found[id]; there {
					out = append(out, x)
				}
			}
			return listed(out, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/stock/receive", perm: core.PermStockWrite, tag: tagStock, summary: "Book goods that came in, all or none"},
		func(ctx context.Context, s Services, in *Post[stockChanges]) (*body[list[stock.Movement]], error) {
			return listed(s.Stock.Receive(ctx, in.Body.Changes...))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/stock/adjust", perm: core.PermStockWrite, tag: tagStock, summary: "Correct what is on hand, up or down",
		description: "Not below what is promised to orders."},
		func(ctx context.Context, s Services, in *Post[stockChanges]) (*body[list[stock.Movement]], error) {
			return listed(s.Stock.Adjust(ctx, in.Body.Changes...))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/stock/count", perm: core.PermStockWrite, tag: tagStock, summary: "Set what is on hand to what was counted"},
		func(ctx context.Context, s Services, in *Post[stockCounts]) (*body[list[stock.Movement]], error) {
			return listed(s.Stock.Count(ctx, in.Body.Counts...))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/stock/transfer", perm: core.PermStockWrite, tag: tagStock, summary: "Move goods from one location to another"},
		func(ctx context.Context, s Services, in *Post[stock.TransferParams]) (*body[list[stock.Movement]], error) {
			return listed(s.Stock.Transfer(ctx, in.Body))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/stock/verify", perm: core.PermStockRead, tag: tagStock, summary: "Compare levels with the ledger; nothing in a sound shop"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[stock.Imbalance]], error) {
			return listed(s.Stock.Verify(ctx))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/stock/repair", perm: core.PermStockWrite, tag: tagStock, summary: "Set levels to what the ledger says, and tell which were off"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[stock.Imbalance]], error) {
			return listed(s.Stock.Repair(ctx))
		})
}
