package connect

import (
	"context"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/recommend"
)

const recommendRulesKey = "recommend.rules"

// RecommendRules are the rules of recommendations in force, and their version.
type RecommendRules struct {
	Rules   []recommend.Rules `json:"rules"`
	Version int64             `json:"version"`
}

// Rules returns the rules of recommendations. Needs PermMerchRead.
func (r *Recommend) Rules(ctx context.Context) (RecommendRules, error) {
	if err := core.Require(ctx, core.PermMerchRead); err != nil {
		return RecommendRules{}, err
	}
	rules, version, err := settingOf[recommend.Rules](ctx, r.search(), recommendRulesKey)
	return RecommendRules{rules, version}, err
}

// SetRules puts rules in place of those of a version, or with version 0 of
// whatever is there; every process takes them within a second. They hold beside
// those of the configuration. Needs PermMerchWrite. Errors: KindInvalid,
// *core.StaleError.
func (r *Recommend) SetRules(ctx context.Context, rules []recommend.Rules, seen int64) (RecommendRules, error) {
	if err := recommend.CheckRules(rules); err != nil {
		return RecommendRules{}, core.Invalid("rules", "%s", err)
	}
	version, err := r.search().set(ctx, recommendRulesKey, rules, seen)
	return RecommendRules{rules, version}, err
}

// steer gives the engine the rules there are.
func (r *Recommend) steer(ctx context.Context) error {
	rules, _, err := settingOf[recommend.Rules](ctx, r.search(), recommendRulesKey)
	if err != nil {
		return err
	}
	return r.engine.SetRules(slices.Concat(r.cfg.Engine.Rules, rules))
}
