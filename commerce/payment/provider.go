package payment

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Provider moves money. Package paymenttest has the tests every provider
// passes.
//
// Each call that changes something carries an idempotency key: the same key
// means the same act, done once, answered the same. A decline is an answer,
// not an error. An error says that nobody knows what happened: the caller asks
// again with the same key, or by Lookup.
//
// Providers are safe for concurrent use.
type Provider interface {
	// Name is short, lower case and stays the same: it is stored.
	Name() string
	Capabilities() Capabilities
	// Authorize asks for the amount: it is promised, or taken at once with
	// Capture set.
	Authorize(ctx context.Context, r AuthorizeRequest) (Outcome, error)
	// Capture takes an authorized amount, or a part of it.
	Capture(ctx context.Context, r OperationRequest) (Result, error)
	// Void gives up what is authorized and not captured.
	Void(ctx context.Context, r OperationRequest) (Result, error)
	// Refund gives back captured money, or a part of it.
	Refund(ctx context.Context, r OperationRequest) (Result, error)
	// Lookup tells the payment's outcome now, by the provider's reference or,
	// without one, by the key of its authorization. KindNotFound says that the
	// provider has never seen it.
	Lookup(ctx context.Context, r LookupRequest) (Outcome, error)
	// ParseWebhook verifies a message and returns its events. What is not
	// signed rightly is a *SignatureError. A message of no interest has none.
	ParseWebhook(ctx context.Context, header http.Header, body []byte) ([]Event, error)
}

// Capabilities says what a provider can do.
type Capabilities struct {
	// Instant providers answer without a network, at once and the same way for
	// the same request, so that checkout may call them inside its transaction.
	Instant bool
	// Stateless providers keep no books: their operations answer without an
	// outcome and Lookup finds nothing.
	Stateless      bool
	PartialCapture bool
	PartialRefund  bool
	Webhooks       bool
	// Currencies it takes; empty is all.
	Currencies []money.Currency
}

// AuthorizeRequest asks for money.
type AuthorizeRequest struct {
	Key       string // idempotency key
	Payment   core.PaymentID
	Order     core.OrderID
	Reference string // for people, on statements: the order's number
	Amount    money.Money
	Capture   bool   // take the money at once
	Method    string // what the buyer chose, in the provider's words
	Token     string // what the provider's script made of the card; never a card number
	Email     string
	ReturnURL string // where the buyer comes back to after a redirect
	Metadata  map[string]string
}

// OperationRequest asks for a capture, void or refund.
type OperationRequest struct {
	Key        string // idempotency key of this operation
	Ref        string // the provider's reference of the payment
	PaymentKey string // key of its authorization
	Amount     money.Money
	Reason     string
}

// LookupRequest names a payment.
type LookupRequest struct {
	Ref string // the provider's reference; may be empty
	Key string // key of the authorization
}

// Result answers an operation.
type Result struct {
	State   OperationState // pending: a webhook or the next call with the same key tells
	Ref     string         // the provider's name of the operation
	Code    string         // why it was refused
	Message string
	Outcome Outcome // the payment after it; empty of Stateless providers
}

// Event is one message of a provider. Its outcome is the payment's state as
// the provider knew it when it sent the message.
type Event struct {
	ID      string    `json:"id"` // unique per provider
	Type    string    `json:"type"`
	Key     string    `json:"key,omitempty"` // of the authorization, if the provider repeats it
	Ref     string    `json:"ref,omitempty"`
	At      time.Time `json:"at"`
	Outcome Outcome   `json:"outcome"`
	// OperationKey and Operation tell the end of an operation that was pending.
	OperationKey string         `json:"operation_key,omitempty"`
	Operation    OperationState `json:"operation,omitempty"`
}

// SignatureReason says what is wrong with a webhook.
type SignatureReason string

// The reasons.
const (
	SignatureMissing  SignatureReason = "missing"
	SignatureMismatch SignatureReason = "mismatch"
	SignatureExpired  SignatureReason = "expired" // its time is outside the tolerance
	SignatureMode     SignatureReason = "mode"    // a test message to a live shop, or the reverse
	SignatureAccount  SignatureReason = "account" // for another account
)

// SignatureError is a webhook that cannot be trusted. Nothing of it is stored.
type SignatureError struct {
	Provider string
	Reason   SignatureReason
}

func (e *SignatureError) Error() string {
	return fmt.Sprintf("webhook of %s: its signature is not accepted (%s)", e.Provider, e.Reason)
}

// ErrorKind implements core.Classified.
func (e *SignatureError) ErrorKind() core.Kind { return core.KindInvalid }

// ErrorCode implements core.Classified.
func (e *SignatureError) ErrorCode() string { return "webhook_signature" }

// DeclinedError is a payment that was not accepted, for callers that need an
// error out of an outcome.
type DeclinedError struct {
	Payment   core.PaymentID
	Code      string
	Message   string
	Retryable bool
}

func (e *DeclinedError) Error() string {
	if e.Message != "" {
		return e.Message
	}
	return "the payment was declined"
}

// ErrorKind implements core.Classified.
func (e *DeclinedError) ErrorKind() core.Kind { return core.KindDeclined }

// ErrorCode implements core.Classified.
func (e *DeclinedError) ErrorCode() string { return "payment_declined" }

// ErrorDetails implements core.Detailed.
func (e *DeclinedError) ErrorDetails() map[string]any {
	return map[string]any{"payment_id": e.Payment, "decline_code": e.Code, "retryable": e.Retryable}
}

// Err returns a *DeclinedError for a payment that was declined or failed, else
// nil.
func (p Payment) Err() error {
	if p.State != StateDeclined && p.State != StateFailed {
		return nil
	}
	return &DeclinedError{Payment: p.ID, Code: p.Code, Message: p.Message, Retryable: p.Retryable}
}
