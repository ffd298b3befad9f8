package recommend

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// FactorsConfig of LearnFactors.
type FactorsConfig struct {
	Dim   int     // of the vectors, a multiple of 8 is fastest. Default 64
	Alpha float64 // weight of what did not happen. Default 0.1
	// Reg is the regularisation, times a row's frequency. Default so much that
	// for a user of the usual number of items it is 0.08 times that number: in
	// catalogs of any size it weighs as much beside what users took to.
	Reg    float64
	Sweeps int // over users and items. Default 8
	// Workers bounds the goroutines; the result does not depend on it. Default
	// one fewer than GOMAXPROCS and at least 1, so that answers need not wait.
	Workers int
	Seed    uint64 // of the start. Default 0
	// Exact is up to how many items all are scored; beyond, an approximate
	// index finds the candidates. Default 20,000.
	Exact int
	// Index keeps the vectors elsewhere. Default Config.Index.
	Index OpenIndex
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
	if cfg.Sweeps == 0 {
		cfg.Sweeps = 8
	}
	if cfg.Workers == 0 {
		cfg.Workers = spareOne()
	}
	if cfg.Exact == 0 {
		cfg.Exact = exactItems
	}
	return factorLearner{cfg}
}

type factorLearner struct{ cfg FactorsConfig }

func (factorLearner) Name() string { return "factors" }

func (l factorLearner) keepIn(open OpenIndex) Learner {
	if l.cfg.Index == nil {
		l.cfg.Index = open
	}
	return l
}

// Parameters are what was trained with.
func (l factorLearner) Parameters() string {
	reg := "by frequency"
	if l.cfg.Reg != 0 {
		reg = fmt.Sprint(l.cfg.Reg)
	}
	return fmt.Sprintf("dim=%d alpha=%g reg=%s sweeps=%d seed=%d", l.cfg.Dim, l.cfg.Alpha, reg, l.cfg.Sweeps, l.cfg.Seed)
}

// regShare is Reg's default as a part of a usual user's items.
const regShare = 0.08

func (l factorLearner) Learn(ctx context.Context, data *Events) (Trained, error) {
	return l.learn(ctx, data, nil, l.cfg.Sweeps)
}

// LearnFrom begins with the vectors of an earlier model and needs a third of the
// sweeps.
func (l factorLearner) LearnFrom(ctx context.Context, data *Events, before Trained) (Trained, error) {
	return l.learn(ctx, data, before, third(l.cfg.Sweeps))
}

func (l factorLearner) learn(ctx context.Context, data *Events, before Trained, sweeps int) (Trained, error) {
	users := data.pairs()
	items := turned(users, len(data.IDs))
	d := l.cfg.Dim
	if l.cfg.Reg == 0 {
		l.cfg.Reg = l.usualReg(users, len(items))
	}
	x, y := make([]float32, len(users)*d), startVectors(len(items), d, rand.New(rand.NewPCG(l.cfg.Seed, 2)))
	copyRows(y, data.Table, before, l.Name())
	for range sweeps {
		if err := l.sweep(ctx, x, y.Data, users, len(items)); err != nil {
			return nil, err
		}
		if err := l.sweep(ctx, y.Data, x, items, len(users)); err != nil {
			return nil, err
		}
	}
	return l.ready(ctx, data.Table, y)
}

// usualReg is Reg's default.
func (l factorLearner) usualReg(users [][]pair, items int) float64 {
	who, what := 0, 0
	for _, list := range users {
		if len(list) > 0 {
			who, what = who+1, what+len(list)
		}
	}
	if who == 0 {
		return 0
	}
	usual := float64(what) / float64(who)
	return regShare * usual / (usual + l.cfg.Alpha*float64(items))
}

// sweep brings each row of x nearer to what fits the rows of y it has to do with.
func (l factorLearner) sweep(ctx context.Context, x, y []float32, pairs [][]pair, others int) error {
	d := l.cfg.Dim
	gram := gramOf(y, d, l.cfg.Workers)
	return parallel(ctx, l.cfg.Workers, len(pairs), func() *solver { return newSolver(l.cfg, gram, others) }, func(s *solver, u int) error {
		s.approach(x[u*d:(u+1)*d], y, pairs[u])
		return nil
	})
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

// ready makes a source of item vectors.
func (l factorLearner) ready(ctx context.Context, table *Table, rows linalg.Matrix[float32]) (*vectors, error) {
	l.cfg.Dim = rows.Cols
	gram := gramOf(rows.Data, rows.Cols, l.cfg.Workers)
	fold := func(dst []float32, pairs []pair) error {
		return newSolver(l.cfg, gram, len(table.IDs)).solve(dst, rows.Data, pairs)
	}
	return (&vectors{name: l.Name(), table: table, rows: rows, reg: l.cfg.Reg, fold: fold}).findBy(ctx, l.cfg.Exact, l.cfg.Index, l.cfg.Workers, l.cfg.Seed)
}

func (l factorLearner) Load(ctx context.Context, table *Table, data []byte) (Trained, error) {
	rows, reg, err := loadRows(table, data)
	if err != nil {
		return nil, err
	}
	l.cfg.Reg = reg
	return l.ready(ctx, table, rows)
}

// spareOne is how many processors there are, less one for answers.
func spareOne() int { return max(runtime.GOMAXPROCS(0)-1, 1) }
