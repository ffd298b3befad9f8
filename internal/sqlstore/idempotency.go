package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/idempotency"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Idempotency returns the store of idempotency keys.
func (t *Tx) Idempotency() idempotency.Store { return idempotencyStore{t.c} }

type idempotencyStore struct{ c sqldb.Conn }

func (s idempotencyStore) Begin(ctx context.Context, c idempotency.Claim) (idempotency.Outcome, error) {
	var o idempotency.Outcome
	if err := c.Validate(); err != nil {
		return o, err
	}
	now, locked, expires := sqldb.Micros(c.Now), sqldb.Micros(c.Now.Add(c.Lock)), sqldb.Micros(c.Now.Add(c.TTL))
	// One statement takes a key that is new, has expired, or was left behind by
	// a run of the same request that died. Expired ones begin from the start.
	o, err := sqldb.One(ctx, s.c, func(r sqldb.Scanner) (o idempotency.Outcome, err error) {
		return o, r.Scan(&o.Attempt, &o.Resumed, &o.Point)
	}, `insert into idempotency_keys (scope, key, hash, state, attempt, resumed, point, status, header, body, locked_until, created_at, expires_at)
		values ($1, $2, $3, 'running', 1, false, '', 0, '', '', $5, $4, $6)
		on conflict (scope, key) do update set hash = excluded.hash, state = 'running', attempt = idempotency_keys.attempt + 1,
			resumed = idempotency_keys.expires_at > $4, point = case when idempotency_keys.expires_at > $4 then idempotency_keys.point else '' end,
			status = 0, header = '', body = '', locked_until = excluded.locked_until, created_at = excluded.created_at, expires_at = excluded.expires_at
		where idempotency_keys.expires_at <= $4
			or (idempotency_keys.state = 'running' and idempotency_keys.locked_until <= $4 and idempotency_keys.hash = excluded.hash)
		returning attempt, resumed, point`, c.Scope, c.Key, c.Hash, now, locked, expires)
	if !errors.Is(err, sqldb.ErrNoRows) {
		return o, err
	}
	have, err := sqldb.One(ctx, s.c, scanClaim, `select hash, state, status, header, body, locked_until from idempotency_keys where scope = $1 and key = $2`, c.Scope, c.Key)
	switch {
	case errors.Is(err, sqldb.ErrNoRows): // abandoned between the two statements
		return o, &idempotency.InFlightError{Key: c.Key}
	case err != nil:
		return o, err
	case have.hash != c.Hash:
		return o, &idempotency.MismatchError{Key: c.Key}
	case have.state == "running":
		return o, &idempotency.InFlightError{Key: c.Key, RetryAfter: max(have.lockedUntil.Sub(c.Now), 0)}
	}
	return idempotency.Outcome{Replay: &have.response}, nil
}

type claimRow struct {
	hash, state string
	response    idempotency.Response
	lockedUntil time.Time
}

func scanClaim(r sqldb.Scanner) (v claimRow, err error) {
	var header string
	var body []byte
	var locked int64
	if err := r.Scan(&v.hash, &v.state, &v.response.Status, &header, &body, &locked); err != nil {
		return v, err
	}
	v.lockedUntil = sqldb.Time(locked)
	if len(body) > 0 {
		v.response.Body = body
	}
	if header != "" {
		err = json.Unmarshal([]byte(header), &v.response.Header)
	}
	return v, err
}

func (s idempotencyStore) Reach(ctx context.Context, c idempotency.Claim, attempt int64, point string, lockedUntil time.Time) (bool, error) {
	n, err := s.c.Exec(ctx, `update idempotency_keys set point = $1, locked_until = $2 where scope = $3 and key = $4 and attempt = $5 and state = 'running'`,
		point, sqldb.Micros(lockedUntil), c.Scope, c.Key, attempt)
	return n == 1, err
}

func (s idempotencyStore) Finish(ctx context.Context, c idempotency.Claim, attempt int64, r idempotency.Response) (bool, error) {
	header := ""
	if len(r.Header) > 0 {
		var err error
		if header, err = toJSON(r.Header); err != nil {
			return false, err
		}
	}
	if !core.ValidText(string(r.Body)) {
		return false, core.Errorf(core.KindInternal, "idempotency_body", "an answer that is kept must be text")
	}
	n, err := s.c.Exec(ctx, `update idempotency_keys set state = 'done', status = $1, header = $2, body = $3
		where scope = $4 and key = $5 and attempt = $6 and state = 'running'`, r.Status, header, string(r.Body), c.Scope, c.Key, attempt)
	return n == 1, err
}

func (s idempotencyStore) Abandon(ctx context.Context, c idempotency.Claim, attempt int64) error {
	return s.c.Defer(ctx, `delete from idempotency_keys where scope = $1 and key = $2 and attempt = $3 and state = 'running'`, c.Scope, c.Key, attempt)
}

func (s idempotencyStore) Prune(ctx context.Context, before time.Time, limit int) (int64, error) {
	return s.c.Exec(ctx, `delete from idempotency_keys where (scope, key) in
		(select scope, key from idempotency_keys where expires_at <= $1 order by expires_at limit $2)`, sqldb.Micros(before), limit)
}
