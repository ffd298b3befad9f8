package cart_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var (
	now   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	price = money.New(1000, "EUR")
)

func newCart() cart.Cart {
	return cart.New(now, cart.Params{Channel: "chan_a", Currency: "EUR", TTL: time.Hour})
}

func TestAddJoinsLinesOfOneVariant(t *testing.T) {
	t.Parallel()
	c := newCart()
	a, err := c.Add(nil, now, "var_a", 2, price, nil)
	require.NoError(t, err)
	again, err := c.Add(nil, now, "var_a", 3, money.New(900, "EUR"), nil)
	require.NoError(t, err)
	require.Equal(t, a, again)
	engraved, err := c.Add(nil, now, "var_a", 1, price, map[string]string{"engraving": "E"})
	require.NoError(t, err)
	require.NotEqual(t, a, engraved, "other metadata is another thing to make")
	require.Len(t, c.Lines, 2)
	require.EqualValues(t, 5, c.Lines[0].Quantity)
	require.Equal(t, money.New(900, "EUR"), c.Lines[0].SeenPrice, "the shopper saw the newest price")
}

func TestQuantitiesOutOfRangeAreRefused(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{0, -1, cart.MaxQuantity + 1, 1 << 62} {
		c := newCart()
		_, err := c.Add(nil, now, "var_a", n, price, nil)
		require.Equal(t, core.KindInvalid, core.KindOf(err), "quantity %d", n)
		require.Empty(t, c.Lines)
	}
	c := newCart()
	id, err := c.Add(nil, now, "var_a", cart.MaxQuantity, price, nil)
	require.NoError(t, err)
	_, err = c.Add(nil, now, "var_a", 1, price, nil)
	require.Equal(t, core.KindInvalid, core.KindOf(err))
	require.EqualValues(t, cart.MaxQuantity, c.Lines[0].Quantity)
	require.NoError(t, c.SetQuantity(id, 0))
	require.Empty(t, c.Lines)
	require.Equal(t, core.KindNotFound, core.KindOf(c.SetQuantity(id, 1)))
}

func TestLinesAndMetadataAreBounded(t *testing.T) {
	t.Parallel()
	c := newCart()
	for i := range cart.MaxLines {
		_, err := c.Add(nil, now, core.VariantID(fmt.Sprint("var_", i)), 1, price, nil)
		require.NoError(t, err)
	}
	_, err := c.Add(nil, now, "var_more", 1, price, nil)
	require.Equal(t, core.KindInvalid, core.KindOf(err))
	require.NoError(t, cart.CheckMetadata("metadata", map[string]string{"gift": "yes"}))
	require.Error(t, cart.CheckMetadata("metadata", map[string]string{"": "x"}))
	require.Error(t, cart.CheckMetadata("metadata", map[string]string{"k": strings.Repeat("x", 501)}))
	require.Error(t, cart.CheckMetadata("metadata", map[string]string{"k": "\x00"}))
}

func TestAccess(t *testing.T) {
	t.Parallel()
	c := newCart()
	ann := core.Actor{Kind: core.ActorCustomer, ID: "cus_ann", Customer: "cus_ann"}
	bob := core.Actor{Kind: core.ActorCustomer, ID: "cus_bob", Customer: "cus_bob"}
	require.NoError(t, c.CheckAccess(core.Actor{}), "who knows the token of an anonymous cart may use it")
	require.NoError(t, c.CheckAccess(bob))
	c.Customer = "cus_ann"
	require.NoError(t, c.CheckAccess(ann))
	require.Equal(t, core.KindNotFound, core.KindOf(c.CheckAccess(bob)))
	require.Equal(t, core.KindNotFound, core.KindOf(c.CheckAccess(core.Actor{})))
	require.NoError(t, c.CheckAccess(core.System("test")))
}

func TestOnlyActiveCartsChange(t *testing.T) {
	t.Parallel()
	c := newCart()
	require.NoError(t, c.CheckActive(now))
	require.Equal(t, "cart_expired", core.CodeOf(c.CheckActive(now.Add(time.Hour))))
	c.State, c.Order = cart.Completed, "ord_1"
	var done *cart.CompletedError
	require.ErrorAs(t, c.CheckActive(now), &done)
	require.Equal(t, core.OrderID("ord_1"), done.Order)
	c.State = cart.Merged
	require.Equal(t, "cart_merged", core.CodeOf(c.CheckActive(now)))
}

// Merging a cart a second time, or in another order, must not grow it.
func TestAbsorbIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fill := func(label string) cart.Cart {
			c := newCart()
			for i := range rapid.IntRange(0, 8).Draw(t, label) {
				v := core.VariantID(rapid.SampledFrom([]string{"var_a", "var_b", "var_c", "var_d"}).Draw(t, fmt.Sprint(label, i)))
				_, err := c.Add(nil, now, v, rapid.Int64Range(1, 5).Draw(t, fmt.Sprint(label, i, "n")), price, nil)
				require.NoError(t, err)
			}
			return c
		}
		into, from := fill("into"), fill("from")
		want := map[core.VariantID]int64{}
		for _, l := range append(append([]cart.Line{}, into.Lines...), from.Lines...) {
			want[l.Variant] = max(want[l.Variant], l.Quantity)
		}
		for range 2 {
			into.Absorb(from)
			got := map[core.VariantID]int64{}
			for _, l := range into.Lines {
				got[l.Variant] = l.Quantity
			}
			require.Equal(t, want, got)
		}
	})
}

func TestTokensAreLongAndDistinct(t *testing.T) {
	t.Parallel()
	seen := map[core.CartID]bool{}
	for range 1000 {
		id := cart.NewID()
		require.True(t, core.ValidID(string(id), core.PrefixCart))
		require.Len(t, string(id), len("cart_")+32)
		require.False(t, seen[id])
		seen[id] = true
	}
}

func ExampleCart_Add() {
	c := cart.New(now, cart.Params{Channel: "chan_eu", Currency: "EUR", TTL: 24 * time.Hour})
	_, _ = c.Add(nil, now, "var_tee_navy_m", 2, money.New(2900, "EUR"), nil)
	_, _ = c.Add(nil, now, "var_tee_navy_m", 1, money.New(2900, "EUR"), nil)
	fmt.Println(len(c.Lines), c.Lines[0].Quantity)
	// Output: 1 3
}

func TestAMergedCartForgets(t *testing.T) {
	t.Parallel()
	c := cart.New(now, cart.Params{Channel: "chan_1", Currency: "EUR", TTL: time.Hour})
	_, err := c.Add(nil, now, "var_1", 1, money.Money{}, nil)
	require.NoError(t, err)
	c.Email, c.Codes, c.Metadata = "ann@example.org", []string{"TEN"}, map[string]string{"gift": "yes"}
	c.ShippingAddress = core.Address{Name: "Ann", Country: "DE"}
	own := cart.New(now, cart.Params{Channel: "chan_1", Currency: "EUR", TTL: time.Hour, Customer: "cus_1"})
	own.Absorb(c)
	c.MergeInto(own.ID)
	require.Equal(t, cart.Cart{ID: c.ID, Channel: "chan_1", Currency: "EUR", Lines: []cart.Line{}, State: cart.Merged, MergedInto: own.ID, Version: 1,
		CreatedAt: now, UpdatedAt: now, ExpiresAt: now.Add(time.Hour)}, c)
	require.Len(t, own.Lines, 1)
	require.Equal(t, map[string]string{"gift": "yes"}, own.Metadata)
	require.Equal(t, "Ann", own.ShippingAddress.Name)
}
