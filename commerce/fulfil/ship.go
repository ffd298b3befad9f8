package fulfil

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/settlement"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// Params describe a new fulfilment.
type Params struct {
	Lines       []order.Quantity  // what goes; empty is everything that is open
	Tracking    Tracking          // may be given later
	Metadata    map[string]string // at most 50 entries
	Ship        bool              // it leaves now; otherwise it is pending
	NotifyBuyer bool              // the event says that the buyer is to be told
}

// Create makes a fulfilment of a placed order and counts its pieces. More than
// is open is an *order.QuantityError, and of two that want the same pieces one
// gets it. With Ship it appends the event order.fulfilled.
func (s *Service) Create(ctx context.Context, id core.OrderID, p Params) (order.Fulfilment, error) {
	if err := core.Require(ctx, core.PermOrdersWrite); err != nil {
		return order.Fulfilment{}, err
	}
	if err := p.Tracking.check(); err != nil {
		return order.Fulfilment{}, err
	}
	if err := checkMetadata(p.Metadata); err != nil {
		return order.Fulfilment{}, err
	}
	var f order.Fulfilment
	var o order.Order
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		if o, err = tx.Orders().Lock(ctx, id); err != nil {
			return err
		}
		if o.Status != order.Placed {
			return core.Errorf(core.KindConflict, "order_not_placed", "the order is %s", o.Status)
		}
		if err := settlement.CheckLines(&o, "lines", p.Lines); err != nil {
			return err
		}
		lines := p.Lines
		if len(lines) == 0 {
			for _, l := range o.Lines {
				if l.Open() > 0 {
					lines = append(lines, order.Quantity{Line: l.ID, Quantity: l.Open()})
				}
			}
		}
		if len(lines) == 0 {
			return core.Errorf(core.KindConflict, "nothing_open", "nothing of the order is left to be fulfilled")
		}
		now := s.cfg.Clock.Now()
		f = order.Fulfilment{ID: core.NewID[core.FulfilmentID](s.cfg.IDs, core.PrefixFulfilment), Order: id, Lines: lines,
			State: order.ShipmentPending, Metadata: p.Metadata, Version: 1, CreatedAt: now, UpdatedAt: now}
		p.Tracking.put(&f)
		if err := tx.Orders().Count(ctx, &o, counts(lines, 1)...); err != nil {
			return err
		}
		if p.Ship {
			if err := s.ship(ctx, tx, &o, &f); err != nil {
				return err
			}
		}
		if err := tx.Orders().InsertFulfilment(ctx, f); err != nil {
			return err
		}
		if p.Ship {
			return s.shipped(ctx, tx, &o, &f, p.NotifyBuyer)
		}
		return s.note(ctx, tx, &o, &f, "fulfilment.created", "A parcel is being packed.", "", false)
	})
	if err != nil {
		return order.Fulfilment{}, err
	}
	if p.Ship {
		s.capture(ctx, o)
	}
	return f, nil
}

func counts(lines []order.Quantity, sign int64) []order.Change {
	out := make([]order.Change, len(lines))
	for i, l := range lines {
		out[i] = order.Change{Line: l.Line, Fulfilled: sign * l.Quantity}
	}
	return out
}

func checkMetadata(m map[string]string) error {
	var v core.Violations
	v.Check(len(m) <= 50, "metadata", "has at most 50 entries")
	for k, val := range m {
		v.Check(k != "" && len(k) <= 100 && len(val) <= 500 && core.ValidText(k) && core.ValidText(val), "metadata", "keys have up to 100 bytes of text, values up to 500")
	}
	return v.Err()
}

// ShipParams say how a pending fulfilment leaves.
type ShipParams struct {
	Tracking    *Tracking // nil leaves it as it is
	NotifyBuyer bool      // the event says that the buyer is to be told
	Version     int64     // the caller saw; 0 is any
}

// Ship sends a pending fulfilment: its goods leave the stock. Shipping what is
// shipped already changes nothing.
func (s *Service) Ship(ctx context.Context, id core.FulfilmentID, p ShipParams) (order.Fulfilment, error) {
	if p.Tracking != nil {
		if err := p.Tracking.check(); err != nil {
			return order.Fulfilment{}, err
		}
	}
	f, o, err := s.change(ctx, id, p.Version, func(tx Tx, o *order.Order, f *order.Fulfilment) error {
		if f.State == order.ShipmentShipped {
			return nil
		}
		if err := order.ShipmentMachine().Check(f.State, order.ShipmentShipped); err != nil {
			return err
		}
		if p.Tracking != nil {
			p.Tracking.put(f)
		}
		if err := s.ship(ctx, tx, o, f); err != nil {
			return err
		}
		if err := save(ctx, tx, f); err != nil {
			return err
		}
		return s.shipped(ctx, tx, o, f, p.NotifyBuyer)
	})
	if err != nil {
		return order.Fulfilment{}, err
	}
	s.capture(ctx, o)
	return f, nil
}

func (s *Service) shipped(ctx context.Context, tx Tx, o *order.Order, f *order.Fulfilment, notify bool) error {
	text := "The goods are on their way."
	if f.TrackingNumber != "" {
		text = "The goods are on their way: " + f.Carrier + " " + f.TrackingNumber + "."
	}
	return s.note(ctx, tx, o, f, "fulfilment.shipped", text, "order.fulfilled", notify)
}

// ship takes a fulfilment's goods out of stock. What is not reserved any more,
// because an earlier parcel was cancelled, is reserved first; what is not
// tracked passes.
func (s *Service) ship(ctx context.Context, tx Tx, o *order.Order, f *order.Fulfilment) error {
	ref := string(o.ID)
	rs, err := tx.Stock().Reservations(ctx, ref)
	if err != nil {
		return err
	}
	want, reserved := map[core.LineID]int64{}, map[core.LineID]int64{}
	for _, r := range rs {
		if r.State == stock.Held || r.State == stock.Committed {
			reserved[r.Line] += r.Quantity
		}
	}
	var missing []stock.Request
	for _, l := range f.Lines {
		want[l.Line] = l.Quantity
		if item := o.Line(l.Line).StockItem; item != "" && reserved[l.Line] < l.Quantity {
			missing = append(missing, stock.Request{ItemID: item, Line: l.Line, Quantity: l.Quantity - reserved[l.Line]})
		}
	}
	if len(missing) > 0 {
		fresh, err := s.stock.Reserve(ctx, tx.Stock(), ref, missing, time.Time{})
		if err != nil {
			return err
		}
		rs = append(rs, fresh...)
	}
	if _, err := s.stock.Ship(ctx, tx.Stock(), ref, want, string(f.ID)); err != nil {
		return err
	}
	f.Sources, f.Location = sources(rs, want), ""
	for i, src := range f.Sources {
		switch {
		case i == 0:
			f.Location = src.Location
		case f.Location != src.Location:
			f.Location = ""
		}
	}
	f.State, f.ShippedAt = order.ShipmentShipped, s.cfg.Clock.Now()
	return nil
}

// sources tells what Ship took from where: it goes through the reservations in
// the order of their IDs.
func sources(rs []stock.Reservation, want map[core.LineID]int64) []order.Source {
	slices.SortFunc(rs, func(a, b stock.Reservation) int { return strings.Compare(string(a.ID), string(b.ID)) })
	var out []order.Source
	for _, r := range rs {
		n := min(r.Quantity, want[r.Line])
		if n <= 0 || r.State != stock.Held && r.State != stock.Committed {
			continue
		}
		want[r.Line] -= n
		out = append(out, order.Source{Line: r.Line, Item: r.ItemID, Location: r.LocationID, Quantity: n})
	}
	return out
}

// UpdateTracking changes how a fulfilment is followed. version is the one the
// caller saw, 0 for any; a stale one is a *core.StaleError.
func (s *Service) UpdateTracking(ctx context.Context, id core.FulfilmentID, version int64, t Tracking) (order.Fulfilment, error) {
	if err := t.check(); err != nil {
		return order.Fulfilment{}, err
	}
	f, _, err := s.change(ctx, id, version, func(tx Tx, o *order.Order, f *order.Fulfilment) error {
		if f.State == order.ShipmentCancelled {
			return core.Errorf(core.KindConflict, "fulfilment_cancelled", "the fulfilment is cancelled")
		}
		t.put(f)
		if err := save(ctx, tx, f); err != nil {
			return err
		}
		return s.note(ctx, tx, o, f, "fulfilment.tracking", "The parcel is tracked: "+t.Carrier+" "+t.Number+".", "", false)
	})
	return f, err
}
