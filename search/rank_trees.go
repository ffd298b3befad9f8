package search

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"github.com/bodega-commerce/bodega/internal/gbdt"
)

// TreeRanker scores by weights and by gradient-boosted trees that correct
// them. Make one with TrainTrees or LoadTrees.
type TreeRanker struct {
	base  LinearRanker
	trees *gbdt.Model // nil: the weights alone
}

// Score is the weights' score and the trees' correction.
func (r *TreeRanker) Score(signals []float64) float64 {
	score := r.base.Score(signals)
	if r.trees != nil {
		var out [1]float64
		_ = r.trees.PredictRaw(signals, out[:]) // it refuses too few signals only
		score += out[0]
	}
	return score
}

// Contributions fills parts with the signals' shares: by the weights, and in
// the trees by what each split changes (Saabas 2014).
func (r *TreeRanker) Contributions(parts, signals []float64) {
	r.base.Contributions(parts, signals)
	if r.trees == nil {
		return
	}
	shares := make([]float64, r.trees.NumFeatures()+1)
	if r.trees.Attribute(signals, shares) != nil {
		return
	}
	for i := range parts[:min(len(parts), r.trees.NumFeatures())] {
		parts[i] += shares[i]
	}
}

// Trees returns how many trees correct the weights.
func (r *TreeRanker) Trees() int {
	if r.trees == nil {
		return 0
	}
	return r.trees.NumTrees()
}

// TreeConfig says how a TreeRanker is trained.
type TreeConfig struct {
	Linear       LinearConfig // of the weights that trees correct
	Rounds       int          // trees at most. Default 150
	Depth        int          // of a tree. Default 3
	LearningRate float64      // how much of its correction a tree makes. Default 0.05
	MinLeaf      int          // candidates of a leaf at least. Default 50
	// Folds splits the queries to choose how many trees serve queries they have
	// not seen best, which may be none. Default 5; with fewer queries than twice
	// that there are no trees.
	Folds int
}

func (c TreeConfig) withDefaults() TreeConfig {
	c.Rounds = cmp.Or(c.Rounds, 150)
	c.Depth = cmp.Or(c.Depth, 3)
	c.LearningRate = cmp.Or(c.LearningRate, 0.05)
	c.MinLeaf = cmp.Or(c.MinLeaf, 50)
	c.Folds = cmp.Or(c.Folds, 5)
	return c
}

func (c TreeConfig) validate() error {
	if c.Rounds < 1 || c.Depth < 1 || c.LearningRate < 0 || c.MinLeaf < 1 || c.Folds < 2 {
		return errors.New("search: TreeConfig: Rounds, Depth or MinLeaf is below 1, LearningRate below 0 or Folds below 2")
	}
	return nil
}

// risingSignals are those that must not lower the score: all but how brief the
// title is.
func risingSignals() []int {
	rising := make([]int, signalCount)
	for i := range rising {
		rising[i] = 1
	}
	rising[signalBrief] = 0
	return rising
}

// treeCut is the part of the list that decides how many trees there are.
const treeCut = 10

// TrainTrees learns weights from judged queries as TrainLinear does, and
// boosts trees that start from the weights' scores (LambdaMART, Burges 2010).
// A tree never takes a better match for a worse one. How many trees there are
// is chosen by cross-validation over the queries, and trees must do better
// there than none by two standard errors: of little data comes a linear ranker.
// The same input gives the same ranker.
func TrainTrees(ctx context.Context, queries []Judged, config TreeConfig) (*TreeRanker, error) {
	c := config.withDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	base, err := TrainLinear(ctx, queries, c.Linear)
	if err != nil {
		return nil, err
	}
	r := &TreeRanker{base: base}
	queries = slices.DeleteFunc(slices.Clone(queries), func(q Judged) bool { return ideal(q.Gains, 1) == 0 })
	if len(queries) < 2*c.Folds {
		return r, nil
	}
	curves := make([][]float64, len(queries))
	for fold := range c.Folds {
		if err := c.judge(ctx, queries, fold, curves); err != nil {
			return nil, err
		}
	}
	if rounds := bestRounds(queries, curves); rounds > 0 {
		r.trees, err = c.boost(ctx, base, queries, rounds, nil, nil)
	}
	return r, err
}

// bestRounds returns how many trees do best over all queries, and 0 unless
// they do better than none by two standard errors. A curve is the NDCG of a query
// by the number of trees.
func bestRounds(queries []Judged, curves [][]float64) int {
	best, most := 0, 0.0
	var at []float64 // the gains of each query over no trees, weighed
	for rounds := range curves[0] {
		gains, total := make([]float64, len(queries)), 0.0
		for i := range queries {
			gains[i] = queries[i].weight() * (curves[i][rounds] - curves[i][0])
			total += gains[i]
		}
		if total > most {
			best, most, at = rounds, total, gains
		}
	}
	n, square := float64(len(queries)), 0.0
	for _, g := range at {
		square += (g - most/n) * (g - most/n)
	}
	if most <= 2*math.Sqrt(square*n/(n-1)) {
		return 0
	}
	return best
}

// judge fills in the curves of the queries of a fold, by weights and trees that
// were trained on the others.
func (c TreeConfig) judge(ctx context.Context, queries []Judged, fold int, curves [][]float64) error {
	var train, held []Judged
	for i, q := range queries {
		if i%c.Folds == fold {
			held = append(held, q)
		} else {
			train = append(train, q)
		}
	}
	base, err := TrainLinear(ctx, train, c.Linear)
	if err != nil {
		return err
	}
	of := make([][]float64, len(held))
	for i := range held {
		of[i] = append(of[i], held[i].NDCG(base, treeCut))
	}
	if _, err = c.boost(ctx, base, train, c.Rounds, held, of); err != nil {
		return err
	}
	for i := range held {
		for len(of[i]) <= c.Rounds { // there was nothing more to learn
			of[i] = append(of[i], of[i][len(of[i])-1])
		}
		curves[i*c.Folds+fold] = of[i]
	}
	return nil
}

// boost trains trees on what the scores of base leave wrong, and adds to the
// curves of the held-back queries, if there are any, after each tree.
func (c TreeConfig) boost(ctx context.Context, base LinearRanker, train []Judged, rounds int, held []Judged, curves [][]float64) (*gbdt.Model, error) {
	gains := distinctGains(train, held)
	p := gbdt.Params{Objective: gbdt.LambdaRank, LabelGain: gains, Rounds: rounds, MaxDepth: c.Depth, LearningRate: c.LearningRate, MinDataInLeaf: c.MinLeaf,
		L2: 1, Monotone: risingSignals()}
	table, err := treeTable(base, train, gains)
	if err != nil {
		return nil, err
	}
	data, err := gbdt.NewDataset(ctx, table, gbdt.DatasetConfig{MaxBins: 63})
	if err != nil {
		return nil, err
	}
	if len(held) == 0 {
		return gbdt.Train(ctx, p, data)
	}
	valid, err := treeTable(base, held, gains)
	if err != nil {
		return nil, err
	}
	p.Metric = gbdt.Metric{Name: "ndcg", Maximize: true, Eval: func(scores []float64, _ gbdt.Table) float64 {
		sum, from := 0.0, 0
		for i := range held {
			to := from + valid.Group[i]
			ndcg := shownGain(scores[from:to], valid.Label[from:to], gains) / ideal(held[i].Gains, treeCut)
			curves[i] = append(curves[i], ndcg)
			sum, from = sum+ndcg, to
		}
		return sum
	}}
	return gbdt.Train(ctx, p, data, valid)
}

// shownGain is the discounted gain of the best-scored rows.
func shownGain(scores, labels, gains []float64) float64 {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	sum := 0.0
	for at, i := range order[:min(treeCut, len(order))] {
		sum += gains[int(labels[i])] * discount(at)
	}
	return sum
}

// distinctGains are the gains there are, in order: grades are their places.
func distinctGains(sets ...[]Judged) []float64 {
	gains := []float64{0}
	for _, set := range sets {
		for _, q := range set {
			gains = append(gains, q.Gains...)
		}
	}
	slices.Sort(gains)
	return slices.Compact(gains)
}

// treeTable has a row for each of the deepest best candidates of each query.
func treeTable(base LinearRanker, queries []Judged, gains []float64) (gbdt.Table, error) {
	var t gbdt.Table
	var values []float64
	for i := range queries {
		q := &queries[i]
		scores, order := q.ranked(base, deepest)
		for _, j := range order {
			values = append(values, q.Candidates[j].Signals...)
			grade, _ := slices.BinarySearch(gains, q.Gains[j])
			t.Label = append(t.Label, float64(grade))
			t.InitScore = append(t.InitScore, scores[j])
			t.Weight = append(t.Weight, q.weight())
		}
		t.Group = append(t.Group, len(order))
	}
	var err error
	t.X, err = gbdt.RowMajor(values, signalCount)
	return t, err
}
