package checkout_test

import (
	"sync"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/stretchr/testify/require"
)

// at runs n at once and returns their errors.
func at(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	return errs
}

func TestParallelCompletesMakeOneOrderAndOnePayment(t *testing.T) {
	t.Parallel()
	eachStore(t, checkout.Config{}, func(t *testing.T, s *shop) {
		v := s.cart(buyer, 2)
		ids := make([]core.OrderID, 50)
		for _, err := range at(50, func(i int) error {
			r, err := s.pay(v.Cart.ID, simulator.OK)
			ids[i] = r.Order.ID
			return err
		}) {
			require.NoError(t, err)
		}
		for _, id := range ids {
			require.Equal(t, ids[0], id)
		}
		require.Len(t, s.all(), 1)
		require.Len(t, s.paymentsOf(ids[0]), 1)
		require.EqualValues(t, 8, s.left())
		s.sound()
	})
}

func TestASingleUseCodeIsUsedOnce(t *testing.T) {
	t.Parallel()
	eachStore(t, checkout.Config{}, func(t *testing.T, s *shop) {
		s.code("SINGLE", 1)
		carts := make([]basket.View, 20)
		for i := range carts {
			carts[i] = s.coded(t, "SINGLE")
		}
		sold := 0
		for _, err := range at(len(carts), func(i int) error {
			_, err := s.sell.Complete(buyer, carts[i].Cart.ID, checkout.Params{Provider: "manual"})
			return err
		}) {
			if err == nil {
				sold++
				continue
			}
			require.Contains(t, []string{"promotion_exhausted", "price_changed"}, core.CodeOf(err), "%v", err)
		}
		require.Equal(t, 1, sold)
		require.Len(t, s.all(), 1)
		s.sound()
	})
}

// coded is a cart with a code for something nobody can run out of.
func (s *shop) coded(t *testing.T, code string) basket.View {
	t.Helper()
	codes := []string{code}
	v, err := s.carts.Create(buyer, basket.Params{Lines: []basket.LineParams{{SKU: "POSTER", Quantity: 1}},
		Changes: basket.Update{Email: &email, Codes: &codes}})
	require.NoError(t, err)
	return v
}

func TestTheEndOfAHoldRacesThePayment(t *testing.T) {
	t.Parallel()
	eachStore(t, checkout.Config{}, func(t *testing.T, s *shop) {
		const buyers = 5
		late := make([]core.CartID, buyers)
		for i := range late {
			late[i] = s.cart(buyer, 2).Cart.ID
		}
		var ids []core.OrderID
		for range buyers {
			r, err := s.pay(s.cart(buyer, 2).Cart.ID, simulator.Pending)
			require.NoError(t, err)
			ids = append(ids, r.Order.ID)
		}
		require.Zero(t, s.left())
		s.clock.forward(31 * time.Minute)
		refs := make([]string, buyers)
		for i, id := range ids {
			refs[i] = s.paymentsOf(id)[0].Ref
		}
		errs := at(3*buyers, func(i int) error {
			switch i % 3 {
			case 0:
				return s.sim.Settle(refs[i/3], true)
			case 1:
				_, err := s.settle.Reconcile(staff)
				return err
			default: // somebody else wants the goods
				_, err := s.sell.Complete(buyer, late[i/3], checkout.Params{Provider: "manual"})
				if core.IsKind(err, core.KindOutOfStock) {
					return nil
				}
				return err
			}
		})
		for _, err := range errs {
			require.NoError(t, err)
		}
		s.deliver(simulator.Script{Copies: 2, Shuffle: true})
		s.clock.forward(2 * time.Minute)
		s.reconcile()
		var units int64
		for _, o := range s.all() {
			require.NotEqual(t, order.Pending, o.Status)
			if o.Status == order.Placed {
				full := s.order(o.ID)
				units += full.Units()
			}
		}
		require.LessOrEqual(t, units, int64(10))
		require.Equal(t, 10-units, s.left())
		s.sound()
	})
}

func TestAClaimRacesTheCheckout(t *testing.T) {
	t.Parallel()
	eachStore(t, checkout.Config{}, func(t *testing.T, s *shop) {
		for range 5 {
			v := s.cart(buyer, 1)
			ann := customer("cus_ann")
			errs := at(2, func(i int) error {
				if i == 0 {
					_, err := s.pay(v.Cart.ID, simulator.OK)
					return err
				}
				_, err := s.carts.Claim(ann, v.Cart.ID)
				return err
			})
			require.NotEqual(t, (errs[0] == nil), (errs[1] == nil), "bought or taken along, not both: %v", errs)
		}
		s.sound()
	})
}

// A whole checkout stays within a few statements, with a code and several lines
// too.
func TestStatements(t *testing.T) {
	t.Parallel()
	eachStore(t, checkout.Config{}, func(t *testing.T, s *shop) {
		s.code("TEN", 0)
		s.cart(buyer, 1) // what rarely changes is in memory
		for _, c := range []struct {
			provider string
			codes    []string
			most     int64
		}{{"manual", nil, 20}, {"manual", []string{"TEN"}, 25}, {"simulator", nil, 30}, {"simulator", []string{"TEN"}, 35}} {
			before := s.db.Stats()
			v, err := s.carts.Create(buyer, basket.Params{Lines: []basket.LineParams{{SKU: "TEE", Quantity: 1}, {SKU: "GIFT", Quantity: 1}},
				Changes: basket.Update{Email: &email, ShippingAddress: &home, ShippingMethod: &s.standard, Codes: &c.codes}})
			require.NoError(t, err)
			_, err = s.sell.Complete(buyer, v.Cart.ID, checkout.Params{Provider: c.provider})
			require.NoError(t, err)
			after := s.db.Stats()
			t.Logf("%s %v: %d statements, %d round trips, %d transactions", c.provider, c.codes, after.Statements-before.Statements,
				after.RoundTrips-before.RoundTrips, after.Transactions-before.Transactions)
			require.LessOrEqual(t, after.Statements-before.Statements, c.most, "%v", c)
		}
	})
}
