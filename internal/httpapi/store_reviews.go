package httpapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/review"
)

// reviewPage is a page of a product's reviews with what they amount to.
type reviewPage struct {
	core.Page[review.Review]
	Summary review.Summary `json:"summary"`
}

type ReviewPath struct {
	ID core.ReviewID `path:"review" maxLength:"80"`
}

// productID finds a product by ID or slug; also an earlier slug leads there.
func productID(ctx context.Context, s Services, ref string) (core.ProductID, error) {
	if core.ValidID(ref, core.PrefixProduct) {
		return core.ProductID(ref), nil
	}
	id, err := s.Catalog.Resolve(ctx, ref, "")
	var m *catalog.MovedError
	if errors.As(err, &m) {
		return m.ProductID, nil
	}
	return id, err
}

func (a *api) storeReviews() {
	handle(a, route{method: http.MethodGet, path: "/store/products/{product}/reviews", perm: core.PermPublic, tag: tagBrowse, summary: "List a product's approved reviews"},
		func(ctx context.Context, s Services, in *struct {
			PageQuery
			Product  string      `path:"product" maxLength:"250" doc:"ID or slug"`
			Sort     review.Sort `query:"sort" enum:"newest,helpful,rating,-rating" default:"newest"`
			Rating   int         `query:"rating" minimum:"0" maximum:"5" doc:"Only these stars; 0 is all"`
			Verified bool        `query:"verified" doc:"Only of buyers"`
		}) (*body[reviewPage], error) {
			id, err := productID(ctx, s, in.Product)
			if err != nil {
				return nil, err
			}
			page, err := s.Reviews.List(ctx, id, review.ListParams{Sort: in.Sort, Rating: in.Rating, Verified: in.Verified}, in.page())
			if err != nil {
				return nil, err
			}
			sums, err := s.Reviews.Summaries(ctx, id)
			if page.Items == nil {
				page.Items = []review.Review{}
			}
			return ok(reviewPage{page, sums[id]}), err
		})
	handle(a, route{method: http.MethodPost, path: "/store/products/{product}/reviews", perm: core.PermSelf, tag: tagBrowse, status: http.StatusCreated, summary: "Review a product",
		description: "One review for each product and customer. It may have to be approved before it is shown."},
		func(ctx context.Context, s Services, in *struct {
			Product string `path:"product" maxLength:"250" doc:"ID or slug"`
			Body    struct {
				Rating int    `json:"rating" minimum:"1" maximum:"5"`
				Title  string `json:"title,omitempty" maxLength:"200"`
				Body   string `json:"body,omitempty" maxLength:"10000" doc:"Plain text"`
				Author string `json:"author" minLength:"1" maxLength:"100" doc:"Name to show"`
			}
		}) (*body[review.Review], error) {
			id, err := productID(ctx, s, in.Product)
			if err != nil {
				return nil, err
			}
			r, err := s.Reviews.Submit(ctx, review.Submission{ProductID: id, Rating: in.Body.Rating, Title: in.Body.Title, Body: in.Body.Body, Author: in.Body.Author})
			if err != nil {
				return nil, err
			}
			return created(r, r.Version, "store", "reviews", string(r.ID)), nil
		})
	handle(a, route{method: http.MethodGet, path: "/store/reviews/{review}", perm: core.PermPublic, tag: tagBrowse, summary: "Show a review",
		description: "One that is not approved is shown to its author only."},
		func(ctx context.Context, s Services, in *ReviewPath) (*body[review.Review], error) {
			r, err := s.Reviews.Review(ctx, in.ID)
			return versioned(r, r.Version), err
		})
	handle(a, route{method: http.MethodPatch, path: "/store/reviews/{review}", perm: core.PermSelf, tag: tagAccount, summary: "Change an own review"},
		func(ctx context.Context, s Services, in *struct {
			ReviewPath
			VersionHeader
			Body struct {
				Rating *int    `json:"rating,omitempty" minimum:"1" maximum:"5"`
				Title  *string `json:"title,omitempty" maxLength:"200"`
				Body   *string `json:"body,omitempty" maxLength:"10000"`
				Author *string `json:"author,omitempty" minLength:"1" maxLength:"100"`
			}
		}) (*body[review.Review], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			if seen == 0 {
				r, err := s.Reviews.Review(ctx, in.ID)
				if err != nil {
					return nil, err
				}
				seen = r.Version
			}
			r, err := s.Reviews.Update(ctx, in.ID, review.Update{Version: seen, Rating: in.Body.Rating, Title: in.Body.Title, Body: in.Body.Body, Author: in.Body.Author})
			return versioned(r, r.Version), err
		})
	handle(a, route{method: http.MethodDelete, path: "/store/reviews/{review}", perm: core.PermSelf, tag: tagAccount, summary: "Delete an own review"},
		func(ctx context.Context, s Services, in *ReviewPath) (*none, error) {
			return nil, s.Reviews.Delete(ctx, in.ID)
		})
	for method, helpful := range map[string]bool{http.MethodPut: true, http.MethodDelete: false} {
		summary := "Find a review helpful"
		if !helpful {
			summary = "Take back that a review was helpful"
		}
		handle(a, route{method: method, path: "/store/reviews/{review}/vote", perm: core.PermSelf, tag: tagBrowse, summary: summary},
			func(ctx context.Context, s Services, in *ReviewPath) (*none, error) {
				return nil, s.Reviews.Vote(ctx, in.ID, helpful)
			})
	}
	handle(a, route{method: http.MethodGet, path: "/store/account/reviews", perm: core.PermSelf, tag: tagAccount, summary: "List one's own reviews, of any status"},
		func(ctx context.Context, s Services, in *PageQuery) (*body[core.Page[review.Review]], error) {
			page, err := s.Reviews.Mine(ctx, in.page())
			return ok(mapPage(page, func(r review.Review) review.Review { return r })), err
		})
}
