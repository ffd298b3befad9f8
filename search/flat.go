package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// FlatVectors is an exact VectorIndex in memory: it compares the question with
// each vector, first with a code of one byte a number, and then, where the code
// leaves open whether the vector is among the nearest, with itself. It is safe
// for concurrent use.
type FlatVectors struct {
	mu     sync.RWMutex
	cols   int
	data   []float32 // a row a vector, at length 1
	codes  []int8    // a row a vector
	scales []float32 // by row: what a step of its codes is
	losses []float32 // by row: the length of what its codes leave out
	ids    []string
	rows   map[string]int

	scratch sync.Pool // of *flatScan
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
			f.codes = append(f.codes, make([]int8, cols)...)
			f.scales = append(f.scales, 0)
			f.losses = append(f.losses, 0)
		}
		values := f.data[row*cols : (row+1)*cols]
		copy(values, v.Values)
		linalg.Normalize(values)
		f.scales[row], f.losses[row] = encode(f.codes[row*cols:(row+1)*cols], values)
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
		copy(f.codes[row*f.cols:(row+1)*f.cols], f.codes[last*f.cols:])
		f.scales[row], f.losses[row] = f.scales[last], f.losses[last]
		f.ids[row] = f.ids[last]
		f.rows[f.ids[row]] = row
		f.data, f.codes, f.ids = f.data[:last*f.cols], f.codes[:last*f.cols], f.ids[:last]
		f.scales, f.losses = f.scales[:last], f.losses[:last]
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
	if !within.few(len(f.ids)) {
		return f.scan(unit, within.Has, limit), nil
	}
	best := leading[Match]{limit: limit, order: byScoreAndID}
	for id := range within.Each {
		if row, ok := f.rows[id]; ok {
			best.offer(f.match(unit, row))
		}
	}
	return best.sorted(), nil
}

func (f *FlatVectors) match(unit []float32, row int) Match {
	score := linalg.Dot(unit, f.data[row*f.cols:(row+1)*f.cols])
	return Match{f.ids[row], float64(min(max(score, -1), 1))}
}

// encode writes the codes of a vector. It returns their step and the length of
// what they leave out.
func encode(codes []int8, values []float32) (scale, loss float32) {
	scale = linalg.EncodeInt8(codes, values)
	var sum float32
	for i, v := range values {
		d := v - scale*float32(codes[i])
		sum += d * d
	}
	return scale, float32(math.Sqrt(float64(sum)))
}

// flatScan is the memory of a scan.
type flatScan struct {
	codes  []int8
	dots   []int32
	scores []float32 // the highest that each row may have
	lows   []lowest  // those of the greatest, a heap with the least first
}

// lowest is the lowest score that a row may have.
type lowest struct {
	score float32
	row   int
}

// rounding is more than what sums of products in float32 are off.
const rounding = 1e-5

// scan returns the limit nearest. With q and x the vectors, q' and x' what their
// codes say: qx = q'x' + q'(x-x') + (q-q')x, so that qx is within
// |q'||x-x'| + |q-q'| of q'x', the length of x being 1.
func (f *FlatVectors) scan(unit []float32, has func(id string) bool, limit int) []Match {
	w, ok := f.scratch.Get().(*flatScan)
	if !ok {
		w = &flatScan{dots: make([]int32, 256)}
	}
	defer f.scratch.Put(w)
	w.codes = slices.Grow(w.codes[:0], f.cols)[:f.cols]
	w.scores = slices.Grow(w.scores[:0], len(f.ids))[:len(f.ids)]
	step, loss := encode(w.codes, unit)
	loss += rounding
	length := 1 + loss
	lows := leading[lowest]{limit: limit, order: func(a, b lowest) int { return cmp.Compare(b.score, a.score) }, kept: w.lows[:0]}
	for from := 0; from < len(f.ids); from += len(w.dots) {
		dots := w.dots[:min(len(w.dots), len(f.ids)-from)]
		linalg.MatVecInt8(dots, f.codes[from*f.cols:(from+len(dots))*f.cols], len(dots), f.cols, w.codes)
		for i, dot := range dots {
			row := from + i
			score, off := float32(dot)*step*f.scales[row], length*f.losses[row]+loss
			w.scores[row] = score + off
			if low := score - off; (len(lows.kept) < limit || low > lows.kept[0].score) && (has == nil || has(f.ids[row])) {
				lows.offer(lowest{low, row})
			}
		}
	}
	w.lows = lows.kept
	best := leading[Match]{limit: limit, order: byScoreAndID}
	for _, l := range lows.kept { // first, so that few of the others are compared
		best.offer(f.match(unit, l.row))
		w.scores[l.row] = float32(math.Inf(-1))
	}
	if len(lows.kept) == limit {
		for row, high := range w.scores {
			if float64(high) >= best.kept[0].Score && (has == nil || has(f.ids[row])) {
				best.offer(f.match(unit, row))
			}
		}
	}
	return best.sorted()
}

// Get returns the vectors of those ids that are there.
func (f *FlatVectors) Get(ctx context.Context, ids []string) ([]Vector, error) {
	return copied(ctx, f, ids)
}

// copied returns copies of the vectors of those ids that are there.
func copied(ctx context.Context, index inMemory, ids []string) ([]Vector, error) {
	found := make([]Vector, 0, len(ids))
	var values []float32
	err := index.look(ctx, ids, func(id string, v []float32) {
		if values == nil {
			values = make([]float32, 0, len(ids)*len(v))
		}
		from := len(values)
		values = append(values, v...)
		found = append(found, Vector{ID: id, Values: values[from:len(values):len(values)]})
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

func (f *FlatVectors) look(ctx context.Context, ids []string, fn func(id string, values []float32)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, id := range ids {
		if row, ok := f.rows[id]; ok {
			fn(id, f.data[row*f.cols:(row+1)*f.cols])
		}
	}
	return nil
}

// Count returns how many vectors there are.
func (f *FlatVectors) Count(context.Context) (int, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.ids), nil
}
