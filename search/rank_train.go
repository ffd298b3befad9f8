package search

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// Judged is a query's candidates with what each is worth: the gain of
// normalised discounted cumulative gain, 0 when nobody judged it.
type Judged struct {
	Candidates []Candidate
	Gains      []float64
	Weight     float64 // how much the query counts. Default 1
}

func (q *Judged) weight() float64 { return cmp.Or(q.Weight, 1) }

// LinearConfig says how a LinearRanker is trained.
type LinearConfig struct {
	Penalty float64      // of squared distance from Start, a query. Default 0.01
	Rounds  int          // of gradient descent. Default 150
	Start   LinearRanker // what training without data gives. Default zeros
}

func (c LinearConfig) withDefaults() LinearConfig {
	if c.Penalty == 0 {
		c.Penalty = 0.01
	}
	if c.Rounds == 0 {
		c.Rounds = 150
	}
	return c
}

// TrainLinear learns weights from judged queries: logistic loss over pairs of
// candidates, each weighed by what swapping the two would change in the NDCG
// (LambdaRank, Burges et al. 2006), minimised by gradient descent over all
// queries with RMSProp steps. The same input gives the same ranker.
func TrainLinear(ctx context.Context, queries []Judged, config LinearConfig) (LinearRanker, error) {
	c := config.withDefaults()
	if c.Penalty < 0 || c.Rounds < 1 {
		return nil, errors.New("search: LinearConfig: Penalty is below 0 or Rounds below 1")
	}
	start := make(LinearRanker, signalCount)
	copy(start, c.Start)
	w := append(LinearRanker(nil), start...)
	square := make([]float64, signalCount)
	if err := checkJudged(queries); err != nil {
		return nil, err
	}
	gradient := make([]float64, signalCount)
	of := make([][]float64, len(queries))
	best := make([]float64, len(queries)) // gain there is
	total := 0.0
	for i := range queries {
		of[i], best[i] = make([]float64, signalCount), ideal(queries[i].Gains, len(queries[i].Gains))
		total += queries[i].weight()
	}
	var discounts [deepest]float64
	for i := range discounts {
		discounts[i] = discount(i)
	}
	for round := range c.Rounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		parallel(len(queries), func(i int) {
			clear(of[i])
			if best[i] > 0 {
				queries[i].gradient(of[i], w, best[i], &discounts)
			}
		})
		clear(gradient)
		for i := range queries {
			linalg.Axpy64(queries[i].weight()/total, of[i], gradient)
		}
		step := 0.05 * (1 - float64(round)/float64(c.Rounds))
		for i := range w {
			g := gradient[i] + c.Penalty*(w[i]-start[i])
			square[i] = 0.95*square[i] + 0.05*g*g
			w[i] -= step * g / (math.Sqrt(square[i]) + 1e-6)
		}
	}
	return w, nil
}

func checkJudged(queries []Judged) error {
	if len(queries) == 0 {
		return errors.New("search: there are no judged queries to learn from")
	}
	for _, q := range queries {
		if !(q.Weight >= 0) || math.IsInf(q.Weight, 0) {
			return errors.New("search: a query's weight must be 0 or more")
		}
		if len(q.Gains) != len(q.Candidates) {
			return errors.New("search: a judged query needs a gain for each candidate")
		}
		for i, k := range q.Candidates {
			if len(k.Signals) != signalCount {
				return errors.New("search: a candidate needs all signals")
			}
			if !(q.Gains[i] >= 0) || math.IsInf(q.Gains[i], 0) {
				return errors.New("search: a gain must be 0 or more")
			}
		}
	}
	return nil
}

// deepest is how many of a query's candidates, by their current score, take
// part in pairs.
const deepest = 100

// gradient adds the query's part of the loss's gradient.
func (q *Judged) gradient(sum []float64, w LinearRanker, best float64, discounts *[deepest]float64) {
	scores, order := q.ranked(w, deepest)
	push := make([]float64, len(order))
	for a, i := range order {
		for b, j := range order[:a] {
			if q.Gains[i] == q.Gains[j] {
				continue
			}
			better, worse := a, b
			if q.Gains[j] > q.Gains[i] {
				better, worse = b, a
			}
			swap := math.Abs((q.Gains[i] - q.Gains[j]) * (discounts[a] - discounts[b]) / best)
			p := swap / (1 + math.Exp(scores[order[better]]-scores[order[worse]]))
			push[better] -= p
			push[worse] += p
		}
	}
	for a, i := range order {
		for j, s := range q.Candidates[i].Signals {
			sum[j] += push[a] * s
		}
	}
}

// ranked returns the candidates' scores and the order of the best so many.
func (q *Judged) ranked(ranker Ranker, limit int) (scores []float64, order []int) {
	scores, order = make([]float64, len(q.Candidates)), make([]int, len(q.Candidates))
	for i, c := range q.Candidates {
		scores[i], order[i] = ranker.Score(c.Signals), i
	}
	return scores, first(order, limit, func(a, b int) int { return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b)) })
}

// NDCG is the normalised discounted cumulative gain of the first cut
// candidates as a ranker orders them, and 0 when none has a gain.
func (q *Judged) NDCG(ranker Ranker, cut int) float64 {
	best := ideal(q.Gains, cut)
	if best == 0 {
		return 0
	}
	_, order := q.ranked(ranker, cut)
	sum := 0.0
	for at, i := range order {
		sum += q.Gains[i] * discount(at)
	}
	return sum / best
}

// ideal is the most that the first cut places can gain.
func ideal(gains []float64, cut int) float64 {
	sorted := slices.Clone(gains)
	slices.SortFunc(sorted, func(a, b float64) int { return cmp.Compare(b, a) })
	sum := 0.0
	for i, g := range sorted[:min(cut, len(sorted))] {
		sum += g * discount(i)
	}
	return sum
}

func discount(rank int) float64 { return 1 / math.Log2(float64(rank+2)) }
