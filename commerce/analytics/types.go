package analytics

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Kind says what somebody did.
type Kind string

// The kinds of event.
const (
	Answer   Kind = "answer" // products were shown
	View     Kind = "view"   // a product's page
	Click    Kind = "click"  // on a product that was shown
	Cart     Kind = "cart"   // put into the cart
	Purchase Kind = "purchase"
)

// Limits of an event.
const (
	MaxQuery = 2000 // bytes
	MaxName  = 100  // bytes of session, placement, bucket, model, region
	MaxShown = 200  // products
)

// PlacementSearch is where the results of searches are shown.
const PlacementSearch = "search"

// Event is something that somebody did at one time.
type Event struct {
	ID       core.EventID    `json:"id"`
	At       time.Time       `json:"at"`
	Kind     Kind            `json:"kind"`
	Session  string          `json:"session,omitempty"` // of a visitor who need not be signed in, such as the ID of the cart
	Customer core.CustomerID `json:"customer_id,omitempty"`
	Region   string          `json:"region,omitempty"` // country code or the like

	Product  core.ProductID `json:"product_id,omitempty"` // of all kinds but Answer
	Quantity int64          `json:"quantity,omitempty"`   // of Cart and Purchase
	Amount   money.Money    `json:"amount,omitzero"`      // of a Purchase, all units together
	Order    core.OrderID   `json:"order_id,omitempty"`   // of a Purchase

	// Answer is the answer that led here, and Position the product's place in
	// it, from 1. The rest of the answer is noted with what it led to.
	Answer   core.EventID `json:"answer_id,omitempty"`
	Position int          `json:"position,omitempty"`

	Placement string           `json:"placement,omitempty"` // where it was shown: "search", "home", "cart" ...
	Bucket    string           `json:"bucket,omitempty"`    // of an experiment
	Model     string           `json:"model,omitempty"`     // version that chose
	Query     string           `json:"query,omitempty"`     // of a search, in lower case with single spaces
	Found     int64            `json:"found,omitempty"`     // by a search, in all
	Shown     []core.ProductID `json:"shown,omitempty"`     // by an Answer, the first at position 1
}

// QueryReport is how one query does.
type QueryReport struct {
	Query    string `json:"query"`
	Searches int64  `json:"searches"`
	Empty    int64  `json:"empty"`   // found nothing
	Clicked  int64  `json:"clicked"` // led to a click
	// Reciprocal sums up, over the searches, 1 over the position of the first
	// product that was clicked.
	Reciprocal  float64 `json:"-"`
	ClickRate   float64 `json:"click_rate"` // Clicked of Searches
	MRR         float64 `json:"mrr"`        // mean of Reciprocal over Searches
	AddedToCart int64   `json:"added_to_cart"`
	Purchases   int64   `json:"purchases"`
}

// QueryOrder is the order of a report of queries.
type QueryOrder string

// The orders.
const (
	ByCount QueryOrder = "searches" // the most frequent first
	ByEmpty QueryOrder = "empty"    // those that most often found nothing first, only such
)

// PlacementReport is what came of what a placement showed.
type PlacementReport struct {
	Placement string                   `json:"placement"`
	Bucket    string                   `json:"bucket,omitempty"`
	Model     string                   `json:"model,omitempty"`
	Answers   int64                    `json:"answers"`
	Clicks    int64                    `json:"clicks"`
	Clicked   int64                    `json:"clicked"` // answers that led to a click
	Carts     int64                    `json:"carts"`
	Purchases int64                    `json:"purchases"`
	Revenue   map[money.Currency]int64 `json:"revenue,omitempty"` // minor units
}

// Touch is the latest click on a product.
type Touch struct {
	Product core.ProductID
	Event   Event
}

// Store keeps events.
type Store interface {
	Insert(ctx context.Context, events ...Event) error
	// Answers returns those of the events that are answers, by ID.
	Answers(ctx context.Context, ids []core.EventID) (map[core.EventID]Event, error)
	// Touches returns the latest click since then of the session or the customer
	// on each of the products, where there is one that an answer led to.
	Touches(ctx context.Context, session string, customer core.CustomerID, products []core.ProductID, since time.Time) ([]Touch, error)
	// After returns up to limit events of the kinds after a time and ID, oldest first.
	After(ctx context.Context, kinds []Kind, at time.Time, id core.EventID, limit int) ([]Event, error)
	Queries(ctx context.Context, from, to time.Time, order QueryOrder, limit int) ([]QueryReport, error)
	Placements(ctx context.Context, from, to time.Time) ([]PlacementReport, error)
	// Of returns a customer's newest events, the newest first.
	Of(ctx context.Context, customer core.CustomerID, session string, kinds []Kind, limit int) ([]Event, error)
	// Forget cuts events off from a customer and from their sessions.
	Forget(ctx context.Context, customer core.CustomerID) (int64, error)
	// Prune deletes up to limit events from before a time.
	Prune(ctx context.Context, before time.Time, limit int) (int64, error)
}

// Tx is what the service needs of a transaction.
type Tx interface{ Analytics() Store }
