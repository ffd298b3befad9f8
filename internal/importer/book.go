package importer

import (
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
)

// book is what later rows need to know of earlier ones.
type book struct {
	goods    map[string]*good    // by SKU
	buyers   map[string]*buyer   // by the shop's own number
	invoices map[string]struct{} // those that are orders already
	titles   map[string]string   // one copy of each
}

func newBook() *book {
	return &book{goods: map[string]*good{}, buyers: map[string]*buyer{}, invoices: map[string]struct{}{}, titles: map[string]string{}}
}

// good is something sold.
type good struct {
	sku     string
	product core.ProductID
	variant core.VariantID
	item    core.StockItemID // "" for what is not counted
	titles  map[string]int   // how often each was written
	price   int64            // of the newest sale, the highest of several
	priced  time.Time
	sold    int64           // pieces, less those given back
	revenue int64           // minor units, less what was given back
	recent  map[int64]int64 // pieces by day, for the stock to begin with
}

// buyer is a customer.
type buyer struct {
	id     core.CustomerID
	bought map[string][]sale // by SKU, oldest first; what can still be given back
}

// sale is a line of an order that pieces can be given back of.
type sale struct {
	order *sold
	line  core.LineID // "" for the shipping
	price int64       // of a piece; of shipping, all of it
	left  int64
}

// sold is an order.
type sold struct {
	id      core.OrderID
	payment core.PaymentID
	invoice string
	states  order.States
	at      time.Time
	total   int64
	back    int64 // given back so far
}

// physical reports whether a stock code stands for goods that are counted.
func physical(sku string) bool {
	digits := 0
	for digits < len(sku) && sku[digits] >= '0' && sku[digits] <= '9' {
		digits++
	}
	return digits >= 5 || strings.HasPrefix(sku, "DCGS") || sku == "PADS"
}

func (b *book) good(sku string) *good {
	g := b.goods[sku]
	if g == nil {
		sku = strings.Clone(sku) // not the row it stands in
		g = &good{sku: sku, product: core.NewID[core.ProductID](nil, core.PrefixProduct), variant: core.NewID[core.VariantID](nil, core.PrefixVariant),
			titles: map[string]int{}, recent: map[int64]int64{}}
		if physical(sku) {
			g.item = core.NewID[core.StockItemID](nil, core.PrefixStockItem)
		}
		b.goods[sku] = g
	}
	return g
}

// title returns the one copy of a title.
func (b *book) title(s string) string {
	if known, ok := b.titles[s]; ok {
		return known
	}
	s = strings.Clone(s) // not the row it stands in
	b.titles[s] = s
	return s
}

// note takes a sale into account.
func (g *good) note(title string, quantity, price int64, at time.Time) {
	if title != g.sku { // which stands in for none
		g.titles[title]++
	}
	if at.After(g.priced) || at.Equal(g.priced) && price > g.price {
		g.price, g.priced = price, at
	}
	g.sold += quantity
	g.revenue += quantity * price
	g.recent[at.Unix()/86400] += quantity
}

// back takes a refund into account.
func (g *good) back(quantity, amount int64) {
	g.sold -= quantity
	g.revenue -= amount
}

// title is the one written most often, the first by alphabet of several.
func (g *good) title() string {
	best, n := "", 0
	for t, c := range g.titles {
		if c > n || c == n && t < best {
			best, n = t, c
		}
	}
	if best == "" {
		return g.sku
	}
	return best
}

// shippingKey stands where an SKU does for the shipping of an order.
const shippingKey = "\x00shipping"

// open notes what a buyer may give back; nil is nobody who could.
func (u *buyer) open(sku string, s sale) {
	if u != nil {
		u.bought[sku] = append(u.bought[sku], s)
	}
}

// piece is a part of a sale that is given back.
type piece struct {
	sale
	quantity int64
	amount   int64
}

// match finds what a cancellation gives back: pieces of the customer's earlier
// purchases of the same thing, those at the same price before dearer ones, the
// latest first. It takes all of the quantity or nothing.
func (u *buyer) match(sku string, quantity, price int64, at time.Time) ([]piece, Reason) {
	if u == nil {
		return nil, NoSale
	}
	list := u.bought[sku]
	var same, dearer, every int64
	for _, s := range list {
		if s.order.at.After(at) {
			continue
		}
		every += s.left
		if s.price == price {
			same += s.left
		}
		if s.price >= price {
			dearer += s.left
		}
	}
	switch {
	case same >= quantity, dearer >= quantity:
	case every >= quantity:
		return nil, AboveSalePrice
	default:
		return nil, NoSale
	}
	var out []piece
	for _, exact := range []bool{true, false} {
		for i := len(list) - 1; i >= 0 && quantity > 0; i-- {
			s := &list[i]
			if s.order.at.After(at) || s.left == 0 || exact != (s.price == price) || s.price < price {
				continue
			}
			n := min(s.left, quantity)
			s.left -= n
			quantity -= n
			out = append(out, piece{*s, n, n * price})
		}
	}
	u.bought[sku] = slices.DeleteFunc(list, func(s sale) bool { return s.left == 0 })
	return out, ""
}

// matchShipping finds a shipping charge that can be given back in part.
func (u *buyer) matchShipping(amount int64, at time.Time) ([]piece, Reason) {
	if u == nil {
		return nil, NoSale
	}
	list := u.bought[shippingKey]
	for i := len(list) - 1; i >= 0; i-- {
		if s := &list[i]; !s.order.at.After(at) && s.left >= amount {
			s.left -= amount
			return []piece{{*s, 0, amount}}, ""
		}
	}
	return nil, NoSale
}
