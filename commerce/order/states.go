package order

import (
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Status is the state of the order as a whole.
type Status string

// The statuses.
const (
	Pending   Status = "pending"   // waits for its payment
	Placed    Status = "placed"    // the shop owes the goods
	Completed Status = "completed" // nothing is left to do
	Cancelled Status = "cancelled" // final
)

// PaymentState is where the order's money is.
type PaymentState string

// The payment states.
const (
	PaymentPending    PaymentState = "pending"
	Authorized        PaymentState = "authorized"     // promised, not taken
	PartiallyPaid     PaymentState = "partially_paid" // less than the total is taken
	Paid              PaymentState = "paid"
	PartiallyRefunded PaymentState = "partially_refunded"
	Refunded          PaymentState = "refunded" // all that was taken is given back
	PaymentFailed     PaymentState = "failed"
	Voided            PaymentState = "voided" // the promise was given up
)

// FulfilmentState is where the order's goods are.
type FulfilmentState string

// The fulfilment states.
const (
	Unfulfilled        FulfilmentState = "unfulfilled"
	PartiallyFulfilled FulfilmentState = "partially_fulfilled"
	Fulfilled          FulfilmentState = "fulfilled" // all that is not cancelled is on its way
	Delivered          FulfilmentState = "delivered"
	PartiallyReturned  FulfilmentState = "partially_returned"
	Returned           FulfilmentState = "returned"
)

// ShipmentState is the state of one fulfilment.
type ShipmentState string

// The shipment states.
const (
	ShipmentPending   ShipmentState = "pending" // packed or being packed
	ShipmentShipped   ShipmentState = "shipped"
	ShipmentDelivered ShipmentState = "delivered"
	ShipmentCancelled ShipmentState = "cancelled"
)

// RefundState is the state of one refund.
type RefundState string

// The refund states.
const (
	RefundPending   RefundState = "pending" // a provider has not answered yet
	RefundSucceeded RefundState = "succeeded"
	RefundFailed    RefundState = "failed" // what it had set aside is free again
)

// States are the three states of an order.
type States struct {
	Status     Status          `json:"status"`
	Payment    PaymentState    `json:"payment_state"`
	Fulfilment FulfilmentState `json:"fulfilment_state"`
}

// Check returns nil when each state may step to that of next, else a
// [*TransitionError].
func (s States) Check(next States) error {
	if err := StatusMachine().Check(s.Status, next.Status); err != nil {
		return err
	}
	if err := PaymentMachine().Check(s.Payment, next.Payment); err != nil {
		return err
	}
	return FulfilmentMachine().Check(s.Fulfilment, next.Fulfilment)
}

// TransitionError is a step that is not in the tables below.
type TransitionError = core.TransitionError

// table reads rows of from, to and what happens.
func table[S ~string](rows [][3]S) []core.Transition[S] {
	out := make([]core.Transition[S], len(rows))
	for i, r := range rows {
		out[i] = core.Transition[S]{From: r[0], To: r[1], On: string(r[2])}
	}
	return out
}

// StatusMachine is the table of the order's status.
func StatusMachine() core.Machine[Status] {
	return core.Machine[Status]{Name: "order", Start: []Status{Pending, Placed}, Table: table([][3]Status{
		{Pending, Placed, "payment accepted"},
		{Pending, Cancelled, "payment failed or given up"},
		{Placed, Completed, "everything settled"},
		{Placed, Cancelled, "cancel"},
		{Completed, Placed, "reopen"},
	})}
}

// PaymentMachine is the table of the order's payment state.
func PaymentMachine() core.Machine[PaymentState] {
	return core.Machine[PaymentState]{Name: "order's payment", Start: []PaymentState{PaymentPending, Authorized, PartiallyPaid, Paid}, Table: table([][3]PaymentState{
		{PaymentPending, Authorized, "authorize"},
		{PaymentPending, PartiallyPaid, "capture a part"},
		{PaymentPending, Paid, "capture"},
		{PaymentPending, PartiallyRefunded, "captured and refunded before we heard of it"},
		{PaymentPending, Refunded, "captured and refunded before we heard of it"},
		{PaymentPending, PaymentFailed, "decline or time out"},
		{PaymentPending, Voided, "give up"},
		{Authorized, PartiallyPaid, "capture a part"},
		{Authorized, Paid, "capture"},
		{Authorized, PartiallyRefunded, "captured and refunded before we heard of it"},
		{Authorized, Refunded, "captured and refunded before we heard of it"},
		{Authorized, Voided, "void or expire"},
		{Authorized, PaymentFailed, "capture refused"},
		{PartiallyPaid, Paid, "capture the rest"},
		{PartiallyPaid, PartiallyRefunded, "refund a part"},
		{PartiallyPaid, Refunded, "refund in full"},
		{Paid, PartiallyPaid, "the order grew"},
		{Paid, PartiallyRefunded, "refund a part"},
		{Paid, Refunded, "refund in full"},
		{PartiallyRefunded, Refunded, "refund the rest"},
		{PartiallyRefunded, Paid, "refund failed, or paid again"},
		{Refunded, PartiallyRefunded, "refund failed, or paid again"},
		{Refunded, Paid, "refund failed, or paid again"},
		{PaymentFailed, PaymentPending, "try again"},
		{PaymentFailed, Authorized, "late success"},
		{PaymentFailed, PartiallyPaid, "late success"},
		{PaymentFailed, Paid, "late success"},
		{PaymentFailed, PartiallyRefunded, "late success given back"},
		{PaymentFailed, Refunded, "late success given back"},
		{PaymentFailed, Voided, "late success given back"},
		{Voided, PaymentPending, "try again"},
		{Voided, Authorized, "authorize again"},
		{Voided, PartiallyPaid, "late capture"},
		{Voided, Paid, "late capture"},
		{Voided, PartiallyRefunded, "late capture given back"},
		{Voided, Refunded, "late capture given back"},
	})}
}

// FulfilmentMachine is the table of the order's fulfilment state.
func FulfilmentMachine() core.Machine[FulfilmentState] {
	return core.Machine[FulfilmentState]{Name: "order's fulfilment", Start: []FulfilmentState{Unfulfilled}, Table: table([][3]FulfilmentState{
		{Unfulfilled, PartiallyFulfilled, "ship a part"},
		{Unfulfilled, Fulfilled, "ship everything"},
		{Unfulfilled, Delivered, "hand over"},
		{PartiallyFulfilled, Unfulfilled, "cancel the shipment"},
		{PartiallyFulfilled, Fulfilled, "ship the rest"},
		{PartiallyFulfilled, Delivered, "hand over the rest"},
		{PartiallyFulfilled, PartiallyReturned, "goods come back"},
		{PartiallyFulfilled, Returned, "all goods come back"},
		{Fulfilled, Unfulfilled, "cancel the shipment"},
		{Fulfilled, PartiallyFulfilled, "cancel a shipment"},
		{Fulfilled, Delivered, "deliver"},
		{Fulfilled, PartiallyReturned, "goods come back"},
		{Fulfilled, Returned, "all goods come back"},
		{Delivered, PartiallyReturned, "goods come back"},
		{Delivered, Returned, "all goods come back"},
		{PartiallyReturned, Returned, "the rest comes back"},
	})}
}

// ShipmentMachine is the table of a fulfilment.
func ShipmentMachine() core.Machine[ShipmentState] {
	return core.Machine[ShipmentState]{Name: "fulfilment", Start: []ShipmentState{ShipmentPending, ShipmentShipped, ShipmentDelivered}, Table: table([][3]ShipmentState{
		{ShipmentPending, ShipmentShipped, "ship"},
		{ShipmentPending, ShipmentDelivered, "hand over"},
		{ShipmentPending, ShipmentCancelled, "cancel"},
		{ShipmentShipped, ShipmentDelivered, "deliver"},
		{ShipmentShipped, ShipmentCancelled, "cancel"},
	})}
}

// RefundMachine is the table of a refund.
func RefundMachine() core.Machine[RefundState] {
	return core.Machine[RefundState]{Name: "refund", Start: []RefundState{RefundPending, RefundSucceeded}, Table: table([][3]RefundState{
		{RefundPending, RefundSucceeded, "paid back"},
		{RefundPending, RefundFailed, "refused"},
	})}
}

// Diagram prints all tables as Mermaid state diagrams in Markdown.
func Diagram() string {
	var b strings.Builder
	for _, d := range []struct{ title, diagram string }{
		{"Order status", StatusMachine().Diagram()},
		{"Payment state", PaymentMachine().Diagram()},
		{"Fulfilment state", FulfilmentMachine().Diagram()},
		{"One fulfilment", ShipmentMachine().Diagram()},
		{"One refund", RefundMachine().Diagram()},
	} {
		b.WriteString("### " + d.title + "\n\n```mermaid\n" + d.diagram + "```\n\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Funds is what an order's payments add up to.
type Funds struct {
	Authorized money.Money // promised and not taken
	Captured   money.Money // taken, before refunds
	Refunded   money.Money // given back of Captured
}

// PaymentStateOf derives the payment state of an order over total from its
// payments' sums. Without money it is PaymentPending, and Paid when the total
// is nothing: whether that is a failure or a voided promise only its payments
// tell.
func PaymentStateOf(total money.Money, f Funds) PaymentState {
	switch {
	case f.Captured.IsPositive() && f.Refunded.Amount >= f.Captured.Amount:
		return Refunded
	case f.Refunded.IsPositive():
		return PartiallyRefunded
	case f.Captured.Amount >= total.Amount:
		return Paid
	case f.Captured.IsPositive():
		return PartiallyPaid
	case f.Authorized.IsPositive():
		return Authorized
	}
	return PaymentPending
}

// FulfilmentStateOf derives the fulfilment state from the lines' quantities;
// delivered says that every shipment has arrived.
func FulfilmentStateOf(lines []Line, delivered bool) FulfilmentState {
	var open, fulfilled, returned int64
	for _, l := range lines {
		open += l.Open()
		fulfilled += l.Fulfilled
		returned += l.Returned
	}
	switch {
	case fulfilled == 0:
		return Unfulfilled
	case returned == fulfilled && open == 0:
		return Returned
	case returned > 0:
		return PartiallyReturned
	case open > 0:
		return PartiallyFulfilled
	case delivered:
		return Delivered
	}
	return Fulfilled
}
