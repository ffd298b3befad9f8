package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

type stockStore struct{ c sqldb.Conn }

const locationColumns = `id, code, name, address, priority, active, version, created_at, updated_at`

func scanLocation(s sqldb.Scanner) (l stock.Location, err error) {
	var address []byte
	var created, updated int64
	if err := s.Scan(&l.ID, &l.Code, &l.Name, &address, &l.Priority, &l.Active, &l.Version, &created, &updated); err != nil {
		return l, err
	}
	l.CreatedAt, l.UpdatedAt = sqldb.Time(created), sqldb.Time(updated)
	return l, json.Unmarshal(address, &l.Address)
}

func (s stockStore) InsertLocation(ctx context.Context, l stock.Location) error {
	address, err := toJSON(l.Address)
	if err != nil {
		return err
	}
	_, err = s.c.Exec(ctx, `insert into stock_locations (`+locationColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		l.ID, l.Code, l.Name, address, l.Priority, l.Active, l.Version, sqldb.Micros(l.CreatedAt), sqldb.Micros(l.UpdatedAt))
	return exists(err, "uq_stock_locations__code", "code", "a location with the code %q exists", l.Code)
}

func (s stockStore) UpdateLocation(ctx context.Context, l stock.Location, seen int64) error {
	address, err := toJSON(l.Address)
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update stock_locations set code = $1, name = $2, address = $3, priority = $4, active = $5, version = version + 1, updated_at = $6
		where id = $7 and version = $8`, l.Code, l.Name, address, l.Priority, l.Active, sqldb.Micros(l.UpdatedAt), l.ID, seen)
	if err != nil {
		return exists(err, "uq_stock_locations__code", "code", "a location with the code %q exists", l.Code)
	}
	return versioned(ctx, s.c, n, "location", "stock_locations", l.ID, seen)
}

func (s stockStore) Location(ctx context.Context, id core.LocationID) (stock.Location, error) {
	l, err := sqldb.One(ctx, s.c, scanLocation, `select `+locationColumns+` from stock_locations where id = $1`, id)
	return l, notFound(err, "location", id)
}

func (s stockStore) Locations(ctx context.Context) ([]stock.Location, error) {
	return sqldb.All(ctx, s.c, scanLocation, `select `+locationColumns+` from stock_locations order by priority, id`)
}

const itemColumns = `id, sku, tracked, policy, cap, promised_at, version, created_at, updated_at`

func scanItem(s sqldb.Scanner) (i stock.Item, err error) {
	var promised, created, updated int64
	err = s.Scan(&i.ID, &i.SKU, &i.Tracked, &i.Policy, &i.Cap, &promised, &i.Version, &created, &updated)
	i.PromisedAt, i.CreatedAt, i.UpdatedAt = sqldb.Time(promised), sqldb.Time(created), sqldb.Time(updated)
	return i, err
}

func (s stockStore) InsertItems(ctx context.Context, items ...stock.Item) error {
	rows := make([][]any, len(items))
	for n, i := range items {
		rows[n] = []any{i.ID, i.SKU, i.Tracked, i.Policy, i.Cap, sqldb.Micros(i.PromisedAt), i.Version, sqldb.Micros(i.CreatedAt), sqldb.Micros(i.UpdatedAt)}
	}
	err := insertRows(ctx, s.c, "stock_items", itemColumns, rows)
	return exists(err, "uq_stock_items__sku", "sku", "a stock item with this SKU exists")
}

func (s stockStore) UpdateItem(ctx context.Context, i stock.Item, seen int64) error {
	n, err := s.c.Exec(ctx, `update stock_items set sku = $1, tracked = $2, policy = $3, cap = $4, promised_at = $5, version = version + 1, updated_at = $6
		where id = $7 and version = $8`, i.SKU, i.Tracked, i.Policy, i.Cap, sqldb.Micros(i.PromisedAt), sqldb.Micros(i.UpdatedAt), i.ID, seen)
	if err != nil {
		return exists(err, "uq_stock_items__sku", "sku", "a stock item with the SKU %q exists", i.SKU)
	}
	if err := versioned(ctx, s.c, n, "stock_item", "stock_items", i.ID, seen); err != nil {
		return err
	}
	_, err = s.c.Exec(ctx, `update stock_levels set cap = $1 where item_id = $2`, i.Cap, i.ID)
	if sqldb.IsKind(err, sqldb.KindCheck) {
		return core.Invalid("cap", "more than this is promised already")
	}
	return err
}

func (s stockStore) Items(ctx context.Context, ids []core.StockItemID) ([]stock.Item, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, scanItem, `select `+itemColumns+` from stock_items where id in `+sqldb.In(1, len(ids))+` order by id`, sqldb.PadArgs(ids)...)
}

func (s stockStore) Levels(ctx context.Context, ids []core.StockItemID) ([]stock.Level, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (l stock.Level, err error) {
		err = r.Scan(&l.ItemID, &l.LocationID, &l.OnHand, &l.Reserved, &l.Cap, &l.Priority, &l.Active)
		return l, err
	}, `select v.item_id, v.location_id, v.on_hand, v.reserved, v.cap, l.priority, l.active
		from stock_levels v join stock_locations l on l.id = v.location_id
		where v.item_id in `+sqldb.In(1, len(ids))+` order by v.item_id, l.priority, v.location_id`, sqldb.PadArgs(ids)...)
}

// Apply changes levels by guarded updates and writes the ledger.
func (s stockStore) Apply(ctx context.Context, moves []stock.Movement) error {
	if len(moves) == 0 {
		return nil
	}
	net := stock.Net(moves)
	stmts := make([]sqldb.Stmt, len(net))
	for i, l := range net {
		stmts[i] = guarded(l)
	}
	counts, err := s.c.ExecBatch(ctx, stmts)
	if err != nil {
		return err
	}
	for i, n := range counts {
		if n == 0 {
			if err := s.missed(ctx, net[i]); err != nil {
				return err
			}
		}
	}
	return s.InsertMovements(ctx, moves)
}

func (s stockStore) InsertMovements(ctx context.Context, moves []stock.Movement) error {
	const cols = `id, item_id, location_id, kind, delta_on_hand, delta_reserved, ref, note, actor, at`
	rows := make([][]any, len(moves))
	for i, m := range moves {
		rows[i] = []any{m.ID, m.ItemID, m.LocationID, m.Kind, m.DeltaOnHand, m.DeltaReserved, m.Ref, m.Note, m.Actor, sqldb.Micros(m.At)}
	}
	return deferRows(ctx, s.c, "stock_movements", cols, rows)
}

// missed is called when a guarded update touched nothing: the level does not
// exist yet, and then it is made; or it came to be, or changed, meanwhile; or
// the guard refused.
func (s stockStore) missed(ctx context.Context, l stock.Level) error {
	have, err := sqldb.One(ctx, s.c, func(r sqldb.Scanner) (v stock.Level, err error) {
		err = r.Scan(&v.OnHand, &v.Reserved, &v.Cap)
		return v, err
	}, `select on_hand, reserved, cap from stock_levels where item_id = $1 and location_id = $2`, l.ItemID, l.LocationID)
	if err == nil {
		short := &stock.InsufficientError{ItemID: l.ItemID, Wanted: l.Reserved - l.OnHand, Available: have.Available() + have.Cap}
		if have.OnHand+l.OnHand < 0 { // goods that are only promised cannot leave
			short.Wanted, short.Available = -l.OnHand, have.OnHand
			return short
		}
		if short.Wanted > short.Available || have.Reserved+l.Reserved < 0 {
			return short
		}
		st := guarded(l)
		n, err := s.c.Exec(ctx, st.SQL, st.Args...)
		if err == nil && n == 0 {
			return short
		}
		return err
	}
	if !errors.Is(err, sqldb.ErrNoRows) {
		return err
	}
	item, err := sqldb.One(ctx, s.c, scanItem, `select `+itemColumns+` from stock_items where id = $1`, l.ItemID)
	if err != nil {
		return notFound(err, "stock_item", l.ItemID)
	}
	if _, err := s.Location(ctx, l.LocationID); err != nil {
		return err
	}
	short := &stock.InsufficientError{ItemID: l.ItemID, SKU: item.SKU, Wanted: l.Reserved - l.OnHand, Available: item.Cap}
	if l.OnHand-l.Reserved < -item.Cap || l.Reserved < 0 || l.OnHand < 0 {
		return short
	}
	// Two first deliveries may meet here: the second adds to the first.
	_, err = s.c.Exec(ctx, `insert into stock_levels (item_id, location_id, on_hand, reserved, cap) values ($1, $2, $3, $4, $5)
		on conflict (item_id, location_id) do update set on_hand = stock_levels.on_hand + excluded.on_hand, reserved = stock_levels.reserved + excluded.reserved`,
		l.ItemID, l.LocationID, l.OnHand, l.Reserved, item.Cap)
	if sqldb.IsKind(err, sqldb.KindCheck) {
		return short
	}
	return err
}

// guarded changes a level unless that would oversell.
func guarded(l stock.Level) sqldb.Stmt {
	return sqldb.Stmt{SQL: `update stock_levels set on_hand = on_hand + $1, reserved = reserved + $2
			where item_id = $3 and location_id = $4 and (on_hand + $1) - (reserved + $2) >= -cap and reserved + $2 >= 0 and on_hand + $1 >= 0`,
		Args: []any{l.OnHand, l.Reserved, l.ItemID, l.LocationID}}
}

func (s stockStore) Movements(ctx context.Context, item core.StockItemID, q core.PageQuery) (core.Page[stock.Movement], error) {
	var after string
	if _, err := core.DecodeCursor(q.After, &after); err != nil {
		return core.Page[stock.Movement]{}, err
	}
	rows, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (m stock.Movement, err error) {
		var at int64
		err = r.Scan(&m.ID, &m.ItemID, &m.LocationID, &m.Kind, &m.DeltaOnHand, &m.DeltaReserved, &m.Ref, &m.Note, &m.Actor, &at)
		m.At = sqldb.Time(at)
		return m, err
	}, `select id, item_id, location_id, kind, delta_on_hand, delta_reserved, ref, note, actor, at from stock_movements
		where item_id = $1 and ($2 = '' or id < $2) order by id desc limit $3`, item, after, q.Size()+1)
	return core.Cut(rows, q, func(m stock.Movement) []any { return []any{m.ID} }), err
}

const reservationColumns = `id, item_id, location_id, quantity, ref, line, state, expires_at, created_at`

func (s stockStore) InsertReservations(ctx context.Context, rs []stock.Reservation) error {
	rows := make([][]any, len(rs))
	for i, r := range rs {
		rows[i] = []any{r.ID, r.ItemID, r.LocationID, r.Quantity, r.Ref, r.Line, r.State, sqldb.Micros(r.ExpiresAt), sqldb.Micros(r.CreatedAt)}
	}
	return deferRows(ctx, s.c, "stock_reservations", reservationColumns, rows)
}

func (s stockStore) Reservations(ctx context.Context, ref string) ([]stock.Reservation, error) {
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (v stock.Reservation, err error) {
		var expires, created int64
		err = r.Scan(&v.ID, &v.ItemID, &v.LocationID, &v.Quantity, &v.Ref, &v.Line, &v.State, &expires, &created)
		v.ExpiresAt, v.CreatedAt = sqldb.Time(expires), sqldb.Time(created)
		return v, err
	}, `select `+reservationColumns+` from stock_reservations where ref = $1 order by id`+s.c.Dialect().ForUpdate, ref)
}

func (s stockStore) SetReservation(ctx context.Context, from stock.Reservation, state stock.ReservationState, quantity int64) (bool, error) {
	n, err := s.c.Exec(ctx, `update stock_reservations set state = $1, quantity = $2 where id = $3 and state = $4 and quantity = $5`,
		state, quantity, from.ID, from.State, from.Quantity)
	return n == 1, err
}

func (s stockStore) CommitReservations(ctx context.Context, ref string) (int64, error) {
	return s.c.Exec(ctx, `update stock_reservations set state = 'committed', expires_at = 0 where ref = $1 and state = 'held'`, ref)
}

func (s stockStore) ExpiredRefs(ctx context.Context, before time.Time, limit int) ([]string, error) {
	return sqldb.All(ctx, s.c, sqldb.Column[string], `select ref from stock_reservations where state = 'held' and expires_at < $1
		group by ref order by min(expires_at), ref limit $2`, sqldb.Micros(before), limit)
}

func (s stockStore) Unbalanced(ctx context.Context) ([]stock.Imbalance, error) {
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (v stock.Imbalance, err error) {
		return v, r.Scan(&v.ItemID, &v.LocationID, &v.Problem)
	}, `select l.item_id, l.location_id, 'level is not the sum of its movements' from stock_levels l
		left join (select item_id, location_id, sum(delta_on_hand) h, sum(delta_reserved) r from stock_movements group by item_id, location_id) m
			on m.item_id = l.item_id and m.location_id = l.location_id
		where l.on_hand <> coalesce(m.h, 0) or l.reserved <> coalesce(m.r, 0)
		union all
		select m.item_id, m.location_id, 'movements without a level' from stock_movements m
		where not exists (select 1 from stock_levels l where l.item_id = m.item_id and l.location_id = m.location_id) group by m.item_id, m.location_id
		having sum(m.delta_on_hand) <> 0 or sum(m.delta_reserved) <> 0
		union all
		select l.item_id, l.location_id, 'reserved is not the sum of open reservations' from stock_levels l
		left join (select item_id, location_id, sum(quantity) q from stock_reservations where state in ('held', 'committed') group by item_id, location_id) r
			on r.item_id = l.item_id and r.location_id = l.location_id
		where l.reserved <> coalesce(r.q, 0)`)
}
