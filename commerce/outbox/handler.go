package outbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Handler receives events.
type Handler struct {
	// Name identifies the handler for ever: its place in the stream is kept
	// under it. 1 to 100 bytes. Required.
	Name string
	// Types are patterns of event types: "order.placed", "order.*", "*".
	// Default all.
	Types []string
	// FromNow makes a handler that is new to the database begin with what
	// happens from now on, for instance one that sends mail. Default false: it
	// begins with the oldest event that is kept.
	FromNow bool
	// Timeout bounds one call. Default 30 s.
	Timeout time.Duration
	// Handle does the work. It may be called again for an event it has handled,
	// and at once for events of different aggregates. Its context carries
	// core.System("outbox:<name>"). An error makes a retry, unless it is
	// [Permanent]. Required.
	Handle func(ctx context.Context, e core.Event) error
}

func (h Handler) validate() error {
	var v core.Violations
	v.Check(h.Name != "" && len(h.Name) <= 100 && core.ValidText(h.Name), "name", "must be 1 to 100 bytes of valid text")
	v.Check(h.Handle != nil, "handle", "is required")
	v.Check(validPatterns(h.Types), "types", `must be event types such as "order.placed", or "order.*", or "*"`)
	return v.Err()
}

func validPatterns(patterns []string) bool {
	for _, p := range patterns {
		rest := strings.TrimSuffix(p, "*")
		if p == "" || !core.ValidText(p) || strings.Contains(rest, "*") || (rest != p && rest != "" && !strings.HasSuffix(rest, ".")) {
			return false
		}
	}
	return true
}

// Match reports whether one of the patterns matches the event type; no
// patterns match every type. "order.*" matches all that begins with "order.".
func Match(patterns []string, typ string) bool {
	for _, p := range patterns {
		if area, all := strings.CutSuffix(p, "*"); p == typ || (all && strings.HasPrefix(typ, area)) {
			return true
		}
	}
	return len(patterns) == 0
}

// Permanent marks an error that no retry will mend: the event is dead at once.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

// Once runs fn in a transaction unless the handler has done so for the event
// before; that it has is noted in the same transaction. Handlers whose effect
// is in this database become exactly-once by it, as long as events are kept.
func Once[T interface{ Outbox() Store }](ctx context.Context, db core.Runner[T], handler string, e core.Event, now time.Time, fn func(tx T) error) error {
	return db.Update(ctx, func(tx T) error {
		fresh, err := tx.Outbox().Handled(ctx, handler, e.ID, now)
		if err != nil || !fresh {
			return err
		}
		return fn(tx)
	})
}

// call runs the handler on one event; a panic is an error.
func (h *Handler) call(ctx context.Context, e core.Event) (err error) {
	ctx, cancel := context.WithTimeout(core.WithActor(ctx, core.System("outbox:"+h.Name)), h.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return h.Handle(ctx, e)
}

func isPermanent(err error) bool {
	var p *permanentError
	return errors.As(err, &p)
}
