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

// DefaultRanker returns the ranker of an engine without a trained one.
func DefaultRanker() LinearRanker {
	w := make(LinearRanker, signalCount)
	w[signalFused] = 1
	return w
}

func (e *Engine) rank(candidates []Candidate, limit int) []Hit {
	hits := make([]Hit, len(candidates))
	parts := make([]float64, signalCount)
	for i, c := range candidates {
		e.config.Ranker.Contributions(parts, c.Signals)
		hits[i].ID = c.ID
		for _, p := range parts {
			hits[i].Score += p
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	hits = hits[:min(limit, len(hits))]
	signals := make(map[string][]float64, len(candidates))
	for _, c := range candidates {
		signals[c.ID] = c.Signals
	}
	for i := range hits {
		e.config.Ranker.Contributions(parts, signals[hits[i].ID])
		hits[i].Reasons = reasons(parts)
	}
	return hits
}

const maxReasons = 5

func reasons(parts []float64) []Reason {
	var found []Reason
	for i, p := range parts {
		if p > 0 {
			found = append(found, Reason{signalNames[i], p})
		}
	}
	slices.SortStableFunc(found, func(a, b Reason) int { return cmp.Compare(b.Weight, a.Weight) })
	return found[:min(maxReasons, len(found))]
}
