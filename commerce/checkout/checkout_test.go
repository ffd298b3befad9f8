package checkout_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/stretchr/testify/require"
)

func TestApproved(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	v := s.cart(buyer, 2)
	r, err := s.sell.Complete(buyer, v.Cart.ID, checkout.Params{Provider: "simulator", Token: simulator.OK, Expected: &v.Quote.Totals.Total,
		Note: "ring twice", Metadata: map[string]string{"source": "shop"}})
	require.NoError(t, err)
	require.Equal(t, order.States{Status: order.Placed, Payment: order.Paid, Fulfilment: order.Unfulfilled}, r.Order.States)
	require.Equal(t, money.New(6290, "EUR"), r.Order.Totals.Total)
	require.Equal(t, payment.StateCaptured, r.Payment.State)
	require.Nil(t, r.Action)
	require.False(t, r.Existing)

	o := s.order(r.Order.ID)
	require.Equal(t, email, o.Email)
	require.Empty(t, o.Customer)
	require.Equal(t, home, o.BillingAddress, "the shipping address stands in")
	require.Equal(t, "ring twice", o.Note)
	require.Equal(t, map[string]string{"source": "shop"}, o.Metadata)
	require.Equal(t, v.Cart.Lines[0].ID, o.Lines[0].ID)
	require.Equal(t, s.clock.now(), o.PlacedAt)
	require.EqualValues(t, 8, s.left())
	require.Equal(t, "completed", s.state(v.Cart.ID))
	require.Subset(t, s.events(o.ID), []string{"order.placed", "order.paid", "payment.authorized", "payment.captured"})

	again, err := s.pay(v.Cart.ID, simulator.OK)
	require.NoError(t, err)
	require.True(t, again.Existing)
	require.Equal(t, o.ID, again.Order.ID)
	require.Equal(t, r.Order.Token, again.Order.Token, "who may use the cart may see its order")
	require.Len(t, s.paymentsOf(o.ID), 1)
	s.sound()
}

func TestDeclinedLeavesEverythingForASecondAttempt(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	p := s.code("ONCE", 1)
	v := s.cart(buyer, 10, "once")
	_, err := s.pay(v.Cart.ID, simulator.InsufficientFunds)
	var declined *payment.DeclinedError
	require.ErrorAs(t, err, &declined)
	require.Equal(t, "insufficient_funds", declined.Code)
	require.True(t, declined.Retryable)
	require.Equal(t, "active", s.state(v.Cart.ID))
	require.EqualValues(t, 10, s.left())
	used, err := s.promos.Usage(staff, []core.PromotionID{p.ID})
	require.NoError(t, err)
	require.Zero(t, used[p.ID].Uses)
	s.sound()

	r, err := s.pay(v.Cart.ID, simulator.OK)
	require.NoError(t, err)
	require.Equal(t, order.Placed, r.Order.Status)
	require.Equal(t, []string{"ONCE"}, r.Order.Codes)
	require.EqualValues(t, 0, s.left())
	all := s.all()
	require.Len(t, all, 2)
	require.Equal(t, order.Cancelled, all[1].Status)
	used, err = s.promos.Usage(staff, []core.PromotionID{p.ID})
	require.NoError(t, err)
	require.EqualValues(t, 1, used[p.ID].Uses)
	s.sound()
}

func TestRefusedRequestOfTheProviderIsADecline(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	v := s.cart(buyer, 1)
	_, err := s.pay(v.Cart.ID, simulator.Invalid)
	require.Equal(t, core.KindDeclined, core.KindOf(err), "%v", err)
	require.Equal(t, "active", s.state(v.Cart.ID))
	s.sound()
}

func TestAuthorizeOnly(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{AuthorizeOnly: true})
	r, err := s.pay(s.cart(buyer, 1).Cart.ID, simulator.OK)
	require.NoError(t, err)
	require.Equal(t, order.Placed, r.Order.Status)
	require.Equal(t, order.Authorized, r.Order.Payment)
	require.NotContains(t, s.events(r.Order.ID), "order.paid")
	o, err := s.settle.Capture(staff, r.Order.ID, money.Money{})
	require.NoError(t, err)
	require.Equal(t, order.Paid, o.Payment)
	s.sound()
}

func TestInstantProviders(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	r, err := s.sell.Complete(buyer, s.cart(buyer, 1).Cart.ID, checkout.Params{Provider: "manual", Method: "invoice"})
	require.NoError(t, err)
	require.Equal(t, order.States{Status: order.Placed, Payment: order.Authorized, Fulfilment: order.Unfulfilled}, r.Order.States)
	require.NotContains(t, s.events(r.Order.ID), "order.paid")
	r, err = s.sell.Complete(buyer, s.cart(buyer, 1).Cart.ID, checkout.Params{Provider: "cash"})
	require.NoError(t, err)
	require.Equal(t, order.Paid, r.Order.Payment)
	require.Contains(t, s.events(r.Order.ID), "order.paid")
	s.sound()
}

func TestFreeOrdersNeedNoProvider(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	v, err := s.carts.Create(buyer, basket.Params{Lines: []basket.LineParams{{SKU: "GIFT", Quantity: 1}}, Changes: basket.Update{Email: &email}})
	require.NoError(t, err)
	r, err := s.sell.Complete(buyer, v.Cart.ID, checkout.Params{})
	require.NoError(t, err)
	require.Equal(t, order.Placed, r.Order.Status)
	require.Equal(t, order.Paid, r.Order.Payment)
	require.Empty(t, r.Payment.ID)
	require.Equal(t, []string{"order.placed", "order.paid"}, s.events(r.Order.ID))
	s.sound()
}

func TestNotReady(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	none, some := core.ShippingMethodID(""), "ann@example.org"
	partial, abroad := core.Address{Country: "DE"}, home
	abroad.Country = "FR"
	for name, c := range map[string]struct {
		change basket.Update
		fields []string
	}{
		"no email":              {basket.Update{Email: new(string)}, []string{"email"}},
		"a country alone":       {basket.Update{ShippingAddress: &partial}, []string{"shipping_address.line1", "shipping_address.city", "shipping_address.name"}},
		"half a bill":           {basket.Update{BillingAddress: &partial}, []string{"billing_address.line1", "billing_address.city", "billing_address.name"}},
		"no method":             {basket.Update{ShippingMethod: &none}, []string{"shipping_method_id"}},
		"not sold to, but sent": {basket.Update{ShippingAddress: &abroad}, []string{"shipping_address.country"}},
		"all at once":           {basket.Update{Email: new(string), ShippingMethod: &none}, []string{"email", "shipping_method_id"}},
	} {
		v, err := s.carts.Update(buyer, s.cart(buyer, 1).Cart.ID, c.change)
		require.NoError(t, err, name)
		_, err = s.pay(v.Cart.ID, simulator.OK)
		var missing *checkout.NotReadyError
		require.ErrorAs(t, err, &missing, name)
		require.Equal(t, "cart_not_ready", core.CodeOf(err))
		var fields []string
		for _, f := range missing.Violations {
			fields = append(fields, f.Field)
		}
		require.Equal(t, c.fields, fields, name)
	}
	v, err := s.carts.Create(buyer, basket.Params{Changes: basket.Update{Email: &some}})
	require.NoError(t, err)
	_, err = s.pay(v.Cart.ID, simulator.OK)
	require.Equal(t, "cart_not_ready", core.CodeOf(err), "an empty cart")
	require.Empty(t, s.all())

	v = s.cart(buyer, 1)
	_, err = s.carts.Update(buyer, v.Cart.ID, basket.Update{ShippingAddress: &core.Address{}, ShippingMethod: &s.pickup})
	require.NoError(t, err)
	r, err := s.sell.Complete(buyer, v.Cart.ID, checkout.Params{Provider: "manual"})
	require.NoError(t, err, "who picks up needs no address")
	require.True(t, r.Order.Shipping.Pickup)
	s.sound()
}

func TestProvidersThatCannotTakeIt(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{Joined: true})
	id := s.cart(buyer, 1).Cart.ID
	_, err := s.sell.Complete(buyer, id, checkout.Params{})
	require.Equal(t, core.KindInvalid, core.KindOf(err))
	_, err = s.sell.Complete(buyer, id, checkout.Params{Provider: "nobody"})
	require.Equal(t, core.KindInvalid, core.KindOf(err))
	_, err = s.pay(id, simulator.OK)
	require.Equal(t, "payment_in_transaction", core.CodeOf(err))
	dollars := money.Currency("USD")
	_, err = s.carts.Update(buyer, id, basket.Update{Currency: &dollars})
	require.NoError(t, err)
	_, err = s.sell.Complete(buyer, id, checkout.Params{Provider: "manual"})
	require.ErrorContains(t, err, "does not take USD")
	_, err = s.sell.Complete(buyer, id, checkout.Params{Provider: "cash"})
	require.NoError(t, err)
	s.sound()
}

func TestPricesAreNeverChargedUnseen(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	p := s.code("TEN", 0)
	v := s.cart(buyer, 1, "ten")
	off := false
	_, err := s.promos.Update(staff, p.ID, p.Version, promoUpdate(&off))
	require.NoError(t, err)
	_, err = s.pay(v.Cart.ID, simulator.OK)
	var changed *checkout.PriceChangedError
	require.ErrorAs(t, err, &changed, "no line costs more, but the whole does")
	require.Equal(t, changed.Expected, v.Quote.Totals.Total)
	require.Equal(t, money.New(3390, "EUR"), changed.Quote.Totals.Total)

	require.NoError(t, s.catalog.SetPrices(staff, []catalog.PriceChange{{VariantID: s.tee.ID, Prices: []catalog.Price{{Currency: "EUR", Amount: 2000}}}}))
	_, err = s.pay(v.Cart.ID, simulator.OK)
	require.ErrorAs(t, err, &changed)
	total := money.New(2490, "EUR")
	r, err := s.sell.Complete(buyer, v.Cart.ID, checkout.Params{Provider: "manual", Expected: &total})
	require.NoError(t, err)
	require.Equal(t, total, r.Order.Totals.Total)
	s.sound()
}

func TestStockThatRanOut(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	first, second := s.cart(buyer, 6), s.cart(buyer, 6)
	_, err := s.pay(first.Cart.ID, simulator.OK)
	require.NoError(t, err)
	_, err = s.pay(second.Cart.ID, simulator.OK)
	var short *stock.InsufficientError
	require.ErrorAs(t, err, &short)
	require.EqualValues(t, 4, short.Available)
	require.Equal(t, "active", s.state(second.Cart.ID))
	require.Len(t, s.all(), 1)
	s.sound()
}

func TestOwnership(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	ann, bob := customer("cus_ann"), customer("cus_bob")
	v := s.cart(ann, 1)
	for _, other := range []context.Context{buyer, bob} {
		_, err := s.sell.Complete(other, v.Cart.ID, checkout.Params{Provider: "manual"})
		require.Equal(t, core.KindNotFound, core.KindOf(err))
	}
	r, err := s.sell.Complete(ann, v.Cart.ID, checkout.Params{Provider: "manual"})
	require.NoError(t, err)
	require.EqualValues(t, "cus_ann", r.Order.Customer)
	for _, other := range []context.Context{buyer, bob} {
		_, err := s.sell.Complete(other, v.Cart.ID, checkout.Params{Provider: "manual"})
		require.Equal(t, core.KindNotFound, core.KindOf(err), "nor is the order's token told")
	}
	// Bob signs in and pays with the cart he filled before.
	anonymous := s.cart(buyer, 1)
	r, err = s.sell.Complete(bob, anonymous.Cart.ID, checkout.Params{Provider: "manual"})
	require.NoError(t, err)
	require.EqualValues(t, "cus_bob", r.Order.Customer)
	_, err = s.carts.Get(buyer, anonymous.Cart.ID)
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	s.sound()
}

func TestExpiredAndMergedCartsAreNotSold(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	v := s.cart(buyer, 1)
	_, err := s.carts.Claim(customer("cus_ann"), v.Cart.ID)
	require.NoError(t, err)
	_, err = s.pay(v.Cart.ID, simulator.OK)
	require.Equal(t, "cart_merged", core.CodeOf(err))
	v = s.cart(buyer, 1)
	s.clock.forward(31 * 24 * time.Hour)
	_, err = s.pay(v.Cart.ID, simulator.OK)
	require.Equal(t, "cart_expired", core.CodeOf(err))
	require.Empty(t, s.all())
}

func TestABuyerWhoLeavesPaysOnce(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	v := s.cart(buyer, 1)
	ctx, cancel := context.WithCancel(buyer)
	s.sell = s.with(checkout.Config{Risk: func(context.Context, checkout.RiskRequest) (checkout.RiskDecision, error) {
		return checkout.RiskDecision{}, nil
	}},
		leaver{s.sim, cancel})
	r, err := s.sell.Complete(ctx, v.Cart.ID, checkout.Params{Provider: "simulator", Token: simulator.OK})
	require.NoError(t, err)
	require.ErrorIs(t, ctx.Err(), context.Canceled)
	require.Equal(t, order.Placed, s.order(r.Order.ID).Status)
	s.sound()
}

// leaver is a provider whose buyer goes away while it is asked.
type leaver struct {
	payment.Provider
	leave func()
}

func (l leaver) Authorize(ctx context.Context, r payment.AuthorizeRequest) (payment.Outcome, error) {
	l.leave()
	if ctx.Err() != nil {
		return payment.Outcome{}, errors.New("the call ended with the buyer")
	}
	return l.Provider.Authorize(ctx, r)
}

func TestDeletedCartsAreGone(t *testing.T) {
	t.Parallel()
	s := open(t, checkout.Config{})
	v := s.cart(buyer, 1)
	require.NoError(t, s.carts.Delete(buyer, v.Cart.ID))
	_, err := s.pay(v.Cart.ID, simulator.OK)
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	v = s.cart(buyer, 1)
	_, err = s.pay(v.Cart.ID, simulator.OK)
	require.NoError(t, err)
	var done *cart.CompletedError
	require.ErrorAs(t, s.carts.Delete(buyer, v.Cart.ID), &done)
}
