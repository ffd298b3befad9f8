package search

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/bodega-commerce/bodega/internal/ann"
	"github.com/bodega-commerce/bodega/internal/linalg"
)

// MemoryVectorsConfig says when MemoryVectors are exact.
type MemoryVectorsConfig struct {
	Exact  int     // vectors up to which every one is compared. Default 200,000
	Recall float64 // share of the ten nearest to be found beyond, below 1. Default 0.98
	Seed   uint64  // of the clustering. Default 0
}

func (c MemoryVectorsConfig) withDefaults() MemoryVectorsConfig {
	if c.Exact == 0 {
		c.Exact = 200_000
	}
	if c.Recall == 0 {
		c.Recall = 0.98
	}
	return c
}

// MemoryVectors is a VectorIndex in memory for any number of vectors: a
// FlatVectors until there are more than are compared in good time, from then on
// lists around centres, of which a question reads the nearest few. The Put that
// makes it so takes long, while questions are answered; it never goes back. It is
// safe for concurrent use.
type MemoryVectors struct {
	config MemoryVectorsConfig

	writing sync.Mutex // one Put or Delete at a time
	kind    atomic.Pointer[vectorsKind]
}

// vectorsKind is one of both.
type vectorsKind struct {
	flat  *FlatVectors
	lists *ann.Index
}

// NewMemoryVectors returns an empty index; the first vector sets the length.
func NewMemoryVectors(config MemoryVectorsConfig) (*MemoryVectors, error) {
	c := config.withDefaults()
	switch {
	case c.Exact < 0:
		return nil, fmt.Errorf("search: MemoryVectorsConfig.Exact is %d, less than 0", c.Exact)
	case !(c.Recall > 0 && c.Recall < 1):
		return nil, fmt.Errorf("search: MemoryVectorsConfig.Recall is %v, not between 0 and 1", c.Recall)
	}
	m := &MemoryVectors{config: c}
	m.kind.Store(&vectorsKind{flat: NewFlatVectors()})
	return m, nil
}

// Approximate reports whether Nearest may miss vectors.
func (m *MemoryVectors) Approximate() bool { return m.kind.Load().lists != nil }

// Put adds vectors, each in place of the one with its id.
func (m *MemoryVectors) Put(ctx context.Context, vectors []Vector) error {
	m.writing.Lock()
	defer m.writing.Unlock()
	k := m.kind.Load()
	if k.lists != nil {
		items := make([]ann.Item, len(vectors))
		for i, v := range vectors {
			items[i] = ann.Item{ID: v.ID, Vector: v.Values}
			if v.ID == "" {
				return &VectorError{v.ID, "the id is empty"}
			}
		}
		return refusal(k.lists.Add(ctx, items...))
	}
	if err := k.flat.Put(ctx, vectors); err != nil {
		return err
	}
	if n, _ := k.flat.Count(ctx); n <= m.config.Exact {
		return nil
	}
	lists, err := m.clustered(ctx, k.flat)
	if err != nil {
		return err
	}
	m.kind.Store(&vectorsKind{lists: lists})
	return nil
}

// clustered makes lists of vectors that do not change meanwhile.
func (m *MemoryVectors) clustered(ctx context.Context, flat *FlatVectors) (*ann.Index, error) {
	lists, err := ann.New(flat.cols, ann.Config{Recall: m.config.Recall, Seed: m.config.Seed})
	if err != nil {
		return nil, err
	}
	items := make([]ann.Item, len(flat.ids))
	for row, id := range flat.ids {
		items[row] = ann.Item{ID: id, Vector: flat.data[row*flat.cols : (row+1)*flat.cols]}
	}
	return lists, refusal(lists.Add(ctx, items...))
}

// refusal makes a *VectorError of what the lists say of a vector.
func refusal(err error) error {
	var length *ann.DimensionError
	var vector *ann.VectorError
	switch {
	case errors.As(err, &length):
		return &VectorError{length.ID, fmt.Sprintf("it has %d numbers, not %d", length.Got, length.Want)}
	case errors.As(err, &vector):
		return &VectorError{vector.ID, "it " + vector.Reason}
	}
	return err
}

// Delete removes vectors.
func (m *MemoryVectors) Delete(ctx context.Context, ids []string) error {
	m.writing.Lock()
	defer m.writing.Unlock()
	k := m.kind.Load()
	if k.lists == nil {
		return k.flat.Delete(ctx, ids)
	}
	_, err := k.lists.Delete(ctx, ids...)
	return err
}

// Nearest returns the vectors with the greatest cosine, or nearly all of them.
// Of a selection of few, a sixteenth and no more than 20,000, it misses none.
func (m *MemoryVectors) Nearest(ctx context.Context, vector []float32, within Selection, limit int) ([]Match, error) {
	k := m.kind.Load()
	if k.lists == nil {
		return k.flat.Nearest(ctx, vector, within, limit)
	}
	if limit <= 0 {
		return nil, ctx.Err()
	}
	if len(vector) != k.lists.Dim() {
		return nil, &VectorError{Reason: fmt.Sprintf("the question has %d numbers, not %d", len(vector), k.lists.Dim())}
	}
	if within.few(k.lists.Len()) && within.Count <= mostCompared {
		return compared(ctx, k.lists, unit(vector), within, limit)
	}
	hits, err := k.lists.Search(ctx, vector, limit, ann.Options{Filter: within.Has})
	if err != nil {
		return nil, refusal(err)
	}
	matches := make([]Match, len(hits))
	for i, h := range hits {
		matches[i] = Match{h.ID, float64(min(max(h.Score, -1), 1))}
	}
	sortMatches(matches) // scores of 1 may have been more
	return matches, nil
}

// mostCompared is how many selected vectors are compared one by one: reading
// lists until enough of them pass takes less time beyond.
const mostCompared = 20_000

// compared compares the question with all that is selected.
func compared(ctx context.Context, lists *ann.Index, unit []float32, within Selection, limit int) ([]Match, error) {
	ids := make([]string, 0, within.Count)
	for id := range within.Each {
		ids = append(ids, id)
	}
	best := leading[Match]{limit: limit, order: byScoreAndID}
	err := lists.Lookup(ctx, ids, func(i int, values []float32) {
		best.offer(Match{ids[i], float64(min(max(linalg.Dot(unit, values), -1), 1))})
	})
	return best.sorted(), err
}

// Get returns the vectors of those ids that are there.
func (m *MemoryVectors) Get(ctx context.Context, ids []string) ([]Vector, error) {
	return copied(ctx, m, ids)
}

func (m *MemoryVectors) look(ctx context.Context, ids []string, fn func(id string, values []float32)) error {
	k := m.kind.Load()
	if k.lists == nil {
		return k.flat.look(ctx, ids, fn)
	}
	return k.lists.Lookup(ctx, ids, func(i int, values []float32) { fn(ids[i], values) })
}

// Count returns how many vectors there are.
func (m *MemoryVectors) Count(ctx context.Context) (int, error) {
	k := m.kind.Load()
	if k.lists == nil {
		return k.flat.Count(ctx)
	}
	return k.lists.Len(), nil
}
