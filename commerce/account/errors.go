package account

import (
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// RateLimitedError says that too many attempts failed.
type RateLimitedError struct {
	RetryAfter time.Duration
}

func (e *RateLimitedError) Error() string {
	return fmt.Sprintf("too many attempts: try again in %s", e.RetryAfter.Round(time.Second))
}

// ErrorKind implements core.Classified.
func (e *RateLimitedError) ErrorKind() core.Kind { return core.KindRateLimited }

// ErrorCode implements core.Classified.
func (e *RateLimitedError) ErrorCode() string { return "rate_limited" }

// ErrorDetails implements core.Detailed.
func (e *RateLimitedError) ErrorDetails() map[string]any {
	return map[string]any{"retry_after": int64((e.RetryAfter + time.Second - 1) / time.Second)}
}

// TOTPRequiredError says that the password was right and a code of the
// authenticator is needed as well: sign in again with Login.Code.
type TOTPRequiredError struct{}

func (*TOTPRequiredError) Error() string { return "a code of the authenticator is needed" }

// ErrorKind implements core.Classified.
func (*TOTPRequiredError) ErrorKind() core.Kind { return core.KindUnauthenticated }

// ErrorCode implements core.Classified.
func (*TOTPRequiredError) ErrorCode() string { return "totp_required" }

// GrantError says that somebody would give away what they do not hold
// themselves, or act on somebody who holds more.
type GrantError struct{ Missing core.Permission }

func (e *GrantError) Error() string {
	return fmt.Sprintf("you do not hold the permission %s yourself", e.Missing)
}

// ErrorKind implements core.Classified.
func (e *GrantError) ErrorKind() core.Kind { return core.KindForbidden }

// ErrorCode implements core.Classified.
func (e *GrantError) ErrorCode() string { return "permission_not_held" }

// ErrorDetails implements core.Detailed.
func (e *GrantError) ErrorDetails() map[string]any { return map[string]any{"permission": e.Missing} }

// Errors whose cause must not show: one for every way the thing can be wrong.
func errCredentials() error {
	return core.Errorf(core.KindUnauthenticated, "invalid_credentials", "email, password or code is wrong")
}

func errToken() error {
	return core.Errorf(core.KindInvalid, "invalid_token", "this link was used already or is too old: ask for a new one")
}

func errBearer() error {
	return core.Errorf(core.KindUnauthenticated, "invalid_token", "the token is not valid: refresh it or sign in again")
}

func errSession() error {
	return core.Errorf(core.KindUnauthenticated, "session_ended", "the session has ended: sign in again")
}

func errLastOwner() error {
	return core.Errorf(core.KindConflict, "last_owner", "somebody active must keep the owner role")
}
