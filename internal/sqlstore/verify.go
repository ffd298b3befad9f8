package sqlstore

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Stranded returns the payments that hold money while their order does not
// stand: it was never placed, or does not exist.
func (t *Tx) Stranded(ctx context.Context) ([]core.PaymentID, error) {
	return sqldb.All(ctx, t.c, sqldb.Column[core.PaymentID], `select p.id from payments p left join orders o on o.id = p.order_id
		where (p.captured > p.refunded or p.status = 'authorized') and (o.id is null or o.placed_at = 0) order by p.id`)
}

// Discrepancies returns the orders that do not agree with what else is written
// down about them: their documents, shipments, refunds, payments and the
// ledger. It reads every order.
func (t *Tx) Discrepancies(ctx context.Context) ([]order.Imbalance, error) {
	b, err := t.books(ctx)
	if err != nil {
		return nil, err
	}
	var out []order.Imbalance
	for o, err := range t.Orders().All(ctx, order.Filter{}) {
		if err != nil {
			return nil, err
		}
		for _, problem := range b.check(&o) {
			out = append(out, order.Imbalance{Order: o.ID, Problem: problem})
		}
		delete(b.sold, bookKey{string(o.ID), o.Currency})
	}
	for k := range b.sold {
		out = append(out, order.Imbalance{Order: core.OrderID(k.about), Problem: "a sale in " + string(k.currency) + " is in the ledger for no such order"})
	}
	return out, nil
}

type bookKey struct {
	about    string // an order's or refund's ID
	currency money.Currency
}

// claim is what the ledger says of a sale, or of a claim given up.
type claim struct{ total, tax int64 }

// books is what is written down about orders beside them.
type books struct {
	sold     map[bookKey]claim // by order
	credited map[bookKey]claim // by refund
	funds    map[bookKey]order.Funds
	disputed map[bookKey]int64 // by order: what disputes hold back or have taken
	parcels  map[core.OrderID][]order.Fulfilment
	refunds  map[core.OrderID][]order.Refund
}

func (t *Tx) books(ctx context.Context) (books, error) {
	b := books{sold: map[bookKey]claim{}, credited: map[bookKey]claim{}, funds: map[bookKey]order.Funds{}, disputed: map[bookKey]int64{},
		parcels: map[core.OrderID][]order.Fulfilment{}, refunds: map[core.OrderID][]order.Refund{}}
	claims := func(into map[bookKey]claim, column, kind string) error {
		_, err := sqldb.All(ctx, t.c, func(r sqldb.Scanner) (none struct{}, err error) {
			var k bookKey
			var c claim
			err = r.Scan(&k.about, &k.currency, &c.total, &c.tax)
			into[k] = c
			return none, err
		}, `select `+column+`, currency, cast(sum(case when account = 'receivable' then amount else 0 end) as bigint),
			cast(sum(case when account = 'tax' then -amount else 0 end) as bigint) from ledger_entries where kind = $1 group by `+column+`, currency`, kind)
		return err
	}
	if err := claims(b.sold, "order_id", "sale"); err != nil {
		return b, err
	}
	if err := claims(b.credited, "ref", "credit"); err != nil {
		return b, err
	}
	if _, err := sqldb.All(ctx, t.c, func(r sqldb.Scanner) (none struct{}, err error) {
		var k bookKey
		var f order.Funds
		var disputed int64
		err = r.Scan(&k.about, &k.currency, &f.Authorized.Amount, &f.Captured.Amount, &f.Refunded.Amount, &disputed)
		b.funds[k], b.disputed[k] = f, disputed
		return none, err
	}, `select order_id, currency, cast(sum(case when status = 'voided' then 0 else authorized - captured end) as bigint), cast(sum(captured) as bigint),
		cast(sum(refunded) as bigint), cast(sum(disputed) as bigint) from payments group by order_id, currency`); err != nil {
		return b, err
	}
	if _, err := sqldb.All(ctx, t.c, func(r sqldb.Scanner) (none struct{}, err error) {
		f, err := scanFulfilment(r)
		b.parcels[f.Order] = append(b.parcels[f.Order], f)
		return none, err
	}, `select `+fulfilmentColumns+` from order_fulfilments where state <> 'cancelled'`); err != nil {
		return b, err
	}
	_, err := sqldb.All(ctx, t.c, func(r sqldb.Scanner) (none struct{}, err error) {
		v, err := scanRefund(r)
		b.refunds[v.Order] = append(b.refunds[v.Order], v)
		return none, err
	}, `select `+refundColumns+` from order_refunds`)
	return b, err
}

// check says what of an order does not agree.
func (b books) check(o *order.Order) (problems []string) {
	say := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Sprintf(format, args...))
		}
	}
	if err := o.Check(); err != nil {
		say(true, "it does not add up: %v", err)
	}
	own := bookKey{string(o.ID), o.Currency}
	sale, want := b.sold[own], claim{}
	if !o.PlacedAt.IsZero() && o.Totals.Total.Amount != 0 {
		want = claim{o.Totals.Total.Amount, o.Totals.Tax.Amount}
	}
	say(sale != want, "the ledger has its sale as %s with %s tax", money.New(sale.total, o.Currency).Display(), money.New(sale.tax, o.Currency).Display())
	b.checkRefunds(o, say)
	b.checkGoods(o, say)
	f := b.funds[own]
	due := o.Totals.Total
	if f.Captured.IsPositive() {
		due.Amount -= o.Credited().Amount
	}
	// Without money only the payments' stories tell pending from failed and voided.
	if state := order.PaymentStateOf(due, f); state != order.PaymentPending && !o.PlacedAt.IsZero() {
		say(o.Payment != state && (state != order.Authorized || o.Payment != order.PaymentFailed), "its payments make it %s, not %s", state, o.Payment)
	} else if state == order.PaymentPending {
		say(f.Captured.IsZero() && (o.Payment == order.Paid || o.Payment == order.PartiallyPaid), "it has no money and is %s", o.Payment)
	}
	return problems
}

func (b books) checkRefunds(o *order.Order, say func(bool, string, ...any)) {
	back := map[core.LineID]int64{}
	var goodwill int64
	for _, r := range b.refunds[o.ID] {
		if r.State != order.RefundFailed {
			goodwill += r.Goodwill.Amount
		}
	}
	for _, r := range b.refunds[o.ID] {
		key := bookKey{string(r.ID), o.Currency}
		given := -b.credited[key].total
		if r.State == order.RefundFailed {
			say(given != 0, "the ledger credits %s for the refund %s, which failed", money.New(given, o.Currency).Display(), r.ID)
			continue
		}
		// What the buyer had back before, as goodwill or by a dispute, was no claim
		// any more: a cancellation does not give it up again.
		least := r.Amount.Amount
		if goodwill > r.Goodwill.Amount || b.disputed[bookKey{string(o.ID), o.Currency}] > 0 {
			least -= r.Offset.Amount
		}
		say(given > r.Amount.Amount || given < least, "the ledger credits %s for the refund %s of %s",
			money.New(given, o.Currency).Display(), r.ID, r.Amount.Display())
		for _, l := range r.Lines {
			back[l.Line] += l.Amount.Amount
		}
	}
	for _, l := range o.Lines {
		say(l.RefundedAmount.Amount != back[l.ID], "line %s gave back %s and its refunds %s", l.ID, l.RefundedAmount.Display(), money.New(back[l.ID], o.Currency).Display())
	}
}

func (b books) checkGoods(o *order.Order, say func(bool, string, ...any)) {
	sent, delivered := map[core.LineID]int64{}, true
	for _, f := range b.parcels[o.ID] {
		delivered = delivered && f.State == order.ShipmentDelivered
		for _, q := range f.Lines {
			sent[q.Line] += q.Quantity
		}
	}
	// History that was brought along complete has no shipments.
	history := o.Status == order.Completed && len(b.parcels[o.ID]) == 0
	for _, l := range o.Lines {
		say(l.Fulfilled != sent[l.ID] && (!history || l.Open() > 0), "line %s has %d fulfilled and its shipments have %d", l.ID, l.Fulfilled, sent[l.ID])
		say(o.Status == order.Cancelled && !o.PlacedAt.IsZero() && l.Open() > 0, "it is cancelled and line %s is not", l.ID)
		say(o.Status == order.Cancelled && l.Fulfilled > 0, "it is cancelled and line %s was sent", l.ID)
	}
	state := order.FulfilmentStateOf(o.Lines, delivered)
	say(o.Fulfilment != state, "its lines and shipments make it %s, not %s", state, o.Fulfilment)
}
