package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/storage"
)

var orderTime = time.Date(2026, 3, 1, 12, 0, 0, 123000, time.UTC)

// orders is what the tests of orders and payments share.
type orders struct {
	t     *testing.T
	db    *storage.DB
	clerk order.Clerk
	made  int
}

func newOrders(t *testing.T, db *storage.DB) *orders {
	return &orders{t: t, db: db, clerk: order.Clerk{Clock: func() time.Time { return orderTime }}}
}

func (s *orders) update(fn func(ctx context.Context, tx storage.Tx) error) error {
	ctx := core.WithActor(s.t.Context(), core.System("storagetest"))
	return s.db.Update(ctx, func(tx storage.Tx) error { return fn(ctx, tx) })
}

func (s *orders) view(fn func(ctx context.Context, tx storage.Tx) error) {
	s.t.Helper()
	require.NoError(s.t, s.db.View(s.t.Context(), func(tx storage.Tx) error { return fn(s.t.Context(), tx) }))
}

// draft is an order of two lines and shipping over 70.00, the n-th made n
// minutes later.
func (s *orders) draft() order.Order {
	s.made++
	n := s.made
	eur := func(v int64) money.Money { return money.New(v, "EUR") }
	o := order.Order{ID: core.NewID[core.OrderID](nil, core.PrefixOrder), Number: order.NewNumber(nil), Cart: core.CartID(fmt.Sprintf("cart_%d", n)),
		Token: order.NewToken(), Channel: "chan_a", Currency: "EUR", Locale: "de", Customer: "cus_a", Email: "Ann@Example.org",
		ShippingAddress: core.Address{Name: "Ann", Line1: "Straße 1", City: "Köln", Country: "DE"}, Codes: []string{"SPRING"}, Quote: "q1",
		Lines: []order.Line{
			{ID: "line_b", Variant: "var_b", Product: "prod_b", StockItem: "item_b", SKU: "B-1", Title: "猫 🐈", VariantTitle: "Blue", Options: map[string]string{"Color": "Blue"},
				Ships: true, WeightGrams: 100, Quantity: 3, ListPrice: eur(1200), UnitPrice: eur(1000), Subtotal: eur(3000),
				Discounts: []order.Discount{{Promotion: "promo_1", Code: "SPRING", Title: "Spring", Amount: eur(500)}},
				Taxes:     []order.Tax{{Rate: "txr_1", Title: "VAT", Percent: money.Percent(19), Included: true, Amount: eur(399)}}, Total: eur(2500)},
			{ID: "line_a", Variant: "var_a", Product: "prod_a", SKU: "A-1", Title: "Plain", Quantity: 1, UnitPrice: eur(4000), Subtotal: eur(4000), Total: eur(4000)},
		},
		Shipping: order.Shipping{Method: "shm_1", Title: "Post", Price: eur(500), Total: eur(500)},
		States:   order.States{Status: order.Placed, Payment: order.Authorized, Fulfilment: order.Unfulfilled},
		Note:     "ring twice", Metadata: map[string]string{"k": "v"}, Version: 1}
	for i := range o.Lines {
		o.Lines[i].RefundedAmount = eur(0)
	}
	o.Shipping.RefundedAmount = eur(0)
	o.CreatedAt = orderTime.Add(time.Duration(n) * time.Minute)
	o.UpdatedAt, o.PlacedAt = orderTime, o.CreatedAt
	var err error
	o.Totals, err = order.SumTotals("EUR", o.Lines, o.Shipping)
	require.NoError(s.t, err)
	return o
}

func (s *orders) insert(change func(*order.Order)) order.Order {
	s.t.Helper()
	o := s.draft()
	if change != nil {
		change(&o)
	}
	require.NoError(s.t, s.update(func(ctx context.Context, tx storage.Tx) error {
		return s.clerk.Insert(ctx, tx, &o, order.Why{Public: true})
	}))
	return o
}

func (s *orders) read(id core.OrderID) (o order.Order) {
	s.t.Helper()
	s.view(func(ctx context.Context, tx storage.Tx) (err error) {
		o, err = tx.Orders().Order(ctx, id)
		return err
	})
	return o
}

func (s *orders) sound() {
	s.t.Helper()
	s.view(func(ctx context.Context, tx storage.Tx) error {
		wrong, err := tx.Orders().Unbalanced(ctx)
		require.Empty(s.t, wrong)
		return err
	})
}

// Order tests the order store and its rules.
func Order(t *testing.T, open func(t *testing.T) *storage.DB) {
	t.Run("round trip", func(t *testing.T) {
		s := newOrders(t, open(t))
		o := s.insert(nil)
		require.Equal(t, o, s.read(o.ID))
		for _, k := range []order.Key{{ID: o.ID}, {Number: o.Number}, {Cart: o.Cart}, {Token: o.Token}, {Number: o.Number, Email: "ann@example.ORG "}, {ID: o.ID, Customer: "cus_a"}} {
			s.view(func(ctx context.Context, tx storage.Tx) error {
				got, err := tx.Orders().Find(ctx, k)
				require.Equal(t, o.ID, got.ID)
				require.Len(t, got.Lines, 2)
				return err
			})
		}
		for _, k := range []order.Key{{}, {Customer: "cus_a"}, {Email: "ann@example.org"}, {ID: o.ID, Customer: "cus_b"}, {Number: o.Number, Email: "bob@example.org"}, {ID: "ord_none"}} {
			s.view(func(ctx context.Context, tx storage.Tx) error {
				_, err := tx.Orders().Find(ctx, k)
				require.True(t, core.IsKind(err, core.KindNotFound), "%+v: %v", k, err)
				return nil
			})
		}
		s.sound()
	})

	t.Run("what does not add up is refused", func(t *testing.T) {
		s := newOrders(t, open(t))
		o := s.draft()
		o.Totals.Total.Amount++
		require.True(t, core.IsKind(s.update(func(ctx context.Context, tx storage.Tx) error { return tx.Orders().Insert(ctx, &o) }), core.KindInvalid))
	})

	t.Run("one cart, one order", func(t *testing.T) {
		s := newOrders(t, open(t))
		const racers = 8
		drafts := make([]order.Order, racers)
		for i := range drafts {
			drafts[i] = s.draft()
			drafts[i].Cart = "cart_same"
		}
		var wg sync.WaitGroup
		errs := make([]error, racers)
		for i := range drafts {
			wg.Go(func() {
				errs[i] = s.update(func(ctx context.Context, tx storage.Tx) error { return tx.Orders().Insert(ctx, &drafts[i]) })
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				require.True(t, core.IsKind(err, core.KindExists), "%v", err)
			}
		}
		require.Equal(t, 1, won)
	})

	t.Run("a cart is free again when its order never was placed", func(t *testing.T) {
		s := newOrders(t, open(t))
		pending := func(o *order.Order) {
			o.Cart, o.States, o.PlacedAt = "cart_again", order.States{Status: order.Pending, Payment: order.PaymentPending, Fulfilment: order.Unfulfilled}, time.Time{}
		}
		first := s.insert(pending)
		require.NoError(t, s.update(func(ctx context.Context, tx storage.Tx) error {
			o, err := tx.Orders().Lock(ctx, first.ID)
			if err != nil {
				return err
			}
			next := o.States
			next.Status, next.Payment = order.Cancelled, order.PaymentFailed
			return s.clerk.Move(ctx, tx, &o, next, order.Why{})
		}))
		second := s.insert(pending)
		s.view(func(ctx context.Context, tx storage.Tx) error {
			got, err := tx.Orders().Find(ctx, order.Key{Cart: "cart_again"})
			require.Equal(t, second.ID, got.ID)
			return err
		})
	})

	t.Run("states", func(t *testing.T) { orderStates(t, open) })
	t.Run("quantities", func(t *testing.T) { orderQuantities(t, open) })
	t.Run("parts", func(t *testing.T) { orderParts(t, open) })
	t.Run("lists", func(t *testing.T) { orderLists(t, open) })
	t.Run("service", func(t *testing.T) { orderService(t, open) })
}

func orderStates(t *testing.T, open func(t *testing.T) *storage.DB) {
	s := newOrders(t, open(t))
	o := s.insert(nil)
	move := func(o *order.Order, change func(*order.States)) error {
		next := o.States
		change(&next)
		return s.update(func(ctx context.Context, tx storage.Tx) error {
			return s.clerk.Move(ctx, tx, o, next, order.Why{Text: "because"})
		})
	}
	stale := o
	require.NoError(t, move(&o, func(n *order.States) { n.Payment = order.Paid }))
	require.EqualValues(t, 2, o.Version)
	require.Equal(t, o, s.read(o.ID), "the order at hand is the order stored")
	err := move(&stale, func(n *order.States) { n.Payment = order.Voided })
	require.Equal(t, "order_changed", core.CodeOf(err), "what was decided on an old state is not done")
	var illegal *order.TransitionError
	require.ErrorAs(t, move(&o, func(n *order.States) { n.Payment = order.Authorized }), &illegal)
	require.NoError(t, move(&o, func(n *order.States) { n.Fulfilment, n.Status = order.Delivered, order.Completed }))
	require.Equal(t, orderTime, s.read(o.ID).CompletedAt)
	require.NoError(t, move(&o, func(n *order.States) { n.Status = order.Placed }))
	require.Equal(t, o, s.read(o.ID))
	require.True(t, o.CompletedAt.IsZero())

	// Two cancel at once: one does.
	racer := s.insert(nil)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		mine := racer
		wg.Go(func() { errs[i] = move(&mine, func(n *order.States) { n.Status = order.Cancelled }) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		}
	}
	require.Equal(t, 1, won)
	s.view(func(ctx context.Context, tx storage.Tx) error {
		page, err := tx.Orders().Timeline(ctx, racer.ID, false, core.PageQuery{})
		require.Len(t, page.Items, 2)
		types := []string{page.Items[0].Type, page.Items[1].Type}
		require.ElementsMatch(t, []string{"order.placed", "order.cancelled"}, types)
		require.Equal(t, "system:storagetest", page.Items[0].Actor)
		return err
	})
}

func orderQuantities(t *testing.T, open func(t *testing.T) *storage.DB) {
	s := newOrders(t, open(t))
	o := s.insert(nil)
	count := func(changes ...order.Change) error {
		return s.update(func(ctx context.Context, tx storage.Tx) error { return tx.Orders().Count(ctx, &o, changes...) })
	}
	require.NoError(t, count(order.Change{Line: "line_b", Fulfilled: 2}, order.Change{Line: "line_a", Fulfilled: 1}, order.Change{RefundedAmount: 100}))
	require.Equal(t, o, s.read(o.ID))
	require.NoError(t, count(order.Change{Line: "line_b", Cancelled: 1, Refunded: 1, RefundedAmount: 833}))
	for what, c := range map[string]order.Change{
		"fulfilled": {Line: "line_b", Fulfilled: 1},
		"cancelled": {Line: "line_b", Cancelled: 1},
		"returned":  {Line: "line_b", Returned: 3},
		"refunded":  {Line: "line_b", Refunded: 3},
	} {
		before := s.read(o.ID)
		var q *order.QuantityError
		require.ErrorAs(t, count(c), &q)
		require.Equal(t, what, q.What)
		require.Equal(t, before, s.read(o.ID), "nothing of it is done")
		o = before
	}
	var q *order.QuantityError
	require.ErrorAs(t, count(order.Change{Line: "line_b", RefundedAmount: 1668}), &q)
	require.ErrorAs(t, count(order.Change{RefundedAmount: 401}), &q)
	require.ErrorAs(t, count(order.Change{Line: "line_b", Refunded: -2}), &q)
	require.True(t, core.IsKind(count(order.Change{Line: "line_none", Fulfilled: 1}), core.KindNotFound))

	// Full refunds at once: one is done.
	o = s.read(o.ID)
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range 8 {
		mine := o
		mine.Lines = append([]order.Line{}, o.Lines...)
		wg.Go(func() {
			err := s.update(func(ctx context.Context, tx storage.Tx) error {
				return tx.Orders().Count(ctx, &mine, order.Change{Line: "line_a", Refunded: 1, RefundedAmount: 4000})
			})
			var q *order.QuantityError
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.As(err, &q) {
				t.Errorf("unexpected: %v", err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, won)
}
