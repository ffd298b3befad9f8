package recommend

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// LinearConfig of LearnLinear.
type LinearConfig struct {
	// Penalty of squared weights. Default 3 times how many users had the item of
	// an interaction, on average.
	Penalty float64
	// Weights kept of each item, those farthest from 0. Default 500.
	Weights int
	// MaxItems is how many items it is learned for: memory grows with the square,
	// 4 bytes each, time with the cube. With more items it says nothing. Default
	// 10,000.
	MaxItems int
	Workers  int // goroutines. Default as for factors
}

func (c LinearConfig) withDefaults() LinearConfig {
	c.Weights = cmp.Or(c.Weights, 500)
	c.MaxItems = cmp.Or(c.MaxItems, 10_000)
	c.Workers = cmp.Or(c.Workers, spareOne())
	return c
}

// penaltyShare makes the penalty follow how often items are had, beside which it
// stands in what is solved.
const penaltyShare = 3

// linearRecent is how much of a history the linear model hears, all of it alike.
const linearRecent = 1000

// LearnLinear learns what each item says for and against each other, as ridge
// regression of every item on all others, in closed form (EASE, Steck 2019).
func LearnLinear(cfg LinearConfig) Learner {
	cfg = cfg.withDefaults()
	return neighbourLearner{cfg: NeighboursConfig{Recent: linearRecent, Decay: 1, Workers: cfg.Workers}, linear: &cfg}
}

func (l neighbourLearner) learnLinear(ctx context.Context, data *Events) (Trained, error) {
	n := len(data.IDs)
	if n > l.linear.MaxItems || n == 0 {
		return l.of(data.Table, make([][]neighbour, n)), ctx.Err()
	}
	gram := linalg.MatrixOf(make([]float32, n*n), n, n)
	for _, g := range data.pairs() {
		g = g[max(len(g)-linearRecent, 0):]
		for _, a := range g {
			row := gram.Row(int(a.item))
			for _, b := range g {
				row[b.item]++
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	penalty := l.linear.Penalty
	if penalty == 0 {
		var users, squares float64
		for i := range n {
			had := float64(gram.Row(i)[i])
			users, squares = users+had, squares+had*had
		}
		penalty = penaltyShare * squares / max(users, 1)
	}
	for i := range n {
		gram.Row(i)[i] += float32(penalty)
	}
	if err := linalg.Cholesky(gram, l.cfg.Workers); err != nil {
		return nil, fmt.Errorf("recommend: the linear model: %w", err)
	}
	inverse := linalg.CholeskyInverse(gram, l.cfg.Workers)
	diagonal := make([]float32, n)
	for i := range n {
		diagonal[i] = inverse.Row(i)[i]
	}
	lists := make([][]neighbour, n)
	type row struct{ weights, sizes []float32 }
	err := parallel(ctx, l.cfg.Workers, n, func() row { return row{make([]float32, n), make([]float32, n)} }, func(own row, i int) error {
		for j, v := range inverse.Row(i) {
			own.weights[j] = -v / diagonal[j]
			own.sizes[j] = max(own.weights[j], -own.weights[j])
		}
		own.weights[i], own.sizes[i] = 0, 0
		edge := float32(0)
		if keep := l.linear.Weights; keep < n {
			edge = linalg.Nth(own.sizes, n-keep)
		}
		list := make([]neighbour, 0, min(n, l.linear.Weights))
		for j, w := range own.weights {
			if w != 0 && max(w, -w) >= edge && len(list) < l.linear.Weights {
				list = append(list, neighbour{int32(j), w}) //nolint:gosec // below MaxItems
			}
		}
		lists[i] = list
		return nil
	})
	if err != nil {
		return nil, err
	}
	return l.of(data.Table, lists), nil
}

// lately sets dst[i] to what the history's items say of ids[i], those long ago
// less: recency tells more of the next wish than of the taste.
func (x *neighbours) lately(ask *Ask, ids []string, dst []float32) {
	voices := map[int32]float32{}
	for _, h := range ask.History[max(len(ask.History)-x.cfg.Recent, 0):] {
		if i, ok := x.table.at[h.Item]; ok {
			voices[i] = max(voices[i], fade(ask.Now, h.Time, fastDays))
		}
	}
	b := x.newBallot()
	for _, i := range slices.Sorted(maps.Keys(voices)) { // sums of floats depend on the order
		for n := x.start[i]; n < x.start[i+1]; n++ {
			b.add(x.to[n], voices[i]*x.sims[n])
		}
	}
	for n, id := range ids {
		if i, ok := x.table.at[id]; ok {
			dst[n] = b.of(i)
		}
	}
}
