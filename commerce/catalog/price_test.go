package catalog_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestWinner(t *testing.T) {
	t.Parallel()
	general := catalog.Price{Currency: "EUR", Amount: 2000}
	channel := catalog.Price{Currency: "EUR", Channel: "chan_a", Amount: 2100}
	sale := catalog.Price{Currency: "EUR", Amount: 1500, ValidFrom: noon, ValidTo: noon.Add(2 * time.Hour)}
	newer := catalog.Price{Currency: "EUR", Amount: 1700, ValidFrom: noon.Add(time.Hour), ValidTo: noon.Add(5 * time.Hour)}
	until := catalog.Price{Currency: "EUR", Amount: 1900, ValidTo: noon.Add(time.Hour)}
	dollars := catalog.Price{Currency: "USD", Amount: 1}
	all := []catalog.Price{general, channel, sale, newer, until, dollars}
	for _, row := range []struct {
		name    string
		prices  []catalog.Price
		channel core.ChannelID
		at      time.Time
		want    int64 // -1 for none
		why     string
	}{
		{"general", []catalog.Price{general, dollars}, "chan_b", noon, 2000, "20.00 EUR: price for every channel"},
		{"the channel's goes first, even dearer", all, "chan_a", noon, 2100, "21.00 EUR: price of the channel chan_a; goes before 3 other"},
		{"before the sale one until a time", all, "", noon.Add(-time.Second), 1900, "19.00 EUR: price for every channel until 2026-03-01T13:00:00Z; goes before 1 other"},
		{"a sale includes its first moment", all, "chan_b", noon, 1500, "15.00 EUR: price for every channel from 2026-03-01T12:00:00Z until 2026-03-01T14:00:00Z; goes before 2 other"},
		{"the one that began last", all, "chan_b", noon.Add(time.Hour), 1700, "17.00 EUR: price for every channel from 2026-03-01T13:00:00Z until 2026-03-01T17:00:00Z; goes before 2 other"},
		{"a sale excludes its last moment", []catalog.Price{general, sale}, "chan_b", noon.Add(2 * time.Hour), 2000, "20.00 EUR: price for every channel"},
		{"another channel's does not count", []catalog.Price{channel}, "chan_b", noon, -1, "no EUR price is in force in this channel"},
		{"without a channel only general ones", []catalog.Price{channel}, "", noon, -1, "no EUR price is in force in this channel"},
		{"not yet and no longer", []catalog.Price{newer, until}, "", noon.Add(6 * time.Hour), -1, "no EUR price is in force in this channel (0 not yet, 2 no longer)"},
		{"none", nil, "", noon, -1, "no EUR price is in force in this channel"},
	} {
		slices.Reverse(row.prices)
		got, ok, why := catalog.Winner(row.prices, row.channel, "EUR", row.at)
		slices.Reverse(row.prices)
		again, _, _ := catalog.Winner(row.prices, row.channel, "EUR", row.at)
		require.Equal(t, got, again, row.name)
		require.Equal(t, row.want >= 0, ok, row.name)
		if ok {
			require.Equal(t, row.want, got.Amount, row.name)
		}
		require.Equal(t, row.why, why, row.name)
	}
}

// Ranges must say of every moment, channel and currency what asking each
// variant says.
func TestRangesAgreeWithWinner(t *testing.T) {
	t.Parallel()
	hour := rapid.IntRange(0, 6)
	rapid.Check(t, func(t *rapid.T) {
		variants := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) catalog.Variant {
			v := catalog.Variant{Inactive: rapid.IntRange(0, 4).Draw(t, "inactive") == 0}
			seen := map[[2]any]bool{}
			for range rapid.IntRange(0, 4).Draw(t, "prices") {
				p := catalog.Price{Currency: rapid.SampledFrom([]money.Currency{"EUR", "USD"}).Draw(t, "currency"), Channel: rapid.SampledFrom([]core.ChannelID{"", "a", "b"}).Draw(t, "channel"),
					Amount: int64(rapid.IntRange(1, 5).Draw(t, "amount"))}
				if rapid.Bool().Draw(t, "compare") {
					p.CompareAt = p.Amount + 1
				}
				if from := hour.Draw(t, "from"); from > 0 {
					p.ValidFrom = noon.Add(time.Duration(from) * time.Hour)
				}
				if to := hour.Draw(t, "to"); to > 0 && noon.Add(time.Duration(to)*time.Hour).After(p.ValidFrom) {
					p.ValidTo = noon.Add(time.Duration(to) * time.Hour)
				}
				key := [2]any{p.Channel, p.ValidFrom}
				if !seen[key] {
					seen[key] = true
					v.Prices = append(v.Prices, p)
				}
			}
			return v
		}), 0, 4).Draw(t, "variants")
		ranges := catalog.Ranges(variants)
		for _, channel := range []core.ChannelID{"", "a", "b", "c"} {
			for _, currency := range []money.Currency{"EUR", "USD"} {
				for half := range 15 {
					at := noon.Add(time.Duration(half-1) * 30 * time.Minute)
					low, high, sold := int64(0), int64(0), false
					for _, v := range variants {
						if p, ok, _ := catalog.Winner(v.Prices, channel, currency, at); ok && !v.Inactive {
							if !sold || p.Amount < low {
								low = p.Amount
							}
							high, sold = max(high, p.Amount), true
						}
					}
					got, found := inForce(ranges, channel, currency, at)
					if found != sold || found && (got.Min != low || got.Max != high) {
						t.Fatalf("%s %s %v: got %v %v, want %d to %d %v", channel, currency, at, got, found, low, high, sold)
					}
				}
			}
		}
	})
}

// inForce looks a range up as lists do: the channel's own, else the general.
func inForce(ranges []catalog.PriceRange, channel core.ChannelID, currency money.Currency, at time.Time) (catalog.PriceRange, bool) {
	for _, c := range []core.ChannelID{channel, ""} {
		for _, r := range ranges {
			if r.Channel == c && r.Currency == currency && !at.Before(r.From) && (r.To.IsZero() || at.Before(r.To)) {
				return r, true
			}
		}
	}
	return catalog.PriceRange{}, false
}

func TestPriorPrice(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	write := func(n int, amount int64) catalog.PriceEntry {
		return catalog.PriceEntry{At: day(n), Price: catalog.Price{Currency: "EUR", Amount: amount}}
	}
	for _, row := range []struct {
		name    string
		history []catalog.PriceEntry
		at      int
		want    int64 // -1: no reduction
		began   int
	}{
		{"never changed", []catalog.PriceEntry{write(0, 100)}, 10, -1, 0},
		{"reduced", []catalog.PriceEntry{write(0, 100), write(40, 80)}, 45, 100, 40},
		{"raised", []catalog.PriceEntry{write(0, 100), write(40, 120)}, 45, -1, 0},
		{"raised before the reduction: the lowest of the window", []catalog.PriceEntry{write(0, 100), write(30, 150), write(40, 90)}, 45, 100, 40},
		{"raised long before", []catalog.PriceEntry{write(0, 100), write(5, 150), write(40, 90)}, 45, 150, 40},
		{"still running after 30 days: the window is before it began", []catalog.PriceEntry{write(0, 100), write(40, 80)}, 140, 100, 40},
		{"what was lower in the window counts", []catalog.PriceEntry{write(0, 100), write(20, 70), write(25, 100), write(40, 80)}, 45, 70, 40},
		{"new in the window", []catalog.PriceEntry{write(38, 100), write(40, 80)}, 45, 100, 40},
		{"asked before it began", []catalog.PriceEntry{write(0, 100), write(40, 80)}, 39, -1, 0},
		{"taken away in between", []catalog.PriceEntry{write(0, 100), {At: day(10), Price: catalog.Price{Currency: "EUR"}, Removed: true}, write(40, 80)}, 45, -1, 0},
		{"a scheduled sale", []catalog.PriceEntry{write(0, 100), {At: day(1), Price: catalog.Price{Currency: "EUR", Amount: 60, ValidFrom: day(20), ValidTo: day(30)}}}, 25, 100, 20},
		{"and after it", []catalog.PriceEntry{write(0, 100), {At: day(1), Price: catalog.Price{Currency: "EUR", Amount: 60, ValidFrom: day(20), ValidTo: day(30)}}}, 31, -1, 0},
	} {
		got, began, ok := catalog.PriorPrice(row.history, "", "EUR", day(row.at))
		require.Equal(t, row.want >= 0, ok, row.name)
		if ok {
			require.Equal(t, money.New(row.want, "EUR"), got, row.name)
			require.Equal(t, day(row.began), began, row.name)
		}
	}
}
