package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/connect"
	"github.com/bodega-commerce/bodega/recommend"
)

// recommendView is what is recommended.
type recommendView struct {
	Answer    core.EventID      `json:"answer_id,omitempty" doc:"To be sent with what the shopper does next; see POST /events"`
	Placement string            `json:"placement"`
	Items     []recommendedView `json:"items"`
	Model     string            `json:"model_version,omitempty" doc:"Empty before the first training"`
	Bucket    string            `json:"bucket,omitempty" doc:"Of an experiment"`
}

type recommendedView struct {
	Product json.RawMessage  `json:"product" doc:"As in lists of products"`
	Score   float64          `json:"score"`
	Reason  recommend.Reason `json:"reason" enum:"for you,because of,shares with,bought with,popular,buy again,pinned,new to try"`
	Because []string         `json:"because_of,omitempty" doc:"IDs of the products it is shown for"`
	Sources []sourceView     `json:"sources,omitempty" doc:"The models that spoke for it, the strongest first"`
}

type sourceView struct {
	Model  string  `json:"model"`
	Weight float64 `json:"weight"`
}

func (a *api) storeRecommend() {
	handle(a, route{method: http.MethodGet, path: "/recommendations/{placement}", perm: core.PermPublic, tag: tagDiscover, summary: "Recommend products",
		description: "`home`: for this shopper; `similar` and `goes-with`: to the product in `items`; `cart`: to those in the cart; `popular`: with everybody; `rebuy`: bought before and due again. " +
			"The shopper is the signed-in customer, else the session."},
		func(ctx context.Context, s Services, in *struct {
			Market
			Placement recommend.Placement `path:"placement" enum:"home,similar,goes-with,cart,popular,rebuy"`
			Items     []string            `query:"items" maxItems:"100" doc:"IDs of the products on the page or in the cart"`
			Exclude   []string            `query:"exclude" maxItems:"200" doc:"IDs of products not to show"`
			Category  string              `query:"category" maxLength:"500" doc:"Title of a category to keep to"`
			Limit     int                 `query:"limit" minimum:"1" maximum:"100" default:"12"`
			Session   string              `query:"session" maxLength:"100" doc:"Names the visitor; see POST /events"`
		}) (*body[*recommendView], error) {
			p, err := in.find(ctx, s)
			if err != nil {
				return nil, err
			}
			user := string(core.ActorFrom(ctx).Customer)
			if user == "" {
				user = in.Session
			}
			found, err := s.Recommend.Answer(ctx, connect.RecommendRequest{Placement: in.Placement, Channel: p.channel.ID, Currency: p.currency, Locale: p.locale, Session: in.Session,
				Request: recommend.Request{User: user, Items: in.Items, Exclude: in.Exclude, Limit: in.Limit, Context: recommend.Context{Category: in.Category}}})
			if err != nil {
				return nil, err
			}
			out := &recommendView{Answer: found.ID, Placement: string(in.Placement), Items: []recommendedView{}, Model: found.ModelVersion, Bucket: found.Bucket}
			for _, x := range found.Items {
				card := found.Products[x.ID]
				raw, err := a.cards.one(ctx, &card, p.locale)
				if err != nil {
					return nil, err
				}
				v := recommendedView{Product: raw, Score: x.Score, Reason: x.Explanation.Kind, Because: x.Explanation.BecauseOf}
				for _, c := range x.Sources {
					v.Sources = append(v.Sources, sourceView{c.Model, c.Weight})
				}
				out.Items = append(out.Items, v)
			}
			return ok(out), nil
		})
}

func (a *api) adminRecommend() {
	handle(a, route{method: http.MethodGet, path: "/admin/recommendations/models", perm: core.PermMerchRead, tag: tagDiscovery, summary: "List the models of recommendations",
		description: "With the data, parameters and figures of the one that serves, in the process that answers."},
		func(ctx context.Context, s Services, _ *struct{}) (*body[connect.Models], error) {
			return shown(s.Recommend.Models(ctx))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/recommendations/train", perm: core.PermMerchWrite, tag: tagDiscovery, status: http.StatusAccepted, summary: "Train recommendations anew",
		description: "A model that does worse on later data than the one that serves does not take its place."},
		func(ctx context.Context, s Services, _ *struct{}) (*none, error) { return nil, s.Recommend.Train(ctx) })
	handle(a, route{method: http.MethodPost, path: "/admin/recommendations/rollback", perm: core.PermMerchWrite, tag: tagDiscovery, ownKeys: true, summary: "Serve the model of before"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[connect.Models], error) {
			return shown(s.Recommend.Rollback(ctx))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/recommendations/rules", perm: core.PermMerchRead, tag: tagDiscovery, summary: "List the rules of recommendations",
		description: "Rules keep to categories and prices, leave out, pin, cap a category and favour margin, whatever models say. Where they differ the stricter counts."},
		func(ctx context.Context, s Services, _ *struct{}) (*body[connect.RecommendRules], error) {
			r, err := s.Recommend.Rules(ctx)
			return shownAt(r, r.Version, err)
		})
	handle(a, route{method: http.MethodPut, path: "/admin/recommendations/rules", perm: core.PermMerchWrite, tag: tagDiscovery, summary: "Replace the rules of recommendations"},
		func(ctx context.Context, s Services, in *struct {
			VersionHeader
			Body struct {
				Rules []recommend.Rules `json:"rules"`
			}
		}) (*body[connect.RecommendRules], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			r, err := s.Recommend.SetRules(ctx, in.Body.Rules, seen)
			return shownAt(r, r.Version, err)
		})
}
