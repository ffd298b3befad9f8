package basket_test

import (
	"context"
	"sync"
	"testing"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/storage/postgres"
	"github.com/stretchr/testify/require"
)

func eachStore(t *testing.T, test func(t *testing.T, s *shop)) {
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, inMemory(t)))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db, err := postgres.Open(context.Background(), testenv.Postgres(t), postgres.Config{})
		require.NoError(t, err)
		test(t, open(t, db))
	})
}

func quantities(s *shop, v basket.View) map[string]int64 {
	out := map[string]int64{}
	for _, l := range v.Cart.Lines {
		for _, g := range s.goods {
			if g.ID == l.Variant {
				out[g.SKU] += l.Quantity
			}
		}
	}
	return out
}

func TestClaim(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *shop) {
		ann, bob := customer(s.customer("ann@example.org")), customer("cus_bob")
		email, home := "ann@example.org", core.Address{Country: "DE", City: "Köln"}
		first, err := s.carts.Create(anybody, basket.Params{Lines: []basket.LineParams{line("TEE", 2)}, Changes: basket.Update{Email: &email, ShippingAddress: &home}})
		require.NoError(t, err)
		_, err = s.carts.Claim(anybody, first.Cart.ID)
		require.Equal(t, core.KindUnauthenticated, core.KindOf(err))

		own, err := s.carts.Claim(ann, first.Cart.ID)
		require.NoError(t, err)
		require.NotEqual(t, first.Cart.ID, own.Cart.ID, "whoever knew the old ID does not know the new one")
		require.Equal(t, map[string]int64{"TEE": 2}, quantities(s, own))
		require.Equal(t, home, own.Cart.ShippingAddress)

		left, err := s.carts.Get(anybody, first.Cart.ID)
		require.NoError(t, err)
		require.Equal(t, cart.Merged, left.Cart.State)
		require.Empty(t, left.Cart.Lines)
		require.Empty(t, left.Cart.Email)
		require.Zero(t, left.Cart.ShippingAddress, "nothing is left to learn from it")
		for _, other := range []context.Context{anybody, bob} {
			_, err := s.carts.Get(other, own.Cart.ID)
			require.Equal(t, core.KindNotFound, core.KindOf(err))
			_, err = s.carts.Add(other, own.Cart.ID, line("MUG", 1))
			require.Equal(t, core.KindNotFound, core.KindOf(err))
		}
		again, err := s.carts.Claim(ann, first.Cart.ID)
		require.NoError(t, err)
		require.Equal(t, own.Cart.ID, again.Cart.ID, "the same login again")
		_, err = s.carts.Claim(bob, first.Cart.ID)
		require.Equal(t, "cart_merged", core.CodeOf(err))
		_, err = s.carts.Claim(bob, own.Cart.ID)
		require.Equal(t, core.KindNotFound, core.KindOf(err), "a customer's cart is nobody else's")
		_, err = s.carts.Claim(core.WithActor(ann, core.Actor{Kind: core.ActorStaff, Customer: "cus_bob", Permissions: []core.Permission{core.PermOrdersWrite}}), own.Cart.ID)
		require.Equal(t, core.KindNotFound, core.KindOf(err), "nor staff's")

		dollars := money.Currency("USD")
		second, err := s.carts.Create(anybody, basket.Params{Currency: dollars, Lines: []basket.LineParams{line("TEE", 1), line("MUG", 3)}})
		require.NoError(t, err)
		both, err := s.carts.Claim(ann, second.Cart.ID)
		require.NoError(t, err)
		require.Equal(t, own.Cart.ID, both.Cart.ID)
		require.Equal(t, map[string]int64{"TEE": 2, "MUG": 3}, quantities(s, both))
		require.Empty(t, both.Changes)
		for _, l := range both.Cart.Lines {
			require.EqualValues(t, "EUR", l.SeenPrice.Currency)
		}
		mine, err := s.carts.Mine(ann, "")
		require.NoError(t, err)
		require.Equal(t, both.Cart, mine.Cart)
		_, err = s.carts.Mine(anybody, "")
		require.Equal(t, core.KindUnauthenticated, core.KindOf(err))
	})
}

func TestLoginsAtTheSameTime(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, s *shop) {
		ann, bob := s.customer("ann@example.org"), s.customer("bob@example.org")
		shared := s.create(anybody, line("TEE", 1))
		carts := []core.CartID{shared.Cart.ID, shared.Cart.ID, s.create(anybody, line("MUG", 1)).Cart.ID, s.create(anybody, line("CAP", 1)).Cart.ID, shared.Cart.ID}
		who := []core.CustomerID{ann, bob, ann, ann, ann}
		views, errs := make([]basket.View, len(carts)), make([]error, len(carts))
		var wg sync.WaitGroup
		for i := range carts {
			wg.Go(func() { views[i], errs[i] = s.carts.Claim(customer(who[i]), carts[i]) })
		}
		wg.Wait()
		require.NoError(t, errs[2])
		require.NoError(t, errs[3])
		require.Equal(t, views[2].Cart.ID, views[3].Cart.ID, "one customer ends with one cart")
		if errs[1] == nil {
			require.Equal(t, "cart_merged", core.CodeOf(errs[0]))
			require.Equal(t, "cart_merged", core.CodeOf(errs[4]))
			require.Equal(t, map[string]int64{"TEE": 1}, quantities(s, views[1]))
		} else {
			require.Equal(t, "cart_merged", core.CodeOf(errs[1]))
			require.Equal(t, views[0].Cart.ID, views[4].Cart.ID)
			require.Equal(t, views[0].Cart.ID, views[2].Cart.ID)
		}
		mine, err := s.carts.Mine(customer(ann), "")
		require.NoError(t, err)
		want := map[string]int64{"MUG": 1, "CAP": 1}
		if errs[1] != nil {
			want["TEE"] = 1
		}
		require.Equal(t, want, quantities(s, mine))
	})
}
