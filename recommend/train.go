package recommend

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// TrainConfig of one training. The zero value works.
type TrainConfig struct {
	// Progress is told what is done, by the goroutine that trains. Default
	// nobody is.
	Progress func(Progress)
	// Validation is the share of interactions, the latest, that weights are
	// learned and models compared on, below 1. Default 0.1.
	Validation float64
	// MinUsers is with how many visits a comparison means something. Default 20.
	MinUsers int
	// MaxUsers bounds the visits of the validation. Default 2,000.
	MaxUsers int
	// PerUser is how many interactions of each user, the newest, are trained
	// on. Default 1,000.
	PerUser int
	// Warm begins, where a Learner is a WarmLearner, with the model that serves:
	// that takes less time, and makes the model depend on the one before. Those
	// that are validated never do, since they must not know what comes later.
	Warm bool
}

// Progress of a training.
type Progress struct {
	Stage       string // what is being done: "read", "validate factors", "train factors", "save"...
	Done, Total int    // stages
}

// TrainReport says what came of a training.
type TrainReport struct {
	Info    Info
	Swapped bool   // whether it serves now
	Reason  string // why, or why not
	Skipped int    // interactions that could not be used
	// FirstSkipped says what was wrong with the first of them.
	FirstSkipped error
}

// Train learns a model from a snapshot of interactions, in any order, and serves
// it unless it does worse than the serving one.
//
// Models are trained on the earlier interactions; later visits are validation:
// weights and, with enough visits, a ranker over what the models say and what is
// known of item and history are learned on one half of the users, figures are of
// the other. The ranker serves if it is better there than the weighted sum. The
// models served are then trained on all. A serving
// model is compared on the interactions that neither saw; where those are too
// few, by the figure it had, two standard errors being allowed.
//
// Answers go on meanwhile. A context that ends stops the training, and nothing
// changes.
func (e *Engine) Train(ctx context.Context, data iter.Seq2[Interaction, error], cfg TrainConfig) (*TrainReport, error) {
	cfg.Validation = cmp.Or(cfg.Validation, 0.1)
	cfg.MinUsers = cmp.Or(cfg.MinUsers, 20)
	cfg.MaxUsers = cmp.Or(cfg.MaxUsers, 2000)
	cfg.PerUser = cmp.Or(cfg.PerUser, 1000)
	if !(cfg.Validation > 0 && cfg.Validation < 1) {
		return nil, &ConfigError{"TrainConfig.Validation", "is a share, above 0 and below 1"}
	}
	if cfg.MinUsers < 0 || cfg.MaxUsers < 0 || cfg.PerUser < 0 {
		return nil, &ConfigError{"TrainConfig", "has a negative number"}
	}
	e.training.Lock()
	defer e.training.Unlock()
	t := &training{engine: e, cfg: cfg, total: 2*len(e.cfg.Learners) + 3}
	t.step("read")
	now := e.cfg.Now()
	events, skip, err := collect(ctx, data, now.Add(clockSkew), cfg.PerUser)
	if err != nil {
		return nil, err
	}
	if events.Count == 0 {
		return nil, fmt.Errorf("recommend: there is nothing to train on, %d interactions were left out: %w", skip.count, cmp.Or(skip.first, ErrNoModel))
	}
	events.item, events.region = e.catalog.get, e.cfg.Region
	verdict, err := t.validate(ctx, events)
	if err != nil {
		return nil, err
	}
	next := &snapshot{table: events.Table, info: Info{Trained: now, From: events.From, To: events.To, Interactions: events.Count,
		Users: len(events.users), Items: len(events.IDs), Parameters: map[string]string{}, Weights: verdict.weights, Metrics: verdict.metrics}}
	for _, l := range e.cfg.Learners {
		if p, ok := l.(interface{ Parameters() string }); ok {
			next.info.Parameters[l.Name()] = p.Parameters()
		}
	}
	if next.info.Version, err = e.version(ctx, now); err != nil {
		return nil, err
	}
	report := &TrainReport{Info: next.info, Reason: verdict.reason, Skipped: skip.count, FirstSkipped: skip.first}
	if verdict.worse {
		return report, nil
	}
	var before *snapshot
	if cfg.Warm {
		before = e.serving.Load()
	}
	if next.sources, err = t.learn(ctx, "train", events, before); err != nil {
		return nil, err
	}
	next.facts, next.ranker = learnFacts(events, events), verdict.ranker
	t.step("save")
	if err := e.keepModel(ctx, next); err != nil {
		retire(next.sources)
		return nil, err
	}
	e.swap(next)
	report.Swapped = true
	return report, nil
}

// version is the time, made later than what is there.
func (e *Engine) version(ctx context.Context, now time.Time) (string, error) {
	versions, err := e.Models(ctx)
	if err != nil {
		return "", err
	}
	for {
		v := now.UTC().Format("20060102T150405.000000")
		if !slices.Contains(versions, v) {
			return v, nil
		}
		now = now.Add(time.Microsecond)
	}
}

type training struct {
	engine      *Engine
	cfg         TrainConfig
	done, total int
}

func (t *training) step(stage string) {
	if t.cfg.Progress != nil {
		t.cfg.Progress(Progress{stage, t.done, t.total})
	}
	t.done++
}

// learn learns all models, where there was a model before from that.
func (t *training) learn(ctx context.Context, verb string, data *Events, before *snapshot) ([]Trained, error) {
	var out []Trained
	for _, l := range t.engine.cfg.Learners {
		t.step(verb + " " + l.Name())
		learn := l.Learn
		if warm, ok := l.(WarmLearner); ok {
			if model := before.source(l.Name()); model != nil {
				learn = func(ctx context.Context, data *Events) (Trained, error) { return warm.LearnFrom(ctx, data, model) }
			}
		}
		x, err := learn(ctx, data)
		if err == nil {
			out = append(out, x)
			err = ctx.Err()
		}
		if err != nil {
			retire(out)
			return nil, err
		}
	}
	return out, nil
}

// parallel does work 0 to n-1, each once, in so many goroutines, until some
// fails or ctx ends. scratch makes what a goroutine works with.
func parallel[T any](ctx context.Context, workers, n int, scratch func() T, work func(own T, i int) error) error {
	const share = 16
	var next atomic.Int64
	errs := make([]error, max(min(workers, n), 1))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			own := scratch()
			for {
				from := int(next.Add(share)) - share
				if from >= n || ctx.Err() != nil {
					return
				}
				runtime.Gosched() // answers go first: preemption takes 10 ms
				for i := from; i < min(from+share, n); i++ {
					if errs[w] = work(own, i); errs[w] != nil {
						next.Store(int64(n))
						return
					}
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errors.Join(errs...), ctx.Err())
}

// nothing is the scratch of work that needs none.
func nothing() struct{} { return struct{}{} }
