package promo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Promotion is a rule that takes money off carts. All of its conditions must
// hold; then all of its actions are taken.
type Promotion struct {
	ID          core.PromotionID `json:"id"`
	Name        string           `json:"name"` // shown to buyers
	Description string           `json:"description,omitempty"`
	// NeedsCode says that it applies only with one of its codes; otherwise it is
	// automatic.
	NeedsCode bool      `json:"needs_code,omitempty"`
	Active    bool      `json:"active"`
	StartsAt  time.Time `json:"starts_at,omitzero"` // included; whole seconds
	EndsAt    time.Time `json:"ends_at,omitzero"`   // excluded; whole seconds
	// Priority orders promotions: lower first, equal ones by ID.
	Priority int `json:"priority"`
	// Exclusive promotions apply alone: not after another, and none after them.
	Exclusive bool `json:"exclusive,omitempty"`
	// Class is a name to combine by, such as "order"; CombinesWith lists the
	// classes it tolerates beside it, and empty means all. Two promotions
	// combine when each tolerates the other.
	Class        string      `json:"class,omitempty"`
	CombinesWith []string    `json:"combines_with,omitempty"`
	Conditions   []Condition `json:"conditions,omitempty"`
	Actions      []Action    `json:"actions"`
	Limits       Limits      `json:"limits,omitzero"`
	Version      int64       `json:"version"`
	CreatedAt    time.Time   `json:"created_at"`
	UpdatedAt    time.Time   `json:"updated_at"`
}

// Limits bound the use of a promotion. They are guarded when an order
// completes; before that they are only looked at.
type Limits struct {
	Uses        int64       `json:"uses,omitempty"`         // orders in total; 0 is unbounded
	PerCustomer int64       `json:"per_customer,omitempty"` // orders of one customer; 0 is unbounded
	Budget      money.Money `json:"budget,omitzero"`        // discount in total; zero is unbounded. With a budget, only carts in its currency
}

// Any reports whether anything is bounded.
func (l Limits) Any() bool { return l != Limits{} }

// Usage is how much of a promotion was used by orders that stand.
type Usage struct {
	Uses  int64 `json:"uses"`
	Spent int64 `json:"spent"` // minor units; meaningful with a budget
}

// Code unlocks a promotion.
type Code struct {
	Code        string           `json:"code"` // as NormalCode makes it; unique
	PromotionID core.PromotionID `json:"promotion_id"`
	UsageLimit  int64            `json:"usage_limit,omitempty"` // orders in total; 0 is unbounded
	Uses        int64            `json:"uses"`                  // counted where there is a limit
	CreatedAt   time.Time        `json:"created_at"`
}

// Redemption is the use of a promotion by an order: one per order and
// promotion, however many lines it touches.
type Redemption struct {
	OrderID     core.OrderID     `json:"order_id"`
	PromotionID core.PromotionID `json:"promotion_id"`
	Code        string           `json:"code,omitempty"`
	// Customer is whom per-customer limits count: a customer ID, or the normal
	// email of a guest.
	Customer string      `json:"customer,omitempty"`
	Amount   money.Money `json:"amount"` // all it took off the order
	At       time.Time   `json:"at"`
	Released time.Time   `json:"released_at,omitzero"` // when its order was cancelled
}

// Store keeps promotions, codes and redemptions.
type Store interface {
	Insert(ctx context.Context, p Promotion) error
	Update(ctx context.Context, p Promotion, seen int64) error // stale versions are refused
	Delete(ctx context.Context, id core.PromotionID) error     // refused once redeemed; its codes go with it
	Promotion(ctx context.Context, id core.PromotionID) (Promotion, error)
	Promotions(ctx context.Context, q Query) (core.Page[Promotion], error) // newest first
	Usage(ctx context.Context, ids []core.PromotionID) (map[core.PromotionID]Usage, error)

	// Automatic returns the active automatic promotions that have not ended,
	// by priority and ID, with the usage of those that are limited.
	Automatic(ctx context.Context, now time.Time) ([]Candidate, error)
	// ByCodes returns those of the normal codes that exist, by code, each with
	// its promotion and usage.
	ByCodes(ctx context.Context, codes []string) ([]Candidate, error)
	// CustomerUses returns how many orders of a customer use each promotion.
	CustomerUses(ctx context.Context, customer string, ids []core.PromotionID) (map[core.PromotionID]int64, error)

	InsertCodes(ctx context.Context, codes []Code) error // one that exists is core.KindExists
	DeleteCode(ctx context.Context, promotion core.PromotionID, code string) error
	Codes(ctx context.Context, promotion core.PromotionID, q core.PageQuery) (core.Page[Code], error) // by code

	// Redeem records uses and counts them against the limits of promotions and
	// codes; the first limit that is reached is an *ExhaustedError, and the
	// transaction must be rolled back. A use that is recorded already, also a
	// released one, is left as it is and not counted again.
	Redeem(ctx context.Context, rs []Redemption) error
	// Release gives back what an order used. Doing it twice does nothing more.
	Release(ctx context.Context, order core.OrderID, at time.Time) error
	Redemptions(ctx context.Context, order core.OrderID) ([]Redemption, error) // by promotion
}

// Query selects promotions.
type Query struct {
	core.PageQuery
	Active *bool // nil is both
}

// Candidate is a promotion that may apply to a cart: an automatic one, or one
// a code was given for.
type Candidate struct {
	Promotion
	Code  Code  // zero for an automatic one
	Usage Usage // how much of its limits was used when it was read
}

// Organized reports whether categories or collections of the goods decide what
// the promotion does.
func (p *Promotion) Organized() bool {
	return slices.ContainsFunc(p.Conditions, func(c Condition) bool { return c.Items.Organized() }) ||
		slices.ContainsFunc(p.Actions, func(a Action) bool { return a.Items.Organized() })
}

// ExhaustedError says that a promotion or code has no use left.
type ExhaustedError struct {
	PromotionID core.PromotionID
	Code        string
	Reason      Reason // UsedUp, CodeUsedUp, CustomerUsedUp or BudgetSpent
}

func (e *ExhaustedError) Error() string {
	if e.Code != "" {
		return fmt.Sprintf("the code %s cannot be used any more: %s", e.Code, e.Reason.Words())
	}
	return fmt.Sprintf("the promotion %s cannot be used any more: %s", e.PromotionID, e.Reason.Words())
}

// ErrorKind implements core.Classified.
func (e *ExhaustedError) ErrorKind() core.Kind { return core.KindConflict }

// ErrorCode implements core.Classified.
func (e *ExhaustedError) ErrorCode() string { return "promotion_exhausted" }

// ErrorDetails implements core.Detailed.
func (e *ExhaustedError) ErrorDetails() map[string]any {
	return map[string]any{"promotion_id": e.PromotionID, "code": e.Code, "reason": e.Reason}
}
