package account

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// RequestPasswordReset mails a link to set a new password, if the account
// exists; the answer does not tell. A guest gets a link to claim the account:
// setting a password through it proves the email. Asking often is a
// *RateLimitedError, whether the account exists or not.
func (s *Service) RequestPasswordReset(ctx context.Context, kind core.ActorKind, email string, client Client) error {
	email = core.NormalEmail(email)
	if err := validEmail("email", email); err != nil {
		return err
	}
	if kind != core.ActorStaff {
		kind = core.ActorCustomer
	}
	t := newTally("reset", kind, email, client)
	var mail *Notification
	err := s.db.Update(ctx, func(tx Tx) error {
		mail = nil
		if _, err := t.count(ctx, tx.Accounts(), s.now()); err != nil {
			return err
		}
		c, err := tx.Accounts().Credential(ctx, kind, email)
		if err != nil || c.Status != Active {
			return unexpected(err)
		}
		n := c.mail(MailReset)
		if c.PasswordHash == "" {
			n.Kind = MailClaim
		}
		mail = &n
		return s.issue(ctx, tx, ResetPassword, mail)
	})
	if err == nil && mail != nil {
		s.cfg.Notify(ctx, *mail)
	}
	return err
}

// issue stores a fresh token for the notification's owner and writes it there.
func (s *Service) issue(ctx context.Context, tx Tx, p Purpose, n *Notification) error {
	ttl := s.cfg.ResetTTL
	if p == VerifyEmail {
		ttl = s.cfg.VerifyTTL
	}
	n.Token, n.Expires = secretText(32), s.now().Add(ttl)
	return tx.Accounts().InsertToken(ctx, Token{Hash: digest(n.Token), Purpose: p, Kind: n.To, Subject: n.ID, Email: n.Email, ExpiresAt: n.Expires})
}

// ResetPassword sets a password with a mailed token, which works once, and
// ends all sessions. Following the link also proves a customer's email. Sign
// in afterwards.
func (s *Service) ResetPassword(ctx context.Context, token, password string) error {
	// A look at the token first, or anybody could have passwords hashed.
	var c Credential
	err := s.db.View(ctx, func(tx Tx) error {
		t, err := tx.Accounts().Token(ctx, digest(token), ResetPassword, s.now())
		if err != nil {
			return either(err, errToken())
		}
		c, err = tx.Accounts().CredentialByID(ctx, t.Kind, t.Subject)
		return err
	})
	if err != nil {
		return err
	}
	if err := CheckPassword("password", password, c.Email); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	var ended []core.SessionID
	err = s.db.Update(ctx, func(tx Tx) error {
		st, now := tx.Accounts(), s.now()
		t, err := st.UseToken(ctx, digest(token), ResetPassword, now)
		if err != nil {
			return either(err, errToken())
		}
		if c, err = st.LockCredential(ctx, t.Kind, t.Subject); err != nil {
			return err
		}
		if c.Status != Active {
			return errToken()
		}
		if c.Kind == core.ActorCustomer && core.NormalEmail(c.Email) == core.NormalEmail(t.Email) && !c.Verified {
			if err := st.VerifyEmail(ctx, core.CustomerID(c.ID), now); err != nil {
				return err
			}
			if err := emit(ctx, s, tx, "customer.updated", c.ID, map[string]any{"customer_id": c.ID, "changed": []string{"email_verified_at"}}); err != nil {
				return err
			}
		}
		ended, err = s.setPassword(ctx, tx, c, hash, "password_reset")
		return err
	})
	if err != nil {
		return err
	}
	s.deny(ended...)
	s.cfg.Notify(ctx, c.mail(MailPassword))
	return nil
}

// setPassword stores a password a person chose; all sessions and mailed tokens
// end, and attempts are forgotten.
func (s *Service) setPassword(ctx context.Context, tx Tx, c Credential, hash, reason string) ([]core.SessionID, error) {
	st, now := tx.Accounts(), s.now()
	if err := st.SetPassword(ctx, c.Kind, c.ID, hash, false, now); err != nil {
		return nil, err
	}
	if err := st.DeleteTokens(ctx, c.Kind, c.ID); err != nil {
		return nil, err
	}
	for _, action := range []string{"login", "reset"} {
		if err := st.ForgetAttempts(ctx, accountAttempt(action, c.Kind, core.NormalEmail(c.Email)).key); err != nil {
			return nil, err
		}
	}
	ended, err := st.EndSessions(ctx, c.Kind, c.ID, "", now, reason)
	if err != nil {
		return nil, err
	}
	return ended, emit(ctx, s, tx, "security."+reason, c.ID, map[string]any{"kind": c.Kind, "id": c.ID})
}

// ChangePassword changes the password of who is signed in. All sessions end,
// and a new one begins for the caller. It also ends the need to replace a
// one-time password.
func (s *Service) ChangePassword(ctx context.Context, current, next string, client Client) (Grant, error) {
	c, err := s.reauthenticate(ctx, "", current)
	if err != nil {
		return Grant{}, err
	}
	if err := CheckPassword("new_password", next, c.Email); err != nil {
		return Grant{}, err
	}
	if next == current {
		return Grant{}, core.Invalid("new_password", "must differ from the present one")
	}
	hash, err := s.hasher.hash(ctx, next)
	if err != nil {
		return Grant{}, err
	}
	var ended []core.SessionID
	var g Grant
	err = s.db.Update(ctx, func(tx Tx) error {
		fresh, err := tx.Accounts().LockCredential(ctx, c.Kind, c.ID)
		if err != nil {
			return err
		}
		if fresh.PasswordHash != c.PasswordHash || fresh.Status != Active {
			return errSession()
		}
		if ended, err = s.setPassword(ctx, tx, fresh, hash, "password_changed"); err != nil {
			return err
		}
		g, err = s.startSession(ctx, tx, c.Kind, c.ID, client)
		return err
	})
	if err != nil {
		return Grant{}, err
	}
	s.deny(ended...)
	s.cfg.Notify(ctx, c.mail(MailPassword))
	return s.sign(ctx, g)
}
