package storagetest

import (
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// anySequence does random things to a new item beside a model of it that
// knows only totals, and compares after each.
func anySequence(rt *rapid.T, sh *shelf) {
	backorder := rapid.Int64Range(0, 5).Draw(rt, "cap")
	p := stock.ItemParams{}
	if backorder > 0 {
		p.Policy, p.Cap = stock.Backorder, backorder
	}
	a := sh.item(p)
	run := core.NewID[string](nil, "run")
	var onHand, reserved int64
	open := map[string]int64{} // by reference
	refs := 0
	line := one(a.ID, 0).Line
	location := func() core.LocationID { return sh.locs[rapid.IntRange(0, 1).Draw(rt, "location")].ID }
	quantity := func() int64 { return rapid.Int64Range(1, 6).Draw(rt, "quantity") }
	ref := func() string { return fmt.Sprint(run, rapid.IntRange(0, refs).Draw(rt, "ref")) }
	refused := func(err error) bool {
		var short *stock.InsufficientError
		if err != nil {
			require.ErrorAs(rt, err, &short, "%v", err)
		}
		return err != nil
	}
	rt.Repeat(map[string]func(*rapid.T){
		"receive": func(*rapid.T) {
			q := quantity()
			_, err := sh.s.Receive(sh.ctx, stock.Change{ItemID: a.ID, LocationID: location(), Quantity: q})
			require.NoError(rt, err)
			onHand += q
		},
		"lose": func(*rapid.T) {
			q := quantity()
			if _, err := sh.s.Adjust(sh.ctx, stock.Change{ItemID: a.ID, LocationID: location(), Quantity: -q}); !refused(err) {
				onHand -= q
			}
		},
		"transfer": func(*rapid.T) {
			_, err := sh.s.Transfer(sh.ctx, stock.TransferParams{ItemID: a.ID, From: sh.locs[0].ID, To: sh.locs[1].ID, Quantity: quantity()})
			refused(err)
		},
		"reserve": func(*rapid.T) {
			refs++
			q, name := quantity(), fmt.Sprint(run, refs)
			sellable, err := sh.s.Availability(sh.ctx, []core.StockItemID{a.ID})
			require.NoError(rt, err)
			_, err = sh.reserve(name, time.Now().Add(time.Hour), one(a.ID, q))
			require.Equal(rt, !sellable[a.ID].CanSell(q), refused(err))
			if err == nil {
				open[name] = q
				reserved += q
			}
		},
		"commit": func(*rapid.T) {
			require.NoError(rt, sh.update(func(s stock.Store) error { _, err := sh.clerk.Commit(sh.ctx, s, ref()); return err }))
		},
		"release": func(*rapid.T) {
			name, q := ref(), quantity()
			require.NoError(rt, sh.update(func(s stock.Store) error {
				return sh.clerk.Release(sh.ctx, s, name, map[core.LineID]int64{line: q})
			}))
			q = min(q, open[name])
			open[name] -= q
			reserved -= q
		},
		"ship": func(*rapid.T) {
			name, q := ref(), quantity()
			// Goods that were only promised cannot leave before they came.
			err := sh.update(func(s stock.Store) error {
				_, err := sh.clerk.Ship(sh.ctx, s, name, map[core.LineID]int64{line: q}, "ful_"+name)
				return err
			})
			if refused(err) {
				return
			}
			q = min(q, open[name])
			open[name] -= q
			reserved -= q
			onHand -= q
		},
		"": func(*rapid.T) {
			var h, r int64
			for _, l := range sh.levels(a.ID) {
				require.GreaterOrEqual(rt, l.Available(), -backorder)
				h, r = h+l.OnHand, r+l.Reserved
			}
			require.Equal(rt, onHand, h)
			require.Equal(rt, reserved, r)
		},
	})
	sh.sound()
}
