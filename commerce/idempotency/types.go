package idempotency

import (
	"context"
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Bounds of a claim. MaxKey and MaxScope are bytes; MaxBody is what of an
// answer is kept at most.
const (
	MaxKey   = 255
	MaxScope = 500
	MaxBody  = 4 << 20
)

// Defaults of a claim.
const (
	DefaultTTL  = 24 * time.Hour
	DefaultLock = time.Minute
)

// Claim is a request that carries an idempotency key.
type Claim struct {
	Scope string        // who asks for what: actor, method and path; keys of different scopes never meet
	Key   string        // the client's key, 1 to 255 bytes
	Hash  string        // of the request, by HashJSON or HashBytes
	Now   time.Time     // when it arrived
	TTL   time.Duration // how long the answer is kept. Default 24 h
	Lock  time.Duration // how long the work may run before a retry may resume it. Default 1 min
}

func (c Claim) withDefaults() Claim {
	if c.TTL <= 0 {
		c.TTL = DefaultTTL
	}
	if c.Lock <= 0 {
		c.Lock = DefaultLock
	}
	return c
}

// Validate checks the claim's parts.
func (c Claim) Validate() error {
	var v core.Violations
	v.Check(c.Key != "" && len(c.Key) <= MaxKey && core.ValidText(c.Key), "idempotency_key", "must be 1 to %d bytes of valid text", MaxKey)
	v.Check(c.Scope != "" && len(c.Scope) <= MaxScope && core.ValidText(c.Scope), "scope", "must be 1 to %d bytes of valid text", MaxScope)
	v.Check(c.Hash != "" && len(c.Hash) <= 100, "hash", "is required")
	v.Check(!c.Now.IsZero(), "now", "is required")
	return v.Err()
}

// Response is the answer that is kept and replayed.
type Response struct {
	Status int               `json:"status"` // HTTP status, or the surface's own
	Header map[string]string `json:"header,omitempty"`
	Body   []byte            `json:"body,omitempty"`
}

// Outcome is what a claim came to, when it is no error.
type Outcome struct {
	// Replay is the stored answer; nil when the work is to be done.
	Replay *Response
	// Resumed says that an earlier run of the same request died on the way.
	// Point is the recovery point it reached, "" for none.
	Resumed bool
	Point   string
	// Attempt names this run: a later run that resumed the work has a higher
	// one, and what this run then stores is refused.
	Attempt int64
}

// Store keeps claims and answers.
type Store interface {
	// Begin takes the claim, in the transaction it is called in. Two at once:
	// the second waits for the first one's transaction. It returns
	// *MismatchError when the key belongs to another request and
	// *InFlightError while another run holds it.
	Begin(ctx context.Context, c Claim) (Outcome, error)
	// Reach notes a recovery point of a run; false when it no longer holds the
	// claim. It also renews the lock until the given time.
	Reach(ctx context.Context, c Claim, attempt int64, point string, lockedUntil time.Time) (bool, error)
	// Finish stores the answer of a run; false when it no longer holds the claim.
	Finish(ctx context.Context, c Claim, attempt int64, r Response) (bool, error)
	// Abandon forgets the claim of a run, so that the request can be made again.
	Abandon(ctx context.Context, c Claim, attempt int64) error
	// Prune deletes up to limit claims that expired before the time.
	Prune(ctx context.Context, before time.Time, limit int) (int64, error)
}

// MismatchError says that the key was used for another request.
type MismatchError struct{ Key string }

func (e *MismatchError) Error() string {
	return fmt.Sprintf("the idempotency key %q was used for another request", e.Key)
}

// ErrorKind implements core.Classified.
func (e *MismatchError) ErrorKind() core.Kind { return core.KindConflict }

// ErrorCode implements core.Classified.
func (e *MismatchError) ErrorCode() string { return "idempotency_conflict" }

// InFlightError says that the first request with the key is still running.
type InFlightError struct {
	Key        string
	RetryAfter time.Duration // when its lock ends at the latest
}

func (e *InFlightError) Error() string {
	return fmt.Sprintf("a request with the idempotency key %q is still running", e.Key)
}

// ErrorKind implements core.Classified.
func (e *InFlightError) ErrorKind() core.Kind { return core.KindConflict }

// ErrorCode implements core.Classified.
func (e *InFlightError) ErrorCode() string { return "idempotency_in_flight" }

// ErrorDetails implements core.Detailed.
func (e *InFlightError) ErrorDetails() map[string]any {
	return map[string]any{"retry_after_seconds": int64((e.RetryAfter + time.Second - 1) / time.Second)}
}
