package sqlstore

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/tax"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Taxes returns the tax store.
func (t *Tx) Taxes() tax.Store { return taxStore{t.c} }

type taxStore struct{ c sqldb.Conn }

// setAreas replaces the areas of a zone in table tax_areas or shipping_areas.
func setAreas[T ~string](ctx context.Context, c sqldb.Conn, table string, zone T, areas []core.Area) error {
	if _, err := c.Exec(ctx, `delete from `+table+` where zone_id = $1`, zone); err != nil {
		return err
	}
	rows := make([][]any, len(areas))
	for i, a := range areas {
		rows[i] = []any{zone, i, a.Country, a.Region, a.PostalPrefix}
	}
	err := insertRows(ctx, c, table, `zone_id, position, country, region, postal_prefix`, rows)
	return exists(err, "uq_"+table+"__country__region__postal_prefix", "areas", "another zone has one of these areas")
}

// zoneRow is a zone joined to one of its areas: rows of a zone follow each
// other.
type zoneRow struct {
	id, code, name            string
	reverse                   bool
	version, created, updated int64
	area                      core.Area
}

func zoneRows(ctx context.Context, c sqldb.Conn, kind, reverse, where string, args ...any) ([]zoneRow, error) {
	return sqldb.All(ctx, c, func(s sqldb.Scanner) (r zoneRow, err error) {
		return r, s.Scan(&r.id, &r.code, &r.name, &r.reverse, &r.version, &r.created, &r.updated, &r.area.Country, &r.area.Region, &r.area.PostalPrefix)
	}, `select z.id, z.code, z.name, `+reverse+`, z.version, z.created_at, z.updated_at, a.country, a.region, a.postal_prefix
		from `+kind+`_zones z join `+kind+`_areas a on a.zone_id = z.id `+where+` order by z.code, z.id, a.position`, args...)
}

func (s taxStore) zones(ctx context.Context, where string, args ...any) ([]tax.Zone, error) {
	rows, err := zoneRows(ctx, s.c, "tax", "z.reverse_charge", where, args...)
	var out []tax.Zone
	for _, r := range rows {
		if n := len(out); n == 0 || string(out[n-1].ID) != r.id {
			out = append(out, tax.Zone{ID: core.TaxZoneID(r.id), Code: r.code, Name: r.name, ReverseCharge: r.reverse,
				Version: r.version, CreatedAt: sqldb.Time(r.created), UpdatedAt: sqldb.Time(r.updated)})
		}
		z := &out[len(out)-1]
		z.Areas = append(z.Areas, r.area)
	}
	return out, err
}

func (s taxStore) InsertZone(ctx context.Context, z tax.Zone) error {
	_, err := s.c.Exec(ctx, `insert into tax_zones (id, code, name, reverse_charge, version, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7)`,
		z.ID, z.Code, z.Name, z.ReverseCharge, z.Version, sqldb.Micros(z.CreatedAt), sqldb.Micros(z.UpdatedAt))
	if err != nil {
		return exists(err, "uq_tax_zones__code", "code", "a tax zone with the code %q exists", z.Code)
	}
	return setAreas(ctx, s.c, "tax_areas", z.ID, z.Areas)
}

func (s taxStore) UpdateZone(ctx context.Context, z tax.Zone, seen int64) error {
	n, err := s.c.Exec(ctx, `update tax_zones set code = $1, name = $2, reverse_charge = $3, version = version + 1, updated_at = $4 where id = $5 and version = $6`,
		z.Code, z.Name, z.ReverseCharge, sqldb.Micros(z.UpdatedAt), z.ID, seen)
	if err != nil {
		return exists(err, "uq_tax_zones__code", "code", "a tax zone with the code %q exists", z.Code)
	}
	if err := versioned(ctx, s.c, n, "tax_zone", "tax_zones", z.ID, seen); err != nil {
		return err
	}
	return setAreas(ctx, s.c, "tax_areas", z.ID, z.Areas)
}

func (s taxStore) DeleteZone(ctx context.Context, id core.TaxZoneID) error {
	return deleteWith(ctx, s.c, "tax_zone", id, `delete from tax_rates where zone_id = $1`, `delete from tax_areas where zone_id = $1`, `delete from tax_zones where id = $1`)
}

// deleteWith runs deletes by ID, of which the last one is the thing's own.
func deleteWith[T ~string](ctx context.Context, c sqldb.Conn, what string, id T, queries ...string) error {
	stmts := make([]sqldb.Stmt, len(queries))
	for i, q := range queries {
		stmts[i] = sqldb.Stmt{SQL: q, Args: []any{id}}
	}
	counts, err := c.ExecBatch(ctx, stmts)
	if err == nil && counts[len(counts)-1] == 0 {
		return core.NotFound(what, id)
	}
	return err
}

func (s taxStore) Zone(ctx context.Context, id core.TaxZoneID) (tax.Zone, error) {
	zones, err := s.zones(ctx, `where z.id = $1`, id)
	if err == nil && len(zones) == 0 {
		err = core.NotFound("tax_zone", id)
	}
	if err != nil {
		return tax.Zone{}, err
	}
	return zones[0], nil
}

func (s taxStore) Zones(ctx context.Context) ([]tax.Zone, error) { return s.zones(ctx, "") }

const taxClassColumns = `id, code, name, is_default, version, created_at, updated_at`

func scanTaxClass(s sqldb.Scanner) (c tax.Class, err error) {
	var created, updated int64
	err = s.Scan(&c.ID, &c.Code, &c.Name, &c.Default, &c.Version, &created, &updated)
	c.CreatedAt, c.UpdatedAt = sqldb.Time(created), sqldb.Time(updated)
	return c, err
}

// onlyDefault takes the default away from the other classes.
func (s taxStore) onlyDefault(ctx context.Context, c tax.Class) error {
	if !c.Default {
		return nil
	}
	_, err := s.c.Exec(ctx, `update tax_classes set is_default = false, version = version + 1, updated_at = $1 where is_default and id <> $2`,
		sqldb.Micros(c.UpdatedAt), c.ID)
	return err
}

func taxClassExists(err error, c tax.Class) error {
	err = exists(err, "uq_tax_classes__is_default", "default", "another class became the default meanwhile")
	return exists(err, "uq_tax_classes__code", "code", "a tax class with the code %q exists", c.Code)
}

func (s taxStore) InsertClass(ctx context.Context, c tax.Class) error {
	if err := s.onlyDefault(ctx, c); err != nil {
		return err
	}
	_, err := s.c.Exec(ctx, `insert into tax_classes (`+taxClassColumns+`) values ($1, $2, $3, $4, $5, $6, $7)`,
		c.ID, c.Code, c.Name, c.Default, c.Version, sqldb.Micros(c.CreatedAt), sqldb.Micros(c.UpdatedAt))
	return taxClassExists(err, c)
}

func (s taxStore) UpdateClass(ctx context.Context, c tax.Class, seen int64) error {
	if err := s.onlyDefault(ctx, c); err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update tax_classes set code = $1, name = $2, is_default = $3, version = version + 1, updated_at = $4 where id = $5 and version = $6`,
		c.Code, c.Name, c.Default, sqldb.Micros(c.UpdatedAt), c.ID, seen)
	if err != nil {
		return taxClassExists(err, c)
	}
	return versioned(ctx, s.c, n, "tax_class", "tax_classes", c.ID, seen)
}

func (s taxStore) DeleteClass(ctx context.Context, id core.TaxClassID) error {
	return deleteWith(ctx, s.c, "tax_class", id, `delete from tax_rates where class_id = $1`,
		`update tax_settings set shipping_class_id = '', version = version + 1 where shipping_class_id = $1`,
		`delete from tax_classes where id = $1 and not is_default`)
}

func (s taxStore) Class(ctx context.Context, id core.TaxClassID) (tax.Class, error) {
	c, err := sqldb.One(ctx, s.c, scanTaxClass, `select `+taxClassColumns+` from tax_classes where id = $1`, id)
	return c, notFound(err, "tax_class", id)
}

func (s taxStore) Classes(ctx context.Context) ([]tax.Class, error) {
	return sqldb.All(ctx, s.c, scanTaxClass, `select `+taxClassColumns+` from tax_classes order by code`)
}

const taxRateColumns = `id, zone_id, class_id, position, name, rate, compound`

func (s taxStore) SetRates(ctx context.Context, zone core.TaxZoneID, class core.TaxClassID, rates []tax.Rate) error {
	if _, err := s.c.Exec(ctx, `delete from tax_rates where zone_id = $1 and class_id = $2`, zone, class); err != nil {
		return err
	}
	rows := make([][]any, len(rates))
	for i, r := range rates {
		rows[i] = []any{r.RateID, zone, class, i, r.Name, int64(r.Rate), r.Compound}
	}
	err := insertRows(ctx, s.c, "tax_rates", taxRateColumns, rows)
	return exists(err, "uq_tax_rates__zone_id__class_id__position", "rates", "the rates were changed at the same time")
}

func (s taxStore) Rates(ctx context.Context) ([]tax.Rate, error) {
	return sqldb.All(ctx, s.c, func(row sqldb.Scanner) (r tax.Rate, err error) {
		return r, row.Scan(&r.RateID, &r.ZoneID, &r.ClassID, &r.Position, &r.Name, &r.Rate, &r.Compound)
	}, `select `+taxRateColumns+` from tax_rates order by zone_id, class_id, position`)
}

func (s taxStore) Settings(ctx context.Context) (tax.Settings, error) {
	return sqldb.One(ctx, s.c, func(row sqldb.Scanner) (v tax.Settings, err error) {
		var updated int64
		err = row.Scan(&v.ShippingClassID, &v.CrossBorder, &v.Version, &updated)
		v.UpdatedAt = sqldb.Time(updated)
		return v, err
	}, `select shipping_class_id, cross_border, version, updated_at from tax_settings where id = 'shop'`)
}

func (s taxStore) SetSettings(ctx context.Context, v tax.Settings, seen int64) error {
	n, err := s.c.Exec(ctx, `update tax_settings set shipping_class_id = $1, cross_border = $2, version = version + 1, updated_at = $3 where id = 'shop' and version = $4`,
		v.ShippingClassID, v.CrossBorder, sqldb.Micros(v.UpdatedAt), seen)
	if err != nil {
		return err
	}
	return versioned(ctx, s.c, n, "tax_settings", "tax_settings", "shop", seen)
}

func (s taxStore) Table(ctx context.Context) (tax.Table, error) {
	zones, err := s.Zones(ctx)
	if err != nil {
		return tax.Table{}, err
	}
	classes, err := s.Classes(ctx)
	if err != nil {
		return tax.Table{}, err
	}
	rates, err := s.Rates(ctx)
	if err != nil {
		return tax.Table{}, err
	}
	settings, err := s.Settings(ctx)
	if err != nil {
		return tax.Table{}, err
	}
	return tax.NewTable(zones, classes, rates, settings), nil
}
