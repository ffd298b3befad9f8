package sqlstore

import (
	"context"
	"encoding/json"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Shipping returns the shipping store.
func (t *Tx) Shipping() shipping.Store { return shippingStore{t.c} }

type shippingStore struct{ c sqldb.Conn }

func (s shippingStore) zones(ctx context.Context, where string, args ...any) ([]shipping.Zone, error) {
	rows, err := zoneRows(ctx, s.c, "shipping", "false", where, args...)
	var out []shipping.Zone
	for _, r := range rows {
		if n := len(out); n == 0 || string(out[n-1].ID) != r.id {
			out = append(out, shipping.Zone{ID: core.ShippingZoneID(r.id), Code: r.code, Name: r.name,
				Version: r.version, CreatedAt: sqldb.Time(r.created), UpdatedAt: sqldb.Time(r.updated)})
		}
		z := &out[len(out)-1]
		z.Areas = append(z.Areas, r.area)
	}
	return out, err
}

func (s shippingStore) InsertZone(ctx context.Context, z shipping.Zone) error {
	_, err := s.c.Exec(ctx, `insert into shipping_zones (id, code, name, version, created_at, updated_at) values ($1, $2, $3, $4, $5, $6)`,
		z.ID, z.Code, z.Name, z.Version, sqldb.Micros(z.CreatedAt), sqldb.Micros(z.UpdatedAt))
	if err != nil {
		return exists(err, "uq_shipping_zones__code", "code", "a shipping zone with the code %q exists", z.Code)
	}
	return setAreas(ctx, s.c, "shipping_areas", z.ID, z.Areas)
}

func (s shippingStore) UpdateZone(ctx context.Context, z shipping.Zone, seen int64) error {
	n, err := s.c.Exec(ctx, `update shipping_zones set code = $1, name = $2, version = version + 1, updated_at = $3 where id = $4 and version = $5`,
		z.Code, z.Name, sqldb.Micros(z.UpdatedAt), z.ID, seen)
	if err != nil {
		return exists(err, "uq_shipping_zones__code", "code", "a shipping zone with the code %q exists", z.Code)
	}
	if err := versioned(ctx, s.c, n, "shipping_zone", "shipping_zones", z.ID, seen); err != nil {
		return err
	}
	return setAreas(ctx, s.c, "shipping_areas", z.ID, z.Areas)
}

func (s shippingStore) DeleteZone(ctx context.Context, id core.ShippingZoneID) error {
	err := deleteWith(ctx, s.c, "shipping_zone", id, `delete from shipping_areas where zone_id = $1`, `delete from shipping_zones where id = $1`)
	if sqldb.IsKind(err, sqldb.KindForeignKey) {
		return &core.Error{Kind: core.KindConflict, Code: "shipping_zone_in_use", Message: "the zone has shipping methods: remove or move them first", Err: err}
	}
	return err
}

func (s shippingStore) Zone(ctx context.Context, id core.ShippingZoneID) (shipping.Zone, error) {
	zones, err := s.zones(ctx, `where z.id = $1`, id)
	if err == nil && len(zones) == 0 {
		err = core.NotFound("shipping_zone", id)
	}
	if err != nil {
		return shipping.Zone{}, err
	}
	return zones[0], nil
}

func (s shippingStore) Zones(ctx context.Context) ([]shipping.Zone, error) { return s.zones(ctx, "") }

// The document holds the whole method; the columns beside it are what is
// searched for and what changes without it.
const shippingMethodColumns = `id, zone_id, code, position, document, version, created_at, updated_at`

func scanShippingMethod(s sqldb.Scanner) (m shipping.Method, err error) {
	var document []byte
	var version int64
	if err := s.Scan(&document, &version); err != nil {
		return m, err
	}
	err = json.Unmarshal(document, &m)
	m.Version = version
	return m, err
}

// nullable is NULL for an empty reference.
func nullable[T ~string](id T) any {
	if id == "" {
		return nil
	}
	return string(id)
}

func shippingMethodError(err error, m shipping.Method) error {
	if sqldb.IsKind(err, sqldb.KindForeignKey) {
		return core.Invalid("zone_id", "there is no shipping zone %q", m.ZoneID)
	}
	return exists(err, "uq_shipping_methods__code", "code", "a shipping method with the code %q exists", m.Code)
}

func (s shippingStore) InsertMethod(ctx context.Context, m shipping.Method) error {
	document, err := toJSON(m)
	if err != nil {
		return err
	}
	_, err = s.c.Exec(ctx, `insert into shipping_methods (`+shippingMethodColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		m.ID, nullable(m.ZoneID), m.Code, m.Position, document, m.Version, sqldb.Micros(m.CreatedAt), sqldb.Micros(m.UpdatedAt))
	return shippingMethodError(err, m)
}

func (s shippingStore) UpdateMethod(ctx context.Context, m shipping.Method, seen int64) error {
	document, err := toJSON(m)
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update shipping_methods set zone_id = $1, code = $2, position = $3, document = $4, version = version + 1, updated_at = $5
		where id = $6 and version = $7`, nullable(m.ZoneID), m.Code, m.Position, document, sqldb.Micros(m.UpdatedAt), m.ID, seen)
	if err != nil {
		return shippingMethodError(err, m)
	}
	return versioned(ctx, s.c, n, "shipping_method", "shipping_methods", m.ID, seen)
}

func (s shippingStore) DeleteMethod(ctx context.Context, id core.ShippingMethodID) error {
	return deleteWith(ctx, s.c, "shipping_method", id, `delete from shipping_methods where id = $1`)
}

func (s shippingStore) Method(ctx context.Context, id core.ShippingMethodID) (shipping.Method, error) {
	m, err := sqldb.One(ctx, s.c, scanShippingMethod, `select document, version from shipping_methods where id = $1`, id)
	return m, notFound(err, "shipping_method", id)
}

func (s shippingStore) Methods(ctx context.Context) ([]shipping.Method, error) {
	return sqldb.All(ctx, s.c, scanShippingMethod, `select document, version from shipping_methods order by position, id`)
}

func (s shippingStore) Table(ctx context.Context) (shipping.Table, error) {
	zones, err := s.Zones(ctx)
	if err != nil {
		return shipping.Table{}, err
	}
	methods, err := s.Methods(ctx)
	if err != nil {
		return shipping.Table{}, err
	}
	return shipping.NewTable(zones, methods), nil
}
