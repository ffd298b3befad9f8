package search

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
)

// Judged is a query's candidates with what each is worth: the gain of
// normalised discounted cumulative gain, 0 when nobody judged it.
type Judged struct {
	Candidates []Candidate
	Gains      []float64
}

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
	used := 0
	for _, q := range queries {
		if len(q.Gains) != len(q.Candidates) {
			return nil, errors.New("search: a judged query needs a gain for each candidate")
		}
		for _, k := range q.Candidates {
			if len(k.Signals) != signalCount {
				return nil, errors.New("search: a candidate needs all signals")
			}
		}
		used++
	}
	if used == 0 {
		return nil, errors.New("search: there are no judged queries to learn from")
	}
	gradient := make([]float64, signalCount)
	for round := range c.Rounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		clear(gradient)
		for i := range queries {
			queries[i].gradient(gradient, w)
		}
		step := 0.05 * (1 - float64(round)/float64(c.Rounds))
		for i := range w {
			g := gradient[i]/float64(used) + c.Penalty*(w[i]-start[i])
			square[i] = 0.95*square[i] + 0.05*g*g
			w[i] -= step * g / (math.Sqrt(square[i]) + 1e-6)
		}
	}
	return w, nil
}

// deepest is how many of a query's candidates, by their current score, take
// part in pairs.
const deepest = 100

// gradient adds the query's part of the loss's gradient.
func (q *Judged) gradient(sum []float64, w LinearRanker) {
	ideal := slices.Clone(q.Gains)
	slices.SortFunc(ideal, func(a, b float64) int { return cmp.Compare(b, a) })
	var best float64
	for i, g := range ideal {
		best += g * discount(i)
	}
	if best == 0 {
		return
	}
	scores := make([]float64, len(q.Gains))
	order := make([]int, len(q.Gains))
	for i, c := range q.Candidates {
		order[i] = i
		for j, s := range c.Signals {
			scores[i] += w[j] * s
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	order = order[:min(deepest, len(order))]
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
			swap := math.Abs((q.Gains[i] - q.Gains[j]) * (discount(a) - discount(b)) / best)
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

func discount(rank int) float64 { return 1 / math.Log2(float64(rank+2)) }
