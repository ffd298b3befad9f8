package connect

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/search"
)

const rulesKey = "search.rules"

// SearchRules are the rules in force, and their version.
type SearchRules struct {
	Rules   []search.Rule `json:"rules"`
	Version int64         `json:"version"`
}

// Rules returns the merchandising rules. Needs PermMerchRead.
func (s *Search) Rules(ctx context.Context) (SearchRules, error) {
	if err := core.Require(ctx, core.PermMerchRead); err != nil {
		return SearchRules{}, err
	}
	return s.rules(ctx)
}

func (s *Search) rules(ctx context.Context) (r SearchRules, err error) {
	err = s.db.View(ctx, func(tx SearchTx) error {
		r = SearchRules{}
		r.Version, err = setting.Get(ctx, tx.Settings(), rulesKey, &r.Rules)
		return err
	})
	if r.Rules == nil {
		r.Rules = []search.Rule{}
	}
	return r, err
}

// SetRules puts rules in place of those of a version, or with version 0 of
// whatever is there; every process takes them
// within a second. Needs PermMerchWrite. Errors: KindInvalid, *core.StaleError.
func (s *Search) SetRules(ctx context.Context, rules []search.Rule, seen int64) (SearchRules, error) {
	if err := core.Require(ctx, core.PermMerchWrite); err != nil {
		return SearchRules{}, err
	}
	if err := search.CheckRules(rules); err != nil {
		return SearchRules{}, asInvalid(err)
	}
	if seen == 0 {
		seen = setting.Any
	}
	var version int64
	err := s.db.Update(ctx, func(tx SearchTx) (err error) {
		now := s.cfg.Clock.Now()
		if version, err = setting.Put(ctx, tx.Settings(), rulesKey, rules, seen, now); err != nil {
			return err
		}
		e, err := core.NewEvent(ctx, nil, now, eventSettings, "search", struct{}{})
		if err != nil {
			return err
		}
		return tx.Events().Append(ctx, e)
	})
	return SearchRules{rules, version}, err
}

// suggestedFrom is how long ago searches count for suggestions.
const suggestedFrom = 90 * 24 * time.Hour

// steer gives the engines the rules and the popular queries there are.
func (s *Search) steer(ctx context.Context, st *searchState) error {
	rules, err := s.rules(ctx)
	if err != nil {
		return err
	}
	var reports []analytics.QueryReport
	now := s.cfg.Clock.Now()
	if err := s.db.View(ctx, func(tx SearchTx) (err error) {
		reports, err = tx.Analytics().Queries(ctx, now.Add(-suggestedFrom), now.Add(time.Second), analytics.ByCount, search.MaxQueries)
		return err
	}); err != nil {
		return err
	}
	var popular []search.PopularQuery
	for _, r := range reports {
		if r.Searches > r.Empty { // nobody is led to an empty page
			popular = append(popular, search.PopularQuery{Text: r.Query, Count: int(r.Searches - r.Empty)})
		}
	}
	for _, e := range st.engines {
		if err := e.SetRules(rules.Rules); err != nil {
			return err
		}
		e.SetQueries(popular)
	}
	return nil
}
