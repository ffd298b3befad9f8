package sqlstore

import (
	"context"
	"encoding/json"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

const channelColumns = `id, code, doc, active, version, created_at, updated_at`

func scanChannel(s sqldb.Scanner) (c catalog.Channel, err error) {
	var row catalog.Channel
	var doc []byte
	var created, updated int64
	if err := s.Scan(&row.ID, &row.Code, &doc, &row.Active, &row.Version, &created, &updated); err != nil {
		return c, err
	}
	err = json.Unmarshal(doc, &c)
	c.ID, c.Code, c.Active, c.Version, c.CreatedAt, c.UpdatedAt = row.ID, row.Code, row.Active, row.Version, sqldb.Time(created), sqldb.Time(updated)
	return c, err
}

func (s catalogStore) InsertChannel(ctx context.Context, c catalog.Channel) error {
	doc, err := toJSON(c)
	if err != nil {
		return err
	}
	_, err = s.c.Exec(ctx, `insert into channels (`+channelColumns+`) values ($1, $2, $3, $4, $5, $6, $7)`,
		c.ID, c.Code, doc, c.Active, c.Version, sqldb.Micros(c.CreatedAt), sqldb.Micros(c.UpdatedAt))
	return exists(err, "uq_channels__code", "code", "a channel with the code %q exists", c.Code)
}

func (s catalogStore) UpdateChannel(ctx context.Context, c catalog.Channel, seen int64) error {
	doc, err := toJSON(c)
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update channels set code = $1, doc = $2, active = $3, version = version + 1, updated_at = $4 where id = $5 and version = $6`,
		c.Code, doc, c.Active, sqldb.Micros(c.UpdatedAt), c.ID, seen)
	if err != nil {
		return exists(err, "uq_channels__code", "code", "a channel with the code %q exists", c.Code)
	}
	return versioned(ctx, s.c, n, "channel", "channels", c.ID, seen)
}

func (s catalogStore) DeleteChannel(ctx context.Context, id core.ChannelID) error {
	n, err := s.c.Exec(ctx, `delete from channels where id = $1`, id)
	switch {
	case sqldb.IsKind(err, sqldb.KindForeignKey):
		return core.Errorf(core.KindConflict, "channel_in_use", "products are assigned to this channel: make it inactive instead")
	case err == nil && n == 0:
		return core.NotFound("channel", id)
	}
	return err
}

func (s catalogStore) Channel(ctx context.Context, id core.ChannelID) (catalog.Channel, error) {
	c, err := sqldb.One(ctx, s.c, scanChannel, `select `+channelColumns+` from channels where id = $1`, id)
	return c, notFound(err, "channel", id)
}

func (s catalogStore) ChannelByCode(ctx context.Context, code string) (catalog.Channel, error) {
	c, err := sqldb.One(ctx, s.c, scanChannel, `select `+channelColumns+` from channels where code = $1`, code)
	return c, notFound(err, "channel", code)
}

func (s catalogStore) Channels(ctx context.Context) ([]catalog.Channel, error) {
	return sqldb.All(ctx, s.c, scanChannel, `select `+channelColumns+` from channels order by code`)
}

func scanAttribute(s sqldb.Scanner) (a catalog.Attribute, err error) {
	var code string
	var doc []byte
	var version, created, updated int64
	if err := s.Scan(&code, &doc, &version, &created, &updated); err != nil {
		return a, err
	}
	err = json.Unmarshal(doc, &a)
	a.Code, a.Version, a.CreatedAt, a.UpdatedAt = code, version, sqldb.Time(created), sqldb.Time(updated)
	return a, err
}

func (s catalogStore) InsertAttribute(ctx context.Context, a catalog.Attribute) error {
	doc, err := toJSON(a)
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `insert into attributes (code, doc, version, created_at, updated_at) values ($1, $2, $3, $4, $5) on conflict (code) do nothing`,
		a.Code, doc, a.Version, sqldb.Micros(a.CreatedAt), sqldb.Micros(a.UpdatedAt))
	if err == nil && n == 0 {
		return &core.Error{Kind: core.KindExists, Code: "exists", Field: "code", Message: "an attribute with this code exists"}
	}
	return err
}

func (s catalogStore) UpdateAttribute(ctx context.Context, a catalog.Attribute, seen int64) error {
	doc, err := toJSON(a)
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update attributes set doc = $1, version = version + 1, updated_at = $2 where code = $3 and version = $4`, doc, sqldb.Micros(a.UpdatedAt), a.Code, seen)
	if err != nil || n > 0 {
		return err
	}
	newest, err := sqldb.One(ctx, s.c, sqldb.Column[int64], `select version from attributes where code = $1`, a.Code)
	if err != nil {
		return notFound(err, "attribute", a.Code)
	}
	return core.Stale("attribute", a.Code, seen, newest)
}

func (s catalogStore) DeleteAttribute(ctx context.Context, code string) error {
	n, err := s.c.Exec(ctx, `delete from attributes where code = $1`, code)
	switch {
	case sqldb.IsKind(err, sqldb.KindForeignKey):
		return core.Errorf(core.KindConflict, "attribute_in_use", "products have the attribute %q", code)
	case err == nil && n == 0:
		return core.NotFound("attribute", code)
	}
	return err
}

func (s catalogStore) Attributes(ctx context.Context, codes ...string) ([]catalog.Attribute, error) {
	if len(codes) == 0 {
		return sqldb.All(ctx, s.c, scanAttribute, `select code, doc, version, created_at, updated_at from attributes order by code`)
	}
	return sqldb.All(ctx, s.c, scanAttribute, `select code, doc, version, created_at, updated_at from attributes where code in `+sqldb.In(1, len(codes))+` order by code`, sqldb.PadArgs(codes)...)
}

func (s catalogStore) AttributeUse(ctx context.Context, code string) (map[string]int64, error) {
	out := map[string]int64{}
	_, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (none struct{}, err error) {
		var value string
		var n int64
		err = r.Scan(&value, &n)
		out[value] = n
		return none, err
	}, `select value, count(*) from product_attributes where code = $1 group by value`, code)
	return out, err
}
