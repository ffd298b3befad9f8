package checkout_test

import (
	"encoding/json"
	"testing"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

func TestGuestOrdersAreClaimedOnceTheEmailIsProved(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	r, err := s.sell.Complete(buyer, s.cart(buyer, 1).Cart.ID, checkout.Params{Provider: "manual"})
	require.NoError(t, err)
	accounts, err := account.New(core.Narrow(s.db, func(tx storage.Tx) account.Tx { return tx }), account.Config{Clock: s.clock.now})
	require.NoError(t, err)
	ann, err := accounts.CreateCustomer(staff, account.NewCustomer{Customer: account.Customer{Email: "Ann@Example.org", Name: "Ann"}})
	require.NoError(t, err)
	me := customer(ann.ID)

	data, err := json.Marshal(map[string]any{"customer_id": ann.ID})
	require.NoError(t, err)
	require.NoError(t, s.sell.OnCustomer(staff, core.Event{Data: data}))
	require.Empty(t, s.order(r.Order.ID).Customer, "an address that was only typed proves nothing")
	_, err = s.sell.ClaimOrders(customer("cus_bob"), ann.ID)
	require.Equal(t, core.KindForbidden, core.KindOf(err))

	require.NoError(t, s.db.Update(staff, func(tx storage.Tx) error { return tx.Accounts().VerifyEmail(staff, ann.ID, s.clock.now()) }))
	require.NoError(t, s.sell.OnCustomer(staff, core.Event{Data: data}))
	require.Equal(t, ann.ID, s.order(r.Order.ID).Customer)
	n, err := s.sell.ClaimOrders(me, ann.ID)
	require.NoError(t, err)
	require.Zero(t, n)
	gone, err := json.Marshal(map[string]any{"customer_id": "cus_gone"})
	require.NoError(t, err)
	require.NoError(t, s.sell.OnCustomer(staff, core.Event{Data: gone}))

	// A customer's cart needs no email of its own.
	v, err := s.carts.Create(me, basket.Params{Lines: []basket.LineParams{{SKU: "TEE", Quantity: 1}}, Changes: basket.Update{ShippingMethod: &s.pickup}})
	require.NoError(t, err)
	r, err = s.sell.Complete(me, v.Cart.ID, checkout.Params{Provider: "manual"})
	require.NoError(t, err)
	require.Equal(t, "Ann@Example.org", r.Order.Email)
	s.sound()
}
