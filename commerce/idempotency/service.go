package idempotency

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Do runs work once for a claim within one transaction: the claim, what work
// does through that transaction, and the answer commit together. It returns
// the answer and whether it is a stored one.
//
// An error of work must roll the transaction back; then nothing is kept and
// the request can be made again. An answer of status 500 or above leaves no
// claim either, but what work did stays when the caller commits.
func Do(ctx context.Context, s Store, c Claim, work func() (Response, error)) (r Response, replayed bool, err error) {
	o, err := s.Begin(ctx, c.withDefaults())
	if err != nil {
		return Response{}, false, err
	}
	if o.Replay != nil {
		return *o.Replay, true, nil
	}
	if r, err = work(); err != nil {
		return Response{}, false, err
	}
	return r, false, settle(ctx, s, c, o.Attempt, r)
}

// settle stores what may be stored and forgets the claim otherwise.
func settle(ctx context.Context, s Store, c Claim, attempt int64, r Response) error {
	if r.Status >= 500 || len(r.Body) > MaxBody {
		return s.Abandon(ctx, c, attempt)
	}
	_, err := s.Finish(ctx, c, attempt, r)
	return err
}

// Tx is what the service needs of a transaction.
type Tx interface{ Idempotency() Store }

// Config of a service. The zero value is right.
type Config struct {
	// TTL is how long answers are kept. Default 24 h.
	TTL time.Duration
	// Lock is how long a run is trusted to be alive. Default 1 min.
	Lock time.Duration
	// Clock tells the time. Default the system clock.
	Clock core.Clock
}

// Service runs requests that span several transactions. Safe for concurrent use.
type Service struct {
	db  core.Runner[Tx]
	cfg Config
}

// New makes a service over a database.
func New(db core.Runner[Tx], cfg Config) *Service { return &Service{db, cfg} }

// Run is a request that is being worked on.
type Run struct {
	Outcome
	service *Service
	claim   Claim
}

// Do runs work at most once at a time for scope and key, and returns its
// answer or the stored one. The claim is committed before work starts and the
// answer after it. When work fails or answers with 500 and above, the claim is
// dropped and the request can be made again at once; when it panics or the
// program dies, after Config.Lock, and then Run.Resumed is set.
func (s *Service) Do(ctx context.Context, scope, key, hash string, work func(ctx context.Context, run *Run) (Response, error)) (r Response, replayed bool, err error) {
	c := Claim{Scope: scope, Key: key, Hash: hash, Now: s.cfg.Clock.Now(), TTL: s.cfg.TTL, Lock: s.cfg.Lock}.withDefaults()
	if err := c.Validate(); err != nil {
		return Response{}, false, err
	}
	run := &Run{service: s, claim: c}
	if err := s.db.Update(ctx, func(tx Tx) error {
		var err error
		run.Outcome, err = tx.Idempotency().Begin(ctx, c)
		return err
	}); err != nil {
		return Response{}, false, err
	}
	if run.Replay != nil {
		return *run.Replay, true, nil
	}
	r, err = work(ctx, run)
	// The caller may be gone; what became of its request is kept all the same.
	store := context.WithoutCancel(ctx)
	serr := s.db.Update(store, func(tx Tx) error {
		if err != nil {
			return tx.Idempotency().Abandon(store, c, run.Attempt)
		}
		return settle(store, tx.Idempotency(), c, run.Attempt, r)
	})
	if err != nil {
		return Response{}, false, err
	}
	// The work is done and the answer true, even where it could not be kept:
	// a retry then resumes after the lock.
	_ = serr
	return r, false, nil
}

// Reach stores a recovery point, for a later run to resume from, and renews
// the lock. KindConflict says that another run has taken over: stop.
func (r *Run) Reach(ctx context.Context, point string) error {
	until := r.service.cfg.Clock.Now().Add(r.claim.Lock)
	return r.service.db.Update(ctx, func(tx Tx) error {
		ok, err := tx.Idempotency().Reach(ctx, r.claim, r.Attempt, point, until)
		if err == nil && !ok {
			return core.Errorf(core.KindConflict, "idempotency_lost", "another run of this request has taken over")
		}
		return err
	})
}

// Prune deletes what expired and returns how many claims that were.
func (s *Service) Prune(ctx context.Context) (int64, error) {
	const batch = 1000
	var total int64
	for {
		var n int64
		err := s.db.Update(ctx, func(tx Tx) error {
			var err error
			n, err = tx.Idempotency().Prune(ctx, s.cfg.Clock.Now(), batch)
			return err
		})
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}
