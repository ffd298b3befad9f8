package quote

import (
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/tax"
)

// MaxQuantity bounds the quantity of a line.
const MaxQuantity = 1_000_000_000

// Rounding says where tax is rounded.
type Rounding string

// The levels of rounding.
const (
	RoundLine     Rounding = "line"     // the tax of each line and of shipping is rounded; the default
	RoundDocument Rounding = "document" // the tax on the sum is rounded once per set of rates and spread back to the lines
)

// Channel is what of a sales channel decides prices.
type Channel struct {
	ID               core.ChannelID
	Currency         money.Currency
	PricesIncludeTax bool
	Rounding         Rounding // default RoundLine
	// Home is the country whose tax prices include, and where a buyer is taken
	// to be until an address is known; default "": no tax until then.
	Home string
}

// Input is a cart with everything that decides its price.
type Input struct {
	Channel Channel
	Items   []Item
	// Destination is where the goods go; Billing stands in when nothing is
	// shipped or the destination has no country yet.
	Destination core.Address
	Billing     core.Address
	Customer    Customer
	Taxes       tax.Table
	// TaxAnswer is an external service's answer to TaxRequest; it replaces the
	// table. Default nil.
	TaxAnswer *tax.Answer
	Shipping  shipping.Table
	// ShippingOptions are offers of an external carrier service; they replace
	// the table. Default nil.
	ShippingOptions []shipping.Option
	ShippingMethod  core.ShippingMethodID // the chosen one; "" while none is
	Promotions      []promo.Candidate
	Codes           []string // as the buyer typed them
	Now             time.Time
	// Goods are what the items were read from, by variant; Compute does not use
	// them.
	Goods map[core.VariantID]*catalog.Sellable
	// Problems are items that cannot be sold and are therefore not among Items.
	Problems []Problem
}

// Item is a line of the cart with its server-side price.
type Item struct {
	LineID           core.LineID // unique in the cart
	VariantID        core.VariantID
	ProductID        core.ProductID
	SKU              string
	Title            string
	Quantity         int64
	UnitPrice        money.Money // the price in force
	ListPrice        money.Money // before price lists; zero if it is the same
	PriceWhy         string      // which price list made the difference
	CompareAt        money.Money // to strike through; zero for none
	TaxClass         core.TaxClassID
	CategoryIDs      []core.CategoryID // with those above them
	CollectionIDs    []core.CollectionID
	WeightGrams      int64 // of one piece
	RequiresShipping bool
}

// Customer is what decides prices about the buyer.
type Customer struct {
	ID core.CustomerID // "" for a guest
	// Key is whom per-customer limits count: the customer ID, or the normal
	// email of a guest. It may be unknown until checkout.
	Key        string
	Groups     []string
	FirstOrder bool
	Tax        tax.Buyer
	PromoUses  map[core.PromotionID]int64 // orders that used promotions limited per customer
}

// Problem is an item of the cart that cannot be sold.
type Problem struct {
	LineID    core.LineID    `json:"line_id"`
	VariantID core.VariantID `json:"variant_id"`
	Why       string         `json:"why"` // "not_found", "unpublished", "inactive", "other_channel", "no_price"
}

// Line is a priced line: Subtotal = UnitPrice · Quantity; Taxable = Subtotal -
// Discounts; Gross = Net + Taxes. Taxable is Gross where prices include tax,
// and Net where they do not.
type Line struct {
	LineID        core.LineID      `json:"line_id"`
	VariantID     core.VariantID   `json:"variant_id"`
	ProductID     core.ProductID   `json:"product_id"`
	SKU           string           `json:"sku,omitempty"`
	Title         string           `json:"title,omitempty"`
	Quantity      int64            `json:"quantity"`
	UnitPrice     money.Money      `json:"unit_price"`
	ListPrice     money.Money      `json:"list_price,omitzero"` // when another price is in force
	CompareAt     money.Money      `json:"compare_at,omitzero"`
	TaxClass      core.TaxClassID  `json:"tax_class_id,omitempty"`
	Subtotal      money.Money      `json:"subtotal"`
	Discounts     []promo.Discount `json:"discounts,omitempty"`
	DiscountTotal money.Money      `json:"discount_total"`
	Taxable       money.Money      `json:"taxable"`
	Taxes         []tax.Charge     `json:"taxes,omitempty"`
	TaxTotal      money.Money      `json:"tax_total"`
	Net           money.Money      `json:"net"`
	Gross         money.Money      `json:"gross"` // what the buyer pays for the line
}

// Shipping is the priced shipping charge; its amounts relate as a line's do.
type Shipping struct {
	Option        shipping.Option  `json:"option"`
	Price         money.Money      `json:"price"`
	Discounts     []promo.Discount `json:"discounts,omitempty"`
	DiscountTotal money.Money      `json:"discount_total"`
	Taxable       money.Money      `json:"taxable"`
	Taxes         []tax.Charge     `json:"taxes,omitempty"`
	TaxTotal      money.Money      `json:"tax_total"`
	Net           money.Money      `json:"net"`
	Gross         money.Money      `json:"gross"`
}

// Totals are the sums of a quote: Total = Subtotal - Discount + Shipping, plus
// Tax where prices do not include it.
type Totals struct {
	Subtotal money.Money `json:"subtotal"`       // of the lines, before discounts
	Discount money.Money `json:"discount_total"` // of lines and shipping, positive
	Shipping money.Money `json:"shipping_total"` // the charge before discounts
	Tax      money.Money `json:"tax_total"`      // included or not
	Net      money.Money `json:"net_total"`      // Total without tax
	Total    money.Money `json:"total"`          // what the buyer pays
}

// TaxSum is all tax of one name and rate.
type TaxSum struct {
	Name   string      `json:"name"`
	Rate   money.Rate  `json:"rate"`
	Base   money.Money `json:"base"`
	Amount money.Money `json:"amount"`
}

// Quote is a priced cart.
type Quote struct {
	ChannelID        core.ChannelID  `json:"channel_id"`
	Currency         money.Currency  `json:"currency"`
	PricesIncludeTax bool            `json:"prices_include_tax"`
	Rounding         Rounding        `json:"tax_rounding"`
	CrossBorder      tax.CrossBorder `json:"cross_border,omitempty"` // how prices with tax were carried abroad
	// Estimated says that the address is not known yet and the channel's home
	// stands in for it.
	Estimated       bool              `json:"estimated,omitempty"`
	Lines           []Line            `json:"lines"`
	Shipping        *Shipping         `json:"shipping,omitempty"`         // nil while none is chosen
	ShippingOptions []shipping.Option `json:"shipping_options,omitempty"` // what may be chosen
	// RequiresShipping says that a method must be chosen before the order.
	RequiresShipping bool `json:"requires_shipping"`
	// ShippingProblem says why the chosen method is not in force; nil if it is.
	ShippingProblem *shipping.UnavailableError `json:"shipping_problem,omitempty"`
	Totals          Totals                     `json:"totals"`
	Taxes           []TaxSum                   `json:"taxes,omitempty"`    // by rate
	TaxNote         string                     `json:"tax_note,omitempty"` // for the invoice: exemption, reverse charge
	TaxExemption    tax.Exemption              `json:"tax_exemption,omitempty"`
	Promotions      []promo.Verdict            `json:"promotions,omitempty"`
	Problems        []Problem                  `json:"problems,omitempty"`
	Trace           []Step                     `json:"trace,omitempty"`
	At              time.Time                  `json:"at"`
}

// StaleTaxError says that a tax answer is about other amounts than the cart
// has now: ask again with TaxRequest.
type StaleTaxError struct{ LineID core.LineID }

func (e *StaleTaxError) Error() string {
	return "the tax answer is not about the present amount of " + string(e.LineID)
}

// ErrorKind implements core.Classified.
func (e *StaleTaxError) ErrorKind() core.Kind { return core.KindConflict }

// ErrorCode implements core.Classified.
func (e *StaleTaxError) ErrorCode() string { return "stale_tax_quote" }
