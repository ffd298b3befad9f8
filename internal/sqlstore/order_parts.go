package sqlstore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

func (s orderStore) Timeline(ctx context.Context, id core.OrderID, publicOnly bool, q core.PageQuery) (core.Page[order.Event], error) {
	var at int64
	var last string
	later, err := core.DecodeCursor(q.After, &at, &last)
	if err != nil {
		return core.Page[order.Event]{}, err
	}
	rows, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (e order.Event, err error) {
		var data []byte
		var at int64
		err = r.Scan(&e.ID, &e.Order, &e.Type, &e.Text, &e.Public, &e.Actor, &data, &at)
		if len(data) > 0 {
			e.Data = data
		}
		e.At = sqldb.Time(at)
		return e, err
	}, `select `+orderEventColumns+` from order_events where order_id = $1 and (not $2 or public) and (not $3 or (at, id) > ($4, $5))
		order by at, id limit $6`, id, publicOnly, later, at, last, q.Size()+1)
	return core.Cut(rows, q, func(e order.Event) []any { return []any{e.At.UnixMicro(), string(e.ID)} }), err
}

const fulfilmentColumns = `id, order_id, state, doc, version, created_at, updated_at`

func scanFulfilment(s sqldb.Scanner) (f order.Fulfilment, err error) {
	var row order.Fulfilment
	var doc []byte
	var created, updated int64
	if err := s.Scan(&row.ID, &row.Order, &row.State, &doc, &row.Version, &created, &updated); err != nil {
		return f, err
	}
	err = json.Unmarshal(doc, &f)
	f.ID, f.Order, f.State, f.Version, f.CreatedAt, f.UpdatedAt = row.ID, row.Order, row.State, row.Version, sqldb.Time(created), sqldb.Time(updated)
	return f, err
}

func (s orderStore) InsertFulfilment(ctx context.Context, f order.Fulfilment) error {
	doc, err := toJSON(f)
	if err != nil {
		return err
	}
	return s.c.Defer(ctx, `insert into order_fulfilments (`+fulfilmentColumns+`) values ($1, $2, $3, $4, $5, $6, $7)`,
		f.ID, f.Order, f.State, doc, f.Version, sqldb.Micros(f.CreatedAt), sqldb.Micros(f.UpdatedAt))
}

func (s orderStore) UpdateFulfilment(ctx context.Context, f order.Fulfilment, seen int64) error {
	doc, err := toJSON(f)
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update order_fulfilments set state = $1, doc = $2, version = version + 1, updated_at = $3 where id = $4 and version = $5`,
		f.State, doc, sqldb.Micros(f.UpdatedAt), f.ID, seen)
	if err != nil {
		return err
	}
	return versioned(ctx, s.c, n, "fulfilment", "order_fulfilments", f.ID, seen)
}

func (s orderStore) Fulfilment(ctx context.Context, id core.FulfilmentID) (order.Fulfilment, error) {
	f, err := sqldb.One(ctx, s.c, scanFulfilment, `select `+fulfilmentColumns+` from order_fulfilments where id = $1`, id)
	return f, notFound(err, "fulfilment", id)
}

func (s orderStore) Fulfilments(ctx context.Context, id core.OrderID) ([]order.Fulfilment, error) {
	return sqldb.All(ctx, s.c, scanFulfilment, `select `+fulfilmentColumns+` from order_fulfilments where order_id = $1 order by created_at, id`, id)
}

const refundColumns = `id, order_id, state, amount, goodwill, doc, version, created_at, updated_at`

func scanRefund(s sqldb.Scanner) (v order.Refund, err error) {
	var row order.Refund
	var doc []byte
	var created, updated int64
	if err := s.Scan(&row.ID, &row.Order, &row.State, &row.Amount.Amount, &row.Goodwill.Amount, &doc, &row.Version, &created, &updated); err != nil {
		return v, err
	}
	err = json.Unmarshal(doc, &v)
	v.ID, v.Order, v.State, v.Version, v.CreatedAt, v.UpdatedAt = row.ID, row.Order, row.State, row.Version, sqldb.Time(created), sqldb.Time(updated)
	return v, err
}

func (s orderStore) InsertRefund(ctx context.Context, r order.Refund) error {
	doc, err := toJSON(r)
	if err != nil {
		return err
	}
	return s.c.Defer(ctx, `insert into order_refunds (`+refundColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, r.ID, r.Order, r.State,
		r.Amount.Amount, r.Goodwill.Amount, doc, r.Version, sqldb.Micros(r.CreatedAt), sqldb.Micros(r.UpdatedAt))
}

func (s orderStore) UpdateRefund(ctx context.Context, r order.Refund, seen int64) error {
	doc, err := toJSON(r)
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update order_refunds set state = $1, doc = $2, version = version + 1, updated_at = $3 where id = $4 and version = $5`,
		r.State, doc, sqldb.Micros(r.UpdatedAt), r.ID, seen)
	if err != nil {
		return err
	}
	return versioned(ctx, s.c, n, "refund", "order_refunds", r.ID, seen)
}

func (s orderStore) Refund(ctx context.Context, id core.RefundID) (order.Refund, error) {
	r, err := sqldb.One(ctx, s.c, scanRefund, `select `+refundColumns+` from order_refunds where id = $1`, id)
	return r, notFound(err, "refund", id)
}

func (s orderStore) Refunds(ctx context.Context, id core.OrderID) ([]order.Refund, error) {
	return sqldb.All(ctx, s.c, scanRefund, `select `+refundColumns+` from order_refunds where order_id = $1 order by created_at, id`, id)
}

func (s orderStore) PendingRefunds(ctx context.Context, before time.Time, limit int) ([]order.Refund, error) {
	return sqldb.All(ctx, s.c, scanRefund, `select `+refundColumns+` from order_refunds where state = 'pending' and updated_at < $1
		order by updated_at, id limit $2`, sqldb.Micros(before), limit)
}

func (s orderStore) TopProducts(ctx context.Context, q order.TopQuery) ([]order.TopProduct, error) {
	w := conditions{parts: []string{`o.placed_at > 0`, `o.status <> 'cancelled'`, `l.product_id <> ''`}}
	if !q.From.IsZero() {
		w.add(`o.placed_at >= ?`, sqldb.Micros(q.From))
	}
	if !q.To.IsZero() {
		w.add(`o.placed_at < ?`, sqldb.Micros(q.To))
	}
	if q.Currency != "" {
		w.add(`o.currency = ?`, q.Currency)
	}
	by := "pieces"
	if q.Revenue {
		if q.Currency == "" {
			return nil, core.Invalid("currency", "is required to compare revenue")
		}
		by = "revenue"
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 10
	}
	// What is cancelled may be refunded as well: it counts once.
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (p order.TopProduct, err error) {
		err = r.Scan(&p.Product, &p.Title, &p.Quantity, &p.Revenue.Amount, &p.Orders)
		p.Revenue.Currency = q.Currency
		if q.Currency == "" { // a sum over currencies says nothing
			p.Revenue.Amount = 0
		}
		return p, err
	}, `select l.product_id, max(l.title), cast(sum(l.quantity - case when l.cancelled > l.refunded then l.cancelled else l.refunded end) as bigint) as pieces,
		cast(sum(l.total - l.refunded_amount) as bigint) as revenue, count(distinct l.order_id)
		from orders o join order_lines l on l.order_id = o.id where `+w.sql()+` group by l.product_id order by `+by+` desc, l.product_id limit `+w.param(min(limit, 1000)), w.args...)
}

func (s orderStore) Unbalanced(ctx context.Context) ([]order.Imbalance, error) {
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (v order.Imbalance, err error) {
		return v, r.Scan(&v.Order, &v.Problem)
	}, `with sums as (select order_id, sum(subtotal) subtotal, sum(tax_added) tax_added, sum(discount) discount, sum(total) total, sum(quantity) units,
			sum(refunded_amount) refunded from order_lines group by order_id),
		back as (select order_id, sum(amount - goodwill) amount from order_refunds where state <> 'failed' group by order_id)
		select o.id, 'its total is not the sum of its lines and shipping' from orders o left join sums l on l.order_id = o.id
			where o.total <> coalesce(l.total, 0) + o.shipping_total or o.subtotal <> coalesce(l.subtotal, 0)
		union all
		select o.id, 'its pieces are not the sum of its lines' from orders o left join sums l on l.order_id = o.id where o.units <> coalesce(l.units, 0)
		union all
		select o.id, 'its discount or tax is less than that of its lines' from orders o join sums l on l.order_id = o.id
			where o.discount < l.discount or o.tax_added < l.tax_added
		union all
		select l.order_id, 'lines without an order' from sums l where not exists (select 1 from orders o where o.id = l.order_id)
		union all
		select o.id, 'what lines and shipping gave back is not the sum of its refunds' from orders o left join sums l on l.order_id = o.id
			left join back b on b.order_id = o.id where coalesce(l.refunded, 0) + o.shipping_refunded <> coalesce(b.amount, 0)
		union all
		select o.id, 'it is placed without a time' from orders o where o.status in ('placed', 'completed') and o.placed_at = 0
		order by 1, 2`)
}
