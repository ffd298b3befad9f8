package order

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Tx is what the rules need of a transaction.
type Tx interface {
	Orders() Store
	Events() core.EventWriter
}

// Clerk is what the rules need to know of their surroundings: when, and where
// new IDs come from. Flows hold one and use it inside their transactions.
type Clerk struct {
	IDs   *core.IDs  // nil is the default generator
	Clock core.Clock // nil is the system clock
}

// NewToken returns a token that lets its bearer see one order: 160 random
// bits. It is stored as it is, beside everything it gives access to, so that
// mail sent later can carry it too.
func NewToken() string {
	var raw [20]byte
	_, _ = rand.Read(raw[:]) // never fails since Go 1.24
	return "ordt_" + strings.ToLower(base32.HexEncoding.EncodeToString(raw[:]))
}

// Why explains a change in the timeline.
type Why struct {
	Type   string // of the entry; "" derives it from the change
	Text   string // in words
	Public bool   // the buyer sees it
	Data   any    // marshals to JSON; nil is none
}

// Insert fills in what a new order lacks (ID, number, token, states, times,
// version), checks it and writes it with its first timeline entry and, when it
// is placed at once, the event order.placed.
func (k Clerk) Insert(ctx context.Context, tx Tx, o *Order, why Why) error {
	now := k.Clock.Now()
	if o.ID == "" {
		o.ID = core.NewID[core.OrderID](k.IDs, core.PrefixOrder)
	}
	if o.Number == "" {
		o.Number = NewNumber(k.IDs)
	}
	if o.Token == "" {
		o.Token = NewToken()
	}
	for _, def := range []struct {
		to  *string
		val string
	}{{(*string)(&o.Status), string(Pending)}, {(*string)(&o.Payment), string(PaymentPending)}, {(*string)(&o.Fulfilment), string(Unfulfilled)}} {
		if *def.to == "" {
			*def.to = def.val
		}
	}
	if o.CreatedAt.IsZero() {
		o.CreatedAt = now
	}
	if o.PlacedAt.IsZero() && o.Status != Pending && o.Status != Cancelled {
		o.PlacedAt = now
	}
	o.UpdatedAt, o.Version = now, 1
	if err := o.Check(); err != nil {
		return err
	}
	if why.Type == "" {
		why.Type = "order.created"
		if !o.PlacedAt.IsZero() {
			why.Type = "order.placed"
		}
	}
	e, err := k.Event(ctx, o.ID, why)
	if err != nil {
		return err
	}
	if err := tx.Orders().Insert(ctx, o, e); err != nil {
		return err
	}
	return k.announce(ctx, tx, *o, States{}, o.States)
}

// Step takes a locked order to its next states and changes o likewise: each
// step must be in its table, else it is a *TransitionError. It writes neither
// timeline nor events; see [Clerk.Move]. Stepping to where it is does nothing.
func (k Clerk) Step(ctx context.Context, s Store, o *Order, next States) error {
	from := o.States
	if from == next {
		return nil
	}
	if err := from.Check(next); err != nil {
		return err
	}
	now := k.Clock.Now()
	ok, err := s.SetStates(ctx, o.ID, from, next, now)
	if err != nil {
		return err
	}
	if !ok {
		return core.Errorf(core.KindConflict, "order_changed", "order %s changed meanwhile: read it again", o.ID)
	}
	o.States, o.UpdatedAt = next, now
	o.Version++
	o.PlacedAt, o.CancelledAt, o.CompletedAt = stamps(*o, from.Status, now)
	return nil
}

// Move is [Clerk.Step] together with an entry in the timeline and the events
// that belong to the step.
func (k Clerk) Move(ctx context.Context, tx Tx, o *Order, next States, why Why) error {
	from := o.States
	if from == next {
		return nil
	}
	if err := k.Step(ctx, tx.Orders(), o, next); err != nil {
		return err
	}
	types := changed(*o, from, next)
	if why.Type == "" {
		why.Type = "order.changed"
		if len(types) > 0 {
			why.Type = types[0]
		}
	}
	if why.Data == nil {
		why.Data = map[string]any{"from": from, "to": next}
	}
	e, err := k.Event(ctx, o.ID, why)
	if err != nil {
		return err
	}
	if err := tx.Orders().AppendEvents(ctx, e); err != nil {
		return err
	}
	return k.announce(ctx, tx, *o, from, next)
}

// stamps are the times that go with the order's new status.
func stamps(o Order, from Status, now time.Time) (placed, cancelled, completed time.Time) {
	placed, cancelled, completed = o.PlacedAt, o.CancelledAt, o.CompletedAt
	if o.Status == from {
		return
	}
	switch o.Status {
	case Placed:
		completed = time.Time{}
		if placed.IsZero() {
			placed = now
		}
	case Cancelled:
		cancelled = now
	case Completed:
		completed = now
	}
	return
}

// changed names the events between two states.
func changed(o Order, from, to States) []string {
	var out []string
	add := func(yes bool, typ string) {
		if yes {
			out = append(out, typ)
		}
	}
	add(to.Status == Placed && from.Status != Placed && from.Status != Completed, "order.placed")
	// An order that was never placed is nobody's business when it goes.
	add(to.Status == Cancelled && from.Status != Cancelled && !o.PlacedAt.IsZero(), "order.cancelled")
	add(to.Status == Completed && from.Status != Completed, "order.completed")
	add(to.Payment == Paid && from.Payment != Paid && from.Payment != PartiallyRefunded && from.Payment != Refunded, "order.paid")
	add((to.Payment == Refunded || to.Payment == PartiallyRefunded) && from.Payment != to.Payment && from.Payment != Refunded, "order.refunded")
	add((to.Fulfilment == Fulfilled || to.Fulfilment == Delivered) && (from.Fulfilment == Unfulfilled || from.Fulfilment == PartiallyFulfilled || from.Fulfilment == ""), "order.fulfilled")
	add(to.Fulfilment == Delivered && from.Fulfilment != Delivered, "order.delivered")
	return out
}

func (k Clerk) announce(ctx context.Context, tx Tx, o Order, from, to States) error {
	types := changed(o, from, to)
	if len(types) == 0 {
		return nil
	}
	events := make([]core.Event, len(types))
	for i, typ := range types {
		var err error
		events[i], err = core.NewEvent(ctx, k.IDs, k.Clock.Now(), typ, o.ID, map[string]any{"order_id": o.ID, "number": o.Number,
			"customer_id": o.Customer, "channel_id": o.Channel, "status": to.Status, "payment_state": to.Payment,
			"fulfilment_state": to.Fulfilment, "total": o.Totals.Total})
		if err != nil {
			return err
		}
	}
	return tx.Events().Append(ctx, events...)
}

// Note appends an entry to the timeline of an order.
func (k Clerk) Note(ctx context.Context, tx Tx, id core.OrderID, why Why) error {
	e, err := k.Event(ctx, id, why)
	if err != nil {
		return err
	}
	return tx.Orders().AppendEvents(ctx, e)
}

// Event makes a timeline entry by the context's actor, for stores to append.
func (k Clerk) Event(ctx context.Context, id core.OrderID, why Why) (Event, error) {
	e := Event{ID: core.NewID[core.EventID](k.IDs, core.PrefixEvent), Order: id, Type: why.Type, Text: why.Text, Public: why.Public,
		Actor: core.ActorFrom(ctx).String(), At: k.Clock.Now()}
	if why.Data == nil {
		return e, nil
	}
	raw, err := json.Marshal(why.Data)
	if err != nil {
		return Event{}, core.Errorf(core.KindInternal, "event_encoding", "encoding a timeline entry: %v", err)
	}
	e.Data = raw
	return e, nil
}
