package sqlstore

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Orders returns the order store.
func (t *Tx) Orders() order.Store { return orderStore{t.c} }

type orderStore struct{ c sqldb.Conn }

const (
	orderColumns = `id, number, cart_id, token, channel_id, currency, locale, customer_id, email, email_key, status, payment_state, fulfilment_state, ` +
		`subtotal, discount, shipping, tax, tax_added, total, shipping_total, shipping_refunded, units, quote, doc, version, created_at, updated_at, ` +
		`placed_at, cancelled_at, completed_at`
	orderLineColumns = `order_id, id, position, variant_id, product_id, sku, title, quantity, fulfilled, returned, refunded, cancelled, ` +
		`unit_price, subtotal, discount, tax, tax_added, total, refunded_amount, doc`
	orderEventColumns = `id, order_id, type, text, public, actor, data, at`
)

// orderDoc is what of an order is never searched for.
type orderDoc struct {
	ShippingAddress core.Address      `json:"ship,omitzero"`
	BillingAddress  core.Address      `json:"bill,omitzero"`
	Shipping        order.Shipping    `json:"shipping,omitzero"`
	Codes           []string          `json:"codes,omitempty"`
	Note            string            `json:"note,omitempty"`
	Metadata        map[string]string `json:"metadata,omitempty"`
}

// orderLineDoc is the same of a line.
type orderLineDoc struct {
	StockItem    core.StockItemID  `json:"item,omitempty"`
	VariantTitle string            `json:"variant,omitempty"`
	Options      map[string]string `json:"options,omitempty"`
	Image        core.ImageID      `json:"image,omitempty"`
	TaxClass     core.TaxClassID   `json:"class,omitempty"`
	WeightGrams  int64             `json:"grams,omitempty"`
	Ships        bool              `json:"ships,omitempty"`
	ListPrice    int64             `json:"list,omitempty"`
	Discounts    []order.Discount  `json:"discounts,omitempty"`
	Taxes        []order.Tax       `json:"taxes,omitempty"`
	Metadata     map[string]string `json:"metadata,omitempty"`
}

func docOf(o *order.Order) (string, error) {
	d := orderDoc{o.ShippingAddress, o.BillingAddress, o.Shipping, o.Codes, o.Note, o.Metadata}
	d.Shipping.RefundedAmount = money.Money{} // it has a column
	return toJSON(d)
}

func orderRow(o *order.Order) ([]any, error) {
	doc, err := docOf(o)
	if err != nil {
		return nil, err
	}
	t := o.Totals
	return []any{o.ID, o.Number, o.Cart, o.Token, o.Channel, o.Currency, o.Locale, o.Customer, o.Email, core.NormalEmail(o.Email),
		o.Status, o.Payment, o.Fulfilment, t.Subtotal.Amount, t.Discount.Amount, t.Shipping.Amount, t.Tax.Amount, t.TaxAdded.Amount,
		t.Total.Amount, o.Shipping.Total.Amount, o.Shipping.RefundedAmount.Amount, o.Units(), o.Quote, doc, o.Version,
		sqldb.Micros(o.CreatedAt), sqldb.Micros(o.UpdatedAt), sqldb.Micros(o.PlacedAt), sqldb.Micros(o.CancelledAt), sqldb.Micros(o.CompletedAt)}, nil
}

func orderLineRows(rows [][]any, o *order.Order) ([][]any, error) {
	for i, l := range o.Lines {
		doc, err := toJSON(orderLineDoc{l.StockItem, l.VariantTitle, l.Options, l.Image, l.TaxClass, l.WeightGrams, l.Ships, l.ListPrice.Amount,
			l.Discounts, l.Taxes, l.Metadata})
		if err != nil {
			return nil, err
		}
		rows = append(rows, []any{o.ID, l.ID, i, l.Variant, l.Product, l.SKU, l.Title, l.Quantity, l.Fulfilled, l.Returned, l.Refunded, l.Cancelled,
			l.UnitPrice.Amount, l.Subtotal.Amount, l.DiscountTotal(), l.TaxTotal(), l.Total.Amount - l.Subtotal.Amount + l.DiscountTotal(),
			l.Total.Amount, l.RefundedAmount.Amount, doc})
	}
	return rows, nil
}

func orderEventRows(events []order.Event) [][]any {
	rows := make([][]any, len(events))
	for i, e := range events {
		rows[i] = []any{e.ID, e.Order, e.Type, e.Text, e.Public, e.Actor, string(e.Data), sqldb.Micros(e.At)}
	}
	return rows
}

func (s orderStore) Insert(ctx context.Context, o *order.Order, events ...order.Event) error {
	return s.insert(ctx, []*order.Order{o}, events)
}

func (s orderStore) InsertMany(ctx context.Context, orders []order.Order, events []order.Event) error {
	list := make([]*order.Order, len(orders))
	for i := range orders {
		list[i] = &orders[i]
	}
	return s.insert(ctx, list, events)
}

func (s orderStore) insert(ctx context.Context, orders []*order.Order, events []order.Event) error {
	heads := make([][]any, len(orders))
	var lines [][]any
	for i, o := range orders {
		if err := o.Check(); err != nil {
			return err
		}
		var err error
		if heads[i], err = orderRow(o); err != nil {
			return err
		}
		if lines, err = orderLineRows(lines, o); err != nil {
			return err
		}
	}
	if err := deferRows(ctx, s.c, "orders", orderColumns, heads); err != nil {
		return err
	}
	if err := deferRows(ctx, s.c, "order_lines", orderLineColumns, lines); err != nil {
		return err
	}
	return s.AppendEvents(ctx, events...)
}

func (s orderStore) AppendEvents(ctx context.Context, events ...order.Event) error {
	return deferRows(ctx, s.c, "order_events", orderEventColumns, orderEventRows(events))
}

func scanOrder(s sqldb.Scanner) (o order.Order, err error) {
	var doc []byte
	var emailKey string
	var units, shippingTotal, shippingRefunded, created, updated, placed, cancelled, completed int64
	t := &o.Totals
	if err := s.Scan(&o.ID, &o.Number, &o.Cart, &o.Token, &o.Channel, &o.Currency, &o.Locale, &o.Customer, &o.Email, &emailKey,
		&o.Status, &o.Payment, &o.Fulfilment, &t.Subtotal.Amount, &t.Discount.Amount, &t.Shipping.Amount, &t.Tax.Amount, &t.TaxAdded.Amount,
		&t.Total.Amount, &shippingTotal, &shippingRefunded, &units, &o.Quote, &doc, &o.Version, &created, &updated, &placed, &cancelled, &completed); err != nil {
		return o, err
	}
	var d orderDoc
	if err := json.Unmarshal(doc, &d); err != nil {
		return o, err
	}
	o.ShippingAddress, o.BillingAddress, o.Shipping, o.Codes, o.Note, o.Metadata = d.ShippingAddress, d.BillingAddress, d.Shipping, d.Codes, d.Note, d.Metadata
	o.Shipping.RefundedAmount.Amount = shippingRefunded
	for _, m := range []*money.Money{&t.Subtotal, &t.Discount, &t.Shipping, &t.Tax, &t.TaxAdded, &t.Total, &o.Shipping.RefundedAmount, &o.Shipping.Price, &o.Shipping.Total} {
		m.Currency = o.Currency
	}
	o.CreatedAt, o.UpdatedAt, o.PlacedAt = sqldb.Time(created), sqldb.Time(updated), sqldb.Time(placed)
	o.CancelledAt, o.CompletedAt = sqldb.Time(cancelled), sqldb.Time(completed)
	return o, nil
}

type orderLine struct {
	order core.OrderID
	order.Line
}

func scanOrderLine(s sqldb.Scanner) (l orderLine, err error) {
	var doc []byte
	var position, discount, tax, added int64
	if err := s.Scan(&l.order, &l.ID, &position, &l.Variant, &l.Product, &l.SKU, &l.Title, &l.Quantity, &l.Fulfilled, &l.Returned, &l.Refunded,
		&l.Cancelled, &l.UnitPrice.Amount, &l.Subtotal.Amount, &discount, &tax, &added, &l.Total.Amount, &l.RefundedAmount.Amount, &doc); err != nil {
		return l, err
	}
	var d orderLineDoc
	if err := json.Unmarshal(doc, &d); err != nil {
		return l, err
	}
	l.StockItem, l.VariantTitle, l.Options, l.Image, l.TaxClass = d.StockItem, d.VariantTitle, d.Options, d.Image, d.TaxClass
	l.WeightGrams, l.Ships, l.ListPrice.Amount, l.Discounts, l.Taxes, l.Metadata = d.WeightGrams, d.Ships, d.ListPrice, d.Discounts, d.Taxes, d.Metadata
	return l, nil
}

// readLines fills in the lines of orders with one statement.
func (s orderStore) readLines(ctx context.Context, orders []order.Order) error {
	if len(orders) == 0 {
		return nil
	}
	at := make(map[core.OrderID]*order.Order, len(orders))
	ids := make([]core.OrderID, len(orders))
	for i := range orders {
		ids[i] = orders[i].ID
		at[ids[i]] = &orders[i]
	}
	lines, err := sqldb.All(ctx, s.c, scanOrderLine, `select `+orderLineColumns+` from order_lines where order_id in `+sqldb.In(1, len(ids))+
		` order by order_id, position`, sqldb.PadArgs(ids)...)
	for _, l := range lines {
		o := at[l.order]
		for _, m := range []*money.Money{&l.UnitPrice, &l.Subtotal, &l.Total, &l.RefundedAmount} {
			m.Currency = o.Currency
		}
		if l.ListPrice.Amount != 0 {
			l.ListPrice.Currency = o.Currency
		}
		o.Lines = append(o.Lines, l.Line)
	}
	return err
}

func (s orderStore) one(ctx context.Context, name, where string, args ...any) (order.Order, error) {
	o, err := sqldb.One(ctx, s.c, scanOrder, `select `+orderColumns+` from orders where `+where, args...)
	if err != nil {
		return o, notFound(err, "order", name)
	}
	list := []order.Order{o}
	err = s.readLines(ctx, list)
	return list[0], err
}

func (s orderStore) Order(ctx context.Context, id core.OrderID) (order.Order, error) {
	return s.one(ctx, string(id), `id = $1`, id)
}

func (s orderStore) Lock(ctx context.Context, id core.OrderID) (order.Order, error) {
	return s.one(ctx, string(id), `id = $1`+s.c.Dialect().ForUpdate, id)
}

func (s orderStore) Find(ctx context.Context, k order.Key) (order.Order, error) {
	var w conditions
	name := string(k.Number)
	if k.ID != "" {
		name = string(k.ID)
		w.add(`id = ?`, k.ID)
	}
	if k.Number != "" {
		w.add(`number = ?`, k.Number)
	}
	if k.Cart != "" {
		w.add(`cart_id = ? and cart_id <> '' and (status <> 'cancelled' or placed_at > 0)`, k.Cart)
	}
	if k.Token != "" {
		w.add(`token = ? and token <> ''`, k.Token)
	}
	if len(w.args) == 0 {
		return order.Order{}, core.NotFound("order", name)
	}
	if k.Customer != "" {
		w.add(`customer_id = ?`, k.Customer)
	}
	if k.Email != "" {
		w.add(`email_key = ?`, core.NormalEmail(k.Email))
	}
	return s.one(ctx, name, w.sql(), w.args...)
}

func (s orderStore) SetStates(ctx context.Context, id core.OrderID, from, to order.States, at time.Time) (bool, error) {
	n, err := s.c.Exec(ctx, `update orders set status = $1, payment_state = $2, fulfilment_state = $3, version = version + 1, updated_at = $4,
		placed_at = case when $1 = 'placed' and placed_at = 0 then $4 else placed_at end,
		cancelled_at = case when $1 = 'cancelled' and status <> 'cancelled' then $4 else cancelled_at end,
		completed_at = case when $1 = 'placed' then 0 when $1 = 'completed' and status <> 'completed' then $4 else completed_at end
		where id = $5 and status = $6 and payment_state = $7 and fulfilment_state = $8`,
		to.Status, to.Payment, to.Fulfilment, sqldb.Micros(at), id, from.Status, from.Payment, from.Fulfilment)
	return n == 1, exists(err, "uq_orders__cart_id", "cart_id", "the cart is an order already")
}

func (s orderStore) Update(ctx context.Context, o order.Order, seen int64) error {
	doc, err := docOf(&o)
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update orders set customer_id = $1, email = $2, email_key = $3, doc = $4, version = version + 1, updated_at = $5
		where id = $6 and version = $7`, o.Customer, o.Email, core.NormalEmail(o.Email), doc, sqldb.Micros(o.UpdatedAt), o.ID, seen)
	if err != nil {
		return err
	}
	return versioned(ctx, s.c, n, "order", "orders", o.ID, seen)
}

func (s orderStore) Count(ctx context.Context, o *order.Order, changes ...order.Change) error {
	changes = slices.Clone(changes)
	slices.SortStableFunc(changes, func(a, b order.Change) int { return strings.Compare(string(a.Line), string(b.Line)) })
	stmts := make([]sqldb.Stmt, len(changes), len(changes)+1)
	for i, c := range changes {
		if c.Line == "" {
			stmts[i] = sqldb.Stmt{SQL: `update orders set shipping_refunded = shipping_refunded + $1
				where id = $2 and shipping_refunded + $1 >= 0 and shipping_refunded + $1 <= shipping_total`, Args: []any{c.RefundedAmount, o.ID}}
			continue
		}
		stmts[i] = sqldb.Stmt{SQL: `update order_lines set fulfilled = fulfilled + $1, returned = returned + $2, refunded = refunded + $3,
			cancelled = cancelled + $4, refunded_amount = refunded_amount + $5
			where order_id = $6 and id = $7 and fulfilled + $1 >= 0 and cancelled + $4 >= 0 and fulfilled + $1 + cancelled + $4 <= quantity
			and returned + $2 >= 0 and returned + $2 <= fulfilled + $1 and refunded + $3 >= 0 and refunded + $3 <= quantity
			and refunded_amount + $5 >= 0 and refunded_amount + $5 <= total`,
			Args: []any{c.Fulfilled, c.Returned, c.Refunded, c.Cancelled, c.RefundedAmount, o.ID, c.Line}}
	}
	if len(stmts) == 0 {
		return nil
	}
	stmts = append(stmts, sqldb.Stmt{SQL: `update orders set version = version + 1 where id = $1`, Args: []any{o.ID}})
	counts, err := s.c.ExecBatch(ctx, stmts)
	if err != nil {
		return err
	}
	for i, c := range changes {
		if counts[i] == 0 {
			return s.refused(ctx, o.ID, c)
		}
		if l := o.Line(c.Line); l != nil {
			l.Fulfilled, l.Returned, l.Refunded, l.Cancelled = l.Fulfilled+c.Fulfilled, l.Returned+c.Returned, l.Refunded+c.Refunded, l.Cancelled+c.Cancelled
			l.RefundedAmount.Amount += c.RefundedAmount
		} else if c.Line == "" {
			o.Shipping.RefundedAmount.Amount += c.RefundedAmount
		}
	}
	o.Version++
	return nil
}

// refused says what of a change its line has no room for.
func (s orderStore) refused(ctx context.Context, id core.OrderID, c order.Change) error {
	e := &order.QuantityError{Order: id, Line: c.Line, What: "refunded"}
	if c.Line == "" {
		return e
	}
	l, err := sqldb.One(ctx, s.c, scanOrderLine, `select `+orderLineColumns+` from order_lines where order_id = $1 and id = $2`, id, c.Line)
	if err != nil {
		return notFound(err, "line", c.Line)
	}
	switch fulfilled := l.Fulfilled + c.Fulfilled; {
	case l.Cancelled+c.Cancelled < 0 || c.Cancelled != 0 && fulfilled+l.Cancelled+c.Cancelled > l.Quantity:
		e.What = "cancelled"
	case fulfilled < 0 || fulfilled+l.Cancelled+c.Cancelled > l.Quantity:
		e.What = "fulfilled"
	case l.Returned+c.Returned < 0 || l.Returned+c.Returned > fulfilled:
		e.What = "returned"
	}
	return e
}

func (s orderStore) Claim(ctx context.Context, customer core.CustomerID, email string) (int64, error) {
	return s.c.Exec(ctx, `update orders set customer_id = $1, version = version + 1 where email_key = $2 and email_key <> '' and customer_id = ''`,
		customer, core.NormalEmail(email))
}

func (s orderStore) PendingSince(ctx context.Context, before time.Time, limit int) ([]core.OrderID, error) {
	return sqldb.All(ctx, s.c, sqldb.Column[core.OrderID], `select id from orders where status = 'pending' and created_at < $1
		order by created_at, id limit $2`, sqldb.Micros(before), limit)
}
