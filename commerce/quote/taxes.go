package quote

import (
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/tax"
)

// tax computes the taxes of lines and shipping.
func (c *computation) tax() error {
	q := &c.q
	switch {
	case c.in.TaxAnswer != nil:
		return c.answered(c.in.TaxAnswer)
	case q.Rounding == RoundDocument:
		return c.document()
	}
	for i := range q.Lines {
		l := &q.Lines[i]
		var err error
		if l.Taxes, err = c.charges(l.Taxable, l.TaxClass); err != nil {
			return err
		}
	}
	if s := q.Shipping; s != nil {
		var err error
		if s.Taxes, err = c.charges(s.Taxable, c.in.Taxes.ShippingClass(s.Option.TaxClass)); err != nil {
			return err
		}
	}
	return nil
}

func (c *computation) charges(amount money.Money, class core.TaxClassID) ([]tax.Charge, error) {
	if c.place.Exemption != tax.NotExempt {
		return nil, nil
	}
	return tax.Charges(amount, c.place.Components(class), c.q.PricesIncludeTax)
}

// document rounds once per set of rates over lines, by ID, and shipping.
func (c *computation) document() error {
	q := &c.q
	if c.place.Exemption != tax.NotExempt {
		return nil
	}
	order := make([]int, len(q.Lines), len(q.Lines)+1)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(string(q.Lines[a].LineID), string(q.Lines[b].LineID)) })
	amounts := make([]money.Money, 0, len(order)+1)
	components := make([][]tax.Component, 0, len(order)+1)
	for _, i := range order {
		amounts = append(amounts, q.Lines[i].Taxable)
		components = append(components, c.place.Components(q.Lines[i].TaxClass))
	}
	if s := q.Shipping; s != nil {
		amounts = append(amounts, s.Taxable)
		components = append(components, c.place.Components(c.in.Taxes.ShippingClass(s.Option.TaxClass)))
	}
	charges, err := tax.Document(amounts, components, q.PricesIncludeTax)
	if err != nil {
		return err
	}
	for k, i := range order {
		q.Lines[i].Taxes = charges[k]
	}
	if q.Shipping != nil {
		q.Shipping.Taxes = charges[len(order)]
	}
	return nil
}

// answered takes over the charges of a tax service, which must be about the
// amounts at hand.
func (c *computation) answered(a *tax.Answer) error {
	take := func(id core.LineID, amount money.Money) ([]tax.Charge, error) {
		l, ok := a.Lines[id]
		if !ok || l.Amount != amount {
			return nil, &StaleTaxError{LineID: id}
		}
		var sum money.Money
		for _, charge := range l.Charges {
			if charge.Amount.IsNegative() || charge.Amount.Currency != c.q.Currency || charge.Rate < 0 {
				return nil, core.Invalid("tax_answer", "the taxes of %s must be in %s and not negative", id, c.q.Currency)
			}
			var err error
			if sum, err = sum.Add(charge.Amount); err != nil {
				return nil, err
			}
		}
		if (c.q.PricesIncludeTax || amount.IsZero()) && sum.Amount > amount.Amount {
			return nil, core.Invalid("tax_answer", "the taxes of %s exceed its price", id)
		}
		return l.Charges, nil
	}
	c.q.TaxNote = a.Note
	var err error
	for i := range c.q.Lines {
		l := &c.q.Lines[i]
		if l.Taxes, err = take(l.LineID, l.Taxable); err != nil {
			return err
		}
	}
	if s := c.q.Shipping; s != nil {
		s.Taxes, err = take(tax.ShippingLine, s.Taxable)
	}
	return err
}

// total finishes lines and shipping and adds everything up.
func (c *computation) total() error {
	q := &c.q
	zero := money.Zero(q.Currency)
	t := Totals{Subtotal: zero, Discount: zero, Shipping: zero, Tax: zero, Net: zero, Total: zero}
	sum := adder{}
	for i := range q.Lines {
		l := &q.Lines[i]
		l.TaxTotal, l.Net, l.Gross = c.settle(l.LineID, l.Taxable, l.Taxes, &sum)
		sum.add(&t.Subtotal, l.Subtotal)
		sum.add(&t.Discount, l.DiscountTotal)
		sum.add(&t.Tax, l.TaxTotal)
		sum.add(&t.Net, l.Net)
		sum.add(&t.Total, l.Gross)
	}
	if s := q.Shipping; s != nil {
		s.TaxTotal, s.Net, s.Gross = c.settle(tax.ShippingLine, s.Taxable, s.Taxes, &sum)
		t.Shipping = s.Price
		sum.add(&t.Discount, s.DiscountTotal)
		sum.add(&t.Tax, s.TaxTotal)
		sum.add(&t.Net, s.Net)
		sum.add(&t.Total, s.Gross)
	}
	if sum.err != nil {
		return sum.err
	}
	q.Totals = t
	if len(q.Taxes) > 0 && c.in.TaxAnswer == nil {
		name := "tax is rounded line by line, half up"
		if q.Rounding == RoundDocument {
			name = "tax is rounded once per rate over the whole document, half up, and spread to the lines by the largest remainder"
		}
		c.step(Step{Stage: StageRounding, Name: name, Amount: t.Tax})
	}
	c.step(Step{Stage: StageTotal, Amount: t.Total})
	return nil
}

// settle sums the taxes of a line and finds its net and gross amounts.
func (c *computation) settle(id core.LineID, taxable money.Money, taxes []tax.Charge, sum *adder) (total, net, gross money.Money) {
	total = money.Zero(c.q.Currency)
	for i := range taxes {
		charge := &taxes[i]
		sum.add(&total, charge.Amount)
		c.step(Step{Stage: StageTax, Line: id, Name: charge.Name, Base: charge.Base, Rate: charge.Rate, Included: c.q.PricesIncludeTax, Amount: charge.Amount})
		at := slices.IndexFunc(c.q.Taxes, func(s TaxSum) bool { return s.Name == charge.Name && s.Rate == charge.Rate })
		if at < 0 {
			at = len(c.q.Taxes)
			c.q.Taxes = append(c.q.Taxes, TaxSum{Name: charge.Name, Rate: charge.Rate, Base: money.Zero(c.q.Currency), Amount: money.Zero(c.q.Currency)})
		}
		sum.add(&c.q.Taxes[at].Base, charge.Base)
		sum.add(&c.q.Taxes[at].Amount, charge.Amount)
	}
	net, gross = taxable, taxable
	if c.q.PricesIncludeTax {
		net.Amount -= total.Amount // the taxes are a part of it
	} else {
		sum.add(&gross, total)
	}
	return total, net, gross
}

// adder adds up and keeps the first error.
type adder struct{ err error }

func (a *adder) add(to *money.Money, m money.Money) {
	sum, err := to.Add(m)
	if err != nil {
		if a.err == nil {
			a.err = err
		}
		return
	}
	*to = sum
}
