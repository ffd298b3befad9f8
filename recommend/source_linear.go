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
	Penalty float64 // of squared weights. Default 500
	// Weights kept of each item, those farthest from 0. Default 500.
	Weights int
	// MaxItems is how many items it is learned for: memory grows with the square,
	// 4 bytes each, time with the cube. With more items it says nothing. Default
	// 10,000.
	MaxItems int
	Workers  int // goroutines. Default as for factors
}

func (c LinearConfig) withDefaults() LinearConfig {
	c.Penalty = cmp.Or(c.Penalty, 500)
	c.Weights = cmp.Or(c.Weights, 500)
	c.MaxItems = cmp.Or(c.MaxItems, 10_000)
	c.Workers = cmp.Or(c.Workers, spareOne())
	return c
}

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
	x := &neighbours{neighbourLearner: l, table: data.Table, start: make([]uint32, n+1)}
	if n > l.linear.MaxItems || n == 0 {
		return x, ctx.Err()
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
	for i := range n {
		gram.Row(i)[i] += float32(l.linear.Penalty)
	}
	if err := linalg.Cholesky(gram, l.cfg.Workers); err != nil {
		return nil, fmt.Errorf("recommend: the linear model: %w", err)
	}
	inverse := linalg.CholeskyInverse(gram, l.cfg.Workers)
	list := make([]neighbour, 0, n)
	for i := range n {
		list = list[:0]
		for j, v := range inverse.Row(i) {
			if j != i && v != 0 {
				list = append(list, neighbour{int32(j), -v / inverse.Row(j)[j]}) //nolint:gosec // below MaxItems
			}
		}
		slices.SortFunc(list, func(a, b neighbour) int {
			return cmp.Or(cmp.Compare(max(b.sim, -b.sim), max(a.sim, -a.sim)), cmp.Compare(a.item, b.item))
		})
		for _, s := range list[:min(len(list), l.linear.Weights)] {
			x.to, x.sims = append(x.to, s.item), append(x.sims, s.sim)
		}
		x.start[i+1] = uint32(len(x.to)) //nolint:gosec // below MaxItems times Weights
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return x, nil
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
	votes := make(map[int32]float32, 500)
	for _, i := range slices.Sorted(maps.Keys(voices)) { // sums of floats depend on the order
		for n := x.start[i]; n < x.start[i+1]; n++ {
			votes[x.to[n]] += voices[i] * x.sims[n]
		}
	}
	for n, id := range ids {
		if i, ok := x.table.at[id]; ok {
			dst[n] = votes[i]
		}
	}
}
