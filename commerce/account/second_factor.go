package account

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/core"
)

const sealTOTP = "totp"

// secondFactor claims a code of the authenticator or a recovery code.
func (s *Service) secondFactor(ctx context.Context, tx Tx, c Credential, code string) (bool, error) {
	secret, err := s.vault.open(sealTOTP, c.TOTPSecret)
	if err != nil {
		return false, err
	}
	id := core.StaffID(c.ID)
	if step, ok := totpStep(secret, code, s.now()); ok {
		return tx.Accounts().UseTOTPStep(ctx, id, step)
	}
	return tx.Accounts().UseRecoveryCode(ctx, id, digest(normalRecovery(code)))
}

// Enrolment is a second factor to be confirmed.
type Enrolment struct {
	Secret string `json:"secret"` // base32, to be typed in
	URL    string `json:"url"`    // otpauth://, to be shown as a QR code
}

// EnrolTOTP begins to set up a second factor for the signed-in member of
// staff, who proves the password again. It is asked for once confirmed by
// ConfirmTOTP.
func (s *Service) EnrolTOTP(ctx context.Context, password string) (Enrolment, error) {
	c, err := s.reauthenticate(ctx, core.ActorStaff, password)
	if err != nil {
		return Enrolment{}, err
	}
	secret := random(20)
	err = s.db.Update(ctx, func(tx Tx) error {
		fresh, err := tx.Accounts().LockCredential(ctx, c.Kind, c.ID)
		if err != nil {
			return err
		}
		return tx.Accounts().SetTOTP(ctx, core.StaffID(c.ID), fresh.TOTPSecret, s.vault.seal(sealTOTP, secret))
	})
	return Enrolment{Secret: totpText(secret), URL: totpURL(s.cfg.Issuer, c.Email, secret)}, err
}

// ConfirmTOTP switches the second factor on with a code of the enrolled
// authenticator, and returns recovery codes, each good for one sign-in in its
// place. They are shown this once. The other sessions end.
func (s *Service) ConfirmTOTP(ctx context.Context, code string) ([]string, error) {
	a, err := self(ctx)
	if err != nil || a.Kind != core.ActorStaff {
		return nil, either(err, core.Errorf(core.KindForbidden, "forbidden", "only staff have a second factor"))
	}
	codes, hashes := newRecoveryCodes()
	var ended []core.SessionID
	var c Credential
	id := core.StaffID(a.ID)
	t := newTally("totp", a.Kind, a.ID, Client{})
	err = s.outcome(ctx, func(tx Tx) (error, error) {
		st, now := tx.Accounts(), s.now()
		if _, err := t.count(ctx, st, now); err != nil {
			return nil, err
		}
		if c, err = st.LockCredential(ctx, a.Kind, a.ID); err != nil {
			return nil, err
		}
		if c.TOTPPending == "" {
			return nil, core.Errorf(core.KindConflict, "totp_not_enrolled", "begin with enrolling an authenticator")
		}
		secret, err := s.vault.open(sealTOTP, c.TOTPPending)
		if err != nil {
			return nil, err
		}
		step, ok := totpStep(secret, code, now)
		if !ok {
			return core.Invalid("code", "is not the code the authenticator shows now"), nil
		}
		if err := st.SetTOTP(ctx, id, c.TOTPPending, ""); err != nil {
			return nil, err
		}
		if _, err := st.UseTOTPStep(ctx, id, step); err != nil {
			return nil, err
		}
		if err := st.SetRecoveryCodes(ctx, id, hashes); err != nil {
			return nil, err
		}
		if err := t.succeeded(ctx, st); err != nil {
			return nil, err
		}
		if ended, err = st.EndSessions(ctx, a.Kind, a.ID, a.Session, now, "totp_enabled"); err != nil {
			return nil, err
		}
		return nil, emit(ctx, s, tx, "security.totp_enabled", id, map[string]any{"staff_id": id})
	})
	if err != nil {
		return nil, err
	}
	s.deny(ended...)
	s.cfg.Notify(ctx, c.mail(MailTOTP))
	return codes, nil
}

func newRecoveryCodes() (codes, hashes []string) {
	for range recoveryCodes {
		c := secretText(10) // 80 bits, 16 characters
		hashes = append(hashes, digest(c))
		codes = append(codes, c[:4]+"-"+c[4:8]+"-"+c[8:12]+"-"+c[12:])
	}
	return codes, hashes
}

// DisableTOTP switches the signed-in member of staff's second factor off; it
// takes the password and a last code.
func (s *Service) DisableTOTP(ctx context.Context, password, code string) error {
	c, err := s.reauthenticate(ctx, core.ActorStaff, password)
	if err != nil {
		return err
	}
	t := newTally("totp", c.Kind, c.ID, Client{})
	err = s.outcome(ctx, func(tx Tx) (error, error) {
		if _, err := t.count(ctx, tx.Accounts(), s.now()); err != nil {
			return nil, err
		}
		fresh, err := tx.Accounts().LockCredential(ctx, c.Kind, c.ID)
		if err != nil || fresh.TOTPSecret == "" {
			return nil, err
		}
		ok, err := s.secondFactor(ctx, tx, fresh, code)
		if err != nil || !ok {
			return errCredentials(), err
		}
		if err := t.succeeded(ctx, tx.Accounts()); err != nil {
			return nil, err
		}
		return nil, s.dropTOTP(ctx, tx, core.StaffID(c.ID))
	})
	if err == nil {
		s.cfg.Notify(ctx, c.mail(MailTOTP))
	}
	return err
}

// ResetStaffTOTP switches the second factor of somebody off who lost it
// (staff:write, of those who hold no more than oneself). Their sessions end.
func (s *Service) ResetStaffTOTP(ctx context.Context, id core.StaffID) error {
	_, err := s.changeStaff(ctx, id, 0, "totp_reset", func(tx Tx, _ *Staff) error { return s.dropTOTP(ctx, tx, id) })
	return err
}

func (s *Service) dropTOTP(ctx context.Context, tx Tx, id core.StaffID) error {
	if err := tx.Accounts().SetTOTP(ctx, id, "", ""); err != nil {
		return err
	}
	if err := tx.Accounts().SetRecoveryCodes(ctx, id, nil); err != nil {
		return err
	}
	return emit(ctx, s, tx, "security.totp_disabled", id, map[string]any{"staff_id": id})
}

// reauthenticate checks the password of who is signed in, before something
// that a borrowed session must not do. kind "" accepts customers and staff.
func (s *Service) reauthenticate(ctx context.Context, kind core.ActorKind, password string) (Credential, error) {
	a, err := self(ctx)
	if err != nil {
		return Credential{}, err
	}
	if kind != "" && a.Kind != kind {
		return Credential{}, core.Errorf(core.KindForbidden, "forbidden", "this is for %s", kind)
	}
	t := newTally("password", a.Kind, a.ID, Client{})
	var c Credential
	err = s.db.Update(ctx, func(tx Tx) (err error) {
		if _, err = t.count(ctx, tx.Accounts(), s.now()); err != nil {
			return err
		}
		c, err = tx.Accounts().LockCredential(ctx, a.Kind, a.ID)
		return err
	})
	if err != nil {
		return Credential{}, err
	}
	ok, _, err := s.hasher.verify(ctx, c.PasswordHash, password)
	if err != nil {
		return Credential{}, err
	}
	if !ok || c.Status != Active {
		wrong := core.Invalid("password", "is not your password")
		wrong.Code = "wrong_password"
		return Credential{}, wrong
	}
	return c, s.db.Update(ctx, func(tx Tx) error { return t.succeeded(ctx, tx.Accounts()) })
}
