package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Events returns the writer of events. They are collected and inserted together
// when the transaction's closure has returned: see Flush.
func (t *Tx) Events() core.EventWriter { return t.Outbox() }

// Outbox returns the store of events.
func (t *Tx) Outbox() outbox.Store { return outboxStore{t.c, &t.events} }

// Flush inserts the events that were appended, in one statement. Whoever made
// the Tx calls it before the commit.
func (t *Tx) Flush(ctx context.Context) error { return outboxStore{t.c, &t.events}.flush(ctx) }

type outboxStore struct {
	c      sqldb.Conn
	events *[]core.Event // appended and not yet inserted
}

func (s outboxStore) Append(_ context.Context, events ...core.Event) error {
	for _, e := range events {
		if e.ID == "" || e.Type == "" || e.Aggregate == "" || !json.Valid(e.Data) {
			return core.Errorf(core.KindInternal, "event_malformed", "event %q of type %q about %q needs an ID, a type, an aggregate and JSON data", e.ID, e.Type, e.Aggregate)
		}
	}
	*s.events = append(*s.events, events...)
	return nil
}

func (s outboxStore) flush(ctx context.Context) error {
	if len(*s.events) == 0 {
		return nil
	}
	rows := make([][]any, len(*s.events))
	for i, e := range *s.events {
		rows[i] = []any{e.ID, 0, e.Type, e.Aggregate, string(e.Data), e.Actor, sqldb.Micros(e.At)}
	}
	*s.events = nil
	return deferRows(ctx, s.c, "outbox_events", `id, seq, type, aggregate, data, actor, at`, rows)
}

// Sequence is where committed events get the order they are delivered in. The
// row of outbox_sequence is locked, so places are given by one transaction at
// a time and become visible in order; a place is never given to a row that is
// not committed, so none can appear behind a reader. Of two events about the
// same thing, the transaction that locked the thing later has the higher n and
// is visible only together with the earlier one, so n orders what is placed at
// once.
func (s outboxStore) Sequence(ctx context.Context, limit int) (int, error) {
	last, err := sqldb.One(ctx, s.c, sqldb.Column[int64], `select last from outbox_sequence where name = 'events'`+s.c.Dialect().SkipLocked)
	if errors.Is(err, sqldb.ErrNoRows) { // somebody else is at it
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, err := s.c.Exec(ctx, `update outbox_events set seq = cast($1 as bigint) + x.place
		from (select n, row_number() over (order by n) as place from (select n from outbox_events where seq = 0 order by n limit $2) as fresh) as x
		where outbox_events.n = x.n and outbox_events.seq = 0`, last, limit)
	if err != nil || n == 0 {
		return 0, err
	}
	return int(n), s.c.Defer(ctx, `update outbox_sequence set last = last + $1 where name = 'events'`, n)
}

func (s outboxStore) Status(ctx context.Context, now time.Time) (outbox.Status, error) {
	st := outbox.Status{CheckedAt: now}
	_, err := sqldb.One(ctx, s.c, func(r sqldb.Scanner) (struct{}, error) {
		return struct{}{}, r.Scan(&st.Last, &st.Unplaced)
	}, `select last, exists (select 1 from outbox_events where seq = 0) from outbox_sequence where name = 'events'`)
	if err != nil {
		return st, err
	}
	st.Cursors, err = sqldb.All(ctx, s.c, scanCursor, `select `+cursorColumns+` from outbox_cursors c order by handler`, sqldb.Micros(now))
	return st, err
}

const cursorColumns = `c.handler, c.seq, c.owner, c.leased_until, exists (select 1 from outbox_parked p where p.handler = c.handler and p.state = 'retry' and p.next_at <= $1)`

func scanCursor(r sqldb.Scanner) (c outbox.Cursor, err error) {
	var leased int64
	err = r.Scan(&c.Handler, &c.Seq, &c.Owner, &leased, &c.Due)
	c.LeasedUntil = sqldb.Time(leased)
	return c, err
}

func (s outboxStore) Register(ctx context.Context, handler string, fromNow bool, now time.Time) error {
	// What a handler from now on must not see may still be without a place: wait
	// for nobody and give places first.
	if fromNow {
		for {
			if n, err := s.Sequence(ctx, 1000); err != nil || n == 0 {
				if err != nil {
					return err
				}
				break
			}
		}
	}
	_, err := s.c.Exec(ctx, `insert into outbox_cursors (handler, seq, owner, leased_until, seen_at)
		select $1, case when $2 then last else 0 end, '', 0, $3 from outbox_sequence where name = 'events'
		on conflict (handler) do update set seen_at = excluded.seen_at`, handler, fromNow, sqldb.Micros(now))
	return err
}

func (s outboxStore) Claim(ctx context.Context, handlers []string, owner string, now, until time.Time) ([]outbox.Cursor, error) {
	if len(handlers) == 0 {
		return nil, nil
	}
	// Those that another transaction is just working on are passed over.
	free, err := sqldb.All(ctx, s.c, sqldb.Column[string], `select handler from outbox_cursors where (owner = $1 or leased_until <= $2) and handler in `+
		sqldb.In(3, len(handlers))+` order by handler`+s.c.Dialect().SkipLocked, append([]any{owner, sqldb.Micros(now)}, sqldb.PadArgs(handlers)...)...)
	if err != nil || len(free) == 0 {
		return nil, err
	}
	if _, err := s.c.Exec(ctx, `update outbox_cursors set owner = $1, leased_until = $2, seen_at = $3 where handler in `+sqldb.In(4, len(free)),
		append([]any{owner, sqldb.Micros(until), sqldb.Micros(now)}, sqldb.PadArgs(free)...)...); err != nil {
		return nil, err
	}
	return sqldb.All(ctx, s.c, scanCursor, `select `+cursorColumns+` from outbox_cursors c where c.handler in `+sqldb.In(2, len(free))+` order by handler`,
		append([]any{sqldb.Micros(now)}, sqldb.PadArgs(free)...)...)
}

func (s outboxStore) Release(ctx context.Context, owner string) error {
	_, err := s.c.Exec(ctx, `update outbox_cursors set owner = '', leased_until = 0 where owner = $1`, owner)
	return err
}

func (s outboxStore) Lock(ctx context.Context, handler string) (outbox.Cursor, error) {
	// PostgreSQL locks no rows of a query with a subselect it has to pass over,
	// so the lock takes no shortcut through the other columns.
	c, err := sqldb.One(ctx, s.c, func(r sqldb.Scanner) (c outbox.Cursor, err error) {
		var leased int64
		err = r.Scan(&c.Handler, &c.Seq, &c.Owner, &leased)
		c.LeasedUntil = sqldb.Time(leased)
		return c, err
	}, `select handler, seq, owner, leased_until from outbox_cursors where handler = $1`+s.c.Dialect().ForUpdate, handler)
	return c, notFound(err, "event_handler", handler)
}

func (s outboxStore) Advance(ctx context.Context, handler, owner string, seq int64) (bool, error) {
	n, err := s.c.Exec(ctx, `update outbox_cursors set seq = case when seq < $1 then $1 else seq end where handler = $2 and owner = $3`, seq, handler, owner)
	return n == 1, err
}

const eventColumns = `e.seq, e.id, e.type, e.aggregate, e.data, e.actor, e.at`

func scanEvent(r sqldb.Scanner) (v outbox.Stored, err error) {
	var data []byte
	var at int64
	err = r.Scan(&v.Seq, &v.ID, &v.Type, &v.Aggregate, &data, &v.Actor, &at)
	v.Data, v.At = data, sqldb.Time(at)
	return v, err
}

func (s outboxStore) After(ctx context.Context, seq int64, types []string, limit int) ([]outbox.Stored, int64, error) {
	last, err := sqldb.One(ctx, s.c, sqldb.Column[int64], `select last from outbox_sequence where name = 'events'`)
	if err != nil || last <= seq {
		return nil, seq, err
	}
	cond, args := where(outbox.Filter{Types: types}, []any{seq, last, limit})
	events, err := sqldb.All(ctx, s.c, scanEvent, `select `+eventColumns+` from outbox_events e where e.seq > 0 and e.seq > $1 and e.seq <= $2`+cond+
		` order by e.seq limit $3`, args...)
	if len(events) == limit {
		last = events[limit-1].Seq
	}
	return events, last, err
}
