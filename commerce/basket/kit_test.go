package basket_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/quote"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
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

// shop sells tees, mugs and caps in euros and dollars, ten of each.
type shop struct {
	t       testing.TB
	db      *storage.DB
	clock   *hand
	pricer  *basket.Pricer
	carts   *basket.Service
	catalog *catalog.Service
	promos  *promo.Service
	goods   []catalog.Variant
	caps    core.ProductID
	method  core.ShippingMethodID
}

var (
	anybody = context.Background()
	staff   = core.WithActor(context.Background(), core.System("test"))
)

func customer(id core.CustomerID) context.Context {
	return core.WithActor(context.Background(), core.Actor{Kind: core.ActorCustomer, ID: string(id), Customer: id})
}

func inMemory(t testing.TB) *storage.DB {
	db, err := memory.Open(context.Background())
	require.NoError(t, err)
	return db
}

func open(t testing.TB, db *storage.DB) *shop {
	t.Helper()
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err := db.Migrate(staff)
	require.NoError(t, err)
	s := &shop{t: t, db: db, clock: &hand{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}}
	clock := core.Clock(s.clock.now)
	loader := quote.NewLoader(quote.LoaderConfig{MaxAge: time.Hour, Clock: clock}) // whoever changes what it keeps says so
	s.pricer = basket.NewPricer(loader)
	s.carts = basket.New(core.Narrow(db, func(tx storage.Tx) basket.Tx { return tx }), s.pricer, basket.Config{Clock: clock})
	s.catalog = catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{Clock: clock})
	s.promos = promo.New(core.Narrow(db, func(tx storage.Tx) promo.Tx { return tx }), promo.Config{Clock: clock, OnChange: loader.Invalidate})
	_, err = s.catalog.CreateChannel(staff, catalog.Channel{Code: basket.DefaultChannel, Currencies: []money.Currency{"EUR", "USD"}, Locales: []string{"en", "de"},
		PricesIncludeTax: true, Active: true})
	require.NoError(t, err)
	shelves := stock.New(core.Narrow(db, func(tx storage.Tx) stock.Tx { return tx }), stock.Config{Clock: clock})
	location, err := shelves.CreateLocation(staff, stock.LocationParams{Code: "main"})
	require.NoError(t, err)
	for i, sku := range []string{"TEE", "MUG", "CAP"} {
		items, err := shelves.CreateItems(staff, stock.ItemParams{SKU: sku})
		require.NoError(t, err)
		_, err = shelves.Receive(staff, stock.Change{ItemID: items[0].ID, LocationID: location.ID, Quantity: 10})
		require.NoError(t, err)
		p, err := s.catalog.CreateProduct(staff, catalog.Product{Title: sku, Status: catalog.StatusActive, Variants: []catalog.Variant{{SKU: sku, StockItemID: items[0].ID,
			Prices: []catalog.Price{{Currency: "EUR", Amount: int64(1000 * (i + 1))}, {Currency: "USD", Amount: int64(1100 * (i + 1))}}}}})
		require.NoError(t, err)
		s.goods, s.caps = append(s.goods, p.Variants[0]), p.ID
	}
	ship := shipping.New(core.Narrow(db, func(tx storage.Tx) shipping.Tx { return tx }), shipping.Config{Clock: clock, OnChange: loader.Invalidate})
	zone, err := ship.CreateZone(staff, shipping.ZoneParams{Code: "all", Name: "All", Areas: []core.Area{{Country: "DE"}}})
	require.NoError(t, err)
	m, err := ship.CreateMethod(staff, shipping.MethodParams{ZoneID: zone.ID, Code: "standard", Prices: []shipping.Price{{Price: money.New(490, "EUR")}, {Price: money.New(590, "USD")}}})
	require.NoError(t, err)
	s.method = m.ID
	return s
}

func (s *shop) create(ctx context.Context, lines ...basket.LineParams) basket.View {
	s.t.Helper()
	v, err := s.carts.Create(ctx, basket.Params{Lines: lines})
	require.NoError(s.t, err)
	return v
}

func (s *shop) price(i int, amount int64) {
	s.t.Helper()
	require.NoError(s.t, s.catalog.SetPrices(staff, []catalog.PriceChange{{VariantID: s.goods[i].ID, Prices: []catalog.Price{{Currency: "EUR", Amount: amount}}}}))
}

func (s *shop) customer(email string) core.CustomerID {
	s.t.Helper()
	accounts, err := account.New(core.Narrow(s.db, func(tx storage.Tx) account.Tx { return tx }), account.Config{Clock: s.clock.now})
	require.NoError(s.t, err)
	c, err := accounts.CreateCustomer(staff, account.NewCustomer{Customer: account.Customer{Email: email, Name: "Ann"}})
	require.NoError(s.t, err)
	return c.ID
}

func line(sku string, quantity int64) basket.LineParams {
	return basket.LineParams{SKU: sku, Quantity: quantity}
}
