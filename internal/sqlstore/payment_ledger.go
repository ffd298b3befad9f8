package sqlstore

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

const entryColumns = `posting_id, n, order_id, payment_id, kind, ref, account, currency, amount, actor, at`

func (s paymentStore) Post(ctx context.Context, ps ...payment.Posting) error {
	var rows [][]any
	for _, p := range ps {
		if err := p.Check(); err != nil {
			return err
		}
		for n, e := range p.Entries {
			rows = append(rows, []any{p.ID, n, p.Order, p.Payment, p.Kind, p.Ref, e.Account, e.Amount.Currency, e.Amount.Amount, p.Actor, sqldb.Micros(p.At)})
		}
	}
	return deferRows(ctx, s.c, "ledger_entries", entryColumns, rows)
}

func (s paymentStore) Postings(ctx context.Context, order core.OrderID) ([]payment.Posting, error) {
	rows, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (p payment.Posting, err error) {
		var e payment.Entry
		var n, at int64
		err = r.Scan(&p.ID, &n, &p.Order, &p.Payment, &p.Kind, &p.Ref, &e.Account, &e.Amount.Currency, &e.Amount.Amount, &p.Actor, &at)
		p.At, p.Entries = sqldb.Time(at), []payment.Entry{e}
		return p, err
	}, `select `+entryColumns+` from ledger_entries where order_id = $1 order by at, posting_id, n`, order)
	var out []payment.Posting
	for _, p := range rows {
		if n := len(out); n > 0 && out[n-1].ID == p.ID {
			out[n-1].Entries = append(out[n-1].Entries, p.Entries...)
			continue
		}
		out = append(out, p)
	}
	return out, err
}

func (s paymentStore) Balances(ctx context.Context, order core.OrderID) ([]payment.Balance, error) {
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (b payment.Balance, err error) {
		return b, r.Scan(&b.Account, &b.Amount.Currency, &b.Amount.Amount)
	}, `select account, currency, cast(sum(amount) as bigint) from ledger_entries where ($1 = '' or order_id = $1)
		group by account, currency order by account, currency`, order)
}

func (s paymentStore) Revenue(ctx context.Context, from, to time.Time) ([]payment.DayRevenue, error) {
	const day = int64(24 * time.Hour / time.Microsecond)
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (d payment.DayRevenue, err error) {
		var n int64
		var c money.Currency
		err = r.Scan(&n, &c, &d.Sales.Amount, &d.Refunds.Amount, &d.Tax.Amount, &d.Orders)
		d.Day, d.Currency = time.UnixMicro(n*day).UTC(), string(c)
		d.Sales.Currency, d.Refunds.Currency, d.Tax.Currency = c, c, c
		return d, err
	}, `select at / 86400000000 as day, currency, cast(sum(case when account = 'revenue' then -amount else 0 end) as bigint),
		cast(sum(case when account = 'refunds' then amount else 0 end) as bigint), cast(sum(case when account = 'tax' then -amount else 0 end) as bigint),
		count(distinct case when kind = 'sale' then order_id end)
		from ledger_entries where kind in ('sale', 'credit') and (cast($1 as bigint) = 0 or at >= $1) and (cast($2 as bigint) = 0 or at < $2)
		group by at / 86400000000, currency order by day, currency`, sqldb.Micros(from), sqldb.Micros(to))
}

func (s paymentStore) Unbalanced(ctx context.Context) ([]payment.Imbalance, error) {
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (v payment.Imbalance, err error) {
		return v, r.Scan(&v.Order, &v.Payment, &v.Problem)
	}, `select max(order_id), max(payment_id), 'posting ' || posting_id || ' does not sum to zero' from ledger_entries group by posting_id, currency having sum(amount) <> 0
		union all
		select p.order_id, p.id, 'its captures and refunds are not those of the ledger' from payments p
		left join (select payment_id, sum(case when kind = 'capture' then amount else 0 end) captured, sum(case when kind = 'refund' then -amount else 0 end) refunded
			from ledger_entries where account = 'clearing' and payment_id <> '' group by payment_id) l on l.payment_id = p.id
		where p.captured <> coalesce(l.captured, 0) or p.refunded <> coalesce(l.refunded, 0)
		union all
		select order_id, payment_id, 'entries of a payment that does not exist' from ledger_entries e
		where payment_id <> '' and not exists (select 1 from payments p where p.id = e.payment_id) group by order_id, payment_id
		union all
		select p.order_id, p.id, 'its pending refunds are more than it has set aside' from payments p
		join (select payment_id, sum(amount) amount from payment_operations where kind = 'refund' and state = 'pending' group by payment_id) o on o.payment_id = p.id
		where o.amount > p.refund_claimed
		union all
		select order_id, id, 'it is in quarantine' from payments where state = 'quarantined'
		order by 1, 2, 3`)
}
