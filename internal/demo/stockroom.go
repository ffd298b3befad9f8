package demo

import (
	"math"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// shelf is the stock of one variant.
type shelf struct {
	item     core.StockItemID
	product  int
	variant  int
	onHand   int64
	promised int64   // for orders that are not sent yet
	rate     float64 // sales a day, as known from experience
	coming   int64
	arrives  int // day of the history
	opens    int // day it comes into the shop
	spent    int64
}

// comesBack is what buyers sent back.
type comesBack struct {
	shelf    *shelf
	quantity int64
}

func (s *shelf) free() int64 { return s.onHand - s.promised }

// open fills the shelves for the first time.
func (t *trade) open() {
	if t.Config.Location == "" {
		t.Config.Location = newID[core.LocationID](t.maker, core.PrefixLocation)
	}
	t.Location = stock.Location{ID: t.Config.Location, Code: "main", Name: "Warehouse", Active: true, Version: 1, CreatedAt: t.clock, UpdatedAt: t.clock,
		Address: core.Address{Company: "The Sample Shop", Line1: "Am Speicher 4", City: "Leipzig", PostalCode: "04229", Country: "DE"}}
	t.weights = make([]float64, len(t.Products))
	for i := range t.Products {
		t.first = append(t.first, len(t.shelf))
		p, g := &t.Products[i], &t.goods[i]
		n := float64(len(p.Variants))
		for j := range p.Variants {
			s := &shelf{item: p.Variants[j].StockItemID, product: i, variant: j, rate: max(.01, g.demand.weight*g.appeal*t.Size*.21/n)}
			if p.CreatedAt.After(t.From) {
				s.opens = int(p.CreatedAt.Sub(t.From).Hours() / 24)
			}
			t.shelf = append(t.shelf, s)
			t.clock = p.CreatedAt.Add(time.Hour)
			t.receive(s, int64(math.Ceil(s.rate*70+2)))
		}
	}
}

func (t *trade) move(kind stock.MovementKind, s *shelf, onHand, reserved int64, ref string) {
	t.Movements = append(t.Movements, stock.Movement{ID: newID[core.MovementID](t.maker, core.PrefixMovement), ItemID: s.item, LocationID: t.Location.ID, Kind: kind,
		DeltaOnHand: onHand, DeltaReserved: reserved, Ref: ref, Actor: actor, At: t.clock})
	s.onHand += onHand
}

func (t *trade) receive(s *shelf, n int64) { t.move(stock.Receive, s, n, 0, "") }

// restock lets in what arrives and orders what runs low. Now and then a
// delivery is late, and the shelf stays empty.
func (t *trade) restock() {
	season := map[string]float64{}
	for code, s := range t.season {
		next := int(t.date.Month()) % 12 // buyers look ahead
		season[code] = max(s[(next+11)%12], s[next]) / 100
	}
	t.clock = t.date.Add(7 * time.Hour)
	for _, r := range t.back[t.day] {
		r.shelf.onHand += r.quantity
	}
	for _, s := range t.shelf {
		if t.day < s.opens {
			continue
		}
		if s.coming > 0 && t.day >= s.arrives {
			t.receive(s, s.coming)
			s.coming = 0
		}
		if t.day > s.opens { // forget slowly
			s.rate += (float64(s.spent) - s.rate) * .012
			s.spent = 0
		}
		ahead := max(s.rate, .006*t.Size) * max(.5, season[t.goods[s.product].demand.season])
		if s.coming == 0 && float64(s.free()) < ahead*21+1 {
			s.coming = int64(math.Ceil(ahead*55)) + 2
			lead := 5 + t.rng.IntN(10)
			if t.chance(.07) {
				lead += 14 + t.rng.IntN(25)
			}
			s.arrives = t.day + lead
		}
	}
}

// inStock reports whether any variant of a product can be sold.
func (t *trade) inStock(product int) bool {
	from := t.first[product]
	for _, s := range t.shelf[from : from+len(t.Products[product].Variants)] {
		if s.free() > 0 {
			return true
		}
	}
	return false
}

// take promises pieces to an order.
func (t *trade) take(s *shelf, n int64) {
	s.promised += n
	s.spent += n
}

// close brings movements into the order of their times: an item's history is
// read in the order of its IDs, which sort by time as well.
func (t *trade) close() {
	slices.SortStableFunc(t.Movements, func(a, b stock.Movement) int { return a.At.Compare(b.At) })
}
