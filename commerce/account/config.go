package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Config tunes a [Service]. The zero value works.
type Config struct {
	// Issuer and Audience are written into access tokens and required of them.
	// Shops that share neither do not accept each other's. Default "bodega".
	Issuer, Audience string
	// AccessTTL is how long an access token is good for, and so how long a
	// revoked session may go on in other processes; at most 15 minutes. Default
	// 10 minutes.
	AccessTTL time.Duration
	// Skew is how far clocks may differ; at most 2 minutes. Default 30 seconds.
	Skew time.Duration
	// RefreshGrace is how long the refresh token just replaced may be used
	// again, for the same successor: requests that cross each other do not end a
	// session. At most 5 minutes; negative is none. Default 30 seconds.
	RefreshGrace time.Duration
	// CustomerIdle and StaffIdle end a session that is not refreshed for that
	// long. Default 30 days and 12 hours.
	CustomerIdle, StaffIdle time.Duration
	// CustomerMax and StaffMax end a session in any case. Default 180 and 7 days.
	CustomerMax, StaffMax time.Duration
	// StrictSessions looks the session up at each request: revoking works at
	// once in all processes, for one or two statements a request. Default false:
	// at once in this process, within AccessTTL in others.
	StrictSessions bool
	// RequireVerifiedEmail refuses customers until they followed the link in the
	// mail. It also keeps registration from telling who has an account, since
	// nobody can sign in right after it. Default false.
	RequireVerifiedEmail bool
	// RequireTOTP leaves staff without a second factor no permission but to
	// enrol one. Default false.
	RequireTOTP bool
	// KeyLifetime is the age at which the key that signs access tokens is
	// replaced by a new one. Nobody is signed out. Default 90 days.
	KeyLifetime time.Duration
	// KeyLabel stands in API keys, to tell environments apart: "bk_live_...".
	// Lower-case letters. Default "live".
	KeyLabel string
	// Secret encrypts signing keys and TOTP secrets in the database, with at
	// least 32 bytes that are kept elsewhere. Losing it means new signing keys
	// and enrolling TOTP again. Default none: they are stored as they are.
	Secret []byte
	// VerifyTTL and ResetTTL are how long mailed tokens are good for: to prove
	// an email, to set a password. Default 24 hours and 30 minutes.
	VerifyTTL, ResetTTL time.Duration
	// Hash is what new passwords cost. Default [DefaultHashParams].
	Hash HashParams
	// MaxHashMemory bounds the memory of all password hashing that runs at once,
	// in bytes; who comes later waits. Default 64 MiB, three at a time.
	MaxHashMemory int64
	// Notify hands over what is to be mailed, after the change is stored. It
	// holds secrets: deliver it and do not log it. It must return fast (queue
	// it), or its time tells who has an account. Default nil: nothing is mailed.
	Notify func(ctx context.Context, n Notification)
	// IDs makes identifiers. Default crypto/rand and the system clock.
	IDs *core.IDs
	// Clock tells the time. Default the system's.
	Clock core.Clock
}

// NotificationKind says which mail to send.
type NotificationKind string

// The kinds of notification, with what they carry.
const (
	MailVerify       NotificationKind = "verify_email"       // Token: ConfirmEmail
	MailReset        NotificationKind = "reset_password"     // Token: ResetPassword
	MailClaim        NotificationKind = "claim_account"      // Token: ResetPassword; a guest sets the first password
	MailExists       NotificationKind = "account_exists"     // somebody tried to register this email, or change to it
	MailEmailChanged NotificationKind = "email_changed"      // to the old email; NewEmail is the new one
	MailPassword     NotificationKind = "password_changed"   // for information
	MailLocked       NotificationKind = "sign_in_blocked"    // many wrong passwords
	MailTokenReuse   NotificationKind = "session_revoked"    // a refresh token was used twice
	MailTOTP         NotificationKind = "second_factor_used" // TOTP was switched on or off
)

// Notification is a mail to be sent to a customer or a member of staff.
type Notification struct {
	Kind     NotificationKind
	To       core.ActorKind // customer or staff
	ID       string
	Email    string
	Name     string
	Locale   string
	NewEmail string
	Token    string    // a secret; see the kind
	Expires  time.Time // of the token
}

func (c Config) withDefaults() Config {
	def(&c.Issuer, "bodega")
	def(&c.Audience, "bodega")
	def(&c.AccessTTL, 10*time.Minute)
	def(&c.Skew, 30*time.Second)
	def(&c.RefreshGrace, 30*time.Second)
	c.RefreshGrace = max(c.RefreshGrace, 0)
	day := 24 * time.Hour
	def(&c.CustomerIdle, 30*day)
	def(&c.StaffIdle, 12*time.Hour)
	def(&c.CustomerMax, 180*day)
	def(&c.StaffMax, 7*day)
	def(&c.KeyLifetime, 90*day)
	def(&c.KeyLabel, "live")
	def(&c.VerifyTTL, day)
	def(&c.ResetTTL, 30*time.Minute)
	def(&c.Hash, DefaultHashParams)
	def(&c.MaxHashMemory, 64<<20)
	if c.Notify == nil {
		c.Notify = func(context.Context, Notification) {}
	}
	return c
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (c Config) validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("account: "+format, args...))
		}
	}
	check(c.AccessTTL >= time.Second && c.AccessTTL <= 15*time.Minute, "AccessTTL is %s: it must be between a second and 15 minutes", c.AccessTTL)
	check(c.Skew >= 0 && c.Skew <= 2*time.Minute, "Skew is %s: it must be at most 2 minutes", c.Skew)
	check(c.RefreshGrace <= 5*time.Minute, "RefreshGrace is %s: it must be at most 5 minutes", c.RefreshGrace)
	for name, d := range map[string]time.Duration{"CustomerIdle": c.CustomerIdle, "StaffIdle": c.StaffIdle, "CustomerMax": c.CustomerMax,
		"StaffMax": c.StaffMax, "KeyLifetime": c.KeyLifetime, "VerifyTTL": c.VerifyTTL, "ResetTTL": c.ResetTTL} {
		check(d >= time.Minute, "%s is %s: it must be at least a minute", name, d)
	}
	check(len(c.Secret) == 0 || len(c.Secret) >= 32, "Secret has %d bytes: it must have at least 32", len(c.Secret))
	check(validLabel(c.KeyLabel), "KeyLabel %q must be 1 to 16 lower-case letters", c.KeyLabel)
	check(c.MaxHashMemory >= 1<<20, "MaxHashMemory is %d bytes: it must be at least 1 MiB", c.MaxHashMemory)
	if err := c.Hash.validate(); err != nil {
		errs = append(errs, fmt.Errorf("account: Hash: %w", err))
	}
	return errors.Join(errs...)
}

func validLabel(s string) bool {
	for _, r := range s {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 16
}
