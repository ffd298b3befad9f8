package account

import (
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Status says whether an account can be used.
type Status string

// The statuses.
const (
	Active   Status = "active"
	Disabled Status = "disabled" // cannot sign in
	Erased   Status = "erased"   // of customers: nothing personal is left, only the ID
)

// Consent is a customer's word on marketing mail.
type Consent struct {
	Granted bool      `json:"granted"`
	At      time.Time `json:"at,omitzero"`      // when it was given or withdrawn
	Source  string    `json:"source,omitempty"` // where: "checkout", "account", "import"
}

// Customer is somebody who buys. One without a password is a guest.
type Customer struct {
	ID            core.CustomerID `json:"id"`
	Email         string          `json:"email,omitempty"` // unique by core.NormalEmail; imports may lack it
	EmailVerified time.Time       `json:"email_verified_at,omitzero"`
	Reference     string          `json:"reference,omitempty"` // unique name in another system
	Name          string          `json:"name,omitempty"`
	Phone         string          `json:"phone,omitempty"`
	Locale        string          `json:"locale,omitempty"`   // BCP 47
	Currency      money.Currency  `json:"currency,omitempty"` // preferred
	Groups        []string        `json:"groups,omitempty"`   // short lower-case words, sorted: "vip"
	Marketing     Consent         `json:"marketing"`
	// PersonalizationOptOut asks that behavior is not used to choose what the
	// customer is shown.
	PersonalizationOptOut bool              `json:"personalization_opt_out"`
	DefaultShipping       core.AddressID    `json:"default_shipping_address_id,omitempty"`
	DefaultBilling        core.AddressID    `json:"default_billing_address_id,omitempty"`
	Metadata              map[string]string `json:"metadata,omitempty"`
	Status                Status            `json:"status"`
	Registered            bool              `json:"registered"` // has a password; false for guests
	Version               int64             `json:"version"`
	CreatedAt             time.Time         `json:"created_at"`
	UpdatedAt             time.Time         `json:"updated_at"`

	PasswordHash string `json:"-"` // written by InsertCustomers only and never read with the rest
}

// Address is an entry of a customer's address book.
type Address struct {
	ID         core.AddressID  `json:"id"`
	CustomerID core.CustomerID `json:"customer_id"`
	Label      string          `json:"label,omitempty"` // the customer's own name for it: "office"
	Address    core.Address    `json:"address"`
	Version    int64           `json:"version"`
	CreatedAt  time.Time       `json:"created_at"`
	UpdatedAt  time.Time       `json:"updated_at"`
}

// CustomerFilter narrows a list of customers. Zero fields do not narrow.
type CustomerFilter struct {
	Query         string    // part of name, email, phone or reference, whatever the case
	Email         string    // the whole email
	Group         string    // member of
	Status        Status    // erased ones are listed only when asked for
	Registered    *bool     // accounts, or guests
	Marketing     *bool     // consent given
	CreatedFrom   time.Time // inclusive
	CreatedBefore time.Time // exclusive
	UpdatedFrom   time.Time // inclusive
	Sort          CustomerSort
}

// CustomerSort is the order of a list of customers.
type CustomerSort string

// The orders. The zero value is NewestFirst.
const (
	NewestFirst CustomerSort = "-created_at"
	OldestFirst CustomerSort = "created_at"
	ByEmail     CustomerSort = "email" // those without email come first
)

// Role is a named set of permissions. The built-in [OwnerRole] holds all.
type Role struct {
	ID          core.RoleID       `json:"id"`
	Name        string            `json:"name"` // unique
	Permissions []core.Permission `json:"permissions"`
	BuiltIn     bool              `json:"built_in"`
	Version     int64             `json:"version"`
	CreatedAt   time.Time         `json:"created_at"`
	UpdatedAt   time.Time         `json:"updated_at"`
}

// OwnerRole is the built-in role that holds every permission. Somebody active
// always has it.
const OwnerRole core.RoleID = "role_owner"

// Staff is somebody who works in the shop.
type Staff struct {
	ID          core.StaffID  `json:"id"`
	Email       string        `json:"email"` // unique among staff by core.NormalEmail
	Name        string        `json:"name"`
	Status      Status        `json:"status"`
	Roles       []core.RoleID `json:"role_ids"`             // sorted
	MustChange  bool          `json:"must_change_password"` // signed in with a one-time password so far
	TOTP        bool          `json:"totp_enabled"`
	LastLoginAt time.Time     `json:"last_login_at,omitzero"`
	Version     int64         `json:"version"`
	CreatedAt   time.Time     `json:"created_at"`
	UpdatedAt   time.Time     `json:"updated_at"`

	// Permissions are those of the roles together; read only.
	Permissions []core.Permission `json:"permissions"`
}

// Client is where a request to sign in comes from. The caller fills it in from
// what it trusts: IP is the peer's, or what a trusted proxy says.
type Client struct {
	IP        string `json:"ip,omitempty"`
	UserAgent string `json:"user_agent,omitempty"`
	Device    string `json:"device,omitempty"` // a name for people: "Anna's phone"
}

// Session is one login: a family of refresh tokens of which one is valid.
type Session struct {
	ID         core.SessionID `json:"id"`
	Kind       core.ActorKind `json:"kind"` // customer or staff
	Subject    string         `json:"-"`    // customer or staff ID
	Client     Client         `json:"client"`
	CreatedAt  time.Time      `json:"created_at"`
	LastUsedAt time.Time      `json:"last_used_at"`
	IdleUntil  time.Time      `json:"idle_until"` // ends then unless refreshed before
	EndsAt     time.Time      `json:"ends_at"`    // ends then in any case
	Current    bool           `json:"current"`    // the one that asks
	Generation int64          `json:"-"`          // of the valid refresh token
	RotatedAt  time.Time      `json:"-"`          // when it replaced the one before
	Salt       string         `json:"-"`          // derives it from the one before
	EndedAt    time.Time      `json:"-"`
}

// Grant is what a login yields.
type Grant struct {
	AccessToken      string         `json:"access_token"`
	TokenType        string         `json:"token_type"` // "Bearer"
	ExpiresAt        time.Time      `json:"expires_at"`
	ExpiresIn        int64          `json:"expires_in"` // seconds
	RefreshToken     string         `json:"refresh_token"`
	RefreshExpiresAt time.Time      `json:"refresh_expires_at"`
	SessionID        core.SessionID `json:"session_id"`
	// MustChangePassword: until the password is changed the session holds no
	// permission but to do so. MustEnrolTOTP likewise.
	MustChangePassword bool       `json:"must_change_password,omitempty"`
	MustEnrolTOTP      bool       `json:"must_enrol_totp,omitempty"`
	Actor              core.Actor `json:"-"` // as Authenticate will tell
}

// KeyKind tells secret keys from publishable ones.
type KeyKind string

// The kinds of API key.
const (
	SecretKey      KeyKind = "secret"      // for services; holds permissions
	PublishableKey KeyKind = "publishable" // for storefronts; only names a sales channel
)

// APIKey is a key of a service or a storefront. The key itself is shown once,
// when it is made.
type APIKey struct {
	ID         core.APIKeyID     `json:"id"`
	Kind       KeyKind           `json:"kind"`
	Name       string            `json:"name"`
	Prefix     string            `json:"prefix"` // how the key begins
	Scopes     []core.Permission `json:"scopes"`
	Channel    core.ChannelID    `json:"channel_id,omitempty"` // of publishable keys
	Limits     core.Limits       `json:"limits,omitzero"`
	CreatedBy  string            `json:"created_by"` // Actor.String()
	Replaces   core.APIKeyID     `json:"replaces,omitempty"`
	CreatedAt  time.Time         `json:"created_at"`
	ExpiresAt  time.Time         `json:"expires_at,omitzero"`
	LastUsedAt time.Time         `json:"last_used_at,omitzero"` // exact to a minute
	RevokedAt  time.Time         `json:"revoked_at,omitzero"`
	Hash       string            `json:"-"` // SHA-256 of the whole key
}

// NewKey is a key just made.
type NewKey struct {
	APIKey
	Key string `json:"key"` // shown this once
}

// Purpose is what a mailed token is good for.
type Purpose string

// The purposes.
const (
	VerifyEmail   Purpose = "verify_email"   // proves, or changes to, the email the token was sent to
	ResetPassword Purpose = "reset_password" // sets a password; also how guests claim their account
)

// Token is a single-use secret sent by mail, kept as its hash.
type Token struct {
	Hash      string
	Purpose   Purpose
	Kind      core.ActorKind // customer or staff
	Subject   string
	Email     string // where it was sent
	ExpiresAt time.Time
}

// Credential is what signing in looks at. PasswordHash is "" for guests.
type Credential struct {
	Kind         core.ActorKind
	ID           string
	Email        string
	Name         string
	Locale       string
	Verified     bool // the email is
	Status       Status
	PasswordHash string
	MustChange   bool
	TOTPSecret   string // sealed; "" without TOTP
	TOTPPending  string // sealed; being enrolled
	TOTPStep     int64  // newest time step used
}

// SigningKey signs access tokens. Numbers grow without gaps.
type SigningKey struct {
	ID       string // the tokens' kid
	Number   int64
	Secret   string // sealed
	StartsAt time.Time
}
