package sqlstore

import (
	"context"
	"errors"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

const (
	customerCredential = `select id, email, name, locale, email_verified_at, status, password_hash, false, '', '', 0 from account_customers where `
	staffCredential    = `select id, email, name, '', 1, status, password_hash, must_change, totp_secret, totp_pending, totp_step from account_staff where `
)

func (s accountStore) credential(ctx context.Context, kind core.ActorKind, cond, value string) (account.Credential, error) {
	query := customerCredential
	if kind == core.ActorStaff {
		query = staffCredential
	}
	c, err := sqldb.One(ctx, s.c, func(r sqldb.Scanner) (c account.Credential, err error) {
		var verified int64
		c.Kind = kind
		err = r.Scan(&c.ID, &c.Email, &c.Name, &c.Locale, &verified, &c.Status, &c.PasswordHash, &c.MustChange, &c.TOTPSecret, &c.TOTPPending, &c.TOTPStep)
		c.Verified = verified != 0
		return c, err
	}, query+cond, value)
	return c, notFound(err, "account", value)
}

func (s accountStore) Credential(ctx context.Context, kind core.ActorKind, email string) (account.Credential, error) {
	return s.credential(ctx, kind, `email_normal = $1`, core.NormalEmail(email))
}

func (s accountStore) CredentialByID(ctx context.Context, kind core.ActorKind, id string) (account.Credential, error) {
	return s.credential(ctx, kind, `id = $1`, id)
}

func (s accountStore) LockCredential(ctx context.Context, kind core.ActorKind, id string) (account.Credential, error) {
	return s.credential(ctx, kind, `id = $1`+s.c.Dialect().ForUpdate, id)
}

func (s accountStore) SetPassword(ctx context.Context, kind core.ActorKind, id, hash string, mustChange bool, now time.Time) error {
	if kind == core.ActorStaff {
		return s.c.Defer(ctx, `update account_staff set password_hash = $1, must_change = $2, updated_at = $3 where id = $4`, hash, mustChange, sqldb.Micros(now), id)
	}
	return s.c.Defer(ctx, `update account_customers set password_hash = $1, updated_at = $2 where id = $3`, hash, sqldb.Micros(now), id)
}

func (s accountStore) VerifyEmail(ctx context.Context, customer core.CustomerID, at time.Time) error {
	return s.c.Defer(ctx, `update account_customers set email_verified_at = $1, updated_at = $1, version = version + 1 where id = $2`, sqldb.Micros(at), customer)
}

func (s accountStore) NoteLogin(ctx context.Context, staff core.StaffID, at time.Time) error {
	return s.c.Defer(ctx, `update account_staff set last_login_at = $1 where id = $2`, sqldb.Micros(at), staff)
}

func (s accountStore) SetTOTP(ctx context.Context, staff core.StaffID, secret, pending string) error {
	return s.c.Defer(ctx, `update account_staff set totp_secret = $1, totp_pending = $2 where id = $3`, secret, pending, staff)
}

func (s accountStore) UseTOTPStep(ctx context.Context, staff core.StaffID, step int64) (bool, error) {
	n, err := s.c.Exec(ctx, `update account_staff set totp_step = $1 where id = $2 and totp_step < $1`, step, staff)
	return n == 1, err
}

func (s accountStore) SetRecoveryCodes(ctx context.Context, staff core.StaffID, hashes []string) error {
	if _, err := s.c.Exec(ctx, `delete from account_recovery_codes where staff_id = $1`, staff); err != nil {
		return err
	}
	rows := make([][]any, len(hashes))
	for i, h := range hashes {
		rows[i] = []any{staff, h}
	}
	return insertRows(ctx, s.c, "account_recovery_codes", "staff_id, hash", rows)
}

func (s accountStore) UseRecoveryCode(ctx context.Context, staff core.StaffID, hash string) (bool, error) {
	n, err := s.c.Exec(ctx, `delete from account_recovery_codes where staff_id = $1 and hash = $2`, staff, hash)
	return n == 1, err
}

func (s accountStore) InsertToken(ctx context.Context, t account.Token) error {
	if err := s.c.Defer(ctx, `delete from account_tokens where subject = $1 and kind = $2 and purpose = $3`, t.Subject, t.Kind, t.Purpose); err != nil {
		return err
	}
	return s.c.Defer(ctx, `insert into account_tokens (hash, purpose, kind, subject, email, expires_at) values ($1, $2, $3, $4, $5, $6)`,
		t.Hash, t.Purpose, t.Kind, t.Subject, t.Email, sqldb.Micros(t.ExpiresAt))
}

const tokenColumns = `hash, purpose, kind, subject, email, expires_at`

func scanToken(s sqldb.Scanner) (t account.Token, err error) {
	var expires int64
	err = s.Scan(&t.Hash, &t.Purpose, &t.Kind, &t.Subject, &t.Email, &expires)
	t.ExpiresAt = sqldb.Time(expires)
	return t, err
}

func (s accountStore) Token(ctx context.Context, hash string, purpose account.Purpose, now time.Time) (account.Token, error) {
	t, err := sqldb.One(ctx, s.c, scanToken, `select `+tokenColumns+` from account_tokens where hash = $1 and purpose = $2 and expires_at > $3`,
		hash, purpose, sqldb.Micros(now))
	return t, notFound(err, "token", "")
}

func (s accountStore) UseToken(ctx context.Context, hash string, purpose account.Purpose, now time.Time) (account.Token, error) {
	t, err := sqldb.One(ctx, s.c, scanToken, `delete from account_tokens where hash = $1 and purpose = $2 and expires_at > $3 returning `+tokenColumns,
		hash, purpose, sqldb.Micros(now))
	return t, notFound(err, "token", "")
}

func (s accountStore) DeleteTokens(ctx context.Context, kind core.ActorKind, subject string) error {
	return s.c.Defer(ctx, `delete from account_tokens where subject = $1 and kind = $2`, subject, kind)
}

func (s accountStore) CountAttempt(ctx context.Context, key string, now, fresh time.Time) (int64, time.Time, error) {
	n, err := sqldb.One(ctx, s.c, sqldb.Column[int64], `insert into account_attempts (key, failures, blocked_until, last_at) values ($1, 1, 0, $2)
		on conflict (key) do update set failures = case when account_attempts.last_at < $3 then 1 else account_attempts.failures + 1 end, last_at = $2
		where account_attempts.blocked_until <= $2 returning failures`, key, sqldb.Micros(now), sqldb.Micros(fresh))
	if !errors.Is(err, sqldb.ErrNoRows) {
		return n, time.Time{}, err
	}
	until, err := sqldb.One(ctx, s.c, sqldb.Column[int64], `select blocked_until from account_attempts where key = $1`, key)
	return 0, sqldb.Time(until), err
}

func (s accountStore) BlockAttempts(ctx context.Context, key string, until time.Time) error {
	return s.c.Defer(ctx, `update account_attempts set blocked_until = $1 where key = $2`, sqldb.Micros(until), key)
}

func (s accountStore) ForgetAttempts(ctx context.Context, key string) error {
	return s.c.Defer(ctx, `delete from account_attempts where key = $1`, key)
}

func (s accountStore) UncountAttempt(ctx context.Context, key string) error {
	return s.c.Defer(ctx, `update account_attempts set failures = failures - 1, blocked_until = 0 where key = $1 and failures > 0`, key)
}
