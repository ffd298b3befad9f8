package checkout

import (
	"context"
	"errors"
	"maps"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/tax"
)

// check says whether a priced cart may be ordered as the buyer saw it.
func check(c *cart.Cart, priced basket.Priced, p Params) error {
	var v core.Violations
	q := priced.Quote
	v.Check(len(c.Lines) > 0, "lines", "the cart is empty")
	for _, problem := range q.Problems {
		v.Check(false, "lines", "a line is not sold any more (%s, %s): remove it", problem.LineID, problem.Why)
	}
	v.Check(core.ValidEmail(priced.Email), "email", "is required")
	complete := func(a core.Address, field string) {
		var vs core.Violations
		if errors.As(a.Validate(field), &vs) {
			v = append(v, vs...)
		}
	}
	if !c.BillingAddress.IsZero() {
		complete(c.BillingAddress, "billing_address")
	}
	if q.RequiresShipping {
		if q.Shipping == nil || q.Shipping.Option.Kind != shipping.PickUp {
			complete(c.ShippingAddress, "shipping_address")
			country := c.ShippingAddress.Country
			v.Check(country == "" || priced.Channel.SellsTo(country), "shipping_address.country", "is not a country this channel sells to")
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
	if seen := c.SeenTotal; seen.Currency != "" && seen != q.Totals.Total {
		return &PriceChangedError{Expected: seen, Quote: q}
	}
	return nil
}

// newOrder writes a priced cart down as a pending order.
func (s *Service) newOrder(c *cart.Cart, priced basket.Priced, p Params) *order.Order {
	q, now, zero := priced.Quote, s.cfg.Clock.Now(), money.Zero(c.Currency)
	metadata := map[string]string{}
	maps.Copy(metadata, c.Metadata)
	maps.Copy(metadata, p.Metadata)
	o := &order.Order{ID: core.NewID[core.OrderID](s.cfg.IDs, core.PrefixOrder), Number: order.NewNumber(s.cfg.IDs), Cart: c.ID, Token: order.NewToken(),
		Channel: c.Channel, Currency: q.Currency, Locale: c.Locale, Customer: c.Customer, Email: priced.Email, ShippingAddress: c.ShippingAddress,
		BillingAddress: c.BillingAddress, Codes: q.AppliedCodes(), Quote: q.Hash(), Note: p.Note, Metadata: metadata,
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
	if err := check(c, priced, p); err != nil {
		return nil, priced, err
	}
	o := s.newOrder(c, priced, p)
	o.Totals, err = order.SumTotals(o.Currency, o.Lines, o.Shipping)
	if err == nil && o.Totals.Total != priced.Quote.Totals.Total {
		err = core.Errorf(core.KindInternal, "totals_differ", "the order comes to %s, its quote to %s", o.Totals.Total, priced.Quote.Totals.Total)
	}
	return o, priced, err
}
