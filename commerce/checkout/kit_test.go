package checkout_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/manual"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/quote"
	"github.com/bodega-commerce/bodega/commerce/settlement"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
	"github.com/bodega-commerce/bodega/storage/postgres"
	"github.com/stretchr/testify/require"
)

// hand is a clock that moves when it is told to.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (h *hand) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hand) forward(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// shop sells a tee for €29.00, ten of them, and a download that costs nothing,
// to Germany and at the door.
type shop struct {
	t        testing.TB
	db       *storage.DB
	clock    *hand
	sim      *simulator.Simulator
	carts    *basket.Service
	sell     *checkout.Service
	loader   *quote.Loader
	pricer   *basket.Pricer
	settle   *settlement.Service
	payments *payment.Service
	orders   *order.Service
	promos   *promo.Service
	catalog  *catalog.Service
	channel  catalog.Channel
	tee      catalog.Variant
	gift     catalog.Variant
	standard core.ShippingMethodID
	pickup   core.ShippingMethodID
}

var (
	buyer = context.Background()
	staff = core.WithActor(context.Background(), core.System("test"))
	home  = core.Address{Name: "Ann", Line1: "Road 1", City: "Köln", PostalCode: "50667", Country: "DE"}
	email = "ann@example.org"
)

func customer(id core.CustomerID) context.Context {
	return core.WithActor(context.Background(), core.Actor{Kind: core.ActorCustomer, ID: string(id), Customer: id})
}

func inMemory(t testing.TB) *storage.DB {
	db, err := memory.Open(context.Background())
	require.NoError(t, err)
	return db
}

// eachStore runs a test of concurrency on memory and on PostgreSQL.
func eachStore(t *testing.T, cfg checkout.Config, test func(t *testing.T, s *shop)) {
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		test(t, newShop(t, inMemory(t), cfg))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db, err := postgres.Open(context.Background(), testenv.Postgres(t), postgres.Config{})
		require.NoError(t, err)
		test(t, newShop(t, db, cfg))
	})
}

func open(t *testing.T, cfg checkout.Config) *shop { return newShop(t, inMemory(t), cfg) }

func newShop(t testing.TB, db *storage.DB, cfg checkout.Config) *shop {
	t.Helper()
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err := db.Migrate(staff)
	require.NoError(t, err)
	s := &shop{t: t, db: db, clock: &hand{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
	clock := core.Clock(s.clock.now)
	s.loader = quote.NewLoader(quote.LoaderConfig{MaxAge: time.Hour, Clock: clock}) // whoever changes what it keeps says so
	s.pricer = basket.NewPricer(s.loader)
	s.sim = simulator.New(simulator.Config{Clock: clock})
	s.catalog = catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{Clock: clock})
	s.carts = basket.New(core.Narrow(db, func(tx storage.Tx) basket.Tx { return tx }), s.pricer, basket.Config{Clock: clock})
	s.orders = order.New(core.Narrow(db, func(tx storage.Tx) order.Tx { return tx }), order.Config{Clock: clock})
	s.promos = promo.New(core.Narrow(db, func(tx storage.Tx) promo.Tx { return tx }), promo.Config{Clock: clock, OnChange: s.loader.Invalidate})
	s.payments = payment.New(core.Narrow(db, func(tx storage.Tx) payment.Tx { return tx }), payment.Config{Clock: clock,
		Providers: []payment.Provider{s.sim, manual.New(manual.Config{Currencies: []money.Currency{"EUR"}}), manual.New(manual.Config{Name: "cash", AutoCapture: true})}})
	s.settle, err = settlement.New(core.Narrow(db, func(tx storage.Tx) settlement.Tx { return tx }), s.payments, settlement.Config{Clock: clock})
	require.NoError(t, err)
	cfg.Clock = clock
	s.sell = checkout.New(core.Narrow(db, func(tx storage.Tx) checkout.Tx { return tx }), s.pricer, s.settle, cfg)
	s.stockUp(clock)
	return s
}

func (s *shop) stockUp(clock core.Clock) {
	var err error
	s.channel, err = s.catalog.CreateChannel(staff, catalog.Channel{Code: basket.DefaultChannel, Currencies: []money.Currency{"EUR", "USD"}, Locales: []string{"en"},
		Countries: []string{"DE", "AT"}, PricesIncludeTax: true, Active: true})
	require.NoError(s.t, err)
	goods := stock.New(core.Narrow(s.db, func(tx storage.Tx) stock.Tx { return tx }), stock.Config{Clock: clock})
	location, err := goods.CreateLocation(staff, stock.LocationParams{Code: "main"})
	require.NoError(s.t, err)
	items, err := goods.CreateItems(staff, stock.ItemParams{SKU: "TEE"}, stock.ItemParams{SKU: "GIFT", Untracked: true})
	require.NoError(s.t, err)
	_, err = goods.Receive(staff, stock.Change{ItemID: items[0].ID, LocationID: location.ID, Quantity: 10})
	require.NoError(s.t, err)
	list := func(title string, kind catalog.Kind, v catalog.Variant) catalog.Variant {
		p, err := s.catalog.CreateProduct(staff, catalog.Product{Title: title, Kind: kind, Status: catalog.StatusActive, Variants: []catalog.Variant{v}})
		require.NoError(s.t, err)
		return p.Variants[0]
	}
	s.tee = list("Tee", catalog.KindPhysical, catalog.Variant{SKU: "TEE", StockItemID: items[0].ID, Prices: []catalog.Price{{Currency: "EUR", Amount: 2900}, {Currency: "USD", Amount: 3500}}})
	list("Poster", catalog.KindDigital, catalog.Variant{SKU: "POSTER", StockItemID: items[1].ID, Prices: []catalog.Price{{Currency: "EUR", Amount: 1000}}})
	s.gift = list("Wallpaper", catalog.KindDigital, catalog.Variant{SKU: "GIFT", StockItemID: items[1].ID, Prices: []catalog.Price{{Currency: "EUR", Amount: 0}}})
	ship := shipping.New(core.Narrow(s.db, func(tx storage.Tx) shipping.Tx { return tx }), shipping.Config{Clock: clock, OnChange: s.loader.Invalidate})
	zone, err := ship.CreateZone(staff, shipping.ZoneParams{Code: "all", Name: "All", Areas: []core.Area{{Country: "DE"}, {Country: "FR"}}})
	require.NoError(s.t, err)
	m, err := ship.CreateMethod(staff, shipping.MethodParams{ZoneID: zone.ID, Code: "standard", Prices: []shipping.Price{{Price: money.New(490, "EUR")}, {Price: money.New(590, "USD")}}})
	require.NoError(s.t, err)
	s.standard = m.ID
	m, err = ship.CreateMethod(staff, shipping.MethodParams{Code: "door", Kind: shipping.PickUp, LocationID: location.ID, Prices: []shipping.Price{{Price: money.Zero("EUR")}}})
	require.NoError(s.t, err)
	s.pickup = m.ID
}

// with is checkout configured otherwise, paid through another provider.
func (s *shop) with(cfg checkout.Config, p payment.Provider) *checkout.Service {
	clock := core.Clock(s.clock.now)
	inbox := payment.New(core.Narrow(s.db, func(tx storage.Tx) payment.Tx { return tx }), payment.Config{Clock: clock, Providers: []payment.Provider{p}})
	settle, err := settlement.New(core.Narrow(s.db, func(tx storage.Tx) settlement.Tx { return tx }), inbox, settlement.Config{Clock: clock})
	require.NoError(s.t, err)
	cfg.Clock = clock
	return checkout.New(core.Narrow(s.db, func(tx storage.Tx) checkout.Tx { return tx }), s.pricer, settle, cfg)
}

func promoUpdate(active *bool) promo.Update { return promo.Update{Active: active} }

// cart is a cart of so many tees that lacks nothing.
func (s *shop) cart(ctx context.Context, quantity int64, codes ...string) basket.View {
	s.t.Helper()
	v, err := s.carts.Create(ctx, basket.Params{Lines: []basket.LineParams{{SKU: "TEE", Quantity: quantity}},
		Changes: basket.Update{Email: &email, ShippingAddress: &home, ShippingMethod: &s.standard, Codes: &codes}})
	require.NoError(s.t, err)
	return v
}

func (s *shop) pay(id core.CartID, token string) (checkout.Result, error) {
	return s.sell.Complete(buyer, id, checkout.Params{Provider: "simulator", Method: "card", Token: token})
}

// code makes a promotion of ten per cent with one code.
func (s *shop) code(code string, limit int64) promo.Promotion {
	tenth, err := money.ParseRate("0.1")
	require.NoError(s.t, err)
	p, err := s.promos.Create(staff, promo.Params{Name: "Ten off", NeedsCode: true, Actions: []promo.Action{{Kind: promo.PercentOffOrder, Rate: tenth}}})
	require.NoError(s.t, err)
	_, err = s.promos.AddCode(staff, p.ID, code, limit)
	require.NoError(s.t, err)
	return p
}

// deliver brings the simulator's webhooks and processes them.
func (s *shop) deliver(script simulator.Script) {
	s.t.Helper()
	_, err := s.sim.Deliver(buyer, script, func(ctx context.Context, h http.Header, body []byte) error {
		_, err := s.payments.Receive(ctx, s.sim.Name(), h, body)
		return err
	})
	require.NoError(s.t, err)
	_, err = s.settle.Webhooks(staff)
	require.NoError(s.t, err)
}

func (s *shop) reconcile() settlement.Report {
	s.t.Helper()
	r, err := s.settle.Reconcile(staff)
	require.NoError(s.t, err)
	return r
}

func (s *shop) all() []order.Order {
	s.t.Helper()
	page, err := s.orders.List(staff, order.Filter{}, core.PageQuery{Limit: core.MaxPageSize})
	require.NoError(s.t, err)
	return page.Items
}

func (s *shop) order(id core.OrderID) order.Order {
	s.t.Helper()
	o, err := s.orders.Get(staff, id)
	require.NoError(s.t, err)
	return o
}

func (s *shop) paymentsOf(id core.OrderID) []payment.Payment {
	s.t.Helper()
	ps, err := s.payments.OfOrder(staff, id)
	require.NoError(s.t, err)
	return ps
}

// left is how many tees can be sold.
func (s *shop) left() (n int64) {
	s.t.Helper()
	require.NoError(s.t, s.db.View(staff, func(tx storage.Tx) error {
		a, err := stock.AvailabilityOf(staff, tx.Stock(), []core.StockItemID{s.tee.StockItemID})
		n = a[s.tee.StockItemID].Sellable
		return err
	}))
	return n
}

func (s *shop) state(id core.CartID) string {
	s.t.Helper()
	v, err := s.carts.Get(staff, id)
	require.NoError(s.t, err)
	return string(v.Cart.State)
}

// events are the types of all events about a thing.
func (s *shop) events(of core.OrderID) (types []string) {
	s.t.Helper()
	require.NoError(s.t, s.db.Update(staff, func(tx storage.Tx) error {
		_, err := tx.Outbox().Sequence(staff, 1000)
		return err
	}))
	require.NoError(s.t, s.db.View(staff, func(tx storage.Tx) error {
		stored, _, err := tx.Outbox().After(staff, 0, []string{"*"}, 1000)
		for _, e := range stored {
			if e.Aggregate == string(of) {
				types = append(types, e.Type)
			}
		}
		return err
	}))
	return types
}

// sound proves the invariants.
func (s *shop) sound() {
	s.t.Helper()
	require.NoError(s.t, s.db.Snapshot(staff, func(tx storage.Tx) error {
		orders, err := tx.Orders().Unbalanced(staff)
		require.NoError(s.t, err)
		payments, err := tx.Payments().Unbalanced(staff)
		require.NoError(s.t, err)
		goods, err := tx.Stock().Unbalanced(staff)
		require.NoError(s.t, err)
		stranded, err := tx.Stranded(staff)
		require.NoError(s.t, err)
		require.Empty(s.t, orders)
		require.Empty(s.t, payments)
		require.Empty(s.t, goods)
		require.Empty(s.t, stranded)
		return nil
	}))
}
