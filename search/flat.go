package search

import (
	"context"
	"slices"
	"sync"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// FlatVectors is an exact VectorIndex in memory: it compares the question with
// each vector. It is safe for concurrent use.
type FlatVectors struct {
	mu   sync.RWMutex
	cols int
	data []float32 // a row a vector, at length 1
	ids  []string
	rows map[string]int
}

// NewFlatVectors returns an empty index; the first vector sets the length.
func NewFlatVectors() *FlatVectors { return &FlatVectors{rows: map[string]int{}} }

// Put adds vectors, each in place of the one with its id.
func (f *FlatVectors) Put(ctx context.Context, vectors []Vector) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	cols, err := CheckVectors(vectors, f.cols)
	if err != nil {
		return err
	}
	f.cols = cols
	for _, v := range vectors {
		row, ok := f.rows[v.ID]
		if !ok {
			row = len(f.ids)
			f.ids = append(f.ids, v.ID)
			f.rows[v.ID] = row
			f.data = append(f.data, v.Values...)
		}
		values := f.data[row*cols : (row+1)*cols]
		copy(values, v.Values)
		linalg.Normalize(values)
	}
	return nil
}

// Delete removes vectors. The last row takes the place of each.
func (f *FlatVectors) Delete(ctx context.Context, ids []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range ids {
		row, ok := f.rows[id]
		if !ok {
			continue
		}
		last := len(f.ids) - 1
		copy(f.data[row*f.cols:(row+1)*f.cols], f.data[last*f.cols:])
		f.ids[row] = f.ids[last]
		f.rows[f.ids[row]] = row
		f.data, f.ids = f.data[:last*f.cols], f.ids[:last]
		delete(f.rows, id)
	}
	return nil
}

// Nearest returns the vectors with the greatest cosine.
func (f *FlatVectors) Nearest(ctx context.Context, vector []float32, within Selection, limit int) ([]Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	if len(f.ids) == 0 || limit <= 0 {
		return nil, nil
	}
	if err := CheckQuestion(vector, f.cols); err != nil {
		return nil, err
	}
	unit := slices.Clone(vector)
	linalg.Normalize(unit)
	if within.Has != nil {
		return f.filtered(unit, within.Has, limit), nil
	}
	rows := linalg.MatrixOf(f.data, len(f.ids), f.cols)
	top := linalg.TopDot(rows, unit, min(limit+1, len(f.ids)), 1)
	if n := len(top); n > limit && top[n-1].Score == top[n-2].Score {
		top = linalg.TopDot(rows, unit, len(f.ids), 1) // equals at the edge: the ids decide, not the rows
	}
	matches := make([]Match, len(top))
	for i, t := range top {
		matches[i] = Match{f.ids[t.Index], float64(min(max(t.Score, -1), 1))}
	}
	sortMatches(matches)
	return matches[:min(limit, len(matches))], nil
}

func (f *FlatVectors) filtered(unit []float32, has func(id string) bool, limit int) []Match {
	var matches []Match
	for row, id := range f.ids {
		if has(id) {
			score := float64(linalg.Dot(unit, f.data[row*f.cols:(row+1)*f.cols]))
			matches = append(matches, Match{id, min(max(score, -1), 1)})
		}
	}
	sortMatches(matches)
	return matches[:min(limit, len(matches))]
}

// Get returns the vectors of those ids that are there.
func (f *FlatVectors) Get(ctx context.Context, ids []string) ([]Vector, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	var found []Vector
	for _, id := range ids {
		if row, ok := f.rows[id]; ok {
			found = append(found, Vector{ID: id, Values: slices.Clone(f.data[row*f.cols : (row+1)*f.cols])})
		}
	}
	return found, nil
}

// Count returns how many vectors there are.
func (f *FlatVectors) Count(context.Context) (int, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.ids), nil
}
