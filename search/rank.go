package search

import (
	"cmp"
	"slices"
)

// Ranker orders the candidates of a query by their signals. Implementations
// are safe for concurrent use.
type Ranker interface {
	// Contributions fills parts with what each signal adds to the score, which
	// is their sum.
	Contributions(parts, signals []float64)
}

// LinearRanker scores by a weight for each signal, in the order of Signals;
// missing ones are 0.
type LinearRanker []float64

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
	w[signalFused] = 0.85
	w[signalKeyword] = 0.27
	w[signalVector] = 1.30
	w[signalFeedbackVector] = 1.43
	w[signalFeedbackWords] = 1.02
	w[signalCategory] = 0.75
	w[signalLeaf] = 0.68
	w[signalTitleWords] = 0.05
	w[signalAllWords] = 0.42
	w[signalTitleAll] = 0.32
	w[signalPairs] = -0.18
	w[signalHead] = 0.42
	w[signalStart] = 0.14
	w[signalBrief] = 0.47
	w[signalBrand] = 1.02
	w[signalColor] = 0.45
	w[signalNumbers] = 0.38
	w[signalRatings] = 0.59
	w[signalRating] = -0.15
	w[signalPopularity] = 0.59
	w[signalAvailable] = 0.5
	return w
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
