package payment

import (
	"context"
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Store keeps payments, their operations, the ledger and webhooks. Its guards
// are the last word: no more is captured than authorized, no more given back
// than captured, whoever calls it.
type Store interface {
	// Insert writes payments, at the latest on commit. Key, and provider with
	// reference, are unique.
	Insert(ctx context.Context, ps ...Payment) error
	Payment(ctx context.Context, id core.PaymentID) (Payment, error)
	// Lock reads a payment and holds it until the transaction ends.
	Lock(ctx context.Context, id core.PaymentID) (Payment, error)
	// Find returns a provider's payment by reference or, if that finds none, by key.
	Find(ctx context.Context, provider, ref, key string) (Payment, error)
	OfOrder(ctx context.Context, order core.OrderID) ([]Payment, error) // oldest first
	List(ctx context.Context, f Filter, page core.PageQuery) (core.Page[Payment], error)
	// Save writes what changed of a payment since its version seen; stale
	// versions are refused.
	Save(ctx context.Context, p Payment, seen int64) error
	// Unsettled returns payments created before the time whose authorization
	// has no final answer, oldest first.
	Unsettled(ctx context.Context, before time.Time, limit int) ([]Payment, error)

	// Begin writes an operation and sets its amount aside, guarded: what is not
	// left is a *ClaimError. A void needs an authorization that nothing is
	// captured of.
	Begin(ctx context.Context, op Operation) error
	// End writes the final state of a pending operation and, when it was
	// refused, frees what it set aside. It reports whether it was pending.
	End(ctx context.Context, op Operation) (bool, error)
	Operation(ctx context.Context, key string) (Operation, error)
	Operations(ctx context.Context, payment core.PaymentID) ([]Operation, error) // oldest first
	// OpenOperations returns operations pending since before the time, oldest first.
	OpenOperations(ctx context.Context, before time.Time, limit int) ([]Operation, error)

	// Post writes postings, at the latest on commit. Those that do not sum to
	// zero are an *UnbalancedError.
	Post(ctx context.Context, ps ...Posting) error
	Postings(ctx context.Context, order core.OrderID) ([]Posting, error) // oldest first
	// Balances sums the ledger by account and currency: of an order, or of all
	// with "".
	Balances(ctx context.Context, order core.OrderID) ([]Balance, error)
	// Revenue sums sales and credit notes by day (UTC) and currency, from
	// inclusive to exclusive; zero times are open.
	Revenue(ctx context.Context, from, to time.Time) ([]DayRevenue, error)

	// InsertWebhooks writes messages that are not there yet and returns how
	// many were new.
	InsertWebhooks(ctx context.Context, ws ...Webhook) (int64, error)
	// ClaimWebhooks takes messages that are due and puts off their next attempt
	// to until, so that nobody else takes them.
	ClaimWebhooks(ctx context.Context, now, until time.Time, limit int) ([]Webhook, error)
	SaveWebhook(ctx context.Context, w Webhook) error
	Webhooks(ctx context.Context, state WebhookState, page core.PageQuery) (core.Page[Webhook], error) // newest first

	// Unbalanced returns what of payments and ledger does not agree. It is
	// empty in a sound shop.
	Unbalanced(ctx context.Context) ([]Imbalance, error)
}

// Filter selects payments; the zero value selects all.
type Filter struct {
	Order    core.OrderID
	Provider string
	States   []State
	From, To time.Time // created at or after From and before To
}

// Imbalance is something of the ledger that does not agree.
type Imbalance struct {
	Order   core.OrderID   `json:"order_id,omitempty"`
	Payment core.PaymentID `json:"payment_id,omitempty"`
	Problem string         `json:"problem"`
}

// ClaimError says that a payment has not so much left to be captured, voided
// or refunded.
type ClaimError struct {
	Payment core.PaymentID
	Kind    OperationKind
	Wanted  money.Money
	Left    money.Money
}

func (e *ClaimError) Error() string {
	return fmt.Sprintf("payment %s: cannot %s %s, %s is left", e.Payment, e.Kind, e.Wanted, e.Left)
}

// ErrorKind implements core.Classified.
func (e *ClaimError) ErrorKind() core.Kind { return core.KindConflict }

// ErrorCode implements core.Classified.
func (e *ClaimError) ErrorCode() string { return "amount_not_left" }

// ErrorDetails implements core.Detailed.
func (e *ClaimError) ErrorDetails() map[string]any {
	return map[string]any{"operation": e.Kind, "wanted": e.Wanted, "left": e.Left}
}
