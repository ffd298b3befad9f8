package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

type (
	// LocationInput is a place that holds stock.
	LocationInput struct {
		Code     string       `json:"code" doc:"Unique: letters, digits, -, _ and ." example:"main"`
		Name     string       `json:"name,omitempty" doc:"Default: the code"`
		Address  core.Address `json:"address,omitzero"`
		Priority int          `json:"priority,omitempty" doc:"Lower is taken from first"`
		Inactive bool         `json:"inactive,omitempty" doc:"Nothing is sold from it"`
	}
	// LocationPatch changes a location.
	LocationPatch struct {
		Code     *string       `json:"code,omitempty"`
		Name     *string       `json:"name,omitempty"`
		Address  *core.Address `json:"address,omitempty"`
		Priority *int          `json:"priority,omitempty"`
		Active   *bool         `json:"active,omitempty"`
	}
	// StockItemInput is something to be counted.
	StockItemInput struct {
		SKU        string       `json:"sku" doc:"Unique"`
		Untracked  bool         `json:"untracked,omitempty" doc:"Sold in any quantity, never counted"`
		Policy     stock.Policy `json:"policy,omitempty" enum:"deny,backorder,preorder" doc:"What happens when nothing is left. Default: deny"`
		Cap        int64        `json:"cap,omitempty" minimum:"0" doc:"How much may be back- or pre-ordered"`
		PromisedAt time.Time    `json:"promised_at,omitzero" doc:"When what is back- or pre-ordered is due"`
	}
	newStockItems struct {
		Items []StockItemInput `json:"items" minItems:"1" maxItems:"1000"`
	}
	// StockItemPatch changes a stock item.
	StockItemPatch struct {
		SKU        *string       `json:"sku,omitempty"`
		Tracked    *bool         `json:"tracked,omitempty"`
		Policy     *stock.Policy `json:"policy,omitempty" enum:"deny,backorder,preorder"`
		Cap        *int64        `json:"cap,omitempty" minimum:"0"`
		PromisedAt *time.Time    `json:"promised_at,omitempty"`
	}
)

func stockItem(ctx context.Context, s Services, id core.StockItemID) (stock.ItemLevels, error) {
	items, err := s.Stock.Items(ctx, []core.StockItemID{id})
	if err == nil && len(items) == 0 {
		err = core.NotFound("stock_item", id)
	}
	if err != nil {
		return stock.ItemLevels{}, err
	}
	return items[0], nil
}

func (a *api) adminStock() {
	handle(a, route{method: http.MethodGet, path: "/admin/stock/locations", perm: core.PermStockRead, tag: tagStock, summary: "List the places that hold stock"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[stock.Location]], error) {
			return listed(s.Stock.Locations(ctx))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/stock/locations", perm: core.PermStockWrite, tag: tagStock, status: http.StatusCreated, summary: "Add a location"},
		func(ctx context.Context, s Services, in *Post[LocationInput]) (*body[stock.Location], error) {
			l, err := s.Stock.CreateLocation(ctx, stock.LocationParams(in.Body))
			return made(l, l.Version, err, "stock", "locations", string(l.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/stock/locations/{id}", perm: core.PermStockRead, tag: tagStock, summary: "Show a location"},
		func(ctx context.Context, s Services, in *Path[core.LocationID]) (*body[stock.Location], error) {
			l, err := s.Stock.Location(ctx, in.ID)
			return shownAt(l, l.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/stock/locations/{id}", perm: core.PermStockWrite, tag: tagStock, summary: "Change a location"},
		func(ctx context.Context, s Services, in *Change[core.LocationID, LocationPatch]) (*body[stock.Location], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			b := in.Body
			l, err := s.Stock.UpdateLocation(ctx, in.ID, stock.LocationUpdate{Version: seen, Code: b.Code, Name: b.Name, Address: b.Address, Priority: b.Priority, Active: b.Active})
			return shownAt(l, l.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/stock/locations/{id}", perm: core.PermStockWrite, tag: tagStock, summary: "Delete an empty location"},
		about(func(ctx context.Context, s Services, id core.LocationID) error {
			return s.Stock.DeleteLocation(ctx, id)
		}))

	handle(a, route{method: http.MethodGet, path: "/admin/stock/items", perm: core.PermStockRead, tag: tagStock, summary: "List stock items by SKU"},
		func(ctx context.Context, s Services, in *struct {
			PageQuery
			Prefix string `query:"sku" maxLength:"200" doc:"The beginning of the SKU"`
		}) (*body[core.Page[stock.Item]], error) {
			return paged(s.Stock.ListItems(ctx, in.Prefix, in.page()))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/stock/items", perm: core.PermStockWrite, tag: tagStock, status: http.StatusCreated, summary: "Add stock items, all or none",
		description: "Variants of physical products get theirs when they are made; this is for what is counted besides."},
		func(ctx context.Context, s Services, in *Post[newStockItems]) (*body[list[stock.Item]], error) {
			params := make([]stock.ItemParams, len(in.Body.Items))
			for i, p := range in.Body.Items {
				params[i] = stock.ItemParams(p)
			}
			items, err := s.Stock.CreateItems(ctx, params...)
			return made(list[stock.Item]{items}, 0, err, "stock", "items")
		})
	handle(a, route{method: http.MethodGet, path: "/admin/stock/items/{id}", perm: core.PermStockRead, tag: tagStock, summary: "Show a stock item with its levels by location"},
		func(ctx context.Context, s Services, in *Path[core.StockItemID]) (*body[stock.ItemLevels], error) {
			i, err := stockItem(ctx, s, in.ID)
			return shownAt(i, i.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/stock/items/{id}", perm: core.PermStockWrite, tag: tagStock, summary: "Change a stock item"},
		func(ctx context.Context, s Services, in *Change[core.StockItemID, StockItemPatch]) (*body[stock.Item], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			b := in.Body
			i, err := s.Stock.UpdateItem(ctx, in.ID, stock.ItemUpdate{Version: seen, SKU: b.SKU, Tracked: b.Tracked, Policy: b.Policy, Cap: b.Cap, PromisedAt: b.PromisedAt})
			return shownAt(i, i.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/stock/items/{id}", perm: core.PermStockWrite, tag: tagStock, summary: "Delete a stock item of which nothing is left"},
		about(func(ctx context.Context, s Services, id core.StockItemID) error { return s.Stock.DeleteItem(ctx, id) }))
	handle(a, route{method: http.MethodGet, path: "/admin/stock/items/{id}/movements", perm: core.PermStockRead, tag: tagStock, summary: "List what happened to an item, newest first"},
		func(ctx context.Context, s Services, in *struct {
			Path[core.StockItemID]
			PageQuery
		}) (*body[core.Page[stock.Movement]], error) {
			return paged(s.Stock.Movements(ctx, in.ID, in.page()))
		})
}
