package sqlstore

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// conditions collects what a statement's rows must fit; each "?" takes the
// next argument.
type conditions struct {
	parts []string
	args  []any
}

func (w *conditions) add(part string, args ...any) {
	for _, a := range args {
		part = strings.Replace(part, "?", w.param(a), 1)
	}
	w.parts = append(w.parts, "("+part+")")
}

// param adds an argument and returns its "$n".
func (w *conditions) param(a any) string {
	w.args = append(w.args, a)
	return "$" + strconv.Itoa(len(w.args))
}

// in requires one of the values, if there are any.
func in[T ~string](w *conditions, column string, values []T) {
	if len(values) > 0 {
		w.parts = append(w.parts, column+" in "+sqldb.In(len(w.args)+1, len(values)))
		w.args = append(w.args, sqldb.PadArgs(values)...)
	}
}

func (w *conditions) sql() string {
	if len(w.parts) == 0 {
		return "1 = 1"
	}
	return strings.Join(w.parts, " and ")
}

func orderFilter(f order.Filter) (w conditions) {
	in(&w, "status", f.Statuses)
	in(&w, "payment_state", f.Payments)
	in(&w, "fulfilment_state", f.Fulfilments)
	if f.Customer != "" {
		w.add(`customer_id = ? and customer_id <> ''`, f.Customer)
	}
	if f.Email != "" {
		w.add(`email_key = ? and email_key <> ''`, core.NormalEmail(f.Email))
	}
	if f.Channel != "" {
		w.add(`channel_id = ?`, f.Channel)
	}
	if f.Currency != "" {
		w.add(`currency = ?`, f.Currency)
	}
	if f.Number != "" {
		if prefix := order.NumberPrefix(f.Number); prefix != "" {
			w.add(`number >= ? and number < ?`, prefix, prefix+"~") // "~" sorts after every character of a number
		} else {
			w.add(`1 = 0`)
		}
	}
	if f.Product != "" {
		w.add(`id in (select order_id from order_lines where product_id = ?)`, f.Product)
	}
	if f.SKU != "" {
		w.add(`id in (select order_id from order_lines where sku = ?)`, f.SKU)
	}
	if !f.From.IsZero() {
		w.add(`created_at >= ?`, sqldb.Micros(f.From))
	}
	if !f.To.IsZero() {
		w.add(`created_at < ?`, sqldb.Micros(f.To))
	}
	if f.MinTotal != 0 {
		w.add(`total >= ?`, f.MinTotal)
	}
	if f.MaxTotal != 0 {
		w.add(`total <= ?`, f.MaxTotal)
	}
	return w
}

func (s orderStore) List(ctx context.Context, f order.Filter, q core.PageQuery) (core.Page[order.Order], error) {
	var key int64
	var id string
	later, err := core.DecodeCursor(q.After, &key, &id)
	if err != nil {
		return core.Page[order.Order]{}, err
	}
	column, dir, than := "created_at", "desc", "<"
	value := func(o order.Order) int64 { return o.CreatedAt.UnixMicro() }
	if f.Sort == order.Largest || f.Sort == order.Smallest {
		column = "total"
		value = func(o order.Order) int64 { return o.Totals.Total.Amount }
	}
	if f.Sort == order.Oldest || f.Sort == order.Smallest {
		dir, than = "asc", ">"
	}
	w := orderFilter(f)
	if later {
		w.add(`(`+column+`, id) `+than+` (?, ?)`, key, id)
	}
	rows, err := sqldb.All(ctx, s.c, scanOrder, `select `+orderColumns+` from orders where `+w.sql()+
		` order by `+column+` `+dir+`, id `+dir+` limit `+w.param(q.Size()+1), w.args...)
	if err != nil {
		return core.Page[order.Order]{}, err
	}
	page := core.Cut(rows, q, func(o order.Order) []any { return []any{value(o), string(o.ID)} })
	if f.WithLines {
		err = s.readLines(ctx, page.Items)
	}
	return page, err
}

func (s orderStore) All(ctx context.Context, f order.Filter) iter.Seq2[order.Order, error] {
	f.Sort, f.WithLines = order.Oldest, true
	return func(yield func(order.Order, error) bool) {
		q := core.PageQuery{Limit: core.MaxPageSize}
		for {
			page, err := s.List(ctx, f, q)
			if err != nil {
				yield(order.Order{}, err)
				return
			}
			for _, o := range page.Items {
				if !yield(o, nil) {
					return
				}
			}
			if q.After = page.Next; q.After == "" {
				return
			}
		}
	}
}

func (s orderStore) Sales(ctx context.Context, since time.Time) iter.Seq2[order.Sale, error] {
	const size = 512 // orders of a page
	type head struct {
		order.Sale
		currency money.Currency
	}
	scanHead := func(r sqldb.Scanner) (h head, err error) {
		var at int64
		err = r.Scan(&h.Order, &h.Customer, &h.Channel, &h.currency, &at)
		h.At = sqldb.Time(at)
		return h, err
	}
	scanLine := func(r sqldb.Scanner) (l order.Sale, err error) {
		return l, r.Scan(&l.Order, &l.Line, &l.Product, &l.Variant, &l.SKU, &l.Quantity, &l.Returned, &l.UnitPrice.Amount, &l.Total.Amount)
	}
	return func(yield func(order.Sale, error) bool) {
		at, id := max(sqldb.Micros(since), 1)-1, "~" // after everything before since
		for {
			heads, err := sqldb.All(ctx, s.c, scanHead, `select id, customer_id, channel_id, currency, placed_at from orders
				where placed_at > 0 and (placed_at, id) > ($1, $2) and status <> 'cancelled' order by placed_at, id limit $3`, at, id, size)
			if err != nil {
				yield(order.Sale{}, err)
				return
			}
			if len(heads) == 0 {
				return
			}
			ids := make([]core.OrderID, len(heads))
			for i, h := range heads {
				ids[i] = h.Order
			}
			lines, err := sqldb.All(ctx, s.c, scanLine, `select order_id, id, product_id, variant_id, sku, quantity - cancelled, returned, unit_price, total
				from order_lines where order_id in `+sqldb.In(1, len(ids))+` order by order_id, position`, sqldb.PadArgs(ids)...)
			if err != nil {
				yield(order.Sale{}, err)
				return
			}
			of := map[core.OrderID][]order.Sale{}
			for _, l := range lines {
				of[l.Order] = append(of[l.Order], l)
			}
			for _, h := range heads {
				for _, l := range of[h.Order] {
					l.Customer, l.Channel, l.At, l.UnitPrice.Currency, l.Total.Currency = h.Customer, h.Channel, h.At, h.currency, h.currency
					if !yield(l, nil) {
						return
					}
				}
			}
			last := heads[len(heads)-1]
			at, id = sqldb.Micros(last.At), string(last.Order)
		}
	}
}
