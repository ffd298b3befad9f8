package quote

import (
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Allocation is what was computed for a line, in the form shares are taken of:
// Subtotal of Quantity pieces, less Discounts, with Taxes contained in the
// rest or on top of it.
type Allocation struct {
	Quantity    int64
	Subtotal    money.Money
	Discounts   []money.Money // positive
	Taxes       []money.Money
	TaxIncluded bool
}

// Share is the part of a line that some of its pieces make up. Its amounts
// relate as the line's do, and none is negative.
type Share struct {
	Quantity  int64         `json:"quantity"`
	Subtotal  money.Money   `json:"subtotal"`
	Discounts []money.Money `json:"discounts,omitempty"` // in the order of the allocation's
	Taxes     []money.Money `json:"taxes,omitempty"`     // in the order of the allocation's
	Discount  money.Money   `json:"discount_total"`
	Tax       money.Money   `json:"tax_total"`
	Net       money.Money   `json:"net"`
	Gross     money.Money   `json:"gross"` // what is given back for the pieces
}

// SplitLine returns the share of the next quantity pieces of a line, after
// some are returned already. It is the difference of rounded running sums, so
// the shares of any sequence of quantities that add up to the line's sum to
// its amounts, to the cent. It fails with a KindInvalid error if there are not
// so many pieces left.
func SplitLine(l Line, returned, quantity int64) (Share, error) {
	a := Allocation{Quantity: l.Quantity, Subtotal: l.Subtotal, TaxIncluded: l.Net != l.Taxable}
	for _, d := range l.Discounts {
		a.Discounts = append(a.Discounts, d.Amount)
	}
	for _, t := range l.Taxes {
		a.Taxes = append(a.Taxes, t.Amount)
	}
	return a.Split(returned, quantity)
}

// Split returns the share of the next quantity pieces; see [SplitLine].
func (a Allocation) Split(returned, quantity int64) (Share, error) {
	if returned < 0 || quantity < 0 || quantity > a.Quantity-returned {
		return Share{}, core.Invalid("quantity", "%d of %d pieces are returned: %d more cannot be", returned, a.Quantity, quantity)
	}
	before, err := a.running(returned)
	if err != nil {
		return Share{}, err
	}
	after, err := a.running(returned + quantity)
	if err != nil {
		return Share{}, err
	}
	minus := func(x, y money.Money) money.Money { return money.New(x.Amount-y.Amount, a.Subtotal.Currency) } // 0 <= y <= x
	for i := range after.Discounts {
		after.Discounts[i] = minus(after.Discounts[i], before.Discounts[i])
	}
	for i := range after.Taxes {
		after.Taxes[i] = minus(after.Taxes[i], before.Taxes[i])
	}
	return Share{Quantity: quantity, Subtotal: minus(after.Subtotal, before.Subtotal), Discounts: after.Discounts, Taxes: after.Taxes,
		Discount: minus(after.Discount, before.Discount), Tax: minus(after.Tax, before.Tax), Net: minus(after.Net, before.Net), Gross: minus(after.Gross, before.Gross)}, nil
}

// running returns the share of the first n pieces. Each amount is split off
// the one that contains it, so that all grow with n and none overtakes the
// other.
func (a Allocation) running(n int64) (Share, error) {
	s := Share{Quantity: n}
	discount, err := money.Sum(a.Subtotal.Currency, a.Discounts...)
	if err != nil {
		return s, err
	}
	tax, err := money.Sum(a.Subtotal.Currency, a.Taxes...)
	if err != nil {
		return s, err
	}
	taxable, err := a.Subtotal.Sub(discount)
	if err != nil {
		return s, err
	}
	if s.Subtotal, err = part(a.Subtotal, n, a.Quantity); err != nil {
		return s, err
	}
	if s.Discount, err = part(discount, s.Subtotal.Amount, a.Subtotal.Amount); err != nil {
		return s, err
	}
	rest, err := s.Subtotal.Sub(s.Discount)
	if err != nil {
		return s, err
	}
	if s.Tax, err = part(tax, rest.Amount, taxable.Amount); err != nil {
		return s, err
	}
	if a.TaxIncluded {
		s.Gross = rest
		s.Net, err = rest.Sub(s.Tax)
	} else {
		s.Net = rest
		s.Gross, err = rest.Add(s.Tax)
	}
	if err != nil {
		return s, err
	}
	if s.Discounts, err = parts(a.Discounts, discount, s.Discount); err != nil {
		return s, err
	}
	s.Taxes, err = parts(a.Taxes, tax, s.Tax)
	return s, err
}

// parts divides what is reached of a total among the amounts it consists of,
// splitting off one after the other.
func parts(of []money.Money, total, reached money.Money) ([]money.Money, error) {
	out := make([]money.Money, len(of))
	for i, whole := range of {
		var err error
		if out[i], err = part(whole, reached.Amount, total.Amount); err != nil {
			return nil, err
		}
		total.Amount, reached.Amount = total.Amount-whole.Amount, reached.Amount-out[i].Amount
	}
	return out, nil
}

// part is round(m·n/of), nothing of nothing.
func part(m money.Money, n, of int64) (money.Money, error) {
	if of == 0 {
		return money.Zero(m.Currency), nil
	}
	return m.MulRatio(n, of, money.RoundHalfUp)
}

// SplitShipping returns the share of the next amount given back of a shipping
// charge, after some is given back already: how much of it is tax. Amounts are
// what the buyer paid, with tax.
func SplitShipping(s Shipping, returned, amount money.Money) (Share, error) {
	total, err := returned.Add(amount)
	if err != nil {
		return Share{}, err
	}
	if returned.IsNegative() || amount.IsNegative() || total.Amount > s.Gross.Amount {
		return Share{}, core.Invalid("shipping", "%s of %s are returned: %s more cannot be", returned, s.Gross, amount)
	}
	before, err := part(s.TaxTotal, returned.Amount, s.Gross.Amount)
	if err != nil {
		return Share{}, err
	}
	after, err := part(s.TaxTotal, total.Amount, s.Gross.Amount)
	if err != nil {
		return Share{}, err
	}
	c := s.Gross.Currency
	share := Share{Tax: money.New(after.Amount-before.Amount, c), Gross: money.New(amount.Amount, c)}
	share.Net = money.New(share.Gross.Amount-share.Tax.Amount, c)
	charges := make([]money.Money, len(s.Taxes))
	for i, t := range s.Taxes {
		charges[i] = t.Amount
	}
	earlier, err := parts(charges, s.TaxTotal, before)
	if err != nil {
		return Share{}, err
	}
	if share.Taxes, err = parts(charges, s.TaxTotal, after); err != nil {
		return Share{}, err
	}
	for i := range share.Taxes {
		share.Taxes[i].Amount -= earlier[i].Amount
	}
	return share, nil
}
