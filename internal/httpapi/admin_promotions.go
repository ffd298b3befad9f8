package httpapi

import (
	"context"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/promo"
)

type codeInput struct {
	Code       string `json:"code" minLength:"1" maxLength:"100"`
	UsageLimit int64  `json:"usage_limit,omitempty" minimum:"0" doc:"Orders in total; 0 is unbounded"`
}

func (a *api) adminPromotions() {
	const read, write = core.PermPromosRead, core.PermPromosWrite
	handle(a, route{method: http.MethodGet, path: "/admin/promotions", perm: read, tag: tagSettings, summary: "List promotions, newest first"},
		func(ctx context.Context, s Services, in *struct {
			PageQuery
			Active string `query:"active" enum:"true,false" doc:"Default: both"`
		}) (*body[core.Page[promo.Promotion]], error) {
			return paged(s.Promotions.Promotions(ctx, promo.Query{PageQuery: in.page(), Active: maybe(in.Active)}))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/promotions", perm: write, tag: tagSettings, status: http.StatusCreated, summary: "Make a promotion"},
		func(ctx context.Context, s Services, in *Post[promo.Params]) (*body[promo.Promotion], error) {
			p, err := s.Promotions.Create(ctx, in.Body)
			return made(p, p.Version, err, "promotions", string(p.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/promotions/{id}", perm: read, tag: tagSettings, summary: "Show a promotion"},
		func(ctx context.Context, s Services, in *Path[core.PromotionID]) (*body[promo.Promotion], error) {
			p, err := s.Promotions.Promotion(ctx, in.ID)
			return shownAt(p, p.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/promotions/{id}", perm: write, tag: tagSettings, summary: "Change a promotion",
		description: "A time of 0001-01-01T00:00:00Z takes a bound away."},
		func(ctx context.Context, s Services, in *Change[core.PromotionID, promo.Update]) (*body[promo.Promotion], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			p, err := s.Promotions.Update(ctx, in.ID, seen, in.Body)
			return shownAt(p, p.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/promotions/{id}", perm: write, tag: tagSettings, summary: "Delete a promotion that no order used"},
		about(func(ctx context.Context, s Services, id core.PromotionID) error { return s.Promotions.Delete(ctx, id) }))
	handle(a, route{method: http.MethodGet, path: "/admin/promotions/{id}/usage", perm: read, tag: tagSettings, summary: "Show how much a promotion was used"},
		func(ctx context.Context, s Services, in *Path[core.PromotionID]) (*body[promo.Usage], error) {
			u, err := s.Promotions.Usage(ctx, []core.PromotionID{in.ID})
			return shown(u[in.ID], err)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/promotions/{id}/codes", perm: read, tag: tagSettings, summary: "List a promotion's codes"},
		func(ctx context.Context, s Services, in *struct {
			Path[core.PromotionID]
			PageQuery
		}) (*body[core.Page[promo.Code]], error) {
			return paged(s.Promotions.Codes(ctx, in.ID, in.page()))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/promotions/{id}/codes", perm: write, tag: tagSettings, status: http.StatusCreated, summary: "Add a code"},
		func(ctx context.Context, s Services, in *To[core.PromotionID, codeInput]) (*body[promo.Code], error) {
			c, err := s.Promotions.AddCode(ctx, in.ID, in.Body.Code, in.Body.UsageLimit)
			return made(c, 0, err, "promotions", string(in.ID), "codes")
		})
	handle(a, route{method: http.MethodPost, path: "/admin/promotions/{id}/codes/generate", perm: write, tag: tagSettings, status: http.StatusCreated, summary: "Make many codes that cannot be guessed"},
		func(ctx context.Context, s Services, in *To[core.PromotionID, promo.GenerateParams]) (*body[list[promo.Code]], error) {
			cs, err := s.Promotions.GenerateCodes(ctx, in.ID, in.Body)
			return made(list[promo.Code]{cs}, 0, err, "promotions", string(in.ID), "codes")
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/promotions/{id}/codes/{code}", perm: write, tag: tagSettings, summary: "Delete a code"},
		func(ctx context.Context, s Services, in *struct {
			Path[core.PromotionID]
			Code string `path:"code" maxLength:"100"`
		}) (*none, error) {
			return none204(s.Promotions.DeleteCode(ctx, in.ID, in.Code))
		})
}
