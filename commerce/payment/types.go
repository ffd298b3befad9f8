package payment

import (
	"encoding/json"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Payment is one attempt to pay for an order through one provider. What the
// provider told of it only grows: amounts are the highest ever told, Status is
// the furthest.
type Payment struct {
	ID       core.PaymentID `json:"id"`
	Order    core.OrderID   `json:"order_id"`
	Provider string         `json:"provider"`
	Method   string         `json:"method,omitempty"` // what the buyer chose: "card", "invoice"
	Key      string         `json:"-"`                // idempotency key of the authorization, stored before the call
	Ref      string         `json:"provider_ref,omitempty"`
	Amount   money.Money    `json:"amount"`
	Capture  bool           `json:"capture"` // take the money together with the authorization
	Quote    string         `json:"-"`       // hash of the priced cart this pays for

	State      State        `json:"state"` // follows from the fields below
	Status     Status       `json:"-"`
	Authorized money.Money  `json:"authorized"`
	Captured   money.Money  `json:"captured"`
	Refunded   money.Money  `json:"refunded"`
	Disputed   money.Money  `json:"disputed"`
	Dispute    DisputeState `json:"dispute,omitempty"`
	Code       string       `json:"code,omitempty"`    // why it was declined or failed
	Message    string       `json:"message,omitempty"` // the same for people
	Retryable  bool         `json:"retryable,omitempty"`
	Action     *Action      `json:"action,omitempty"` // what the buyer has to do
	// Quarantine says why the payment is not trusted: the provider's amount,
	// currency or reference differ from ours. People look at it.
	Quarantine string `json:"quarantine,omitempty"`

	// What running operations have set aside, so that two of them cannot take
	// or give back the same money.
	CaptureClaimed money.Money `json:"-"`
	RefundClaimed  money.Money `json:"-"`

	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	ExpiresAt time.Time `json:"expires_at,omitzero"` // when the authorization lapses, if known
}

// Capturable is how much can still be captured, beside running captures.
func (p Payment) Capturable() money.Money {
	if p.Status != Authorized && p.Status != Captured {
		return money.Zero(p.Amount.Currency)
	}
	return money.New(max(0, p.Authorized.Amount-max(p.Captured.Amount, p.CaptureClaimed.Amount)), p.Amount.Currency)
}

// Refundable is how much can still be given back, beside running refunds and
// what is in dispute.
func (p Payment) Refundable() money.Money {
	held := int64(0)
	if p.Dispute == DisputeOpen || p.Dispute == DisputeLost {
		held = p.Disputed.Amount
	}
	return money.New(max(0, p.Captured.Amount-max(p.Refunded.Amount, p.RefundClaimed.Amount)-held), p.Amount.Currency)
}

// Status is how far a payment got, in the provider's view. A later one in this
// list outranks the earlier: a late success beats a failure told before or
// after it.
type Status string

// The statuses, by rank.
const (
	Unknown        Status = ""                // never told
	RequiresAction Status = "requires_action" // the buyer has to do something: 3-D Secure
	Pending        Status = "pending"         // the provider is working on it
	Declined       Status = "declined"
	Failed         Status = "failed" // given up, timed out, invalid
	Authorized     Status = "authorized"
	Voided         Status = "voided"
	Captured       Status = "captured" // at least a part
)

var statusRank = map[Status]int{Unknown: 0, RequiresAction: 1, Pending: 2, Declined: 3, Failed: 4, Authorized: 5, Voided: 6, Captured: 7}

// DisputeState is the state of a dispute about a payment. A later one in this
// list outranks the earlier.
type DisputeState string

// The dispute states.
const (
	NoDispute   DisputeState = ""
	DisputeOpen DisputeState = "open"
	DisputeWon  DisputeState = "won" // the money is back
	DisputeLost DisputeState = "lost"
)

var disputeRank = map[DisputeState]int{NoDispute: 0, DisputeOpen: 1, DisputeWon: 2, DisputeLost: 3}

// Outcome is a provider's account of a payment at one moment: everything so
// far, not a step. Amounts are cumulative.
type Outcome struct {
	Ref        string       `json:"ref,omitempty"` // the provider's name of the payment
	Status     Status       `json:"status"`
	Amount     money.Money  `json:"amount,omitzero"` // of the attempt; it must equal ours. Zero: not told
	Authorized money.Money  `json:"authorized,omitzero"`
	Captured   money.Money  `json:"captured,omitzero"`
	Refunded   money.Money  `json:"refunded,omitzero"` // settled refunds only
	Disputed   money.Money  `json:"disputed,omitzero"`
	Dispute    DisputeState `json:"dispute,omitempty"`
	Code       string       `json:"code,omitempty"`      // of a decline or failure: "insufficient_funds"
	Message    string       `json:"message,omitempty"`   // safe to show
	Retryable  bool         `json:"retryable,omitempty"` // another try with the same means may work
	Action     *Action      `json:"action,omitempty"`    // with RequiresAction
	ExpiresAt  time.Time    `json:"expires_at,omitzero"` // of the authorization
}

// Action is what the buyer has to do before a payment goes on.
type Action struct {
	Type        string          `json:"type"` // "redirect", "client"
	RedirectURL string          `json:"redirect_url,omitempty"`
	ClientData  json.RawMessage `json:"client_data,omitempty"` // for the provider's script in the browser
}

// OperationKind is what is asked of a provider after the authorization.
type OperationKind string

// The kinds of operation.
const (
	CaptureOp OperationKind = "capture"
	VoidOp    OperationKind = "void"
	RefundOp  OperationKind = "refund"
)

// OperationState is the state of an operation.
type OperationState string

// The operation states.
const (
	OperationPending   OperationState = "pending" // asked for; the answer is not known yet
	OperationSucceeded OperationState = "succeeded"
	OperationRefused   OperationState = "refused" // definitely not done
)

// Operation is one capture, void or refund. It is stored with its idempotency
// key before the provider is called, so that a lost answer can be asked for
// again and nothing happens twice.
type Operation struct {
	Key       string         `json:"key"` // idempotency key, unique
	Payment   core.PaymentID `json:"payment_id"`
	Kind      OperationKind  `json:"kind"`
	Amount    money.Money    `json:"amount"`
	Refund    core.RefundID  `json:"refund_id,omitempty"` // the order's refund it is part of
	Reason    string         `json:"reason,omitempty"`
	State     OperationState `json:"state"`
	Ref       string         `json:"provider_ref,omitempty"`
	Code      string         `json:"code,omitempty"`
	Message   string         `json:"message,omitempty"`
	Actor     string         `json:"actor"`
	CreatedAt time.Time      `json:"created_at"`
	UpdatedAt time.Time      `json:"updated_at"`
}

// Webhook is a message of a provider, stored before it is acknowledged and
// processed afterwards.
type Webhook struct {
	Provider   string       `json:"provider"`
	Event      Event        `json:"event"` // (Provider, Event.ID) is unique
	State      WebhookState `json:"state"`
	Attempts   int64        `json:"attempts"`
	NextAt     time.Time    `json:"next_at,omitzero"` // when it is tried (again)
	Error      string       `json:"error,omitempty"`  // of the last attempt
	ReceivedAt time.Time    `json:"received_at"`
	SettledAt  time.Time    `json:"settled_at,omitzero"`
}

// WebhookState is the state of a stored webhook.
type WebhookState string

// The webhook states.
const (
	WebhookReceived WebhookState = "received"
	WebhookDone     WebhookState = "done"
	WebhookDead     WebhookState = "dead" // given up; people look at it
)
