package account

import (
	"context"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// short cuts text to at most n bytes that can be stored.
func short(s string, n int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}

// live reports whether a session can be used.
func live(se Session, now time.Time) bool {
	return se.EndedAt.IsZero() && now.Before(se.IdleUntil) && now.Before(se.EndsAt)
}

// Refresh exchanges a refresh token for a new grant of the same session. Each
// token works once. The one just replaced works again within
// Config.RefreshGrace, and yields the very same successor. Any other token used
// again is a theft: the session ends, security.token_reuse is written, and the
// error is "session_ended", as for every other token that is no good.
func (s *Service) Refresh(ctx context.Context, token string, client Client) (Grant, error) {
	if !validRefresh(token) {
		return Grant{}, errSession()
	}
	var g Grant
	var stolen *Session
	var owner Credential
	err := s.outcome(ctx, func(tx Tx) (error, error) {
		stolen = nil
		st := tx.Accounts()
		// The second round is for who lost a race with another refresh.
		for range 2 {
			se, generation, err := st.RefreshSession(ctx, digest(token))
			now := s.now()
			if err != nil || !live(se, now) {
				return either(err, errSession()), unexpected(err)
			}
			switch {
			case generation == se.Generation:
				next, ok, err := s.rotate(ctx, st, se, token, client, now)
				if err != nil {
					return nil, err
				}
				if ok {
					g, err = s.grant(ctx, tx, next.session, next.token)
					return nil, err
				}
			case generation == se.Generation-1 && now.Sub(se.RotatedAt) <= s.cfg.RefreshGrace:
				g, err = s.grant(ctx, tx, se, successor(token, se.Salt))
				return nil, err
			default:
				if owner, err = st.LockCredential(ctx, se.Kind, se.Subject); err != nil {
					return nil, err
				}
				ended, err := st.EndSession(ctx, se.ID, now, "token_reuse")
				if err != nil || !ended {
					return errSession(), err
				}
				stolen = &se
				return errSession(), emit(ctx, s, tx, "security.token_reuse", se.Subject, map[string]any{"session_id": se.ID, "kind": se.Kind, "ip": client.IP})
			}
		}
		return errSession(), nil
	})
	if stolen != nil && core.CodeOf(err) == "session_ended" { // and not because the commit failed
		s.deny(stolen.ID)
		s.cfg.Notify(ctx, owner.mail(MailTokenReuse))
	}
	if err != nil {
		return Grant{}, err
	}
	return s.sign(ctx, g)
}

// unexpected passes errors other than "gone".
func unexpected(err error) error {
	if core.IsKind(err, core.KindNotFound) {
		return nil
	}
	return err
}

type rotated struct {
	session Session
	token   string
}

func (s *Service) rotate(ctx context.Context, st Store, se Session, token string, client Client, now time.Time) (rotated, bool, error) {
	idle, _ := s.lifetimes(se.Kind)
	se.Generation++
	se.Salt = secretText(32)
	se.RotatedAt, se.LastUsedAt = now, now
	se.IdleUntil = earlier(now.Add(idle), se.EndsAt)
	if client.IP != "" {
		se.Client.IP = client.cut().IP
	}
	next := successor(token, se.Salt)
	ok, err := st.RotateSession(ctx, se, digest(next))
	return rotated{se, next}, ok, err
}

// Logout ends the session of a refresh token, or without one the session of
// the actor. A token that is no good is no error.
func (s *Service) Logout(ctx context.Context, refreshToken string) error {
	id := core.ActorFrom(ctx).Session
	err := s.db.Update(ctx, func(tx Tx) error {
		if refreshToken != "" {
			if !validRefresh(refreshToken) {
				return nil
			}
			se, _, err := tx.Accounts().RefreshSession(ctx, digest(refreshToken))
			if err != nil {
				return unexpected(err)
			}
			id = se.ID
		}
		if id == "" {
			return nil
		}
		_, err := tx.Accounts().EndSession(ctx, id, s.now(), "logout")
		return err
	})
	if err == nil && id != "" {
		s.deny(id)
	}
	return err
}

// Sessions lists the actor's own live sessions, the one used last first.
func (s *Service) Sessions(ctx context.Context) ([]Session, error) {
	a, err := self(ctx)
	if err != nil {
		return nil, err
	}
	return s.sessionsOf(ctx, a.Kind, a.ID)
}

// SessionsOf lists the live sessions of a customer or a member of staff
// (customers:read, staff:read).
func (s *Service) SessionsOf(ctx context.Context, kind core.ActorKind, id string) ([]Session, error) {
	if err := core.Require(ctx, areaPermission(kind, core.PermCustomersRead, core.PermStaffRead)); err != nil {
		return nil, err
	}
	return s.sessionsOf(ctx, kind, id)
}

func areaPermission(kind core.ActorKind, customers, staff core.Permission) core.Permission {
	if kind == core.ActorStaff {
		return staff
	}
	return customers
}

func (s *Service) sessionsOf(ctx context.Context, kind core.ActorKind, id string) (out []Session, err error) {
	current := core.ActorFrom(ctx).Session
	err = s.db.View(ctx, func(tx Tx) (err error) {
		out, err = tx.Accounts().Sessions(ctx, kind, id, s.now())
		return err
	})
	for i := range out {
		out[i].Current = out[i].ID == current
	}
	return out, err
}

// RevokeSession ends one of the actor's own sessions; any other ID is KindNotFound.
func (s *Service) RevokeSession(ctx context.Context, id core.SessionID) error {
	a, err := self(ctx)
	if err != nil {
		return err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		se, err := tx.Accounts().Session(ctx, id)
		if err != nil {
			return err
		}
		if se.Kind != a.Kind || se.Subject != a.ID {
			return core.NotFound("session", id)
		}
		_, err = tx.Accounts().EndSession(ctx, id, s.now(), "revoked")
		return err
	})
	if err == nil {
		s.deny(id)
	}
	return err
}

// RevokeSessions ends all the actor's own sessions, except the present one
// when keepCurrent.
func (s *Service) RevokeSessions(ctx context.Context, keepCurrent bool) error {
	a, err := self(ctx)
	if err != nil {
		return err
	}
	except := core.SessionID("")
	if keepCurrent {
		except = a.Session
	}
	return s.endSessions(ctx, a.Kind, a.ID, except, "revoked_all")
}

// RevokeSessionsOf ends all sessions of a customer or a member of staff
// (customers:write, staff:write; of staff only who hold no more than oneself).
func (s *Service) RevokeSessionsOf(ctx context.Context, kind core.ActorKind, id string) error {
	if err := core.Require(ctx, areaPermission(kind, core.PermCustomersWrite, core.PermStaffWrite)); err != nil {
		return err
	}
	if kind == core.ActorStaff {
		st, err := s.staff(ctx, core.StaffID(id))
		if err == nil {
			err = grantable(ctx, st.Permissions)
		}
		if err != nil {
			return err
		}
	}
	return s.endSessions(ctx, kind, id, "", "revoked_by_staff")
}

func (s *Service) endSessions(ctx context.Context, kind core.ActorKind, id string, except core.SessionID, reason string) error {
	var ended []core.SessionID
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		ended, err = tx.Accounts().EndSessions(ctx, kind, id, except, s.now(), reason)
		return err
	})
	if err == nil {
		s.deny(ended...)
	}
	return err
}

// Clean deletes what is of no more use: sessions and tokens that ended, counts
// of attempts, signing keys replaced long ago. Run it about daily. It returns
// how many rows went.
func (s *Service) Clean(ctx context.Context) (int64, error) {
	var n int64
	now := s.now()
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		st := tx.Accounts()
		if n, err = st.Clean(ctx, now.Add(-attemptsLast)); err != nil {
			return err
		}
		have, err := st.SigningKeys(ctx)
		for i := 1; err == nil && i < len(have); i++ {
			if have[i-1].StartsAt.Add(2 * keyOverlap).Before(now) {
				return st.DeleteSigningKeys(ctx, have[i-1].Number)
			}
		}
		return err
	})
	return n, err
}
