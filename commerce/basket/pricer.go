package basket

import (
	"context"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/quote"
	"github.com/bodega-commerce/bodega/commerce/tax"
)

// PriceTx is what pricing reads from.
type PriceTx interface {
	quote.Tx
	Accounts() account.Store
	Orders() order.Store
}

// Pricer turns carts into quotes. Safe for concurrent use.
type Pricer struct{ loader *quote.Loader }

// NewPricer makes a pricer over a loader.
func NewPricer(loader *quote.Loader) *Pricer { return &Pricer{loader} }

// Priced is a cart's quote and what it is about.
type Priced struct {
	Quote   quote.Quote
	Goods   map[core.VariantID]*catalog.Sellable
	Channel catalog.Channel
	Email   string // to write to: the cart's, else its customer's
	// BuyerKey is whom limits per customer count: the customer ID, or a guest's
	// email.
	BuyerKey string
}

// Well-known entries of a customer that decide taxes: the group of those who
// pay none, and the metadata with a VAT ID that was checked.
const (
	GroupTaxExempt = "tax-exempt"
	MetadataVATID  = "vat_id"
)

// Price computes what a cart costs now.
func (p *Pricer) Price(ctx context.Context, tx PriceTx, c *cart.Cart) (Priced, error) {
	req := quote.Request{Channel: c.Channel, Currency: c.Currency, Lines: make([]quote.RequestLine, len(c.Lines)), Destination: c.ShippingAddress,
		Billing: c.BillingAddress, ShippingMethod: c.ShippingMethod, Codes: c.Codes}
	for i, l := range c.Lines {
		req.Lines[i] = quote.RequestLine{ID: l.ID, VariantID: l.Variant, Quantity: l.Quantity}
	}
	buyer, email, err := p.buyer(ctx, tx, c)
	if err != nil {
		return Priced{}, err
	}
	req.Customer = buyer
	in, err := p.loader.Load(ctx, tx, req)
	if err != nil {
		return Priced{}, err
	}
	if buyer.Key != "" && wantsFirstOrder(in.Promotions) {
		f := order.Filter{Statuses: []order.Status{order.Placed, order.Completed}, Customer: c.Customer}
		if c.Customer == "" {
			f.Email = c.Email
		}
		before, err := tx.Orders().List(ctx, f, core.PageQuery{Limit: 1})
		if err != nil {
			return Priced{}, err
		}
		in.Customer.FirstOrder = len(before.Items) == 0
	}
	channel, err := p.loader.Channel(ctx, tx, string(c.Channel))
	if err != nil {
		return Priced{}, err
	}
	q, err := quote.Compute(in)
	return Priced{Quote: q, Goods: in.Goods, Channel: channel, Email: email, BuyerKey: buyer.Key}, err
}

// buyer collects what decides prices about the cart's owner, and the address to
// write to.
func (p *Pricer) buyer(ctx context.Context, tx PriceTx, c *cart.Cart) (quote.Customer, string, error) {
	guest := quote.Customer{Key: core.NormalEmail(c.Email)}
	if c.Customer == "" {
		return guest, c.Email, nil
	}
	who, err := tx.Accounts().Customer(ctx, c.Customer)
	if core.IsKind(err, core.KindNotFound) { // the program keeps its accounts elsewhere
		return quote.Customer{ID: c.Customer, Key: string(c.Customer)}, c.Email, nil
	}
	if err != nil {
		return guest, "", err
	}
	email := c.Email
	if email == "" {
		email = who.Email
	}
	return quote.Customer{ID: who.ID, Key: string(who.ID), Groups: who.Groups,
		Tax: tax.Buyer{Exempt: slices.Contains(who.Groups, GroupTaxExempt), VATID: who.Metadata[MetadataVATID]}}, email, nil
}

func wantsFirstOrder(ps []promo.Candidate) bool {
	return slices.ContainsFunc(ps, func(p promo.Candidate) bool {
		return slices.ContainsFunc(p.Conditions, func(c promo.Condition) bool { return c.Kind == promo.FirstOrder })
	})
}
