package recommend

import (
	"context"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// vectors are a source that scores an item by the inner product of its vector
// and the user's, who is folded in when asked for.
type vectors struct {
	name   string
	table  *Table
	rows   linalg.Matrix[float32]
	finder finder  // nil: all are scored
	outage error   // why there is no finder
	reg    float64 // that folding in takes, where it does
	// fold sets dst to the vector of who had to do with items.
	fold func(dst []float32, pairs []pair) error
}

// exactItems is up to how many items all are scored by default.
const exactItems = 20_000

// findBy makes what finds candidates where there are more items than are scored
// all. Without the index that is asked for, all are scored: the model is good.
func (v *vectors) findBy(ctx context.Context, exact int, open OpenIndex, workers int, seed uint64) (*vectors, error) {
	if len(v.table.IDs) <= exact {
		return v, nil
	}
	if open == nil {
		found, err := v.inMemory(ctx, workers, seed)
		v.finder = found
		return v, err
	}
	found, err := v.outside(ctx, open)
	switch {
	case ctx.Err() != nil:
		if err == nil {
			found.index.Retire()
		}
		return nil, ctx.Err()
	case err != nil:
		v.outage = err
	default:
		v.finder = found
	}
	return v, nil
}

// retire lets go of what is kept outside.
func (v *vectors) retire() {
	if o, ok := v.finder.(*outerFinder); ok {
		o.index.Retire()
	}
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
	failed := v.outage
	if v.finder != nil {
		found, err := v.finder.nearest(ctx, u.vector, ask, limit)
		if err == nil || ctx.Err() != nil {
			return found, err
		}
		failed = err
	}
	if failed != nil {
		ask.degraded = v.name + " without an index: " + failed.Error()
	}
	return v.all(u.vector, ask, limit), nil
}

// all scores all items.
func (v *vectors) all(user []float32, ask *Ask, limit int) []Match {
	scores := make([]float32, len(v.table.IDs))
	linalg.MatVec(scores, v.rows.Data, len(scores), v.rows.Cols, user)
	return topOf(v.table, scores, ask, limit)
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
	b := binary.LittleEndian.AppendUint64(nil, math.Float64bits(v.reg))
	return binary.Append(binary.LittleEndian.AppendUint32(b, uint32(v.rows.Cols)), binary.LittleEndian, v.rows.Data) //nolint:gosec // up to 4096
}

// loadRows reads what MarshalBinary wrote.
func loadRows(table *Table, data []byte) (rows linalg.Matrix[float32], reg float64, err error) {
	const head = 12
	if len(data) < head {
		return rows, 0, &FormatError{"the vectors are cut off"}
	}
	reg = math.Float64frombits(binary.LittleEndian.Uint64(data))
	d := int(binary.LittleEndian.Uint32(data[8:]))
	if d < 1 || d > 4096 || len(data)-head != 4*d*len(table.IDs) {
		return rows, 0, &FormatError{"the vectors do not fit the items"}
	}
	y := make([]float32, d*len(table.IDs))
	if _, err := binary.Decode(data[head:], binary.LittleEndian, y); err != nil {
		return rows, 0, err
	}
	if !sound(y) || !(reg >= 0 && reg <= 1e6) {
		return rows, 0, &FormatError{"the vectors are no numbers"}
	}
	return linalg.MatrixOf(y, len(table.IDs), d), reg, nil
}

// copyRows gives items the vectors they had in an earlier model of the name; false
// if it is none.
func copyRows(rows linalg.Matrix[float32], table *Table, before Trained, name string) bool {
	v, ok := before.(*vectors)
	if !ok || v.name != name || v.rows.Cols != rows.Cols {
		return false
	}
	for i, id := range table.IDs {
		if at, ok := v.table.at[id]; ok {
			copy(rows.Row(i), v.rows.Row(int(at)))
		}
	}
	return true
}

// third is how many steps a model needs that begins with an earlier one.
func third(steps int) int { return (steps + 2) / 3 }

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
