package storagetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// StockService tests the stock service.
func StockService(t *testing.T, open func(t *testing.T) *storage.DB) {
	t.Run("locations", func(t *testing.T) {
		sh := newShelf(t, open(t), 1)
		_, err := sh.s.CreateLocation(sh.ctx, stock.LocationParams{Code: "loc0"})
		require.True(t, core.IsKind(err, core.KindExists))
		_, err = sh.s.CreateLocation(sh.ctx, stock.LocationParams{Code: "a b"})
		require.True(t, core.IsKind(err, core.KindInvalid))
		name := "Zürich 猫"
		l, err := sh.s.UpdateLocation(sh.ctx, sh.locs[0].ID, stock.LocationUpdate{Version: 1, Name: &name,
			Address: &core.Address{Line1: "Weg 1", City: "Zürich", Country: "ch"}})
		require.NoError(t, err)
		require.EqualValues(t, 2, l.Version)
		got, err := sh.s.Location(sh.ctx, l.ID)
		require.NoError(t, err)
		require.Equal(t, l, got)
		_, err = sh.s.UpdateLocation(sh.ctx, l.ID, stock.LocationUpdate{Version: 1, Name: &name})
		require.True(t, core.IsKind(err, core.KindStale))

		a := sh.item(stock.ItemParams{}, 1)
		require.True(t, core.IsKind(sh.s.DeleteLocation(sh.ctx, l.ID), core.KindConflict))
		require.True(t, core.IsKind(sh.s.DeleteItem(sh.ctx, a.ID), core.KindConflict))
		_, err = sh.s.Count(sh.ctx, stock.Count{ItemID: a.ID, LocationID: l.ID, OnHand: 0})
		require.NoError(t, err)
		require.NoError(t, sh.s.DeleteLocation(sh.ctx, l.ID))
		require.True(t, core.IsKind(sh.s.DeleteLocation(sh.ctx, l.ID), core.KindNotFound))
		require.NoError(t, sh.s.DeleteItem(sh.ctx, a.ID))
		require.True(t, core.IsKind(sh.s.DeleteItem(sh.ctx, a.ID), core.KindNotFound))
		sh.sound()
	})

	t.Run("items", func(t *testing.T) {
		sh := newShelf(t, open(t), 1)
		var params []stock.ItemParams
		for n := range 450 { // more than one statement takes
			params = append(params, stock.ItemParams{SKU: fmt.Sprintf("SKU_%03d", n)})
		}
		items, err := sh.s.CreateItems(sh.ctx, params...)
		require.NoError(t, err)
		_, err = sh.s.CreateItems(sh.ctx, stock.ItemParams{SKU: "SKU_001"})
		require.True(t, core.IsKind(err, core.KindExists))
		_, err = sh.s.CreateItems(sh.ctx, stock.ItemParams{SKU: "x", Policy: stock.Backorder})
		require.True(t, core.IsKind(err, core.KindInvalid))

		var seen []string
		for q := (core.PageQuery{Limit: 40}); ; {
			page, err := sh.s.ListItems(sh.ctx, "SKU_1", q)
			require.NoError(t, err)
			for _, i := range page.Items {
				seen = append(seen, i.SKU)
			}
			if q.After = page.Next; page.Next == "" {
				break
			}
			sh.item(stock.ItemParams{SKU: "SKU_0" + core.NewID[string](nil, "x")}) // inserted before the cursor
		}
		require.Len(t, seen, 100)
		require.Equal(t, "SKU_100", seen[0])
		ids := make([]core.StockItemID, len(items))
		for n, i := range items {
			ids[n] = i.ID
		}
		have, err := sh.s.Availability(sh.ctx, ids)
		require.NoError(t, err)
		require.Len(t, have, len(ids))
		i, err := sh.s.ItemBySKU(sh.ctx, "SKU_007")
		require.NoError(t, err)
		require.Equal(t, items[7], i)
	})

	t.Run("moves, ledger and events", func(t *testing.T) {
		sh := newShelf(t, open(t), 2)
		a := sh.item(stock.ItemParams{}, 10)
		_, err := sh.s.Transfer(sh.ctx, stock.TransferParams{ItemID: a.ID, From: sh.locs[0].ID, To: sh.locs[1].ID, Quantity: 4, Note: "half"})
		require.NoError(t, err)
		_, err = sh.s.Count(sh.ctx, stock.Count{ItemID: a.ID, LocationID: sh.locs[1].ID, OnHand: 3})
		require.NoError(t, err)
		moves, err := sh.s.Count(sh.ctx, stock.Count{ItemID: a.ID, LocationID: sh.locs[1].ID, OnHand: 3})
		require.NoError(t, err)
		require.Empty(t, moves, "nothing differs")
		_, err = sh.s.Adjust(sh.ctx, stock.Change{ItemID: a.ID, LocationID: sh.locs[0].ID, Quantity: -7})
		require.True(t, core.IsKind(err, core.KindOutOfStock))
		_, err = sh.s.Receive(sh.ctx, stock.Change{ItemID: a.ID, LocationID: sh.locs[0].ID, Quantity: -7})
		require.True(t, core.IsKind(err, core.KindInvalid))
		_, err = sh.s.Receive(sh.ctx, stock.Change{ItemID: a.ID, LocationID: "loc_none", Quantity: 1})
		require.True(t, core.IsKind(err, core.KindNotFound), "%v", err)
		_, err = sh.s.Receive(sh.ctx, stock.Change{ItemID: "item_none", LocationID: sh.locs[0].ID, Quantity: 1})
		require.True(t, core.IsKind(err, core.KindNotFound), "%v", err)

		page, err := sh.s.Movements(sh.ctx, a.ID, core.PageQuery{Limit: 3})
		require.NoError(t, err)
		require.Len(t, page.Items, 3)
		rest, err := sh.s.Movements(sh.ctx, a.ID, core.PageQuery{Limit: 3, After: page.Next})
		require.NoError(t, err)
		require.Len(t, rest.Items, 1)
		require.Equal(t, "system:storagetest", rest.Items[0].Actor)

		relay := outbox.NewRelay(core.Narrow(sh.db, func(tx storage.Tx) outbox.Tx { return tx }), outbox.RelayConfig{})
		var types []string
		require.NoError(t, relay.Subscribe(outbox.Handler{Name: "all", Handle: func(_ context.Context, e core.Event) error {
			require.Equal(t, string(a.ID), e.Aggregate)
			types = append(types, e.Type)
			return nil
		}}))
		require.NoError(t, relay.Drain(sh.ctx))
		require.Equal(t, strings.Repeat("stock.adjusted ", 4), strings.Join(types, " ")+" ")
		sh.sound()
	})

	t.Run("permissions", func(t *testing.T) {
		sh := newShelf(t, open(t), 1)
		a := sh.item(stock.ItemParams{}, 1)
		clerk := core.WithActor(sh.ctx, core.Actor{Kind: core.ActorStaff, ID: "staff_1", Permissions: []core.Permission{core.PermStockRead}})
		_, err := sh.s.Receive(clerk, stock.Change{ItemID: a.ID, LocationID: sh.locs[0].ID, Quantity: 1})
		require.True(t, core.IsKind(err, core.KindForbidden))
		_, err = sh.s.Repair(clerk)
		require.True(t, core.IsKind(err, core.KindForbidden))
		_, err = sh.s.Items(clerk, []core.StockItemID{a.ID})
		require.NoError(t, err)
		_, err = sh.s.Items(context.Background(), []core.StockItemID{a.ID})
		require.True(t, core.IsKind(err, core.KindUnauthenticated))
		have, err := sh.s.Availability(context.Background(), []core.StockItemID{a.ID})
		require.NoError(t, err)
		require.EqualValues(t, 1, have[a.ID].Sellable)
	})

	t.Run("verify and repair", func(t *testing.T) {
		sh := newShelf(t, open(t), 1)
		a, b := sh.item(stock.ItemParams{}, 10), sh.item(stock.ItemParams{}, 10)
		_, err := sh.reserve("ord_1", time.Time{}, one(a.ID, 3))
		require.NoError(t, err)
		require.NoError(t, sh.update(func(s stock.Store) error {
			// A level that drifted, and a reservation that nobody booked.
			if err := s.SetLevel(sh.ctx, stock.Level{ItemID: a.ID, LocationID: sh.locs[0].ID, OnHand: 99, Reserved: 0}); err != nil {
				return err
			}
			return s.InsertReservations(sh.ctx, []stock.Reservation{{ID: "resv_x", ItemID: b.ID, LocationID: sh.locs[0].ID, Quantity: 2, Ref: "ord_2", State: stock.Committed}})
		}))
		bad, err := sh.s.Verify(sh.ctx)
		require.NoError(t, err)
		require.Len(t, bad, 3)
		_, err = sh.s.Repair(sh.ctx)
		require.NoError(t, err)
		sh.sound()
		require.Equal(t, []int64{10, 3}, []int64{sh.levels(a.ID)[0].OnHand, sh.levels(a.ID)[0].Reserved})
		require.Equal(t, []int64{10, 2}, []int64{sh.levels(b.ID)[0].OnHand, sh.levels(b.ID)[0].Reserved})
	})
}
