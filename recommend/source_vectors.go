package recommend

import (
	"context"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/bodega-commerce/bodega/internal/ann"
	"github.com/bodega-commerce/bodega/internal/linalg"
)

// VectorIndex finds vectors by inner product or, as vector stores do, by
// cosine: the engine scores what it finds again and asks for more than it
// needs.
type VectorIndex interface {
	// Put replaces all vectors. It may keep the slices.
	Put(ctx context.Context, ids []string, vectors [][]float32) error
	// Nearest returns up to limit of the nearest that has lets through.
	Nearest(ctx context.Context, vector []float32, limit int, has func(id string) bool) ([]Match, error)
}

// vectors are a source that scores an item by the inner product of its vector
// and the user's, who is folded in when asked for.
type vectors struct {
	name  string
	table *Table
	rows  linalg.Matrix[float32]
	index VectorIndex // nil: all are scored
	// fold sets dst to the vector of who had to do with items.
	fold func(dst []float32, pairs []pair) error
}

// exactItems is up to how many items all are scored by default.
const exactItems = 20_000

// find fills an index where there are more items than are scored all.
func (v *vectors) find(ctx context.Context, exact int, index func(dim int) (VectorIndex, error)) (*vectors, error) {
	if len(v.table.IDs) <= exact {
		return v, nil
	}
	var err error
	if v.index, err = index(v.rows.Cols); err != nil {
		return nil, err
	}
	rows := make([][]float32, len(v.table.IDs))
	for i := range rows {
		rows[i] = v.rows.Row(i)
	}
	return v, v.index.Put(ctx, v.table.IDs, rows)
}

func (v *vectors) Name() string { return v.name }

// foldable bounds the history a user is folded in with.
const foldable = 100

// folded is a user's vector, nil if nothing of the history is known.
type folded struct {
	vector []float32
	err    error
}

func (v *vectors) user(history []Interaction) folded {
	var pairs []pair
	for _, x := range history[max(len(history)-foldable, 0):] {
		if i, ok := v.table.at[x.Item]; ok {
			pairs = append(pairs, pair{i, float32(x.Weight)})
		}
	}
	if len(pairs) == 0 {
		return folded{}
	}
	u := make([]float32, v.rows.Cols)
	return folded{u, v.fold(u, pairs)}
}

func (v *vectors) Candidates(ctx context.Context, ask *Ask, limit int) ([]Match, error) {
	u := remember(ask, v, v.user)
	if u.vector == nil || u.err != nil {
		return nil, u.err
	}
	if v.index != nil {
		return v.index.Nearest(ctx, u.vector, limit, ask.Keep)
	}
	scores := make([]float32, len(v.table.IDs))
	linalg.MatVec(scores, v.rows.Data, len(scores), v.rows.Cols, u.vector)
	return topOf(v.table, scores, ask, limit), nil
}

func (v *vectors) Scores(_ context.Context, ask *Ask, ids []string, dst []float32) error {
	u := remember(ask, v, v.user)
	if u.vector == nil || u.err != nil {
		return u.err
	}
	for i, id := range ids {
		if at, ok := v.table.at[id]; ok {
			dst[i] = linalg.Dot(u.vector, v.rows.Row(int(at)))
		}
	}
	return nil
}

// MarshalBinary writes the item vectors, row after row.
func (v *vectors) MarshalBinary() ([]byte, error) {
	return binary.Append(binary.LittleEndian.AppendUint32(nil, uint32(v.rows.Cols)), binary.LittleEndian, v.rows.Data) //nolint:gosec // up to 4096
}

// loadRows reads what MarshalBinary wrote.
func loadRows(table *Table, data []byte) (rows linalg.Matrix[float32], err error) {
	if len(data) < 4 {
		return rows, &FormatError{"the vectors are cut off"}
	}
	d := int(binary.LittleEndian.Uint32(data))
	if d < 1 || d > 4096 || len(data)-4 != 4*d*len(table.IDs) {
		return rows, &FormatError{"the vectors do not fit the items"}
	}
	y := make([]float32, d*len(table.IDs))
	if _, err := binary.Decode(data[4:], binary.LittleEndian, y); err != nil {
		return rows, err
	}
	if !sound(y) {
		return rows, &FormatError{"the vectors are no numbers"}
	}
	return linalg.MatrixOf(y, len(table.IDs), d), nil
}

// sound tells whether numbers can be reckoned with.
func sound(numbers []float32) bool {
	return !slices.ContainsFunc(numbers, func(x float32) bool { return math.IsNaN(float64(x)) || math.Abs(float64(x)) > 1e6 })
}

// startVectors draws vectors of length about 0.1: scores start near 0.
func startVectors(n, d int, rng *rand.Rand) linalg.Matrix[float32] {
	m := linalg.NewMatrix[float32](n, d)
	for i := range m.Data {
		m.Data[i] = float32(rng.NormFloat64() * 0.1 / math.Sqrt(float64(d)))
	}
	return m
}

// topOf returns the best items that may be kept, of scores for all. To ask what
// may be kept costs more than to score: twice as many as needed are chosen
// first.
func topOf(table *Table, scores []float32, ask *Ask, limit int) []Match {
	for room := 2 * limit; ; room *= 8 {
		h := make([]Match, 0, room)
		for i, s := range scores {
			if s > 0 && (len(h) < room || s > h[0].Score) {
				h = pushMatch(h, Match{table.IDs[i], s}, room)
			}
		}
		kept := firstKept(best(h, room), ask, limit)
		if len(kept) == limit || len(h) < room {
			return kept
		}
	}
}

// firstKept are the first that may be kept.
func firstKept(found []Match, ask *Ask, limit int) []Match {
	kept := make([]Match, 0, min(limit, len(found)))
	for _, m := range found {
		if len(kept) == limit {
			break
		}
		if ask.keep(m.ID) {
			kept = append(kept, m)
		}
	}
	return kept
}

// pushMatch keeps the greatest of limit in a heap with the least on top.
func pushMatch(h []Match, m Match, limit int) []Match {
	if len(h) < limit {
		h = append(h, m)
		for i := len(h) - 1; i > 0 && h[(i-1)/2].Score > h[i].Score; i = (i - 1) / 2 {
			h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
		}
		return h
	}
	if len(h) == 0 || m.Score <= h[0].Score {
		return h
	}
	h[0] = m
	for i := 0; ; {
		c := 2*i + 1
		if c >= len(h) {
			return h
		}
		if c+1 < len(h) && h[c+1].Score < h[c].Score {
			c++
		}
		if h[i].Score <= h[c].Score {
			return h
		}
		h[i], h[c], i = h[c], h[i], c
	}
}

// memoryIndex is an ann index by inner product.
type memoryIndex struct{ *ann.Index }

func newMemoryIndex(workers int, seed uint64) func(dim int) (VectorIndex, error) {
	return func(dim int) (VectorIndex, error) {
		x, err := ann.New(dim, ann.Config{Metric: ann.InnerProduct, Recall: 0.9, Workers: workers, Seed: seed})
		return &memoryIndex{x}, err
	}
}

func (m *memoryIndex) Put(ctx context.Context, ids []string, vectors [][]float32) error {
	items := make([]ann.Item, len(ids))
	for i, id := range ids {
		items[i] = ann.Item{ID: id, Vector: vectors[i]}
	}
	return m.Add(ctx, items...)
}

func (m *memoryIndex) Nearest(ctx context.Context, vector []float32, limit int, has func(id string) bool) ([]Match, error) {
	hits, err := m.Search(ctx, vector, limit, ann.Options{Filter: has})
	out := make([]Match, len(hits))
	for i, h := range hits {
		out[i] = Match{h.ID, h.Score}
	}
	return out, err
}
