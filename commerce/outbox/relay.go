package outbox

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Tx is what the relay and the service need of a transaction.
type Tx interface{ Outbox() Store }

// RelayConfig says how events are delivered. The zero value is right.
type RelayConfig struct {
	// Poll is how often the relay looks for events by itself. Default 200 ms.
	Poll time.Duration
	// Linger is how long a relay that was nudged waits for more to come, so
	// that many commits share its work. Default 10 ms.
	Linger time.Duration
	// Concurrency bounds the calls of handlers at once. Default 8.
	Concurrency int
	// Batch is how many events a handler is given between two commits of its
	// cursor, at most 1,000. Default 200.
	Batch int
	// MaxAttempts is after how many failures an event is dead. Default 12,
	// which with the pauses below is half an hour.
	MaxAttempts int
	// MinBackoff is the pause after the first failure; it doubles with each
	// and varies by a quarter. Default 1 s.
	MinBackoff time.Duration
	// MaxBackoff bounds the pause. Default 15 min.
	MaxBackoff time.Duration
	// Grace is how long running calls may take to end when Run is stopped,
	// before their context ends too. Default 5 s.
	Grace time.Duration
	// Lease is how long other processes leave a handler alone whose relay does
	// not answer. Clocks must agree to a small part of it. Default 15 s.
	Lease time.Duration
	// Retention is how long events are kept, delivered or not wanted by
	// anybody. Undelivered and parked ones are kept for ever. Default 7 days.
	Retention time.Duration
	// Clock tells the time. Default the system clock.
	Clock core.Clock
	// Logger is told of failures. Default slog.Default().
	Logger *slog.Logger
}

func (c RelayConfig) withDefaults() RelayConfig {
	positive := func(d *time.Duration, def time.Duration) {
		if *d <= 0 {
			*d = def
		}
	}
	positive(&c.Poll, 200*time.Millisecond)
	positive(&c.Linger, 10*time.Millisecond)
	positive(&c.MinBackoff, time.Second)
	positive(&c.MaxBackoff, 15*time.Minute)
	positive(&c.Grace, 5*time.Second)
	positive(&c.Lease, 15*time.Second)
	positive(&c.Retention, 7*24*time.Hour)
	if c.Concurrency <= 0 {
		c.Concurrency = 8
	}
	if c.Batch <= 0 {
		c.Batch = 200
	}
	c.Batch = min(c.Batch, 1000)
	if c.MaxAttempts <= 0 {
		c.MaxAttempts = 12
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}

// Relay delivers events to handlers. Subscribe the handlers, then Run it.
// Safe for concurrent use.
type Relay struct {
	db    core.Runner[Tx]
	cfg   RelayConfig
	owner string // names this relay in leases

	calls chan struct{} // holds a token per running call
	nudge chan struct{}

	mu       sync.Mutex
	handlers []*subscription
	started  bool
}

// subscription is a handler and what this relay knows of its progress.
type subscription struct {
	Handler
	work   sync.Mutex   // one batch at a time
	passed atomic.Int64 // up to here nothing was for the handler; may be ahead of the stored cursor
	cursor int64        // as stored, while the lease is ours; guarded by work
	leased time.Time    // until when the lease is ours; guarded by work
	stored atomic.Int64 // when the cursor was last written, in microseconds
}

// NewRelay makes a relay over a database.
func NewRelay(db core.Runner[Tx], cfg RelayConfig) *Relay {
	cfg = cfg.withDefaults()
	return &Relay{db: db, cfg: cfg, owner: rand.Text(), calls: make(chan struct{}, cfg.Concurrency), nudge: make(chan struct{}, 1)}
}

// Subscribe adds a handler. Handlers are added before Run or Drain is first
// called; the error is KindConflict afterwards, and KindInvalid for a handler
// that cannot be.
func (r *Relay) Subscribe(h Handler) error {
	if err := h.validate(); err != nil {
		return err
	}
	if h.Timeout <= 0 {
		h.Timeout = 30 * time.Second
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started {
		return core.Errorf(core.KindConflict, "relay_started", "the relay runs already: subscribe %q before", h.Name)
	}
	if slices.ContainsFunc(r.handlers, func(s *subscription) bool { return s.Name == h.Name }) {
		return core.Errorf(core.KindExists, "handler_exists", "a handler named %q is subscribed already", h.Name)
	}
	h.Types = slices.Clone(h.Types)
	r.handlers = append(r.handlers, &subscription{Handler: h})
	return nil
}

// Nudge tells the relay that something was committed, so that it need not wait
// for its next poll. It never blocks.
func (r *Relay) Nudge() {
	select {
	case r.nudge <- struct{}{}:
	default:
	}
}

// start registers the handlers, once.
func (r *Relay) start(ctx context.Context) ([]*subscription, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started {
		return r.handlers, nil
	}
	r.started = true
	if err := r.register(ctx, r.handlers); err != nil {
		r.started = false
		return nil, err
	}
	return r.handlers, nil
}

func (r *Relay) register(ctx context.Context, subs []*subscription) error {
	for _, s := range subs {
		if err := r.db.Update(ctx, func(tx Tx) error {
			return tx.Outbox().Register(ctx, s.Name, s.FromNow, r.cfg.Clock.Now())
		}); err != nil {
			return fmt.Errorf("registering handler %q: %w", s.Name, err)
		}
	}
	return nil
}

// Run delivers until ctx ends, then waits for running calls, gives its leases
// back and returns nil. Errors of the database are logged and tried again.
func (r *Relay) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer func() {
		wg.Wait()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = r.db.Update(stop, func(tx Tx) error { return tx.Outbox().Release(stop, r.owner) })
	}()
	poll := time.NewTicker(r.cfg.Poll)
	defer poll.Stop()
	renew := time.NewTicker(r.cfg.Lease / 3)
	defer renew.Stop()
	prune := time.NewTicker(min(time.Hour, r.cfg.Retention/10+time.Second))
	defer prune.Stop()
	busy := map[*subscription]bool{}
	done := make(chan *subscription)
	for {
		subs, st, err := r.look(ctx)
		if err != nil && ctx.Err() == nil {
			r.cfg.Logger.ErrorContext(ctx, "outbox: looking for events", "error", err)
		}
		for _, s := range subs {
			if !busy[s] && r.behind(s, st) {
				busy[s] = true
				wg.Go(func() {
					r.deliverAll(ctx, s)
					select {
					case done <- s:
					case <-ctx.Done():
					}
				})
			}
		}
		for again := false; !again; {
			select {
			case <-ctx.Done():
				return nil
			case <-poll.C:
				again = true
			case <-r.nudge:
				select {
				case <-time.After(r.cfg.Linger):
				case <-ctx.Done():
					return nil
				}
				again = true
			case s := <-done:
				delete(busy, s)
			case <-renew.C:
				r.renew(ctx, busy)
			case <-prune.C:
				wg.Go(func() { r.tidy(ctx) })
			}
		}
	}
}

// renew keeps the leases of handlers that are being worked on.
func (r *Relay) renew(ctx context.Context, busy map[*subscription]bool) {
	var names []string
	for s := range busy {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	if _, err := r.claim(ctx, names); err != nil && ctx.Err() == nil {
		r.cfg.Logger.WarnContext(ctx, "outbox: renewing leases", "error", err)
	}
}

func (r *Relay) claim(ctx context.Context, names []string) (cursors []Cursor, err error) {
	now := r.cfg.Clock.Now()
	err = r.db.Update(ctx, func(tx Tx) error {
		var err error
		cursors, err = tx.Outbox().Claim(ctx, names, r.owner, now, now.Add(r.cfg.Lease))
		return err
	})
	return cursors, err
}

// look places what was committed and returns where delivery stands.
func (r *Relay) look(ctx context.Context) ([]*subscription, Status, error) {
	subs, err := r.start(ctx)
	if err != nil {
		return nil, Status{}, err
	}
	st, err := r.status(ctx)
	if err != nil {
		return nil, st, err
	}
	for st.Unplaced {
		n := 0
		if err := r.db.Update(ctx, func(tx Tx) error {
			var err error
			n, err = tx.Outbox().Sequence(ctx, placeBatch)
			return err
		}); err != nil {
			return nil, st, err
		}
		if n == 0 { // another relay is at it
			break
		}
		st.Last += int64(n) // at least
		st.Unplaced = n == placeBatch
	}
	return subs, st, nil
}

// placeBatch is how many events get their places in one transaction.
const placeBatch = 1000

// cursorEvery is how often a cursor that only passes other handlers' events
// is written.
const cursorEvery = time.Second

// behind reports whether the handler has work this relay could do.
func (r *Relay) behind(s *subscription, st Status) bool {
	i := slices.IndexFunc(st.Cursors, func(c Cursor) bool { return c.Handler == s.Name })
	if i < 0 {
		return false
	}
	c := st.Cursors[i]
	if c.Owner != r.owner && c.LeasedUntil.After(st.CheckedAt) {
		return false
	}
	passed := s.passed.Load()
	return c.Due || max(c.Seq, passed) < st.Last ||
		(passed > c.Seq && st.CheckedAt.Sub(time.UnixMicro(s.stored.Load())) > cursorEvery)
}

func (r *Relay) status(ctx context.Context) (st Status, err error) {
	err = r.db.View(ctx, func(tx Tx) error {
		var err error
		st, err = tx.Outbox().Status(ctx, r.cfg.Clock.Now())
		return err
	})
	return st, err
}

// tidy says that the handlers are alive and deletes what is old.
func (r *Relay) tidy(ctx context.Context) {
	if _, err := r.Prune(ctx); err != nil && ctx.Err() == nil {
		r.cfg.Logger.WarnContext(ctx, "outbox: pruning", "error", err)
	}
}

// Prune deletes events older than the retention that every handler has behind
// it, and returns how many. Run does so by itself.
func (r *Relay) Prune(ctx context.Context) (int64, error) {
	subs, err := r.start(ctx)
	if err == nil {
		err = r.register(ctx, subs)
	}
	const batch = 1000
	for total, n := int64(0), int64(batch); ; total += n {
		if err != nil || n < batch {
			return total, err
		}
		err = r.db.Update(ctx, func(tx Tx) error {
			var err error
			n, err = tx.Outbox().Prune(ctx, r.cfg.Clock.Now().Add(-r.cfg.Retention), batch)
			return err
		})
	}
}
