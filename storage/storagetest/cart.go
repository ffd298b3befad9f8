package storagetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// Cart tests the cart store.
func Cart(t *testing.T, open func(t *testing.T) *storage.DB) {
	ctx := context.Background()
	now := time.Date(2026, 3, 1, 12, 0, 0, 123000, time.UTC)
	newCart := func() cart.Cart {
		return cart.New(now, cart.Params{Channel: "chan_a", Currency: "EUR", Locale: "de", TTL: time.Hour})
	}
	insert := func(t *testing.T, db *storage.DB, c cart.Cart) {
		t.Helper()
		require.NoError(t, db.Update(ctx, func(tx storage.Tx) error { return tx.Carts().Insert(ctx, c) }))
	}
	read := func(t *testing.T, db *storage.DB, id core.CartID) (c cart.Cart) {
		t.Helper()
		require.NoError(t, db.View(ctx, func(tx storage.Tx) (err error) {
			c, err = tx.Carts().Cart(ctx, id)
			return err
		}))
		return c
	}

	t.Run("round trip", func(t *testing.T) {
		db := open(t)
		c := newCart()
		_, err := c.Add(nil, now, "var_ä", 3, money.New(1<<62, "EUR"), map[string]string{"note": "für 猫 🐈"})
		require.NoError(t, err)
		c.Email, c.Codes = "a@example.org", []string{"SPRING"}
		c.ShippingAddress = core.Address{Name: "Ann", Line1: "Straße 1", City: "Köln", Country: "DE"}
		insert(t, db, c)
		require.Equal(t, c, read(t, db, c.ID))
		require.NoError(t, db.Update(ctx, func(tx storage.Tx) error {
			locked, err := tx.Carts().Lock(ctx, c.ID)
			if err != nil {
				return err
			}
			locked.State, locked.Order = cart.Completed, "ord_1"
			return tx.Carts().Save(ctx, &locked)
		}))
		got := read(t, db, c.ID)
		require.Equal(t, cart.Completed, got.State)
		require.Equal(t, core.OrderID("ord_1"), got.Order)
		require.EqualValues(t, 2, got.Version)
	})

	t.Run("unknown", func(t *testing.T) {
		db := open(t)
		err := db.View(ctx, func(tx storage.Tx) error {
			_, err := tx.Carts().Cart(ctx, "cart_none")
			return err
		})
		require.Equal(t, "cart_not_found", core.CodeOf(err))
	})

	t.Run("concurrent changes are all kept", func(t *testing.T) {
		db := open(t)
		c := newCart()
		id, err := c.Add(nil, now, "var_a", 1, money.New(1, "EUR"), nil)
		require.NoError(t, err)
		insert(t, db, c)
		var wg sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			wg.Go(func() {
				errs[i] = db.Update(ctx, func(tx storage.Tx) error {
					locked, err := tx.Carts().Lock(ctx, c.ID)
					if err != nil {
						return err
					}
					if err := locked.SetQuantity(id, locked.Lines[0].Quantity+1); err != nil {
						return err
					}
					return tx.Carts().Save(ctx, &locked)
				})
			})
		}
		wg.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		got := read(t, db, c.ID)
		require.EqualValues(t, 21, got.Lines[0].Quantity)
		require.EqualValues(t, 21, got.Version)
	})

	t.Run("of a customer", func(t *testing.T) {
		db := open(t)
		anonymous, old, newest, done := newCart(), newCart(), newCart(), newCart()
		old.Customer, newest.Customer, done.Customer = "cus_a", "cus_a", "cus_a"
		newest.UpdatedAt = now.Add(time.Minute)
		done.UpdatedAt, done.State = now.Add(time.Hour), cart.Completed
		for _, c := range []cart.Cart{anonymous, old, newest, done} {
			insert(t, db, c)
		}
		find := func(customer core.CustomerID, channel core.ChannelID) (c cart.Cart, err error) {
			err = db.Update(ctx, func(tx storage.Tx) error {
				c, err = tx.Carts().OfCustomer(ctx, customer, channel)
				return err
			})
			return c, err
		}
		got, err := find("cus_a", "chan_a")
		require.NoError(t, err)
		require.Equal(t, newest.ID, got.ID)
		for _, q := range [][2]string{{"cus_a", "chan_b"}, {"cus_b", "chan_a"}, {"", "chan_a"}} {
			_, err := find(core.CustomerID(q[0]), core.ChannelID(q[1]))
			require.Equal(t, core.KindNotFound, core.KindOf(err), "%v", q)
		}
	})

	t.Run("list and prune", func(t *testing.T) {
		db := open(t)
		want := map[core.CartID]bool{}
		for i := range 25 {
			c := newCart()
			c.UpdatedAt = now.Add(time.Duration(i/3) * time.Second) // ties
			c.Email = fmt.Sprintf("%d@example.org", i)
			insert(t, db, c)
			want[c.ID] = true
		}
		expired, merged, done := newCart(), newCart(), newCart()
		expired.ExpiresAt = now.Add(-time.Hour)
		merged.State, merged.UpdatedAt = cart.Merged, now.Add(-2*time.Hour)
		done.State, done.ExpiresAt = cart.Completed, now.Add(-time.Hour)
		for _, c := range []cart.Cart{expired, merged, done} {
			insert(t, db, c)
		}
		got := map[core.CartID]bool{}
		q := core.PageQuery{Limit: 4}
		for {
			var page core.Page[cart.Cart]
			require.NoError(t, db.View(ctx, func(tx storage.Tx) (err error) {
				page, err = tx.Carts().List(ctx, cart.Filter{State: cart.Active, WithEmail: true}, q)
				return err
			}))
			for _, c := range page.Items {
				require.False(t, got[c.ID], "twice")
				got[c.ID] = true
			}
			if page.Next == "" {
				break
			}
			q.After = page.Next
			insert(t, db, func() cart.Cart { // newer rows do not move the pages
				c := newCart()
				c.UpdatedAt, c.Email = now.Add(time.Hour), "late@example.org"
				return c
			}())
		}
		require.Equal(t, want, got)
		var n int64
		require.NoError(t, db.Update(ctx, func(tx storage.Tx) (err error) {
			n, err = tx.Carts().Prune(ctx, now.Add(-time.Minute), 100)
			return err
		}))
		require.EqualValues(t, 2, n)
		require.Equal(t, cart.Completed, read(t, db, done.ID).State)
	})
}
