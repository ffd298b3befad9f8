package account

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Login is a request to sign in.
type Login struct {
	Email    string
	Password string
	Code     string // of the authenticator, or a recovery code; staff with TOTP
	Client   Client
}

// LoginCustomer signs a customer in. Whatever is wrong (no such account, a
// guest's, a disabled one, the password) the answer is the same
// "invalid_credentials", after about the same time. Too many failures are a
// *RateLimitedError. With Config.RequireVerifiedEmail a right password may
// still yield "email_unverified".
func (s *Service) LoginCustomer(ctx context.Context, l Login) (Grant, error) {
	return s.login(ctx, core.ActorCustomer, l)
}

// LoginStaff signs a member of staff in, as LoginCustomer. With TOTP switched
// on and no code given, the right password yields a *TOTPRequiredError.
func (s *Service) LoginStaff(ctx context.Context, l Login) (Grant, error) {
	return s.login(ctx, core.ActorStaff, l)
}

func (s *Service) login(ctx context.Context, kind core.ActorKind, l Login) (Grant, error) {
	email := core.NormalEmail(l.Email)
	if !core.ValidEmail(email) {
		email = "" // nobody's, but counted and hashed all the same
	}
	t := newTally("login", kind, core.NormalEmail(l.Email), l.Client)
	var c Credential
	var blocks bool
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		if blocks, err = t.count(ctx, tx.Accounts(), s.now()); err != nil {
			return err
		}
		c, err = tx.Accounts().Credential(ctx, kind, email)
		if core.IsKind(err, core.KindNotFound) {
			c, err = Credential{Kind: kind}, nil
		}
		return err
	})
	if err != nil {
		return Grant{}, err
	}
	ok, stale, err := s.hasher.verify(ctx, c.PasswordHash, l.Password)
	if err != nil {
		return Grant{}, err
	}
	if !ok || c.Status != Active {
		return Grant{}, s.failed(ctx, c, t, blocks, l.Client)
	}
	var rehash string
	if stale {
		if rehash, err = s.hasher.hash(ctx, l.Password); err != nil {
			return Grant{}, err
		}
	}
	return s.signIn(ctx, c, l, t, blocks, rehash)
}

// failed records a failed login and returns what the caller is told.
func (s *Service) failed(ctx context.Context, c Credential, t tally, blocks bool, client Client) error {
	if !blocks {
		return errCredentials()
	}
	about := t[0].key
	if c.ID != "" {
		about = c.ID
	}
	err := s.db.Update(ctx, func(tx Tx) error {
		return emit(ctx, s, tx, "security.login_blocked", about, map[string]any{"kind": c.Kind, "known": c.ID != "", "ip": client.IP})
	})
	if err != nil {
		return err
	}
	if c.ID != "" && c.PasswordHash != "" {
		s.cfg.Notify(ctx, c.mail(MailLocked))
	}
	return errCredentials()
}

// signIn starts a session for a credential whose password was right, unless it
// changed since.
func (s *Service) signIn(ctx context.Context, c Credential, l Login, t tally, blocks bool, rehash string) (Grant, error) {
	var g Grant
	var wrongCode bool
	err := s.outcome(ctx, func(tx Tx) (error, error) {
		wrongCode = false
		st, now := tx.Accounts(), s.now()
		fresh, err := st.LockCredential(ctx, c.Kind, c.ID)
		if err != nil {
			return nil, err
		}
		if fresh.PasswordHash != c.PasswordHash || fresh.Status != Active {
			return errCredentials(), nil
		}
		if c.Kind == core.ActorCustomer && s.cfg.RequireVerifiedEmail && !fresh.Verified {
			return core.Errorf(core.KindForbidden, "email_unverified", "follow the link in the mail first"), t.succeeded(ctx, st)
		}
		if fresh.TOTPSecret != "" {
			if l.Code == "" { // half a success: earlier failures stay, so that codes cannot be tried for free
				return &TOTPRequiredError{}, t.takeBack(ctx, st)
			}
			ok, err := s.secondFactor(ctx, tx, fresh, l.Code)
			if err != nil {
				return nil, err
			}
			if !ok {
				wrongCode = true
				return errCredentials(), nil
			}
		}
		if err := t.succeeded(ctx, st); err != nil {
			return nil, err
		}
		if rehash != "" {
			if err := st.SetPassword(ctx, c.Kind, c.ID, rehash, fresh.MustChange, now); err != nil {
				return nil, err
			}
		}
		if c.Kind == core.ActorStaff {
			if err := st.NoteLogin(ctx, core.StaffID(c.ID), now); err != nil {
				return nil, err
			}
			if err := emit(ctx, s, tx, "security.staff_login", c.ID, map[string]any{"staff_id": c.ID, "ip": l.Client.IP}); err != nil {
				return nil, err
			}
		}
		g, err = s.startSession(ctx, tx, c.Kind, c.ID, l.Client)
		return nil, err
	})
	if wrongCode {
		return Grant{}, s.failed(ctx, c, t, blocks, l.Client)
	}
	if err != nil {
		return Grant{}, err
	}
	return s.sign(ctx, g)
}

// startSession stores a new session and returns its grant, not signed yet.
func (s *Service) startSession(ctx context.Context, tx Tx, kind core.ActorKind, subject string, client Client) (Grant, error) {
	now := s.now()
	idle, most := s.lifetimes(kind)
	se := Session{ID: core.NewID[core.SessionID](s.cfg.IDs, core.PrefixSession), Kind: kind, Subject: subject, Client: client.cut(),
		CreatedAt: now, LastUsedAt: now, EndsAt: now.Add(most), RotatedAt: now, Generation: 1}
	se.IdleUntil = earlier(now.Add(idle), se.EndsAt)
	refresh := newRefresh()
	if err := tx.Accounts().InsertSession(ctx, se, digest(refresh)); err != nil {
		return Grant{}, err
	}
	return s.grant(ctx, tx, se, refresh)
}

// grant fills in who a session is, as the database says now.
func (s *Service) grant(ctx context.Context, tx Tx, se Session, refresh string) (Grant, error) {
	g := Grant{TokenType: "Bearer", RefreshToken: refresh, RefreshExpiresAt: se.IdleUntil, SessionID: se.ID,
		Actor: core.Actor{Kind: se.Kind, ID: se.Subject, Session: se.ID}}
	if se.Kind == core.ActorCustomer {
		g.Actor.Customer = core.CustomerID(se.Subject)
		g.Actor.Permissions = []core.Permission{core.PermSelf}
		return g, nil
	}
	st, err := tx.Accounts().Staff(ctx, core.StaffID(se.Subject))
	if err != nil {
		return Grant{}, err
	}
	g.MustChangePassword = st.MustChange
	g.MustEnrolTOTP = s.cfg.RequireTOTP && !st.TOTP
	g.Actor.Permissions = s.staffPermissions(st)
	return g, nil
}

// sign adds the access token to a grant, outside of any transaction.
func (s *Service) sign(ctx context.Context, g Grant) (Grant, error) {
	now := s.now()
	var err error
	g.AccessToken, g.ExpiresAt, err = s.newAccess(ctx, g.Actor, now)
	g.ExpiresIn = int64(g.ExpiresAt.Sub(now) / time.Second)
	if err != nil {
		return Grant{}, err
	}
	return g, nil
}

func (s *Service) lifetimes(kind core.ActorKind) (idle, most time.Duration) {
	if kind == core.ActorStaff {
		return s.cfg.StaffIdle, s.cfg.StaffMax
	}
	return s.cfg.CustomerIdle, s.cfg.CustomerMax
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// cut bounds what a client tells about itself.
func (c Client) cut() Client {
	return Client{IP: short(c.IP, 64), UserAgent: short(c.UserAgent, 300), Device: short(c.Device, 100)}
}

// mail begins a notification to the credential's owner.
func (c Credential) mail(kind NotificationKind) Notification {
	return Notification{Kind: kind, To: c.Kind, ID: c.ID, Email: c.Email, Name: c.Name, Locale: c.Locale}
}
