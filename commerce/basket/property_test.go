package basket_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/quote"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// known is what the model knows of a cart.
type known struct {
	owner core.CustomerID
	state cart.State
	into  core.CartID // of a merged one
}

// Whatever several shoppers do with carts whose IDs all of them know: nobody
// sees or takes another's cart, totals are those of a fresh quote, and every
// difference to what was shown is explained.
func TestShoppersKeepApart(t *testing.T) {
	t.Parallel()
	s := open(t, inMemory(t))
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		people := []core.CustomerID{"", core.CustomerID(fmt.Sprintf("cus_a%d", round)), core.CustomerID(fmt.Sprintf("cus_b%d", round))}
		carts := map[core.CartID]*known{}
		var ids []core.CartID
		learn := func(v basket.View) {
			if carts[v.Cart.ID] == nil {
				ids = append(ids, v.Cart.ID)
			}
			carts[v.Cart.ID] = &known{owner: v.Cart.Customer, state: v.Cart.State}
		}
		// answer checks what an actor was told of a cart; true is a view.
		answer := func(who core.CustomerID, id core.CartID, v basket.View, err error) bool {
			k := carts[id]
			if k.owner != "" && k.owner != who {
				require.Equal(r, core.KindNotFound, core.KindOf(err), "%q reached the cart of %q", who, k.owner)
				return false
			}
			if err != nil {
				return false
			}
			require.Contains(r, []core.CustomerID{"", who}, v.Cart.Customer)
			fresh(r, s, v)
			return true
		}
		r.Repeat(map[string]func(*rapid.T){
			"create": func(r *rapid.T) {
				who := rapid.SampledFrom(people).Draw(r, "who")
				v, err := s.carts.Create(as(who), basket.Params{Lines: []basket.LineParams{draw(r)}})
				require.NoError(r, err)
				require.Equal(r, who, v.Cart.Customer)
				fresh(r, s, v)
				learn(v)
			},
			"use": func(r *rapid.T) {
				if len(ids) == 0 {
					r.Skip("no cart yet")
				}
				who, id := rapid.SampledFrom(people).Draw(r, "who"), ids[rapid.IntRange(0, len(ids)-1).Draw(r, "cart")]
				var v basket.View
				var err error
				switch rapid.IntRange(0, 4).Draw(r, "act") {
				case 0:
					v, err = s.carts.Add(as(who), id, draw(r))
				case 1:
					v, err = s.carts.Get(as(who), id)
					if err == nil && len(v.Cart.Lines) > 0 {
						v, err = s.carts.SetQuantity(as(who), id, v.Cart.Lines[0].ID, rapid.Int64Range(0, 3).Draw(r, "quantity"))
					}
				case 2:
					v, err = s.carts.Acknowledge(as(who), id)
					require.True(r, err != nil || len(v.Changes) == 0)
				case 3:
					home := core.Address{Country: "DE"}
					v, err = s.carts.Update(as(who), id, basket.Update{ShippingAddress: &home, ShippingMethod: &s.method})
				default:
					v, err = s.carts.Get(as(who), id)
				}
				if answer(who, id, v, err) {
					require.Equal(r, id, v.Cart.ID)
					require.Equal(r, carts[id].owner, v.Cart.Customer, "a cart changes hands by Claim alone")
				}
			},
			"claim": func(r *rapid.T) {
				if len(ids) == 0 {
					r.Skip("no cart yet")
				}
				who, id := rapid.SampledFrom(people).Draw(r, "who"), ids[rapid.IntRange(0, len(ids)-1).Draw(r, "cart")]
				before := *carts[id]
				v, err := s.carts.Claim(as(who), id)
				if who == "" {
					require.Equal(r, core.KindUnauthenticated, core.KindOf(err))
					return
				}
				if !answer(who, id, v, err) {
					return
				}
				require.Equal(r, who, v.Cart.Customer)
				if before.owner == "" && before.state == cart.Active {
					require.NotEqual(r, id, v.Cart.ID)
					carts[id].state, carts[id].into = cart.Merged, v.Cart.ID
				}
				if before.state == cart.Merged {
					require.Equal(r, before.into, v.Cart.ID)
				}
				learn(v)
			},
			"price": func(r *rapid.T) {
				s.price(rapid.IntRange(0, 2).Draw(r, "goods"), rapid.Int64Range(1, 5000).Draw(r, "amount"))
			},
		})
	})
}

func as(who core.CustomerID) context.Context {
	if who == "" {
		return anybody
	}
	return customer(who)
}

func draw(r *rapid.T) basket.LineParams {
	return line(rapid.SampledFrom([]string{"TEE", "MUG", "CAP"}).Draw(r, "sku"), rapid.Int64Range(1, 2).Draw(r, "quantity"))
}

// fresh compares a view with a quote made now.
func fresh(r *rapid.T, s *shop, v basket.View) {
	var q quote.Quote
	require.NoError(r, s.db.View(staff, func(tx storage.Tx) error {
		c, err := tx.Carts().Cart(staff, v.Cart.ID)
		require.NoError(r, err)
		require.Equal(r, c, v.Cart, "what is told is what is kept")
		p, err := s.pricer.Price(staff, tx, &c)
		q = p.Quote
		return err
	}))
	require.Equal(r, q.Totals, v.Quote.Totals)
	told := map[core.LineID]basket.Change{}
	total := false
	for _, ch := range v.Changes {
		total = total || ch.Kind == basket.TotalChanged
		if ch.Kind == basket.PriceRose || ch.Kind == basket.PriceFell {
			told[ch.Line] = ch
		}
	}
	var sum int64
	for i, l := range q.Lines {
		sum += l.Gross.Amount
		ch, changed := told[l.LineID]
		if v.Cart.Lines[i].SeenPrice != l.UnitPrice && v.Cart.State == cart.Active {
			require.True(r, changed, "a price that was not seen is told")
			require.Equal(r, v.Cart.Lines[i].SeenPrice, ch.Was)
		}
		if changed { // and one that is seen by this answer, too
			require.Equal(r, l.UnitPrice, ch.Now)
			require.NotEqual(r, ch.Was, ch.Now)
		}
	}
	if q.Shipping != nil {
		sum += q.Shipping.Gross.Amount
	}
	require.Equal(r, sum, q.Totals.Total.Amount, "parts add up")
	if v.Cart.State == cart.Active && v.Cart.SeenTotal != q.Totals.Total {
		require.NotEmpty(r, v.Changes, "no difference without a word")
	}
	require.False(r, total && len(told) > 0)
}
