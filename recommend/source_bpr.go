package recommend

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// BPRConfig of LearnBPR.
type BPRConfig struct {
	Dim    int     // of the vectors, the bias included; a multiple of 8 is fastest. Default 64
	Rate   float64 // of learning. Default 0.05
	Reg    float64 // regularisation. Default 0.03
	Epochs int     // over all that was taken. Default 30
	// Draws is how many items are drawn beside one that was taken; of those not
	// taken, the one that scores highest is learned from. Default 8.
	Draws int
	// Workers bounds the goroutines; the result does not depend on it. Default
	// as for factors.
	Workers int
	Seed    uint64 // of the start and of all draws. Default 0
	// Exact is up to how many items all are scored. Default as for factors.
	Exact int
	// Index keeps the vectors elsewhere. Default Config.Index.
	Index OpenIndex
}

// LearnBPR factorises who took what so that what a user took comes before what
// they did not: Bayesian personalized ranking (Rendle et al. 2009) with biases of
// items, by stochastic gradient, against the hardest of a few drawn items
// (dynamic negative sampling, Zhang et al. 2013). A weight above 1 counts as 1. A
// user is folded in when asked for, as the sum of their items.
//
// Users and, dealt anew in each epoch, items are in blocks, as many as the data
// says. Goroutines learn at the same time what shares neither users nor items
// (Gemulla et al. 2011), and the others of a block of items are drawn from it:
// no order depends on who comes first, so that a training can be repeated.
func LearnBPR(cfg BPRConfig) Learner {
	cfg.Dim = cmp.Or(cfg.Dim, 64)
	cfg.Rate = cmp.Or(cfg.Rate, 0.05)
	cfg.Reg = cmp.Or(cfg.Reg, 0.03)
	cfg.Epochs = cmp.Or(cfg.Epochs, 30)
	cfg.Draws = cmp.Or(cfg.Draws, 8)
	cfg.Workers = cmp.Or(cfg.Workers, spareOne())
	cfg.Exact = cmp.Or(cfg.Exact, exactItems)
	return bprLearner{cfg}
}

type bprLearner struct{ cfg BPRConfig }

func (bprLearner) Name() string { return "bpr" }

func (l bprLearner) keepIn(open OpenIndex) Learner {
	if l.cfg.Index == nil {
		l.cfg.Index = open
	}
	return l
}

// Parameters are what was trained with.
func (l bprLearner) Parameters() string {
	return fmt.Sprintf("dim=%d rate=%g reg=%g epochs=%d draws=%d seed=%d", l.cfg.Dim, l.cfg.Rate, l.cfg.Reg, l.cfg.Epochs, l.cfg.Draws, l.cfg.Seed)
}

// The streams of random numbers.
const (
	bprUsers = iota
	bprItems
	bprDeal
	bprArrange
	bprDraw
)

// bprBlocks bounds how many goroutines have something to learn.
const bprBlocks = 16

// bprTraining is under way. The last number of a vector is the bias of an item,
// and 1 of a user.
type bprTraining struct {
	cfg   BPRConfig
	taken [][]pair               // by user, in the order of items
	x, y  linalg.Matrix[float32] // of users and items
	block []int                  // of each item
	items [][]int32              // of each block
	steps [][][]bprStep          // by block of users and of items
}

// bprStep is an item that a user took.
type bprStep struct {
	user, item int32
	weight     float32
}

func (l bprLearner) Learn(ctx context.Context, data *Events) (Trained, error) {
	return l.learn(ctx, data, nil, l.cfg.Epochs)
}

// LearnFrom begins with the vectors of an earlier model and needs a third of the
// epochs.
func (l bprLearner) LearnFrom(ctx context.Context, data *Events, before Trained) (Trained, error) {
	return l.learn(ctx, data, before, third(l.cfg.Epochs))
}

func (l bprLearner) learn(ctx context.Context, data *Events, before Trained, epochs int) (Trained, error) {
	n, d := len(data.IDs), l.cfg.Dim
	t := &bprTraining{cfg: l.cfg, taken: data.pairs(), block: make([]int, n)}
	for _, list := range t.taken {
		slices.SortFunc(list, func(a, b pair) int { return cmp.Compare(a.item, b.item) })
	}
	t.x, t.y = startVectors(len(t.taken), d, l.rng(bprUsers, 0)), startVectors(n, d, l.rng(bprItems, 0))
	for u := range t.x.Rows {
		t.x.Row(u)[d-1] = 1
	}
	for i := range n {
		t.y.Row(i)[d-1] = 0
	}
	if copyRows(t.y, data.Table, before, l.Name()) {
		for u, list := range t.taken {
			fold(t.y, t.x.Row(u), list)
		}
	}
	blocks := max(min(bprBlocks, n/32, len(t.taken)/32), 1)
	t.items, t.steps = make([][]int32, blocks), make([][][]bprStep, blocks)
	for e := range uint64(epochs) { //nolint:gosec // not negative
		t.deal(l.rng(bprDeal, e))
		t.each(func(p int) { t.arrange(p, l.rng(bprArrange, e<<16|uint64(p))) })
		for turn := range blocks {
			t.each(func(p int) {
				q := (p + turn) % blocks
				t.learn(t.steps[p][q], t.items[q], l.rng(bprDraw, e<<16|uint64(p)<<8|uint64(q)))
			})
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
	}
	if !sound(t.y.Data) {
		return nil, &ConfigError{"BPRConfig.Rate", "is too high: the vectors grew without bounds"}
	}
	return l.ready(ctx, data.Table, t.y)
}

func (l bprLearner) rng(stream, part uint64) *rand.Rand {
	return rand.New(rand.NewPCG(l.cfg.Seed, part<<8|stream))
}

// each calls for each block of users.
func (t *bprTraining) each(task func(p int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(t.cfg.Workers, len(t.steps)) {
		wg.Go(func() {
			for p := int(next.Add(1)) - 1; p < len(t.steps); p = int(next.Add(1)) - 1 {
				task(p)
			}
		})
	}
	wg.Wait()
}

// deal puts the items into blocks.
func (t *bprTraining) deal(rng *rand.Rand) {
	for q := range t.items {
		t.items[q] = t.items[q][:0]
	}
	for n, i := range rng.Perm(len(t.block)) {
		q := n % len(t.items)
		t.block[i] = q
		t.items[q] = append(t.items[q], int32(i)) //nolint:gosec // numbers of items
	}
}

// arrange lists what a block of users took by block of items, shuffled.
func (t *bprTraining) arrange(p int, rng *rand.Rand) {
	if t.steps[p] == nil {
		t.steps[p] = make([][]bprStep, len(t.items))
	}
	for q := range t.steps[p] {
		t.steps[p][q] = t.steps[p][q][:0]
	}
	for u := p; u < len(t.taken); u += len(t.steps) {
		for _, x := range t.taken[u] {
			q := t.block[x.item]
			t.steps[p][q] = append(t.steps[p][q], bprStep{int32(u), x.item, voice(x)}) //nolint:gosec // numbers of users
		}
	}
	for _, list := range t.steps[p] {
		rng.Shuffle(len(list), func(a, b int) { list[a], list[b] = list[b], list[a] })
	}
}

func voice(p pair) float32 { return min(p.weight, 1) }

// learn takes a step of the gradient for each that was taken.
func (t *bprTraining) learn(list []bprStep, items []int32, rng *rand.Rand) {
	rate := float32(t.cfg.Rate)
	keep := 1 - rate*float32(t.cfg.Reg)
	apart := make([]float32, t.cfg.Dim)
	for n, s := range list {
		if n&63 == 0 {
			runtime.Gosched() // answers go first: preemption takes 10 ms
		}
		u, i := t.x.Row(int(s.user)), t.y.Row(int(s.item))
		j := t.rival(int(s.user), items, rng)
		if j == nil {
			continue
		}
		copy(apart, i)
		linalg.Axpy(-1, j, apart)
		g := rate * s.weight / float32(1+math.Exp(float64(linalg.Dot(u, apart))))
		linalg.Scale(keep, i)
		linalg.Axpy(g, u, i)
		linalg.Scale(keep, j)
		linalg.Axpy(-g, u, j)
		linalg.Scale(keep, u)
		linalg.Axpy(g, apart, u)
		u[len(u)-1] = 1
	}
}

// rival draws items and returns the vector of the one that scores highest of
// those that the user did not take, nil if there is none.
func (t *bprTraining) rival(user int, items []int32, rng *rand.Rand) []float32 {
	var found []float32
	var most float32
	for range t.cfg.Draws {
		j := items[rng.IntN(len(items))]
		if _, taken := slices.BinarySearchFunc(t.taken[user], j, func(p pair, item int32) int { return cmp.Compare(p.item, item) }); taken {
			continue
		}
		v := t.y.Row(int(j))
		if s := linalg.Dot(t.x.Row(user), v); found == nil || s > most {
			found, most = v, s
		}
	}
	return found
}

// bprScale makes a folded user as long as a trained one, or so.
const bprScale = 0.6

// fold sets dst to the vector of who took items. Where the gradient of a user is
// zero, their vector is a sum of what they took less what they did not. To add up
// the former alone, over the root of how many they are, measured better than a
// ridge regression and than steps of the gradient.
func fold(rows linalg.Matrix[float32], dst []float32, pairs []pair) {
	clear(dst)
	var all float32
	for _, p := range pairs {
		linalg.Axpy(voice(p), rows.Row(int(p.item)), dst)
		all += voice(p)
	}
	if all > 0 {
		linalg.Scale(bprScale/float32(math.Sqrt(float64(all))), dst)
	}
	dst[len(dst)-1] = 1
}

// ready makes a source of item vectors.
func (l bprLearner) ready(ctx context.Context, table *Table, rows linalg.Matrix[float32]) (*vectors, error) {
	return (&vectors{name: l.Name(), table: table, rows: rows, fold: func(dst []float32, pairs []pair) error {
		fold(rows, dst, pairs)
		return nil
	}}).findBy(ctx, l.cfg.Exact, l.cfg.Index, l.cfg.Workers, l.cfg.Seed)
}

func (l bprLearner) Load(ctx context.Context, table *Table, data []byte) (Trained, error) {
	rows, _, err := loadRows(table, data)
	if err != nil {
		return nil, err
	}
	return l.ready(ctx, table, rows)
}
