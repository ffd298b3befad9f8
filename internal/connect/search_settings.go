package connect

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/search"
)

// The settings that steer search.
const (
	rulesKey    = "search.rules"
	synonymsKey = "search.synonyms"
)

// SearchRules are the rules in force, and their version.
type SearchRules struct {
	Rules   []search.Rule `json:"rules"`
	Version int64         `json:"version"`
}

// SearchSynonyms are the synonyms in force, and their version.
type SearchSynonyms struct {
	Synonyms []search.Synonym `json:"synonyms"`
	Version  int64            `json:"version"`
}

// Rules returns the merchandising rules. Needs PermMerchRead.
func (s *Search) Rules(ctx context.Context) (SearchRules, error) {
	if err := core.Require(ctx, core.PermMerchRead); err != nil {
		return SearchRules{}, err
	}
	rules, version, err := settingOf[search.Rule](ctx, s, rulesKey)
	return SearchRules{rules, version}, err
}

// SetRules puts rules in place of those of a version, or with version 0 of
// whatever is there; every process takes them within a second. Needs
// PermMerchWrite. Errors: KindInvalid, *core.StaleError.
func (s *Search) SetRules(ctx context.Context, rules []search.Rule, seen int64) (SearchRules, error) {
	if err := search.CheckRules(rules); err != nil {
		return SearchRules{}, asInvalid(err)
	}
	version, err := s.set(ctx, rulesKey, rules, seen)
	return SearchRules{rules, version}, err
}

// Synonyms returns the synonyms. Needs PermMerchRead.
func (s *Search) Synonyms(ctx context.Context) (SearchSynonyms, error) {
	if err := core.Require(ctx, core.PermMerchRead); err != nil {
		return SearchSynonyms{}, err
	}
	all, version, err := settingOf[search.Synonym](ctx, s, synonymsKey)
	return SearchSynonyms{all, version}, err
}

// SetSynonyms puts synonyms in place of those of a version, as SetRules does
// rules.
func (s *Search) SetSynonyms(ctx context.Context, all []search.Synonym, seen int64) (SearchSynonyms, error) {
	if err := search.CheckSynonyms(all); err != nil {
		return SearchSynonyms{}, asInvalid(err)
	}
	version, err := s.set(ctx, synonymsKey, all, seen)
	return SearchSynonyms{all, version}, err
}

func settingOf[T any](ctx context.Context, s *Search, key string) (all []T, version int64, err error) {
	err = s.db.View(ctx, func(tx SearchTx) (err error) {
		all = nil
		version, err = setting.Get(ctx, tx.Settings(), key, &all)
		return err
	})
	if all == nil {
		all = []T{}
	}
	return all, version, err
}

func (s *Search) set(ctx context.Context, key string, value any, seen int64) (version int64, err error) {
	if err := core.Require(ctx, core.PermMerchWrite); err != nil {
		return 0, err
	}
	if seen == 0 {
		seen = setting.Any
	}
	err = s.db.Update(ctx, func(tx SearchTx) (err error) {
		now := s.cfg.Clock.Now()
		if version, err = setting.Put(ctx, tx.Settings(), key, value, seen, now); err != nil {
			return err
		}
		e, err := core.NewEvent(ctx, nil, now, eventSettings, "search", struct{}{})
		if err != nil {
			return err
		}
		return tx.Events().Append(ctx, e)
	})
	return version, err
}

// suggestedFrom is how long ago searches count for suggestions.
const suggestedFrom = 90 * 24 * time.Hour

// steer gives the engines the rules, synonyms, ranker and popular queries there are.
func (s *Search) steer(ctx context.Context, st *searchState) error {
	rules, _, err := settingOf[search.Rule](ctx, s, rulesKey)
	if err != nil {
		return err
	}
	synonyms, _, err := settingOf[search.Synonym](ctx, s, synonymsKey)
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
	if err := s.rankBy(ctx, st); err != nil {
		return err
	}
	for _, e := range st.engines {
		if err := e.SetRules(rules); err != nil {
			return err
		}
		if err := e.SetSynonyms(synonyms); err != nil {
			return err
		}
		e.SetQueries(popular)
	}
	return nil
}
