package demo

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/review"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/commerce/tax"
)

// Config says which world to make.
type Config struct {
	// Seed makes worlds differ. Default 0, a seed like any other.
	Seed uint64
	// Now is the end of the history, cut to the day. Default today.
	Now time.Time
	// Size scales customers and orders; the catalog is always whole. Default 1:
	// 5,000 customers.
	Size float64
	// Channel is the ID of the shop's first channel, if there is one already.
	// Default a new one.
	Channel core.ChannelID
	// Location is where the stock lies, if there is one already. Default a new
	// one.
	Location core.LocationID
}

// World is a whole shop at a moment. Its parts refer to each other by ID.
type World struct {
	Config
	From time.Time // of the history; Now is its end

	Channels    []catalog.Channel // the first is the default one
	Attributes  []catalog.Attribute
	Categories  []catalog.Category // parents first
	Products    []catalog.Product
	Prices      []catalog.PriceEntry // their history
	Collections []catalog.Collection
	Members     []catalog.Member // by hand
	Pictures    []Picture

	TaxClasses    []tax.Class
	TaxZones      []tax.Zone
	TaxRates      []tax.Rate
	ShippingZones []shipping.Zone
	Methods       []shipping.Method
	Promotions    []promo.Promotion
	Codes         []promo.Code
	Redemptions   []promo.Redemption

	Location     stock.Location
	Items        []stock.Item
	Movements    []stock.Movement
	Reservations []stock.Reservation

	Customers   []account.Customer
	Addresses   []account.Address
	Orders      []order.Order
	Events      []order.Event
	Fulfilments []order.Fulfilment
	Refunds     []order.Refund
	Payments    []payment.Payment
	Postings    []payment.Posting
	Reviews     []review.Review

	kinds     []kind
	goods     []good // beside Products
	numbers   map[string][][]int
	firstOf   map[string]int // the first product of each kind
	campaigns []campaign
	buyers    []buyer // beside Customers
}

// good is what the history needs to know of a product.
type good struct {
	kind    *kind
	demand  demand
	appeal  float64 // how popular it is beside others of its kind
	quality float64 // what reviewers think of it, 1 to 5
	steps   []step  // its prices over time
	colors  []swatch
}

// step is a price from a moment on, in percent of the price now.
type step struct {
	from    time.Time
	percent int64
}

// history is how long the shop has been open.
const history = 548 // days

// actor is who did it all.
var actor = core.System("demo").String()

// maker makes a world.
type maker struct {
	*World
	ids   *core.IDs
	clock time.Time  // what new IDs are dated
	rng   *rand.Rand // of the part being made
}

// Generate makes the world of a configuration: the same for the same one.
func Generate(cfg Config) *World {
	if cfg.Now.IsZero() {
		cfg.Now = time.Now()
	}
	cfg.Now = cfg.Now.UTC().Truncate(24 * time.Hour)
	if cfg.Size <= 0 {
		cfg.Size = 1
	}
	m := &maker{World: &World{Config: cfg, From: cfg.Now.AddDate(0, 0, -history)}}
	var seed [32]byte
	for i := range 8 {
		seed[i] = byte(cfg.Seed >> (8 * i))
	}
	m.ids = core.NewIDs(func() time.Time { return m.clock }, rand.NewChaCha8(seed))
	for i, part := range []func(){m.channels, m.taxes, m.shipping, m.structure, m.products, m.collections, m.promotions, m.customers,
		m.trade, m.reviews} {
		// Each part has randomness of its own: a change in one leaves the others
		// as they are.
		m.rng = rand.New(rand.NewPCG(cfg.Seed, uint64(i)))
		m.clock = m.From.AddDate(0, -3, 0)
		part()
	}
	return m.World
}

func newID[T ~string](m *maker, prefix string) T { return core.NewID[T](m.ids, prefix) }

// chance is true with a probability.
func (m *maker) chance(p float64) bool { return m.rng.Float64() < p }

// around is a number around the middle, at most three spreads away.
func (m *maker) around(middle, spread float64) float64 {
	return middle + spread*max(-3, min(3, m.rng.NormFloat64()))
}

// count is a random number of independent events that are expected n times.
func (m *maker) count(n float64) int {
	if n > 50 {
		return max(0, int(math.Round(m.around(n, math.Sqrt(n)))))
	}
	k, p, limit := 0, 1.0, math.Exp(-n)
	for {
		if p *= m.rng.Float64(); p <= limit {
			return k
		}
		k++
	}
}

func pick[T any](m *maker, from []T) T { return from[m.rng.IntN(len(from))] }

// weighted picks an index by weight.
func weighted(rng *rand.Rand, weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	at := rng.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}
