package catalog

import (
	"context"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// PriceEntry is one write of a price. The history only grows; replaying it
// gives the prices of any moment.
type PriceEntry struct {
	ID        core.PriceEntryID `json:"id"`
	VariantID core.VariantID    `json:"variant_id"`
	ProductID core.ProductID    `json:"product_id"`
	Price     Price             `json:"price"`
	Removed   bool              `json:"removed,omitempty"` // the price was taken away
	Actor     string            `json:"actor"`
	At        time.Time         `json:"at"`
}

// priceDiff returns what has to be written to the history when a variant's
// prices change.
func priceDiff(ctx context.Context, ids *core.IDs, v Variant, before []Price, at time.Time) []PriceEntry {
	old := make(map[priceKey]Price, len(before))
	for _, p := range before {
		old[p.key()] = p
	}
	var out []PriceEntry
	add := func(p Price, removed bool) {
		out = append(out, PriceEntry{ID: core.NewID[core.PriceEntryID](ids, core.PrefixPriceEntry), VariantID: v.ID, ProductID: v.ProductID,
			Price: p, Removed: removed, Actor: core.ActorFrom(ctx).String(), At: at})
	}
	for _, p := range v.Prices {
		if was, ok := old[p.key()]; !ok || was.Amount != p.Amount || was.CompareAt != p.CompareAt || !was.ValidTo.Equal(p.ValidTo) {
			add(p, false)
		}
		delete(old, p.key())
	}
	for _, p := range before {
		if _, gone := old[p.key()]; gone {
			add(p, true)
		}
	}
	return out
}

// PricePoint is the price that counted from a moment on.
type PricePoint struct {
	From  time.Time
	Price money.Money // meaningless unless Sells
	Sells bool        // false: there was no price
}

// Timeline replays a history: every moment up to the given one at which the
// price in a channel and currency changed.
func Timeline(history []PriceEntry, channel core.ChannelID, currency money.Currency, until time.Time) []PricePoint {
	var moments []time.Time
	for _, e := range history {
		moments = append(moments, e.At)
		for _, m := range []time.Time{e.Price.ValidFrom, e.Price.ValidTo} {
			if m.After(e.At) {
				moments = append(moments, m)
			}
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	moments = slices.CompactFunc(moments, time.Time.Equal)
	state := map[priceKey]Price{}
	next := 0
	var out []PricePoint
	for _, m := range moments {
		if m.After(until) {
			break
		}
		for ; next < len(history) && !history[next].At.After(m); next++ {
			if e := history[next]; e.Removed {
				delete(state, e.Price.key())
			} else {
				state[e.Price.key()] = e.Price
			}
		}
		prices := make([]Price, 0, len(state))
		for _, p := range state {
			prices = append(prices, p)
		}
		won, candidates, _, _ := pick(prices, channel, currency, m)
		point := PricePoint{From: m, Price: won.Money(), Sells: candidates > 0}
		if !point.Sells {
			point.Price = money.Money{}
		}
		if n := len(out); n == 0 && point.Sells || n > 0 && (out[n-1].Sells != point.Sells || out[n-1].Price != point.Price) {
			out = append(out, point)
		}
	}
	return out
}

// PriorWindow is how far back the European Union's rule on announced
// reductions looks.
const PriorWindow = 30 * 24 * time.Hour

// PriorPrice returns the price a reduction has to be announced from, after
// article 6a of directive 98/6/EC: the lowest one of the 30 days before the
// reduction began, not before today. It reports false when the price at the
// moment is no reduction, or nothing was sold in that time. history is that of
// one variant, oldest first.
func PriorPrice(history []PriceEntry, channel core.ChannelID, currency money.Currency, at time.Time) (prior money.Money, began time.Time, ok bool) {
	points := Timeline(history, channel, currency, at)
	// The newest step is the reduction: down from what was asked before.
	n := len(points)
	if n < 2 || !points[n-1].Sells || !points[n-2].Sells || points[n-1].Price.Amount >= points[n-2].Price.Amount {
		return money.Money{}, time.Time{}, false
	}
	began = points[n-1].From
	start := began.Add(-PriorWindow)
	for i := n - 2; i >= 0; i-- {
		if points[i].Sells && (!ok || points[i].Price.Amount < prior.Amount) {
			prior, ok = points[i].Price, true
		}
		if !points[i].From.After(start) {
			break // in force when the window opens; earlier ones were over
		}
	}
	return prior, began, ok
}
