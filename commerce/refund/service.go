package refund

import (
	"context"
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/settlement"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// Tx is what refunds need of a transaction.
type Tx interface{ settlement.Tx }

// Config of a Service. The zero value works.
type Config struct {
	// BuyerCancelWindow is how long after ordering customers may cancel their
	// own orders, while nothing is fulfilled. Default 0: they may not.
	BuyerCancelWindow time.Duration
	// Limit says whether the actor may give back the amount; it is asked outside
	// of transactions, beside the actor's own Limits. Default nil: no more limits.
	Limit func(ctx context.Context, amount money.Money) error
	IDs   *core.IDs  // default random
	Clock core.Clock // default the system clock
}

// Service refunds and cancels orders. Safe for concurrent use.
type Service struct {
	db       core.Runner[Tx]
	settle   *settlement.Service
	cfg      Config
	stock    stock.Clerk
	payments payment.Clerk
}

// New makes a service over a database. settle knows the payment providers.
func New(db core.Runner[Tx], settle *settlement.Service, cfg Config) *Service {
	return &Service{db: db, settle: settle, cfg: cfg, stock: stock.Clerk{IDs: cfg.IDs, Clock: cfg.Clock},
		payments: payment.Clerk{IDs: cfg.IDs, Clock: cfg.Clock}}
}

// Line is what is given back of a line of the order.
type Line struct {
	Line     core.LineID `json:"line_id"`
	Quantity int64       `json:"quantity"` // 0 only with an amount: money without pieces
	// Amount replaces the pieces' share of the line's total and lies below it;
	// without pieces it is at most what is left of the line. nil is the share.
	Amount *money.Money `json:"amount,omitempty"`
	// Restock says that the pieces are not the buyer's any more: those that were
	// fulfilled came back and are on hand again, the others are cancelled and
	// not sent.
	Restock bool `json:"restock,omitempty"`
}

// Params say what is given back.
type Params struct {
	// All is everything that is left of lines and shipping; Lines and Shipping
	// stay empty then. With RestockAll the goods come back, too.
	All        bool            `json:"all,omitempty"`
	RestockAll bool            `json:"restock_all,omitempty"`
	Lines      []Line          `json:"lines,omitempty"`
	Location   core.LocationID `json:"location_id,omitempty"` // where goods are now; "" is where they had come from
	// Shipping is how much of the shipping charge, nil is nothing. AllShipping is
	// what is left of it.
	Shipping    *money.Money `json:"shipping,omitempty"`
	AllShipping bool         `json:"all_shipping,omitempty"`
	// Goodwill is a gesture beyond lines and shipping. It needs a reason and
	// contains no tax.
	Goodwill *money.Money `json:"goodwill,omitempty"`
	// OffsetUnpaid first gives up what the buyer has not paid yet, and gives
	// back only the rest. It is how goods come back that were bought on account.
	OffsetUnpaid bool   `json:"offset_unpaid,omitempty"`
	Reason       string `json:"reason,omitempty"` // for staff and the payment provider
	NotifyBuyer  bool   `json:"notify_buyer,omitempty"`
}

// Proposal is a refund as it would be made now.
type Proposal struct {
	Refund     order.Refund `json:"refund"`     // without ID, state and actor
	Refundable money.Money  `json:"refundable"` // all that could be given back: captured and not given back yet
}

// NotLeftError says that an order's payments have not so much left to be given
// back.
type NotLeftError struct {
	Wanted money.Money
	Left   money.Money
}

func (e *NotLeftError) Error() string {
	return fmt.Sprintf("%s cannot be given back: %s is left of what was captured", e.Wanted, e.Left)
}

// ErrorKind implements core.Classified.
func (e *NotLeftError) ErrorKind() core.Kind { return core.KindConflict }

// ErrorCode implements core.Classified.
func (e *NotLeftError) ErrorCode() string { return "amount_not_left" }

// ErrorDetails implements core.Detailed.
func (e *NotLeftError) ErrorDetails() map[string]any {
	return map[string]any{"wanted": e.Wanted, "left": e.Left}
}

// allow asks whether the actor may give back so much.
func (s *Service) allow(ctx context.Context, amount money.Money) error {
	if most := core.ActorFrom(ctx).Limits.MaxRefund; most != nil {
		if most.Currency != amount.Currency || amount.Amount > most.Amount {
			return core.Errorf(core.KindForbidden, "refund_limit", "%s is more than the %s that may be refunded", amount, *most)
		}
	}
	if s.cfg.Limit == nil || !amount.IsPositive() {
		return nil
	}
	return s.cfg.Limit(ctx, amount)
}

func checkReason(v *core.Violations, reason string) {
	v.Check(len(reason) <= 2000 && core.ValidText(reason), "reason", "must be at most 2000 bytes of valid text")
}

func changedMeanwhile() error {
	return core.Errorf(core.KindConflict, "order_changed", "the order changed meanwhile; try again")
}
