package demo

import (
	"math"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// charm rounds an amount to what a price tag says.
func charm(amount int64, c money.Currency) int64 {
	to := func(unit, less int64) int64 { return max((amount+less+unit/2)/unit*unit-less, unit-less) }
	switch {
	case c == usd && amount < 2000:
		return to(100, 5) // 12.95
	case c == usd:
		return to(100, 0)
	case c == gbp && amount < 3000:
		return to(50, 0)
	case c == gbp:
		return to(100, 0)
	case amount < 1500:
		return to(50, 10) // 8.40, 8.90
	}
	return to(100, 10) // 24.90
}

// priceSteps invents the prices of a product since it is in the shop: a few
// lasting changes and now and then a sale, the last of which may be on.
func (m *maker) priceSteps(since time.Time, d demand) []step {
	level := int64(m.around(96, 4))
	steps := []step{{since, level}}
	at := since
	for {
		at = at.AddDate(0, 0, 60+m.rng.IntN(110))
		if at.After(m.Now.AddDate(0, 0, -25)) {
			break
		}
		if m.chance(.5) { // a sale of two weeks
			percent := level * int64(100-pick(m, []int{10, 15, 20, 25})) / 100
			steps = append(steps, step{at, percent}, step{at.AddDate(0, 0, 14), level})
			continue
		}
		change := m.around(3, 7)
		if math.Abs(change) < 2.5 {
			change += math.Copysign(3, change)
		}
		level = max(80, min(118, int64(math.Round(float64(level)*(1+change/100)))))
		steps = append(steps, step{at, level})
	}
	if m.chance(.1) { // on sale now
		began := m.Now.AddDate(0, 0, -2-m.rng.IntN(6)).Add(6 * time.Hour)
		if began.After(steps[len(steps)-1].from) {
			steps = append(steps, step{began, level * 85 / 100}, step{m.Now.AddDate(0, 0, 7+m.rng.IntN(10)).Add(22 * time.Hour), level})
		}
	}
	return steps
}

// percent is the price of a good at a time, of what its base is.
func (g *good) percent(at time.Time) int64 {
	p := g.steps[0].percent
	for _, s := range g.steps {
		if s.from.After(at) {
			break
		}
		p = s.percent
	}
	return p
}

// amount is what something that costs so many euro cents at 100 percent costs.
func amount(euros, percent int64, c money.Currency) int64 {
	return charm(convert(euros, c)*percent/100, c)
}

// pricesOf gives a variant its prices and writes their history.
func (m *maker) pricesOf(v *catalog.Variant, g *good, euros int64) {
	// A sale that is on is a price with an end, beside the one without.
	last := len(g.steps) - 1
	sale := g.steps[last].from.After(m.Now)
	entry := func(p catalog.Price, at time.Time) {
		m.clock = at
		m.Prices = append(m.Prices, catalog.PriceEntry{ID: newID[core.PriceEntryID](m, core.PrefixPriceEntry), VariantID: v.ID, ProductID: v.ProductID,
			Price: p, Actor: actor, At: at})
	}
	for _, c := range []money.Currency{eur, gbp, usd} {
		steps := g.steps
		if sale {
			steps = steps[:last-1]
		}
		var now catalog.Price
		regular := int64(0)
		for i, s := range steps {
			p := catalog.Price{Currency: c, Amount: amount(euros, s.percent, c)}
			// What comes back to its price two weeks later is a sale.
			if i > 0 && i+1 < len(g.steps) && g.steps[i+1].percent == regular && s.percent < regular {
				p.CompareAt = amount(euros, regular, c)
			} else {
				regular = s.percent
			}
			if p.CompareAt <= p.Amount {
				p.CompareAt = 0
			}
			if i == 0 || p != now {
				entry(p, s.from)
			}
			now = p
		}
		v.Prices = append(v.Prices, now)
		if sale {
			p := catalog.Price{Currency: c, Amount: amount(euros, g.steps[last-1].percent, c), CompareAt: now.Amount,
				ValidFrom: g.steps[last-1].from, ValidTo: g.steps[last].from}
			if p.Amount < p.CompareAt {
				entry(p, p.ValidFrom.Add(-18*time.Hour))
				v.Prices = append(v.Prices, p)
			}
		}
	}
	m.clock = v.CreatedAt
}

// base is what a variant costs in euro cents at 100 percent.
func (m *maker) base(product, variant int) int64 {
	g := &m.goods[product]
	form := product - m.firstOf[g.kind.code]
	n := 1
	if g.kind.option != "" {
		n = len(g.kind.values)
	}
	euros := int64(m.numbers[g.kind.code][form][0]) * 100
	if g.kind.option != "" {
		euros = euros * int64(g.kind.steps[variant%n]) / 100
	}
	return euros
}
