package httpapi

import (
	"context"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/connect"
	"github.com/bodega-commerce/bodega/search"
)

func (a *api) adminSearch() {
	handle(a, route{method: http.MethodGet, path: "/admin/search/status", perm: core.PermMerchRead, tag: tagDiscovery, summary: "Show how far the search index is",
		description: "Of the process that answers; each has its own index."},
		func(_ context.Context, s Services, _ *struct{}) (*body[connect.SearchProgress], error) {
			return ok(s.Search.Progress()), nil
		})
	handle(a, route{method: http.MethodPost, path: "/admin/search/rebuild", perm: core.PermMerchWrite, tag: tagDiscovery, status: http.StatusAccepted, summary: "Index all products anew",
		description: "Searches are answered by the index there is until the new one takes its place. See its progress at /admin/search/status."},
		func(ctx context.Context, s Services, _ *struct{}) (*none, error) { return nil, s.Search.Rebuild(ctx) })
	handle(a, route{method: http.MethodPost, path: "/admin/search/train", perm: core.PermMerchWrite, tag: tagDiscovery, status: http.StatusAccepted, summary: "Learn the ranking of search from clicks",
		description: "From the searches of the last 90 days that led to clicks, carts or purchases, of which there must be 500. What is learned serves only if it does better than the ranking " +
			"there is on the newest fifth of them. See its progress and what came of it at /admin/search/status."},
		func(ctx context.Context, s Services, _ *struct{}) (*none, error) { return nil, s.Search.Train(ctx) })
	handle(a, route{method: http.MethodPost, path: "/admin/search/rollback", perm: core.PermMerchWrite, tag: tagDiscovery, ownKeys: true, summary: "Rank as before the ranking that serves was learned",
		description: "The ranking that serves is discarded. Before the first that was learned there is the one of the shop's configuration."},
		func(ctx context.Context, s Services, _ *struct{}) (*body[connect.RankingProgress], error) {
			return shown(s.Search.Rollback(ctx))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/search/rules", perm: core.PermMerchRead, tag: tagDiscovery, summary: "List the rules of search",
		description: "Rules pin, boost, bury and hide products and redirect queries, whatever ranking says."},
		func(ctx context.Context, s Services, _ *struct{}) (*body[connect.SearchRules], error) {
			r, err := s.Search.Rules(ctx)
			return shownAt(r, r.Version, err)
		})
	handle(a, route{method: http.MethodPut, path: "/admin/search/rules", perm: core.PermMerchWrite, tag: tagDiscovery, summary: "Replace the rules of search"},
		func(ctx context.Context, s Services, in *struct {
			VersionHeader
			Body struct {
				Rules []search.Rule `json:"rules"`
			}
		}) (*body[connect.SearchRules], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			r, err := s.Search.SetRules(ctx, in.Body.Rules, seen)
			return shownAt(r, r.Version, err)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/search/synonyms", perm: core.PermMerchRead, tag: tagDiscovery, summary: "List the synonyms of search",
		description: "`words` stand for each other; with `means`, they are searched as those, too, and not the other way round."},
		func(ctx context.Context, s Services, _ *struct{}) (*body[connect.SearchSynonyms], error) {
			r, err := s.Search.Synonyms(ctx)
			return shownAt(r, r.Version, err)
		})
	handle(a, route{method: http.MethodPut, path: "/admin/search/synonyms", perm: core.PermMerchWrite, tag: tagDiscovery, summary: "Replace the synonyms of search"},
		func(ctx context.Context, s Services, in *struct {
			VersionHeader
			Body struct {
				Synonyms []search.Synonym `json:"synonyms"`
			}
		}) (*body[connect.SearchSynonyms], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			r, err := s.Search.SetSynonyms(ctx, in.Body.Synonyms, seen)
			return shownAt(r, r.Version, err)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/search/synonyms/proposals", perm: core.PermMerchRead, tag: tagDiscovery, summary: "Propose synonyms",
		description: "Words that stand among the same others in titles, abbreviations, and what shoppers searched for next when they had clicked nothing. Put those that fit among the synonyms."},
		func(ctx context.Context, s Services, in *struct {
			Locale string `query:"locale" doc:"Default: the shop's first"`
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
		}) (*body[synonymProposals], error) {
			p, err := s.Search.Proposals(ctx, in.Locale, in.Limit)
			if err != nil {
				return nil, err
			}
			return ok(synonymProposals{p}), nil
		})
}

type synonymProposals struct {
	Proposals []search.Proposal `json:"proposals"`
}
