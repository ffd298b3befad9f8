package account

import (
	"context"
	"errors"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Registration is what a shopper gives to open an account.
type Registration struct {
	Email     string
	Password  string
	Name      string
	Phone     string
	Locale    string
	Currency  money.Currency
	Marketing bool   // consents to marketing mail
	Source    string // of the consent; default "registration"
	Client    Client
}

// Register opens a customer's account and mails a link that proves the email.
// The answer does not tell whether the email has an account: then its owner is
// mailed instead (MailExists), and a guest gets a link to claim the account
// (MailClaim) whose password is chosen there, not here, since nobody has proved
// the email yet. Sign in with LoginCustomer.
func (s *Service) Register(ctx context.Context, r Registration) error {
	now := s.now()
	c := Customer{ID: core.NewID[core.CustomerID](s.cfg.IDs, core.PrefixCustomer), Email: r.Email, Name: r.Name, Phone: r.Phone, Locale: r.Locale,
		Currency: r.Currency, Marketing: consent(r.Marketing, r.Source, "registration", now), Status: Active, Version: 1, CreatedAt: now, UpdatedAt: now}
	c.normalize()
	if err := gather(validEmail("email", c.Email), c.validate(""), CheckPassword("password", r.Password, c.Email)).Err(); err != nil {
		return err
	}
	t := newTally("register", core.ActorCustomer, core.NormalEmail(c.Email), r.Client)
	if err := s.db.Update(ctx, func(tx Tx) error { _, err := t.count(ctx, tx.Accounts(), s.now()); return err }); err != nil {
		return err
	}
	// Hashed in any case, so that the time does not tell either.
	hash, err := s.hasher.hash(ctx, r.Password)
	if err != nil {
		return err
	}
	var mail Notification
	err = s.db.Update(ctx, func(tx Tx) error {
		st := tx.Accounts()
		created, err := st.InsertGuest(ctx, c)
		if err != nil {
			return err
		}
		if created {
			if err := st.SetPassword(ctx, core.ActorCustomer, string(c.ID), hash, false, now); err != nil {
				return err
			}
			mail = mailTo(c, MailVerify)
			if err := s.issue(ctx, tx, VerifyEmail, &mail); err != nil {
				return err
			}
			return emit(ctx, s, tx, "customer.created", c.ID, map[string]any{"customer_id": c.ID, "registered": true})
		}
		have, err := st.Credential(ctx, core.ActorCustomer, core.NormalEmail(c.Email))
		if err != nil {
			return err
		}
		mail = have.mail(MailExists)
		if have.PasswordHash == "" && have.Status == Active {
			mail.Kind = MailClaim
			return s.issue(ctx, tx, ResetPassword, &mail)
		}
		return nil
	})
	if err == nil {
		s.cfg.Notify(ctx, mail)
	}
	return err
}

func consent(granted bool, source, otherwise string, now time.Time) Consent {
	if !granted {
		return Consent{}
	}
	def(&source, otherwise)
	return Consent{Granted: true, At: now, Source: source}
}

// gather collects what checks found wrong.
func gather(errs ...error) core.Violations {
	var v core.Violations
	for _, err := range errs {
		var many core.Violations
		var one *core.Error
		switch {
		case err == nil:
		case errors.As(err, &many):
			v = append(v, many...)
		case errors.As(err, &one):
			v = append(v, one)
		default:
			v = append(v, core.Invalid("", "%s", err.Error()))
		}
	}
	return v
}

func mailTo(c Customer, kind NotificationKind) Notification {
	return Notification{Kind: kind, To: core.ActorCustomer, ID: string(c.ID), Email: c.Email, Name: c.Name, Locale: c.Locale}
}

// RequestEmailVerification mails the signed-in customer the link that proves
// the email once more.
func (s *Service) RequestEmailVerification(ctx context.Context) error {
	a := core.ActorFrom(ctx)
	var mail Notification
	t := newTally("verify", core.ActorCustomer, string(a.Customer), Client{})
	err := s.db.Update(ctx, func(tx Tx) error {
		c, err := tx.Accounts().Customer(ctx, a.Customer)
		if err != nil {
			return err
		}
		mail = mailTo(c, MailVerify)
		if !c.EmailVerified.IsZero() || c.Email == "" {
			mail.Email = ""
			return nil
		}
		if _, err := t.count(ctx, tx.Accounts(), s.now()); err != nil {
			return err
		}
		return s.issue(ctx, tx, VerifyEmail, &mail)
	})
	if err == nil && mail.Email != "" {
		s.cfg.Notify(ctx, mail)
	}
	return err
}

// ChangeEmail mails a link to the new address of the signed-in customer, who
// proves the password again. The email changes when the link is followed, and
// the old address is told. Whether the new one belongs to somebody else is not
// told here but to its owner.
func (s *Service) ChangeEmail(ctx context.Context, email, password string) error {
	email = core.NormalEmail(email)
	if err := validEmail("email", email); err != nil {
		return err
	}
	cred, err := s.reauthenticate(ctx, core.ActorCustomer, password)
	if err != nil {
		return err
	}
	var mail Notification
	err = s.db.Update(ctx, func(tx Tx) error {
		taken, err := tx.Accounts().Credential(ctx, core.ActorCustomer, email)
		if err == nil && taken.ID != cred.ID {
			mail = taken.mail(MailExists)
			return nil
		}
		if unexpected(err) != nil {
			return err
		}
		mail = cred.mail(MailVerify)
		mail.Email = email
		return s.issue(ctx, tx, VerifyEmail, &mail)
	})
	if err == nil {
		s.cfg.Notify(ctx, mail)
	}
	return err
}

// ConfirmEmail takes a token of MailVerify, which works once: the address it
// was sent to is proved, and becomes the customer's email if it was not yet.
func (s *Service) ConfirmEmail(ctx context.Context, token string) error {
	var old Notification
	err := s.db.Update(ctx, func(tx Tx) error {
		old = Notification{}
		st, now := tx.Accounts(), s.now()
		t, err := st.UseToken(ctx, digest(token), VerifyEmail, now)
		if err != nil {
			return either(err, errToken())
		}
		c, err := st.LockCustomer(ctx, core.CustomerID(t.Subject))
		if err != nil || c.Status != Active {
			return either(err, errToken())
		}
		data := map[string]any{"customer_id": c.ID, "changed": []string{"email_verified_at"}}
		if core.NormalEmail(c.Email) != core.NormalEmail(t.Email) {
			old = mailTo(c, MailEmailChanged)
			old.NewEmail = t.Email
			c.Email = t.Email
			data["changed"] = []string{"email", "email_verified_at"}
			// A link to set a password that went to the old address is void.
			if err := st.DeleteTokens(ctx, core.ActorCustomer, string(c.ID)); err != nil {
				return err
			}
		}
		c.EmailVerified, c.UpdatedAt = now, now
		if err := st.UpdateCustomer(ctx, c, c.Version); err != nil {
			return err
		}
		return emit(ctx, s, tx, "customer.updated", c.ID, data)
	})
	if err == nil && old.Email != "" {
		s.cfg.Notify(ctx, old)
	}
	return err
}
