package search

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Reranker judges documents by reading them beside the query, as a
// cross-encoder does. Implementations are safe for concurrent use.
type Reranker interface {
	// Scores returns what each document is worth to the query, the more the
	// better, on any scale.
	Scores(ctx context.Context, query string, docs []Document) ([]float64, error)
}

// reranked is the list after rerank, without what was deleted meanwhile. Its
// caller holds the lock, which is given up as long as the reranker is asked: it
// may ask the network.
func (e *Engine) reranked(ctx context.Context, p *prepared, list []scored) ([]scored, error) {
	var err error
	func() {
		e.mu.RUnlock()
		defer e.mu.RLock()
		err = e.rerank(ctx, p, list)
	}()
	return slices.DeleteFunc(list, func(s scored) bool {
		at, ok := e.corpus.entry(s.entry.id)
		return !ok || at != s.entry
	}), err
}

// rerank puts the first of a ranked list in the order of the reranker, with
// boosts and personal taste on top; the rest stays behind. Where it cannot be
// asked the list stays as it is. No lock is held meanwhile: it may ask the
// network.
func (e *Engine) rerank(ctx context.Context, p *prepared, list []scored) error {
	n := min(e.config.RerankDepth, len(list))
	ids := make([]string, n)
	for i, s := range list[:n] {
		ids[i] = s.entry.id
	}
	scores, err := e.rescored(ctx, p.Text, ids)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.degraded = "not reranked: " + err.Error() // the shop still sells
		return nil
	}
	var sum, squares float64
	for _, x := range scores {
		sum += x / float64(n)
	}
	for _, x := range scores {
		squares += (x - sum) * (x - sum) / float64(n)
	}
	spread := max(math.Sqrt(squares), 1e-9)
	floor := math.Inf(-1)
	if n < len(list) {
		floor = list[n].score
	}
	lowest := math.Inf(1)
	for i := range list[:n] {
		s := &list[i]
		s.score = (scores[i] - sum) / spread // boosts are on the scale of the ranker, about that of deviations
		s.reranked = s.score
		for _, b := range s.boosts {
			s.score += b.Weight
		}
		lowest = min(lowest, s.score)
	}
	if lowest <= floor {
		for i := range list[:n] { // scores go on falling
			list[i].score += floor - lowest + 1
		}
	}
	slices.SortFunc(list[:n], byScore)
	return nil
}

// rescored asks the reranker about the documents; one that is gone, or has no
// number, is worth the least.
func (e *Engine) rescored(ctx context.Context, query string, ids []string) ([]float64, error) {
	docs, err := e.config.Texts(ctx, ids)
	if err != nil {
		return nil, err
	}
	found, err := e.config.Reranker.Scores(ctx, query, docs)
	if err != nil {
		return nil, err
	}
	if len(found) != len(docs) {
		return nil, fmt.Errorf("search: the reranker scored %d of %d documents", len(found), len(docs))
	}
	least := math.Inf(1)
	byID := make(map[string]float64, len(docs))
	for i, d := range docs {
		if !math.IsNaN(found[i]) && !math.IsInf(found[i], 0) {
			byID[d.ID] = found[i]
			least = min(least, found[i])
		}
	}
	if len(byID) == 0 {
		return make([]float64, len(ids)), nil
	}
	scores := make([]float64, len(ids))
	for i, id := range ids {
		x, ok := byID[id]
		if !ok {
			x = least
		}
		scores[i] = x
	}
	return scores, nil
}
