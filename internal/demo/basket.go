package demo

import "github.com/bodega-commerce/bodega/commerce/money"

// item is something in a basket.
type item struct {
	product, variant int
	quantity         int64
}

// basket fills a buyer's basket; wanted is the product they came for, or -1.
func (t *trade) basket(who, wanted int) []item {
	b := &t.buyers[who]
	var items []item
	has := map[int]bool{}
	put := func(product int) bool {
		if product < 0 || has[product] || len(items) >= 9 {
			return false
		}
		it, ok := t.choose(b, product)
		if ok {
			has[product] = true
			items = append(items, it)
		}
		return ok
	}
	if wanted < 0 || !put(wanted) {
		if !put(t.want(b)) {
			return nil
		}
	}
	// What belongs to it, and what belongs to that.
	for i := 0; i < len(items) && i < 4; i++ {
		damp := 1.0
		if i > 0 {
			damp = .55
		}
		for _, c := range t.with[t.goods[items[i].product].kind.code] {
			if t.chance(c.chance * damp) {
				put(t.ofKind(c.with, items[i].product))
			}
		}
	}
	extra := .34
	if month := t.date.Month(); month == 11 || month == 12 {
		extra = .46 // presents
	}
	for range 3 {
		if !t.chance(extra) {
			break
		}
		put(t.want(b))
	}
	return items
}

// want picks a product by the day's demand and the buyer's tastes.
func (t *trade) want(b *buyer) int {
	weights := make([]float64, len(t.weights))
	for i, w := range t.weights {
		if w == 0 {
			continue
		}
		g := &t.goods[i]
		w *= b.tastes[g.demand.taste]
		if b.bought[i] && g.demand.repeat == 0 {
			w *= .25
		}
		weights[i] = w
	}
	return weighted(t.rng, weights)
}

// ofKind picks a product of a kind that goes with another: the same maker's
// rather than another's.
func (t *trade) ofKind(code string, beside int) int {
	products := t.byKind[code]
	weights := make([]float64, len(products))
	sum := 0.0
	for i, p := range products {
		weights[i] = t.weights[p]
		if t.Products[p].Vendor == t.Products[beside].Vendor {
			weights[i] *= 2.5
		}
		sum += weights[i]
	}
	if sum == 0 {
		return -1
	}
	return products[weighted(t.rng, weights)]
}

// choose picks a variant that is there, and how many.
func (t *trade) choose(b *buyer, product int) (item, bool) {
	p, g := &t.Products[product], &t.goods[product]
	weights := make([]float64, len(p.Variants))
	sum := 0.0
	for i, v := range p.Variants {
		s := t.shelf[t.first[product]+i]
		if s.free() <= 0 {
			continue
		}
		w := 1.0
		if b.colors[t.colors[v.Options["Color"]]] {
			w *= 3
		}
		if g.kind.option == "Size" && len(g.kind.values) > 2 { // people are of one size
			n := len(g.kind.values)
			off := i%n - b.size*(n-1)/4
			w *= []float64{9, 1.4, .05}[min(2, max(off, -off))]
		} else if g.kind.option == "Weight" {
			w *= []float64{1, .7, .3}[i%3]
		}
		weights[i] = w
		sum += w
	}
	if sum == 0 {
		return item{}, false
	}
	it := item{product, weighted(t.rng, weights), 1}
	switch code := g.kind.code; {
	case code == "plate" || code == "bowl":
		it.quantity = []int64{1, 2, 4, 6}[weighted(t.rng, []float64{3, 3, 3, 1})]
	case g.demand.repeat > 0 && g.demand.repeat < 60, code == "seeds":
		it.quantity = 1 + int64(weighted(t.rng, []float64{6, 2.4, 1}))
	case code == "chair":
		it.quantity = []int64{1, 2, 4}[weighted(t.rng, []float64{2, 3, 2})]
	case code == "mug" || code == "notebook":
		it.quantity = 1 + int64(weighted(t.rng, []float64{5, 2, .4, .6}))
	case t.chance(.05):
		it.quantity = 2
	}
	// Who has little to spend buys fewer of what is dear.
	if cents := t.base(product, it.variant); b.thrifty > 1.2 && cents*it.quantity > 12000 {
		it.quantity = 1
	}
	it.quantity = min(it.quantity, t.shelf[t.first[product]+it.variant].free())
	return it, true
}

// price is what a variant costs now.
func (t *trade) price(it item, c money.Currency) (unit, list int64) {
	percent := t.goods[it.product].percent(t.clock)
	unit = amount(t.base(it.product, it.variant), percent, c)
	regular := percent
	steps := t.goods[it.product].steps
	for i, s := range steps {
		// On sale: it goes back to the price before.
		if i > 0 && i+1 < len(steps) && !s.from.After(t.clock) && steps[i+1].from.After(t.clock) && steps[i+1].percent == steps[i-1].percent && s.percent < steps[i-1].percent {
			regular = steps[i-1].percent
		}
	}
	if list = amount(t.base(it.product, it.variant), regular, c); list <= unit {
		list = 0
	}
	return unit, list
}
