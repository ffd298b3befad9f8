package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/core"
)

const tagDiscovery = "admin: search and recommendations"

// Span is embedded by inputs of reports over a time.
type Span struct {
	From time.Time `query:"from" doc:"Default: all that is kept"`
	To   time.Time `query:"to" doc:"Exclusive. Default: now"`
}

func (a *api) adminAnalytics() {
	handle(a, route{method: http.MethodGet, path: "/admin/search/queries", perm: core.PermAnalyticsRead, tag: tagDiscovery, summary: "Report on what is searched for",
		description: "Per query: how often, how often nothing was found, how often something was clicked, and the mean reciprocal rank of the first click."},
		func(ctx context.Context, s Services, in *struct {
			Span
			Order analytics.QueryOrder `query:"order" enum:"searches,empty" default:"searches" doc:"The most frequent first, or those that most often found nothing"`
			Limit int                  `query:"limit" minimum:"1" maximum:"1000" default:"50"`
		}) (*body[list[analytics.QueryReport]], error) {
			return listed(s.Analytics.Queries(ctx, analytics.QueryReportParams{From: in.From, To: in.To, Order: in.Order, Limit: in.Limit}))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/placements", perm: core.PermAnalyticsRead, tag: tagDiscovery, summary: "Report on what came of searches and recommendations",
		description: "Per placement, bucket of an experiment and version of the model: answers, clicks, and what was bought within a week after a click."},
		func(ctx context.Context, s Services, in *Span) (*body[list[analytics.PlacementReport]], error) {
			return listed(s.Analytics.Placements(ctx, in.From, in.To))
		})
}
