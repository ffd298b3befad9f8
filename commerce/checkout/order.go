package checkout

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/quote"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/tax"
)

// NotReadyError says what a cart lacks before it can be ordered.
type NotReadyError struct{ core.Violations }

// ErrorCode implements core.Classified.
func (e *NotReadyError) ErrorCode() string { return "cart_not_ready" }

// Unwrap gives the fields at fault.
func (e *NotReadyError) Unwrap() error { return e.Violations }

// check says whether a priced cart may be ordered as the buyer saw it.
func check(c *cart.Cart, q quote.Quote, p Params) error {
	var v core.Violations
	v.Check(len(c.Lines) > 0, "lines", "the cart is empty")
	for _, problem := range q.Problems {
		v.Check(false, "lines", "a line is not sold any more (%s, %s): remove it", problem.LineID, problem.Why)
	}
	v.Check(core.ValidEmail(c.Email), "email", "is required")
	if q.RequiresShipping {
		pickup := q.Shipping != nil && q.Shipping.Option.Kind == shipping.PickUp
		if err := c.ShippingAddress.Validate("shipping_address"); err != nil && !pickup {
			v.Check(false, "shipping_address", "is not complete: %s", err)
		}
		switch {
		case q.ShippingProblem != nil:
			v.Check(false, "shipping_method_id", "%s", q.ShippingProblem.Error())
		case q.Shipping == nil:
			v.Check(false, "shipping_method_id", "is required")
		}
	}
	if len(v) > 0 {
		return &NotReadyError{v}
	}
	if p.Expected != nil {
		if *p.Expected != q.Totals.Total {
			return &PriceChangedError{Expected: *p.Expected, Quote: q}
		}
		return nil
	}
	for i := range c.Lines {
		seen := c.Lines[i].SeenPrice
		for _, l := range q.Lines {
			if l.LineID == c.Lines[i].ID && seen != l.UnitPrice {
				return &PriceChangedError{Quote: q}
			}
		}
	}
	return nil
}

// newOrder writes a priced cart down as a pending order.
func (s *Service) newOrder(c *cart.Cart, priced basket.Priced, p Params) *order.Order {
	q, now, zero := priced.Quote, s.cfg.Clock.Now(), money.Zero(c.Currency)
	o := &order.Order{ID: core.NewID[core.OrderID](s.cfg.IDs, core.PrefixOrder), Number: order.NewNumber(s.cfg.IDs), Cart: c.ID, Token: order.NewToken(),
		Channel: c.Channel, Currency: q.Currency, Locale: c.Locale, Customer: c.Customer, Email: c.Email, ShippingAddress: c.ShippingAddress,
		BillingAddress: c.BillingAddress, Codes: q.AppliedCodes(), Quote: q.Hash(), Note: p.Note, Metadata: p.Metadata,
		States:  order.States{Status: order.Pending, Payment: order.PaymentPending, Fulfilment: order.Unfulfilled},
		Version: 1, CreatedAt: now, UpdatedAt: now, Lines: make([]order.Line, len(q.Lines))}
	if o.BillingAddress.IsZero() {
		o.BillingAddress = o.ShippingAddress
	}
	for i, l := range q.Lines {
		g := priced.Goods[l.VariantID]
		line := order.Line{ID: l.LineID, Variant: l.VariantID, Product: l.ProductID, SKU: l.SKU, Title: l.Title, TaxClass: l.TaxClass,
			Quantity: l.Quantity, ListPrice: l.ListPrice, UnitPrice: l.UnitPrice, Subtotal: l.Subtotal, Discounts: discounts(l.Discounts),
			Taxes: taxes(l.Taxes, q.PricesIncludeTax), Total: l.Gross, RefundedAmount: zero}
		if g != nil {
			line.StockItem, line.Title, line.VariantTitle, line.Options = g.StockItemID, g.ProductTitle, g.VariantTitle, g.Options
			line.Image, line.WeightGrams, line.Ships = g.ImageID, g.WeightGrams, g.RequiresShipping
		}
		for j := range c.Lines {
			if c.Lines[j].ID == l.LineID {
				line.Metadata = c.Lines[j].Metadata
			}
		}
		o.Lines[i] = line
	}
	o.Shipping = order.Shipping{Price: zero, Total: zero, RefundedAmount: zero}
	if sh := q.Shipping; sh != nil {
		o.Shipping = order.Shipping{Method: sh.Option.MethodID, Title: sh.Option.Name, Pickup: sh.Option.Kind == shipping.PickUp, Price: sh.Price,
			Discounts: discounts(sh.Discounts), Taxes: taxes(sh.Taxes, q.PricesIncludeTax), Total: sh.Gross, RefundedAmount: zero}
	}
	return o
}

func discounts(ds []promo.Discount) []order.Discount {
	var out []order.Discount
	for _, d := range ds {
		out = append(out, order.Discount{Promotion: d.PromotionID, Code: d.Code, Title: d.Name, Amount: d.Amount})
	}
	return out
}

func taxes(ts []tax.Charge, included bool) []order.Tax {
	var out []order.Tax
	for _, t := range ts {
		out = append(out, order.Tax{Rate: t.RateID, Title: t.Name, Percent: t.Rate, Included: included, Amount: t.Amount})
	}
	return out
}

// price prices the locked cart and writes it down as an order, if it may be one.
func (s *Service) price(ctx context.Context, tx Tx, c *cart.Cart, p Params) (*order.Order, basket.Priced, error) {
	priced, err := s.pricer.Price(ctx, tx, c)
	if err != nil {
		return nil, priced, err
	}
	if err := check(c, priced.Quote, p); err != nil {
		return nil, priced, err
	}
	o := s.newOrder(c, priced, p)
	o.Totals, err = order.SumTotals(o.Currency, o.Lines, o.Shipping)
	if err == nil && o.Totals.Total != priced.Quote.Totals.Total {
		err = core.Errorf(core.KindInternal, "totals_differ", "the order comes to %s, its quote to %s", o.Totals.Total, priced.Quote.Totals.Total)
	}
	return o, priced, err
}

// buyerKey is whom limits per customer count.
func buyerKey(c *cart.Cart) string {
	if c.Customer != "" {
		return string(c.Customer)
	}
	return core.NormalEmail(c.Email)
}
