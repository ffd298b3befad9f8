package httpapi

import (
	"context"
	"net/http"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/idempotency"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/quote"
	"github.com/bodega-commerce/bodega/commerce/shipping"
)

// cartView is a cart as shoppers see it.
type cartView struct {
	ID              core.CartID           `json:"id" doc:"Secret: who knows it may use the cart"`
	Channel         core.ChannelID        `json:"channel_id"`
	Currency        money.Currency        `json:"currency"`
	Locale          string                `json:"locale,omitempty"`
	Email           string                `json:"email,omitempty"`
	State           cart.State            `json:"state"`
	Order           core.OrderID          `json:"order_id,omitempty"`
	Lines           []cartLine            `json:"lines"`
	ShippingAddress core.Address          `json:"shipping_address,omitzero"`
	BillingAddress  core.Address          `json:"billing_address,omitzero"`
	ShippingMethod  core.ShippingMethodID `json:"shipping_method_id,omitempty"`
	Codes           []string              `json:"codes,omitempty"`
	Metadata        map[string]string     `json:"metadata,omitempty"`
	Shipping        *quote.Shipping       `json:"shipping,omitempty"`
	NeedsShipping   bool                  `json:"requires_shipping"`
	Totals          quote.Totals          `json:"totals"`
	Taxes           []quote.TaxSum        `json:"taxes,omitempty"`
	TaxIncluded     bool                  `json:"prices_include_tax"`
	Estimated       bool                  `json:"estimated,omitempty" doc:"The address is not known yet: taxes may still change"`
	Promotions      []promoView           `json:"promotions,omitempty"`
	Changes         []basket.Change       `json:"changes,omitempty" doc:"What changed since the cart was last shown and accepted"`
	Version         int64                 `json:"version"`
	ExpiresAt       string                `json:"expires_at" format:"date-time"`
}

type cartLine struct {
	quote.Line
	VariantTitle string            `json:"variant_title,omitempty"`
	Options      map[string]string `json:"options,omitempty"`
	ProductSlug  string            `json:"product_slug,omitempty"`
	Image        string            `json:"image_url,omitempty"`
	Metadata     map[string]string `json:"metadata,omitempty"`
}

// hidden says of a promotion that it is not a shopper's business: an automatic
// one that does not apply, perhaps not yet.
func hidden(p promo.Verdict) bool { return !p.Applied && p.Code == "" }

type promoView struct {
	Name    string      `json:"name,omitempty"`
	Code    string      `json:"code,omitempty"`
	Applied bool        `json:"applied"`
	Amount  money.Money `json:"amount,omitzero"`
	Message string      `json:"message,omitempty"`
}

func viewCart(ctx context.Context, v basket.View) cartView {
	c, q := v.Cart, v.Quote
	out := cartView{ID: c.ID, Channel: c.Channel, Currency: c.Currency, Locale: c.Locale, Email: c.Email, State: c.State, Order: c.Order,
		ShippingAddress: c.ShippingAddress, BillingAddress: c.BillingAddress, ShippingMethod: c.ShippingMethod, Codes: c.Codes, Metadata: c.Metadata,
		Shipping: q.Shipping, NeedsShipping: q.RequiresShipping, Totals: q.Totals, Taxes: q.Taxes, TaxIncluded: q.PricesIncludeTax,
		Estimated: q.Estimated, Changes: v.Changes, Version: c.Version, ExpiresAt: c.ExpiresAt.Format("2006-01-02T15:04:05Z07:00"), Lines: make([]cartLine, len(q.Lines))}
	for i, l := range q.Lines {
		out.Lines[i].Line = l
		if g := v.Goods[l.VariantID]; g != nil {
			out.Lines[i].VariantTitle, out.Lines[i].Options, out.Lines[i].ProductSlug = g.VariantTitle, g.Options, g.ProductSlug
			if g.ImageID != "" {
				out.Lines[i].Image = imageURL(ctx, g.ImageID, cardWidth)
			}
		}
		for _, own := range c.Lines {
			if own.ID == l.LineID {
				out.Lines[i].Metadata = own.Metadata
			}
		}
	}
	for _, p := range q.Promotions {
		if !hidden(p) {
			out.Promotions = append(out.Promotions, promoView{p.Name, p.Code, p.Applied, p.Amount, p.Message})
		}
	}
	return out
}

type lineInput struct {
	Variant  core.VariantID    `json:"variant_id,omitempty" doc:"The variant; or name its sku"`
	SKU      string            `json:"sku,omitempty" maxLength:"200"`
	Quantity int64             `json:"quantity" minimum:"1" maximum:"10000"`
	Metadata map[string]string `json:"metadata,omitempty" doc:"For instance an engraving; other metadata makes another line"`
}

func linesOf(in []lineInput) []basket.LineParams {
	out := make([]basket.LineParams, len(in))
	for i, l := range in {
		out[i] = basket.LineParams{Variant: l.Variant, SKU: l.SKU, Quantity: l.Quantity, Metadata: l.Metadata}
	}
	return out
}

type CartUpdate struct {
	Email           *string                `json:"email,omitempty" maxLength:"254"`
	Locale          *string                `json:"locale,omitempty" maxLength:"35" example:"de-CH"`
	Currency        *money.Currency        `json:"currency,omitempty" example:"EUR"`
	ShippingAddress *core.Address          `json:"shipping_address,omitempty"`
	BillingAddress  *core.Address          `json:"billing_address,omitempty"`
	ShippingMethod  *core.ShippingMethodID `json:"shipping_method_id,omitempty"`
	Codes           *[]string              `json:"codes,omitempty" maxItems:"10" doc:"Promotion codes; replaces those there are"`
	Metadata        *map[string]string     `json:"metadata,omitempty"`
}

func (u CartUpdate) update() basket.Update {
	return basket.Update{Email: u.Email, Locale: u.Locale, Currency: u.Currency, ShippingAddress: u.ShippingAddress, BillingAddress: u.BillingAddress,
		ShippingMethod: u.ShippingMethod, Codes: u.Codes, Metadata: u.Metadata}
}

type CartPath struct {
	ID core.CartID `path:"cart" maxLength:"80" doc:"The cart's ID"`
}

// CartChange is embedded by inputs that change a cart.
type CartChange struct {
	CartPath
	VersionHeader
}

// changeCart runs do, which changes a cart, unless the client has seen another
// version of it than the one that is changed.
func (a *api) changeCart(ctx context.Context, s Services, h VersionHeader, do func(Services) (basket.View, error)) (v basket.View, err error) {
	seen, err := h.seen()
	if err != nil {
		return v, err
	}
	if seen == 0 {
		return do(s)
	}
	checked := func(s Services) error {
		if v, err = do(s); err == nil && v.Cart.Version != seen+1 {
			err = core.Stale("cart", v.Cart.ID, seen, v.Cart.Version-1)
		}
		return err // undoes the change
	}
	if _, bound := ctx.Value(servicesKey{}).(Services); bound { // to the transaction of an idempotency key
		return v, checked(s)
	}
	err = a.cfg.Within(ctx, func(s Services, _ idempotency.Store) error { return checked(s) })
	return v, err
}

// answerCart wraps a change of a cart.
func answerCart(ctx context.Context, v basket.View, err error) (*body[cartView], error) {
	if err != nil {
		return nil, err
	}
	return versioned(viewCart(ctx, v), v.Cart.Version), nil
}

// guessCodes runs do, which puts codes into a cart, within the bounds of
// guessing. The codes the shop knows cost nothing.
func (a *api) guessCodes(ctx context.Context, codes *[]string, id core.CartID, do func() (basket.View, error)) (v basket.View, err error) {
	about := ""
	if id != "" {
		about = "codes of " + string(id)
	}
	err = a.guess(ctx, len(deref(codes)), about, func() (int, error) {
		v, err = do()
		right := len(deref(codes))
		for _, p := range v.Quote.Promotions {
			if p.Reason == promo.UnknownCode {
				right--
			}
		}
		return max(right, 0), err
	})
	return v, err
}

func (a *api) storeCarts() {
	const tag = "store: carts"
	type createInput struct {
		Body struct {
			Channel string      `json:"channel,omitempty" maxLength:"80" doc:"ID or code of the sales channel"`
			Lines   []lineInput `json:"lines,omitempty" maxItems:"200"`
			CartUpdate
		}
	}
	handle(a, route{method: http.MethodPost, path: "/store/carts", perm: core.PermPublic, tag: tag, status: http.StatusCreated, summary: "Make a cart",
		description: "One request may bring everything: lines, email, addresses, shipping method and codes. A signed-in customer's cart is theirs from the start."},
		func(ctx context.Context, s Services, in *createInput) (*body[cartView], error) {
			p := basket.Params{Channel: channelRef(ctx, in.Body.Channel), Lines: linesOf(in.Body.Lines), Changes: in.Body.update()}
			if in.Body.Currency != nil {
				p.Currency = *in.Body.Currency
			}
			if in.Body.Locale != nil {
				p.Locale = *in.Body.Locale
			}
			v, err := a.guessCodes(ctx, p.Changes.Codes, "", func() (basket.View, error) { return s.Carts.Create(ctx, p) })
			if err != nil {
				return nil, err
			}
			return created(viewCart(ctx, v), v.Cart.Version, "store", "carts", string(v.Cart.ID)), nil
		})
	handle(a, route{method: http.MethodGet, path: "/store/carts/{cart}", perm: core.PermPublic, tag: tag, summary: "Show a cart with what it costs now"},
		func(ctx context.Context, s Services, in *CartPath) (*body[cartView], error) {
			v, err := s.Carts.Get(ctx, in.ID)
			return answerCart(ctx, v, err)
		})
	handle(a, route{method: http.MethodGet, path: "/store/cart", perm: core.PermSelf, tag: tag, summary: "Show the signed-in customer's cart"},
		func(ctx context.Context, s Services, in *struct {
			Channel string `query:"channel" maxLength:"80"`
		}) (*body[cartView], error) {
			v, err := s.Carts.Mine(ctx, channelRef(ctx, in.Channel))
			return answerCart(ctx, v, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/store/carts/{cart}", perm: core.PermPublic, tag: tag, summary: "Change addresses, email, shipping method or codes"},
		func(ctx context.Context, s Services, in *struct {
			CartChange
			Body CartUpdate
		}) (*body[cartView], error) {
			v, err := a.guessCodes(ctx, in.Body.Codes, in.ID, func() (basket.View, error) {
				return a.changeCart(ctx, s, in.VersionHeader, func(s Services) (basket.View, error) { return s.Carts.Update(ctx, in.ID, in.Body.update()) })
			})
			return answerCart(ctx, v, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/store/carts/{cart}", perm: core.PermPublic, tag: tag, summary: "Throw a cart away"},
		func(ctx context.Context, s Services, in *CartPath) (*none, error) {
			return nil, s.Carts.Delete(ctx, in.ID)
		})
	handle(a, route{method: http.MethodPost, path: "/store/carts/{cart}/lines", perm: core.PermPublic, tag: tag, summary: "Put goods into a cart, all or none"},
		func(ctx context.Context, s Services, in *struct {
			CartChange
			Body struct {
				Lines []lineInput `json:"lines" minItems:"1" maxItems:"200"`
			}
		}) (*body[cartView], error) {
			v, err := a.changeCart(ctx, s, in.VersionHeader, func(s Services) (basket.View, error) { return s.Carts.Add(ctx, in.ID, linesOf(in.Body.Lines)...) })
			return answerCart(ctx, v, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/store/carts/{cart}/lines/{line}", perm: core.PermPublic, tag: tag, summary: "Change a line's quantity"},
		func(ctx context.Context, s Services, in *struct {
			CartChange
			Line core.LineID `path:"line" maxLength:"80"`
			Body struct {
				Quantity int64 `json:"quantity" minimum:"0" maximum:"10000" doc:"0 removes the line"`
			}
		}) (*body[cartView], error) {
			v, err := a.changeCart(ctx, s, in.VersionHeader, func(s Services) (basket.View, error) {
				return s.Carts.SetQuantity(ctx, in.ID, in.Line, in.Body.Quantity)
			})
			return answerCart(ctx, v, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/store/carts/{cart}/lines/{line}", perm: core.PermPublic, tag: tag, summary: "Remove a line"},
		func(ctx context.Context, s Services, in *struct {
			CartChange
			Line core.LineID `path:"line" maxLength:"80"`
		}) (*body[cartView], error) {
			v, err := a.changeCart(ctx, s, in.VersionHeader, func(s Services) (basket.View, error) { return s.Carts.SetQuantity(ctx, in.ID, in.Line, 0) })
			return answerCart(ctx, v, err)
		})
	handle(a, route{method: http.MethodPost, path: "/store/carts/{cart}/codes", perm: core.PermPublic, tag: tag, summary: "Add a promotion code"},
		func(ctx context.Context, s Services, in *struct {
			CartChange
			Body struct {
				Code string `json:"code" minLength:"1" maxLength:"100"`
			}
		}) (*body[cartView], error) {
			v, err := a.guessCodes(ctx, &[]string{in.Body.Code}, in.ID, func() (basket.View, error) {
				return a.changeCart(ctx, s, in.VersionHeader, func(s Services) (basket.View, error) { return s.Carts.AddCode(ctx, in.ID, in.Body.Code) })
			})
			return answerCart(ctx, v, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/store/carts/{cart}/codes/{code}", perm: core.PermPublic, tag: tag, summary: "Remove a promotion code"},
		func(ctx context.Context, s Services, in *struct {
			CartChange
			Code string `path:"code" maxLength:"100"`
		}) (*body[cartView], error) {
			v, err := a.changeCart(ctx, s, in.VersionHeader, func(s Services) (basket.View, error) { return s.Carts.RemoveCode(ctx, in.ID, in.Code) })
			return answerCart(ctx, v, err)
		})
	handle(a, route{method: http.MethodGet, path: "/store/carts/{cart}/shipping-options", perm: core.PermPublic, tag: tag, summary: "List the ways to deliver the cart"},
		func(ctx context.Context, s Services, in *CartPath) (*body[struct {
			Items []shipping.Option `json:"items"`
		}], error) {
			v, err := s.Carts.Get(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			var out struct {
				Items []shipping.Option `json:"items"`
			}
			out.Items = append([]shipping.Option{}, v.Quote.ShippingOptions...)
			return ok(out), nil
		})
	handle(a, route{method: http.MethodPost, path: "/store/carts/{cart}/acknowledge", perm: core.PermPublic, tag: tag, summary: "Accept the prices as they are now"},
		func(ctx context.Context, s Services, in *CartChange) (*body[cartView], error) {
			v, err := a.changeCart(ctx, s, in.VersionHeader, func(s Services) (basket.View, error) { return s.Carts.Acknowledge(ctx, in.ID) })
			return answerCart(ctx, v, err)
		})
	handle(a, route{method: http.MethodGet, path: "/store/carts/{cart}/explain", perm: core.PermPublic, tag: tag, summary: "Explain each cent of the total"},
		func(ctx context.Context, s Services, in *CartPath) (*body[struct {
			Text  string       `json:"text"`
			Trace []quote.Step `json:"trace"`
		}], error) {
			v, err := s.Carts.Get(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			var out struct {
				Text  string       `json:"text"`
				Trace []quote.Step `json:"trace"`
			}
			v.Quote.Promotions = slices.DeleteFunc(v.Quote.Promotions, hidden)
			out.Text, out.Trace = v.Quote.Explain(), v.Quote.Trace
			return ok(out), nil
		})
	handle(a, route{method: http.MethodPost, path: "/store/carts/{cart}/claim", perm: core.PermSelf, tag: tag, summary: "Merge an anonymous cart into the signed-in customer's",
		description: "The anonymous cart's ID is worth nothing afterwards; go on with the one that is returned."},
		func(ctx context.Context, s Services, in *CartPath) (*body[cartView], error) {
			v, err := s.Carts.Claim(ctx, in.ID)
			return answerCart(ctx, v, err)
		})
	a.storeComplete(tag)
}
