package sqlstore

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Analytics returns the store of what shoppers do.
func (t *Tx) Analytics() analytics.Store { return analyticsStore{t.c} }

type analyticsStore struct{ c sqldb.Conn }

const analyticsColumns = `id, at, kind, session, customer_id, region, product_id, quantity, amount, currency, order_id, answer_id, position, placement, bucket, model, query, found, shown`

func scanAnalytics(r sqldb.Scanner) (e analytics.Event, err error) {
	var at int64
	var shown string
	err = r.Scan(&e.ID, &at, &e.Kind, &e.Session, &e.Customer, &e.Region, &e.Product, &e.Quantity, &e.Amount.Amount, &e.Amount.Currency, &e.Order, &e.Answer, &e.Position,
		&e.Placement, &e.Bucket, &e.Model, &e.Query, &e.Found, &shown)
	e.At = sqldb.Time(at)
	if err == nil && shown != "" {
		err = json.Unmarshal([]byte(shown), &e.Shown)
	}
	return e, err
}

func (s analyticsStore) Insert(ctx context.Context, events ...analytics.Event) error {
	rows := make([][]any, len(events))
	for i, e := range events {
		shown := ""
		if len(e.Shown) > 0 {
			var err error
			if shown, err = toJSON(e.Shown); err != nil {
				return err
			}
		}
		rows[i] = []any{e.ID, sqldb.Micros(e.At), e.Kind, e.Session, e.Customer, e.Region, e.Product, e.Quantity, e.Amount.Amount, e.Amount.Currency, e.Order, e.Answer,
			e.Position, e.Placement, e.Bucket, e.Model, e.Query, e.Found, shown}
	}
	return deferRows(ctx, s.c, "analytics_events", analyticsColumns, rows)
}

func (s analyticsStore) Answers(ctx context.Context, ids []core.EventID) (map[core.EventID]analytics.Event, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := sqldb.All(ctx, s.c, scanAnalytics, `select `+analyticsColumns+` from analytics_events where kind = 'answer' and id in `+sqldb.In(1, len(ids)), sqldb.PadArgs(ids)...)
	out := make(map[core.EventID]analytics.Event, len(found))
	for _, e := range found {
		out[e.ID] = e
	}
	return out, err
}

// own selects by customer or session; the two conditions let the partial
// indexes be used.
const own = `(customer_id = $1 and customer_id <> '' or session = $2 and session <> '')`

func (s analyticsStore) Touches(ctx context.Context, session string, customer core.CustomerID, products []core.ProductID, since time.Time) ([]analytics.Touch, error) {
	if len(products) == 0 {
		return nil, nil
	}
	args := append([]any{customer, session, sqldb.Micros(since)}, sqldb.PadArgs(products)...)
	found, err := sqldb.All(ctx, s.c, scanAnalytics, `select `+analyticsColumns+` from analytics_events where `+own+` and at >= $3 and kind = 'click' and answer_id <> ''
		and product_id in `+sqldb.In(4, len(products))+` order by at desc, id desc`, args...)
	var out []analytics.Touch
	seen := map[core.ProductID]bool{}
	for _, e := range found {
		if !seen[e.Product] {
			seen[e.Product] = true
			out = append(out, analytics.Touch{Product: e.Product, Event: e})
		}
	}
	return out, err
}

func (s analyticsStore) After(ctx context.Context, kinds []analytics.Kind, at time.Time, id core.EventID, limit int) ([]analytics.Event, error) {
	args := append([]any{sqldb.Micros(at), id, limit}, sqldb.PadArgs(kinds)...)
	return sqldb.All(ctx, s.c, scanAnalytics, `select `+analyticsColumns+` from analytics_events where (at, id) > ($1, $2) and kind in `+sqldb.In(4, len(kinds))+
		` order by at, id limit $3`, args...)
}

func (s analyticsStore) Of(ctx context.Context, customer core.CustomerID, session string, kinds []analytics.Kind, limit int) ([]analytics.Event, error) {
	args := []any{customer, session, limit}
	where := own
	if len(kinds) > 0 {
		where += ` and kind in ` + sqldb.In(4, len(kinds))
		args = append(args, sqldb.PadArgs(kinds)...)
	}
	return sqldb.All(ctx, s.c, scanAnalytics, `select `+analyticsColumns+` from analytics_events where `+where+` order by at desc, id desc limit $3`, args...)
}

func (s analyticsStore) Queries(ctx context.Context, from, to time.Time, order analytics.QueryOrder, limit int) ([]analytics.QueryReport, error) {
	by, having := `searches desc, query`, ``
	if order == analytics.ByEmpty {
		by, having = `empty desc, searches desc, query`, ` having sum(case when found = 0 then 1 else 0 end) > 0`
	}
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (q analytics.QueryReport, err error) {
		return q, r.Scan(&q.Query, &q.Searches, &q.Empty, &q.Clicked, &q.Reciprocal, &q.AddedToCart, &q.Purchases)
	}, `select query, count(*) as searches, sum(case when found = 0 then 1 else 0 end) as empty, sum(case when clicks > 0 then 1 else 0 end),
			sum(case when first > 0 then cast(1 as double precision) / first else 0 end), cast(sum(carts) as bigint), cast(sum(purchases) as bigint)
		from (select a.query, a.found,
				(select count(*) from analytics_events c where c.answer_id = a.id and c.answer_id <> '' and c.kind = 'click') as clicks,
				(select min(c.position) from analytics_events c where c.answer_id = a.id and c.answer_id <> '' and c.kind = 'click' and c.position > 0) as first,
				(select count(*) from analytics_events c where c.answer_id = a.id and c.answer_id <> '' and c.kind = 'cart') as carts,
				(select count(*) from analytics_events c where c.answer_id = a.id and c.answer_id <> '' and c.kind = 'purchase') as purchases
			from analytics_events a where a.at >= $1 and a.at < $2 and a.kind = 'answer' and a.placement = '`+analytics.PlacementSearch+`' and a.query <> '') t
		group by query`+having+` order by `+by+` limit $3`, sqldb.Micros(from), sqldb.Micros(to), limit)
}

func (s analyticsStore) Placements(ctx context.Context, from, to time.Time) ([]analytics.PlacementReport, error) {
	type row struct {
		placement, bucket, model string
		kind                     analytics.Kind
		currency                 money.Currency
		events, answers, amount  int64
	}
	rows, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (v row, err error) {
		return v, r.Scan(&v.placement, &v.bucket, &v.model, &v.kind, &v.currency, &v.events, &v.answers, &v.amount)
	}, `select placement, bucket, model, kind, currency, count(*), count(distinct answer_id), cast(sum(amount) as bigint) from analytics_events
		where at >= $1 and at < $2 and placement <> '' group by placement, bucket, model, kind, currency order by placement, bucket, model, kind, currency`,
		sqldb.Micros(from), sqldb.Micros(to))
	var out []analytics.PlacementReport
	for _, v := range rows {
		if n := len(out); n == 0 || out[n-1].Placement != v.placement || out[n-1].Bucket != v.bucket || out[n-1].Model != v.model {
			out = append(out, analytics.PlacementReport{Placement: v.placement, Bucket: v.bucket, Model: v.model})
		}
		r := &out[len(out)-1]
		switch v.kind {
		case analytics.Answer:
			r.Answers += v.events
		case analytics.Click:
			r.Clicks, r.Clicked = r.Clicks+v.events, r.Clicked+v.answers
		case analytics.Cart:
			r.Carts += v.events
		case analytics.Purchase:
			r.Purchases += v.events
			if v.currency != "" {
				if r.Revenue == nil {
					r.Revenue = map[money.Currency]int64{}
				}
				r.Revenue[v.currency] += v.amount
			}
		}
	}
	return out, err
}

func (s analyticsStore) Forget(ctx context.Context, customer core.CustomerID) (int64, error) {
	if customer == "" {
		return 0, nil
	}
	return s.c.Exec(ctx, `update analytics_events set customer_id = '', session = '', order_id = '' where customer_id = $1`, customer)
}

func (s analyticsStore) Prune(ctx context.Context, before time.Time, limit int) (int64, error) {
	return s.c.Exec(ctx, `delete from analytics_events where id in (select id from analytics_events where at < $1 order by at limit `+strconv.Itoa(limit)+`)`, sqldb.Micros(before))
}
