package sqlstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

func (s stockStore) DeleteLocation(ctx context.Context, id core.LocationID) error {
	if _, err := s.c.Exec(ctx, `delete from stock_levels where location_id = $1 and on_hand = 0 and reserved = 0`, id); err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `delete from stock_locations where id = $1 and not exists (select 1 from stock_levels where location_id = $1)`, id)
	if err != nil || n > 0 {
		return err
	}
	if _, err := s.Location(ctx, id); err != nil {
		return err
	}
	return core.Errorf(core.KindConflict, "location_in_use", "goods are stored at this location: move them first, or make it inactive")
}

func (s stockStore) ItemBySKU(ctx context.Context, sku string) (stock.Item, error) {
	i, err := sqldb.One(ctx, s.c, scanItem, `select `+itemColumns+` from stock_items where sku = $1`, sku)
	return i, notFound(err, "stock_item", sku)
}

func (s stockStore) ListItems(ctx context.Context, prefix string, q core.PageQuery) (core.Page[stock.Item], error) {
	var after string
	later, err := core.DecodeCursor(q.After, &after)
	if err != nil {
		return core.Page[stock.Item]{}, err
	}
	rows, err := sqldb.All(ctx, s.c, scanItem, `select `+itemColumns+` from stock_items
		where sku >= $1 and substr(sku, 1, length($1)) = $1 and (not $2 or sku > $3) order by sku limit $4`, prefix, later, after, q.Size()+1)
	return core.Cut(rows, q, func(i stock.Item) []any { return []any{i.SKU} }), err
}

func (s stockStore) DeleteItem(ctx context.Context, id core.StockItemID) error {
	if _, err := s.c.Exec(ctx, `delete from stock_levels where item_id = $1 and on_hand = 0 and reserved = 0`, id); err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `delete from stock_items where id = $1 and not exists (select 1 from stock_levels where item_id = $1)`, id)
	if err != nil || n > 0 {
		return err
	}
	if _, err := sqldb.One(ctx, s.c, scanItem, `select `+itemColumns+` from stock_items where id = $1`, id); err != nil {
		return notFound(err, "stock_item", id)
	}
	return core.Errorf(core.KindConflict, "stock_item_in_use", "some of this item is on hand or reserved")
}

func (s stockStore) ItemLevels(ctx context.Context, ids []core.StockItemID) ([]stock.ItemLevels, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (v itemLevel, err error) {
		var promised, created, updated int64
		i, l := &v.item, &v.level
		err = r.Scan(&i.ID, &i.SKU, &i.Tracked, &i.Policy, &i.Cap, &promised, &i.Version, &created, &updated,
			&l.LocationID, &l.OnHand, &l.Reserved, &l.Cap, &l.Priority, &l.Active)
		i.PromisedAt, i.CreatedAt, i.UpdatedAt = sqldb.Time(promised), sqldb.Time(created), sqldb.Time(updated)
		l.ItemID = i.ID
		return v, err
	}, `select i.id, i.sku, i.tracked, i.policy, i.cap, i.promised_at, i.version, i.created_at, i.updated_at,
			coalesce(l.id, ''), coalesce(v.on_hand, 0), coalesce(v.reserved, 0), coalesce(v.cap, i.cap), coalesce(l.priority, 0), coalesce(l.active, false)
		from stock_items i left join stock_levels v on v.item_id = i.id left join stock_locations l on l.id = v.location_id
		where i.id in `+sqldb.In(1, len(ids)), sqldb.PadArgs(ids)...)
	if err != nil {
		return nil, err
	}
	if err := s.firstLocation(ctx, rows); err != nil {
		return nil, err
	}
	// Sorted here: few rows, and one thing less for the database to plan.
	slices.SortFunc(rows, func(a, b itemLevel) int {
		return cmp.Or(cmp.Compare(a.item.ID, b.item.ID), cmp.Compare(a.level.Priority, b.level.Priority), cmp.Compare(a.level.LocationID, b.level.LocationID))
	})
	var out []stock.ItemLevels
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].ID != r.item.ID {
			out = append(out, stock.ItemLevels{Item: r.item})
		}
		if r.level.LocationID != "" {
			last := &out[len(out)-1]
			last.Levels = append(last.Levels, r.level)
		}
	}
	return out, nil
}

// itemLevel is an item with one of its levels.
type itemLevel struct {
	item  stock.Item
	level stock.Level
}

// firstLocation gives items without any level an empty one at the first
// location.
func (s stockStore) firstLocation(ctx context.Context, rows []itemLevel) error {
	if !slices.ContainsFunc(rows, func(r itemLevel) bool { return r.level.LocationID == "" }) {
		return nil
	}
	locations, err := s.Locations(ctx)
	if err != nil {
		return err
	}
	first := slices.IndexFunc(locations, func(l stock.Location) bool { return l.Active })
	if first < 0 {
		return nil
	}
	for i := range rows {
		if l := &rows[i].level; l.LocationID == "" {
			l.LocationID, l.Priority, l.Active = locations[first].ID, locations[first].Priority, true
		}
	}
	return nil
}

func (s stockStore) Balance(ctx context.Context, item core.StockItemID, location core.LocationID) (stock.Balance, error) {
	b := stock.Balance{Level: stock.Level{ItemID: item, LocationID: location}}
	levels, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (l stock.Level, err error) {
		return l, r.Scan(&l.OnHand, &l.Reserved, &l.Cap)
	}, `select on_hand, reserved, cap from stock_levels where item_id = $1 and location_id = $2`+s.c.Dialect().ForUpdate, item, location)
	if err != nil {
		return b, err
	}
	for _, l := range levels {
		b.OnHand, b.Reserved, b.Cap = l.OnHand, l.Reserved, l.Cap
	}
	_, err = sqldb.One(ctx, s.c, func(r sqldb.Scanner) (struct{}, error) {
		return struct{}{}, r.Scan(&b.LedgerOnHand, &b.LedgerReserved, &b.OpenReserved)
	}, `select cast(coalesce(sum(delta_on_hand), 0) as bigint), cast(coalesce(sum(delta_reserved), 0) as bigint),
			(select cast(coalesce(sum(quantity), 0) as bigint) from stock_reservations where item_id = $1 and location_id = $2 and state in ('held', 'committed'))
		from stock_movements where item_id = $1 and location_id = $2`, item, location)
	if err == nil && len(levels) == 0 {
		var i stock.Item
		i, err = sqldb.One(ctx, s.c, scanItem, `select `+itemColumns+` from stock_items where id = $1`, item)
		b.Cap, err = i.Cap, notFound(err, "stock_item", item)
	}
	return b, err
}

func (s stockStore) SetLevel(ctx context.Context, l stock.Level) error {
	_, err := s.c.Exec(ctx, `insert into stock_levels (item_id, location_id, on_hand, reserved, cap) values ($1, $2, $3, $4, $5)
		on conflict (item_id, location_id) do update set on_hand = excluded.on_hand, reserved = excluded.reserved`,
		l.ItemID, l.LocationID, l.OnHand, l.Reserved, l.Cap)
	return err
}
