package importer

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
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
	refunds   []refundPlan
}

// refundPlan is what a cancelled invoice gives back of one order.
type refundPlan struct {
	sold    *sold
	invoice string
	at      time.Time
	lines   []order.RefundLine
	ship    int64
	amount  int64
	total   int64 // given back of the order, with this
}

// invoice collects the rows of one.
type invoice struct {
	number, customer, country string
	at                        time.Time
	rows                      []*row
}

// plan turns rows into customers, orders and refunds, marks what it refuses,
// and takes everything into the book.
func (b *book) plan(segment []*row, now time.Time) *plan {
	p := &plan{now: now}
	var sales []*invoice
	open := map[string]*invoice{}
	for _, r := range segment {
		if r.problem != "" || r.cancels() {
			continue
		}
		if _, done := b.invoices[r.invoice]; done {
			r.problem = OutOfOrder
			continue
		}
		inv := open[r.invoice]
		if inv == nil {
			inv = &invoice{number: r.invoice, customer: r.customer, country: r.country, at: r.at}
			open[r.invoice] = inv
			sales = append(sales, inv)
		}
		if inv.customer != r.customer {
			r.problem = CustomerMismatch
			continue
		}
		inv.rows = append(inv.rows, r)
	}
	for _, inv := range sales {
		b.invoices[inv.number] = struct{}{}
		p.sell(b, inv)
	}
	p.cancel(b, segment)
	return p
}

// customer returns the customer of a number, new ones included.
func (p *plan) customer(b *book, number, country string, at time.Time) core.CustomerID {
	if number == "" {
		return ""
	}
	if id, ok := b.customers[number]; ok {
		return id
	}
	c := account.Customer{ID: core.NewID[core.CustomerID](nil, core.PrefixCustomer), Reference: referencePrefix + number, Name: "Customer " + number,
		Currency: currency, Status: account.Active, Groups: []string{}, Metadata: map[string]string{"country": country}, Version: 1, CreatedAt: at.UTC(), UpdatedAt: p.now}
	p.customers = append(p.customers, c)
	b.customers[number] = c.ID
	return c.ID
}

// sell makes an order of an invoice.
func (p *plan) sell(b *book, inv *invoice) {
	zero := money.Zero(currency)
	at := inv.at.UTC()
	who := p.customer(b, inv.customer, inv.country, at)
	o := order.Order{ID: core.NewID[core.OrderID](nil, core.PrefixOrder), Number: order.NewNumber(nil), Token: order.NewToken(), Currency: currency,
		Locale: "en-GB", Customer: who, Metadata: map[string]string{metaInvoice: inv.number},
		States:  order.States{Status: order.Completed, Payment: order.Paid, Fulfilment: order.Delivered},
		Version: 1, CreatedAt: at, UpdatedAt: p.now, PlacedAt: at, CompletedAt: at}
	if code := countries[inv.country]; code != "" {
		o.ShippingAddress = core.Address{Name: "Customer " + inv.customer, Country: code}
		if inv.customer == "" {
			o.ShippingAddress.Name = "Guest"
		}
		o.BillingAddress = o.ShippingAddress
	}
	ord := &sold{id: o.ID, payment: core.NewID[core.PaymentID](nil, core.PrefixPayment), at: at}
	goods := slices.ContainsFunc(inv.rows, func(r *row) bool { return !slices.Contains(shippingCodes, r.sku) })
	var shipping int64
	var title string
	for _, r := range inv.rows {
		if goods && slices.Contains(shippingCodes, r.sku) {
			shipping += r.amount()
			title = r.title
			continue // a charge of an order; an invoice of nothing else sells it
		}
		g := b.good(r.sku)
		if known, ok := b.names[r.title]; ok {
			r.title = known
		} else {
			b.names[r.title] = r.title
		}
		g.note(r.title, r.quantity, r.price, at)
		line := order.Line{ID: core.NewID[core.LineID](nil, core.PrefixLine), Variant: g.variant, Product: g.product, StockItem: g.item, SKU: r.sku, Title: r.title,
			Ships: g.item != "", Quantity: r.quantity, Fulfilled: r.quantity, UnitPrice: money.New(r.price, currency), Subtotal: money.New(r.amount(), currency),
			Total: money.New(r.amount(), currency), RefundedAmount: zero}
		o.Lines = append(o.Lines, line)
		ord.total += r.amount()
		b.open(inv.customer, r.sku, &sale{order: ord, line: line.ID, price: r.price, left: r.quantity})
	}
	ord.total += shipping
	o.Shipping = order.Shipping{Title: title, Price: money.New(shipping, currency), Total: money.New(shipping, currency), RefundedAmount: zero}
	if shipping > 0 {
		b.open(inv.customer, shippingKey, &sale{order: ord, price: shipping, left: shipping})
	}
	total := money.New(ord.total, currency)
	o.Totals = order.Totals{Subtotal: money.New(ord.total-shipping, currency), Discount: zero, Shipping: money.New(shipping, currency), Tax: zero, TaxAdded: zero, Total: total}
	p.orders = append(p.orders, o)
	p.payments = append(p.payments, payment.Payment{ID: ord.payment, Order: o.ID, Provider: providerName, Key: string(ord.payment), Amount: total, Capture: true,
		State: payment.StateCaptured, Status: payment.Captured, Authorized: total, Captured: total, Refunded: zero, Disputed: zero, CaptureClaimed: total,
		RefundClaimed: zero, Version: 1, CreatedAt: at, UpdatedAt: at})
}

// cancel turns the rows of cancelled invoices into refunds: one for each order
// that an invoice gives back of.
func (p *plan) cancel(b *book, segment []*row) {
	type key struct {
		invoice string
		order   core.OrderID
	}
	at := map[key]int{}
	for _, r := range segment {
		if r.problem != "" || !r.cancels() {
			continue
		}
		var pieces []piece
		pieces, r.problem = b.match(r.customer, r.sku, -r.quantity, r.price, r.at.UTC())
		if r.problem != "" && slices.Contains(shippingCodes, r.sku) {
			pieces, r.problem = b.matchShipping(r.customer, r.amount(), r.at.UTC())
		}
		for _, x := range pieces {
			k := key{r.invoice, x.order.id}
			i, ok := at[k]
			if !ok {
				i = len(p.refunds)
				at[k] = i
				p.refunds = append(p.refunds, refundPlan{sold: x.order, invoice: r.invoice, at: r.at.UTC()})
			}
			p.refunds[i].add(x)
			if x.line != "" {
				b.goods[r.sku].back(x.quantity, x.amount)
			}
		}
	}
	for i := range p.refunds {
		p.refunds[i].sold.back += p.refunds[i].amount
		p.refunds[i].total = p.refunds[i].sold.back
	}
}

func (f *refundPlan) add(x piece) {
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

// write writes the plan.
func (p *plan) write(ctx context.Context, tx storage.Tx) error {
	channels, err := tx.Catalog().Channels(ctx)
	if err != nil {
		return err
	}
	for _, c := range channels {
		if p.channel == "" || c.Code == "default" {
			p.channel = c.ID
		}
	}
	if len(p.customers) > 0 {
		if err := tx.Accounts().InsertCustomers(ctx, p.customers); err != nil {
			return err
		}
	}
	actor := core.ActorFrom(ctx).String()
	events := make([]order.Event, len(p.orders))
	var postings []payment.Posting
	for i := range p.orders {
		o := &p.orders[i]
		o.Channel = p.channel
		events[i] = order.Event{ID: core.NewID[core.EventID](nil, core.PrefixEvent), Order: o.ID, Type: "order.imported",
			Text: "Imported from invoice " + o.Metadata[metaInvoice] + ".", Actor: actor, At: o.PlacedAt}
		clerk := payment.Clerk{Clock: func() time.Time { return o.PlacedAt }}
		if sale, ok := clerk.Sale(o.ID, o.Totals.Total, o.Totals.Tax, actor, o.PlacedAt); ok {
			postings = append(postings, sale)
		}
		captured := o.Totals.Total
		owed, err := captured.Neg()
		if err != nil {
			return err
		}
		postings = append(postings, payment.Posting{ID: core.NewID[core.EntryID](nil, core.PrefixEntry), Order: o.ID, Payment: p.payments[i].ID, Kind: payment.PostCapture,
			Actor: actor, At: o.PlacedAt, Entries: []payment.Entry{{Account: payment.Clearing, Amount: captured}, {Account: payment.Receivable, Amount: owed}}})
	}
	if len(p.orders) > 0 {
		if err := tx.Orders().InsertMany(ctx, p.orders, events); err != nil {
			return err
		}
		if err := tx.Payments().Insert(ctx, p.payments...); err != nil {
			return err
		}
		if err := tx.Payments().Post(ctx, postings...); err != nil {
			return err
		}
	}
	for i := range p.refunds {
		if err := p.refunds[i].write(ctx, tx, actor); err != nil {
			return err
		}
	}
	return nil
}

// write books a refund: line quantities, the refund, money and ledger.
func (f *refundPlan) write(ctx context.Context, tx storage.Tx, actor string) error {
	clock := core.Clock(func() time.Time { return f.at })
	o, err := tx.Orders().Lock(ctx, f.sold.id)
	if err != nil {
		return err
	}
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
	zero, amount := money.Zero(currency), money.New(f.amount, currency)
	r := order.Refund{ID: core.NewID[core.RefundID](nil, core.PrefixRefund), Order: o.ID, Lines: f.lines, Shipping: money.New(f.ship, currency), ShippingTax: zero,
		Goodwill: zero, Amount: amount, Tax: zero, Reason: "cancelled invoice " + f.invoice, State: order.RefundSucceeded, Actor: actor, Version: 1,
		Payments: []order.RefundPayment{{Payment: f.sold.payment, Amount: amount}}, CreatedAt: f.at, UpdatedAt: f.at}
	if err := tx.Orders().InsertRefund(ctx, r); err != nil {
		return err
	}
	clerk := payment.Clerk{Clock: clock}
	total := money.New(f.sold.total, currency)
	if _, err := clerk.Observe(ctx, tx, f.sold.payment, payment.Outcome{Status: payment.Captured, Authorized: total, Captured: total,
		Refunded: money.New(f.total, currency)}); err != nil {
		return err
	}
	if credit, ok := clerk.Credit(o.ID, string(r.ID), amount, zero, actor, f.at); ok {
		if err := tx.Payments().Post(ctx, credit); err != nil {
			return err
		}
	}
	next := o.States
	next.Payment = order.PaymentStateOf(o.Totals.Total, order.Funds{Authorized: zero, Captured: total, Refunded: money.New(f.total, currency)})
	if err := (order.Clerk{Clock: clock}).Step(ctx, tx.Orders(), &o, next); err != nil {
		return err
	}
	data, err := json.Marshal(map[string]any{"refund_id": r.ID, "amount": amount, "invoice": f.invoice})
	if err != nil {
		return err
	}
	return tx.Orders().AppendEvents(ctx, order.Event{ID: core.NewID[core.EventID](nil, core.PrefixEvent), Order: o.ID, Type: "refund.succeeded",
		Text: "Refunded " + amount.Display() + " by invoice " + f.invoice + ".", Actor: actor, Data: data, At: f.at})
}

// paymentsOf maps imported orders to their payments.
func paymentsOf(ctx context.Context, tx storage.Tx) (map[core.OrderID]core.PaymentID, error) {
	out := map[core.OrderID]core.PaymentID{}
	q := core.PageQuery{Limit: core.MaxPageSize}
	for {
		page, err := tx.Payments().List(ctx, payment.Filter{Provider: providerName}, q)
		if err != nil {
			return nil, err
		}
		for _, p := range page.Items {
			out[p.Order] = p.ID
		}
		if q.After = page.Next; q.After == "" {
			return out, nil
		}
	}
}

// customersOfImport selects the customers of the import, oldest first.
func customersOfImport() account.CustomerFilter {
	return account.CustomerFilter{Query: referencePrefix, Sort: account.OldestFirst}
}
