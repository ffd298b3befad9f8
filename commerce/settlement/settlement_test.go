package settlement_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/bodega-commerce/bodega/commerce/settlement"
	"github.com/bodega-commerce/bodega/internal/flowtest"
	"github.com/bodega-commerce/bodega/storage"
)

var (
	ctx   = context.Background()
	staff = flowtest.Staff()
	eur   = flowtest.EUR
)

// begin opens an order over two pieces and asks for the money with the token.
func begin(t *testing.T, s *flowtest.Shop, token string, capture bool) (order.Order, core.StockItemID, error) {
	item := s.Item(t, 3)
	o, pay := s.Open(t, flowtest.Params{Capture: capture, Lines: []order.Line{flowtest.Line(item, 2, 1000, 0)}})
	outcome, err := s.Ask(pay, token)
	if err == nil {
		_, err = s.Settle.Settle(staff, pay.ID, outcome)
		require.NoError(t, err)
	}
	return o, item, err
}

func cartState(t *testing.T, s *flowtest.Shop, o order.Order) (state cart.State) {
	s.View(t, func(ctx context.Context, tx storage.Tx) error {
		c, err := tx.Carts().Cart(ctx, o.Cart)
		state = c.State
		return err
	})
	return state
}

func TestSettlePlacesOrGivesUp(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	placed, item, err := begin(t, s, simulator.OK, true)
	require.NoError(t, err)
	got := s.Order(t, placed.ID)
	require.Equal(t, order.States{Status: order.Placed, Payment: order.Paid, Fulfilment: order.Unfulfilled}, got.States)
	require.False(t, got.PlacedAt.IsZero())
	_, reserved := s.Level(t, item)
	require.Equal(t, int64(2), reserved)
	require.Equal(t, 1, s.Events(t, placed.ID, "order.placed"))
	require.Equal(t, 1, s.Events(t, placed.ID, "order.paid"))
	require.Equal(t, cart.Completed, cartState(t, s, placed))

	failed, item, err := begin(t, s, simulator.InsufficientFunds, true)
	require.NoError(t, err)
	got = s.Order(t, failed.ID)
	require.Equal(t, order.Cancelled, got.Status)
	require.Equal(t, order.PaymentFailed, got.Payment)
	_, reserved = s.Level(t, item)
	require.Zero(t, reserved)
	require.Equal(t, cart.Active, cartState(t, s, failed), "open for another try")
	s.Sound(t)
}

func TestLostAnswersAreFoundByTheReconciler(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	before, _, err := begin(t, s, simulator.TimeoutBefore, true)
	require.Error(t, err)
	after, _, err := begin(t, s, simulator.TimeoutAfter, true)
	require.Error(t, err)
	rep, err := s.Settle.Reconcile(ctx)
	require.NoError(t, err)
	require.Zero(t, rep.Payments, "a call may still be running")
	s.Clock.Move(2 * time.Minute)
	rep, err = s.Settle.Reconcile(ctx)
	require.NoError(t, err)
	require.Equal(t, 2, rep.Payments)
	require.Equal(t, order.Cancelled, s.Order(t, before.ID).Status, "the provider has never seen it")
	require.Equal(t, order.Placed, s.Order(t, after.ID).Status)
	require.Equal(t, order.Paid, s.Order(t, after.ID).Payment)
	s.Sound(t)
}

func TestLateSuccess(t *testing.T) {
	t.Parallel()
	for _, capture := range []bool{true, false} {
		s := flowtest.Memory(t)
		// Within the hold it is placed.
		o, _, err := begin(t, s, simulator.LateSuccess, capture)
		require.NoError(t, err)
		require.Equal(t, order.Pending, s.Order(t, o.ID).Status)
		s.Clock.Move(6 * time.Minute)
		_, err = s.Settle.Reconcile(ctx)
		require.NoError(t, err)
		require.Equal(t, order.Placed, s.Order(t, o.ID).Status)

		// After the hold ended, the goods are looked for again: these are there.
		o, item, err := begin(t, s, simulator.Pending, capture)
		require.NoError(t, err)
		s.Clock.Move(31 * time.Minute)
		_, err = s.Settle.Reconcile(ctx)
		require.NoError(t, err)
		_, reserved := s.Level(t, item)
		require.Zero(t, reserved, "the hold is over")
		require.NoError(t, s.Sim.Settle(s.Payment(t, o.ID).Ref, true))
		s.Deliver(t, simulator.Script{})
		require.Equal(t, order.Placed, s.Order(t, o.ID).Status)
		_, reserved = s.Level(t, item)
		require.Equal(t, int64(2), reserved)

		// And these are gone: the money goes back.
		o, item, err = begin(t, s, simulator.Pending, capture)
		require.NoError(t, err)
		s.Clock.Move(31 * time.Minute)
		_, err = s.Settle.Reconcile(ctx)
		require.NoError(t, err)
		s.Place(t, flowtest.Params{Lines: []order.Line{flowtest.Line(item, 3, 1000, 0)}})
		require.NoError(t, s.Sim.Settle(s.Payment(t, o.ID).Ref, true))
		s.Deliver(t, simulator.Script{Copies: 3, Shuffle: true})
		require.Equal(t, order.Cancelled, s.Order(t, o.ID).Status)
		require.Contains(t, s.Types(t, o.ID), "payment.surplus")
		if capture {
			require.Equal(t, eur(2000), s.Payment(t, o.ID).Refunded)
		} else {
			require.Equal(t, payment.StateVoided, s.Payment(t, o.ID).State)
		}
		require.Zero(t, s.Balance(t, o.ID, payment.Clearing))
		require.Zero(t, s.Balance(t, o.ID, payment.Receivable))
		s.Sound(t)
	}
}

func TestAbandonedChallengeGivesUpAndLateMoneyGoesBack(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	o, _, err := begin(t, s, simulator.ThreeDSecure, true)
	require.NoError(t, err)
	s.Clock.Move(31 * time.Minute)
	_, err = s.Settle.Reconcile(ctx)
	require.NoError(t, err)
	require.Equal(t, order.Cancelled, s.Order(t, o.ID).Status)
	require.Equal(t, "abandoned", s.Payment(t, o.ID).Code)
	require.NoError(t, s.Sim.CompleteChallenge(s.Payment(t, o.ID).Ref, true))
	s.Deliver(t, simulator.Script{Copies: 2, Shuffle: true})
	require.Equal(t, order.Cancelled, s.Order(t, o.ID).Status)
	require.Equal(t, eur(2000), s.Payment(t, o.ID).Refunded)
	s.Sound(t)
}

func TestSurplusThatIsRefusedWaitsForPeople(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	item := s.Item(t, 3)
	o, pay := s.Open(t, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line(item, 2, 1000, 0)}})
	_, err := s.Settle.Settle(staff, pay.ID, payment.Outcome{Status: payment.Failed, Code: "given_up"})
	require.NoError(t, err)
	outcome, err := s.Ask(pay, simulator.RefundRefused) // accepted after all
	require.NoError(t, err)
	for range 3 {
		_, err = s.Settle.Settle(staff, pay.ID, outcome)
		require.NoError(t, err)
	}
	types := s.Types(t, o.ID)
	slices.Sort(types)
	require.Equal(t, []string{"payment.failed", "payment.refund_refused", "payment.surplus"}, types, "it is asked for once")
	err = s.Settle.GiveBack(staff, o.ID)
	require.Equal(t, core.KindDeclined, core.KindOf(err))
	require.Equal(t, core.KindUnauthenticated, core.KindOf(s.Settle.GiveBack(ctx, o.ID)))
	s.Sound(t)
}

// The news of a payment in any order, how often ever, end in the same order.
func TestNewsInAnyOrder(t *testing.T) {
	t.Parallel()
	c := eur(2000)
	news := []payment.Outcome{
		{Ref: "r", Status: payment.RequiresAction, Amount: c},
		{Ref: "r", Status: payment.Pending, Amount: c},
		{Ref: "r", Status: payment.Authorized, Amount: c, Authorized: c},
		{Ref: "r", Status: payment.Captured, Amount: c, Authorized: c, Captured: c},
		{Ref: "r", Status: payment.Captured, Amount: c, Authorized: c, Captured: c, Refunded: eur(500)},
	}
	s := flowtest.Memory(t)
	var permute func(n int, head []payment.Outcome)
	permute = func(n int, head []payment.Outcome) {
		if n == 0 {
			o, pay := s.Open(t, flowtest.Params{Lines: []order.Line{flowtest.Line("", 2, 1000, 0)}})
			for _, one := range append(slices.Clone(head), head[0]) {
				one.Ref = string(pay.ID)
				_, err := s.Settle.Settle(staff, pay.ID, one)
				require.NoError(t, err)
			}
			require.Equal(t, order.States{Status: order.Placed, Payment: order.PartiallyRefunded, Fulfilment: order.Unfulfilled}, s.Order(t, o.ID).States)
			require.Equal(t, 1, s.Events(t, o.ID, "order.placed"))
			return
		}
		for i := range news {
			if !slices.ContainsFunc(head, func(h payment.Outcome) bool { return h.Status == news[i].Status && h.Refunded == news[i].Refunded }) {
				permute(n-1, append(slices.Clone(head), news[i]))
			}
		}
	}
	permute(len(news), nil)
	s.Sound(t)
}

func TestQuarantineKeepsWhatWasKnown(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	o, _, err := begin(t, s, simulator.OK, true)
	require.NoError(t, err)
	pay := s.Payment(t, o.ID)
	_, err = s.Settle.Settle(staff, pay.ID, payment.Outcome{Ref: pay.Ref, Status: payment.Captured, Amount: money.New(2000, "USD")})
	require.NoError(t, err)
	require.Equal(t, payment.StateQuarantined, s.Payment(t, o.ID).State)
	require.Equal(t, order.Paid, s.Order(t, o.ID).Payment)

	wrong, _, err := begin(t, s, simulator.WrongAmount, true)
	require.NoError(t, err)
	require.Equal(t, order.Pending, s.Order(t, wrong.ID).Status, "people look at it")
}

func TestCaptureRules(t *testing.T) {
	t.Parallel()
	s := flowtest.Memory(t)
	o, _, err := begin(t, s, simulator.OK, false)
	require.NoError(t, err)
	_, err = s.Settle.Capture(ctx, o.ID, eur(1))
	require.Equal(t, core.KindUnauthenticated, core.KindOf(err))
	for _, bad := range []money.Money{eur(-1), money.New(1, "USD")} {
		_, err = s.Settle.Capture(staff, o.ID, bad)
		require.Equal(t, core.KindInvalid, core.KindOf(err))
	}
	_, err = s.Settle.Capture(staff, o.ID, eur(2001))
	require.Equal(t, "amount_not_left", core.CodeOf(err))
	got, err := s.Settle.Capture(staff, o.ID, eur(500))
	require.NoError(t, err)
	require.Equal(t, order.PartiallyPaid, got.Payment)
	got, err = s.Settle.Capture(staff, o.ID, money.Money{})
	require.NoError(t, err)
	require.Equal(t, order.Paid, got.Payment)
	_, err = s.Settle.Capture(staff, o.ID, money.Money{})
	require.Equal(t, "amount_not_left", core.CodeOf(err))

	refused, _, err := begin(t, s, simulator.CaptureRefused, false)
	require.NoError(t, err)
	_, err = s.Settle.Capture(staff, refused.ID, money.Money{})
	require.Equal(t, core.KindDeclined, core.KindOf(err))
	require.Equal(t, eur(2000), s.Payment(t, refused.ID).Capturable(), "it is free again")
	require.Contains(t, s.Types(t, refused.ID), "payment.capture_refused")
	s.Sound(t)
}

func TestWebhookReconcilerAndAnswerAtOnce(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *flowtest.Shop{"memory": flowtest.Memory, "postgres": flowtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			item := s.Item(t, 3)
			o, pay := s.Open(t, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line(item, 2, 1000, 0)}})
			outcome, err := s.Ask(pay, simulator.OK)
			require.NoError(t, err)
			s.Clock.Move(2 * time.Minute)
			_, err = s.Sim.Deliver(ctx, simulator.Script{Copies: 2, Shuffle: true}, func(ctx context.Context, h http.Header, body []byte) error {
				_, err := s.Payments.Receive(ctx, s.Sim.Name(), h, body)
				return err
			})
			require.NoError(t, err)
			errs := make([]error, 9)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() {
					switch i % 3 {
					case 0:
						_, errs[i] = s.Settle.Settle(ctx, pay.ID, outcome)
					case 1:
						_, errs[i] = s.Settle.Webhooks(ctx)
					default:
						_, errs[i] = s.Settle.Reconcile(ctx)
					}
				})
			}
			wg.Wait()
			for _, err := range errs {
				require.NoError(t, err)
			}
			require.Equal(t, order.Paid, s.Order(t, o.ID).Payment)
			require.Equal(t, 1, s.Events(t, o.ID, "order.placed"))
			_, reserved := s.Level(t, item)
			require.Equal(t, int64(2), reserved)
			require.Zero(t, s.Balance(t, o.ID, payment.Receivable))
			s.Sound(t)
		})
	}
}

func TestTimeoutMustEndBeforeItIsAskedAgain(t *testing.T) {
	t.Parallel()
	_, err := settlement.New(nil, nil, settlement.Config{Timeout: payment.Stuck})
	require.Equal(t, core.KindInvalid, core.KindOf(err))
}
