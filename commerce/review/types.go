package review

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Limits of a review, in bytes.
const (
	MaxTitle  = 200
	MaxBody   = 10_000
	MaxAuthor = 100
)

// Status says whether a review is shown.
type Status string

// The statuses. Only approved reviews are shown and counted.
const (
	Pending  Status = "pending"
	Approved Status = "approved"
	Rejected Status = "rejected"
)

// Review is one customer's opinion of one product.
type Review struct {
	ID        core.ReviewID   `json:"id"`
	ProductID core.ProductID  `json:"product_id"`
	Customer  core.CustomerID `json:"customer_id,omitempty"` // shown to staff and to the customer only; "" for imported ones
	Rating    int             `json:"rating"`                // 1 to 5
	Title     string          `json:"title,omitempty"`
	Body      string          `json:"body,omitempty"` // plain text
	Author    string          `json:"author"`         // name to show
	Verified  bool            `json:"verified"`       // had bought the product when writing
	Status    Status          `json:"status"`
	Reason    string          `json:"reason,omitempty"` // why it was rejected, for staff and the customer
	Helpful   int64           `json:"helpful"`          // customers who found it so
	Reply     *Reply          `json:"reply,omitempty"`
	Version   int64           `json:"version"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
}

// Reply is the merchant's answer.
type Reply struct {
	Body string    `json:"body"`
	At   time.Time `json:"at"`
}

// Summary is what the approved reviews of a product amount to.
type Summary struct {
	ProductID core.ProductID `json:"product_id"`
	Count     int64          `json:"count"`
	Average   int64          `json:"average_x100"` // 100 to 500, rounded half up; 0 without reviews
	Stars     [5]int64       `json:"stars"`        // how many gave 1, 2, 3, 4, 5
}

// Summarize makes the summary out of the counts of 1, 2, 3, 4 and 5 stars.
func Summarize(id core.ProductID, stars [5]int64) Summary {
	s := Summary{ProductID: id, Stars: stars}
	var sum int64
	for i, n := range stars {
		s.Count += n
		sum += n * int64(i+1)
	}
	if s.Count > 0 {
		s.Average = (200*sum + s.Count) / (2 * s.Count)
	}
	return s
}

// Sort is the order of a product's reviews.
type Sort string

// The orders; each ends with newest first.
const (
	Newest  Sort = "newest" // the default
	Helpful Sort = "helpful"
	Highest Sort = "-rating"
	Lowest  Sort = "rating"
)

// Query says which reviews a list has. The zero value of each member leaves it
// open.
type Query struct {
	ProductID core.ProductID
	Customer  core.CustomerID
	Status    Status
	Rating    int  // only these stars
	Verified  bool // only of customers who had bought it
	Sort      Sort
}

// Store keeps reviews.
type Store interface {
	// Insert inserts reviews. A second one of a customer about a product is a
	// KindExists error, an unknown product KindNotFound.
	Insert(ctx context.Context, rs ...Review) error
	// Lock reads a review and holds it until the transaction ends.
	Lock(ctx context.Context, id core.ReviewID) (Review, error)
	// Update writes texts, rating, status and reply of a review that is locked,
	// and counts its version on.
	Update(ctx context.Context, r Review) error
	Delete(ctx context.Context, id core.ReviewID) error
	Review(ctx context.Context, id core.ReviewID) (Review, error)
	List(ctx context.Context, q Query, page core.PageQuery) (core.Page[Review], error)
	// Vote notes, or takes back, that a customer found a review helpful and
	// counts it; it reports whether that changed anything.
	Vote(ctx context.Context, id core.ReviewID, customer core.CustomerID, helpful bool) (bool, error)
	// Forget cuts reviews and votes off from a customer, who is named author no
	// more; the counts stay. It returns how many reviews there were.
	Forget(ctx context.Context, customer core.CustomerID, author string) (int64, error)

	// AddStars changes how many approved reviews of 1 to 5 stars a product has
	// and returns the new counts.
	AddStars(ctx context.Context, id core.ProductID, delta [5]int64) ([5]int64, error)
	Stars(ctx context.Context, ids []core.ProductID) (map[core.ProductID][5]int64, error)
	// Unbalanced returns products whose counts are not the sums of their
	// approved reviews. It is empty in a sound shop.
	Unbalanced(ctx context.Context) ([]core.ProductID, error)
}

// Ratings is where a product's rating is kept for lists: its average in
// hundredths of a star and how many approved reviews it has. An unknown
// product is KindNotFound.
type Ratings interface {
	SetRating(ctx context.Context, id core.ProductID, averageX100, count int64, at time.Time) error
}

// Tx is what the service needs of a transaction.
type Tx interface {
	Reviews() Store
	Ratings() Ratings
	Events() core.EventWriter
}

// AlreadyReviewedError says that the customer has reviewed the product. Update
// that review instead.
type AlreadyReviewedError struct {
	ProductID core.ProductID
	Err       error
}

func (e *AlreadyReviewedError) Error() string { return "you have reviewed this product already" }

// Unwrap returns the store's error.
func (e *AlreadyReviewedError) Unwrap() error { return e.Err }

// ErrorKind implements core.Classified.
func (e *AlreadyReviewedError) ErrorKind() core.Kind { return core.KindExists }

// ErrorCode implements core.Classified.
func (e *AlreadyReviewedError) ErrorCode() string { return "already_reviewed" }
