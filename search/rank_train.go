package search

import (
	"context"
	"errors"
	"math"
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
	Rounds  int          // of gradient descent. Default 300
	Start   LinearRanker // what training without data gives. Default zeros
}

func (c LinearConfig) withDefaults() LinearConfig {
	if c.Penalty == 0 {
		c.Penalty = 0.01
	}
	if c.Rounds == 0 {
		c.Rounds = 300
	}
	return c
}

// TrainLinear learns weights from judged queries: the cross entropy between each
// candidate's share of the gains and the softmax of the scores (ListNet, Cao
// et al. 2007), minimised by gradient descent over all queries with RMSProp
// steps. The same input gives the same ranker.
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

// gradient adds the query's part of the loss's gradient.
func (q *Judged) gradient(sum []float64, w LinearRanker) {
	var all float64
	for _, g := range q.Gains {
		all += g
	}
	if all == 0 {
		return
	}
	p := make([]float64, len(q.Gains))
	top := math.Inf(-1)
	for i, c := range q.Candidates {
		for j, s := range c.Signals {
			p[i] += w[j] * s
		}
		top = max(top, p[i])
	}
	var mass float64
	for i := range p {
		p[i] = math.Exp(p[i] - top)
		mass += p[i]
	}
	for i, c := range q.Candidates {
		d := p[i]/mass - q.Gains[i]/all
		for j, s := range c.Signals {
			sum[j] += d * s
		}
	}
}
