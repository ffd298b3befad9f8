package checkout

import (
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/quote"
)

// NotReadyError says what a cart lacks before it can be ordered.
type NotReadyError struct{ core.Violations }

// ErrorCode implements core.Classified.
func (e *NotReadyError) ErrorCode() string { return "cart_not_ready" }

// Unwrap gives the fields at fault.
func (e *NotReadyError) Unwrap() error { return e.Violations }

// PriceChangedError says that an order would come to another total than the
// buyer saw. Show the new quote and ask again.
type PriceChangedError struct {
	Expected money.Money // zero when none was given
	Quote    quote.Quote
}

func (e *PriceChangedError) Error() string {
	return "prices have changed: the total is " + e.Quote.Totals.Total.String()
}

// ErrorKind implements core.Classified.
func (e *PriceChangedError) ErrorKind() core.Kind { return core.KindConflict }

// ErrorCode implements core.Classified.
func (e *PriceChangedError) ErrorCode() string { return "price_changed" }

// ErrorDetails implements core.Detailed.
func (e *PriceChangedError) ErrorDetails() map[string]any {
	return map[string]any{"expected": e.Expected, "total": e.Quote.Totals.Total}
}

// UncertainError says that the payment provider did not answer. The order is
// pending; it will be placed or given up as soon as the provider tells. Ask for
// the order instead of paying again.
type UncertainError struct {
	Order   core.OrderID
	Payment core.PaymentID
	Err     error
}

func (e *UncertainError) Error() string {
	return "the payment provider has not answered; do not pay again, the order will be placed or given up shortly"
}

// Unwrap returns the provider's error.
func (e *UncertainError) Unwrap() error { return e.Err }

// ErrorKind implements core.Classified.
func (e *UncertainError) ErrorKind() core.Kind { return core.KindUnavailable }

// ErrorCode implements core.Classified.
func (e *UncertainError) ErrorCode() string { return "payment_uncertain" }

// ErrorDetails implements core.Detailed.
func (e *UncertainError) ErrorDetails() map[string]any {
	return map[string]any{"order_id": e.Order, "payment_id": e.Payment}
}
