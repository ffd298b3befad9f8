package account

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Tx is what the service needs of a transaction.
type Tx interface {
	Accounts() Store
	Events() core.EventWriter
}

// Store keeps accounts. It may change between minor versions: use [Service].
type Store interface {
	CustomerStore
	StaffStore
	CredentialStore
	SessionStore
	KeyStore
}

// CustomerStore keeps customers and their addresses. Emails are compared by
// core.NormalEmail.
type CustomerStore interface {
	// InsertCustomers writes customers in few statements; an email or reference
	// that is taken is KindExists.
	InsertCustomers(ctx context.Context, cs []Customer) error
	// InsertGuest writes a customer unless the email is taken, and reports it.
	InsertGuest(ctx context.Context, c Customer) (bool, error)
	// UpdateCustomer writes everything but the password and the time of
	// creation; stale versions are refused.
	UpdateCustomer(ctx context.Context, c Customer, seen int64) error
	Customer(ctx context.Context, id core.CustomerID) (Customer, error)
	LockCustomer(ctx context.Context, id core.CustomerID) (Customer, error) // reads and locks
	CustomersByID(ctx context.Context, ids []core.CustomerID) ([]Customer, error)
	CustomersByEmail(ctx context.Context, emails []string) ([]Customer, error)
	CustomersByReference(ctx context.Context, refs []string) ([]Customer, error)
	Customers(ctx context.Context, f CustomerFilter, q core.PageQuery) (core.Page[Customer], error)
	// ForgetCustomer deletes addresses, groups, password, tokens and sessions.
	ForgetCustomer(ctx context.Context, id core.CustomerID) error

	InsertAddresses(ctx context.Context, as []Address) error
	UpdateAddress(ctx context.Context, a Address, seen int64) error
	Address(ctx context.Context, customer core.CustomerID, id core.AddressID) (Address, error)
	Addresses(ctx context.Context, customer core.CustomerID) ([]Address, error) // oldest first
	DeleteAddress(ctx context.Context, customer core.CustomerID, id core.AddressID) (bool, error)
}

// StaffStore keeps staff and roles.
type StaffStore interface {
	InsertStaff(ctx context.Context, s Staff, passwordHash string) error
	UpdateStaff(ctx context.Context, s Staff, seen int64) error // email, name, status, roles
	Staff(ctx context.Context, id core.StaffID) (Staff, error)
	StaffPage(ctx context.Context, query string, q core.PageQuery) (core.Page[Staff], error) // newest first
	CountStaff(ctx context.Context) (int64, error)
	// LockOwners makes others that call it wait for the end of the transaction,
	// and returns how many active owners there are.
	LockOwners(ctx context.Context) (int64, error)

	InsertRole(ctx context.Context, r Role) error
	UpdateRole(ctx context.Context, r Role, seen int64) error
	DeleteRole(ctx context.Context, id core.RoleID) error // KindConflict while somebody has it
	Role(ctx context.Context, id core.RoleID) (Role, error)
	Roles(ctx context.Context) ([]Role, error) // by name
}

// CredentialStore keeps what signing in needs.
type CredentialStore interface {
	Credential(ctx context.Context, kind core.ActorKind, email string) (Credential, error)
	CredentialByID(ctx context.Context, kind core.ActorKind, id string) (Credential, error)
	LockCredential(ctx context.Context, kind core.ActorKind, id string) (Credential, error) // reads and locks
	SetPassword(ctx context.Context, kind core.ActorKind, id, hash string, mustChange bool, now time.Time) error
	VerifyEmail(ctx context.Context, customer core.CustomerID, at time.Time) error
	NoteLogin(ctx context.Context, staff core.StaffID, at time.Time) error

	// SetTOTP writes the staff member's second factor; UseTOTPStep claims a
	// time step and reports false when it or a later one was used.
	SetTOTP(ctx context.Context, staff core.StaffID, secret, pending string) error
	UseTOTPStep(ctx context.Context, staff core.StaffID, step int64) (bool, error)
	SetRecoveryCodes(ctx context.Context, staff core.StaffID, hashes []string) error
	UseRecoveryCode(ctx context.Context, staff core.StaffID, hash string) (bool, error)

	// InsertToken replaces older tokens of the same purpose and subject.
	InsertToken(ctx context.Context, t Token) error
	Token(ctx context.Context, hash string, purpose Purpose, now time.Time) (Token, error) // KindNotFound once expired
	// UseToken deletes the token and returns it; of many that try exactly one
	// succeeds, the others get KindNotFound.
	UseToken(ctx context.Context, hash string, purpose Purpose, now time.Time) (Token, error)
	DeleteTokens(ctx context.Context, kind core.ActorKind, subject string) error

	// CountAttempt counts one more attempt under the key, from 1 again when the
	// last one was before fresh. While the key is blocked it counts nothing and
	// returns until when.
	CountAttempt(ctx context.Context, key string, now, fresh time.Time) (count int64, blocked time.Time, err error)
	BlockAttempts(ctx context.Context, key string, until time.Time) error
	ForgetAttempts(ctx context.Context, key string) error
	UncountAttempt(ctx context.Context, key string) error // takes one back and ends the block
}

// SessionStore keeps sessions and their refresh tokens.
type SessionStore interface {
	InsertSession(ctx context.Context, s Session, refreshHash string) error
	// RefreshSession returns the session a refresh token belongs to and the
	// token's generation.
	RefreshSession(ctx context.Context, refreshHash string) (Session, int64, error)
	// RotateSession moves a live session from the generation before s.Generation
	// to it with a new refresh token, and reports whether it was there.
	RotateSession(ctx context.Context, s Session, refreshHash string) (bool, error)
	Session(ctx context.Context, id core.SessionID) (Session, error)
	Sessions(ctx context.Context, kind core.ActorKind, subject string, now time.Time) ([]Session, error) // live, newest use first
	// EndSession ends a live session and reports whether it was one.
	EndSession(ctx context.Context, id core.SessionID, at time.Time, reason string) (bool, error)
	// EndSessions ends the live sessions of somebody except one, and returns
	// which.
	EndSessions(ctx context.Context, kind core.ActorKind, subject string, except core.SessionID, at time.Time, reason string) ([]core.SessionID, error)
	// Clean deletes sessions that ended, tokens that expired and attempts made
	// before the time, and returns how many rows went.
	Clean(ctx context.Context, before time.Time) (int64, error)
}

// KeyStore keeps API keys and signing keys.
type KeyStore interface {
	InsertAPIKey(ctx context.Context, k APIKey) error
	APIKey(ctx context.Context, id core.APIKeyID) (APIKey, error)
	APIKeyByHash(ctx context.Context, hash string) (APIKey, error)
	APIKeys(ctx context.Context, q core.PageQuery) (core.Page[APIKey], error) // newest first
	// ExpireAPIKey lets a key end no later than the time.
	ExpireAPIKey(ctx context.Context, id core.APIKeyID, at time.Time) error
	RevokeAPIKey(ctx context.Context, id core.APIKeyID, at time.Time) (bool, error)
	TouchAPIKey(ctx context.Context, id core.APIKeyID, at time.Time) error

	SigningKeys(ctx context.Context) ([]SigningKey, error) // newest first
	// InsertSigningKey adds a key unless its number is there, and reports it.
	InsertSigningKey(ctx context.Context, k SigningKey) (bool, error)
	DeleteSigningKeys(ctx context.Context, below int64) error // numbers below
}
