package fulfil

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/settlement"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// DeliverParams say how a fulfilment arrived.
type DeliverParams struct {
	NotifyBuyer bool  // the event says that the buyer is to be told
	Version     int64 // the caller saw; 0 is any
}

// Deliver marks a fulfilment as delivered and appends the event
// order.delivered. One that is still pending is handed over: its goods leave
// the stock now. Delivering twice changes nothing.
func (s *Service) Deliver(ctx context.Context, id core.FulfilmentID, p DeliverParams) (order.Fulfilment, error) {
	f, o, err := s.change(ctx, id, p.Version, func(tx Tx, o *order.Order, f *order.Fulfilment) error {
		if f.State == order.ShipmentDelivered {
			return nil
		}
		if err := order.ShipmentMachine().Check(f.State, order.ShipmentDelivered); err != nil {
			return err
		}
		if f.State == order.ShipmentPending {
			if err := s.ship(ctx, tx, o, f); err != nil {
				return err
			}
		}
		f.State, f.DeliveredAt = order.ShipmentDelivered, s.cfg.Clock.Now()
		if err := save(ctx, tx, f); err != nil {
			return err
		}
		return s.note(ctx, tx, o, f, "fulfilment.delivered", "The goods were delivered.", "order.delivered", p.NotifyBuyer)
	})
	if err != nil {
		return order.Fulfilment{}, err
	}
	s.capture(ctx, o)
	return f, nil
}

// CancelParams say why a fulfilment is cancelled.
type CancelParams struct {
	Reason string // the buyer sees it
	// Unreserve puts goods that had been shipped back on sale; otherwise they
	// are reserved for the order again.
	Unreserve bool
	Version   int64 // the caller saw; 0 is any
}

// Cancel takes a fulfilment back: its pieces are open again. Goods that were
// shipped, and not delivered, are on hand again where they had come from.
// Cancelling twice changes nothing.
func (s *Service) Cancel(ctx context.Context, id core.FulfilmentID, p CancelParams) (order.Fulfilment, error) {
	if err := checkReason(p.Reason); err != nil {
		return order.Fulfilment{}, err
	}
	f, _, err := s.change(ctx, id, p.Version, func(tx Tx, o *order.Order, f *order.Fulfilment) error {
		if f.State == order.ShipmentCancelled {
			return nil
		}
		if err := order.ShipmentMachine().Check(f.State, order.ShipmentCancelled); err != nil {
			return err
		}
		if err := tx.Orders().Count(ctx, o, counts(f.Lines, -1)...); err != nil {
			return err
		}
		if err := s.takeBack(ctx, tx, o, f, !p.Unreserve); err != nil {
			return err
		}
		f.State, f.CancelledAt = order.ShipmentCancelled, s.cfg.Clock.Now()
		if err := save(ctx, tx, f); err != nil {
			return err
		}
		return s.note(ctx, tx, o, f, "fulfilment.cancelled", because("The shipment was cancelled", p.Reason), "", false)
	})
	return f, err
}

// takeBack puts shipped goods on hand again, and reserves them if they are
// still for the order.
func (s *Service) takeBack(ctx context.Context, tx Tx, o *order.Order, f *order.Fulfilment, reserve bool) error {
	var back []stock.Change
	var again []stock.Request
	for _, src := range f.Sources {
		back = append(back, stock.Change{ItemID: src.Item, LocationID: src.Location, Quantity: src.Quantity, Ref: string(f.ID)})
		again = append(again, stock.Request{ItemID: src.Item, Line: src.Line, Quantity: src.Quantity})
	}
	if len(back) == 0 {
		return nil
	}
	if _, err := s.stock.Move(ctx, tx.Stock(), stock.Return, back...); err != nil || !reserve {
		return err
	}
	_, err := s.stock.Reserve(ctx, tx.Stock(), string(o.ID), again, time.Time{})
	return err
}

// ReturnParams say what came back.
type ReturnParams struct {
	Lines    []order.Quantity
	Restock  bool            // on hand again; otherwise they are not sold again
	Location core.LocationID // where they are now; "" is where they had come from
	Reason   string          // the buyer sees it
}

// Return books goods that came back from the buyer. More than was fulfilled is
// an *order.QuantityError. It gives no money back: package refund does.
func (s *Service) Return(ctx context.Context, id core.OrderID, p ReturnParams) (order.Order, error) {
	if err := core.Require(ctx, core.PermOrdersWrite); err != nil {
		return order.Order{}, err
	}
	if err := checkReason(p.Reason); err != nil {
		return order.Order{}, err
	}
	if len(p.Lines) == 0 {
		return order.Order{}, core.Invalid("lines", "at least one is required")
	}
	var o order.Order
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		if o, err = tx.Orders().Lock(ctx, id); err != nil {
			return err
		}
		if err := settlement.CheckLines(&o, "lines", p.Lines); err != nil {
			return err
		}
		if err := s.settle.Return(ctx, tx, &o, p.Lines, p.Restock, p.Location, string(id)); err != nil {
			return err
		}
		return tx.Orders().AppendEvents(ctx, s.settle.Entry(ctx, id, "goods.returned", because("Goods came back", p.Reason), true, nil))
	})
	if err != nil {
		return order.Order{}, err
	}
	return o, nil
}

func checkReason(reason string) error {
	if len(reason) > 2000 || !core.ValidText(reason) {
		return core.Invalid("reason", "must be at most 2000 bytes of valid text")
	}
	return nil
}

func because(what, reason string) string {
	if reason == "" {
		return what + "."
	}
	return what + ": " + reason
}
