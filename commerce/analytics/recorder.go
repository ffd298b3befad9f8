package analytics

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Recorder records events a little later and many at once, so that an answer
// does not wait for a transaction. It keeps few: when the database does not
// keep up, the newest are dropped and counted. Safe for concurrent use.
type Recorder struct {
	service *Service
	logger  *slog.Logger
	wake    chan struct{}

	mu      sync.Mutex
	waiting []Event
	dropped int
}

const maxWaiting = 20 * MaxBatch

// NewRecorder returns a recorder to a service; a nil logger is slog.Default().
// Events wait until Run or Flush.
func NewRecorder(service *Service, logger *slog.Logger) *Recorder {
	if logger == nil {
		logger = slog.Default()
	}
	r := &Recorder{service: service, logger: logger, wake: make(chan struct{}, 1)}
	service.Attach(r)
	return r
}

// Answer notes an answer, as of now, and returns its ID at once.
func (r *Recorder) Answer(e Event) core.EventID {
	e.Kind, e.At = Answer, r.service.cfg.Clock.Now()
	e.ID = core.NewID[core.EventID](r.service.cfg.IDs, core.PrefixEvent)
	e.Shown = e.Shown[:min(len(e.Shown), MaxShown)]
	r.mu.Lock()
	if len(r.waiting) < maxWaiting {
		r.waiting = append(r.waiting, e)
	} else {
		r.dropped++
	}
	full := len(r.waiting) >= MaxBatch
	r.mu.Unlock()
	if full {
		select {
		case r.wake <- struct{}{}:
		default:
		}
	}
	return e.ID
}

// pending returns an answer that waits.
func (r *Recorder) pending(id core.EventID) (Event, bool) {
	if id == "" {
		return Event{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.waiting {
		if e.ID == id {
			return e, true
		}
	}
	return Event{}, false
}

// Flush records what waits. What a failing database could not take waits on.
func (r *Recorder) Flush(ctx context.Context) error {
	ctx = core.WithActor(ctx, core.System("analytics"))
	for {
		r.mu.Lock()
		n := min(len(r.waiting), MaxBatch)
		batch := append([]Event(nil), r.waiting[:n]...)
		r.waiting = append(r.waiting[:0], r.waiting[n:]...)
		dropped := r.dropped
		r.dropped = 0
		r.mu.Unlock()
		if dropped > 0 {
			r.logger.WarnContext(ctx, "analytics: events were dropped", "events", dropped)
		}
		if n == 0 {
			return nil
		}
		if _, err := r.service.Record(ctx, batch...); err != nil {
			if !core.IsKind(err, core.KindInvalid) {
				r.mu.Lock()
				r.waiting = append(batch, r.waiting...)
				r.mu.Unlock()
			}
			return err
		}
	}
}

// Run flushes twice a second until ctx ends, and once more then.
func (r *Recorder) Run(ctx context.Context) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			r.finish(ctx)
			return
		case <-tick.C:
		case <-r.wake:
		}
		if err := r.Flush(ctx); err != nil && ctx.Err() == nil {
			r.logger.WarnContext(ctx, "analytics: recording", "error", err)
		}
	}
}

// finish flushes what is left when ctx has ended.
func (r *Recorder) finish(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := r.Flush(ctx); err != nil {
		r.logger.WarnContext(ctx, "analytics: events were lost", "error", err)
	}
}
