package outbox

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Stored is an event with its place in the order of delivery. Places begin at
// 1, grow, and are given after the commit: what was committed first and is
// about the same aggregate has the lower one.
type Stored struct {
	Seq int64 `json:"seq"`
	core.Event
}

// State says why an event is parked for a handler.
type State string

// The states.
const (
	Retry State = "retry" // failed, or to be replayed; tried again at NextAt
	Held  State = "held"  // waits behind an earlier event of its aggregate
	Dead  State = "dead"  // failed too often; waits for Replay or Skip
)

// Parked is an event that a handler has passed without having handled it.
type Parked struct {
	Handler  string    `json:"handler"`
	State    State     `json:"state"`
	Attempts int       `json:"attempts"`
	NextAt   time.Time `json:"next_at,omitzero"` // of those to be retried
	Error    string    `json:"error,omitempty"`  // of the last attempt
	ParkedAt time.Time `json:"parked_at"`
	Stored
}

// Cursor is how far a handler has come.
type Cursor struct {
	Handler     string    `json:"handler"`
	Seq         int64     `json:"seq"`   // all up to here is delivered or parked
	Owner       string    `json:"owner"` // the relay that works on it
	LeasedUntil time.Time `json:"leased_until,omitzero"`
	Due         bool      `json:"due"` // parked events are due to be tried
}

// Status is where delivery stands.
type Status struct {
	Last      int64 // the newest place given
	Unplaced  bool  // committed events have no place yet
	Cursors   []Cursor
	CheckedAt time.Time
}

// Filter selects events. Zero fields do not restrict.
type Filter struct {
	Types     []string  // patterns, see [Match]
	Aggregate string    // ID of what they are about
	From, To  time.Time // when they happened: From <= at < To
	Handler   string    // of parked ones: whose
}

// Metrics is a snapshot of delivery, per handler.
type Metrics struct {
	Unplaced int64            `json:"unplaced"` // committed, not yet given a place
	Last     int64            `json:"last"`     // the newest place given
	Handlers []HandlerMetrics `json:"handlers"`
}

// HandlerMetrics is how one handler does.
type HandlerMetrics struct {
	Handler string        `json:"handler"`
	Pending int64         `json:"pending"` // events after the cursor, of any type
	Lag     time.Duration `json:"lag"`     // age of the oldest of them, in nanoseconds
	Retry   int64         `json:"retry"`
	Held    int64         `json:"held"`
	Dead    int64         `json:"dead"`
}

// Store keeps events and how far each handler has come. Whatever changes a
// handler's parked events holds the lock on its cursor, so that relays,
// replays and skips take turns.
type Store interface {
	core.EventWriter

	// Sequence gives places to up to limit committed events that have none, and
	// returns to how many. It does nothing while another transaction does it.
	Sequence(ctx context.Context, limit int) (int, error)
	// Status returns where delivery stands, cursors by handler.
	Status(ctx context.Context, now time.Time) (Status, error)
	// Register makes sure the handler has a cursor: at the beginning of what is
	// kept, or at the end with fromNow. It also notes that the handler is alive.
	Register(ctx context.Context, handler string, fromNow bool, now time.Time) error
	// Claim leases those of the handlers' cursors that nobody else has, and
	// returns all that the owner has now.
	Claim(ctx context.Context, handlers []string, owner string, now, until time.Time) ([]Cursor, error)
	// Release ends the owner's leases.
	Release(ctx context.Context, owner string) error
	// Lock locks a handler's cursor until the transaction ends.
	Lock(ctx context.Context, handler string) (Cursor, error)
	// Advance moves a cursor that the owner has; false when it was lost. It
	// locks it like Lock.
	Advance(ctx context.Context, handler, owner string, seq int64) (bool, error)

	// After returns events with places above seq whose types match the patterns,
	// in order, and up to which place there are no others.
	After(ctx context.Context, seq int64, types []string, limit int) (events []Stored, through int64, err error)
	// Due returns what is parked of aggregates whose first parked event is due,
	// in order.
	Due(ctx context.Context, handler string, now time.Time, limit int) ([]Parked, error)
	// Blocked returns which of the aggregates have parked events.
	Blocked(ctx context.Context, handler string, aggregates []string) ([]string, error)
	// Park inserts parked events or replaces what is noted of them.
	Park(ctx context.Context, parked []Parked) error
	// Unpark removes parked events and returns how many there were.
	Unpark(ctx context.Context, handler string, seqs []int64) (int64, error)
	// Promote lets the first parked event of each aggregate be tried now, where
	// it was only held.
	Promote(ctx context.Context, handler string, aggregates []string, now time.Time) error

	// Parked lists parked events of a state ("" for all), by place.
	Parked(ctx context.Context, f Filter, state State, page core.PageQuery) (core.Page[Parked], error)
	// Events lists events that have a place, newest first.
	Events(ctx context.Context, f Filter, page core.PageQuery) (core.Page[Stored], error)
	// Matching returns events that match, with places above seq, up to the
	// place until, in order.
	Matching(ctx context.Context, f Filter, seq, until int64, limit int) ([]Stored, error)
	Metrics(ctx context.Context, now time.Time) (Metrics, error)

	// Handled notes that a handler has handled an event, and reports whether
	// that is news.
	Handled(ctx context.Context, handler string, id core.EventID, now time.Time) (bool, error)
	// Prune deletes up to limit events that happened before the time and that
	// every handler seen since has behind it, not parked; and notes of Handled
	// as old.
	Prune(ctx context.Context, before time.Time, limit int) (int64, error)
}
