package sqlstore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

const apiKeyColumns = `id, kind, name, prefix, hash, scopes, channel_id, limits, created_by, replaces, created_at, expires_at, last_used_at, revoked_at`

func scanAPIKey(s sqldb.Scanner) (k account.APIKey, err error) {
	var scopes, limits []byte
	var created, expires, used, revoked int64
	if err := s.Scan(&k.ID, &k.Kind, &k.Name, &k.Prefix, &k.Hash, &scopes, &k.Channel, &limits, &k.CreatedBy, &k.Replaces, &created, &expires, &used, &revoked); err != nil {
		return k, err
	}
	k.CreatedAt, k.ExpiresAt = sqldb.Time(created), sqldb.Time(expires)
	k.LastUsedAt, k.RevokedAt = sqldb.Time(used), sqldb.Time(revoked)
	if err := json.Unmarshal(scopes, &k.Scopes); err != nil {
		return k, err
	}
	return k, json.Unmarshal(limits, &k.Limits)
}

func (s accountStore) InsertAPIKey(ctx context.Context, k account.APIKey) error {
	scopes, err := toJSON(k.Scopes)
	if err != nil {
		return err
	}
	limits, err := toJSON(k.Limits)
	if err != nil {
		return err
	}
	return insertRows(ctx, s.c, "account_api_keys", apiKeyColumns, [][]any{{k.ID, k.Kind, k.Name, k.Prefix, k.Hash, scopes, k.Channel, limits, k.CreatedBy,
		k.Replaces, sqldb.Micros(k.CreatedAt), sqldb.Micros(k.ExpiresAt), sqldb.Micros(k.LastUsedAt), sqldb.Micros(k.RevokedAt)}})
}

func (s accountStore) APIKey(ctx context.Context, id core.APIKeyID) (account.APIKey, error) {
	k, err := sqldb.One(ctx, s.c, scanAPIKey, `select `+apiKeyColumns+` from account_api_keys where id = $1`, id)
	return k, notFound(err, "api_key", id)
}

func (s accountStore) APIKeyByHash(ctx context.Context, hash string) (account.APIKey, error) {
	k, err := sqldb.One(ctx, s.c, scanAPIKey, `select `+apiKeyColumns+` from account_api_keys where hash = $1`, hash)
	return k, notFound(err, "api_key", "")
}

func (s accountStore) APIKeys(ctx context.Context, q core.PageQuery) (core.Page[account.APIKey], error) {
	var after string
	if _, err := core.DecodeCursor(q.After, &after); err != nil {
		return core.Page[account.APIKey]{}, err
	}
	rows, err := sqldb.All(ctx, s.c, scanAPIKey, `select `+apiKeyColumns+` from account_api_keys where ($1 = '' or id < $1) order by id desc limit $2`,
		after, q.Size()+1)
	return core.Cut(rows, q, func(k account.APIKey) []any { return []any{k.ID} }), err
}

func (s accountStore) ExpireAPIKey(ctx context.Context, id core.APIKeyID, at time.Time) error {
	return s.c.Defer(ctx, `update account_api_keys set expires_at = $1 where id = $2 and (expires_at = 0 or expires_at > $1)`, sqldb.Micros(at), id)
}

func (s accountStore) RevokeAPIKey(ctx context.Context, id core.APIKeyID, at time.Time) (bool, error) {
	n, err := s.c.Exec(ctx, `update account_api_keys set revoked_at = $1 where id = $2 and revoked_at = 0`, sqldb.Micros(at), id)
	return n == 1, err
}

func (s accountStore) TouchAPIKey(ctx context.Context, id core.APIKeyID, at time.Time) error {
	return s.c.Defer(ctx, `update account_api_keys set last_used_at = $1 where id = $2 and last_used_at < $1`, sqldb.Micros(at), id)
}

func (s accountStore) SigningKeys(ctx context.Context) ([]account.SigningKey, error) {
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (k account.SigningKey, err error) {
		var starts int64
		err = r.Scan(&k.Number, &k.ID, &k.Secret, &starts)
		k.StartsAt = sqldb.Time(starts)
		return k, err
	}, `select number, id, secret, starts_at from account_signing_keys order by number desc`)
}

func (s accountStore) InsertSigningKey(ctx context.Context, k account.SigningKey) (bool, error) {
	n, err := s.c.Exec(ctx, `insert into account_signing_keys (number, id, secret, starts_at) values ($1, $2, $3, $4) on conflict (number) do nothing`,
		k.Number, k.ID, k.Secret, sqldb.Micros(k.StartsAt))
	return n == 1, err
}

func (s accountStore) DeleteSigningKeys(ctx context.Context, below int64) error {
	return s.c.Defer(ctx, `delete from account_signing_keys where number < $1`, below)
}
