package catalog

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// maxAmount keeps any sum over a cart far below overflow.
const maxAmount = 1_000_000_000_000_000

// Money is the amount.
func (p Price) Money() money.Money { return money.New(p.Amount, p.Currency) }

// CompareMoney is the struck price, or the zero value for none.
func (p Price) CompareMoney() money.Money {
	if p.CompareAt == 0 {
		return money.Money{}
	}
	return money.New(p.CompareAt, p.Currency)
}

// Valid reports whether the price is in force at a time.
func (p Price) Valid(at time.Time) bool {
	return !at.Before(p.ValidFrom) && (p.ValidTo.IsZero() || at.Before(p.ValidTo))
}

// bounded reports whether the price is for a time only.
func (p Price) bounded() bool { return !p.ValidFrom.IsZero() || !p.ValidTo.IsZero() }

// key is what prices of one variant differ by.
type priceKey struct {
	channel  core.ChannelID
	currency money.Currency
	from     int64
}

func (p Price) key() priceKey {
	from := int64(0)
	if !p.ValidFrom.IsZero() {
		from = p.ValidFrom.UnixMicro()
	}
	return priceKey{p.Channel, p.Currency, from}
}

// Winner picks the price that counts in a channel and currency at a time, and
// explains it. Of those in force: a price of the channel goes before one for
// every channel; then one with a time limit before one without; then the one
// that began last; then the one that ends first. No two prices of a variant
// are equal in all of these.
func Winner(prices []Price, channel core.ChannelID, currency money.Currency, at time.Time) (won Price, ok bool, why string) {
	won, candidates, early, late := pick(prices, channel, currency, at)
	if candidates == 0 {
		why = fmt.Sprintf("no %s price is in force in this channel", currency)
		if early+late > 0 {
			why += fmt.Sprintf(" (%d not yet, %d no longer)", early, late)
		}
		return Price{}, false, why
	}
	why = "price for every channel"
	if won.Channel != "" {
		why = "price of the channel " + string(won.Channel)
	}
	if !won.ValidFrom.IsZero() {
		why += " from " + won.ValidFrom.UTC().Format(time.RFC3339)
	}
	if !won.ValidTo.IsZero() {
		why += " until " + won.ValidTo.UTC().Format(time.RFC3339)
	}
	if candidates > 1 {
		why += fmt.Sprintf("; goes before %d other", candidates-1)
	}
	return won, true, won.Money().String() + ": " + why
}

// pick finds the winner among how many prices in force, and counts those that
// are not in force yet or no longer.
func pick(prices []Price, channel core.ChannelID, currency money.Currency, at time.Time) (won Price, candidates, early, late int) {
	for _, p := range prices {
		if p.Currency != currency || p.Channel != "" && p.Channel != channel {
			continue
		}
		switch {
		case at.Before(p.ValidFrom):
			early++
		case !p.Valid(at):
			late++
		default:
			if candidates++; candidates == 1 || beats(p, won) < 0 {
				won = p
			}
		}
	}
	return won, candidates, early, late
}

// beats is negative when a goes before b.
func beats(a, b Price) int {
	first := func(x, y bool) int {
		switch {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	}
	end := func(p Price) int64 {
		if p.ValidTo.IsZero() {
			return math.MaxInt64
		}
		return p.ValidTo.UnixMicro()
	}
	return cmp.Or(first(a.Channel != "", b.Channel != ""), first(a.bounded(), b.bounded()),
		b.ValidFrom.Compare(a.ValidFrom), cmp.Compare(end(a), end(b)), cmp.Compare(a.Amount, b.Amount))
}

// checkPrices validates the prices of a variant.
func checkPrices(v *core.Violations, field string, prices []Price) {
	v.Check(len(prices) <= MaxPrices, field, "at most %d are allowed", MaxPrices)
	seen := make(map[priceKey]int, len(prices))
	for i, p := range prices {
		at := func(name string) string { return fmt.Sprintf("%s[%d].%s", field, i, name) }
		v.Check(p.Currency.Valid(), at("currency"), "must be an ISO 4217 code in capitals")
		v.Check(p.Amount >= 0 && p.Amount <= maxAmount, at("amount"), "must be between 0 and %d minor units", int64(maxAmount))
		v.Check(p.CompareAt == 0 || p.CompareAt > p.Amount && p.CompareAt <= maxAmount, at("compare_at"), "must be above the amount, or 0")
		v.Check(p.ValidTo.IsZero() || p.ValidTo.After(p.ValidFrom), at("valid_to"), "must be after valid_from")
		v.Check(p.Channel == "" || core.ValidID(string(p.Channel), core.PrefixChannel), at("channel_id"), "is not the ID of a channel")
		if j, twice := seen[p.key()]; twice {
			v.Check(false, at("valid_from"), "prices[%d] has the same channel, currency and beginning", j)
		}
		seen[p.key()] = i
	}
}

// normalPrices returns the prices with times cut to what databases keep.
func normalPrices(prices []Price) []Price {
	prices = slices.Clone(prices)
	for i := range prices {
		prices[i].ValidFrom, prices[i].ValidTo = normalTime(prices[i].ValidFrom), normalTime(prices[i].ValidTo)
	}
	return prices
}

func normalTime(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// PriceRange is the lowest and highest price of a product's active variants in
// a channel and currency, in force for a time.
type PriceRange struct {
	Channel   core.ChannelID `json:"channel_id,omitempty"` // "" is every channel that has no ranges of its own
	Currency  money.Currency `json:"currency"`
	From      time.Time      `json:"from,omitzero"`
	To        time.Time      `json:"to,omitzero"` // exclusive; zero means no limit
	Min       int64          `json:"min"`         // minor units
	Max       int64          `json:"max"`
	CompareAt int64          `json:"compare_at,omitempty"` // struck price of the cheapest variant; 0 for none
}

// RangeOf picks the range in force among a product's (see [Ranges]): those of
// the channel if it has any in the currency, else those for every channel; nil
// when it is not sold there.
func RangeOf(ranges []PriceRange, channel core.ChannelID, currency money.Currency, at time.Time) *CardPrice {
	own := channel != "" && slices.ContainsFunc(ranges, func(r PriceRange) bool { return r.Channel == channel && r.Currency == currency })
	if !own {
		channel = ""
	}
	for i := range ranges {
		r := &ranges[i]
		if r.Channel != channel || r.Currency != currency || at.Before(r.From) || !r.To.IsZero() && !at.Before(r.To) {
			continue
		}
		p := &CardPrice{Min: money.New(r.Min, currency), Max: money.New(r.Max, currency)}
		if r.CompareAt != 0 {
			compare := money.New(r.CompareAt, currency)
			p.CompareAt = &compare
		}
		return p
	}
	return nil
}

// Ranges computes the price ranges of a product over all time: what a list
// shows and sorts by, now and when a scheduled price begins or ends.
func Ranges(variants []Variant) []PriceRange {
	type group struct {
		channel  core.ChannelID
		currency money.Currency
	}
	groups := map[group]bool{}
	for _, v := range variants {
		if !v.Inactive {
			for _, p := range v.Prices {
				groups[group{p.Channel, p.Currency}] = true
			}
		}
	}
	var out []PriceRange
	for g := range groups {
		// A channel's ranges count the prices for every channel as well, so the
		// moments these change matter, too.
		moments := []int64{math.MinInt64}
		for _, v := range variants {
			for _, p := range v.Prices {
				if v.Inactive || p.Currency != g.currency || p.Channel != "" && p.Channel != g.channel {
					continue
				}
				if !p.ValidFrom.IsZero() {
					moments = append(moments, p.ValidFrom.UnixMicro())
				}
				if !p.ValidTo.IsZero() {
					moments = append(moments, p.ValidTo.UnixMicro())
				}
			}
		}
		slices.Sort(moments)
		moments = slices.Compact(moments)
		for i, m := range moments {
			var from, to time.Time
			if i > 0 {
				from = time.UnixMicro(m).UTC()
			}
			if i+1 < len(moments) {
				to = time.UnixMicro(moments[i+1]).UTC()
			}
			if r, ok := rangeAt(variants, g.channel, g.currency, from); ok {
				r.From, r.To = from, to
				if n := len(out); n > 0 && out[n-1].joins(r) {
					out[n-1].To = to
				} else {
					out = append(out, r)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b PriceRange) int {
		return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Currency, b.Currency), a.From.Compare(b.From))
	})
	return out
}

// joins reports whether next goes on where r ends, with the same prices.
func (r PriceRange) joins(next PriceRange) bool {
	return r.Channel == next.Channel && r.Currency == next.Currency && !r.To.IsZero() && r.To.Equal(next.From) &&
		r.Min == next.Min && r.Max == next.Max && r.CompareAt == next.CompareAt
}

func rangeAt(variants []Variant, channel core.ChannelID, currency money.Currency, at time.Time) (r PriceRange, ok bool) {
	r = PriceRange{Channel: channel, Currency: currency}
	for _, v := range variants {
		if v.Inactive {
			continue
		}
		p, candidates, _, _ := pick(v.Prices, channel, currency, at)
		if candidates == 0 {
			continue
		}
		if !ok || p.Amount < r.Min {
			r.Min, r.CompareAt = p.Amount, p.CompareAt
		}
		r.Max = max(r.Max, p.Amount)
		ok = true
	}
	return r, ok
}
