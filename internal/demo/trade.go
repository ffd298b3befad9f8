package demo

import (
	"math"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// trade is the history of the shop, day by day.
type trade struct {
	*maker
	season  map[string][12]float64
	with    map[string][]complement
	byKind  map[string][]int    // products of a kind
	colors  map[string]string   // name -> code
	joined  []int               // buyers by the day they joined
	due     map[int][]errand    // what is bought again on a day
	back    map[int][]comesBack // on a day
	shelf   []*shelf            // of each variant
	first   []int               // index of each product's first variant in shelf
	weights []float64           // of the products, today
	day     int
	date    time.Time
	on      []*campaign // today
	level   float64     // running average of the demand, to tell a busy day
}

// errand is somebody who comes back for something used up.
type errand struct{ buyer, product int }

// weekday is how much is bought on the days from Sunday on.
func weekday(d time.Weekday) float64 {
	return []float64{1.22, 1.08, .98, .96, .97, .88, .91}[d]
}

// trade makes orders and moves stock.
func (m *maker) trade() {
	t := &trade{maker: m, season: seasons(), with: complements(), byKind: map[string][]int{}, colors: map[string]string{}, due: map[int][]errand{}, back: map[int][]comesBack{}}
	for _, c := range colors() {
		t.colors[c.name] = c.code
	}
	for i := range m.buyers {
		t.joined = append(t.joined, i)
	}
	slices.SortStableFunc(t.joined, func(a, b int) int { return m.buyers[a].joined - m.buyers[b].joined })
	for i := range m.Products {
		t.byKind[m.goods[i].kind.code] = append(t.byKind[m.goods[i].kind.code], i)
	}
	n := int(20_000 * m.Size)
	m.Orders, m.Payments, m.Fulfilments = make([]order.Order, 0, n), make([]payment.Payment, 0, n), make([]order.Fulfilment, 0, n)
	m.Events, m.Postings, m.Movements = make([]order.Event, 0, 4*n), make([]payment.Posting, 0, 3*n), make([]stock.Movement, 0, 3*n)
	t.open()
	known := 0
	for t.day = range history {
		t.date = m.From.AddDate(0, 0, t.day)
		for known < len(t.joined) && m.buyers[t.joined[known]].joined <= t.day {
			known++
		}
		t.restock()
		t.campaignsOn()
		pull := t.weigh()
		growth := .84 + .38*float64(t.day)/history
		n := 18 * m.Size * growth * weekday(t.date.Weekday()) * pull
		var orders []errand
		for range m.count(n) {
			orders = append(orders, errand{t.somebody(known), -1})
		}
		orders = append(orders, t.due[t.day]...)
		delete(t.due, t.day)
		t.place(orders)
	}
	t.close()
}

// somebody picks a buyer who has joined, active ones more often.
func (t *trade) somebody(known int) int {
	for range 40 {
		b := t.joined[t.rng.IntN(max(1, known))]
		if t.rng.Float64() < t.buyers[b].active/5 {
			return b
		}
	}
	return t.joined[t.rng.IntN(max(1, known))]
}

// place orders of a day at hours people buy at.
func (t *trade) place(orders []errand) {
	hours := []float64{1, .5, .3, .2, .2, .4, 1, 2, 3, 4, 4.4, 4.6, 4.8, 4.4, 4, 4, 4.2, 4.6, 5, 6, 7, 6.4, 4.4, 2.2}
	at := make([]time.Time, len(orders))
	for i := range at {
		at[i] = t.date.Add(time.Duration(weighted(t.rng, hours))*time.Hour + time.Duration(t.rng.IntN(3600_000))*time.Millisecond)
	}
	slices.SortFunc(at, time.Time.Compare)
	for i, o := range orders {
		t.clock = at[i]
		t.order(o.buyer, o.product)
	}
}

func (t *trade) campaignsOn() {
	t.on = t.on[:0]
	for i := range t.campaigns {
		c := &t.campaigns[i]
		if c.code == "" && !t.date.Before(c.StartsAt) && t.date.Before(c.EndsAt) {
			t.on = append(t.on, c)
		}
	}
}

// discount is what campaigns take off a product today, in percent.
func (t *trade) discount(product int) (percent int64, c *campaign) {
	for _, x := range t.on {
		if x.percent > percent && (x.categories == nil || x.categories[t.Products[product].Categories[0]]) {
			percent, c = x.percent, x
		}
	}
	return percent, c
}

// weigh finds out how much each product is wanted today, and how busy the day
// is.
func (t *trade) weigh() float64 {
	month := float64(t.date.Month()-1) + float64(t.date.Day()-1)/30.4 - .5
	sum := 0.0
	for i := range t.Products {
		g := &t.goods[i]
		t.weights[i] = 0
		if t.Products[i].CreatedAt.After(t.date) {
			continue
		}
		s := t.season[g.demand.season]
		lo := (int(math.Floor(month)) + 12) % 12
		f := month - math.Floor(month)
		season := (s[lo]*(1-f) + s[(lo+1)%12]*f) / 100
		off, _ := t.discount(i)
		price := float64(g.percent(t.date.Add(12*time.Hour))) / 100 * (1 - float64(off)/100)
		w := g.demand.weight * g.appeal * season * math.Pow(price, g.demand.elasticity)
		sum += w
		if t.inStock(i) {
			t.weights[i] = w
		}
	}
	if t.level == 0 {
		t.level = sum
	}
	t.level += (sum - t.level) * .004
	pull := math.Pow(sum/t.level, .9)
	for _, c := range t.on {
		pull *= max(1, c.pull)
	}
	return max(.35, min(3.2, pull))
}
