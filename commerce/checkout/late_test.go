package checkout_test

import (
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/stretchr/testify/require"
)

func TestThreeDSecure(t *testing.T) {
	t.Parallel()
	for name, pass := range map[string]bool{"passed": true, "failed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, checkout.Config{})
			v := s.cart(buyer, 3)
			r, err := s.pay(v.Cart.ID, simulator.ThreeDSecure)
			require.NoError(t, err)
			require.Equal(t, order.Pending, r.Order.Status)
			require.NotEmpty(t, r.Action.RedirectURL)
			require.EqualValues(t, 7, s.left(), "held for the buyer")

			again, err := s.pay(v.Cart.ID, simulator.OK)
			require.NoError(t, err)
			require.True(t, again.Existing)
			require.Equal(t, r.Action, again.Action, "the buyer is shown the way again")

			require.NoError(t, s.sim.CompleteChallenge(r.Payment.Ref, pass))
			s.deliver(simulator.Script{})
			o := s.order(r.Order.ID)
			if pass {
				require.Equal(t, order.Placed, o.Status)
				require.Equal(t, order.Paid, o.Payment)
				require.EqualValues(t, 7, s.left())
				require.Equal(t, "completed", s.state(v.Cart.ID))
			} else {
				require.Equal(t, order.Cancelled, o.Status)
				require.EqualValues(t, 10, s.left())
				require.Equal(t, "active", s.state(v.Cart.ID))
			}
			s.sound()
		})
	}
}

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token  string
		status order.Status
		cart   string
	}{
		"before anything was done": {simulator.TimeoutBefore, order.Cancelled, "active"},
		"after it was done":        {simulator.TimeoutAfter, order.Placed, "completed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, checkout.Config{})
			v := s.cart(buyer, 1)
			r, err := s.pay(v.Cart.ID, c.token)
			var unsure *checkout.UncertainError
			require.ErrorAs(t, err, &unsure)
			require.Equal(t, r.Order.ID, unsure.Order)
			require.Equal(t, core.KindUnavailable, core.KindOf(err))
			require.Equal(t, order.Pending, s.order(unsure.Order).Status)

			again, err := s.pay(v.Cart.ID, simulator.OK)
			require.NoError(t, err)
			require.True(t, again.Existing, "it is not paid a second time")

			require.Zero(t, s.reconcile().Payments, "too early to ask")
			s.clock.forward(payment.Stuck + time.Second)
			require.Equal(t, 1, s.reconcile().Payments)
			events := s.events(unsure.Order)
			s.clock.forward(time.Hour)
			s.reconcile()
			s.deliver(simulator.Script{Copies: 2})
			require.Equal(t, events, s.events(unsure.Order), "it ends once")
			require.Equal(t, c.status, s.order(unsure.Order).Status)
			require.Equal(t, c.cart, s.state(v.Cart.ID))
			s.sound()
		})
	}
}

func TestAProviderThatIsDownKeepsTheOrderPending(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	v := s.cart(buyer, 1)
	_, err := s.pay(v.Cart.ID, simulator.Down)
	var unsure *checkout.UncertainError
	require.ErrorAs(t, err, &unsure)
	s.clock.forward(2 * time.Minute)
	s.reconcile()
	require.Equal(t, order.Cancelled, s.order(unsure.Order).Status, "the provider answers again, and has never seen it")
	s.sound()
}

func TestMoneyThatComesAfterTheOrderWasGivenUpIsGivenBack(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	v := s.cart(buyer, 1)
	r, err := s.pay(v.Cart.ID, simulator.ThreeDSecure)
	require.NoError(t, err)
	s.clock.forward(31 * time.Minute)
	s.reconcile()
	require.Equal(t, order.Cancelled, s.order(r.Order.ID).Status, "the buyer walked away")
	require.Equal(t, "active", s.state(v.Cart.ID))
	second, err := s.pay(v.Cart.ID, simulator.OK)
	require.NoError(t, err)

	require.NoError(t, s.sim.CompleteChallenge(r.Payment.Ref, true))
	s.deliver(simulator.Script{Copies: 3, Shuffle: true})
	p := s.paymentsOf(r.Order.ID)[0]
	require.Equal(t, p.Captured, p.Refunded)
	require.True(t, p.Captured.IsPositive())
	require.Equal(t, order.Cancelled, s.order(r.Order.ID).Status)
	require.Equal(t, order.Placed, s.order(second.Order.ID).Status)
	require.EqualValues(t, 9, s.left())
	s.sound()
}

func TestTheHoldEndsBeforeThePaymentComes(t *testing.T) {
	t.Parallel()
	for name, others := range map[string]int64{"the goods are still there": 3, "the goods are gone": 8} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, checkout.Config{})
			r, err := s.pay(s.cart(buyer, 5).Cart.ID, simulator.Pending)
			require.NoError(t, err)
			require.Equal(t, order.Pending, r.Order.Status)
			require.Nil(t, r.Action)
			s.clock.forward(31 * time.Minute) // the provider still works on it
			s.reconcile()
			require.Equal(t, order.Pending, s.order(r.Order.ID).Status)
			require.EqualValues(t, 10, s.left(), "held no longer")
			_, err = s.pay(s.cart(buyer, others).Cart.ID, simulator.OK)
			require.NoError(t, err)

			require.NoError(t, s.sim.Settle(r.Payment.Ref, true))
			s.deliver(simulator.Script{Copies: 2, Shuffle: true})
			o, p := s.order(r.Order.ID), s.paymentsOf(r.Order.ID)[0]
			if others == 3 {
				require.Equal(t, order.Placed, o.Status)
				require.EqualValues(t, 2, s.left())
			} else {
				require.Equal(t, order.Cancelled, o.Status)
				require.Equal(t, p.Captured, p.Refunded)
				require.EqualValues(t, 2, s.left())
			}
			s.sound()
		})
	}
}

func TestWebhooksInAnyOrderAndNumber(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	var ids []core.OrderID
	for range 4 {
		r, err := s.pay(s.cart(buyer, 1).Cart.ID, simulator.LateSuccess)
		require.NoError(t, err)
		ids = append(ids, r.Order.ID)
	}
	late, err := s.pay(s.cart(buyer, 1).Cart.ID, simulator.LateFailure)
	require.NoError(t, err)
	s.clock.forward(2 * time.Minute)
	s.deliver(simulator.Script{Copies: 3, Shuffle: true})
	for _, id := range ids {
		require.Equal(t, order.Placed, s.order(id).Status)
		require.Equal(t, order.Paid, s.order(id).Payment)
		count := map[string]int{}
		for _, typ := range s.events(id) {
			count[typ]++
		}
		for typ, n := range count {
			require.Equal(t, 1, n, typ)
		}
	}
	require.Equal(t, order.Cancelled, s.order(late.Order.ID).Status)
	require.EqualValues(t, 6, s.left())
	s.sound()
}

func TestAWrongAmountIsNotAccepted(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	r, err := s.pay(s.cart(buyer, 1).Cart.ID, simulator.WrongAmount)
	require.NoError(t, err)
	require.Equal(t, order.Pending, r.Order.Status)
	require.Equal(t, payment.StateQuarantined, r.Payment.State, "people look at it")
}
