package connect

import (
	"context"
	"errors"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/recommend"
)

// eventTrain asks every process for a training.
const eventTrain = "recommend.train"

// Train asks for models to be trained anew, in every process that runs. Needs
// PermMerchWrite.
func (r *Recommend) Train(ctx context.Context) error {
	if err := core.Require(ctx, core.PermMerchWrite); err != nil {
		return err
	}
	return r.db.Update(ctx, func(tx SearchTx) error {
		e, err := core.NewEvent(ctx, nil, r.cfg.Clock.Now(), eventTrain, "recommend", struct{}{})
		if err != nil {
			return err
		}
		return tx.Events().Append(ctx, e)
	})
}

func (r *Recommend) want() {
	select {
	case r.train <- struct{}{}:
	default:
	}
}

// schedule trains when it is asked to, when the model is old, and at first as
// soon as there is something to learn from.
func (r *Recommend) schedule(ctx context.Context) {
	first := time.NewTicker(5 * time.Second)
	defer first.Stop()
	old := time.NewTicker(r.cfg.Train)
	defer old.Stop()
	tried := time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.train:
		case <-old.C: // and what no event tells of
			if err := r.load(ctx); err != nil {
				r.failed(ctx, err)
			}
		case <-first.C:
			r.retired.discard(ctx, time.Now().Add(-lastAnswer), r.cfg.Logger)
			if err := r.renew(ctx); err != nil {
				r.failed(ctx, err)
			}
			info, trained := r.engine.Serving()
			now := time.Now()
			switch {
			case trained && r.cfg.Clock.Now().Sub(info.Trained) < r.cfg.Train:
				continue
			case now.Sub(tried) < time.Minute: // there was nothing to learn from
				continue
			}
		}
		tried = time.Now()
		if err := r.Learn(ctx); err != nil && !errors.Is(err, recommend.ErrNoModel) {
			r.failed(ctx, err)
		}
	}
}

// Learn trains here and now, and serves the model unless it does worse than the
// one before. Without anything to learn from the error is recommend.ErrNoModel.
func (r *Recommend) Learn(ctx context.Context) error {
	ctx = core.WithActor(ctx, core.System("recommend"))
	r.tell(func(p *TrainProgress) { p.Training, p.Stage, p.Done = true, "", 0 })
	report, err := r.engine.Train(ctx, r.all(ctx), recommend.TrainConfig{Progress: func(x recommend.Progress) {
		r.tell(func(p *TrainProgress) { p.Stage, p.Done, p.Total = x.Stage, x.Done, x.Total })
	}})
	r.tell(func(p *TrainProgress) {
		p.Training, p.Stage = false, ""
		if err == nil {
			p.Last, p.Error = report, ""
		}
	})
	return err
}

// Models are the versions there are, the oldest first, and the one that serves.
type Models struct {
	Versions []string        `json:"versions"`
	Serving  *recommend.Info `json:"serving,omitempty"`
	Progress TrainProgress   `json:"progress"`
	Last     string          `json:"last_training,omitempty"` // what came of it
}

// Models tells of the models of the process that answers. Needs PermMerchRead.
func (r *Recommend) Models(ctx context.Context) (Models, error) {
	if err := core.Require(ctx, core.PermMerchRead); err != nil {
		return Models{}, err
	}
	versions, err := r.engine.Models(ctx)
	m := Models{Versions: versions, Progress: r.Progress()}
	if m.Versions == nil {
		m.Versions = []string{}
	}
	if info, ok := r.engine.Serving(); ok {
		m.Serving = &info
	}
	if m.Progress.Last != nil {
		m.Last = m.Progress.Last.Reason
	}
	return m, err
}

// Rollback serves the model before the one that serves, in the process that
// answers. Needs PermMerchWrite; KindConflict when there is none.
func (r *Recommend) Rollback(ctx context.Context) (Models, error) {
	if err := core.Require(ctx, core.PermMerchWrite); err != nil {
		return Models{}, err
	}
	if _, err := r.engine.Rollback(ctx); errors.Is(err, recommend.ErrNoModel) {
		return Models{}, core.Errorf(core.KindConflict, "no_earlier_model", "there is no model before the one that serves")
	} else if err != nil {
		return Models{}, err
	}
	return r.Models(core.WithActor(ctx, core.System("recommend")))
}
