package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/storage"
)

func orderParts(t *testing.T, open func(t *testing.T) *storage.DB) {
	s := newOrders(t, open(t))
	o := s.insert(nil)
	f := order.Fulfilment{ID: "ful_1", Order: o.ID, Lines: []order.Quantity{{Line: "line_b", Quantity: 2}}, State: order.ShipmentPending, Carrier: "Post",
		TrackingNumber: "123", TrackingURL: "https://post.example/123", Version: 1, CreatedAt: orderTime, UpdatedAt: orderTime}
	eur := func(v int64) money.Money { return money.New(v, "EUR") }
	r := order.Refund{ID: "ref_1", Order: o.ID, Lines: []order.RefundLine{{Line: "line_b", Quantity: 1, Amount: eur(833), Tax: eur(133), Restock: true}}, Shipping: eur(100),
		Goodwill: eur(67), Amount: eur(1000), Tax: eur(133), Reason: "late", Payments: []order.RefundPayment{{Payment: "pay_1", Amount: eur(1000)}},
		State: order.RefundPending, Actor: "staff:1", Version: 1, CreatedAt: orderTime, UpdatedAt: orderTime}
	require.NoError(t, s.update(func(ctx context.Context, tx storage.Tx) error {
		if err := tx.Orders().InsertFulfilment(ctx, f); err != nil {
			return err
		}
		return tx.Orders().InsertRefund(ctx, r)
	}))
	s.view(func(ctx context.Context, tx storage.Tx) error {
		wrong, err := tx.Orders().Unbalanced(ctx)
		require.Len(t, wrong, 1, "the refund is not in the refunded amounts yet")
		return err
	})
	require.NoError(t, s.update(func(ctx context.Context, tx storage.Tx) error {
		return tx.Orders().Count(ctx, &o, order.Change{Line: "line_b", Refunded: 1, RefundedAmount: 833}, order.Change{RefundedAmount: 100})
	}))
	s.sound()
	s.view(func(ctx context.Context, tx storage.Tx) error {
		fs, err := tx.Orders().Fulfilments(ctx, o.ID)
		require.NoError(t, err)
		require.Equal(t, []order.Fulfilment{f}, fs)
		got, err := tx.Orders().Refund(ctx, "ref_1")
		require.NoError(t, err)
		require.Equal(t, r.Lines, got.Lines)
		require.Equal(t, r.Payments, got.Payments)
		pending, err := tx.Orders().PendingRefunds(ctx, orderTime.Add(time.Second), 10)
		require.Len(t, pending, 1)
		_, missing := tx.Orders().Fulfilment(ctx, "ful_none")
		require.True(t, core.IsKind(missing, core.KindNotFound))
		return err
	})
	f.State, f.ShippedAt, r.State = order.ShipmentShipped, orderTime, order.RefundSucceeded
	for range 2 { // the second time its version is an old one
		err := s.update(func(ctx context.Context, tx storage.Tx) error {
			if err := tx.Orders().UpdateRefund(ctx, r, 1); err != nil {
				return err
			}
			return tx.Orders().UpdateFulfilment(ctx, f, 1)
		})
		if f.Version == 1 {
			require.NoError(t, err)
			f.Version = 2
			continue
		}
		require.True(t, core.IsKind(err, core.KindStale))
	}
	s.view(func(ctx context.Context, tx storage.Tx) error {
		got, err := tx.Orders().Fulfilment(ctx, f.ID)
		require.Equal(t, f, got)
		return err
	})
}

func orderLists(t *testing.T, open func(t *testing.T) *storage.DB) {
	s := newOrders(t, open(t))
	var all []order.Order
	many := make([]order.Order, 0, 30)
	for i := range 30 {
		o := s.draft()
		o.CreatedAt = orderTime.Add(time.Duration(i/3) * time.Hour) // several at one moment
		o.PlacedAt = o.CreatedAt
		if i%5 == 0 {
			o.Status, o.CancelledAt = order.Cancelled, orderTime
		}
		if i%2 == 0 {
			o.Customer, o.Email = "", fmt.Sprintf("guest%d@example.org", i%4)
		}
		if i == 7 {
			o.Lines[1].SKU = "RARE"
		}
		many = append(many, o)
	}
	require.NoError(t, s.update(func(ctx context.Context, tx storage.Tx) error {
		return tx.Orders().InsertMany(ctx, many, []order.Event{{ID: "evt_1", Order: many[0].ID, Type: "import", Actor: "system:import", At: orderTime}})
	}))
	s.sound()
	s.view(func(ctx context.Context, tx storage.Tx) error {
		for o, err := range tx.Orders().All(ctx, order.Filter{}) {
			require.NoError(t, err)
			all = append(all, o)
		}
		return nil
	})
	require.Len(t, all, 30)
	byID := map[core.OrderID]order.Order{}
	for _, o := range many {
		byID[o.ID] = o
	}
	for _, o := range all {
		require.Equal(t, byID[o.ID], o)
	}
	list := func(f order.Filter) (out []order.Order) {
		q := core.PageQuery{Limit: 4}
		for {
			s.view(func(ctx context.Context, tx storage.Tx) error {
				page, err := tx.Orders().List(ctx, f, q)
				out, q.After = append(out, page.Items...), page.Next
				return err
			})
			if q.After == "" {
				return out
			}
		}
	}
	newest := list(order.Filter{})
	for i, o := range newest {
		require.Equal(t, all[len(all)-1-i].ID, o.ID, "newest is oldest from the end")
		require.Empty(t, o.Lines)
	}
	for name, c := range map[string]struct {
		f    order.Filter
		want func(order.Order) bool
	}{
		"status":   {order.Filter{Statuses: []order.Status{order.Cancelled, order.Pending}}, func(o order.Order) bool { return o.Status == order.Cancelled }},
		"customer": {order.Filter{Customer: "cus_a"}, func(o order.Order) bool { return o.Customer == "cus_a" }},
		"email":    {order.Filter{Email: "GUEST2@example.org"}, func(o order.Order) bool { return o.Email == "guest2@example.org" }},
		"sku":      {order.Filter{SKU: "RARE"}, func(o order.Order) bool { return o.ID == many[7].ID }},
		"number":   {order.Filter{Number: string(many[3].Number)[:9]}, func(o order.Order) bool { return o.ID == many[3].ID }},
		"dates": {order.Filter{From: orderTime.Add(time.Hour), To: orderTime.Add(3 * time.Hour)}, func(o order.Order) bool {
			return !o.CreatedAt.Before(orderTime.Add(time.Hour)) && o.CreatedAt.Before(orderTime.Add(3*time.Hour))
		}},
		"total":   {order.Filter{MinTotal: 7000, MaxTotal: 7000, Sort: order.Largest}, func(order.Order) bool { return true }},
		"total 2": {order.Filter{MinTotal: 7001, Sort: order.Smallest}, func(order.Order) bool { return false }},
		"payment": {order.Filter{Payments: []order.PaymentState{order.Paid}}, func(order.Order) bool { return false }},
		"other":   {order.Filter{Channel: "chan_a", Currency: "EUR", Fulfilments: []order.FulfilmentState{order.Unfulfilled}}, func(order.Order) bool { return true }},
		"foreign": {order.Filter{Number: "%"}, func(order.Order) bool { return false }},
	} {
		want := 0
		for _, o := range all {
			if c.want(o) {
				want++
			}
		}
		got := list(c.f)
		require.Len(t, got, want, name)
		for _, o := range got {
			require.True(t, c.want(o), name)
		}
	}
	with := list(order.Filter{WithLines: true, SKU: "RARE"})
	require.Len(t, with[0].Lines, 2)
	s.view(func(ctx context.Context, tx storage.Tx) error {
		_, err := tx.Orders().List(ctx, order.Filter{}, core.PageQuery{After: "nonsense"})
		require.True(t, core.IsKind(err, core.KindInvalid))
		sales := 0
		for sale, err := range tx.Orders().Sales(ctx, orderTime.Add(time.Hour)) {
			require.NoError(t, err)
			require.False(t, sale.At.Before(orderTime.Add(time.Hour)))
			require.Equal(t, money.Currency("EUR"), sale.Total.Currency)
			sales++
		}
		kept := 0
		for _, o := range many[3:] {
			if o.Status != order.Cancelled {
				kept++
			}
		}
		require.Equal(t, 2*kept, sales)
		top, err := tx.Orders().TopProducts(ctx, order.TopQuery{})
		require.NoError(t, err)
		require.Equal(t, core.ProductID("prod_b"), top[0].Product)
		require.EqualValues(t, 24*3, top[0].Quantity)
		top, err = tx.Orders().TopProducts(ctx, order.TopQuery{Revenue: true, Currency: "EUR", Limit: 1, From: orderTime})
		require.Len(t, top, 1)
		require.Equal(t, order.TopProduct{Product: "prod_a", Title: "Plain", Quantity: 24, Revenue: money.New(24*4000, "EUR"), Orders: 24}, top[0])
		return err
	})
	require.NoError(t, s.update(func(ctx context.Context, tx storage.Tx) error {
		n, err := tx.Orders().Claim(ctx, "cus_new", "guest0@example.org")
		require.EqualValues(t, 8, n)
		return err
	}))
}

func orderService(t *testing.T, open func(t *testing.T) *storage.DB) {
	s := newOrders(t, open(t))
	o := s.insert(nil)
	guest := s.insert(func(o *order.Order) { o.Customer, o.Email = "", "guest@example.org" })
	svc := order.New(core.Narrow(s.db, func(tx storage.Tx) order.Tx { return tx }), order.Config{})
	as := func(a core.Actor) context.Context { return core.WithActor(t.Context(), a) }
	owner := as(core.Actor{Kind: core.ActorCustomer, ID: "cus_a", Customer: "cus_a"})
	staff := as(core.Actor{Kind: core.ActorStaff, ID: "staff_1", Permissions: []core.Permission{core.PermOrdersRead, core.PermOrdersWrite}})

	for _, ctx := range []context.Context{owner, staff} {
		got, err := svc.Get(ctx, o.ID)
		require.NoError(t, err)
		require.Equal(t, o, got)
		_, err = svc.ByNumber(ctx, string(o.Number))
		require.NoError(t, err)
	}
	for _, ctx := range []context.Context{as(core.Actor{}), as(core.Actor{Kind: core.ActorCustomer, Customer: "cus_b"})} {
		_, err := svc.Get(ctx, o.ID)
		require.True(t, core.IsKind(err, core.KindNotFound))
		_, err = svc.ByNumber(ctx, string(o.Number))
		require.True(t, core.IsKind(err, core.KindNotFound), "a number alone is useless")
		_, err = svc.Timeline(ctx, o.ID, core.PageQuery{})
		require.True(t, core.IsKind(err, core.KindNotFound))
		_, err = svc.Refunds(ctx, o.ID)
		require.True(t, core.IsKind(err, core.KindNotFound))
		require.Error(t, svc.AddNote(ctx, o.ID, "x", true))
		_, err = svc.Edit(ctx, o.ID, 0, order.Update{})
		require.Error(t, err)
	}
	page, err := svc.List(owner, order.Filter{Customer: "cus_b"}, core.PageQuery{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1, "whatever is asked for, only one's own is listed")
	_, err = svc.List(as(core.Actor{}), order.Filter{}, core.PageQuery{})
	require.True(t, core.IsKind(err, core.KindUnauthenticated))

	anyone := as(core.Actor{})
	got, err := svc.ByToken(anyone, guest.Token)
	require.NoError(t, err)
	require.Equal(t, guest.ID, got.ID)
	_, err = svc.ByToken(anyone, "")
	require.True(t, core.IsKind(err, core.KindNotFound))
	_, err = svc.Lookup(anyone, string(guest.Number), "GUEST@example.org")
	require.NoError(t, err)
	for _, miss := range [][2]string{{string(guest.Number), "other@example.org"}, {string(order.NewNumber(nil)), "guest@example.org"}, {string(o.Number), o.Email}, {"x", "y"}} {
		_, err := svc.Lookup(anyone, miss[0], miss[1])
		require.Equal(t, "order_not_found", core.CodeOf(err))
	}

	require.NoError(t, svc.AddNote(staff, o.ID, "internal", false))
	require.NoError(t, svc.AddNote(staff, o.ID, "public", true))
	require.True(t, core.IsKind(svc.AddNote(staff, "ord_none", "x", true), core.KindNotFound))
	mine, err := svc.Timeline(owner, o.ID, core.PageQuery{})
	require.NoError(t, err)
	require.Len(t, mine.Items, 2)
	theirs, err := svc.Timeline(staff, o.ID, core.PageQuery{})
	require.NoError(t, err)
	require.Len(t, theirs.Items, 3)

	email, gone, val := "new@example.org", (*string)(nil), "w"
	edited, err := svc.Edit(staff, o.ID, 1, order.Update{Email: &email, Metadata: map[string]*string{"k": gone, "x": &val},
		ShippingAddress: &core.Address{Name: "Bob", Line1: "1 Road", City: "Bath", Country: "gb"}})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"x": "w"}, edited.Metadata)
	require.Equal(t, "GB", edited.ShippingAddress.Country)
	got, err = svc.Get(staff, o.ID)
	require.NoError(t, err)
	require.Equal(t, edited.Email, got.Email)
	require.Equal(t, edited.Version, got.Version)
	_, err = svc.Edit(staff, o.ID, 1, order.Update{Email: &email})
	require.True(t, core.IsKind(err, core.KindStale))
	bad := "nobody"
	_, err = svc.Edit(staff, o.ID, 0, order.Update{Email: &bad})
	require.True(t, core.IsKind(err, core.KindInvalid))
}
