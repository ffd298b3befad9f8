package sqlstore

import (
	"context"
	"errors"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Settings returns the setting store.
func (t *Tx) Settings() setting.Store { return settingStore{t.c} }

type settingStore struct{ c sqldb.Conn }

func scanSetting(r sqldb.Scanner) (s setting.Setting, err error) {
	var value []byte
	var updated int64
	err = r.Scan(&s.Key, &value, &s.Version, &updated)
	s.Value, s.UpdatedAt = value, sqldb.Time(updated)
	return s, err
}

func (s settingStore) Get(ctx context.Context, key string) (setting.Setting, error) {
	v, err := sqldb.One(ctx, s.c, scanSetting, `select key, value, version, updated_at from settings where key = $1`, key)
	return v, notFound(err, "setting", key)
}

func (s settingStore) List(ctx context.Context, prefix string) ([]setting.Setting, error) {
	return sqldb.All(ctx, s.c, scanSetting, `select key, value, version, updated_at from settings
		where substr(key, 1, length($1)) = $1 order by key`, prefix)
}

func (s settingStore) Put(ctx context.Context, v setting.Setting, seen int64) (int64, error) {
	key, value, at := v.Key, string(v.Value), sqldb.Micros(v.UpdatedAt)
	var version int64
	var err error
	switch seen {
	case setting.Any:
		version, err = sqldb.One(ctx, s.c, sqldb.Column[int64], `insert into settings (key, value, version, updated_at) values ($1, $2, 1, $3)
			on conflict (key) do update set value = excluded.value, version = settings.version + 1, updated_at = excluded.updated_at returning version`, key, value, at)
	case setting.Absent:
		version, err = sqldb.One(ctx, s.c, sqldb.Column[int64], `insert into settings (key, value, version, updated_at) values ($1, $2, 1, $3)
			on conflict (key) do nothing returning version`, key, value, at)
	default:
		version, err = sqldb.One(ctx, s.c, sqldb.Column[int64], `update settings set value = $2, version = version + 1, updated_at = $3
			where key = $1 and version = $4 returning version`, key, value, at, seen)
	}
	if errors.Is(err, sqldb.ErrNoRows) {
		return 0, s.stale(ctx, key, seen)
	}
	return version, err
}

func (s settingStore) Delete(ctx context.Context, key string, seen int64) error {
	n, err := s.c.Exec(ctx, `delete from settings where key = $1 and (version = $2 or cast($2 as bigint) = -1)`, key, seen)
	if err != nil || n > 0 || seen == setting.Any {
		return err
	}
	return s.stale(ctx, key, seen)
}

// stale tells which version is there instead: 0 for none.
func (s settingStore) stale(ctx context.Context, key string, seen int64) error {
	newest, err := sqldb.One(ctx, s.c, sqldb.Column[int64], `select version from settings where key = $1`, key)
	if err != nil && !errors.Is(err, sqldb.ErrNoRows) {
		return err
	}
	return core.Stale("setting", key, seen, newest)
}
