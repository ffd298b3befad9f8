package review

import (
	"context"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Approve shows a review. Needs reviews:write. Approving twice changes nothing.
func (s *Service) Approve(ctx context.Context, id core.ReviewID) (Review, error) {
	return s.decide(ctx, id, Approved, "")
}

// Reject hides a review and says why. Needs reviews:write.
func (s *Service) Reject(ctx context.Context, id core.ReviewID, reason string) (Review, error) {
	var v core.Violations
	checkText(&v, "reason", reason, 1000)
	if err := v.Err(); err != nil {
		return Review{}, err
	}
	return s.decide(ctx, id, Rejected, plain(reason, true))
}

func (s *Service) decide(ctx context.Context, id core.ReviewID, status Status, reason string) (out Review, err error) {
	err = s.change(ctx, id, func(tx Tx, r *Review) (bool, error) {
		if r.Status == status && r.Reason == reason {
			return false, nil
		}
		before := *r
		r.Status, r.Reason = status, reason
		if err := s.recount(ctx, tx, r.ProductID, difference(before, *r)); err != nil {
			return false, err
		}
		return true, s.decided(ctx, tx, *r)
	}, &out)
	return out, err
}

// Reply answers a review in public; an empty body takes the answer back. Needs
// reviews:write.
func (s *Service) Reply(ctx context.Context, id core.ReviewID, body string) (out Review, err error) {
	var v core.Violations
	checkText(&v, "body", body, MaxBody)
	if err := v.Err(); err != nil {
		return Review{}, err
	}
	body = plain(body, true)
	err = s.change(ctx, id, func(tx Tx, r *Review) (bool, error) {
		if body == "" {
			had := r.Reply != nil
			r.Reply = nil
			return had, nil
		}
		r.Reply = &Reply{Body: body, At: s.now()}
		return true, s.event(ctx, tx, EventReplied, *r)
	}, &out)
	return out, err
}

// change runs fn on a locked review and writes it if fn says so.
func (s *Service) change(ctx context.Context, id core.ReviewID, fn func(tx Tx, r *Review) (bool, error), out *Review) error {
	if err := core.Require(ctx, core.PermReviewsWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error {
		r, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		write, err := fn(tx, &r)
		if err != nil {
			return err
		}
		if write {
			r.UpdatedAt = s.now()
			if err := tx.Reviews().Update(ctx, r); err != nil {
				return err
			}
			r.Version++
		}
		*out = r
		return nil
	})
}

// Queue returns a page of reviews for moderation, of any status and product
// unless the query says so. Needs reviews:write.
func (s *Service) Queue(ctx context.Context, q Query, page core.PageQuery) (core.Page[Review], error) {
	if err := core.Require(ctx, core.PermReviewsWrite); err != nil {
		return core.Page[Review]{}, err
	}
	return s.list(ctx, q, page)
}

// Import writes reviews from elsewhere, with their authors, statuses and times,
// up to 1000 in one transaction. Missing IDs and times are filled in; a missing
// status is pending. No events tell of single reviews. Needs reviews:write.
func (s *Service) Import(ctx context.Context, rs []Review) ([]Review, error) {
	if err := core.Require(ctx, core.PermReviewsWrite); err != nil {
		return nil, err
	}
	if len(rs) > 1000 {
		return nil, core.Errorf(core.KindTooLarge, "too_many", "at most 1000 reviews at once")
	}
	rs = slices.Clone(rs)
	deltas := map[core.ProductID][5]int64{}
	var products []core.ProductID
	for i := range rs {
		r := &rs[i]
		if r.ID == "" {
			r.ID = core.NewID[core.ReviewID](s.cfg.IDs, core.PrefixReview)
		}
		if r.Status == "" {
			r.Status = Pending
		}
		if r.CreatedAt.IsZero() {
			r.CreatedAt = s.now()
		}
		if r.UpdatedAt.IsZero() {
			r.UpdatedAt = r.CreatedAt
		}
		r.Version = 1
		if err := r.normalize(); err != nil {
			return nil, err
		}
		var v core.Violations
		v.Check(r.Status == Pending || r.Status == Approved || r.Status == Rejected, "status", "must be pending, approved or rejected")
		v.Check(r.Helpful >= 0, "helpful", "must not be negative")
		if err := v.Err(); err != nil {
			return nil, err
		}
		if _, seen := deltas[r.ProductID]; !seen {
			products = append(products, r.ProductID)
		}
		deltas[r.ProductID] = add(deltas[r.ProductID], weight(*r, 1))
	}
	slices.Sort(products)
	err := s.db.Update(ctx, func(tx Tx) error {
		if err := tx.Reviews().Insert(ctx, rs...); err != nil {
			return err
		}
		for _, p := range products {
			if err := s.recount(ctx, tx, p, deltas[p]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rs, nil
}

func add(a, b [5]int64) [5]int64 {
	for i := range a {
		a[i] += b[i]
	}
	return a
}

// Forget cuts a customer who is deleted off from reviews and votes: what was
// written stays under the name "Anonymous". It returns how many reviews there
// were. Needs reviews:write.
func (s *Service) Forget(ctx context.Context, customer core.CustomerID) (n int64, err error) {
	if err := core.Require(ctx, core.PermReviewsWrite); err != nil {
		return 0, err
	}
	if !core.ValidID(string(customer), core.PrefixCustomer) {
		return 0, core.NotFound("customer", customer)
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		n, err = tx.Reviews().Forget(ctx, customer, "Anonymous")
		return err
	})
	return n, err
}

// Unbalanced returns products whose summary is not the sum of their approved
// reviews: none in a sound shop. Needs reviews:write.
func (s *Service) Unbalanced(ctx context.Context) (ids []core.ProductID, err error) {
	if err := core.Require(ctx, core.PermReviewsWrite); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx Tx) error {
		ids, err = tx.Reviews().Unbalanced(ctx)
		return err
	})
	return ids, err
}
