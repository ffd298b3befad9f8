package review

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// ListParams says which reviews of a product are listed.
type ListParams struct {
	Sort     Sort
	Rating   int  // only these stars; 0 for all
	Verified bool // only of buyers
}

// List returns a page of a product's approved reviews. Anybody may.
func (s *Service) List(ctx context.Context, product core.ProductID, p ListParams, page core.PageQuery) (core.Page[Review], error) {
	if !core.ValidID(string(product), core.PrefixProduct) {
		return core.Page[Review]{}, core.NotFound("product", product)
	}
	return s.list(ctx, Query{ProductID: product, Status: Approved, Rating: p.Rating, Verified: p.Verified, Sort: p.Sort}, page)
}

// Mine returns a page of the signed-in customer's own reviews, of any status.
func (s *Service) Mine(ctx context.Context, page core.PageQuery) (core.Page[Review], error) {
	customer, err := signedIn(ctx)
	if err != nil {
		return core.Page[Review]{}, err
	}
	return s.list(ctx, Query{Customer: customer}, page)
}

func (s *Service) list(ctx context.Context, q Query, page core.PageQuery) (out core.Page[Review], err error) {
	var v core.Violations
	switch q.Sort {
	case "":
		q.Sort = Newest
	case Newest, Helpful, Highest, Lowest:
	default:
		v.Check(false, "sort", "must be %s, %s, %s or %s", Newest, Helpful, Highest, Lowest)
	}
	v.Check(q.Rating >= 0 && q.Rating <= 5, "rating", "must be between 1 and 5")
	v.Check(q.Status == "" || q.Status == Pending || q.Status == Approved || q.Status == Rejected, "status", "must be pending, approved or rejected")
	if err := v.Err(); err != nil {
		return out, err
	}
	err = s.db.View(ctx, func(tx Tx) error {
		out, err = tx.Reviews().List(ctx, q, page)
		return err
	})
	for i := range out.Items {
		out.Items[i] = shown(ctx, out.Items[i])
	}
	return out, err
}

// shown leaves out what only staff and the author may see.
func shown(ctx context.Context, r Review) Review {
	a := core.ActorFrom(ctx)
	if !a.Can(core.PermReviewsWrite) && (a.Customer == "" || r.Customer != a.Customer) {
		r.Customer, r.Reason = "", ""
	}
	return r
}

func (s *Service) review(ctx context.Context, id core.ReviewID) (r Review, err error) {
	if !core.ValidID(string(id), core.PrefixReview) {
		return Review{}, core.NotFound("review", id)
	}
	err = s.db.View(ctx, func(tx Tx) error {
		r, err = tx.Reviews().Review(ctx, id)
		return err
	})
	return r, err
}

// Review returns a review. One that is not approved is shown to staff and to
// its author; to others it is KindNotFound.
func (s *Service) Review(ctx context.Context, id core.ReviewID) (Review, error) {
	r, err := s.review(ctx, id)
	if err != nil {
		return Review{}, err
	}
	a := core.ActorFrom(ctx)
	if r.Status != Approved && !a.Can(core.PermReviewsWrite) && (a.Customer == "" || r.Customer != a.Customer) {
		return Review{}, core.NotFound("review", id)
	}
	return shown(ctx, r), nil
}

// Summaries returns the summaries of products, by ID, in one statement; those
// without reviews have zeros. At most core.MaxPageSize at a time.
func (s *Service) Summaries(ctx context.Context, ids ...core.ProductID) (map[core.ProductID]Summary, error) {
	if len(ids) > core.MaxPageSize {
		return nil, core.Invalid("product_ids", "at most %d at a time", core.MaxPageSize)
	}
	out := make(map[core.ProductID]Summary, len(ids))
	err := s.db.View(ctx, func(tx Tx) error {
		stars, err := tx.Reviews().Stars(ctx, ids)
		for _, id := range ids {
			out[id] = Summarize(id, stars[id])
		}
		return err
	})
	return out, err
}

// Vote notes that the signed-in customer found a review helpful, or takes that
// back. Each customer counts once, and not on own reviews.
func (s *Service) Vote(ctx context.Context, id core.ReviewID, helpful bool) error {
	customer, err := signedIn(ctx)
	if err != nil {
		return err
	}
	r, err := s.Review(ctx, id)
	switch {
	case err != nil:
		return err
	case r.Status != Approved:
		return core.NotFound("review", id)
	case r.Customer == customer:
		return core.Errorf(core.KindConflict, "own_review", "nobody votes on an own review")
	}
	return s.db.Update(ctx, func(tx Tx) error {
		_, err := tx.Reviews().Vote(ctx, id, customer, helpful)
		return err
	})
}
