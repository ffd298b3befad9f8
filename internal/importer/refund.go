package importer

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/storage"
)

// refund is what a cancelled invoice gives back of one order.
type refund struct {
	sold     *sold
	invoice  string
	at       time.Time
	lines    []order.RefundLine
	ship     int64
	amount   int64
	total    int64 // given back of the order, with this
	from, to order.States
}

// cancel turns the rows of cancelled invoices into refunds: one for each order
// that an invoice gives back of.
func (p *plan) cancel(b *book, rows []*row) {
	type key struct {
		invoice string
		order   core.OrderID
	}
	at := map[key]int{}
	first := len(p.refunds)
	for _, r := range rows {
		if r.problem != "" || !r.cancels() {
			continue
		}
		u := b.buyers[r.customer]
		var pieces []piece
		pieces, r.problem = u.match(r.sku, -r.quantity, r.price, r.at.UTC())
		if r.problem != "" && slices.Contains(shippingCodes, r.sku) {
			pieces, r.problem = u.matchShipping(r.amount(), r.at.UTC())
		}
		for _, x := range pieces {
			k := key{r.invoice, x.order.id}
			i, ok := at[k]
			if !ok {
				i = len(p.refunds)
				at[k] = i
				p.refunds = append(p.refunds, refund{sold: x.order, invoice: r.invoice, at: r.at.UTC()})
			}
			p.refunds[i].add(x)
			if x.line != "" {
				b.goods[r.sku].back(x.quantity, x.amount)
			}
		}
	}
	for i := range p.refunds[first:] {
		f := &p.refunds[first+i]
		f.sold.back += f.amount
		f.total, f.from, f.to = f.sold.back, f.sold.states, f.sold.states
		total := money.New(f.sold.total, currency)
		f.to.Payment = order.PaymentStateOf(total, order.Funds{Authorized: money.Zero(currency), Captured: total, Refunded: money.New(f.total, currency)})
		f.sold.states = f.to
	}
}

func (f *refund) add(x piece) {
	f.amount += x.amount
	if x.line == "" {
		f.ship += x.amount
		return
	}
	for i := range f.lines {
		if l := &f.lines[i]; l.Line == x.line {
			l.Quantity += x.quantity
			l.Amount.Amount += x.amount
			return
		}
	}
	zero := money.Zero(currency)
	f.lines = append(f.lines, order.RefundLine{Line: x.line, Quantity: x.quantity, Amount: money.New(x.amount, currency), Tax: zero, Discount: zero})
}

// write books a refund: line quantities, the refund, money and ledger. What it
// knows of the order stands in the plan, and every update is guarded.
func (f *refund) write(ctx context.Context, tx storage.Tx, w *batch) error {
	o := order.Order{ID: f.sold.id, States: f.from}
	var changes []order.Change
	for _, l := range f.lines {
		changes = append(changes, order.Change{Line: l.Line, Refunded: l.Quantity, RefundedAmount: l.Amount.Amount})
	}
	if f.ship > 0 {
		changes = append(changes, order.Change{RefundedAmount: f.ship})
	}
	if err := tx.Orders().Count(ctx, &o, changes...); err != nil {
		return err
	}
	if err := (order.Clerk{Clock: func() time.Time { return f.at }}).Step(ctx, tx.Orders(), &o, f.to); err != nil {
		return err
	}
	zero, amount, total := money.Zero(currency), money.New(f.amount, currency), money.New(f.sold.total, currency)
	r := order.Refund{ID: core.NewID[core.RefundID](nil, core.PrefixRefund), Order: o.ID, Lines: f.lines, Shipping: money.New(f.ship, currency), ShippingTax: zero,
		Goodwill: zero, Amount: amount, Tax: zero, Reason: "cancelled invoice " + f.invoice, State: order.RefundSucceeded, Actor: w.actor, Version: 1,
		Payments: []order.RefundPayment{{Payment: f.sold.payment, Amount: amount}}, CreatedAt: f.at, UpdatedAt: f.at}
	if err := tx.Orders().InsertRefund(ctx, r); err != nil {
		return err
	}
	p, err := tx.Payments().Lock(ctx, f.sold.payment)
	if err != nil {
		return err
	}
	after, postings := payment.Apply(p, payment.Outcome{Status: payment.Captured, Authorized: total, Captured: total, Refunded: money.New(f.total, currency)})
	after.UpdatedAt = f.at
	if err := tx.Payments().Save(ctx, after, p.Version); err != nil {
		return err
	}
	if credit, ok := (payment.Clerk{}).Credit(o.ID, string(r.ID), amount, zero, w.actor, f.at); ok {
		postings = append(postings, credit)
	}
	w.post(f.at, postings...)
	data, err := json.Marshal(map[string]any{"refund_id": r.ID, "amount": amount, "invoice": f.invoice})
	w.event(o.ID, "refund.succeeded", "Refunded "+amount.Display()+" by invoice "+f.invoice+".", data, f.at)
	return err
}
