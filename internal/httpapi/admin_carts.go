package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
)

// adminCart is a cart as staff sees it, without prices.
type adminCart struct {
	cart.Cart
	Lines []adminCartLine `json:"lines"`
}

type adminCartLine struct{ cart.Line }

// viewAdminCart leaves out the ID for those who may not change carts: who knows
// it may use the cart.
func viewAdminCart(ctx context.Context, c cart.Cart) adminCart {
	if !core.ActorFrom(ctx).Can(core.PermOrdersWrite) {
		c.ID, c.MergedInto = "", ""
	}
	out := adminCart{Cart: c, Lines: make([]adminCartLine, len(c.Lines))}
	for i, l := range c.Lines {
		out.Lines[i] = adminCartLine{l}
	}
	return out
}

func (a *api) adminCarts() {
	handle(a, route{method: http.MethodGet, path: "/admin/carts", perm: core.PermOrdersRead, tag: tagSales, summary: "List carts",
		description: "Their IDs are shown only with `orders:write`, because who knows a cart's ID may use it."},
		func(ctx context.Context, s Services, in *struct {
			PageQuery
			State     cart.State      `query:"state" enum:"active,completed,merged" doc:"Default: all"`
			Customer  core.CustomerID `query:"customer_id" maxLength:"80"`
			WithEmail bool            `query:"with_email" doc:"Only those whose owner can be written to"`
			Before    time.Time       `query:"updated_before" doc:"Untouched since"`
		}) (*body[core.Page[adminCart]], error) {
			page, err := s.Carts.List(ctx, cart.Filter{State: in.State, Customer: in.Customer, WithEmail: in.WithEmail, UpdatedBefore: in.Before}, in.page())
			return paged(mapPage(page, func(c cart.Cart) adminCart { return viewAdminCart(ctx, c) }), err)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/carts/{id}", perm: core.PermOrdersWrite, tag: tagSales, summary: "Show a cart with what it costs now"},
		func(ctx context.Context, s Services, in *Path[core.CartID]) (*body[cartView], error) {
			v, err := s.Carts.Get(ctx, in.ID)
			return answerCart(ctx, v, err)
		})
}
