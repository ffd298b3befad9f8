package outbox

import (
	"context"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Config of a [Service]. The zero value is right.
type Config struct {
	// Clock tells the time. Default the system clock.
	Clock core.Clock
	// Relay is nudged after a replay or a skip. Default none: relays notice at
	// their next poll.
	Relay *Relay
}

// Service shows delivery to people and repairs it. Reading needs the
// permission events:read, changing events:write. Safe for concurrent use.
type Service struct {
	db  core.Runner[Tx]
	cfg Config
}

// New makes a service over a database.
func New(db core.Runner[Tx], cfg Config) *Service { return &Service{db, cfg} }

func (f Filter) validate() error {
	var v core.Violations
	v.Check(validPatterns(f.Types), "types", `must be event types such as "order.placed", or "order.*", or "*"`)
	v.Check(len(f.Types) <= 50, "types", "must be at most 50")
	v.Check(core.ValidText(f.Aggregate) && len(f.Aggregate) <= 200, "aggregate", "must be valid text")
	v.Check(core.ValidText(f.Handler) && len(f.Handler) <= 100, "handler", "must be valid text")
	v.Check(f.From.IsZero() || f.To.IsZero() || f.From.Before(f.To), "to", "must be after from")
	return v.Err()
}

// Events lists events that relays have seen, newest first.
func (s *Service) Events(ctx context.Context, f Filter, q core.PageQuery) (page core.Page[Stored], err error) {
	if err := s.may(ctx, core.PermEventsRead, f); err != nil {
		return page, err
	}
	err = s.db.View(ctx, func(tx Tx) error {
		var err error
		page, err = tx.Outbox().Events(ctx, f, q)
		return err
	})
	return page, err
}

// Dead lists events that failed too often, in the order they happened.
func (s *Service) Dead(ctx context.Context, f Filter, q core.PageQuery) (core.Page[Parked], error) {
	return s.Parked(ctx, f, Dead, q)
}

// Parked lists parked events of a state, or all with "".
func (s *Service) Parked(ctx context.Context, f Filter, state State, q core.PageQuery) (page core.Page[Parked], err error) {
	if err := s.may(ctx, core.PermEventsRead, f); err != nil {
		return page, err
	}
	if !slices.Contains([]State{"", Retry, Held, Dead}, state) {
		return page, core.Invalid("state", `must be "retry", "held" or "dead"`)
	}
	err = s.db.View(ctx, func(tx Tx) error {
		var err error
		page, err = tx.Outbox().Parked(ctx, f, state, q)
		return err
	})
	return page, err
}

// Metrics returns a snapshot of delivery.
func (s *Service) Metrics(ctx context.Context) (m Metrics, err error) {
	if err := core.Require(ctx, core.PermEventsRead); err != nil {
		return m, err
	}
	err = s.db.View(ctx, func(tx Tx) error {
		var err error
		m, err = tx.Outbox().Metrics(ctx, s.cfg.Clock.Now())
		return err
	})
	return m, err
}

func (s *Service) may(ctx context.Context, p core.Permission, f Filter) error {
	if err := core.Require(ctx, p); err != nil {
		return err
	}
	return f.validate()
}

// Replay has the handler f.Handler (required) given again the events that
// match f and are kept: those it has handled, and dead ones, whose attempts
// begin anew. They come in order; later events of the same aggregates wait
// behind them. It returns how many there are. Events still ahead of the
// handler are not touched: they come anyway.
func (s *Service) Replay(ctx context.Context, f Filter) (count int64, err error) {
	if err := s.may(ctx, core.PermEventsWrite, f); err != nil {
		return 0, err
	}
	if f.Handler == "" {
		return 0, core.Invalid("handler", "is required")
	}
	const batch = 500
	now := s.cfg.Clock.Now()
	for seq := int64(0); ; {
		var events []Stored
		err := s.db.Update(ctx, func(tx Tx) error {
			cursor, err := tx.Outbox().Lock(ctx, f.Handler)
			if err != nil {
				return err
			}
			if events, err = tx.Outbox().Matching(ctx, f, seq, cursor.Seq, batch); err != nil || len(events) == 0 {
				return err
			}
			return replay(ctx, tx.Outbox(), f.Handler, events, now)
		})
		if err != nil {
			return count, err
		}
		count += int64(len(events))
		if len(events) < batch {
			s.nudge()
			return count, nil
		}
		seq = events[len(events)-1].Seq
	}
}

// ReplayEvent has the handler given one event again, most often a dead one.
func (s *Service) ReplayEvent(ctx context.Context, handler string, seq int64) error {
	if err := core.Require(ctx, core.PermEventsWrite); err != nil {
		return err
	}
	err := s.db.Update(ctx, func(tx Tx) error {
		cursor, err := tx.Outbox().Lock(ctx, handler)
		if err != nil {
			return err
		}
		events, err := tx.Outbox().Matching(ctx, Filter{}, seq-1, min(seq, cursor.Seq), 1)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return core.Errorf(core.KindNotFound, "event_not_found", "the handler %q has passed no event %d", handler, seq)
		}
		return replay(ctx, tx.Outbox(), handler, events, s.cfg.Clock.Now())
	})
	if err == nil {
		s.nudge()
	}
	return err
}

func replay(ctx context.Context, store Store, handler string, events []Stored, now time.Time) error {
	parked := make([]Parked, len(events))
	aggregates := make([]string, len(events))
	for i, e := range events {
		parked[i] = Parked{Handler: handler, Stored: e, State: Held, ParkedAt: now}
		aggregates[i] = e.Aggregate
	}
	if err := store.Park(ctx, parked); err != nil {
		return err
	}
	return store.Promote(ctx, handler, unique(aggregates), now)
}

// Skip gives an event up for a handler: a parked one is forgotten, and what
// was held behind it goes on.
func (s *Service) Skip(ctx context.Context, handler string, seq int64) error {
	if err := core.Require(ctx, core.PermEventsWrite); err != nil {
		return err
	}
	err := s.db.Update(ctx, func(tx Tx) error {
		store := tx.Outbox()
		cursor, err := store.Lock(ctx, handler)
		if err != nil {
			return err
		}
		events, err := store.Matching(ctx, Filter{}, seq-1, min(seq, cursor.Seq), 1)
		if err != nil {
			return err
		}
		n, err := store.Unpark(ctx, handler, []int64{seq})
		if err != nil {
			return err
		}
		if n == 0 || len(events) == 0 {
			return core.Errorf(core.KindNotFound, "event_not_found", "no event %d is parked for the handler %q", seq, handler)
		}
		return store.Promote(ctx, handler, []string{events[0].Aggregate}, s.cfg.Clock.Now())
	})
	if err == nil {
		s.nudge()
	}
	return err
}

func (s *Service) nudge() {
	if s.cfg.Relay != nil {
		s.cfg.Relay.Nudge()
	}
}
