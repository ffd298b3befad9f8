package demo

import (
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// provider is who takes the money.
const provider = "manual"

// books are the payments of one order while it is made.
type books struct {
	pay      payment.Payment
	postings []payment.Posting
}

// told takes in what the provider says at a time.
func (t *trade) told(b *books, at time.Time, o payment.Outcome) {
	t.clock = at
	after, ps := payment.Apply(b.pay, o)
	after.CaptureClaimed, after.RefundClaimed, after.UpdatedAt = after.Captured, after.Refunded, at
	b.pay = after
	t.post(b, at, ps...)
}

func (t *trade) post(b *books, at time.Time, ps ...payment.Posting) {
	for _, p := range ps {
		p.ID, p.Actor, p.At = newID[core.EntryID](t.maker, core.PrefixEntry), actor, at
		b.postings = append(b.postings, p)
	}
}

// live lets an order go its way until now: it is paid, sent, delivered, and
// sometimes cancelled or sent back.
func (t *trade) live(o *order.Order, items []item) {
	clerk := payment.Clerk{IDs: t.ids, Clock: func() time.Time { return t.clock }}
	now, placed := t.Now, t.clock
	tax := o.Totals.Tax
	var b books
	if p, ok := clerk.Sale(o.ID, o.Totals.Total, tax, actor, placed); ok {
		b.postings = append(b.postings, p)
	}
	card := t.chance(.72)
	method := map[bool]string{true: "card", false: "invoice"}[card]
	b.pay = clerk.New(payment.Params{Order: o.ID, Provider: provider, Method: method, Amount: o.Totals.Total, Capture: card})
	t.tell(o, placed, "order.placed", "The order was placed.", true)
	promise := payment.Outcome{Ref: provider + ":" + b.pay.Key, Status: payment.Authorized, Amount: o.Totals.Total, Authorized: o.Totals.Total}
	capture := promise
	capture.Status, capture.Captured = payment.Captured, o.Totals.Total
	defer func() {
		o.UpdatedAt = t.clock
		t.Payments, t.Postings = append(t.Payments, b.pay), append(t.Postings, b.postings...)
	}()
	if card {
		t.told(&b, placed, capture)
		o.Payment = order.Paid
	} else {
		t.told(&b, placed, promise)
		o.Payment = order.Authorized
	}
	// The next working day, or one after.
	sent := placed.Add(time.Duration(14+t.rng.IntN(44)) * time.Hour)
	for sent.Weekday() == time.Saturday || sent.Weekday() == time.Sunday {
		sent = sent.AddDate(0, 0, 1)
	}
	if t.chance(.022) {
		if at := placed.Add(time.Duration(1+t.rng.IntN(10)) * time.Hour); at.Before(now) {
			t.cancel(o, &b, items, at, clerk, card)
			return
		}
	}
	if !sent.Before(now) {
		t.reserve(o, items, placed)
		return
	}
	f := t.send(o, items, placed, sent)
	arrives := sent.Add(time.Duration(30+t.rng.IntN(90)) * time.Hour)
	paid := arrives.Add(time.Duration(24+t.rng.IntN(240)) * time.Hour)
	if arrives.Before(now) {
		f.State, f.DeliveredAt, f.UpdatedAt = order.ShipmentDelivered, arrives, arrives
		o.Fulfilment = order.Delivered
		t.tell(o, arrives, "fulfilment.delivered", "The parcel was delivered.", true)
		if !card && paid.Before(now) {
			t.told(&b, paid, capture)
			o.Payment = order.Paid
			t.tell(o, paid, "payment.captured", "The invoice was paid.", false)
		}
		if o.Payment == order.Paid {
			o.Status, o.CompletedAt = order.Completed, t.clock
		}
	}
	t.Fulfilments = append(t.Fulfilments, f)
	back := arrives.AddDate(0, 0, 3+t.rng.IntN(16))
	if o.Status == order.Completed && back.After(o.CompletedAt) && back.Before(now) && t.chance(.042) {
		t.giveBack(o, &b, items, back, clerk)
	}
}

// reserve sets goods aside for an order that is not sent yet.
func (t *trade) reserve(o *order.Order, items []item, at time.Time) {
	t.clock = at
	for i, it := range items {
		s := t.shelf[t.first[it.product]+it.variant]
		t.move(stock.Reserve, s, 0, it.quantity, string(o.ID))
		t.Reservations = append(t.Reservations, stock.Reservation{ID: newID[core.ReservationID](t.maker, core.PrefixReservation), ItemID: s.item,
			LocationID: t.Location.ID, Quantity: it.quantity, Ref: string(o.ID), Line: o.Lines[i].ID, State: stock.Committed, CreatedAt: at})
	}
}

func (t *trade) send(o *order.Order, items []item, placed, at time.Time) order.Fulfilment {
	t.clock = at
	f := order.Fulfilment{ID: newID[core.FulfilmentID](t.maker, core.PrefixFulfilment), Order: o.ID, State: order.ShipmentShipped, Location: t.Location.ID,
		Carrier: "Paketpost", TrackingNumber: fmt.Sprintf("PP%010d", t.rng.IntN(10_000_000_000)), Version: 1, CreatedAt: at, UpdatedAt: at, ShippedAt: at}
	for i, it := range items {
		l := &o.Lines[i]
		s := t.shelf[t.first[it.product]+it.variant]
		l.Fulfilled = l.Quantity
		s.promised -= it.quantity
		t.move(stock.Ship, s, -it.quantity, 0, string(f.ID))
		f.Lines = append(f.Lines, order.Quantity{Line: l.ID, Quantity: l.Quantity})
		f.Sources = append(f.Sources, order.Source{Line: l.ID, Item: s.item, Location: t.Location.ID, Quantity: l.Quantity})
	}
	o.Fulfilment = order.Fulfilled
	t.tell(o, at, "fulfilment.shipped", "The parcel is on its way.", true)
	return f
}

// newRefund begins a refund of an order.
func (t *trade) newRefund(o *order.Order, at time.Time, reason string) order.Refund {
	t.clock = at
	zero := money.Zero(o.Currency)
	return order.Refund{ID: newID[core.RefundID](t.maker, core.PrefixRefund), Order: o.ID, Shipping: zero, ShippingTax: zero, Goodwill: zero, Amount: zero, Tax: zero,
		Reason: reason, State: order.RefundSucceeded, Actor: actor, Version: 1, CreatedAt: at, UpdatedAt: at}
}

// refundLine adds pieces of a line to a refund and counts them.
func refundLine(r *order.Refund, l *order.Line, quantity int64, restock bool) {
	amount, tax, err := l.Portion(quantity)
	if err != nil {
		panic(err) // not more than was bought
	}
	discount, err := l.DiscountIn(amount)
	if err != nil {
		panic(err)
	}
	r.Lines = append(r.Lines, order.RefundLine{Line: l.ID, Quantity: quantity, Amount: amount, Tax: tax, Discount: discount, Restock: restock})
	r.Amount.Amount += amount.Amount
	r.Tax.Amount += tax.Amount
	l.Refunded += quantity
	l.RefundedAmount.Amount += amount.Amount
}

func (t *trade) cancel(o *order.Order, b *books, items []item, at time.Time, clerk payment.Clerk, card bool) {
	r := t.newRefund(o, at, pick(t.maker, []string{"Ordered twice", "Wrong size", "Found something else", "Changed my mind"}))
	r.Cancellation = true
	for i, it := range items {
		l := &o.Lines[i]
		refundLine(&r, l, l.Quantity, true)
		l.Cancelled = l.Quantity
		s := t.shelf[t.first[it.product]+it.variant]
		s.promised -= it.quantity
	}
	tax, err := o.Shipping.TaxIn(o.Shipping.Total)
	if err != nil {
		panic(err)
	}
	r.Shipping, r.ShippingTax, o.Shipping.RefundedAmount = o.Shipping.Total, tax, o.Shipping.Total
	r.Amount.Amount += r.Shipping.Amount
	r.Tax.Amount += tax.Amount
	o.Status, o.CancelledAt = order.Cancelled, at
	// Its promotions may be used again: they count as not used.
	for n := len(t.Redemptions); n > 0 && t.Redemptions[n-1].OrderID == o.ID; n-- {
		t.Redemptions = t.Redemptions[:n-1]
	}
	if r.Amount.IsPositive() {
		t.credit(o, b, &r, at, clerk)
		if card {
			t.payBack(b, &r, at)
			o.Payment = order.Refunded
		} else {
			r.Offset = r.Amount
		}
		t.Refunds = append(t.Refunds, r)
	}
	if !card {
		t.told(b, at, payment.Outcome{Ref: b.pay.Ref, Status: payment.Voided, Amount: b.pay.Amount})
		o.Payment = order.Voided
	}
	t.tell(o, at, "order.cancelled", "The order was cancelled: "+r.Reason, true)
}

func (t *trade) credit(o *order.Order, b *books, r *order.Refund, at time.Time, clerk payment.Clerk) {
	if p, ok := clerk.Credit(o.ID, string(r.ID), r.Amount, r.Tax, actor, at); ok {
		b.postings = append(b.postings, p)
	}
}

func (t *trade) payBack(b *books, r *order.Refund, at time.Time) {
	r.Payments = []order.RefundPayment{{Payment: b.pay.ID, Amount: r.Amount}}
	refunded := money.New(b.pay.Refunded.Amount+r.Amount.Amount, r.Amount.Currency)
	t.told(b, at, payment.Outcome{Ref: b.pay.Ref, Status: payment.Captured, Amount: b.pay.Amount, Authorized: b.pay.Authorized, Captured: b.pay.Captured, Refunded: refunded})
}

// giveBack sends one line of an order back, or all of it.
func (t *trade) giveBack(o *order.Order, b *books, items []item, at time.Time, clerk payment.Clerk) {
	r := t.newRefund(o, at, pick(t.maker, []string{"Does not fit", "Not as expected", "Arrived damaged", "A present that was not wanted", "Wrong color"}))
	restock := r.Reason != "Arrived damaged"
	only := t.rng.IntN(len(items) + 1)
	for i, it := range items {
		if only < len(items) && i != only {
			continue
		}
		l := &o.Lines[i]
		refundLine(&r, l, l.Quantity, restock)
		if restock {
			l.Returned = l.Quantity
			s := t.shelf[t.first[it.product]+it.variant]
			t.move(stock.Return, s, it.quantity, 0, string(r.ID))
			// On the shelf from the next day on, not now.
			s.onHand -= it.quantity
			next := int(at.Sub(t.From).Hours()/24) + 1
			t.back[next] = append(t.back[next], comesBack{s, it.quantity})
		}
	}
	if !r.Amount.IsPositive() {
		return
	}
	t.credit(o, b, &r, at, clerk)
	t.payBack(b, &r, at)
	t.Refunds = append(t.Refunds, r)
	o.Payment = order.PaymentStateOf(o.Totals.Total, order.Funds{Captured: b.pay.Captured, Refunded: b.pay.Refunded})
	o.Fulfilment = order.FulfilmentStateOf(o.Lines, true)
	t.tell(o, at, "refund.succeeded", r.Amount.Display()+" were given back: "+r.Reason, true)
}
