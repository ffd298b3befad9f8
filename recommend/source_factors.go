package recommend

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/bodega-commerce/bodega/internal/ann"
	"github.com/bodega-commerce/bodega/internal/linalg"
)

// FactorsConfig of LearnFactors.
type FactorsConfig struct {
	Dim    int     // of the vectors, a multiple of 8 is fastest. Default 64
	Alpha  float64 // weight of what did not happen. Default 0.1
	Reg    float64 // regularisation, times a row's frequency. Default 0.03
	Sweeps int     // over users and items. Default 8
	// Workers bounds the goroutines; the result does not depend on it. Default
	// one fewer than GOMAXPROCS and at least 1, so that answers need not wait.
	Workers int
	Seed    uint64 // of the start. Default 0
	// Exact is up to how many items all are scored; beyond, an approximate
	// index finds the candidates. Default 20,000.
	Exact int
	// Index makes an index for vectors of a length. Default one in memory.
	Index func(dim int) (VectorIndex, error)
}

// VectorIndex finds vectors by inner product or, as vector stores do, by
// cosine: the engine scores what it finds again and asks for more than it
// needs.
type VectorIndex interface {
	// Put replaces all vectors. It may keep the slices.
	Put(ctx context.Context, ids []string, vectors [][]float32) error
	// Nearest returns up to limit of the nearest that has lets through.
	Nearest(ctx context.Context, vector []float32, limit int, has func(id string) bool) ([]Match, error)
}

// LearnFactors factorises who had to do with what: implicit alternating least
// squares with regularisation scaled by frequency (Hu, Koren and Volinsky 2008;
// Rendle, Krichene, Zhang and Koren 2022). A user is folded in when asked for.
func LearnFactors(cfg FactorsConfig) Learner {
	if cfg.Dim == 0 {
		cfg.Dim = 64
	}
	if cfg.Alpha == 0 {
		cfg.Alpha = 0.1
	}
	if cfg.Reg == 0 {
		cfg.Reg = 0.03
	}
	if cfg.Sweeps == 0 {
		cfg.Sweeps = 8
	}
	if cfg.Workers == 0 {
		cfg.Workers = spareOne()
	}
	if cfg.Exact == 0 {
		cfg.Exact = 20_000
	}
	if cfg.Index == nil {
		cfg.Index = func(dim int) (VectorIndex, error) { return newMemoryIndex(dim, cfg) }
	}
	return factorLearner{cfg}
}

type factorLearner struct{ cfg FactorsConfig }

func (factorLearner) Name() string { return "factors" }

// Parameters are what was trained with.
func (l factorLearner) Parameters() string {
	return fmt.Sprintf("dim=%d alpha=%g reg=%g sweeps=%d seed=%d", l.cfg.Dim, l.cfg.Alpha, l.cfg.Reg, l.cfg.Sweeps, l.cfg.Seed)
}

// factors are item vectors and what it takes to fold a user in.
type factors struct {
	table *Table
	cfg   FactorsConfig
	rows  linalg.Matrix[float32]
	gram  []float32 // of the rows
	index VectorIndex
}

func (l factorLearner) Learn(ctx context.Context, data *Events) (Trained, error) {
	users := data.pairs()
	items := turned(users, len(data.IDs))
	d := l.cfg.Dim
	// Vectors of length about 1/sqrt(d) start scores near 0.
	start := func(n int, stream uint64) []float32 {
		rng := rand.New(rand.NewPCG(l.cfg.Seed, stream))
		v := make([]float32, n*d)
		for i := range v {
			v[i] = float32(rng.NormFloat64() * 0.1 / math.Sqrt(float64(d)))
		}
		return v
	}
	x, y := make([]float32, len(users)*d), start(len(items), 2)
	for range l.cfg.Sweeps {
		if err := l.sweep(ctx, x, y, users, len(items)); err != nil {
			return nil, err
		}
		if err := l.sweep(ctx, y, x, items, len(users)); err != nil {
			return nil, err
		}
	}
	return l.ready(ctx, data.Table, y)
}

// sweep brings each row of x nearer to what fits the rows of y it has to do with.
func (l factorLearner) sweep(ctx context.Context, x, y []float32, pairs [][]pair, others int) error {
	d := l.cfg.Dim
	gram := gramOf(y, d, l.cfg.Workers)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range l.cfg.Workers {
		wg.Go(func() {
			s := newSolver(l.cfg, gram, others)
			for {
				from := int(next.Add(64)) - 64
				if from >= len(pairs) || ctx.Err() != nil {
					return
				}
				runtime.Gosched() // answers go first: preemption takes 10 ms
				for u := from; u < min(from+64, len(pairs)); u++ {
					s.approach(x[u*d:(u+1)*d], y, pairs[u])
				}
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

func gramOf(y []float32, d, workers int) []float32 {
	g := linalg.NewMatrix[float32](d, d)
	linalg.Syrk(g, 1, linalg.MatrixOf(y, len(y)/d, d).T(), 0, workers)
	return g.Data
}

// solver solves one row's least squares after the other.
type solver struct {
	cfg    FactorsConfig
	gram   []float32
	others int
	a      []float32
}

func newSolver(cfg FactorsConfig, gram []float32, others int) *solver {
	return &solver{cfg, gram, others, make([]float32, cfg.Dim*max(cfg.Dim, 3))}
}

// solve sets dst to (alpha*gram + sum w*y*yT + reg*I)^-1 * sum w*y.
func (s *solver) solve(dst, y []float32, pairs []pair) error {
	clear(dst)
	if len(pairs) == 0 {
		return nil
	}
	d, alpha := s.cfg.Dim, float32(s.cfg.Alpha)
	a := s.a
	for i, g := range s.gram {
		a[i] = alpha * g
	}
	for _, p := range pairs {
		v := y[int(p.item)*d : (int(p.item)+1)*d]
		w := min(p.weight, 100)
		linalg.Axpy(w, v, dst)
		for r, f := range v { // the lower triangle
			linalg.Axpy(w*f, v[:r+1], a[r*d:r*d+r+1])
		}
	}
	reg := float32(s.cfg.Reg * (float64(len(pairs)) + s.cfg.Alpha*float64(s.others)))
	for r := range d {
		a[r*d+r] += reg + 1e-6
	}
	return solvePositive(a, dst)
}

// steps of conjugate gradients towards a row's solution, from where the last
// sweep left it (Takács, Pilászy and Tikk 2011); each costs the square of the
// dimension, a solution its cube.
const steps = 3

func (s *solver) approach(x, y []float32, pairs []pair) {
	d, alpha := s.cfg.Dim, float32(s.cfg.Alpha)
	if len(pairs) == 0 {
		clear(x)
		return
	}
	reg := float32(s.cfg.Reg*(float64(len(pairs))+s.cfg.Alpha*float64(s.others))) + 1e-6
	product := func(dst, x []float32) {
		linalg.MatVec(dst, s.gram, d, d, x)
		linalg.Scale(alpha, dst)
		linalg.Axpy(reg, x, dst)
		for _, p := range pairs {
			v := y[int(p.item)*d : (int(p.item)+1)*d]
			linalg.Axpy(min(p.weight, 100)*linalg.Dot(v, x), v, dst)
		}
	}
	r, p, ap := s.a[:d], s.a[d:2*d], s.a[2*d:3*d]
	product(r, x)
	linalg.Scale(-1, r)
	for _, q := range pairs {
		linalg.Axpy(min(q.weight, 100), y[int(q.item)*d:(int(q.item)+1)*d], r)
	}
	copy(p, r)
	old := linalg.Dot(r, r)
	for range steps {
		if old < 1e-12 {
			return
		}
		product(ap, p)
		a := old / linalg.Dot(p, ap)
		linalg.Axpy(a, p, x)
		linalg.Axpy(-a, ap, r)
		next := linalg.Dot(r, r)
		linalg.Scale(next/old, p)
		linalg.Axpy(1, r, p)
		old = next
	}
}

// solvePositive replaces b by the solution of a*x = b, a's lower triangle by its
// Cholesky factor. At some dozens of rows this is twice as fast as the blocked
// one of linalg.
func solvePositive(a, b []float32) error {
	d := len(b)
	for i := range d {
		row := a[i*d : i*d+i+1]
		for j := range i {
			row[j] = (row[j] - linalg.Dot(row[:j], a[j*d:j*d+j])) / a[j*d+j]
		}
		rest := row[i] - linalg.Dot(row[:i], row[:i])
		if !(rest > 0) {
			return errors.New("recommend: factors: the system is not positive definite")
		}
		row[i] = float32(math.Sqrt(float64(rest)))
		b[i] = (b[i] - linalg.Dot(row[:i], b[:i])) / row[i]
	}
	for i := d - 1; i >= 0; i-- {
		b[i] /= a[i*d+i]
		linalg.Axpy(-b[i], a[i*d:i*d+i], b[:i])
	}
	return nil
}

func (l factorLearner) ready(ctx context.Context, table *Table, y []float32) (*factors, error) {
	d := l.cfg.Dim
	f := &factors{table: table, cfg: l.cfg, rows: linalg.MatrixOf(y, len(y)/d, d), gram: gramOf(y, d, l.cfg.Workers)}
	if len(table.IDs) <= l.cfg.Exact {
		return f, nil
	}
	var err error
	if f.index, err = l.cfg.Index(d); err != nil {
		return nil, err
	}
	vectors := make([][]float32, len(table.IDs))
	for i := range vectors {
		vectors[i] = f.vector(i)
	}
	return f, f.index.Put(ctx, table.IDs, vectors)
}

func (f *factors) Name() string { return "factors" }

func (f *factors) vector(i int) []float32 { return f.rows.Data[i*f.cfg.Dim : (i+1)*f.cfg.Dim] }

// foldable bounds the history a user is folded in with.
const foldable = 100

// folded is a user's vector, nil if nothing of the history is known.
type folded struct {
	vector []float32
	err    error
}

func (f *factors) user(history []Interaction) folded {
	var pairs []pair
	for _, x := range history[max(len(history)-foldable, 0):] {
		if i, ok := f.table.at[x.Item]; ok {
			pairs = append(pairs, pair{i, float32(x.Weight)})
		}
	}
	if len(pairs) == 0 {
		return folded{}
	}
	v := make([]float32, f.cfg.Dim)
	return folded{v, newSolver(f.cfg, f.gram, len(f.table.IDs)).solve(v, f.rows.Data, pairs)}
}

func (f *factors) Candidates(ctx context.Context, ask *Ask, limit int) ([]Match, error) {
	u := remember(ask, f, f.user)
	v := u.vector
	if v == nil || u.err != nil {
		return nil, u.err
	}
	if f.index != nil {
		return f.index.Nearest(ctx, v, limit, ask.Keep)
	}
	scores := make([]float32, len(f.table.IDs))
	linalg.MatVec(scores, f.rows.Data, len(scores), f.cfg.Dim, v)
	return topOf(f.table, scores, ask, limit), nil
}

func (f *factors) Scores(_ context.Context, ask *Ask, ids []string, dst []float32) error {
	u := remember(ask, f, f.user)
	v := u.vector
	if v == nil || u.err != nil {
		return u.err
	}
	for i, id := range ids {
		if at, ok := f.table.at[id]; ok {
			dst[i] = linalg.Dot(v, f.vector(int(at)))
		}
	}
	return nil
}

// MarshalBinary writes the item vectors, row after row.
func (f *factors) MarshalBinary() ([]byte, error) {
	return binary.Append(binary.LittleEndian.AppendUint32(nil, uint32(f.cfg.Dim)), binary.LittleEndian, f.rows.Data)
}

func (l factorLearner) Load(table *Table, data []byte) (Trained, error) {
	if len(data) < 4 {
		return nil, &FormatError{"the factors are cut off"}
	}
	d := int(binary.LittleEndian.Uint32(data))
	if d < 1 || d > 4096 || len(data)-4 != 4*d*len(table.IDs) {
		return nil, &FormatError{"the factors do not fit the items"}
	}
	y := make([]float32, d*len(table.IDs))
	if _, err := binary.Decode(data[4:], binary.LittleEndian, y); err != nil {
		return nil, err
	}
	for _, v := range y {
		if math.IsNaN(float64(v)) || math.Abs(float64(v)) > 1e6 {
			return nil, &FormatError{"the factors are no numbers"}
		}
	}
	l.cfg.Dim = d
	return l.ready(context.Background(), table, y)
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

// spareOne is how many processors there are, less one for answers.
func spareOne() int { return max(runtime.GOMAXPROCS(0)-1, 1) }

// memoryIndex is an ann index by inner product.
type memoryIndex struct{ *ann.Index }

func newMemoryIndex(dim int, cfg FactorsConfig) (VectorIndex, error) {
	x, err := ann.New(dim, ann.Config{Metric: ann.InnerProduct, Recall: 0.9, Workers: cfg.Workers, Seed: cfg.Seed})
	return &memoryIndex{x}, err
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
