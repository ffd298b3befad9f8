package sqlstore

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

const sessionColumns = `s.id, s.kind, s.subject, s.ip, s.user_agent, s.device, s.created_at, s.last_used_at, s.idle_until, s.ends_at, s.generation, s.rotated_at, s.salt, s.ended_at`

func scanSession(s sqldb.Scanner) (v account.Session, err error) {
	v, _, err = scanSessionToken(s, false)
	return v, err
}

func scanSessionToken(s sqldb.Scanner, token bool) (v account.Session, generation int64, err error) {
	var created, used, idle, ends, rotated, ended int64
	dest := []any{&v.ID, &v.Kind, &v.Subject, &v.Client.IP, &v.Client.UserAgent, &v.Client.Device, &created, &used, &idle, &ends, &v.Generation,
		&rotated, &v.Salt, &ended}
	if token {
		dest = append(dest, &generation)
	}
	err = s.Scan(dest...)
	v.CreatedAt, v.LastUsedAt, v.IdleUntil = sqldb.Time(created), sqldb.Time(used), sqldb.Time(idle)
	v.EndsAt, v.RotatedAt, v.EndedAt = sqldb.Time(ends), sqldb.Time(rotated), sqldb.Time(ended)
	return v, generation, err
}

func (s accountStore) InsertSession(ctx context.Context, v account.Session, hash string) error {
	err := s.c.Defer(ctx, `insert into account_sessions (id, kind, subject, ip, user_agent, device, created_at, last_used_at, idle_until, ends_at, generation,
		rotated_at, salt, ended_at, end_reason) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, '')`,
		v.ID, v.Kind, v.Subject, v.Client.IP, v.Client.UserAgent, v.Client.Device, sqldb.Micros(v.CreatedAt), sqldb.Micros(v.LastUsedAt),
		sqldb.Micros(v.IdleUntil), sqldb.Micros(v.EndsAt), v.Generation, sqldb.Micros(v.RotatedAt), v.Salt)
	if err != nil {
		return err
	}
	return s.insertRefresh(ctx, v, hash)
}

func (s accountStore) insertRefresh(ctx context.Context, v account.Session, hash string) error {
	return s.c.Defer(ctx, `insert into account_refresh_tokens (hash, session_id, generation) values ($1, $2, $3)`, hash, v.ID, v.Generation)
}

func (s accountStore) RefreshSession(ctx context.Context, hash string) (account.Session, int64, error) {
	type found struct {
		session    account.Session
		generation int64
	}
	f, err := sqldb.One(ctx, s.c, func(r sqldb.Scanner) (f found, err error) {
		f.session, f.generation, err = scanSessionToken(r, true)
		return f, err
	}, `select `+sessionColumns+`, t.generation from account_refresh_tokens t join account_sessions s on s.id = t.session_id where t.hash = $1`, hash)
	return f.session, f.generation, notFound(err, "session", "")
}

func (s accountStore) RotateSession(ctx context.Context, v account.Session, hash string) (bool, error) {
	n, err := s.c.Exec(ctx, `update account_sessions set generation = $1, rotated_at = $2, last_used_at = $3, idle_until = $4, salt = $5, ip = $6
		where id = $7 and generation = $8 and ended_at = 0`, v.Generation, sqldb.Micros(v.RotatedAt), sqldb.Micros(v.LastUsedAt),
		sqldb.Micros(v.IdleUntil), v.Salt, v.Client.IP, v.ID, v.Generation-1)
	if err != nil || n == 0 {
		return false, err
	}
	return true, s.insertRefresh(ctx, v, hash)
}

func (s accountStore) Session(ctx context.Context, id core.SessionID) (account.Session, error) {
	v, err := sqldb.One(ctx, s.c, scanSession, `select `+sessionColumns+` from account_sessions s where s.id = $1`, id)
	return v, notFound(err, "session", id)
}

func (s accountStore) Sessions(ctx context.Context, kind core.ActorKind, subject string, now time.Time) ([]account.Session, error) {
	return sqldb.All(ctx, s.c, scanSession, `select `+sessionColumns+` from account_sessions s
		where s.subject = $1 and s.kind = $2 and s.ended_at = 0 and s.idle_until > $3 and s.ends_at > $3
		order by s.last_used_at desc, s.id desc limit 200`, subject, kind, sqldb.Micros(now))
}

func (s accountStore) EndSession(ctx context.Context, id core.SessionID, at time.Time, reason string) (bool, error) {
	n, err := s.c.Exec(ctx, `update account_sessions set ended_at = $1, end_reason = $2 where id = $3 and ended_at = 0`, sqldb.Micros(at), reason, id)
	return n == 1, err
}

func (s accountStore) EndSessions(ctx context.Context, kind core.ActorKind, subject string, except core.SessionID, at time.Time, reason string) ([]core.SessionID, error) {
	return sqldb.All(ctx, s.c, sqldb.Column[core.SessionID], `update account_sessions set ended_at = $1, end_reason = $2
		where subject = $3 and kind = $4 and ended_at = 0 and id <> $5 returning id`, sqldb.Micros(at), reason, subject, kind, except)
}

func (s accountStore) Clean(ctx context.Context, before time.Time) (int64, error) {
	at := []any{sqldb.Micros(before)}
	counts, err := s.c.ExecBatch(ctx, []sqldb.Stmt{
		{SQL: `delete from account_refresh_tokens where session_id in (select id from account_sessions
			where (ended_at > 0 and ended_at < $1) or idle_until < $1 or ends_at < $1)`, Args: at},
		{SQL: `delete from account_sessions where (ended_at > 0 and ended_at < $1) or idle_until < $1 or ends_at < $1`, Args: at},
		{SQL: `delete from account_tokens where expires_at < $1`, Args: at},
		{SQL: `delete from account_attempts where last_at < $1 and blocked_until < $1`, Args: at},
	})
	var n int64
	for _, c := range counts {
		n += c
	}
	return n, err
}
