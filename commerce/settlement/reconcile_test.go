package settlement_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/bodega-commerce/bodega/commerce/refund"
	"github.com/bodega-commerce/bodega/internal/flowtest"
	"github.com/bodega-commerce/bodega/storage"
)

func TestWhatTakesDaysIsAskedAboutLessOften(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	_, _, err := begin(t, s, simulator.Pending, true)
	require.NoError(t, err)
	asked := func() int {
		rep, err := s.Settle.Reconcile(ctx)
		require.NoError(t, err)
		return rep.Payments
	}
	s.Clock.Move(2 * time.Minute)
	require.Equal(t, 1, asked())
	require.Zero(t, asked())
	s.Clock.Move(15 * time.Second)
	require.Equal(t, 1, asked())
	s.Clock.Move(24 * time.Hour)
	require.Equal(t, 1, asked())
	s.Clock.Move(59 * time.Minute)
	require.Zero(t, asked())
	s.Clock.Move(time.Minute)
	require.Equal(t, 1, asked())
}

func TestMoneyCapturedAfterACancellationGoesBack(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	o, _, err := begin(t, s, simulator.OK, false)
	require.NoError(t, err)
	pay := s.Payment(t, o.ID)
	// Somebody captures at the provider's own desk before the shop cancels.
	_, err = s.Sim.Capture(ctx, payment.OperationRequest{Key: "desk", Ref: pay.Ref, Amount: pay.Amount})
	require.NoError(t, err)
	refunds := refund.New(core.Narrow(s.DB, func(tx storage.Tx) refund.Tx { return tx }), s.Settle, refund.Config{Clock: s.Clock.Now})
	got, err := refunds.Cancel(staff, o.ID, refund.CancelParams{})
	require.NoError(t, err)
	require.Equal(t, order.Cancelled, got.Status)
	s.Deliver(t, simulator.Script{Copies: 2, Shuffle: true})
	require.Equal(t, eur(2000), s.Payment(t, o.ID).Refunded)
	require.Equal(t, order.Refunded, s.Order(t, o.ID).Payment)
	require.Zero(t, s.Balance(t, o.ID, payment.Receivable))
	require.Zero(t, s.Balance(t, o.ID, payment.Clearing))
	s.Sound(t)
}

func TestRefundAtTheProvidersDeskIsBooked(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	o, _, err := begin(t, s, simulator.OK, true)
	require.NoError(t, err)
	require.NoError(t, s.Sim.RefundAtProvider(s.Payment(t, o.ID).Ref, eur(1000)))
	s.Deliver(t, simulator.Script{})
	require.Equal(t, order.PartiallyRefunded, s.Order(t, o.ID).Payment)
	require.Equal(t, int64(1000), s.Balance(t, o.ID, payment.Receivable), "no claim was given up yet")
	refunds := refund.New(core.Narrow(s.DB, func(tx storage.Tx) refund.Tx { return tx }), s.Settle, refund.Config{Clock: s.Clock.Now})
	r, err := refunds.Create(staff, o.ID, refund.Params{Lines: []refund.Line{{Line: "line_0", Quantity: 1}}, OffsetUnpaid: true})
	require.NoError(t, err)
	require.Equal(t, eur(1000), r.Offset)
	require.Zero(t, s.Balance(t, o.ID, payment.Receivable))
	s.Sound(t)
}

func TestDisputes(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	refunds := refund.New(core.Narrow(s.DB, func(tx storage.Tx) refund.Tx { return tx }), s.Settle, refund.Config{Clock: s.Clock.Now})
	o, _, err := begin(t, s, simulator.Dispute, true)
	require.NoError(t, err)
	s.Clock.Move(10 * time.Minute)
	s.Deliver(t, simulator.Script{Shuffle: true})
	require.Equal(t, payment.StateDisputed, s.Payment(t, o.ID).State)
	_, err = refunds.Create(staff, o.ID, refund.Params{All: true})
	require.Equal(t, "amount_not_left", core.CodeOf(err))
	_, err = refunds.Cancel(staff, o.ID, refund.CancelParams{})
	require.Equal(t, "payment_disputed", core.CodeOf(err))
	require.NoError(t, s.Sim.CloseDispute(s.Payment(t, o.ID).Ref, false))
	s.Deliver(t, simulator.Script{})
	got, err := refunds.Cancel(staff, o.ID, refund.CancelParams{})
	require.NoError(t, err)
	require.Equal(t, order.Cancelled, got.Status)
	require.Zero(t, s.Balance(t, o.ID, payment.Receivable), "the buyer has the money back")
	s.Sound(t)
}
