package searcheval

import (
	"cmp"
	"context"
	"slices"

	"github.com/bodega-commerce/bodega/search"
)

// Judge returns each query's candidates with their gains, to train rankers on.
func Judge(ctx context.Context, engine *search.Engine, queries []Query) ([]search.Judged, error) {
	judged := make([]search.Judged, len(queries))
	for i := range queries {
		candidates, err := engine.Candidates(ctx, search.Query{Text: queries[i].Text, Locale: "en"})
		if err != nil {
			return nil, err
		}
		gains := make([]float64, len(candidates))
		for j, c := range candidates {
			gains[j] = queries[i].Gains[c.ID]
		}
		judged[i] = search.Judged{Candidates: candidates, Gains: gains}
	}
	return judged, nil
}

// Trainer learns a ranker.
type Trainer func(context.Context, []search.Judged) (search.Ranker, error)

// Linear trains weights.
func Linear(config search.LinearConfig) Trainer {
	return func(ctx context.Context, judged []search.Judged) (search.Ranker, error) {
		return search.TrainLinear(ctx, judged, config)
	}
}

// Trees trains weights, and trees that correct them.
func Trees(config search.TreeConfig) Trainer {
	return func(ctx context.Context, judged []search.Judged) (search.Ranker, error) {
		return search.TrainTrees(ctx, judged, config)
	}
}

// CrossValidate returns the scores of each query under a ranker that was
// trained without it and the others of its fold: query i is in fold
// i modulo folds.
func CrossValidate(ctx context.Context, queries []Query, judged []search.Judged, folds int, trainer Trainer) ([]Scores, error) {
	each := make([]Scores, len(queries))
	for fold := range folds {
		var train []search.Judged
		for i := range judged {
			if i%folds != fold {
				train = append(train, judged[i])
			}
		}
		ranker, err := trainer(ctx, train)
		if err != nil {
			return nil, err
		}
		for i := fold; i < len(queries); i += folds {
			each[i] = queries[i].Score(order(ranker, judged[i].Candidates))
		}
	}
	return each, nil
}

// order returns the candidates' ids, the best first.
func order(ranker search.Ranker, candidates []search.Candidate) []string {
	type scored struct {
		id    string
		score float64
	}
	all := make([]scored, len(candidates))
	for i, c := range candidates {
		all[i] = scored{c.ID, ranker.Score(c.Signals)}
	}
	slices.SortFunc(all, func(a, b scored) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id)) })
	ids := make([]string, len(all))
	for i, s := range all {
		ids[i] = s.id
	}
	return ids
}
