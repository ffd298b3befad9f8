package connect

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/bodega-commerce/bodega/recommend"
	"github.com/bodega-commerce/bodega/search"
)

// renewAfter is how long a model uses an index: longer ones may be taken for left
// behind by a process that is gone.
const renewAfter = 3 * 24 * time.Hour

// nearestLimit is how long an answer waits for an index before it does without.
const nearestLimit = 500 * time.Millisecond

// modelVectors keep the vectors of a model's items in an index of search.
type modelVectors struct {
	index  search.VectorIndex
	retire func(v *modelVectors)
	logger *slog.Logger
	opened time.Time // by the process clock

	using sync.RWMutex // an index that is closed must not be asked
	gone  bool
}

var errGone = errors.New("the index was dropped")

// openVectors opens an index for a model.
func (r *Recommend) openVectors(ctx context.Context, _ int) (recommend.VectorIndex, error) {
	index, err := r.cfg.Vectors(ctx, indexName("recommend"))
	if err != nil {
		r.cfg.Logger.WarnContext(ctx, "recommend: opening an index", "error", err)
		return nil, err
	}
	v := &modelVectors{index: index, retire: r.retire, logger: r.cfg.Logger, opened: time.Now()}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.vectors[v] = true
	return v, nil
}

func (v *modelVectors) Put(ctx context.Context, ids []string, vectors [][]float32) error {
	batch := make([]search.Vector, len(ids))
	for i, id := range ids {
		batch[i] = search.Vector{ID: id, Values: vectors[i]}
	}
	err := v.index.Put(ctx, batch)
	if err != nil && ctx.Err() == nil {
		v.logger.WarnContext(ctx, "recommend: filling an index", "error", err)
	}
	return err
}

func (v *modelVectors) Nearest(ctx context.Context, vector []float32, limit int) ([]string, error) {
	v.using.RLock()
	defer v.using.RUnlock()
	if v.gone {
		return nil, errGone
	}
	limited, cancel := context.WithTimeout(ctx, nearestLimit)
	defer cancel()
	found, err := v.index.Nearest(limited, vector, search.Selection{}, limit)
	if err != nil && ctx.Err() == nil {
		v.logger.WarnContext(ctx, "recommend: asking an index", "error", err)
	}
	ids := make([]string, len(found))
	for i, m := range found {
		ids[i] = m.ID
	}
	return ids, err
}

func (v *modelVectors) Retire() { v.retire(v) }

// Drop drops what the index keeps outside of the process.
func (v *modelVectors) Drop(ctx context.Context) error {
	v.using.Lock()
	defer v.using.Unlock()
	v.gone = true
	if d, ok := v.index.(dropper); ok {
		return d.Drop(ctx)
	}
	return nil
}

// Close closes the index.
func (v *modelVectors) Close() error {
	v.using.Lock()
	defer v.using.Unlock()
	v.gone = true
	if c, ok := v.index.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// retire has an index dropped after the last answer that may use it.
func (r *Recommend) retire(v *modelVectors) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.vectors[v] {
		delete(r.vectors, v)
		r.retired.add(v)
	}
}

// renew has a model that has served for long fill new indexes.
func (r *Recommend) renew(ctx context.Context) error {
	r.mu.Lock()
	old := false
	for v := range r.vectors {
		old = old || outside(v.index) && time.Since(v.opened) > renewAfter
	}
	r.mu.Unlock()
	if !old {
		return nil
	}
	_, err := r.engine.Restore(ctx)
	return err
}

// finish drops and closes all indexes, so that a program that ends leaves none
// behind. Those in memory stay and answer on.
func (r *Recommend) finish(ctx context.Context) {
	r.mu.Lock()
	live := slices.Collect(maps.Keys(r.vectors))
	r.mu.Unlock()
	for _, v := range live {
		if outside(v.index) {
			r.retire(v)
		}
	}
	r.retired.discard(ctx, time.Now().Add(time.Hour), r.cfg.Logger)
}
