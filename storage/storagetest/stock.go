package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// shelf is a shop's stock under test.
type shelf struct {
	t     testing.TB
	ctx   context.Context
	db    *storage.DB
	s     *stock.Service
	clerk stock.Clerk
	locs  []stock.Location
}

func newShelf(t *testing.T, db *storage.DB, locations int) *shelf {
	t.Helper()
	sh := &shelf{t: t, ctx: system(t), db: db}
	sh.s = stock.New(core.Narrow(db, func(tx storage.Tx) stock.Tx { return tx }), stock.Config{})
	for n := range locations {
		l, err := sh.s.CreateLocation(sh.ctx, stock.LocationParams{Code: fmt.Sprint("loc", n), Priority: n})
		require.NoError(t, err)
		sh.locs = append(sh.locs, l)
	}
	return sh
}

// item makes an item with so much on hand at each location.
func (sh *shelf) item(p stock.ItemParams, onHand ...int64) stock.Item {
	sh.t.Helper()
	if p.SKU == "" {
		p.SKU = core.NewID[string](nil, "sku")
	}
	items, err := sh.s.CreateItems(sh.ctx, p)
	require.NoError(sh.t, err)
	for n, q := range onHand {
		if q > 0 {
			_, err = sh.s.Receive(sh.ctx, stock.Change{ItemID: items[0].ID, LocationID: sh.locs[n].ID, Quantity: q})
			require.NoError(sh.t, err)
		}
	}
	return items[0]
}

func (sh *shelf) update(fn func(s stock.Store) error) error {
	return sh.db.Update(sh.ctx, func(tx storage.Tx) error { return fn(tx.Stock()) })
}

func (sh *shelf) reserve(ref string, expires time.Time, requests ...stock.Request) (rs []stock.Reservation, err error) {
	err = sh.update(func(s stock.Store) (err error) {
		rs, err = sh.clerk.Reserve(sh.ctx, s, ref, requests, expires)
		return err
	})
	return rs, err
}

func (sh *shelf) levels(id core.StockItemID) []stock.Level {
	sh.t.Helper()
	items, err := sh.s.Items(sh.ctx, []core.StockItemID{id})
	require.NoError(sh.t, err)
	require.Len(sh.t, items, 1)
	return items[0].Levels
}

func (sh *shelf) sound() {
	sh.t.Helper()
	bad, err := sh.s.Verify(sh.ctx)
	require.NoError(sh.t, err)
	require.Empty(sh.t, bad)
}

func one(id core.StockItemID, n int64) stock.Request {
	return stock.Request{ItemID: id, Line: core.LineID("line_" + string(id)), Quantity: n}
}

// Stock tests the stock store under its rules.
func Stock(t *testing.T, open func(t *testing.T) *storage.DB) {
	var short *stock.InsufficientError

	t.Run("200 buyers of 10 units", func(t *testing.T) {
		sh := newShelf(t, open(t), 1)
		a := sh.item(stock.ItemParams{}, 10)
		sold := 0
		for _, err := range together(200, func(i int) error {
			_, err := sh.reserve(fmt.Sprint("ord_", i), time.Time{}, one(a.ID, 1))
			return err
		}) {
			if err == nil {
				sold++
				continue
			}
			require.ErrorAs(t, err, &short, "%v", err)
			require.Equal(t, a.SKU, short.SKU)
			require.True(t, core.IsKind(err, core.KindOutOfStock))
		}
		require.Equal(t, 10, sold)
		require.EqualValues(t, 10, sh.levels(a.ID)[0].Reserved)
		sh.sound()
	})

	t.Run("buyers in opposite order", func(t *testing.T) {
		sh := newShelf(t, open(t), 2)
		a, b := sh.item(stock.ItemParams{}, 20, 20), sh.item(stock.ItemParams{}, 20, 20)
		sold := 0
		for _, err := range together(60, func(i int) error {
			rs := []stock.Request{one(a.ID, 1), one(b.ID, 1)}
			if i%2 == 1 {
				rs[0], rs[1] = rs[1], rs[0]
			}
			_, err := sh.reserve(fmt.Sprint("ord_", i), time.Time{}, rs...)
			return err
		}) {
			if err == nil {
				sold++
			} else {
				require.ErrorAs(t, err, &short, "%v", err)
			}
		}
		require.LessOrEqual(t, sold, 40)
		require.GreaterOrEqual(t, sold, 20)
		sh.sound()
	})

	t.Run("two lines share an item", func(t *testing.T) {
		sh := newShelf(t, open(t), 1)
		a := sh.item(stock.ItemParams{}, 5)
		lines := []stock.Request{{ItemID: a.ID, Line: "line_1", Quantity: 3}, {ItemID: a.ID, Line: "line_2", Quantity: 3}}
		_, err := sh.reserve("ord_1", time.Time{}, lines...)
		require.ErrorAs(t, err, &short)
		require.EqualValues(t, 2, short.Available)
		require.Zero(t, sh.levels(a.ID)[0].Reserved, "all or nothing")
		lines[1].Quantity = 2
		rs, err := sh.reserve("ord_1", time.Time{}, lines...)
		require.NoError(t, err)
		require.Len(t, rs, 2)
		sh.sound()
	})

	t.Run("several locations", func(t *testing.T) {
		sh := newShelf(t, open(t), 3)
		a := sh.item(stock.ItemParams{}, 2, 5, 4)
		off := false
		_, err := sh.s.UpdateLocation(sh.ctx, sh.locs[2].ID, stock.LocationUpdate{Version: 1, Active: &off})
		require.NoError(t, err)
		rs, err := sh.reserve("ord_1", time.Time{}, one(a.ID, 4))
		require.NoError(t, err)
		require.Len(t, rs, 1, "one location that has it all is taken")
		require.Equal(t, sh.locs[1].ID, rs[0].LocationID)
		rs, err = sh.reserve("ord_2", time.Time{}, one(a.ID, 3))
		require.NoError(t, err)
		require.Len(t, rs, 2)
		_, err = sh.reserve("ord_3", time.Time{}, one(a.ID, 1))
		require.ErrorAs(t, err, &short, "an inactive location sells nothing")
		sh.sound()
	})

	t.Run("back-orders stop at the cap", func(t *testing.T) {
		sh := newShelf(t, open(t), 1)
		due := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
		a := sh.item(stock.ItemParams{Policy: stock.Backorder, Cap: 3}, 2)
		fresh := sh.item(stock.ItemParams{Policy: stock.Preorder, Cap: 4, PromisedAt: due})
		for _, c := range []struct {
			item stock.Item
			most int
		}{{a, 5}, {fresh, 4}} {
			have, err := sh.s.Availability(sh.ctx, []core.StockItemID{c.item.ID})
			require.NoError(t, err)
			require.EqualValues(t, c.most, have[c.item.ID].Sellable)
			sold := 0
			for _, err := range together(12, func(i int) error {
				_, err := sh.reserve(fmt.Sprint("ord_", i), time.Time{}, one(c.item.ID, 1))
				return err
			}) {
				if err == nil {
					sold++
				} else {
					require.ErrorAs(t, err, &short, "%v", err)
				}
			}
			require.Equal(t, c.most, sold)
			require.Equal(t, -c.item.Cap, sh.levels(c.item.ID)[0].Available())
		}
		less := int64(1)
		_, err := sh.s.UpdateItem(sh.ctx, a.ID, stock.ItemUpdate{Version: 1, Cap: &less})
		require.True(t, core.IsKind(err, core.KindInvalid), "%v", err)
		sh.sound()
	})

	t.Run("untracked and unknown", func(t *testing.T) {
		sh := newShelf(t, open(t), 1)
		a := sh.item(stock.ItemParams{Untracked: true})
		rs, err := sh.reserve("ord_1", time.Time{}, one(a.ID, stock.MaxQuantity))
		require.NoError(t, err)
		require.Empty(t, rs)
		have, err := sh.s.Availability(sh.ctx, []core.StockItemID{a.ID, "item_none"})
		require.NoError(t, err)
		require.Len(t, have, 1)
		require.True(t, have[a.ID].CanSell(1<<40))
		_, err = sh.reserve("ord_2", time.Time{}, one("item_none", 1))
		require.True(t, core.IsKind(err, core.KindNotFound))
		for _, n := range []int64{0, -1, stock.MaxQuantity + 1} {
			_, err = sh.reserve("ord_3", time.Time{}, one(a.ID, n))
			require.True(t, core.IsKind(err, core.KindInvalid))
		}
	})

	t.Run("release, ship and expiry", func(t *testing.T) {
		sh := newShelf(t, open(t), 1)
		a := sh.item(stock.ItemParams{}, 10)
		now := time.Now().UTC()
		_, err := sh.reserve("ord_1", now.Add(time.Minute), one(a.ID, 4))
		require.NoError(t, err)
		for range 2 { // cancelling twice gives back once
			require.NoError(t, sh.update(func(s stock.Store) error { return sh.clerk.Release(sh.ctx, s, "ord_1", nil) }))
			require.EqualValues(t, 10, sh.levels(a.ID)[0].Available())
		}
		_, err = sh.reserve("ord_2", time.Time{}, one(a.ID, 5))
		require.NoError(t, err)
		line := one(a.ID, 0).Line
		require.NoError(t, sh.update(func(s stock.Store) error {
			moves, err := sh.clerk.Ship(sh.ctx, s, "ord_2", map[core.LineID]int64{line: 2}, "ful_1")
			require.Len(t, moves, 1)
			return err
		}))
		l := sh.levels(a.ID)[0]
		require.EqualValues(t, 8, l.OnHand)
		require.EqualValues(t, 3, l.Reserved)
		require.NoError(t, sh.update(func(s stock.Store) error {
			return sh.clerk.Release(sh.ctx, s, "ord_2", map[core.LineID]int64{line: 1})
		}))
		require.EqualValues(t, 2, sh.levels(a.ID)[0].Reserved)

		_, err = sh.reserve("ord_3", now.Add(time.Minute), one(a.ID, 1))
		require.NoError(t, err)
		_, err = sh.reserve("ord_4", now.Add(time.Hour), one(a.ID, 1))
		require.NoError(t, err)
		later := now.Add(2 * time.Minute)
		require.NoError(t, sh.update(func(s stock.Store) error {
			refs, err := s.ExpiredRefs(sh.ctx, later, 10)
			require.NoError(t, err)
			require.Equal(t, []string{"ord_3"}, refs)
			for _, ref := range []string{"ord_2", "ord_3", "ord_4"} {
				freed, err := sh.clerk.ReleaseExpired(sh.ctx, s, ref, later)
				require.NoError(t, err)
				require.Equal(t, ref == "ord_3", freed)
			}
			placed, err := sh.clerk.Commit(sh.ctx, s, "ord_3")
			require.NoError(t, err)
			require.False(t, placed, "it expired")
			placed, err = sh.clerk.Commit(sh.ctx, s, "ord_4")
			require.True(t, placed)
			return err
		}))
		require.EqualValues(t, 3, sh.levels(a.ID)[0].Reserved)
		sh.sound()
	})

	t.Run("expiry races the payment", func(t *testing.T) {
		sh := newShelf(t, open(t), 1)
		a := sh.item(stock.ItemParams{}, 20)
		past := time.Now().Add(-time.Minute)
		for n := range 20 {
			ref := fmt.Sprint("ord_", n)
			_, err := sh.reserve(ref, past, one(a.ID, 1))
			require.NoError(t, err)
			var freed, placed bool
			for _, err := range together(2, func(i int) error {
				return sh.update(func(s stock.Store) (err error) {
					if i == 0 {
						freed, err = sh.clerk.ReleaseExpired(sh.ctx, s, ref, time.Now())
					} else {
						placed, err = sh.clerk.Commit(sh.ctx, s, ref)
					}
					return err
				})
			}) {
				require.NoError(t, err)
			}
			require.NotEqual(t, freed, placed, "one of the two, never both")
		}
		sh.sound()
	})

	t.Run("first deliveries meet", func(t *testing.T) {
		sh := newShelf(t, open(t), 1)
		for range 5 {
			a := sh.item(stock.ItemParams{})
			for _, err := range together(8, func(int) error {
				_, err := sh.s.Receive(sh.ctx, stock.Change{ItemID: a.ID, LocationID: sh.locs[0].ID, Quantity: 2})
				return err
			}) {
				require.NoError(t, err)
			}
			require.EqualValues(t, 16, sh.levels(a.ID)[0].OnHand)
		}
		sh.sound()
	})

	t.Run("any sequence keeps the books", func(t *testing.T) {
		sh := newShelf(t, open(t), 2)
		rapid.Check(t, func(rt *rapid.T) { anySequence(rt, sh) })
	})
}
