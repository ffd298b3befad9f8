package sqlstore

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

const parkedColumns = `p.handler, p.state, p.attempts, p.next_at, p.error, p.parked_at, ` + eventColumns

func scanParked(r sqldb.Scanner) (p outbox.Parked, err error) {
	var next, parked, at int64
	var data []byte
	err = r.Scan(&p.Handler, &p.State, &p.Attempts, &next, &p.Error, &parked, &p.Seq, &p.ID, &p.Type, &p.Aggregate, &data, &p.Actor, &at)
	p.NextAt, p.ParkedAt, p.Data, p.At = sqldb.Time(next), sqldb.Time(parked), data, sqldb.Time(at)
	return p, err
}

func (s outboxStore) Due(ctx context.Context, handler string, now time.Time, limit int) ([]outbox.Parked, error) {
	// Asked for each batch of events, and mostly nothing is: so the events are
	// joined only to what there is.
	aggregates, err := sqldb.All(ctx, s.c, sqldb.Column[string], `select h.aggregate from outbox_parked h where h.handler = $1 and h.state = 'retry' and h.next_at <= $2
		and not exists (select 1 from outbox_parked b where b.handler = h.handler and b.aggregate = h.aggregate and b.seq < h.seq)
		order by h.next_at, h.seq limit $3`, handler, sqldb.Micros(now), limit)
	if err != nil || len(aggregates) == 0 {
		return nil, err
	}
	return sqldb.All(ctx, s.c, scanParked, `select `+parkedColumns+` from outbox_parked p join outbox_events e on e.seq = p.seq and e.seq > 0
		where p.handler = $1 and p.aggregate in `+sqldb.In(3, len(aggregates))+` order by p.seq limit $2`,
		append([]any{handler, limit}, sqldb.PadArgs(aggregates)...)...)
}

func (s outboxStore) Blocked(ctx context.Context, handler string, aggregates []string) ([]string, error) {
	if len(aggregates) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, sqldb.Column[string], `select distinct aggregate from outbox_parked where handler = $1 and aggregate in `+sqldb.In(2, len(aggregates))+
		` order by aggregate`, append([]any{handler}, sqldb.PadArgs(aggregates)...)...)
}

func (s outboxStore) Park(ctx context.Context, parked []outbox.Parked) error {
	const cols = `handler, seq, aggregate, state, attempts, next_at, error, parked_at`
	rows := make([][]any, len(parked))
	for i, p := range parked {
		rows[i] = []any{p.Handler, p.Seq, p.Aggregate, p.State, p.Attempts, sqldb.Micros(p.NextAt), p.Error, sqldb.Micros(p.ParkedAt)}
	}
	for _, st := range chunks(s.c.Dialect(), "outbox_parked", cols, rows) {
		st.SQL += ` on conflict (handler, seq) do update set state = excluded.state, attempts = excluded.attempts, next_at = excluded.next_at, error = excluded.error`
		if _, err := s.c.Exec(ctx, st.SQL, st.Args...); err != nil {
			return err
		}
	}
	return nil
}

func (s outboxStore) Unpark(ctx context.Context, handler string, seqs []int64) (int64, error) {
	if len(seqs) == 0 {
		return 0, nil
	}
	return s.c.Exec(ctx, `delete from outbox_parked where handler = $1 and seq in `+sqldb.In(2, len(seqs)), append([]any{handler}, sqldb.PadArgs(seqs)...)...)
}

func (s outboxStore) Promote(ctx context.Context, handler string, aggregates []string, now time.Time) error {
	if len(aggregates) == 0 {
		return nil
	}
	_, err := s.c.Exec(ctx, `update outbox_parked set state = 'retry', next_at = $2 where handler = $1 and state = 'held'
		and not exists (select 1 from outbox_parked b where b.handler = outbox_parked.handler and b.aggregate = outbox_parked.aggregate and b.seq < outbox_parked.seq)
		and aggregate in `+sqldb.In(3, len(aggregates)), append([]any{handler, sqldb.Micros(now)}, sqldb.PadArgs(aggregates)...)...)
	return err
}

// where builds the conditions of a filter over outbox_events e; arguments are
// numbered from the next free one.
func where(f outbox.Filter, args []any) (string, []any) {
	var b strings.Builder
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if f.Aggregate != "" {
		b.WriteString(" and e.aggregate = " + arg(f.Aggregate))
	}
	if !f.From.IsZero() {
		b.WriteString(" and e.at >= " + arg(sqldb.Micros(f.From)))
	}
	if !f.To.IsZero() {
		b.WriteString(" and e.at < " + arg(sqldb.Micros(f.To)))
	}
	var types []string
	for _, p := range f.Types {
		area, all := strings.CutSuffix(p, "*")
		switch {
		case all && area == "":
			types = append(types, "1 = 1")
		case all:
			a := arg(area)
			types = append(types, "substr(e.type, 1, length("+a+")) = "+a)
		default:
			types = append(types, "e.type = "+arg(p))
		}
	}
	if len(types) > 0 {
		b.WriteString(" and (" + strings.Join(types, " or ") + ")")
	}
	return b.String(), args
}

func (s outboxStore) Parked(ctx context.Context, f outbox.Filter, state outbox.State, q core.PageQuery) (core.Page[outbox.Parked], error) {
	var seq int64
	var handler string
	if _, err := core.DecodeCursor(q.After, &seq, &handler); err != nil {
		return core.Page[outbox.Parked]{}, err
	}
	cond, args := where(f, []any{string(state), f.Handler, seq, handler, q.Size() + 1})
	rows, err := sqldb.All(ctx, s.c, scanParked, `select `+parkedColumns+` from outbox_parked p join outbox_events e on e.seq = p.seq and e.seq > 0
		where ($1 = '' or p.state = $1) and ($2 = '' or p.handler = $2) and (p.seq > $3 or (p.seq = $3 and p.handler > $4))`+cond+
		` order by p.seq, p.handler limit $5`, args...)
	return core.Cut(rows, q, func(p outbox.Parked) []any { return []any{p.Seq, p.Handler} }), err
}

func (s outboxStore) Events(ctx context.Context, f outbox.Filter, q core.PageQuery) (core.Page[outbox.Stored], error) {
	var seq int64
	if _, err := core.DecodeCursor(q.After, &seq); err != nil {
		return core.Page[outbox.Stored]{}, err
	}
	cond, args := where(f, []any{seq, q.Size() + 1})
	rows, err := sqldb.All(ctx, s.c, scanEvent, `select `+eventColumns+` from outbox_events e where e.seq > 0 and (cast($1 as bigint) = 0 or e.seq < $1)`+cond+
		` order by e.seq desc limit $2`, args...)
	return core.Cut(rows, q, func(v outbox.Stored) []any { return []any{v.Seq} }), err
}

func (s outboxStore) Matching(ctx context.Context, f outbox.Filter, seq, until int64, limit int) ([]outbox.Stored, error) {
	cond, args := where(f, []any{seq, until, limit})
	return sqldb.All(ctx, s.c, scanEvent, `select `+eventColumns+` from outbox_events e where e.seq > 0 and e.seq > $1 and e.seq <= $2`+cond+` order by e.seq limit $3`, args...)
}

func (s outboxStore) Metrics(ctx context.Context, now time.Time) (outbox.Metrics, error) {
	var m outbox.Metrics
	_, err := sqldb.One(ctx, s.c, func(r sqldb.Scanner) (struct{}, error) {
		return struct{}{}, r.Scan(&m.Last, &m.Unplaced)
	}, `select last, (select count(*) from outbox_events where seq = 0) from outbox_sequence where name = 'events'`)
	if err != nil {
		return m, err
	}
	m.Handlers, err = sqldb.All(ctx, s.c, func(r sqldb.Scanner) (h outbox.HandlerMetrics, err error) {
		var oldest int64
		err = r.Scan(&h.Handler, &h.Pending, &oldest, &h.Retry, &h.Held, &h.Dead)
		if oldest > 0 {
			h.Lag = max(now.Sub(sqldb.Time(oldest)), 0)
		}
		return h, err
	}, `select c.handler, (select count(*) from outbox_events e where e.seq > 0 and e.seq > c.seq),
			coalesce((select e.at from outbox_events e where e.seq > 0 and e.seq > c.seq order by e.seq limit 1), 0),
			coalesce(sum(case when p.state = 'retry' then 1 else 0 end), 0), coalesce(sum(case when p.state = 'held' then 1 else 0 end), 0),
			coalesce(sum(case when p.state = 'dead' then 1 else 0 end), 0)
		from outbox_cursors c left join outbox_parked p on p.handler = c.handler group by c.handler, c.seq order by c.handler`)
	return m, err
}

func (s outboxStore) Handled(ctx context.Context, handler string, id core.EventID, now time.Time) (bool, error) {
	n, err := s.c.Exec(ctx, `insert into outbox_handled (handler, event_id, at) values ($1, $2, $3) on conflict (handler, event_id) do nothing`,
		handler, id, sqldb.Micros(now))
	return n == 1, err
}

func (s outboxStore) Prune(ctx context.Context, before time.Time, limit int) (int64, error) {
	if _, err := s.c.Exec(ctx, `delete from outbox_handled where (handler, event_id) in (select handler, event_id from outbox_handled where at < $1 order by at limit $2)`,
		sqldb.Micros(before), limit); err != nil {
		return 0, err
	}
	// A handler that the program no longer has does not keep events for ever.
	return s.c.Exec(ctx, `delete from outbox_events where n in (select e.n from outbox_events e where e.seq > 0 and e.at < $1
		and e.seq <= coalesce((select min(c.seq) from outbox_cursors c where c.seen_at >= $1), (select last from outbox_sequence where name = 'events'))
		and not exists (select 1 from outbox_parked p where p.seq = e.seq) order by e.seq limit $2)`, sqldb.Micros(before), limit)
}
