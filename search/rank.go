package search

import (
	"cmp"
	"slices"
)

// Ranker orders the candidates of a query by their signals. Implementations
// are safe for concurrent use.
type Ranker interface {
	// Score says how well a candidate answers: more is better.
	Score(signals []float64) float64
	// Contributions fills parts with what each signal adds to the score. Their
	// sum is the score, but for what is the same for all candidates.
	Contributions(parts, signals []float64)
}

// LinearRanker scores by a weight for each signal, in the order of Signals;
// missing ones are 0.
type LinearRanker []float64

// Score is the sum of the signals times their weights.
func (l LinearRanker) Score(signals []float64) float64 {
	sum := 0.0
	for i, w := range l[:min(len(l), len(signals))] {
		sum += w * signals[i]
	}
	return sum
}

// Contributions fills parts with each signal times its weight.
func (l LinearRanker) Contributions(parts, signals []float64) {
	for i, s := range signals {
		parts[i] = 0
		if i < len(l) {
			parts[i] = s * l[i]
		}
	}
}

// DefaultRanker returns the ranker of an engine without a trained one. Its
// weights were learned by TrainLinear from 75 judged queries of a general
// store; those of popularity and availability, which that store does not
// know, are chosen: as for ratings, and enough to move what cannot be bought
// down among equals.
func DefaultRanker() LinearRanker {
	w := make(LinearRanker, signalCount)
	w[signalFused] = 0.89
	w[signalKeyword] = 0.51
	w[signalVector] = 1.22
	w[signalFeedbackVector] = 1.43
	w[signalFeedbackWords] = 1.02
	w[signalCategory] = 0.90
	w[signalLeaf] = 0.72
	w[signalTitleWords] = 0.33
	w[signalAllWords] = 0.69
	w[signalTitleAll] = 0.24
	w[signalPairs] = -0.31
	w[signalHead] = 0.45
	w[signalStart] = 0.44
	w[signalBrief] = 0.09
	w[signalBrand] = 0.85
	w[signalColor] = 0.39
	w[signalNumbers] = 0.22
	w[signalRatings] = 0.59
	w[signalRating] = -0.06
	w[signalPopularity] = 0.59
	w[signalAvailable] = 0.50
	w[signalUnwanted] = 0.95
	return w
}

// SetRanker orders by a ranker from now on; nil is that of Config.
func (e *Engine) SetRanker(r Ranker) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r == nil {
		r = e.config.Ranker
	}
	e.ranker = r
}

// Ranker returns the ranker in force.
func (e *Engine) Ranker() Ranker {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.ranker
}

const maxReasons = 5

// reasons returns the strongest of what ranking and others added.
func reasons(parts []float64, others []Reason) []Reason {
	found := slices.Clone(others)
	for i, p := range parts {
		if p > 0 {
			found = append(found, Reason{signalNames[i], p})
		}
	}
	slices.SortStableFunc(found, func(a, b Reason) int { return cmp.Compare(b.Weight, a.Weight) })
	return found[:min(maxReasons, len(found))]
}
