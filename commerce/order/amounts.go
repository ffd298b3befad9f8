package order

import (
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// DiscountTotal is what all promotions take off the line.
func (l Line) DiscountTotal() int64 { return discounts(l.Discounts) }

// TaxTotal is all tax of the line, included and added.
func (l Line) TaxTotal() int64 { all, _ := taxes(l.Taxes); return all }

func discounts(ds []Discount) (sum int64) {
	for _, d := range ds {
		sum += d.Amount.Amount
	}
	return sum
}

func taxes(ts []Tax) (all, added int64) {
	for _, t := range ts {
		all += t.Amount.Amount
		if !t.Included {
			added += t.Amount.Amount
		}
	}
	return all, added
}

// SumTotals adds up the parts of lines and shipping.
func SumTotals(c money.Currency, lines []Line, s Shipping) (Totals, error) {
	var subtotal, discount, tax, added, total []money.Money
	part := func(base, sum money.Money, ds []Discount, ts []Tax) {
		total = append(total, sum)
		for _, d := range ds {
			discount = append(discount, d.Amount)
		}
		for _, t := range ts {
			tax = append(tax, t.Amount)
			if !t.Included {
				added = append(added, t.Amount)
			}
		}
	}
	for _, l := range lines {
		subtotal = append(subtotal, l.Subtotal)
		part(l.Subtotal, l.Total, l.Discounts, l.Taxes)
	}
	part(s.Price, s.Total, s.Discounts, s.Taxes)
	t := Totals{}
	for _, sum := range []struct {
		to    *money.Money
		parts []money.Money
	}{{&t.Subtotal, subtotal}, {&t.Discount, discount}, {&t.Tax, tax}, {&t.TaxAdded, added}, {&t.Total, total}, {&t.Shipping, []money.Money{s.Price}}} {
		var err error
		if *sum.to, err = money.Sum(c, sum.parts...); err != nil {
			return Totals{}, err
		}
	}
	return t, nil
}

// Check returns nil when the order is complete and its amounts are in one
// currency, not negative, and add up.
func (o *Order) Check() error {
	var v core.Violations
	v.Check(o.ID != "", "id", "is required")
	v.Check(o.Number != "", "number", "is required")
	v.Check(o.Currency.Valid(), "currency", "is not a currency")
	v.Check(len(o.Lines) > 0, "lines", "an order has at least one line")
	seen := map[core.LineID]bool{}
	for i, l := range o.Lines {
		field := fmt.Sprintf("lines[%d]", i)
		v.Check(l.ID != "" && !seen[l.ID], field+".id", "is required and unique within the order")
		seen[l.ID] = true
		v.Check(l.Quantity > 0, field+".quantity", "must be above zero")
		v.Check(l.Fulfilled >= 0 && l.Cancelled >= 0 && l.Fulfilled+l.Cancelled <= l.Quantity && l.Returned >= 0 && l.Returned <= l.Fulfilled &&
			l.Refunded >= 0 && l.Refunded <= l.Quantity, field, "its quantities do not fit together")
		want, err := l.UnitPrice.Mul(l.Quantity)
		v.Check(err == nil && want.Amount == l.Subtotal.Amount, field+".subtotal", "is not the unit price times the quantity")
		checkPart(&v, o.Currency, field, l.Subtotal, l.Total, l.RefundedAmount, l.Discounts, l.Taxes)
	}
	checkPart(&v, o.Currency, "shipping", o.Shipping.Price, o.Shipping.Total, o.Shipping.RefundedAmount, o.Shipping.Discounts, o.Shipping.Taxes)
	if len(v) > 0 {
		return v
	}
	sum, err := SumTotals(o.Currency, o.Lines, o.Shipping)
	if err != nil {
		return err
	}
	v.Check(sum == o.Totals, "totals", "are not the sum of lines and shipping")
	return v.Err()
}

func checkPart(v *core.Violations, c money.Currency, field string, base, total, refunded money.Money, ds []Discount, ts []Tax) {
	amounts := []money.Money{base, total, refunded}
	for _, d := range ds {
		amounts = append(amounts, d.Amount)
	}
	for _, t := range ts {
		amounts = append(amounts, t.Amount)
	}
	for _, m := range amounts {
		v.Check(!m.IsNegative() && (m.Currency == c || m.Currency == "" && m.IsZero()), field, "has an amount that is negative or not in %s", c)
	}
	_, added := taxes(ts)
	v.Check(total.Amount == base.Amount-discounts(ds)+added, field+".total", "is not the sum of its parts")
	v.Check(refunded.Amount <= total.Amount, field+".refunded_amount", "is more than the total")
}

// Portion is what the next so many pieces of the line are worth to a refund,
// out of what was computed when the order was made: the amount, and the tax
// contained in it. However the pieces are taken, the portions sum to the
// line's total and tax.
func (l Line) Portion(quantity int64) (amount, tax money.Money, err error) {
	if quantity < 0 || l.Refunded+quantity > l.Quantity {
		return money.Money{}, money.Money{}, &QuantityError{Line: l.ID, What: "refunded"}
	}
	from, err := l.Total.MulRatio(l.Refunded, l.Quantity, money.RoundHalfUp)
	if err != nil {
		return money.Money{}, money.Money{}, err
	}
	to, err := l.Total.MulRatio(l.Refunded+quantity, l.Quantity, money.RoundHalfUp)
	if err != nil {
		return money.Money{}, money.Money{}, err
	}
	amount = money.New(min(to.Amount-from.Amount, l.Total.Amount-l.RefundedAmount.Amount), l.Total.Currency)
	tax, err = l.TaxIn(amount)
	return amount, tax, err
}

// TaxIn is the tax contained in the next amount refunded of the line.
func (l Line) TaxIn(amount money.Money) (money.Money, error) {
	return taxIn(l.TaxTotal(), l.Total, l.RefundedAmount, amount)
}

// DiscountIn is what promotions had taken off for the next amount refunded of
// the line.
func (l Line) DiscountIn(amount money.Money) (money.Money, error) {
	return taxIn(l.DiscountTotal(), l.Total, l.RefundedAmount, amount)
}

// TaxIn is the tax contained in the next amount refunded of the shipping.
func (s Shipping) TaxIn(amount money.Money) (money.Money, error) {
	all, _ := taxes(s.Taxes)
	return taxIn(all, s.Total, s.RefundedAmount, amount)
}

// Credited is what of the order's total was given up again, paid back or not,
// without goodwill.
func (o *Order) Credited() money.Money {
	sum := o.Shipping.RefundedAmount.Amount
	for _, l := range o.Lines {
		sum += l.RefundedAmount.Amount
	}
	return money.New(sum, o.Currency)
}

// taxIn rounds the running sum and takes the difference, so that the parts sum
// to the whole; of a tax each lies between nothing and its amount.
func taxIn(tax int64, total, before, amount money.Money) (money.Money, error) {
	after, err := before.Add(amount)
	if err != nil {
		return money.Money{}, err
	}
	if after.Amount > total.Amount || amount.IsNegative() {
		return money.Money{}, &QuantityError{What: "refunded"}
	}
	if total.IsZero() {
		return money.Zero(total.Currency), nil
	}
	whole := money.New(tax, total.Currency)
	a, err := whole.MulRatio(before.Amount, total.Amount, money.RoundHalfUp)
	if err != nil {
		return money.Money{}, err
	}
	b, err := whole.MulRatio(after.Amount, total.Amount, money.RoundHalfUp)
	if err != nil {
		return money.Money{}, err
	}
	return b.Sub(a)
}
