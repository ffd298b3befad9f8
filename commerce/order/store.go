package order

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Store keeps orders. Its guards are the last word on quantities and amounts.
type Store interface {
	// Insert writes an order that [Order.Check] accepts, with its first
	// timeline entries. It is written at the latest on commit, and there a
	// second order of a cart is refused.
	Insert(ctx context.Context, o *Order, events ...Event) error
	// InsertMany writes many orders and timeline entries in few statements.
	InsertMany(ctx context.Context, orders []Order, events []Event) error

	// Order returns an order with its lines, or not found.
	Order(ctx context.Context, id core.OrderID) (Order, error)
	// Lock reads an order and holds it until the transaction ends. Lock first,
	// decide then.
	Lock(ctx context.Context, id core.OrderID) (Order, error)
	// Find returns the order that all filled fields of the key fit.
	Find(ctx context.Context, k Key) (Order, error)
	// List returns orders without their lines, unless the filter asks for them.
	List(ctx context.Context, f Filter, page core.PageQuery) (core.Page[Order], error)
	// All streams the orders of a filter with their lines, oldest first; its
	// sort is not used.
	All(ctx context.Context, f Filter) iter.Seq2[Order, error]
	// Sales streams every line of placed orders, oldest order first.
	Sales(ctx context.Context, since time.Time) iter.Seq2[Sale, error]

	// SetStates moves the order to its next states if it still has those of
	// from, and counts its version on; it reports whether it had. placed,
	// cancelled and completed times are set by the status.
	SetStates(ctx context.Context, id core.OrderID, from, to States, at time.Time) (bool, error)
	// Update writes the editable fields: customer, email, addresses, note,
	// metadata. Stale versions are refused.
	Update(ctx context.Context, o Order, seen int64) error
	// Count adds to quantities and refunded amounts by guarded updates, counts
	// the version on and changes o likewise. A change that does not fit is a
	// *QuantityError.
	Count(ctx context.Context, o *Order, changes ...Change) error
	// Claim gives the orders of an email without a customer to a customer and
	// returns how many there were.
	Claim(ctx context.Context, customer core.CustomerID, email string) (int64, error)
	// PendingSince returns pending orders created before the time, oldest first.
	PendingSince(ctx context.Context, before time.Time, limit int) ([]core.OrderID, error)

	AppendEvents(ctx context.Context, events ...Event) error
	// Timeline returns the entries of an order, oldest first; publicOnly leaves
	// out what is not for the buyer.
	Timeline(ctx context.Context, id core.OrderID, publicOnly bool, page core.PageQuery) (core.Page[Event], error)

	InsertFulfilment(ctx context.Context, f Fulfilment) error
	UpdateFulfilment(ctx context.Context, f Fulfilment, seen int64) error // stale versions are refused
	Fulfilment(ctx context.Context, id core.FulfilmentID) (Fulfilment, error)
	Fulfilments(ctx context.Context, id core.OrderID) ([]Fulfilment, error) // oldest first

	// InsertRefund writes a refund. Its amounts without goodwill are in the
	// refunded amounts of lines and shipping (see Count) unless it failed.
	InsertRefund(ctx context.Context, r Refund) error
	UpdateRefund(ctx context.Context, r Refund, seen int64) error // stale versions are refused
	Refund(ctx context.Context, id core.RefundID) (Refund, error)
	Refunds(ctx context.Context, id core.OrderID) ([]Refund, error) // oldest first
	// PendingRefunds returns refunds pending since before the time, oldest first.
	PendingRefunds(ctx context.Context, before time.Time, limit int) ([]Refund, error)

	// TopProducts returns the products of placed orders, most first.
	TopProducts(ctx context.Context, q TopQuery) ([]TopProduct, error)
	// Unbalanced returns the orders whose numbers do not agree with each other.
	// It is empty in a sound shop.
	Unbalanced(ctx context.Context) ([]Imbalance, error)
}

// Key names one order. At least one of ID, Number, Cart and Token is filled;
// the others narrow further.
type Key struct {
	ID       core.OrderID
	Number   Number
	Cart     core.CartID // the order of a cart that was placed or still may be
	Token    string
	Customer core.CustomerID // only this customer's
	Email    string          // only with this email, compared by core.NormalEmail
}

// Filter selects orders; the zero value selects all.
type Filter struct {
	Statuses    []Status
	Payments    []PaymentState
	Fulfilments []FulfilmentState
	Customer    core.CustomerID
	Email       string // compared by core.NormalEmail
	Channel     core.ChannelID
	Currency    money.Currency
	Number      string         // the beginning of a number, as typed
	SKU         string         // of one of its lines
	Product     core.ProductID // of one of its lines
	From, To    time.Time      // created at or after From and before To
	MinTotal    int64          // minor units
	MaxTotal    int64          // minor units, 0 is any
	Sort        Sort           // default Newest
	WithLines   bool           // read the lines too
}

// Sort is an order of a list.
type Sort string

// The sorts.
const (
	Newest   Sort = "newest" // the default
	Oldest   Sort = "oldest"
	Largest  Sort = "largest" // by total
	Smallest Sort = "smallest"
)

// Change is what is added to the quantities of a line; negative takes away.
type Change struct {
	Line           core.LineID // "" is the shipping, which only has a RefundedAmount
	Fulfilled      int64
	Returned       int64
	Refunded       int64
	Cancelled      int64
	RefundedAmount int64 // minor units
}

// Sale is a line of a placed order, for engines that learn from history.
type Sale struct {
	Order     core.OrderID
	Line      core.LineID
	Customer  core.CustomerID
	Channel   core.ChannelID
	Product   core.ProductID
	Variant   core.VariantID
	SKU       string
	Quantity  int64 // without what was cancelled
	Returned  int64
	UnitPrice money.Money
	Total     money.Money
	At        time.Time
}

// TopQuery asks for the products sold most.
type TopQuery struct {
	From, To time.Time      // placed at or after From and before To; zero is open
	Currency money.Currency // by revenue only one currency can be compared; "" is any by quantity
	Revenue  bool           // by revenue instead of pieces
	Limit    int            // default 10
}

// TopProduct is what was sold of a product: without what was cancelled or
// refunded.
type TopProduct struct {
	Product  core.ProductID `json:"product_id"`
	Title    string         `json:"title"`
	Quantity int64          `json:"quantity"`
	Revenue  money.Money    `json:"revenue,omitzero"` // with a currency asked for
	Orders   int64          `json:"orders"`
}

// Imbalance is an order that does not agree with itself.
type Imbalance struct {
	Order   core.OrderID `json:"order_id"`
	Problem string       `json:"problem"`
}

// QuantityError says that a change does not fit its line: more would be
// fulfilled, returned, refunded or cancelled than there is.
type QuantityError struct {
	Order core.OrderID
	Line  core.LineID // "" for the shipping
	What  string      // the first of what does not fit: "fulfilled", "refunded"
}

func (e *QuantityError) Error() string {
	if e.Line == "" {
		return fmt.Sprintf("the shipping of %s has no such amount left to be %s", e.Order, e.What)
	}
	return fmt.Sprintf("line %s has not so much left to be %s", e.Line, e.What)
}

// ErrorKind implements core.Classified.
func (e *QuantityError) ErrorKind() core.Kind { return core.KindConflict }

// ErrorCode implements core.Classified.
func (e *QuantityError) ErrorCode() string { return "quantity_exceeded" }

// ErrorDetails implements core.Detailed.
func (e *QuantityError) ErrorDetails() map[string]any {
	return map[string]any{"line_id": e.Line, "what": e.What}
}
