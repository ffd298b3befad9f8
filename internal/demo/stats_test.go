package demo

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
)

// TestWhatIsLearnedFromTheHistory checks that the patterns later features are
// measured by are there, at half the size.
func TestWhatIsLearnedFromTheHistory(t *testing.T) {
	t.Parallel()
	w := Generate(Config{Seed: 1, Now: day, Size: .5})
	kindOf := map[core.ProductID]string{}
	index := map[core.ProductID]int{}
	for i, p := range w.Products {
		kindOf[p.ID], index[p.ID] = w.goods[i].kind.code, i
	}
	t.Run("sound orders", func(t *testing.T) {
		lines := 0
		for _, o := range w.Orders {
			require.NoError(t, o.Check())
			lines += len(o.Lines)
		}
		require.InDelta(t, 8500, len(w.Orders), 1500)
		require.Greater(t, float64(lines)/float64(len(w.Orders)), 1.7)
		require.InDelta(t, .045, float64(len(w.Refunds))/float64(len(w.Orders)), .025)
	})
	t.Run("what belongs together", func(t *testing.T) {
		with, pair := map[string]float64{}, map[[2]string]float64{}
		for _, o := range w.Orders {
			seen := map[string]bool{}
			for _, l := range o.Lines {
				seen[kindOf[l.Product]] = true
			}
			for a := range seen {
				with[a]++
				for b := range seen {
					pair[[2]string{a, b}]++
				}
			}
		}
		n := float64(len(w.Orders))
		for _, p := range [][2]string{{"tent", "sleepbag"}, {"tent", "mat"}, {"grinder", "coffee"}, {"teapot", "tea"}, {"knife", "board"}, {"trowel", "gloves"},
			{"notebook", "pen"}, {"beanie", "scarf"}, {"boot", "socks"}, {"yogamat", "bottle"}, {"blanket", "cushion"}} {
			lift := pair[p] * n / (with[p[0]] * with[p[1]])
			require.Greater(t, lift, 3.0, "%v", p)
		}
		require.Less(t, pair[[2]string{"tent", "honey"}]*n/(with["tent"]*with["honey"]), 1.5)
	})
	t.Run("seasons", func(t *testing.T) {
		share := func(code string, months ...time.Month) float64 {
			in, all := 0.0, 0.0
			for _, o := range w.Orders {
				if o.PlacedAt.Before(day.AddDate(-1, 0, 0)) { // one whole year
					continue
				}
				for _, l := range o.Lines {
					if kindOf[l.Product] != code {
						continue
					}
					all += float64(l.Quantity)
					for _, m := range months {
						if o.PlacedAt.Month() == m {
							in += float64(l.Quantity)
						}
					}
				}
			}
			return in / all
		}
		require.Greater(t, share("seeds", 3, 4, 5), .42)
		require.Greater(t, share("tent", 6, 7, 8), .38)
		require.Greater(t, share("blocks", 12), 1.6/12)
		require.Greater(t, share("book", 12), 1.6/12)
		require.Less(t, share("oil", 12), 1.9/12)
		days := [7]float64{}
		for _, o := range w.Orders {
			days[o.PlacedAt.Weekday()]++
		}
		require.Greater(t, days[time.Sunday]/days[time.Friday], 1.15)
	})
	t.Run("prices", func(t *testing.T) { require.Less(t, w.slope(index), -.5) })
	t.Run("what is bought again", func(t *testing.T) {
		last := map[string]time.Time{}
		var near, all float64
		for _, o := range w.Orders {
			for _, l := range o.Lines {
				if kindOf[l.Product] != "coffee" {
					continue
				}
				key := string(o.Customer) + string(l.Product)
				if at, again := last[key]; again {
					gap := o.PlacedAt.Sub(at).Hours() / 24
					all++
					if gap > 15 && gap < 45 {
						near++
					}
				}
				last[key] = o.PlacedAt
			}
		}
		require.Greater(t, all, 100.0)
		require.Greater(t, near/all, .6)
	})
	t.Run("out of stock", func(t *testing.T) { require.InDelta(t, .04, w.emptyDays(), .037) })
	t.Run("states", func(t *testing.T) {
		states := map[order.Status]int{}
		open := 0
		for _, o := range w.Orders {
			states[o.Status]++
			if o.Fulfilment == order.Unfulfilled && o.Status == order.Placed {
				open++
				require.Less(t, day.Sub(o.PlacedAt), 9*24*time.Hour)
			}
		}
		require.Positive(t, open)
		require.Positive(t, states[order.Cancelled])
		require.Len(t, w.Reservations, countLines(w))
	})
}

func countLines(w *World) (n int) {
	for _, o := range w.Orders {
		if o.Fulfilment == order.Unfulfilled && o.Status == order.Placed {
			n += len(o.Lines)
		}
	}
	return n
}

// slope regresses the logarithm of a product's sales in a week, beside its
// usual ones and the season of its kind, on that of its price beside its usual
// one.
func (w *World) slope(index map[core.ProductID]int) float64 {
	const weeks = history / 7
	sold := make([][weeks + 1]float64, len(w.Products))
	kindSold := map[string]*[weeks + 1]float64{}
	for _, o := range w.Orders {
		at := int(o.PlacedAt.Sub(w.From).Hours() / 24 / 7)
		for _, l := range o.Lines {
			i := index[l.Product]
			sold[i][at]++
			code := w.goods[i].kind.code
			if kindSold[code] == nil {
				kindSold[code] = &[weeks + 1]float64{}
			}
			kindSold[code][at]++
		}
	}
	var xy, xx float64
	for i := range w.Products {
		g := &w.goods[i]
		if g.demand.repeat > 0 || w.Products[i].CreatedAt.After(w.From) {
			continue
		}
		total, all, price := 0.0, 0.0, 0.0
		for k := range weeks {
			total += sold[i][k]
			all += kindSold[g.kind.code][k]
			price += math.Log(float64(g.percent(w.From.AddDate(0, 0, 7*k+3))))
		}
		for k := range weeks {
			expected := total * kindSold[g.kind.code][k] / all
			x := math.Log(float64(g.percent(w.From.AddDate(0, 0, 7*k+3)))) - price/weeks
			xy += x * (sold[i][k] - expected)
			xx += x * x * expected
		}
	}
	return xy / xx
}

// emptyDays is the share of days on which a variant was not there.
func (w *World) emptyDays() float64 {
	type state struct {
		left  int64
		since time.Time
	}
	at := map[core.StockItemID]*state{}
	empty, all := 0.0, 0.0
	for _, m := range w.Movements {
		s := at[m.ItemID]
		if s == nil {
			s = &state{since: m.At}
			at[m.ItemID] = s
		}
		if m.At.After(s.since) {
			d := m.At.Sub(s.since).Hours()
			all += d
			if s.left == 0 {
				empty += d
			}
		}
		s.left += m.DeltaOnHand
		s.since = m.At
	}
	return empty / all
}
