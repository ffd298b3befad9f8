package recommend

import (
	"context"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/bodega-commerce/bodega/internal/ann"
	"github.com/bodega-commerce/bodega/internal/linalg"
)

// VectorIndex keeps the vectors of a model's items where they are found by
// nearness. All vectors, those that are asked about too, have the length 1, so
// that cosine, inner product and distance agree on what is near. It is safe for
// concurrent use.
type VectorIndex interface {
	// Put adds vectors, each in place of the one with its id. It may keep the
	// slices.
	Put(ctx context.Context, ids []string, vectors [][]float32) error
	// Nearest returns the ids of up to limit vectors, the nearest first.
	Nearest(ctx context.Context, vector []float32, limit int) ([]string, error)
	// Retire says that the model answers no more: nothing is put, and only
	// answers that began before may still ask, of which failing breaks none.
	Retire()
}

// OpenIndex opens an empty index for the vectors, of dim numbers each, of one
// model.
type OpenIndex func(ctx context.Context, dim int) (VectorIndex, error)

// finder finds candidates among many vectors.
type finder interface {
	// nearest returns up to limit items that may be kept, by inner product, the
	// best first.
	nearest(ctx context.Context, user []float32, ask *Ask, limit int) ([]Match, error)
}

// memoryFinder is an ann index by inner product.
type memoryFinder struct{ *ann.Index }

func (v *vectors) inMemory(ctx context.Context, workers int, seed uint64) (*memoryFinder, error) {
	x, err := ann.New(v.rows.Cols, ann.Config{Metric: ann.InnerProduct, Recall: 0.9, Workers: workers, Seed: seed})
	if err != nil {
		return nil, err
	}
	items := make([]ann.Item, len(v.table.IDs))
	for i, id := range v.table.IDs {
		items[i] = ann.Item{ID: id, Vector: v.rows.Row(i)}
	}
	return &memoryFinder{x}, x.Add(ctx, items...)
}

func (m *memoryFinder) nearest(ctx context.Context, user []float32, ask *Ask, limit int) ([]Match, error) {
	hits, err := m.Search(ctx, user, limit, ann.Options{Filter: ask.Keep})
	out := make([]Match, len(hits))
	for i, h := range hits {
		out[i] = Match{h.ID, h.Score}
	}
	return out, err
}

// outerFinder asks a VectorIndex. One more number gives all vectors the length of
// the longest, which leaves inner products as they are and makes them cosines but
// for a factor (Bachrach et al. 2014; Neyshabur and Srebro 2015).
type outerFinder struct {
	*vectors
	index   VectorIndex
	resting atomic.Pointer[outage]
}

// outage is why an index is not asked until then.
type outage struct {
	until time.Time // by the process clock
	err   error
}

const (
	putBatch = 1000             // vectors put at once
	restTime = 10 * time.Second // of an index that failed
	// widest is how many times the limit is asked for before all items are
	// scored, which then costs less than to carry them.
	widest = 32
)

// outside fills an index.
func (v *vectors) outside(ctx context.Context, open OpenIndex) (*outerFinder, error) {
	d := v.rows.Cols
	index, err := open(ctx, d+1)
	if err != nil {
		return nil, err
	}
	squares := make([]float64, len(v.table.IDs))
	for i := range squares {
		for _, x := range v.rows.Row(i) {
			squares[i] += float64(x) * float64(x)
		}
	}
	most := max(slices.Max(squares), math.SmallestNonzeroFloat32)
	for from := 0; from < len(squares); from += putBatch {
		to := min(from+putBatch, len(squares))
		batch := make([][]float32, to-from)
		for k := range batch {
			batch[k] = make([]float32, d+1)
			for j, x := range v.rows.Row(from + k) {
				batch[k][j] = float32(float64(x) / math.Sqrt(most))
			}
			batch[k][d] = float32(math.Sqrt(1 - squares[from+k]/most))
		}
		if err := index.Put(ctx, v.table.IDs[from:to], batch); err != nil {
			index.Retire()
			return nil, err
		}
	}
	return &outerFinder{vectors: v, index: index}, nil
}

func (o *outerFinder) nearest(ctx context.Context, user []float32, ask *Ask, limit int) ([]Match, error) {
	if rest := o.resting.Load(); rest != nil && time.Now().Before(rest.until) {
		return nil, rest.err
	}
	question := append(slices.Clone(user), 0)
	if linalg.Normalize(question) == 0 {
		return nil, nil
	}
	for n := 2 * limit; n <= widest*limit; n *= 4 {
		ids, err := o.index.Nearest(ctx, question, n)
		if err != nil {
			if ctx.Err() == nil {
				o.resting.Store(&outage{time.Now().Add(restTime), err})
			}
			return nil, err
		}
		kept := make([]Match, 0, limit)
		for _, id := range ids {
			if i, ok := o.table.at[id]; ok && ask.keep(id) {
				if s := linalg.Dot(user, o.rows.Row(int(i))); s > 0 {
					kept = append(kept, Match{id, s})
				}
			}
		}
		if len(kept) >= limit || len(ids) < n {
			return best(kept, limit), nil
		}
	}
	return o.all(user, ask, limit), nil
}
