package search

import (
	"context"
	"slices"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// SimilarQuery asks for documents like others.
type SimilarQuery struct {
	IDs     []string // what to be like: one, or several together
	Filters []Filter // all hold
	Limit   int      // Default 12
}

// Similar returns the documents most like those of the query, without them, by
// vectors, words and categories; ids that are not there are ignored.
func (e *Engine) Similar(ctx context.Context, q SimilarQuery) ([]Hit, error) {
	if q.Limit == 0 {
		q.Limit = 12
	}
	check := Query{Filters: q.Filters, Limit: q.Limit}
	if err := check.validate(); err != nil {
		return nil, err
	}
	if len(q.IDs) > MaxValues {
		return nil, &QueryError{"names too many documents"}
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	var allowed bitset // nil: everything
	if len(q.Filters) > 0 {
		allowed = e.corpus.selected(q.Filters)
	}
	var sources []*entry
	own := make(map[string]bool, len(q.IDs))
	for _, id := range q.IDs {
		if o, ok := e.corpus.ordinals[id]; ok {
			sources = append(sources, e.corpus.entries[o])
			own[id] = true
		}
	}
	if len(sources) == 0 {
		return nil, nil
	}
	list := make([]*candidate, len(sources))
	for i, s := range sources {
		list[i] = &candidate{entry: s, fused: 1}
	}
	r := &reading{corpus: e.corpus}
	r.feedbackWords(list)
	var words []queryWord
	for _, w := range r.expanded {
		words = append(words, queryWord{w.word, w.weight})
	}
	near := map[string]float64{}
	depth := max(e.config.Depth, q.Limit)
	others := func(found []Match) []Match { // the first of them but the sources
		found = slices.DeleteFunc(found, func(m Match) bool { return own[m.ID] })
		return found[:min(depth, len(found))]
	}
	if e.vectors != nil {
		middle, err := e.middle(ctx, q.IDs)
		if err != nil {
			return nil, err
		}
		if middle != nil {
			found, err := e.nearest(ctx, middle, &prepared{Query: check, allowed: allowed}, depth+len(own))
			if err != nil {
				return nil, err
			}
			for _, m := range others(found) {
				near[m.ID] = m.Score
			}
		}
	}
	for _, m := range others(e.found(words, allowed, depth+len(own))) {
		if _, ok := near[m.ID]; !ok {
			near[m.ID] = 0
		}
	}
	found := make([]scored, 0, len(near))
	for id, cosine := range near {
		s := scored{entry: e.corpus.entries[e.corpus.ordinals[id]]}
		likeness := [...]Reason{{"vector", cosine}, {"words", r.resemblance(s.entry)}, {"category", r.shared(s.entry)}, {"popularity", standing(s.entry) / 5}}
		for _, x := range likeness {
			s.score += x.Weight
			if x.Weight > 0 {
				s.boosts = append(s.boosts, x)
			}
		}
		found = append(found, s)
	}
	slices.SortFunc(found, byScore)
	hits := make([]Hit, min(q.Limit, len(found)))
	for i := range hits {
		hits[i] = Hit{ID: found[i].entry.id, Score: found[i].score, Reasons: reasons(nil, found[i].boosts)}
	}
	return hits, nil
}

// shared is the share of the sources' categories that a document is in.
func (r *reading) shared(e *entry) float64 {
	var sum float64
	for _, path := range e.leaves {
		sum = max(sum, r.category[path])
	}
	return sum
}

// middle returns the direction between the vectors of some documents.
func (e *Engine) middle(ctx context.Context, ids []string) ([]float32, error) {
	vectors, err := e.vectors.Get(ctx, slices.Clone(ids))
	if err != nil || len(vectors) == 0 {
		return nil, err
	}
	sum := make([]float32, len(vectors[0].Values))
	for _, v := range vectors {
		if len(v.Values) == len(sum) {
			linalg.Axpy(1, v.Values, sum)
		}
	}
	return unit(sum), nil
}
