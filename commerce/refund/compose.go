package refund

import (
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
)

// draft is a refund that is not written yet, with what it does to the order.
type draft struct {
	refund   order.Refund
	changes  []order.Change
	returned []order.Quantity      // fulfilled pieces that came back
	released map[core.LineID]int64 // pieces that are not sent
	writeOff bool                  // released pieces are lost, not for sale
	credit   int64                 // what the ledger gives up, in minor units
	location core.LocationID
}

func newDraft(o *order.Order) *draft {
	zero := money.Zero(o.Currency)
	return &draft{refund: order.Refund{Order: o.ID, Shipping: zero, ShippingTax: zero, Goodwill: zero, Amount: zero, Tax: zero,
		Payments: []order.RefundPayment{}}, released: map[core.LineID]int64{}}
}

// compose works out what the params come to. Every error of theirs names its
// field.
func compose(o *order.Order, p Params) (*draft, error) {
	d := newDraft(o)
	d.refund.Reason, d.refund.NotifyBuyer, d.location = p.Reason, p.NotifyBuyer, p.Location
	var v core.Violations
	checkReason(&v, p.Reason)
	v.Check(!p.All || len(p.Lines) == 0 && p.Shipping == nil, "all", "leaves no room for lines and shipping")
	v.Check(!p.AllShipping || p.Shipping == nil, "shipping", "must be empty with all_shipping")
	if err := v.Err(); err != nil {
		return nil, err
	}
	if p.All {
		for i := range o.Lines {
			l := &o.Lines[i]
			amount := money.New(l.Total.Amount-l.RefundedAmount.Amount, o.Currency)
			pieces := l.Quantity - l.Refunded
			if pieces == 0 && amount.IsZero() {
				continue
			}
			if err := d.line(l, pieces, amount, p.RestockAll); err != nil {
				return nil, err
			}
			if p.RestockAll {
				d.restock(l, min(pieces, l.Fulfilled-l.Returned+l.Open()))
			}
		}
	}
	if err := d.lines(o, p.Lines); err != nil {
		return nil, err
	}
	if err := d.shipping(o, p); err != nil {
		return nil, err
	}
	if p.Goodwill != nil {
		v.Check(p.Goodwill.Currency == o.Currency, "goodwill.currency", "the order is in %s", o.Currency)
		v.Check(p.Goodwill.IsPositive(), "goodwill", "must be above zero")
		v.Check(p.Reason != "", "reason", "is required with goodwill")
		if err := v.Err(); err != nil {
			return nil, err
		}
		d.refund.Goodwill = *p.Goodwill
	}
	if err := d.sum(o.Currency); err != nil {
		return nil, err
	}
	switch {
	case d.refund.Amount.IsPositive():
		return d, nil
	case p.All || p.AllShipping:
		return nil, core.Errorf(core.KindConflict, "nothing_left", "nothing of the order is left to be refunded")
	}
	return nil, core.Invalid("lines", "nothing is to be refunded")
}

func (d *draft) lines(o *order.Order, lines []Line) error {
	var v core.Violations
	seen := map[core.LineID]bool{}
	for i, want := range lines {
		at := fmt.Sprintf("lines[%d]", i)
		l := o.Line(want.Line)
		if l == nil {
			v.Check(false, at+".line_id", "the order has no line %q", want.Line)
			continue
		}
		v.Check(!seen[l.ID], at+".line_id", "is named twice")
		seen[l.ID] = true
		left := l.Quantity - l.Refunded
		switch {
		case want.Quantity < 0, want.Quantity == 0 && want.Amount == nil:
			v.Check(false, at+".quantity", "must be above zero")
			continue
		case want.Quantity > left:
			v.Check(false, at+".quantity", "only %d of the line are not refunded yet", left)
			continue
		}
		amount, _, err := l.Portion(want.Quantity)
		if err != nil {
			return err
		}
		if want.Amount != nil {
			most := amount
			if want.Quantity == 0 {
				most = money.New(l.Total.Amount-l.RefundedAmount.Amount, o.Currency)
			}
			switch {
			case want.Amount.Currency != o.Currency:
				v.Check(false, at+".amount.currency", "the order is in %s", o.Currency)
				continue
			case !want.Amount.IsPositive():
				v.Check(false, at+".amount", "must be above zero")
				continue
			case want.Amount.Amount > most.Amount:
				v.Check(false, at+".amount", "must be at most %s", most)
				continue
			}
			amount = *want.Amount
		}
		if err := d.line(l, want.Quantity, amount, want.Restock); err != nil {
			return err
		}
		if want.Restock {
			here := l.Fulfilled - l.Returned + l.Open()
			v.Check(want.Quantity <= here, at+".restock", "only %d pieces can come back or be cancelled", here)
			d.restock(l, want.Quantity)
		}
	}
	return v.Err()
}

// line adds pieces and an amount of a line.
func (d *draft) line(l *order.Line, quantity int64, amount money.Money, restock bool) error {
	tax, err := l.TaxIn(amount)
	if err != nil {
		return err
	}
	discount, err := l.DiscountIn(amount)
	if err != nil {
		return err
	}
	d.refund.Lines = append(d.refund.Lines, order.RefundLine{Line: l.ID, Quantity: quantity, Amount: amount, Tax: tax, Discount: discount, Restock: restock})
	d.changes = append(d.changes, order.Change{Line: l.ID, Refunded: quantity, RefundedAmount: amount.Amount})
	return nil
}

// restock lets pieces of the line added last come back: first those that were
// fulfilled, then the others are not sent.
func (d *draft) restock(l *order.Line, quantity int64) {
	back := min(quantity, l.Fulfilled-l.Returned)
	if back > 0 {
		d.returned = append(d.returned, order.Quantity{Line: l.ID, Quantity: back})
	}
	if n := min(quantity-back, l.Open()); n > 0 {
		d.cancel(l, n)
	}
}

// cancel takes open pieces of the line added last out of the order.
func (d *draft) cancel(l *order.Line, quantity int64) {
	d.released[l.ID] += quantity
	d.changes[len(d.changes)-1].Cancelled += quantity
}

func (d *draft) shipping(o *order.Order, p Params) error {
	left := money.New(o.Shipping.Total.Amount-o.Shipping.RefundedAmount.Amount, o.Currency)
	amount := left
	switch {
	case p.Shipping != nil:
		amount = *p.Shipping
		switch {
		case amount.Currency != o.Currency:
			return core.Invalid("shipping.currency", "the order is in %s", o.Currency)
		case !amount.IsPositive():
			return core.Invalid("shipping", "must be above zero")
		case amount.Amount > left.Amount:
			return core.Invalid("shipping", "must be at most %s", left)
		}
	case !p.All && !p.AllShipping, left.IsZero():
		return nil
	}
	tax, err := o.Shipping.TaxIn(amount)
	if err != nil {
		return err
	}
	d.refund.Shipping, d.refund.ShippingTax = amount, tax
	d.changes = append(d.changes, order.Change{RefundedAmount: amount.Amount})
	return nil
}

// sum adds up what was put together.
func (d *draft) sum(c money.Currency) error {
	amounts, taxes := []money.Money{d.refund.Shipping, d.refund.Goodwill}, []money.Money{d.refund.ShippingTax}
	for _, l := range d.refund.Lines {
		amounts, taxes = append(amounts, l.Amount), append(taxes, l.Tax)
	}
	var err error
	if d.refund.Amount, err = money.Sum(c, amounts...); err != nil {
		return err
	}
	d.credit = d.refund.Amount.Amount
	d.refund.Tax, err = money.Sum(c, taxes...)
	return err
}
