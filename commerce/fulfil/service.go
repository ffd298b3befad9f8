package fulfil

import (
	"context"
	"net/url"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/settlement"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// Tx is what fulfilment needs of a transaction.
type Tx interface{ settlement.Tx }

// Config of a Service. The zero value works.
type Config struct {
	// CaptureOnShip takes the money that is authorized when the last parcel of
	// an order is shipped. Default false: staff captures.
	CaptureOnShip bool
	IDs           *core.IDs  // default random
	Clock         core.Clock // default the system clock
}

// Service fulfils placed orders. All of it needs orders:write. Safe for
// concurrent use.
type Service struct {
	db     core.Runner[Tx]
	settle *settlement.Service
	cfg    Config
	stock  stock.Clerk
}

// New makes a service over a database. settle keeps orders in line.
func New(db core.Runner[Tx], settle *settlement.Service, cfg Config) *Service {
	return &Service{db: db, settle: settle, cfg: cfg, stock: stock.Clerk{IDs: cfg.IDs, Clock: cfg.Clock}}
}

// Tracking is how a parcel is followed on its way.
type Tracking struct {
	Carrier string `json:"carrier,omitempty"`
	Number  string `json:"tracking_number,omitempty"`
	URL     string `json:"tracking_url,omitempty"` // http or https
}

func (t Tracking) check() error {
	var v core.Violations
	v.Check(len(t.Carrier) <= 100 && core.ValidLine(t.Carrier), "carrier", "must be at most 100 bytes of text in one line")
	v.Check(len(t.Number) <= 200 && core.ValidLine(t.Number), "tracking_number", "must be at most 200 bytes of text in one line")
	u, err := url.Parse(t.URL)
	v.Check(t.URL == "" || err == nil && len(t.URL) <= 2000 && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "",
		"tracking_url", "must be a web address of at most 2000 bytes")
	return v.Err()
}

func (t Tracking) put(f *order.Fulfilment) {
	f.Carrier, f.TrackingNumber, f.TrackingURL = t.Carrier, t.Number, t.URL
}

// change runs a step of one fulfilment under its order's lock: fn changes f,
// which is written after it. seen is the version the caller saw, 0 for any.
func (s *Service) change(ctx context.Context, id core.FulfilmentID, seen int64, fn func(tx Tx, o *order.Order, f *order.Fulfilment) error) (f order.Fulfilment, o order.Order, err error) {
	if err := core.Require(ctx, core.PermOrdersWrite); err != nil {
		return f, o, err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		if f, err = tx.Orders().Fulfilment(ctx, id); err != nil {
			return err
		}
		if o, err = tx.Orders().Lock(ctx, f.Order); err != nil {
			return err
		}
		if f, err = tx.Orders().Fulfilment(ctx, id); err != nil { // as it is now that the order is locked
			return err
		}
		if seen != 0 && seen != f.Version {
			return core.Stale("fulfilment", id, seen, f.Version)
		}
		f.UpdatedAt = s.cfg.Clock.Now()
		return fn(tx, &o, &f)
	})
	return f, o, err
}

// save writes a fulfilment that changed.
func save(ctx context.Context, tx Tx, f *order.Fulfilment) error {
	if err := tx.Orders().UpdateFulfilment(ctx, *f, f.Version); err != nil {
		return err
	}
	f.Version++
	return nil
}

// derive brings the order's fulfilment state up to date with what is written.
func (s *Service) derive(ctx context.Context, tx Tx, o *order.Order) error {
	next := o.States
	var err error
	if next.Fulfilment, err = s.settle.FulfilmentState(ctx, tx, o); err != nil {
		return err
	}
	return s.settle.Step(ctx, tx, o, next)
}

// note derives the order's state and writes the timeline, and with an event
// type the event.
func (s *Service) note(ctx context.Context, tx Tx, o *order.Order, f *order.Fulfilment, typ, text string, event string, notify bool) error {
	if err := s.derive(ctx, tx, o); err != nil {
		return err
	}
	if err := tx.Orders().AppendEvents(ctx, s.settle.Entry(ctx, o.ID, typ, text, true, nil)); err != nil || event == "" {
		return err
	}
	return s.settle.Emit(ctx, tx, event, o, map[string]any{"fulfilment_id": f.ID, "fulfilment_lines": f.Lines, "carrier": f.Carrier,
		"tracking_number": f.TrackingNumber, "tracking_url": f.TrackingURL, "notify_buyer": notify})
}

// capture takes the money of an order that is on its way. The goods are gone
// either way, so a failure is noted and not returned.
func (s *Service) capture(ctx context.Context, o order.Order) {
	if !s.cfg.CaptureOnShip || o.Payment != order.Authorized && o.Payment != order.PartiallyPaid {
		return
	}
	if o.Fulfilment != order.Fulfilled && o.Fulfilment != order.Delivered {
		return
	}
	ctx = core.WithActor(context.WithoutCancel(ctx), core.System("capture on shipment"))
	unsent := false
	err := s.db.View(ctx, func(tx Tx) error {
		fs, err := tx.Orders().Fulfilments(ctx, o.ID)
		for _, f := range fs {
			unsent = unsent || f.State == order.ShipmentPending
		}
		return err
	})
	if err == nil && !unsent {
		_, err = s.settle.Capture(ctx, o.ID, money.Money{})
	}
	if err == nil {
		return
	}
	_ = s.db.Update(ctx, func(tx Tx) error { // only a note; the payment tells the same
		text := "The money could not be taken when the goods were shipped: " + err.Error() + "."
		return tx.Orders().AppendEvents(ctx, s.settle.Entry(ctx, o.ID, "payment.capture_failed", text, false, nil))
	})
}
