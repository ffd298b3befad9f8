package recommend

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// Rules are what the shop decides, over every model. The zero value shows what
// is in stock and what the shopper has not bought. That an item is visible (in
// the catalog, not hidden, in its time and region) is no rule: it always holds.
type Rules struct {
	// Placements the rules are for. Default all.
	Placements []Placement `json:"placements,omitempty"`
	// From and Until, exclusive, bound the time the rules hold. Default always.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Categories keeps to items in one of these. Default all.
	Categories []string `json:"categories,omitempty"`
	// Exclude names items that are not shown. Default none.
	Exclude []string `json:"exclude,omitempty"`
	// MinPrice and MaxPrice bound the price, in minor units. Default no bound.
	MinPrice int64 `json:"min_price,omitempty"`
	MaxPrice int64 `json:"max_price,omitempty"`
	// ShowOutOfStock lets items be shown that are out of stock. Default false.
	ShowOutOfStock bool `json:"show_out_of_stock,omitempty"`
	// ShowPurchased lets items be shown that the user has bought. Default
	// false.
	ShowPurchased bool `json:"show_purchased,omitempty"`
	// PerCategory is how many items an answer may have of one category.
	// Default no bound.
	PerCategory int `json:"per_category,omitempty"`
	// MarginBoost is what a margin of 1 adds to a score, which is from 0 to 1.
	// Default 0.
	MarginBoost float64 `json:"margin_boost,omitempty"`
	// Pins are items with a place of their own. A pin that another rule
	// forbids is not shown. Default none.
	Pins []Pin `json:"pins,omitempty"`
}

// Pin puts an item at a place, 0 being the first.
type Pin struct {
	Item     string `json:"item"`
	Position int    `json:"position"`
}

func (r *Rules) validate() error {
	switch {
	case r.MinPrice < 0 || r.MaxPrice < 0:
		return &ConfigError{"Rules", "have a negative price"}
	case r.MaxPrice > 0 && r.MinPrice > r.MaxPrice:
		return &ConfigError{"Rules.MinPrice", "is above MaxPrice"}
	case r.PerCategory < 0:
		return &ConfigError{"Rules.PerCategory", "is negative"}
	case math.IsNaN(r.MarginBoost) || math.Abs(r.MarginBoost) > 100:
		return &ConfigError{"Rules.MarginBoost", "must be from -100 to 100"}
	}
	for _, p := range r.Pins {
		if p.Item == "" || p.Position < 0 {
			return &ConfigError{"Rules.Pins", fmt.Sprintf("put %.40q at %d", p.Item, p.Position)}
		}
	}
	return nil
}

// law is all rules of one answer, made ready to be asked.
type law struct {
	rules      []*Rules
	exclude    map[string]bool
	bought     map[string]bool
	region     string
	now        time.Time
	inStock    bool
	hideBought bool
	min, max   int64
	cap        int // 0: none
	margin     float64
	pins       []Pin
}

// merge puts together the rules that hold now; where they differ the stricter
// counts. A law of no rules is the zero value's.
func merge(rules []Rules, placement Placement, region string, now time.Time) *law {
	l := &law{exclude: map[string]bool{}, region: region, now: now, max: math.MaxInt64}
	stock, purchased := false, false // somebody allows it
	for i := range rules {
		r := &rules[i]
		if len(r.Placements) > 0 && !slices.Contains(r.Placements, placement) ||
			!r.From.IsZero() && now.Before(r.From) || !r.Until.IsZero() && !now.Before(r.Until) {
			continue
		}
		l.rules = append(l.rules, r)
		for _, id := range r.Exclude {
			l.exclude[id] = true
		}
		stock = stock || r.ShowOutOfStock
		purchased = purchased || r.ShowPurchased
		l.min = max(l.min, r.MinPrice)
		if r.MaxPrice > 0 {
			l.max = min(l.max, r.MaxPrice)
		}
		if r.PerCategory > 0 && (l.cap == 0 || r.PerCategory < l.cap) {
			l.cap = r.PerCategory
		}
		l.margin += r.MarginBoost
		l.pins = append(l.pins, r.Pins...)
	}
	l.inStock, l.hideBought = !stock, !purchased
	slices.SortStableFunc(l.pins, func(a, b Pin) int { return cmp.Compare(a.Position, b.Position) })
	return l
}

// allows reports whether an item may be shown, apart from the caps, which
// depend on the rest of the answer.
func (l *law) allows(i *Item) bool {
	if i == nil || !i.visible(l.region, l.now) || l.exclude[i.ID] ||
		l.inStock && i.OutOfStock || l.hideBought && l.bought[i.ID] ||
		i.Price < l.min || i.Price > l.max {
		return false
	}
	for _, r := range l.rules {
		if len(r.Categories) > 0 && !slices.ContainsFunc(i.Categories, func(c string) bool { return slices.Contains(r.Categories, c) }) {
			return false
		}
	}
	return true
}
