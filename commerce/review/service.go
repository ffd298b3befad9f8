package review

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Config of a [Service]. The zero value is right: reviews wait for approval.
type Config struct {
	// IDs makes identifiers. Default by the system clock and crypto/rand.
	IDs *core.IDs
	// Clock tells the time. Default the system clock.
	Clock core.Clock
	// AutoApprove shows reviews at once. Default false: they are pending until
	// somebody approves them.
	AutoApprove bool
	// Moderate decides on a review that was written or changed, outside of any
	// transaction. Default: by AutoApprove.
	Moderate func(ctx context.Context, r Review) (Status, error)
	// Purchased tells whether a customer has bought a product. Default: nobody
	// counts as verified.
	Purchased func(ctx context.Context, customer core.CustomerID, product core.ProductID) (bool, error)
	// VerifiedOnly refuses reviews of customers who have not bought the
	// product. Default false.
	VerifiedOnly bool
}

// Service manages reviews. Customers write, change and delete their own and
// vote on others'; everybody reads approved ones; the rest needs the
// permission reviews:write. Safe for concurrent use.
type Service struct {
	db  core.Runner[Tx]
	cfg Config
}

// New makes a service over a database.
func New(db core.Runner[Tx], cfg Config) *Service { return &Service{db, cfg} }

// The types of event, with Event as data.
const (
	EventSubmitted = "review.submitted" // also when its author changed it
	EventApproved  = "review.approved"
	EventRejected  = "review.rejected"
	EventReplied   = "review.replied"
	EventDeleted   = "review.deleted"
)

// Event is the data of events about reviews.
type Event struct {
	ReviewID  core.ReviewID   `json:"review_id"`
	ProductID core.ProductID  `json:"product_id"`
	Customer  core.CustomerID `json:"customer_id,omitempty"`
	Rating    int             `json:"rating"`
	Status    Status          `json:"status"`
}

func (s *Service) now() time.Time { return s.cfg.Clock.Now() }

func (s *Service) event(ctx context.Context, tx Tx, typ string, r Review) error {
	e, err := core.NewEvent(ctx, s.cfg.IDs, s.now(), typ, r.ID, Event{r.ID, r.ProductID, r.Customer, r.Rating, r.Status})
	if err != nil {
		return err
	}
	return tx.Events().Append(ctx, e)
}

// signedIn returns the customer who asks.
func signedIn(ctx context.Context) (core.CustomerID, error) {
	a := core.ActorFrom(ctx)
	if a.Customer == "" {
		return "", core.Errorf(core.KindUnauthenticated, "unauthenticated", "sign in as a customer")
	}
	return a.Customer, nil
}

// recount brings summary and rating in line with a change of one product's
// approved reviews, in its transaction.
func (s *Service) recount(ctx context.Context, tx Tx, product core.ProductID, delta [5]int64) error {
	if delta == [5]int64{} {
		return nil
	}
	stars, err := tx.Reviews().AddStars(ctx, product, delta)
	if err != nil {
		return err
	}
	sum := Summarize(product, stars)
	return tx.Ratings().SetRating(ctx, product, sum.Average, sum.Count, s.now())
}

// weight is what a review adds to its product's counts.
func weight(r Review, sign int64) (delta [5]int64) {
	if r.Status == Approved {
		delta[r.Rating-1] = sign
	}
	return delta
}

func difference(before, after Review) [5]int64 {
	delta := weight(before, -1)
	for i, n := range weight(after, 1) {
		delta[i] += n
	}
	return delta
}

// Submission is a review being written.
type Submission struct {
	ProductID core.ProductID `json:"product_id"`
	Rating    int            `json:"rating"`
	Title     string         `json:"title,omitempty"`
	Body      string         `json:"body,omitempty"`
	Author    string         `json:"author"` // name to show
}

// Submit writes a review as the signed-in customer. Errors: *AlreadyReviewedError,
// KindInvalid (also HTML), KindNotFound for the product, KindForbidden when only
// buyers may review.
func (s *Service) Submit(ctx context.Context, n Submission) (Review, error) {
	customer, err := signedIn(ctx)
	if err != nil {
		return Review{}, err
	}
	r := Review{ID: core.NewID[core.ReviewID](s.cfg.IDs, core.PrefixReview), ProductID: n.ProductID, Customer: customer, Rating: n.Rating,
		Title: n.Title, Body: n.Body, Author: n.Author, Version: 1}
	if err := r.normalize(); err != nil {
		return Review{}, err
	}
	if s.cfg.Purchased != nil {
		if r.Verified, err = s.cfg.Purchased(ctx, customer, r.ProductID); err != nil {
			return Review{}, err
		}
	}
	if s.cfg.VerifiedOnly && !r.Verified {
		return Review{}, core.Errorf(core.KindForbidden, "not_purchased", "only customers who bought this product may review it")
	}
	if r.Status, err = s.moderate(ctx, r); err != nil {
		return Review{}, err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		r.CreatedAt = s.now()
		r.UpdatedAt = r.CreatedAt
		if err := tx.Reviews().Insert(ctx, r); err != nil {
			if core.IsKind(err, core.KindExists) {
				return &AlreadyReviewedError{ProductID: r.ProductID, Err: err}
			}
			return err
		}
		return s.written(ctx, tx, r, weight(r, 1))
	})
	if err != nil {
		return Review{}, err
	}
	return r, nil
}

func (s *Service) moderate(ctx context.Context, r Review) (Status, error) {
	if s.cfg.Moderate != nil {
		status, err := s.cfg.Moderate(ctx, r)
		if err == nil && status != Pending && status != Approved && status != Rejected {
			err = core.Errorf(core.KindInternal, "review_status", "moderation answered %q", string(status))
		}
		return status, err
	}
	if s.cfg.AutoApprove {
		return Approved, nil
	}
	return Pending, nil
}

// written ends the writing of a review by its author.
func (s *Service) written(ctx context.Context, tx Tx, r Review, delta [5]int64) error {
	if err := s.recount(ctx, tx, r.ProductID, delta); err != nil {
		return err
	}
	if err := s.event(ctx, tx, EventSubmitted, r); err != nil {
		return err
	}
	return s.decided(ctx, tx, r)
}

func (s *Service) decided(ctx context.Context, tx Tx, r Review) error {
	switch r.Status {
	case Approved:
		return s.event(ctx, tx, EventApproved, r)
	case Rejected:
		return s.event(ctx, tx, EventRejected, r)
	}
	return nil
}

// Update changes what is not nil.
type Update struct {
	Version int64   `json:"version"` // the one that was read
	Rating  *int    `json:"rating,omitempty"`
	Title   *string `json:"title,omitempty"`
	Body    *string `json:"body,omitempty"`
	Author  *string `json:"author,omitempty"`
}

// Update changes the signed-in customer's own review; it is moderated anew.
func (s *Service) Update(ctx context.Context, id core.ReviewID, u Update) (Review, error) {
	customer, err := signedIn(ctx)
	if err != nil {
		return Review{}, err
	}
	r, err := s.review(ctx, id)
	if err == nil && r.Customer != customer {
		err = core.NotFound("review", id)
	}
	if err != nil {
		return Review{}, err
	}
	if r.Version != u.Version {
		return Review{}, core.Stale("review", id, u.Version, r.Version)
	}
	if u.Rating != nil {
		r.Rating = *u.Rating
	}
	for to, from := range map[*string]*string{&r.Title: u.Title, &r.Body: u.Body, &r.Author: u.Author} {
		if from != nil {
			*to = *from
		}
	}
	if err := r.normalize(); err != nil {
		return Review{}, err
	}
	if r.Status, err = s.moderate(ctx, r); err != nil {
		return Review{}, err
	}
	r.Reason = ""
	err = s.db.Update(ctx, func(tx Tx) error {
		before, err := tx.Reviews().Lock(ctx, id)
		if err != nil {
			return err
		}
		if before.Version != u.Version {
			return core.Stale("review", id, u.Version, before.Version)
		}
		r.Version, r.UpdatedAt, r.Helpful = before.Version, s.now(), before.Helpful
		if err := tx.Reviews().Update(ctx, r); err != nil {
			return err
		}
		r.Version++
		return s.written(ctx, tx, r, difference(before, r))
	})
	if err != nil {
		return Review{}, err
	}
	return r, nil
}

// Delete deletes a review: the customer's own, or any with reviews:write.
func (s *Service) Delete(ctx context.Context, id core.ReviewID) error {
	a := core.ActorFrom(ctx)
	if a.Customer == "" {
		if err := core.Require(ctx, core.PermReviewsWrite); err != nil {
			return err
		}
	}
	return s.db.Update(ctx, func(tx Tx) error {
		r, err := lock(ctx, tx, id)
		if err == nil && !a.Can(core.PermReviewsWrite) && r.Customer != a.Customer {
			err = core.NotFound("review", id)
		}
		if err != nil {
			return err
		}
		if err := tx.Reviews().Delete(ctx, id); err != nil {
			return err
		}
		if err := s.recount(ctx, tx, r.ProductID, weight(r, -1)); err != nil {
			return err
		}
		return s.event(ctx, tx, EventDeleted, r)
	})
}

func lock(ctx context.Context, tx Tx, id core.ReviewID) (Review, error) {
	if !core.ValidID(string(id), core.PrefixReview) {
		return Review{}, core.NotFound("review", id)
	}
	return tx.Reviews().Lock(ctx, id)
}
