package fulfil_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/fulfil"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/internal/flowtest"
	"github.com/bodega-commerce/bodega/storage"
)

var staff = flowtest.Staff()

func service(s *flowtest.Shop, cfg fulfil.Config) *fulfil.Service {
	cfg.Clock = s.Clock.Now
	return fulfil.New(core.Narrow(s.DB, func(tx storage.Tx) fulfil.Tx { return tx }), s.Settle, cfg)
}

func TestEverythingOpenIsShippedDeliveredAndCompleted(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	f := service(s, fulfil.Config{})
	item := s.Item(t, 10)
	o := s.Place(t, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line(item, 3, 1000, 0), flowtest.Line("", 1, 500, 0)}})
	onHand, reserved := s.Level(t, item)
	require.Equal(t, [2]int64{10, 3}, [2]int64{onHand, reserved})

	made, err := f.Create(staff, o.ID, fulfil.Params{Ship: true, Tracking: fulfil.Tracking{Carrier: "DHL", Number: "123", URL: "https://dhl.example/123"}})
	require.NoError(t, err)
	require.Equal(t, order.ShipmentShipped, made.State)
	require.Len(t, made.Lines, 2)
	require.Equal(t, s.Location, made.Location)
	require.Equal(t, []order.Source{{Line: "line_0", Item: item, Location: s.Location, Quantity: 3}}, made.Sources)
	onHand, reserved = s.Level(t, item)
	require.Equal(t, [2]int64{7, 0}, [2]int64{onHand, reserved})
	require.Equal(t, order.Fulfilled, s.Order(t, o.ID).Fulfilment)
	require.Equal(t, 1, s.Events(t, o.ID, "order.fulfilled"))

	for range 2 { // the second time nothing happens
		made, err = f.Deliver(staff, made.ID, fulfil.DeliverParams{})
		require.NoError(t, err)
	}
	require.Equal(t, order.ShipmentDelivered, made.State)
	got := s.Order(t, o.ID)
	require.Equal(t, order.States{Status: order.Completed, Payment: order.Paid, Fulfilment: order.Delivered}, got.States)
	require.False(t, got.CompletedAt.IsZero())
	require.Equal(t, 1, s.Events(t, o.ID, "order.delivered"))
	require.Equal(t, 1, s.Events(t, o.ID, "order.completed"))
	s.Sound(t)

	_, err = f.Create(staff, o.ID, fulfil.Params{})
	require.Equal(t, core.KindConflict, core.KindOf(err))
	_, err = f.Cancel(staff, made.ID, fulfil.CancelParams{})
	var step *order.TransitionError
	require.ErrorAs(t, err, &step)
}

func TestParcelsOfAPart(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	f := service(s, fulfil.Config{})
	item := s.Item(t, 10)
	o := s.Place(t, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line(item, 3, 1000, 0)}})
	one := []order.Quantity{{Line: "line_0", Quantity: 1}}

	packed, err := f.Create(staff, o.ID, fulfil.Params{Lines: one})
	require.NoError(t, err)
	onHand, reserved := s.Level(t, item)
	require.Equal(t, [2]int64{10, 3}, [2]int64{onHand, reserved}, "packing takes nothing out of stock")
	require.Equal(t, order.PartiallyFulfilled, s.Order(t, o.ID).Fulfilment)

	_, err = f.Create(staff, o.ID, fulfil.Params{Lines: []order.Quantity{{Line: "line_0", Quantity: 3}}})
	var much *order.QuantityError
	require.ErrorAs(t, err, &much)

	packed, err = f.Ship(staff, packed.ID, fulfil.ShipParams{Version: packed.Version, Tracking: &fulfil.Tracking{Carrier: "UPS", Number: "1Z"}})
	require.NoError(t, err)
	require.Equal(t, "1Z", packed.TrackingNumber)
	rest, err := f.Create(staff, o.ID, fulfil.Params{Ship: true})
	require.NoError(t, err)
	require.Equal(t, int64(2), rest.Lines[0].Quantity)
	require.Equal(t, order.Fulfilled, s.Order(t, o.ID).Fulfilment)

	_, err = f.Deliver(staff, packed.ID, fulfil.DeliverParams{})
	require.NoError(t, err)
	require.Equal(t, order.Fulfilled, s.Order(t, o.ID).Fulfilment, "the other parcel is still on its way")
	_, err = f.Deliver(staff, rest.ID, fulfil.DeliverParams{})
	require.NoError(t, err)
	require.Equal(t, order.Delivered, s.Order(t, o.ID).Fulfilment)
	require.Equal(t, 2, s.Events(t, o.ID, "order.fulfilled"))
	s.Sound(t)
}

func TestCancelledShipments(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	f := service(s, fulfil.Config{})
	item := s.Item(t, 5)
	o := s.Place(t, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line(item, 2, 1000, 0)}})

	packed, err := f.Create(staff, o.ID, fulfil.Params{})
	require.NoError(t, err)
	for range 2 {
		packed, err = f.Cancel(staff, packed.ID, fulfil.CancelParams{Reason: "wrong box"})
		require.NoError(t, err)
	}
	require.Equal(t, order.Unfulfilled, s.Order(t, o.ID).Fulfilment)
	_, err = f.Ship(staff, packed.ID, fulfil.ShipParams{})
	require.Error(t, err)

	sent, err := f.Create(staff, o.ID, fulfil.Params{Ship: true})
	require.NoError(t, err)
	_, err = f.Cancel(staff, sent.ID, fulfil.CancelParams{})
	require.NoError(t, err)
	onHand, reserved := s.Level(t, item)
	require.Equal(t, [2]int64{5, 2}, [2]int64{onHand, reserved}, "reserved again")
	s.Sound(t)

	sent, err = f.Create(staff, o.ID, fulfil.Params{Ship: true})
	require.NoError(t, err)
	_, err = f.Cancel(staff, sent.ID, fulfil.CancelParams{Unreserve: true})
	require.NoError(t, err)
	onHand, reserved = s.Level(t, item)
	require.Equal(t, [2]int64{5, 0}, [2]int64{onHand, reserved}, "on sale again")

	// Others buy them, and what is left is not enough.
	s.Place(t, flowtest.Params{Lines: []order.Line{flowtest.Line(item, 4, 1000, 0)}})
	_, err = f.Create(staff, o.ID, fulfil.Params{Ship: true})
	var short *stock.InsufficientError
	require.ErrorAs(t, err, &short)
	require.Equal(t, order.Unfulfilled, s.Order(t, o.ID).Fulfilment)
	_, err = f.Create(staff, o.ID, fulfil.Params{Ship: true, Lines: []order.Quantity{{Line: "line_0", Quantity: 1}}})
	require.NoError(t, err)
	onHand, reserved = s.Level(t, item)
	require.Equal(t, [2]int64{4, 4}, [2]int64{onHand, reserved})
	s.Sound(t)
}

func TestReturnsComeBackToWhereTheyWere(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	f := service(s, fulfil.Config{})
	item := s.Item(t, 2)
	s.Update(t, func(ctx context.Context, tx storage.Tx) error {
		_, err := stock.Clerk{}.Move(ctx, tx.Stock(), stock.Receive, stock.Change{ItemID: item, LocationID: "loc_shop", Quantity: 2})
		return err
	})
	o := s.Place(t, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line(item, 3, 1000, 0)}}) // from both locations
	made, err := f.Create(staff, o.ID, fulfil.Params{Ship: true})
	require.NoError(t, err)
	require.Empty(t, made.Location)
	require.Len(t, made.Sources, 2)
	_, err = f.Deliver(staff, made.ID, fulfil.DeliverParams{})
	require.NoError(t, err)

	_, err = f.Return(staff, o.ID, fulfil.ReturnParams{Lines: []order.Quantity{{Line: "line_0", Quantity: 4}}, Restock: true})
	var much *order.QuantityError
	require.ErrorAs(t, err, &much)
	got, err := f.Return(staff, o.ID, fulfil.ReturnParams{Lines: []order.Quantity{{Line: "line_0", Quantity: 1}}, Reason: "broken"})
	require.NoError(t, err)
	require.Equal(t, order.PartiallyReturned, got.Fulfilment)
	onHand, _ := s.Level(t, item)
	require.Equal(t, int64(1), onHand, "not restocked")
	got, err = f.Return(staff, o.ID, fulfil.ReturnParams{Lines: []order.Quantity{{Line: "line_0", Quantity: 2}}, Restock: true})
	require.NoError(t, err)
	require.Equal(t, order.Returned, got.Fulfilment)
	onHand, _ = s.Level(t, item)
	require.Equal(t, int64(3), onHand)
	s.Sound(t)
}

func TestCaptureOnShip(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	f := service(s, fulfil.Config{CaptureOnShip: true})
	item := s.Item(t, 5)
	o := s.Place(t, flowtest.Params{Lines: []order.Line{flowtest.Line(item, 2, 1000, 0)}})
	require.Equal(t, order.Authorized, o.Payment)
	clerk := core.WithActor(context.Background(), core.Actor{Kind: core.ActorStaff, ID: "clerk", Permissions: []core.Permission{core.PermOrdersWrite}})
	_, err := f.Create(clerk, o.ID, fulfil.Params{Ship: true, Lines: []order.Quantity{{Line: "line_0", Quantity: 1}}})
	require.NoError(t, err)
	require.Equal(t, order.Authorized, s.Order(t, o.ID).Payment, "a part has not gone yet")
	_, err = f.Create(clerk, o.ID, fulfil.Params{Ship: true})
	require.NoError(t, err)
	require.Equal(t, order.Paid, s.Order(t, o.ID).Payment)
	require.Equal(t, 1, s.Events(t, o.ID, "order.paid"))

	refused := s.Place(t, flowtest.Params{Token: "sim_capture_refused", Lines: []order.Line{flowtest.Line(item, 1, 1000, 0)}})
	_, err = f.Create(clerk, refused.ID, fulfil.Params{Ship: true})
	require.NoError(t, err, "the goods are gone")
	require.Contains(t, s.Types(t, refused.ID), "payment.capture_failed")
	s.Sound(t)
}

func TestInvoicePaidAfterDeliveryCompletes(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	f := service(s, fulfil.Config{})
	o := s.Place(t, flowtest.Params{Provider: "invoice", Lines: []order.Line{flowtest.Line("", 1, 1000, 0)}})
	made, err := f.Create(staff, o.ID, fulfil.Params{})
	require.NoError(t, err)
	_, err = f.Deliver(staff, made.ID, fulfil.DeliverParams{}) // handed over
	require.NoError(t, err)
	require.Equal(t, order.Placed, s.Order(t, o.ID).Status)
	_, err = s.Settle.Capture(staff, o.ID, money.Money{})
	require.NoError(t, err)
	require.Equal(t, order.Completed, s.Order(t, o.ID).Status)
	s.Sound(t)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	f := service(s, fulfil.Config{})
	pending, _ := s.Open(t, flowtest.Params{Lines: []order.Line{flowtest.Line("", 1, 1000, 0)}})
	_, err := f.Create(staff, pending.ID, fulfil.Params{})
	require.Equal(t, "order_not_placed", core.CodeOf(err))
	_, err = f.Create(context.Background(), pending.ID, fulfil.Params{})
	require.Equal(t, core.KindUnauthenticated, core.KindOf(err))

	o := s.Place(t, flowtest.Params{Lines: []order.Line{flowtest.Line("", 2, 1000, 0)}})
	for field, p := range map[string]fulfil.Params{
		"lines[0].line_id":  {Lines: []order.Quantity{{Line: "line_9", Quantity: 1}}},
		"lines[1].line_id":  {Lines: []order.Quantity{{Line: "line_0", Quantity: 1}, {Line: "line_0", Quantity: 1}}},
		"lines[0].quantity": {Lines: []order.Quantity{{Line: "line_0", Quantity: -1}}},
		"tracking_url":      {Tracking: fulfil.Tracking{URL: "javascript:alert(1)"}},
		"metadata":          {Metadata: map[string]string{"": "x"}},
	} {
		_, err := f.Create(staff, o.ID, p)
		var v core.Violations
		require.ErrorAs(t, err, &v, field)
		require.Equal(t, field, v[0].Field)
	}
	made, err := f.Create(staff, o.ID, fulfil.Params{})
	require.NoError(t, err)
	updated, err := f.UpdateTracking(staff, made.ID, made.Version, fulfil.Tracking{Carrier: "DHL", Number: "1"})
	require.NoError(t, err)
	_, err = f.UpdateTracking(staff, made.ID, made.Version, fulfil.Tracking{Carrier: "DHL", Number: "2"})
	var stale *core.StaleError
	require.ErrorAs(t, err, &stale)
	require.Equal(t, updated.Version, stale.Newest)
	_, err = f.Ship(staff, "ful_none", fulfil.ShipParams{})
	require.Equal(t, core.KindNotFound, core.KindOf(err))
}

func TestTwoClerksShipTheSamePieces(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *flowtest.Shop{"memory": flowtest.Memory, "postgres": flowtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			f := service(s, fulfil.Config{})
			item := s.Item(t, 10)
			o := s.Place(t, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line(item, 4, 1000, 0)}})
			errs := make([]error, 8)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() {
					_, errs[i] = f.Create(staff, o.ID, fulfil.Params{Ship: true, Lines: []order.Quantity{{Line: "line_0", Quantity: 2}}})
				})
			}
			wg.Wait()
			done := 0
			for _, err := range errs {
				var much *order.QuantityError
				if err == nil {
					done++
				} else {
					require.ErrorAs(t, err, &much, "%v", err)
				}
			}
			require.Equal(t, 2, done)
			onHand, reserved := s.Level(t, item)
			require.Equal(t, [2]int64{6, 0}, [2]int64{onHand, reserved})
			s.Sound(t)
		})
	}
}
