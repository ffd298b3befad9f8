package settlement

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// Step moves an order, locked in tx, to its next states if they are others: a
// step outside of the tables is an *order.TransitionError. An order that is
// paid and delivered is completed along with it. It appends the events
// order.paid and order.completed; the others are for the caller, who knows
// more.
func (s *Service) Step(ctx context.Context, tx Tx, o *order.Order, next order.States) error {
	from := o.States
	if next.Status == order.Placed && from.Status != order.Pending && finished(o, next) {
		next.Status = order.Completed
	}
	if from == next {
		return nil
	}
	if err := from.Check(next); err != nil {
		return err
	}
	now := s.cfg.Clock.Now()
	ok, err := tx.Orders().SetStates(ctx, o.ID, from, next, now)
	if err != nil {
		return err
	}
	if !ok {
		return core.Errorf(core.KindConflict, "order_changed", "the order changed meanwhile; try again")
	}
	o.States, o.UpdatedAt = next, now
	o.Version++
	if from.Status != next.Status {
		switch next.Status {
		case order.Placed:
			if o.PlacedAt.IsZero() {
				o.PlacedAt = now
			}
		case order.Cancelled:
			o.CancelledAt = now
		case order.Completed:
			o.CompletedAt = now
			if err := s.Emit(ctx, tx, "order.completed", o); err != nil {
				return err
			}
		}
	}
	if next.Payment == order.Paid && (from.Payment == order.PaymentPending || from.Payment == order.Authorized ||
		from.Payment == order.PartiallyPaid || from.Payment == order.PaymentFailed || from.Payment == order.Voided) {
		return s.Emit(ctx, tx, "order.paid", o)
	}
	return nil
}

// finished reports whether neither goods nor money are owed any more.
func finished(o *order.Order, next order.States) bool {
	switch next.Payment {
	case order.Paid, order.PartiallyRefunded, order.Refunded:
	default:
		return false
	}
	switch next.Fulfilment {
	case order.Delivered, order.Returned:
		return true
	case order.PartiallyReturned: // what came back had arrived
		for _, l := range o.Lines {
			if l.Open() > 0 {
				return false
			}
		}
		return true
	}
	return false
}

// FulfilmentState derives the fulfilment state of an order, locked in tx, from
// its lines and shipments.
func (s *Service) FulfilmentState(ctx context.Context, tx Tx, o *order.Order) (order.FulfilmentState, error) {
	fs, err := tx.Orders().Fulfilments(ctx, o.ID)
	if err != nil {
		return "", err
	}
	delivered := true
	for _, f := range fs {
		delivered = delivered && (f.State == order.ShipmentDelivered || f.State == order.ShipmentCancelled)
	}
	return order.FulfilmentStateOf(o.Lines, delivered), nil
}

// Requests are the stock requests of an order's lines.
func Requests(o *order.Order) []stock.Request {
	var out []stock.Request
	for _, l := range o.Lines {
		if l.StockItem != "" {
			out = append(out, stock.Request{ItemID: l.StockItem, Line: l.ID, Quantity: l.Quantity})
		}
	}
	return out
}

// Funds adds up payments. Of one in quarantine that counts which was known
// before.
func Funds(c money.Currency, ps ...payment.Payment) order.Funds {
	f := order.Funds{Authorized: money.Zero(c), Captured: money.Zero(c), Refunded: money.Zero(c)}
	for _, p := range ps {
		if p.Status != payment.Voided {
			f.Authorized.Amount += p.Authorized.Amount - p.Captured.Amount
		}
		f.Captured.Amount += p.Captured.Amount
		f.Refunded.Amount += p.Refunded.Amount
	}
	return f
}

// Entry makes a timeline entry of now by the actor of ctx.
func (s *Service) Entry(ctx context.Context, id core.OrderID, typ, text string, public bool, data []byte) order.Event {
	return order.Event{ID: core.NewID[core.EventID](s.cfg.IDs, core.PrefixEvent), Order: id, Type: typ, Text: text, Public: public,
		Actor: core.ActorFrom(ctx).String(), Data: data, At: s.cfg.Clock.Now()}
}

// Emit appends an event about an order. What more there is to tell is added to
// its data.
func (s *Service) Emit(ctx context.Context, tx interface{ Events() core.EventWriter }, typ string, o *order.Order, more ...map[string]any) error {
	type line struct {
		Variant  core.VariantID `json:"variant_id"`
		Product  core.ProductID `json:"product_id"`
		Quantity int64          `json:"quantity"`
	}
	lines := make([]line, len(o.Lines))
	for i, l := range o.Lines {
		lines[i] = line{l.Variant, l.Product, l.Quantity}
	}
	data := map[string]any{"order_id": o.ID, "number": o.Number, "customer_id": o.Customer, "channel_id": o.Channel, "total": o.Totals.Total,
		"status": o.Status, "payment_state": o.Payment, "fulfilment_state": o.Fulfilment, "lines": lines}
	for _, m := range more {
		for k, v := range m {
			data[k] = v
		}
	}
	e, err := core.NewEvent(ctx, s.cfg.IDs, s.cfg.Clock.Now(), typ, o.ID, data)
	if err != nil {
		return err
	}
	return tx.Events().Append(ctx, e)
}
