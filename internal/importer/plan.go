package importer

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/storage"
)

// What marks imported things.
const (
	referencePrefix = "online-retail:"
	metaInvoice     = "invoice"
	providerName    = "import"
)

// plan is what a segment of rows becomes.
type plan struct {
	now       time.Time
	channel   core.ChannelID
	customers []account.Customer
	orders    []order.Order
	payments  []payment.Payment
	refunds   []refund
}

// invoice collects the rows of one.
type invoice struct {
	number, customer, country string
	at                        time.Time
	rows                      []*row
}

// take turns rows between two pauses into customers, orders and refunds, marks
// those it refuses, and notes everything in the book.
func (p *plan) take(b *book, rows []*row) {
	var sales []*invoice
	open := map[string]*invoice{}
	for _, r := range rows {
		if r.problem != "" || r.cancels() {
			continue
		}
		if _, done := b.invoices[r.invoice]; done {
			r.problem = OutOfOrder
			continue
		}
		inv := open[r.invoice]
		if inv == nil {
			inv = &invoice{number: strings.Clone(r.invoice), customer: r.customer, country: r.country, at: r.at.UTC()}
			open[r.invoice] = inv
			sales = append(sales, inv)
		}
		if inv.customer != r.customer {
			r.problem = CustomerMismatch
			continue
		}
		inv.rows = append(inv.rows, r)
	}
	// As a resumed import reads them back.
	slices.SortStableFunc(sales, func(x, y *invoice) int { return cmp.Or(x.at.Compare(y.at), strings.Compare(x.number, y.number)) })
	for _, inv := range sales {
		b.invoices[inv.number] = struct{}{}
		p.sell(b, inv)
	}
	p.cancel(b, rows)
}

// buyer returns the customer of a number, a new one if need be; nil is a guest.
func (p *plan) buyer(b *book, inv *invoice) *buyer {
	if inv.customer == "" {
		return nil
	}
	if u := b.buyers[inv.customer]; u != nil {
		return u
	}
	c := account.Customer{ID: core.NewID[core.CustomerID](nil, core.PrefixCustomer), Reference: referencePrefix + inv.customer, Name: "Customer " + inv.customer,
		Currency: currency, Status: account.Active, Groups: []string{}, Metadata: map[string]string{"country": inv.country}, Version: 1,
		CreatedAt: inv.at, UpdatedAt: p.now}
	p.customers = append(p.customers, c)
	u := &buyer{id: c.ID, bought: map[string][]sale{}}
	b.buyers[strings.Clone(inv.customer)] = u
	return u
}

// sell makes an order of an invoice.
func (p *plan) sell(b *book, inv *invoice) {
	zero, at := money.Zero(currency), inv.at
	u := p.buyer(b, inv)
	o := order.Order{ID: core.NewID[core.OrderID](nil, core.PrefixOrder), Number: order.NewNumber(nil), Token: order.NewToken(), Channel: p.channel,
		Currency: currency, Locale: "en-GB", Metadata: map[string]string{metaInvoice: inv.number},
		States:  order.States{Status: order.Completed, Payment: order.Paid, Fulfilment: order.Delivered},
		Version: 1, CreatedAt: at, UpdatedAt: p.now, PlacedAt: at, CompletedAt: at}
	name := "Guest"
	if u != nil {
		o.Customer, name = u.id, "Customer "+inv.customer
	}
	if code := countries[inv.country]; code != "" {
		o.ShippingAddress = core.Address{Name: name, Country: code}
		o.BillingAddress = o.ShippingAddress
	}
	ord := &sold{id: o.ID, payment: core.NewID[core.PaymentID](nil, core.PrefixPayment), invoice: inv.number, states: o.States, at: at}
	goods := slices.ContainsFunc(inv.rows, func(r *row) bool { return !slices.Contains(shippingCodes, r.sku) })
	var shipping int64
	var title string
	o.Lines = make([]order.Line, 0, len(inv.rows))
	for _, r := range inv.rows {
		ord.total += r.amount()
		if goods && slices.Contains(shippingCodes, r.sku) {
			shipping += r.amount()
			title = r.title
			continue // a charge of an order; an invoice of nothing else sells it
		}
		g := b.good(r.sku)
		l := order.Line{ID: core.NewID[core.LineID](nil, core.PrefixLine), Variant: g.variant, Product: g.product, StockItem: g.item, SKU: g.sku,
			Title: b.title(cmp.Or(r.title, g.sku)), Ships: g.item != "", Quantity: r.quantity, Fulfilled: r.quantity, UnitPrice: money.New(r.price, currency),
			Subtotal: money.New(r.amount(), currency), Total: money.New(r.amount(), currency), RefundedAmount: zero}
		g.note(l.Title, r.quantity, r.price, at)
		o.Lines = append(o.Lines, l)
		u.open(g.sku, sale{order: ord, line: l.ID, price: r.price, left: r.quantity})
	}
	o.Shipping = order.Shipping{Title: title, Price: money.New(shipping, currency), Total: money.New(shipping, currency), RefundedAmount: zero}
	if shipping > 0 {
		u.open(shippingKey, sale{order: ord, price: shipping, left: shipping})
	}
	total := money.New(ord.total, currency)
	o.Totals = order.Totals{Subtotal: money.New(ord.total-shipping, currency), Discount: zero, Shipping: money.New(shipping, currency), Tax: zero, TaxAdded: zero, Total: total}
	p.orders = append(p.orders, o)
	p.payments = append(p.payments, payment.Payment{ID: ord.payment, Order: o.ID, Provider: providerName, Key: string(ord.payment), Amount: total, Capture: true,
		State: payment.StateCaptured, Status: payment.Captured, Authorized: total, Captured: total, Refunded: zero, Disputed: zero, CaptureClaimed: total,
		RefundClaimed: zero, Version: 1, CreatedAt: at, UpdatedAt: at})
}

// tally counts the segment on top of what was counted before.
func (p *plan) tally(t tally, segment []*row) tally {
	t.Refused, t.Sales, t.Given, t.Samples = maps.Clone(t.Refused), maps.Clone(t.Sales), maps.Clone(t.Given), slices.Clone(t.Samples)
	for _, r := range segment {
		t.Lines++
		if r.problem != "" {
			t.refuse(r, r.problem)
			continue
		}
		t.Accepted++
		month := r.at.Format("2006-01")
		if r.cancels() {
			t.Given[month] += r.amount()
		} else {
			t.Sales[month] += r.amount()
		}
	}
	t.Orders += int64(len(p.orders))
	t.Refunds += int64(len(p.refunds))
	return t
}

// batch is what of a plan is written in bulk.
type batch struct {
	actor    string
	events   []order.Event
	postings []payment.Posting
}

// event notes something in the timeline of an order.
func (w *batch) event(o core.OrderID, typ, text string, data []byte, at time.Time) {
	w.events = append(w.events, order.Event{ID: core.NewID[core.EventID](nil, core.PrefixEvent), Order: o, Type: typ, Text: text, Actor: w.actor, Data: data, At: at})
}

// post notes what a payment's change means to the ledger.
func (w *batch) post(at time.Time, ps ...payment.Posting) {
	for _, p := range ps {
		p.ID, p.Actor, p.At = core.NewID[core.EntryID](nil, core.PrefixEntry), w.actor, at
		w.postings = append(w.postings, p)
	}
}

// write writes the plan. No events are sent: nobody is to be mailed about what
// happened long ago.
func (p *plan) write(ctx context.Context, tx storage.Tx) error {
	if len(p.customers) > 0 {
		if err := tx.Accounts().InsertCustomers(ctx, p.customers); err != nil {
			return err
		}
	}
	w := &batch{actor: core.ActorFrom(ctx).String()}
	for i := range p.orders {
		o, pay := &p.orders[i], p.payments[i]
		w.event(o.ID, "order.imported", "Imported from invoice "+o.Metadata[metaInvoice]+".", nil, o.PlacedAt)
		if claim, ok := (payment.Clerk{}).Sale(o.ID, o.Totals.Total, o.Totals.Tax, w.actor, o.PlacedAt); ok {
			w.post(o.PlacedAt, claim)
		}
		owed, err := pay.Captured.Neg()
		if err != nil {
			return err
		}
		w.post(o.PlacedAt, payment.Posting{Order: o.ID, Payment: pay.ID, Kind: payment.PostCapture,
			Entries: []payment.Entry{{Account: payment.Clearing, Amount: pay.Captured}, {Account: payment.Receivable, Amount: owed}}})
	}
	if len(p.orders) > 0 {
		if err := tx.Orders().InsertMany(ctx, p.orders, nil); err != nil {
			return err
		}
		if err := tx.Payments().Insert(ctx, p.payments...); err != nil {
			return err
		}
	}
	for i := range p.refunds {
		if err := p.refunds[i].write(ctx, tx, w); err != nil {
			return err
		}
	}
	if err := tx.Orders().AppendEvents(ctx, w.events...); err != nil {
		return err
	}
	return tx.Payments().Post(ctx, w.postings...)
}
