package refund_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/fulfil"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/bodega-commerce/bodega/commerce/refund"
	"github.com/bodega-commerce/bodega/internal/flowtest"
	"github.com/bodega-commerce/bodega/storage"
)

func TestCancelGivesBackWhatWasTaken(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r := service(s, refund.Config{})
	item := s.Item(t, 5)
	o := s.Place(t, flowtest.Params{Capture: true, Shipping: 490, Lines: []order.Line{flowtest.Line(item, 2, 1000, 100)}})
	for range 2 { // the second time nothing happens
		got, err := r.Cancel(staff, o.ID, refund.CancelParams{Reason: "ordered by mistake"})
		require.NoError(t, err)
		require.Equal(t, order.States{Status: order.Cancelled, Payment: order.Refunded, Fulfilment: order.Unfulfilled}, got.States)
	}
	onHand, reserved := s.Level(t, item)
	require.Equal(t, [2]int64{5, 0}, [2]int64{onHand, reserved})
	require.Equal(t, 1, s.Events(t, o.ID, "order.cancelled"))
	rs := s.Refunds(t, o.ID)
	require.Len(t, rs, 1)
	require.Equal(t, eur(2390), rs[0].Amount)
	require.Equal(t, order.RefundSucceeded, rs[0].State)
	for _, account := range []payment.Account{payment.Receivable, payment.Clearing, payment.Tax} {
		require.Zero(t, s.Balance(t, o.ID, account), account)
	}
	s.Sound(t)
	_, err := r.Create(staff, o.ID, refund.Params{All: true})
	require.Equal(t, "nothing_left", core.CodeOf(err))
	_, err = shipper(s).Create(staff, o.ID, fulfil.Params{})
	require.Equal(t, "order_not_placed", core.CodeOf(err))
}

func TestCancelVoidsWhatIsPromised(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r := service(s, refund.Config{})
	item := s.Item(t, 5)
	o := s.Place(t, flowtest.Params{Lines: []order.Line{flowtest.Line(item, 2, 1000, 0)}})
	got, err := r.Cancel(staff, o.ID, refund.CancelParams{WriteOff: true})
	require.NoError(t, err)
	require.Equal(t, order.States{Status: order.Cancelled, Payment: order.Voided, Fulfilment: order.Unfulfilled}, got.States)
	require.Equal(t, payment.StateVoided, s.Payment(t, o.ID).State)
	require.Zero(t, s.Balance(t, o.ID, payment.Receivable))
	onHand, reserved := s.Level(t, item)
	require.Equal(t, [2]int64{3, 0}, [2]int64{onHand, reserved}, "the goods are lost")
	rs := s.Refunds(t, o.ID)
	require.Equal(t, eur(2000), rs[0].Offset, "nobody paid it")
	require.Zero(t, s.Events(t, o.ID, "order.refunded"))
	s.Sound(t)
}

func TestCancelStandsWhenTheProviderRefuses(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r := service(s, refund.Config{})
	o := s.Place(t, flowtest.Params{Capture: true, Token: simulator.RefundRefused, Lines: []order.Line{flowtest.Line("", 2, 1000, 0)}})
	got, err := r.Cancel(staff, o.ID, refund.CancelParams{})
	require.NoError(t, err)
	require.Equal(t, order.Cancelled, got.Status)
	rs := s.Refunds(t, o.ID)
	require.Equal(t, order.RefundPending, rs[0].State)
	require.Equal(t, int64(-2000), s.Balance(t, o.ID, payment.Receivable), "the buyer is owed it")
	_, err = r.RetryRefund(staff, rs[0].ID)
	require.Equal(t, core.KindDeclined, core.KindOf(err))
	require.Equal(t, eur(2000), s.Refunds(t, o.ID)[0].Payments[0].Amount)
	s.Sound(t)
}

func TestCancelAfterGoodwillGivesBackTheRest(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r := service(s, refund.Config{})
	o := s.Place(t, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line("", 2, 1000, 0)}})
	_, err := r.Create(staff, o.ID, refund.Params{Goodwill: ptr(eur(300)), Reason: "sorry"})
	require.NoError(t, err)
	got, err := r.Cancel(staff, o.ID, refund.CancelParams{})
	require.NoError(t, err)
	require.Equal(t, order.Refunded, got.Payment)
	require.Equal(t, eur(300), s.Refunds(t, o.ID)[1].Offset)
	require.Zero(t, s.Balance(t, o.ID, payment.Receivable))
	s.Sound(t)
}

func TestCancelLines(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r := service(s, refund.Config{})
	item := s.Item(t, 5)
	o := s.Place(t, flowtest.Params{Capture: true, Shipping: 490, Lines: []order.Line{flowtest.Line(item, 3, 1000, 100)}})
	one := []order.Quantity{{Line: "line_0", Quantity: 1}}
	got, err := r.CancelLines(staff, o.ID, one, refund.CancelParams{})
	require.NoError(t, err)
	require.Equal(t, order.States{Status: order.Placed, Payment: order.PartiallyRefunded, Fulfilment: order.Unfulfilled}, got.States)
	require.Equal(t, eur(967), s.Payment(t, o.ID).Refunded)
	_, reserved := s.Level(t, item)
	require.Equal(t, int64(2), reserved)

	sent, err := shipper(s).Create(staff, o.ID, fulfil.Params{Lines: one, Ship: true})
	require.NoError(t, err)
	_, err = r.Cancel(staff, o.ID, refund.CancelParams{})
	require.Equal(t, "order_fulfilled", core.CodeOf(err))
	_, err = r.CancelLines(staff, o.ID, []order.Quantity{{Line: "line_0", Quantity: 2}}, refund.CancelParams{})
	require.ErrorContains(t, err, "lines[0].quantity")
	_, err = shipper(s).Deliver(staff, sent.ID, fulfil.DeliverParams{})
	require.NoError(t, err)
	got, err = r.CancelLines(staff, o.ID, one, refund.CancelParams{})
	require.NoError(t, err)
	require.Equal(t, order.States{Status: order.Completed, Payment: order.PartiallyRefunded, Fulfilment: order.Delivered}, got.States)
	require.Zero(t, s.Balance(t, o.ID, payment.Receivable))
	s.Sound(t)

	// The last open pieces of an order are the order.
	o = s.Place(t, flowtest.Params{Capture: true, Shipping: 490, Lines: []order.Line{flowtest.Line(item, 2, 1000, 0)}})
	got, err = r.CancelLines(staff, o.ID, []order.Quantity{{Line: "line_0", Quantity: 2}}, refund.CancelParams{})
	require.NoError(t, err)
	require.Equal(t, order.Cancelled, got.Status)
	require.Equal(t, order.Refunded, got.Payment)
	s.Sound(t)
}

func TestWhatIsCancelledIsNotCaptured(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r := service(s, refund.Config{})
	o := s.Place(t, flowtest.Params{Provider: "invoice", Lines: []order.Line{flowtest.Line("", 3, 1000, 0)}})
	_, err := r.CancelLines(staff, o.ID, []order.Quantity{{Line: "line_0", Quantity: 1}}, refund.CancelParams{})
	require.NoError(t, err)
	require.Equal(t, order.Authorized, s.Order(t, o.ID).Payment)
	_, err = s.Settle.Capture(staff, o.ID, eur(2001))
	require.Equal(t, "amount_not_left", core.CodeOf(err))
	got, err := s.Settle.Capture(staff, o.ID, money.Money{})
	require.NoError(t, err)
	require.Equal(t, order.Paid, got.Payment)
	require.Equal(t, eur(2000), s.Payment(t, o.ID).Captured)
	s.Sound(t)
}

func TestReturnOnAccount(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r := service(s, refund.Config{})
	o := s.Place(t, flowtest.Params{Provider: "invoice", Lines: []order.Line{flowtest.Line("", 3, 1000, 0)}})
	_, err := s.Settle.Capture(staff, o.ID, eur(2500))
	require.NoError(t, err)
	got, err := r.Create(staff, o.ID, refund.Params{Lines: []refund.Line{{Line: "line_0", Quantity: 1}}, OffsetUnpaid: true})
	require.NoError(t, err)
	require.Equal(t, eur(500), got.Offset)
	require.Equal(t, eur(500), s.Payment(t, o.ID).Refunded)
	require.Zero(t, s.Balance(t, o.ID, payment.Receivable))
	s.Sound(t)
}

func TestPendingOrdersCanBeCancelled(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		s := flowtest.Memory(t)
		r := service(s, refund.Config{})
		item := s.Item(t, 5)
		o, pay := s.Open(t, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line(item, 2, 1000, 0)}})
		outcome, err := s.Ask(pay, simulator.LateSuccess)
		require.NoError(t, err)
		_, err = s.Settle.Settle(staff, pay.ID, outcome)
		require.NoError(t, err)
		got, err := r.Cancel(staff, o.ID, refund.CancelParams{KeepCart: keep})
		require.NoError(t, err)
		require.Equal(t, order.States{Status: order.Cancelled, Payment: order.Voided, Fulfilment: order.Unfulfilled}, got.States)
		_, reserved := s.Level(t, item)
		require.Zero(t, reserved)
		s.View(t, func(ctx context.Context, tx storage.Tx) error {
			c, err := tx.Carts().Cart(ctx, o.Cart)
			require.Equal(t, map[bool]cart.State{false: cart.Active, true: cart.Completed}[keep], c.State)
			return err
		})
		// The money comes late, and goes back.
		s.Clock.Move(10 * time.Minute)
		s.Deliver(t, simulator.Script{Copies: 2, Shuffle: true})
		_, err = s.Settle.Reconcile(context.Background())
		require.NoError(t, err)
		require.Equal(t, eur(2000), s.Payment(t, o.ID).Refunded)
		require.Zero(t, s.Balance(t, o.ID, payment.Receivable))
		require.Equal(t, order.Cancelled, s.Order(t, o.ID).Status)
		s.Sound(t)
	}
}

func TestBuyersCancelTheirOwnOrders(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	as := func(id core.CustomerID) context.Context {
		return core.WithActor(context.Background(), core.Actor{Kind: core.ActorCustomer, ID: string(id), Customer: id, Permissions: []core.Permission{core.PermSelf}})
	}
	place := func() core.OrderID {
		return s.Place(t, flowtest.Params{Capture: true, Customer: "cus_ann", Lines: []order.Line{flowtest.Line("", 1, 1000, 0)}}).ID
	}
	id := place()
	_, err := service(s, refund.Config{}).Cancel(as("cus_ann"), id, refund.CancelParams{})
	require.Equal(t, "cancel_window_over", core.CodeOf(err))
	r := service(s, refund.Config{BuyerCancelWindow: time.Hour})
	_, err = r.Cancel(as("cus_bob"), id, refund.CancelParams{})
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	_, err = r.Cancel(context.Background(), id, refund.CancelParams{})
	require.Equal(t, core.KindUnauthenticated, core.KindOf(err))
	_, err = r.Cancel(as("cus_bob"), "ord_none", refund.CancelParams{})
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	got, err := r.Cancel(as("cus_ann"), id, refund.CancelParams{})
	require.NoError(t, err)
	require.Equal(t, order.Refunded, got.Payment)

	late := place()
	s.Clock.Move(time.Hour)
	_, err = r.Cancel(as("cus_ann"), late, refund.CancelParams{})
	require.Equal(t, core.KindForbidden, core.KindOf(err))
	s.Sound(t)
}
