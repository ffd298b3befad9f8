package search

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// CategoryShare is a category with how likely a query is about it.
type CategoryShare struct {
	Category string  // its path, as CategoryPath makes it
	Share    float64 // from 0 to 1
}

const (
	predictedFrom       = 50   // documents at the top
	predictedCategories = 5    // at most
	predictedShare      = 0.05 // at least
)

// Predict tells which categories a query is about, the likeliest first, five
// at most.
func (e *Engine) Predict(ctx context.Context, q Query) ([]CategoryShare, error) {
	q.Sort, q.Facets, q.Highlight, q.After, q.Limit = nil, nil, false, "", 1
	r, err := e.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	return r.Categories, nil
}

// predicted adds up, by category, the chances of the best documents to be the
// one that is wanted: by their scores, as Plackett and Luce have it, which is
// the model that rankers are trained by. A document in several categories is
// shared among them. nil without ranking or categories.
func (e *Engine) predicted(p *prepared, list []scored) []CategoryShare {
	if p.Mode != Ranked {
		return nil
	}
	shares := map[uint32]float64{}
	var total float64
	for _, s := range list[:min(predictedFrom, len(list))] {
		if s.signals == nil { // from here on only words were looked at
			break
		}
		chance := math.Exp(s.score - list[0].score)
		for _, path := range s.entry.leaves {
			shares[path] += chance / float64(len(s.entry.leaves))
		}
		if len(s.entry.leaves) > 0 {
			total += chance
		}
	}
	var out []CategoryShare
	for path, share := range shares {
		if share /= total; share >= predictedShare {
			out = append(out, CategoryShare{e.corpus.paths.text[path], share})
		}
	}
	slices.SortFunc(out, func(a, b CategoryShare) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Category, b.Category))
	})
	return out[:min(predictedCategories, len(out))]
}
