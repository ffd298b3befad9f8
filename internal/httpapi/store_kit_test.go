package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/manual"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/storage/memory"
)

// storefront is a small shop behind its real handler.
type storefront struct {
	t       testing.TB
	shop    *bodega.Shop
	handler http.Handler
	staff   context.Context
	sim     *simulator.Simulator

	tee, mug, draft catalog.Product
	clothing, tees  catalog.Category
	secretCategory  catalog.Category
	summer          catalog.Collection
	picture         catalog.Image
	pickup          shipping.Method
	location        core.LocationID
	mu              sync.Mutex
	mails           []account.Notification
}

const goodPassword = "correct horse battery staple"

func openStorefront(t testing.TB, tune ...func(*bodega.Config)) *storefront {
	t.Helper()
	ctx := context.Background()
	db, err := memory.Open(ctx)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	f := &storefront{t: t, sim: simulator.New(simulator.Config{}), staff: core.WithActor(ctx, core.System("test"))}
	cfg := bodega.Config{Logger: slog.New(slog.DiscardHandler), Providers: []payment.Provider{manual.New(manual.Config{}), f.sim},
		Account: account.Config{Hash: account.HashParams{Memory: 64, Time: 1, Threads: 1}, Notify: func(_ context.Context, n account.Notification) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.mails = append(f.mails, n)
		}}}
	for _, fn := range tune {
		fn(&cfg)
	}
	f.shop, err = bodega.New(ctx, db, cfg)
	require.NoError(t, err)
	f.handler = f.shop.Handler()
	f.stock()
	return f
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		require.NoError(t, err)
		return v
	}
}

// stock fills the shop.
func (f *storefront) stock() {
	t, c := f.t, f.shop.Catalog
	locales := []string{"en", "de"}
	must(c.UpdateChannel(f.staff, must(c.ChannelByCode(f.staff, "default"))(t).ID, catalog.ChannelUpdate{Locales: &locales}))(t)
	f.clothing = must(c.CreateCategory(f.staff, catalog.Category{Title: "Clothing"}))(t)
	f.tees = must(c.CreateCategory(f.staff, catalog.Category{Title: "Tees", ParentID: f.clothing.ID}))(t)
	f.secretCategory = must(c.CreateCategory(f.staff, catalog.Category{Title: "Samples", Hidden: true}))(t)
	must(c.CreateAttribute(f.staff, catalog.Attribute{Code: "material", Name: "Material", Type: catalog.AttributeEnum, Filterable: true,
		Values: []catalog.AttributeChoice{{Code: "cotton", Name: "Cotton"}, {Code: "clay", Name: "Clay"}}}))(t)
	must(c.CreateAttribute(f.staff, catalog.Attribute{Code: "height", Name: "Height", Type: catalog.AttributeNumber, Unit: "cm", Filterable: true}))(t)
	eur := func(n int64) []catalog.Price { return []catalog.Price{{Currency: "EUR", Amount: n}} }
	height := 9.5
	f.tee = must(c.CreateProduct(f.staff, catalog.Product{Title: "Navy <Tee>", Status: catalog.StatusActive, Kind: catalog.KindPhysical, Vendor: "Acme", Tags: []string{"basics"},
		Categories: []core.CategoryID{f.tees.ID}, Attributes: []catalog.AttributeValue{{Code: "material", Values: []string{"cotton"}}},
		Translations: map[string]catalog.Translation{"de": {Title: "Marine-Shirt", Slug: "marine-shirt"}},
		Options:      []catalog.Option{{Name: "Size", Values: []string{"M", "L"}}},
		Variants: []catalog.Variant{{SKU: "TEE-M", Options: map[string]string{"Size": "M"}, Prices: eur(2900)},
			{SKU: "TEE-L", Options: map[string]string{"Size": "L"}, Prices: []catalog.Price{{Currency: "EUR", Amount: 3100, CompareAt: 3900}}}}}))(t)
	f.mug = must(c.CreateProduct(f.staff, catalog.Product{Title: "Mug", Status: catalog.StatusActive, Kind: catalog.KindPhysical, Vendor: "Clayworks",
		Attributes: []catalog.AttributeValue{{Code: "material", Values: []string{"clay"}}, {Code: "height", Number: &height}},
		Variants:   []catalog.Variant{{SKU: "MUG", Prices: eur(1200)}}}))(t)
	f.draft = must(c.CreateProduct(f.staff, catalog.Product{Title: "Not yet", Kind: catalog.KindPhysical, Variants: []catalog.Variant{{SKU: "DRAFT", Prices: eur(100)}}}))(t)
	f.summer = must(c.CreateCollection(f.staff, catalog.Collection{Title: "Summer"}))(t)
	require.NoError(t, c.AddToCollection(f.staff, f.summer.ID, f.tee.ID))
	f.picture = must(c.AddImage(f.staff, f.tee.ID, picture(t), catalog.NewImage{Alt: "A tee"}))(t)
	f.tee = must(c.Product(f.staff, f.tee.ID))(t)

	f.location = must(f.shop.Stock.Locations(f.staff))(t)[0].ID
	f.receive(f.tee.Variants[0], 10)
	f.receive(f.mug.Variants[0], 3)
	f.pickup = must(f.shop.Shipping.CreateMethod(f.staff, shipping.MethodParams{Code: "pickup", Name: "Pick up", Kind: shipping.PickUp,
		Prices: []shipping.Price{{Price: money.Zero("EUR")}}}))(t)
	p := must(f.shop.Promotions.Create(f.staff, promo.Params{Name: "Ten off", NeedsCode: true,
		Actions: []promo.Action{{Kind: promo.PercentOffOrder, Rate: money.Percent(10)}}}))(t)
	_, err := f.shop.Promotions.AddCode(f.staff, p.ID, "TEN", 0)
	require.NoError(t, err)
}

func (f *storefront) receive(v catalog.Variant, n int64) {
	_, err := f.shop.Stock.Receive(f.staff, stock.Change{ItemID: v.StockItemID, LocationID: f.location, Quantity: n})
	require.NoError(f.t, err)
}

func picture(t testing.TB) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 600, 400))
	for x := range 600 {
		for y := range 400 {
			img.Set(x, y, color.RGBA{uint8(x), uint8(y), 80, 255})
		}
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

// answer is what the API said.
type answer struct {
	t testing.TB
	*http.Response
	raw []byte
}

// get returns what is at a path of the body: "items.0.title", "items.#" for a
// list's length, nil for nothing.
func (a answer) get(path string) any {
	var at any
	if json.Unmarshal(a.raw, &at) != nil {
		return nil
	}
	for _, step := range strings.Split(path, ".") {
		switch v := at.(type) {
		case map[string]any:
			at = v[step]
		case []any:
			if step == "#" {
				at = float64(len(v))
				continue
			}
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return nil
			}
			at = v[i]
		default:
			return nil
		}
	}
	return at
}

func (a answer) str(path string) string { s, _ := a.get(path).(string); return s }

func (a answer) num(path string) int64 { n, _ := a.get(path).(float64); return int64(n) }

// is requires a status and, for problems, a code.
func (a answer) is(status int, code ...string) answer {
	a.t.Helper()
	require.Equal(a.t, status, a.StatusCode, "%s", a.raw)
	if status >= 400 {
		require.Equal(a.t, "application/problem+json", a.Header.Get("Content-Type"))
		require.Equal(a.t, int64(status), a.num("status"))
		require.NotEmpty(a.t, a.str("title"))
		require.NotEmpty(a.t, a.str("request_id"))
	}
	if len(code) > 0 {
		require.Equal(a.t, code[0], a.str("code"), "%s", a.raw)
	}
	return a
}

// caller is somebody who uses the API.
type caller struct {
	f      *storefront
	token  string
	header map[string]string
}

func (f *storefront) guest() caller { return caller{f: f} }

func (c caller) with(name, value string) caller {
	h := map[string]string{name: value}
	for k, v := range c.header {
		if k != name {
			h[k] = v
		}
	}
	c.header = h
	return c
}

func (c caller) do(method, path string, body any) answer {
	c.f.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		require.NoError(c.f.t, err)
		in = bytes.NewReader(raw)
	}
	if !strings.HasPrefix(path, "/api/") {
		path = "/api/v1" + path
	}
	r := httptest.NewRequest(method, path, in)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	c.f.handler.ServeHTTP(w, r)
	return answer{c.f.t, w.Result(), w.Body.Bytes()}
}

func (c caller) get(path string) answer { c.f.t.Helper(); return c.do(http.MethodGet, path, nil) }
func (c caller) post(path string, body any) answer {
	c.f.t.Helper()
	return c.do(http.MethodPost, path, body)
}

type object = map[string]any

// customer registers somebody and signs them in.
func (f *storefront) customer(email string) caller {
	f.t.Helper()
	f.guest().post("/auth/register", object{"email": email, "password": goodPassword, "name": "Ann"}).is(202)
	in := f.guest().post("/auth/login", object{"email": email, "password": goodPassword}).is(200)
	return caller{f: f, token: in.str("access_token")}
}

// mailed returns the newest mail of a kind to an address.
func (f *storefront) mailed(kind account.NotificationKind, email string) account.Notification {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := len(f.mails) - 1; i >= 0; i-- {
		if f.mails[i].Kind == kind && f.mails[i].Email == email {
			return f.mails[i]
		}
	}
	require.Fail(f.t, "no such mail", "%s to %s in %v", kind, email, f.mails)
	return account.Notification{}
}

func (f *storefront) mailCount() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.mails)
}
