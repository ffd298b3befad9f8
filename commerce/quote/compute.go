package quote

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/tax"
)

// Compute prices a cart. It is a pure function: the same input gives the same
// quote. The order of steps is: list price, price in force, promotions on
// lines, promotions on the order spread to lines, shipping and promotions on
// it, tax on all, totals.
//
// A shipping method that is chosen but not available is no error: the quote
// has no shipping then and says why in ShippingProblem. Compute fails with
// core.Violations for input that makes no sense, with *StaleTaxError for a tax
// answer about other amounts, and with the errors of package money.
func Compute(in Input) (Quote, error) {
	c := computation{in: &in}
	if err := c.prepare(); err != nil {
		return Quote{}, err
	}
	if err := c.price(); err != nil {
		return Quote{}, err
	}
	if err := c.promote(); err != nil {
		return Quote{}, err
	}
	if err := c.tax(); err != nil {
		return Quote{}, err
	}
	return c.q, c.total()
}

// TaxRequest is what to ask an external tax service about the cart; put its
// answer into Input.TaxAnswer. Amounts are after promotions.
func TaxRequest(in Input) (tax.Request, error) {
	in.TaxAnswer, in.Taxes = nil, tax.Table{} // the service decides, so nothing is exchanged or taken out before
	c := computation{in: &in}
	if err := c.prepare(); err != nil {
		return tax.Request{}, err
	}
	if err := c.price(); err != nil {
		return tax.Request{}, err
	}
	if err := c.promote(); err != nil {
		return tax.Request{}, err
	}
	r := tax.Request{Currency: in.Channel.Currency, PricesIncludeTax: in.Channel.PricesIncludeTax, Destination: c.taxAddress(), Buyer: in.Customer.Tax, At: in.Now}
	for i, l := range c.q.Lines {
		amount, err := l.Subtotal.Sub(l.DiscountTotal)
		if err != nil {
			return tax.Request{}, err
		}
		r.Lines = append(r.Lines, tax.RequestLine{ID: l.LineID, SKU: l.SKU, Class: in.Items[i].TaxClass, Quantity: l.Quantity, Amount: amount})
	}
	if s := c.q.Shipping; s != nil {
		amount, err := s.Price.Sub(s.DiscountTotal)
		if err != nil {
			return tax.Request{}, err
		}
		r.Lines = append(r.Lines, tax.RequestLine{ID: tax.ShippingLine, Class: s.Option.TaxClass, Quantity: 1, Amount: amount})
	}
	return r, nil
}

type computation struct {
	in      *Input
	address core.Address // of delivery, or what stands in for it
	place   tax.Place    // where the goods are taxed
	home    tax.Place    // whose tax prices include; used for fixed net
	q       Quote
}

func (c *computation) prepare() error {
	in := c.in
	var v core.Violations
	v.Check(in.Channel.Currency.Valid(), "currency", "must be an ISO 4217 code")
	switch in.Channel.Rounding {
	case "":
		in.Channel.Rounding = RoundLine
	case RoundLine, RoundDocument:
	default:
		v.Check(false, "tax_rounding", "must be %q or %q", RoundLine, RoundDocument)
	}
	for i := range in.Items {
		// Paths are only built for what is wrong: this runs with every quote.
		if err := in.checkItem(i); err != nil {
			v = append(v, err)
		}
	}
	if err := v.Err(); err != nil {
		return err
	}
	c.q = Quote{ChannelID: in.Channel.ID, Currency: in.Channel.Currency, PricesIncludeTax: in.Channel.PricesIncludeTax, Rounding: in.Channel.Rounding,
		At: in.Now, Problems: in.Problems, Lines: make([]Line, len(in.Items)), Trace: make([]Step, 0, 4+3*len(in.Items))}
	for i := range in.Items {
		c.q.RequiresShipping = c.q.RequiresShipping || in.Items[i].RequiresShipping
	}
	switch {
	case in.Destination.Country != "" && (c.q.RequiresShipping || in.Billing.Country == ""):
		c.address = in.Destination
	case in.Billing.Country != "":
		c.address = in.Billing
	case in.Destination.Country != "":
		c.address = in.Destination
	default:
		c.address, c.q.Estimated = core.Address{Country: in.Channel.Home}, true
	}
	return nil
}

func (in *Input) checkItem(i int) *core.Error {
	it := &in.Items[i]
	field, problem := "", ""
	switch {
	case it.Quantity < 1 || it.Quantity > MaxQuantity:
		field, problem = "quantity", "must be between 1 and "+strconv.Itoa(MaxQuantity)
	case it.UnitPrice.IsNegative() || it.UnitPrice.Currency != in.Channel.Currency:
		field, problem = "unit_price", "must be in "+string(in.Channel.Currency)+" and not negative"
	case it.WeightGrams < 0 || it.WeightGrams > MaxQuantity:
		field, problem = "weight_grams", "is out of range"
	case it.LineID == "" || it.LineID == tax.ShippingLine:
		field, problem = "line_id", "is required"
	default:
		for j := range i {
			if in.Items[j].LineID == it.LineID {
				field, problem = "line_id", "is there twice"
			}
		}
	}
	if field == "" {
		return nil
	}
	return core.Invalid(fmt.Sprintf("lines[%d].%s", i, field), "%s", problem)
}

// taxAddress is where the goods are taxed: where they are picked up, else
// where they go.
func (c *computation) taxAddress() core.Address {
	if o := c.pickUp(); o != nil {
		return *o
	}
	return c.address
}

// pickUp returns the address of the chosen pick-up, or nil. It must be known
// before prices are, since it decides the tax they contain.
func (c *computation) pickUp() *core.Address {
	if c.in.ShippingMethod == "" || !c.q.RequiresShipping {
		return nil
	}
	for i := range c.in.ShippingOptions {
		if o := &c.in.ShippingOptions[i]; o.MethodID == c.in.ShippingMethod && o.Kind == shipping.PickUp && o.Address.Country != "" {
			return &o.Address
		}
	}
	if c.in.ShippingOptions == nil {
		if a := c.in.Shipping.PickUpAddress(c.in.ShippingMethod); a != nil {
			return a
		}
	}
	return nil
}

// price finds unit prices and subtotals.
func (c *computation) price() error {
	in := c.in
	address := c.taxAddress()
	c.place = in.Taxes.Place(address, in.Customer.Tax)
	c.q.TaxExemption, c.q.TaxNote = c.place.Exemption, c.place.Note
	crossBorder := in.Taxes.Settings().CrossBorder
	if in.Channel.PricesIncludeTax && in.TaxAnswer == nil {
		c.q.CrossBorder = cmp.Or(crossBorder, tax.FixedGross)
		if c.q.CrossBorder == tax.FixedNet {
			c.home = in.Taxes.Place(core.Address{Country: in.Channel.Home}, tax.Buyer{})
		}
	}
	for i := range in.Items {
		it, l := &in.Items[i], &c.q.Lines[i]
		*l = Line{LineID: it.LineID, VariantID: it.VariantID, ProductID: it.ProductID, SKU: it.SKU, Title: it.Title, Quantity: it.Quantity,
			UnitPrice: it.UnitPrice, CompareAt: it.CompareAt, TaxClass: it.TaxClass}
		if !it.ListPrice.IsZero() && it.ListPrice != it.UnitPrice {
			l.ListPrice = it.ListPrice
			c.step(Step{Stage: StageList, Line: l.LineID, Name: it.PriceWhy, Base: it.ListPrice, Amount: it.UnitPrice})
		}
		var err error
		if l.UnitPrice, err = c.reprice(it.UnitPrice, it.TaxClass, l.LineID); err != nil {
			return err
		}
		if !it.CompareAt.IsZero() {
			if l.CompareAt, err = c.reprice(it.CompareAt, it.TaxClass, ""); err != nil {
				return err
			}
		}
		if l.Subtotal, err = l.UnitPrice.Mul(l.Quantity); err != nil {
			return err
		}
		c.step(Step{Stage: StagePrice, Line: l.LineID, Name: it.SKU, Base: l.UnitPrice, Quantity: l.Quantity, Amount: l.Subtotal})
	}
	return nil
}

// reprice carries a price that includes tax to the buyer: an exempt one does
// not pay the tax that the same address would, and with fixed net the home's
// tax gives way to the buyer's.
func (c *computation) reprice(price money.Money, class core.TaxClassID, line core.LineID) (money.Money, error) {
	if c.q.CrossBorder == "" || c.q.CrossBorder == tax.FixedGross && c.place.Exemption == tax.NotExempt {
		return price, nil
	}
	to := c.place.Components(class)
	from := to
	why := "tax contained is taken out"
	if c.q.CrossBorder == tax.FixedNet {
		from, why = c.home.Components(class), "the home's tax gives way to the buyer's"
	}
	if c.place.Exemption != tax.NotExempt {
		to = nil
	}
	out, err := tax.Reprice(price, from, to)
	if err == nil && out != price && line != "" {
		c.step(Step{Stage: StageReprice, Line: line, Name: why, Base: price, Amount: out})
	}
	return out, err
}

// promote applies promotions and prices shipping.
func (c *computation) promote() error {
	in := c.in
	p := promo.Input{Channel: in.Channel.ID, Currency: in.Channel.Currency, Country: c.address.Country, Codes: in.Codes,
		Customer: promo.Customer{ID: in.Customer.ID, Groups: in.Customer.Groups, FirstOrder: in.Customer.FirstOrder, Uses: in.Customer.PromoUses}}
	chosen := in.ShippingMethod != "" && c.q.RequiresShipping
	if chosen {
		p.Shipping = func(value money.Money) (promo.Shipping, error) {
			o, err := c.chosen(value)
			var not *shipping.UnavailableError
			if errors.As(err, &not) { // no charge, then; said below
				return promo.Shipping{}, nil
			}
			return promo.Shipping{MethodID: o.MethodID, Charge: o.Price}, err
		}
	}
	if len(in.Promotions) > 0 || len(in.Codes) > 0 {
		p.Lines = make([]promo.Line, len(in.Items))
		for i := range in.Items {
			it, l := &in.Items[i], &c.q.Lines[i]
			p.Lines[i] = promo.Line{ID: it.LineID, ProductID: it.ProductID, VariantID: it.VariantID, CategoryIDs: it.CategoryIDs, CollectionIDs: it.CollectionIDs,
				Quantity: it.Quantity, UnitPrice: l.UnitPrice, Reduced: l.CompareAt.Amount > l.UnitPrice.Amount}
		}
	}
	result, err := promo.Evaluate(in.Promotions, p, in.Now)
	if err != nil {
		return err
	}
	c.q.Promotions = result.Trace
	zero := money.Zero(in.Channel.Currency)
	value := zero
	for i := range c.q.Lines {
		l := &c.q.Lines[i]
		l.DiscountTotal = zero
		if len(p.Lines) > 0 {
			l.Discounts = result.Lines[i]
		}
		for _, d := range l.Discounts {
			if l.DiscountTotal, err = l.DiscountTotal.Add(d.Amount); err != nil {
				return err
			}
			stage := StagePromotion
			if d.Level == promo.OnOrder {
				stage = StageAllocation
			}
			c.step(Step{Stage: stage, Line: l.LineID, Name: d.Name, Code: d.Code, Amount: d.Amount})
		}
		if l.Taxable, err = l.Subtotal.Sub(l.DiscountTotal); err != nil {
			return err
		}
		if value, err = value.Add(l.Taxable); err != nil {
			return err
		}
	}
	return c.ship(value, chosen, result.Shipping)
}

// ship lists the options and prices the chosen one.
func (c *computation) ship(value money.Money, chosen bool, discounts []promo.Discount) error {
	if !c.q.RequiresShipping {
		return nil
	}
	parcel, err := c.parcel(value)
	if err != nil {
		return err
	}
	c.q.ShippingOptions = slices.Clone(c.in.ShippingOptions)
	if c.q.ShippingOptions == nil {
		c.q.ShippingOptions = shipping.Options(c.in.Shipping, c.address, parcel)
	}
	for i := range c.q.ShippingOptions {
		o := &c.q.ShippingOptions[i]
		if o.Price.Currency != c.in.Channel.Currency || o.Price.IsNegative() {
			return core.Invalid("shipping_options", "the price of %q must be in %s and not negative", o.MethodID, c.in.Channel.Currency)
		}
		if o.Price, err = c.reprice(o.Price, c.in.Taxes.ShippingClass(o.TaxClass), ""); err != nil {
			return err
		}
	}
	if !chosen {
		return nil
	}
	option, err := c.chosen(value)
	if errors.As(err, &c.q.ShippingProblem) {
		return nil
	}
	if err != nil {
		return err
	}
	s := &Shipping{Option: option, Price: option.Price, Discounts: discounts, DiscountTotal: money.Zero(c.in.Channel.Currency)}
	c.step(Step{Stage: StageShipping, Line: tax.ShippingLine, Name: cmp.Or(option.Name, option.Code, string(option.MethodID)), Amount: option.Price})
	for _, d := range discounts {
		if s.DiscountTotal, err = s.DiscountTotal.Add(d.Amount); err != nil {
			return err
		}
		c.step(Step{Stage: StageShipping, Line: tax.ShippingLine, Name: d.Name, Code: d.Code, Base: option.Price, Amount: d.Amount})
	}
	s.Taxable, err = s.Price.Sub(s.DiscountTotal)
	c.q.Shipping = s
	return err
}

// chosen returns the chosen option at its price for goods of a value.
func (c *computation) chosen(value money.Money) (shipping.Option, error) {
	var o shipping.Option
	if c.in.ShippingOptions != nil {
		i := slices.IndexFunc(c.in.ShippingOptions, func(o shipping.Option) bool { return o.MethodID == c.in.ShippingMethod })
		if i < 0 {
			return o, &shipping.UnavailableError{MethodID: c.in.ShippingMethod, Reason: shipping.UnknownMethod}
		}
		o = c.in.ShippingOptions[i]
	} else {
		parcel, err := c.parcel(value)
		if err != nil {
			return o, err
		}
		if o, err = shipping.Choose(c.in.Shipping, c.address, parcel, c.in.ShippingMethod); err != nil {
			return o, err
		}
	}
	var err error
	o.Price, err = c.reprice(o.Price, c.in.Taxes.ShippingClass(o.TaxClass), "")
	return o, err
}

// parcel is what must be shipped: the whole value counts, the weight only of
// goods that travel.
func (c *computation) parcel(value money.Money) (shipping.Parcel, error) {
	p := shipping.Parcel{Channel: c.in.Channel.ID, Value: value, RequiresShipping: c.q.RequiresShipping}
	for i := range c.in.Items {
		if it := &c.in.Items[i]; it.RequiresShipping {
			grams := it.WeightGrams * it.Quantity // both at most 10^9
			if p.Grams += grams; p.Grams < 0 {
				return p, &money.OverflowError{Op: "weight"}
			}
		}
	}
	return p, nil
}

func (c *computation) step(s Step) { c.q.Trace = append(c.q.Trace, s) }

func count(n int64) string { return strconv.FormatInt(n, 10) }
