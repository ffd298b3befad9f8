package stock_test

import (
	"testing"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAvailable(t *testing.T) {
	t.Parallel()
	item := stock.Item{ID: "item_1", Tracked: true, Policy: stock.Backorder, Cap: 2}
	levels := []stock.Level{
		{OnHand: 5, Reserved: 3, Cap: 2, Active: true},
		{OnHand: 1, Reserved: 2, Cap: 2, Active: true}, // promised more than there is
		{OnHand: 100, Cap: 2},                          // not active
	}
	a := stock.Available(stock.ItemLevels{Item: item, Levels: levels})
	require.EqualValues(t, 2, a.Available)
	require.EqualValues(t, 5, a.Sellable)
	require.True(t, a.CanSell(5))
	require.False(t, a.CanSell(6))
	item.Tracked = false
	require.True(t, stock.Available(stock.ItemLevels{Item: item}).CanSell(1<<40))
}

func TestNet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		moves := rapid.SliceOf(rapid.Custom(func(t *rapid.T) stock.Movement {
			return stock.Movement{ItemID: rapid.SampledFrom([]core.StockItemID{"a", "b", "c"}).Draw(t, "item"), LocationID: rapid.SampledFrom([]core.LocationID{"x", "y"}).Draw(t, "location"),
				DeltaOnHand: rapid.Int64Range(-9, 9).Draw(t, "on hand"), DeltaReserved: rapid.Int64Range(-9, 9).Draw(t, "reserved")}
		})).Draw(t, "moves")
		var onHand, reserved int64
		for _, m := range moves {
			onHand, reserved = onHand+m.DeltaOnHand, reserved+m.DeltaReserved
		}
		net := stock.Net(moves)
		for i, l := range net {
			onHand, reserved = onHand-l.OnHand, reserved-l.Reserved
			if i > 0 {
				before := net[i-1]
				require.True(t, before.ItemID < l.ItemID || (before.ItemID == l.ItemID && before.LocationID < l.LocationID), "the order of locks")
			}
		}
		require.Zero(t, onHand)
		require.Zero(t, reserved)
	})
}

func TestInsufficientError(t *testing.T) {
	t.Parallel()
	require.EqualError(t, &stock.InsufficientError{ItemID: "item_1", Wanted: 2}, "item_1 is out of stock")
	e := &stock.InsufficientError{ItemID: "item_1", SKU: "TEE", Wanted: 2, Available: 1}
	require.EqualError(t, e, "only 1 of TEE left, 2 wanted")
	require.Equal(t, core.KindOutOfStock, core.KindOf(e))
	require.EqualValues(t, 1, e.ErrorDetails()["available"])
}
