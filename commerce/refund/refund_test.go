package refund_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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

var (
	staff = flowtest.Staff()
	eur   = flowtest.EUR
)

func service(s *flowtest.Shop, cfg refund.Config) *refund.Service {
	cfg.Clock = s.Clock.Now
	return refund.New(core.Narrow(s.DB, func(tx storage.Tx) refund.Tx { return tx }), s.Settle, cfg)
}

func shipper(s *flowtest.Shop) *fulfil.Service {
	return fulfil.New(core.Narrow(s.DB, func(tx storage.Tx) fulfil.Tx { return tx }), s.Settle, fulfil.Config{Clock: s.Clock.Now})
}

func ptr(m money.Money) *money.Money { return &m }

func TestRefundOfPieces(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r := service(s, refund.Config{})
	item := s.Item(t, 10)
	o := s.Place(t, flowtest.Params{Capture: true, Shipping: 490, Lines: []order.Line{flowtest.Line(item, 3, 1000, 100)}})
	_, err := shipper(s).Create(staff, o.ID, fulfil.Params{Ship: true, Lines: []order.Quantity{{Line: "line_0", Quantity: 2}}})
	require.NoError(t, err)

	p := refund.Params{Lines: []refund.Line{{Line: "line_0", Quantity: 1, Restock: true}}, Shipping: ptr(eur(90)), Reason: "broken"}
	proposal, err := r.Preview(staff, o.ID, p)
	require.NoError(t, err)
	require.Equal(t, eur(3390), proposal.Refundable)
	require.Equal(t, eur(967+90), proposal.Refund.Amount)
	require.Empty(t, s.Refunds(t, o.ID), "a preview writes nothing")

	got, err := r.Create(staff, o.ID, p)
	require.NoError(t, err)
	require.Equal(t, order.RefundSucceeded, got.State)
	require.Equal(t, proposal.Refund.Amount, got.Amount)
	require.Equal(t, []order.RefundPayment{{Payment: s.Payment(t, o.ID).ID, Amount: eur(1057)}}, got.Payments)
	after := s.Order(t, o.ID)
	require.Equal(t, order.PartiallyRefunded, after.Payment)
	require.Equal(t, order.PartiallyReturned, after.Fulfilment)
	require.Equal(t, int64(1), after.Lines[0].Returned)
	require.Equal(t, eur(1057), s.Payment(t, o.ID).Refunded)
	onHand, reserved := s.Level(t, item)
	require.Equal(t, [2]int64{9, 1}, [2]int64{onHand, reserved})
	require.Zero(t, s.Balance(t, o.ID, payment.Receivable))
	require.Equal(t, 1, s.Events(t, o.ID, "order.refunded"))

	// One more is at the buyer, one is not sent: both are restocked differently.
	_, err = r.Create(staff, o.ID, refund.Params{Lines: []refund.Line{{Line: "line_0", Quantity: 2, Restock: true}}})
	require.NoError(t, err)
	after = s.Order(t, o.ID)
	require.Equal(t, [3]int64{2, 1, 3}, [3]int64{after.Lines[0].Returned, after.Lines[0].Cancelled, after.Lines[0].Refunded})
	require.Equal(t, order.Returned, after.Fulfilment)
	onHand, reserved = s.Level(t, item)
	require.Equal(t, [2]int64{10, 0}, [2]int64{onHand, reserved})
	s.Sound(t)
}

func TestGoodwillAndOverrides(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r := service(s, refund.Config{})
	o := s.Place(t, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line("", 2, 1000, 0)}})
	got, err := r.Create(staff, o.ID, refund.Params{Goodwill: ptr(eur(300)), Reason: "sorry"})
	require.NoError(t, err)
	require.Equal(t, eur(300), got.Goodwill)
	require.True(t, got.Tax.IsZero())
	got, err = r.Create(staff, o.ID, refund.Params{Lines: []refund.Line{{Line: "line_0", Quantity: 1, Amount: ptr(eur(600))}}})
	require.NoError(t, err)
	require.Equal(t, eur(600), got.Amount)
	// What was kept back of the piece can still be given back, but no more than was captured.
	_, err = r.Create(staff, o.ID, refund.Params{All: true})
	var less *refund.NotLeftError
	require.ErrorAs(t, err, &less)
	require.Equal(t, refund.NotLeftError{Wanted: eur(1400), Left: eur(1100)}, *less)
	_, err = r.Create(staff, o.ID, refund.Params{Lines: []refund.Line{{Line: "line_0", Amount: ptr(eur(400))}}})
	require.NoError(t, err)
	_, err = r.Create(staff, o.ID, refund.Params{Lines: []refund.Line{{Line: "line_0", Quantity: 1, Amount: ptr(eur(700))}}})
	require.NoError(t, err)
	require.Equal(t, order.Refunded, s.Order(t, o.ID).Payment)
	require.Zero(t, s.Balance(t, o.ID, payment.Receivable))
	s.Sound(t)
}

func TestParamsAreRefusedByField(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r := service(s, refund.Config{})
	o := s.Place(t, flowtest.Params{Capture: true, Shipping: 500, Lines: []order.Line{flowtest.Line("", 2, 1000, 0)}})
	line := func(l refund.Line) refund.Params { l.Line = "line_0"; return refund.Params{Lines: []refund.Line{l}} }
	for _, c := range []struct {
		field string
		p     refund.Params
	}{
		{"lines", refund.Params{}},
		{"lines[0].line_id", refund.Params{Lines: []refund.Line{{Line: "line_9", Quantity: 1}}}},
		{"lines[1].line_id", refund.Params{Lines: []refund.Line{{Line: "line_0", Quantity: 1}, {Line: "line_0", Quantity: 1}}}},
		{"lines[0].quantity", line(refund.Line{})},
		{"lines[0].quantity", line(refund.Line{Quantity: -1})},
		{"lines[0].quantity", line(refund.Line{Quantity: 3})},
		{"lines[0].amount", line(refund.Line{Quantity: 1, Amount: ptr(eur(0))})},
		{"lines[0].amount", line(refund.Line{Quantity: 1, Amount: ptr(eur(-1))})},
		{"lines[0].amount", line(refund.Line{Quantity: 1, Amount: ptr(eur(1001))})},
		{"lines[0].amount", line(refund.Line{Amount: ptr(eur(2001))})},
		{"lines[0].amount.currency", line(refund.Line{Quantity: 1, Amount: ptr(money.New(1, "USD"))})},
		{"shipping", refund.Params{Shipping: ptr(eur(0))}},
		{"shipping", refund.Params{Shipping: ptr(eur(501))}},
		{"shipping", refund.Params{Shipping: ptr(eur(1)), AllShipping: true}},
		{"shipping.currency", refund.Params{Shipping: ptr(money.New(1, "USD"))}},
		{"goodwill", refund.Params{Goodwill: ptr(eur(-5)), Reason: "x"}},
		{"goodwill", refund.Params{Goodwill: ptr(eur(2501)), Reason: "x"}},
		{"goodwill.currency", refund.Params{Goodwill: ptr(money.New(5, "JPY")), Reason: "x"}},
		{"reason", refund.Params{Goodwill: ptr(eur(5))}},
		{"reason", refund.Params{All: true, Reason: "\x00"}},
		{"all", refund.Params{All: true, Shipping: ptr(eur(1))}},
	} {
		_, err := r.Create(staff, o.ID, c.p)
		require.Equal(t, core.KindInvalid, core.KindOf(err), "%s: %v", c.field, err)
		require.Contains(t, err.Error(), c.field+":")
	}
	require.Empty(t, s.Refunds(t, o.ID))
}

func TestLimitsAndPermissions(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	var asked []money.Money
	r := service(s, refund.Config{Limit: func(_ context.Context, m money.Money) error { asked = append(asked, m); return nil }})
	o := s.Place(t, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line("", 2, 1000, 0)}})
	key := core.Actor{Kind: core.ActorAPIKey, ID: "key_1", Permissions: []core.Permission{core.PermOrdersRefund, core.PermOrdersWrite}}
	key.Limits.MaxRefund = ptr(eur(1500))
	ctx := core.WithActor(context.Background(), key)
	_, err := r.Create(ctx, o.ID, refund.Params{All: true})
	require.Equal(t, "refund_limit", core.CodeOf(err))
	_, err = r.Cancel(ctx, o.ID, refund.CancelParams{})
	require.Equal(t, "refund_limit", core.CodeOf(err))
	require.Empty(t, asked)
	_, err = r.Create(ctx, o.ID, refund.Params{Lines: []refund.Line{{Line: "line_0", Quantity: 1}}})
	require.NoError(t, err)
	require.Equal(t, []money.Money{eur(1000)}, asked)
	key.Limits.MaxRefund = ptr(money.New(1_000_000, "USD"))
	_, err = r.Create(core.WithActor(context.Background(), key), o.ID, refund.Params{All: true})
	require.Equal(t, core.KindForbidden, core.KindOf(err))

	writer := core.WithActor(context.Background(), core.Actor{Kind: core.ActorStaff, Permissions: []core.Permission{core.PermOrdersWrite}})
	_, err = r.Create(writer, o.ID, refund.Params{All: true})
	require.Equal(t, core.KindForbidden, core.KindOf(err))
	_, err = r.Preview(context.Background(), o.ID, refund.Params{All: true})
	require.Equal(t, core.KindUnauthenticated, core.KindOf(err))
}

func TestRefusedRefundFreesWhatItHeld(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r := service(s, refund.Config{})
	o := s.Place(t, flowtest.Params{Capture: true, Token: simulator.RefundRefused, Shipping: 490, Lines: []order.Line{flowtest.Line("", 2, 1000, 0)}})
	got, err := r.Create(staff, o.ID, refund.Params{All: true})
	var declined *payment.DeclinedError
	require.ErrorAs(t, err, &declined)
	require.Equal(t, "refund_refused", declined.Code)
	require.Equal(t, order.RefundFailed, got.State)
	after := s.Order(t, o.ID)
	require.Zero(t, after.Credited().Amount)
	require.Zero(t, after.Lines[0].Refunded)
	require.Equal(t, order.Paid, after.Payment)
	require.Equal(t, eur(2490), s.Payment(t, o.ID).Refundable())
	require.Zero(t, s.Balance(t, o.ID, payment.Receivable))
	require.Zero(t, s.Events(t, o.ID, "order.refunded"))
	same, err := r.RetryRefund(staff, got.ID)
	require.NoError(t, err)
	require.Equal(t, order.RefundFailed, same.State)
	s.Sound(t)
}

func TestPendingAndLostAnswers(t *testing.T) {
	t.Parallel()
	for _, token := range []string{simulator.RefundPending, simulator.TimeoutBefore, simulator.TimeoutAfter} {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			s := flowtest.Memory(t)
			r := service(s, refund.Config{})
			o, pay := s.Open(t, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line("", 2, 1000, 0)}})
			outcome, err := s.Ask(pay, token)
			if err != nil { // the first call of a key is lost
				outcome, err = s.Ask(pay, token)
			}
			require.NoError(t, err)
			_, err = s.Settle.Settle(staff, pay.ID, outcome)
			require.NoError(t, err)

			got, err := r.Create(staff, o.ID, refund.Params{All: true})
			require.NoError(t, err)
			require.Equal(t, order.RefundPending, got.State)
			require.Zero(t, s.Payment(t, o.ID).Refundable().Amount, "it is set aside")
			_, err = r.Create(staff, o.ID, refund.Params{Goodwill: ptr(eur(1)), Reason: "x"})
			require.Error(t, err)
			s.Sound(t)

			s.Clock.Move(10 * time.Minute)
			rep, err := s.Settle.Reconcile(context.Background())
			require.NoError(t, err)
			require.Equal(t, 1, rep.Operations)
			s.Deliver(t, simulator.Script{Copies: 2, Shuffle: true})
			require.Equal(t, order.RefundSucceeded, s.Refunds(t, o.ID)[0].State)
			require.Equal(t, order.Refunded, s.Order(t, o.ID).Payment)
			require.Equal(t, eur(2000), s.Payment(t, o.ID).Refunded)
			require.Equal(t, 1, s.Events(t, o.ID, "order.refunded"))
			require.Zero(t, s.Balance(t, o.ID, payment.Clearing))
			s.Sound(t)
		})
	}
}

func TestTwoFullRefundsAtOnceMakeOne(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *flowtest.Shop{"memory": flowtest.Memory, "postgres": flowtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			r := service(s, refund.Config{})
			o := s.Place(t, flowtest.Params{Capture: true, Shipping: 490, Lines: []order.Line{flowtest.Line("", 3, 333, 0)}})
			all := []refund.Params{{All: true}, {Lines: []refund.Line{{Line: "line_0", Quantity: 3}}, AllShipping: true},
				{Goodwill: ptr(o.Totals.Total), Reason: "sorry"}}
			errs := make([]error, 9)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() { _, errs[i] = r.Create(staff, o.ID, all[i%len(all)]) })
			}
			wg.Wait()
			done := 0
			for _, err := range errs {
				if err == nil {
					done++
				} else {
					require.Contains(t, []core.Kind{core.KindConflict, core.KindInvalid}, core.KindOf(err), "%v", err)
				}
			}
			require.Equal(t, 1, done)
			require.Equal(t, o.Totals.Total, s.Payment(t, o.ID).Refunded)
			require.Len(t, s.Refunds(t, o.ID), 1)
			s.Sound(t)
		})
	}
}

func TestRefundsSpreadOverPaymentsNewestFirst(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	r := service(s, refund.Config{})
	// Two payments of 10.00 for 20.00; the newer one refuses refunds.
	o := s.Place(t, flowtest.Params{Provider: "invoice", Lines: []order.Line{flowtest.Line("", 2, 1000, 0)}})
	_, err := s.Settle.Capture(staff, o.ID, eur(1000))
	require.NoError(t, err)
	s.Clock.Move(time.Minute)
	clerk := payment.Clerk{Clock: s.Clock.Now}
	second := clerk.New(payment.Params{Order: o.ID, Provider: s.Sim.Name(), Amount: eur(1000), Capture: true})
	outcome, err := s.Ask(second, simulator.RefundRefused)
	require.NoError(t, err)
	s.Update(t, func(ctx context.Context, tx storage.Tx) error {
		return clerk.Insert(ctx, tx, &second, []payment.Outcome{outcome})
	})

	got, err := r.Create(staff, o.ID, refund.Params{Lines: []refund.Line{{Line: "line_0", Quantity: 1}}, Goodwill: ptr(eur(500)), Reason: "late"})
	require.Equal(t, core.KindDeclined, core.KindOf(err))
	require.Equal(t, order.RefundPending, got.State, "a part was given back")
	require.Equal(t, second.ID, got.Payments[0].Payment)
	require.Equal(t, eur(1000), got.Payments[0].Amount)
	require.Equal(t, eur(500), got.Payments[1].Amount)
	require.Contains(t, s.Types(t, o.ID), "refund.incomplete")
	s.Sound(t)
	_, err = r.RetryRefund(staff, got.ID)
	require.Equal(t, core.KindDeclined, core.KindOf(err))
	require.Len(t, s.Refunds(t, o.ID), 1)
	s.Sound(t)
}
