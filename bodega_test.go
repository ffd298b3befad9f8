package bodega_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
	"github.com/bodega-commerce/bodega/storage/postgres"
	"github.com/bodega-commerce/bodega/storage/sqlite"
	"github.com/stretchr/testify/require"
)

// world is a shop with a tee in two sizes, ten of each, and one way to ship.
type world struct {
	shop   *bodega.Shop
	staff  context.Context
	tee    catalog.Product
	method core.ShippingMethodID
}

func eachStore(t *testing.T, test func(t *testing.T, w world)) {
	stores := map[string]func(t *testing.T) (*storage.DB, error){
		"memory": func(*testing.T) (*storage.DB, error) { return memory.Open(context.Background()) },
		"sqlite": func(t *testing.T) (*storage.DB, error) {
			return sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "shop.db"), sqlite.Config{})
		},
		"postgres": func(t *testing.T) (*storage.DB, error) {
			return postgres.Open(context.Background(), testenv.Postgres(t), postgres.Config{})
		},
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := open(t)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, db.Close()) })
			test(t, newWorld(t, db, bodega.Config{}))
		})
	}
}

func newWorld(t *testing.T, db *storage.DB, cfg bodega.Config) world {
	t.Helper()
	w := world{staff: core.WithActor(context.Background(), core.System("test"))}
	cfg.Logger = slog.New(slog.DiscardHandler)
	var err error
	w.shop, err = bodega.New(w.staff, db, cfg)
	require.NoError(t, err)
	price := func(minor int64) []catalog.Price { return []catalog.Price{{Currency: "EUR", Amount: minor}} }
	w.tee, err = w.shop.Catalog.CreateProduct(w.staff, catalog.Product{Title: "Tee", Status: catalog.StatusActive,
		Options: []catalog.Option{{Name: "Size", Values: []string{"S", "M"}}},
		Variants: []catalog.Variant{{SKU: "TEE-S", Options: map[string]string{"Size": "S"}, Prices: price(2900)},
			{SKU: "TEE-M", Options: map[string]string{"Size": "M"}, Prices: price(3100)}}})
	require.NoError(t, err)
	locations, err := w.shop.Stock.Locations(w.staff)
	require.NoError(t, err)
	for _, v := range w.tee.Variants {
		_, err = w.shop.Stock.Receive(w.staff, stock.Change{ItemID: v.StockItemID, LocationID: locations[0].ID, Quantity: 10})
		require.NoError(t, err)
	}
	zone, err := w.shop.Shipping.CreateZone(w.staff, shipping.ZoneParams{Code: "de", Name: "Germany", Areas: []core.Area{{Country: "DE"}}})
	require.NoError(t, err)
	method, err := w.shop.Shipping.CreateMethod(w.staff, shipping.MethodParams{ZoneID: zone.ID, Code: "standard", Name: "Standard",
		Prices: []shipping.Price{{Price: money.New(490, "EUR")}}})
	require.NoError(t, err)
	w.method = method.ID
	return w
}

var home = core.Address{Name: "Ann", Line1: "Road 1", City: "Köln", PostalCode: "50667", Country: "DE"}

func (w world) cart(ctx context.Context, lines ...basket.LineParams) (basket.View, error) {
	email := "ann@example.org"
	return w.shop.Carts.Create(ctx, basket.Params{Lines: lines, Changes: basket.Update{Email: &email, ShippingAddress: &home, ShippingMethod: &w.method}})
}

func (w world) verify(t *testing.T) {
	t.Helper()
	report, err := w.shop.Verify(w.staff)
	require.NoError(t, err)
	require.True(t, report.OK(), "%+v", report)
}

func (w world) orders(t *testing.T) []order.Order {
	t.Helper()
	page, err := w.shop.Orders.List(w.staff, order.Filter{}, core.PageQuery{Limit: core.MaxPageSize})
	require.NoError(t, err)
	return page.Items
}

func TestParallelCompletesOfACartMakeOneOrder(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w world) {
		ctx := context.Background()
		v, err := w.cart(ctx, basket.LineParams{SKU: "TEE-S", Quantity: 2}, basket.LineParams{SKU: "TEE-M", Quantity: 1})
		require.NoError(t, err)
		ids := make([]core.OrderID, 50)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				r, err := w.shop.Checkout.Complete(ctx, v.Cart.ID, checkout.Params{Provider: "manual"})
				if err == nil {
					ids[i] = r.Order.ID
				}
			})
		}
		wg.Wait()
		for _, id := range ids {
			require.Equal(t, ids[0], id)
		}
		require.Len(t, w.orders(t), 1)
		require.Equal(t, order.Placed, w.orders(t)[0].Status)
		w.verify(t)
	})
}

func TestBuyersOfTheLastUnits(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w world) {
		ctx := context.Background()
		const buyers = 200
		outcomes := make([]error, buyers)
		var wg sync.WaitGroup
		for i := range buyers {
			wg.Go(func() {
				// Two lines of one item: their sum counts, not each alone.
				v, err := w.cart(ctx, basket.LineParams{SKU: "TEE-S", Quantity: 1}, basket.LineParams{SKU: "TEE-S", Quantity: 1, Metadata: map[string]string{"gift": "yes"}})
				if err == nil {
					_, err = w.shop.Checkout.Complete(ctx, v.Cart.ID, checkout.Params{Provider: "manual"})
				}
				outcomes[i] = err
			})
		}
		wg.Wait()
		sold := 0
		for _, err := range outcomes {
			if err == nil {
				sold++
				continue
			}
			require.Equal(t, core.KindOutOfStock, core.KindOf(err), "%v", err)
		}
		require.Equal(t, 5, sold)
		require.Len(t, w.orders(t), 5)
		w.verify(t)
	})
}

func TestPriceChangesAreNeverChargedUnseen(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w world) {
		ctx := context.Background()
		v, err := w.cart(ctx, basket.LineParams{SKU: "TEE-S", Quantity: 1})
		require.NoError(t, err)
		require.NoError(t, w.shop.Catalog.SetPrices(w.staff, []catalog.PriceChange{{VariantID: w.tee.Variants[0].ID, Prices: []catalog.Price{{Currency: "EUR", Amount: 3300}}}}))
		_, err = w.shop.Checkout.Complete(ctx, v.Cart.ID, checkout.Params{Provider: "manual"})
		require.Equal(t, "price_changed", core.CodeOf(err))
		seen := v.Quote.Totals.Total
		_, err = w.shop.Checkout.Complete(ctx, v.Cart.ID, checkout.Params{Provider: "manual", Expected: &seen})
		require.Equal(t, "price_changed", core.CodeOf(err))
		require.Empty(t, w.orders(t))
		v, err = w.shop.Carts.Get(ctx, v.Cart.ID)
		require.NoError(t, err)
		require.Len(t, v.Changes, 1)
		require.Equal(t, "The price of Tee, S rose by €4.00 since you added it.", v.Changes[0].Message)
		v, err = w.shop.Carts.Acknowledge(ctx, v.Cart.ID)
		require.NoError(t, err)
		require.Empty(t, v.Changes)
		r, err := w.shop.Checkout.Complete(ctx, v.Cart.ID, checkout.Params{Provider: "manual"})
		require.NoError(t, err)
		require.Equal(t, money.New(3790, "EUR"), r.Order.Totals.Total)
		w.verify(t)
	})
}

func TestWithinCommitsTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w world) {
		stop := errors.New("stop")
		err := w.shop.Within(w.staff, func(bound *bodega.Shop) error {
			inside := w
			inside.shop = bound
			v, err := inside.cart(w.staff, basket.LineParams{SKU: "TEE-S", Quantity: 1})
			if err != nil {
				return err
			}
			if _, err := bound.Checkout.Complete(w.staff, v.Cart.ID, checkout.Params{Provider: "manual"}); err != nil {
				return err
			}
			return stop
		})
		require.ErrorIs(t, err, stop)
		require.Empty(t, w.orders(t))
		w.verify(t)
	})
}

func TestAShopSellsOverHTTP(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w world) {
		mux := http.NewServeMux()
		mux.Handle("/shop/", w.shop.Handler())
		server := httptest.NewServer(mux)
		t.Cleanup(server.Close)
		call := func(method, path, body string, header ...string) (int, http.Header, map[string]any) {
			req, err := http.NewRequestWithContext(w.staff, method, server.URL+"/shop"+path, strings.NewReader(body))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			for i := 0; i+1 < len(header); i += 2 {
				req.Header.Set(header[i], header[i+1])
			}
			res, err := server.Client().Do(req)
			require.NoError(t, err)
			raw, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			var out map[string]any
			require.NoError(t, json.Unmarshal(raw, &out), "%s", raw)
			return res.StatusCode, res.Header, out
		}
		full := fmt.Sprintf(`{"lines":[{"sku":"TEE-S","quantity":2},{"variant_id":%q,"quantity":1}],"email":"ann@example.org",
			"shipping_address":{"name":"Ann","line1":"Road 1","city":"Köln","country":"DE"},"shipping_method_id":%q}`, w.tee.Variants[1].ID, w.method)
		status, header, cart := call("POST", "/api/v1/store/carts", full, "Idempotency-Key", "one")
		require.Equal(t, http.StatusCreated, status, "%v", cart)
		_, again, same := call("POST", "/api/v1/store/carts", full, "Idempotency-Key", "one")
		require.Equal(t, "true", again.Get("Idempotent-Replayed"))
		require.Equal(t, cart, same)
		status, _, problem := call("POST", "/api/v1/store/carts", `{}`, "Idempotency-Key", "one")
		require.Equal(t, http.StatusConflict, status)
		require.Equal(t, "idempotency_conflict", problem["code"])

		path := strings.TrimPrefix(header.Get("Location"), "/shop")
		status, _, problem = call("POST", path+"/complete", `{"payment":{"provider":"manual"},"expected_total":{"amount":1,"currency":"EUR"}}`)
		require.Equal(t, http.StatusConflict, status)
		require.Equal(t, "price_changed", problem["code"])
		pay := `{"payment":{"provider":"manual"},"expected_total":{"amount":9390,"currency":"EUR"}}`
		status, _, first := call("POST", path+"/complete", pay, "Idempotency-Key", "two")
		require.Equal(t, http.StatusCreated, status, "%v", first)
		_, again, second := call("POST", path+"/complete", pay, "Idempotency-Key", "two")
		require.Equal(t, "true", again.Get("Idempotent-Replayed"))
		require.Equal(t, first, second)
		status, _, third := call("POST", path+"/complete", pay)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, first["order"].(map[string]any)["id"], third["order"].(map[string]any)["id"])

		status, header, problem = call("POST", "/api/v1/store/carts", `{"lines":[{"sku":"TEE-S","quantity":9}]}`)
		require.Equal(t, http.StatusConflict, status)
		require.Equal(t, "application/problem+json", header.Get("Content-Type"))
		require.Equal(t, "out_of_stock", problem["code"])
		require.EqualValues(t, 8, problem["details"].(map[string]any)["available"])
		status, _, problem = call("POST", "/api/v1/store/carts", `{"lines":[{"sku":"TEE-S","quantity":1,"unit_price":1}]}`)
		require.Equal(t, http.StatusUnprocessableEntity, status, "no client sets a price")
		require.Contains(t, fmt.Sprint(problem["errors"]), "lines[0].unit_price")
		w.verify(t)
	})
}

func TestRunStopsWithItsContext(t *testing.T) {
	t.Parallel()
	db, err := memory.Open(context.Background())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	w := newWorld(t, db, bodega.Config{})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.shop.Run(ctx) }()
	cancel()
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-time.After(20 * time.Second):
		t.Fatal("Run goes on after its context ended")
	}
}
