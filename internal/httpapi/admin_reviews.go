package httpapi

import (
	"context"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/review"
)

type (
	rejection struct {
		Reason string `json:"reason,omitempty" maxLength:"2000" doc:"Shown to who wrote it"`
	}
	reply struct {
		Body string `json:"body" maxLength:"10000" doc:"Empty takes the reply back"`
	}
)

func (a *api) adminReviews() {
	handle(a, route{method: http.MethodGet, path: "/admin/reviews", perm: core.PermReviewsWrite, tag: tagCatalog, summary: "List reviews for moderation"},
		func(ctx context.Context, s Services, in *struct {
			PageQuery
			Product  core.ProductID  `query:"product_id" maxLength:"80"`
			Customer core.CustomerID `query:"customer_id" maxLength:"80"`
			Status   review.Status   `query:"status" enum:"pending,approved,rejected" doc:"Default: all"`
			Rating   int             `query:"rating" minimum:"1" maximum:"5"`
			Verified bool            `query:"verified" doc:"Only of customers who had bought the product"`
			Sort     review.Sort     `query:"sort" enum:"newest,helpful,-rating,rating" default:"newest"`
		}) (*body[core.Page[review.Review]], error) {
			return paged(s.Reviews.Queue(ctx, review.Query{ProductID: in.Product, Customer: in.Customer, Status: in.Status, Rating: in.Rating, Verified: in.Verified,
				Sort: in.Sort}, in.page()))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/reviews/{id}", perm: core.PermReviewsWrite, tag: tagCatalog, summary: "Show a review"},
		func(ctx context.Context, s Services, in *Path[core.ReviewID]) (*body[review.Review], error) {
			r, err := s.Reviews.Review(ctx, in.ID)
			return shownAt(r, r.Version, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/reviews/{id}/approve", perm: core.PermReviewsWrite, tag: tagCatalog, summary: "Show a review to shoppers"},
		func(ctx context.Context, s Services, in *Path[core.ReviewID]) (*body[review.Review], error) {
			r, err := s.Reviews.Approve(ctx, in.ID)
			return shownAt(r, r.Version, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/reviews/{id}/reject", perm: core.PermReviewsWrite, tag: tagCatalog, summary: "Hide a review and say why"},
		func(ctx context.Context, s Services, in *To[core.ReviewID, rejection]) (*body[review.Review], error) {
			r, err := s.Reviews.Reject(ctx, in.ID, in.Body.Reason)
			return shownAt(r, r.Version, err)
		})
	handle(a, route{method: http.MethodPut, path: "/admin/reviews/{id}/reply", perm: core.PermReviewsWrite, tag: tagCatalog, summary: "Answer a review in public"},
		func(ctx context.Context, s Services, in *To[core.ReviewID, reply]) (*body[review.Review], error) {
			r, err := s.Reviews.Reply(ctx, in.ID, in.Body.Body)
			return shownAt(r, r.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/reviews/{id}", perm: core.PermReviewsWrite, tag: tagCatalog, summary: "Delete a review"},
		about(func(ctx context.Context, s Services, id core.ReviewID) error { return s.Reviews.Delete(ctx, id) }))
}
