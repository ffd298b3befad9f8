package checkout_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/stretchr/testify/require"
)

func (s *shop) timeline(id core.OrderID) (types []string) {
	s.t.Helper()
	page, err := s.orders.Timeline(staff, id, core.PageQuery{})
	require.NoError(s.t, err)
	for _, e := range page.Items {
		types = append(types, e.Type)
	}
	return types
}

func TestRisk(t *testing.T) {
	t.Parallel()
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	for name, c := range map[string]struct {
		risk  checkout.Risk
		code  string
		entry string
	}{
		"allows": {func(context.Context, checkout.RiskRequest) (checkout.RiskDecision, error) {
			return checkout.RiskDecision{Score: 3}, nil
		}, "", "risk.assessed"},
		"blocks": {func(context.Context, checkout.RiskRequest) (checkout.RiskDecision, error) {
			return checkout.RiskDecision{Block: true}, nil
		}, "order_refused", ""},
		"fails": {func(context.Context, checkout.RiskRequest) (checkout.RiskDecision, error) {
			return checkout.RiskDecision{Block: true}, errors.New("no model")
		}, "", "risk.unavailable"},
		"panics": {func(context.Context, checkout.RiskRequest) (checkout.RiskDecision, error) { panic("bug") }, "", "risk.unavailable"},
		"never answers": {func(context.Context, checkout.RiskRequest) (checkout.RiskDecision, error) {
			<-stuck
			return checkout.RiskDecision{}, nil
		}, "", "risk.unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Pointer[checkout.RiskRequest]
			s := open(t, checkout.Config{RiskTimeout: 20 * time.Millisecond, Risk: func(ctx context.Context, r checkout.RiskRequest) (checkout.RiskDecision, error) {
				asked.Store(&r)
				return c.risk(ctx, r)
			}})
			v := s.cart(buyer, 2)
			r, err := s.pay(v.Cart.ID, simulator.OK)
			require.Equal(t, email, asked.Load().Email)
			require.Equal(t, money.New(6290, "EUR"), asked.Load().Quote.Totals.Total)
			if c.code != "" {
				require.Equal(t, c.code, core.CodeOf(err))
				require.Equal(t, core.KindDeclined, core.KindOf(err))
				require.Empty(t, s.all())
				require.Equal(t, "active", s.state(v.Cart.ID))
				return
			}
			require.NoError(t, err)
			require.Equal(t, order.Placed, r.Order.Status)
			require.Contains(t, s.timeline(r.Order.ID), c.entry)
			s.sound()
		})
	}
}

// What was judged is what is ordered.
func TestACartThatChangesWhileItIsJudgedIsNotOrdered(t *testing.T) {
	t.Parallel()
	var s *shop
	var id core.CartID
	s = open(t, checkout.Config{RiskTimeout: time.Minute, Risk: func(context.Context, checkout.RiskRequest) (checkout.RiskDecision, error) {
		_, err := s.carts.Add(buyer, id, basket.LineParams{SKU: "TEE", Quantity: 9})
		return checkout.RiskDecision{}, err
	}})
	id = s.cart(buyer, 1).Cart.ID
	_, err := s.pay(id, simulator.OK)
	require.Equal(t, "cart_changed", core.CodeOf(err))
	require.Empty(t, s.all())
}
