package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

func TestProductList(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	g := f.guest()

	all := g.get("/store/products").is(200)
	require.Equal(t, "application/json", all.Header.Get("Content-Type"))
	require.Equal(t, int64(2), all.num("items.#"), "drafts are not listed: %s", all.raw)
	require.NotContains(t, string(all.raw), "Not yet")

	for query, want := range map[string][]string{
		"sort=title":                           {"Mug", "Navy <Tee>"},
		"sort=-price":                          {"Navy <Tee>", "Mug"},
		"category=clothing":                    {"Navy <Tee>"}, // with what is below
		"category=" + string(f.tees.ID):        {"Navy <Tee>"},
		"collection=summer":                    {"Navy <Tee>"},
		"collection=" + string(f.summer.ID):    {"Navy <Tee>"},
		"tag=basics":                           {"Navy <Tee>"},
		"vendor=Clayworks":                     {"Mug"},
		"min_price=1200&max_price=1200":        {"Mug"},
		"max_price=100":                        {},
		"q=mug":                                {"Mug"},
		"attr.material=cotton":                 {"Navy <Tee>"},
		"attr.material=cotton,clay&sort=title": {"Mug", "Navy <Tee>"},
		"attr.height.min=9&attr.height.max=10": {"Mug"},
		"attr.height.min=10":                   {},
		"ids=" + string(f.mug.ID):              {"Mug"},
		"ids=" + string(f.draft.ID):            {},
		"attr.material=clay&vendor=Acme":       {},
		"locale=de&q=tee":                      {"Marine-Shirt"},
		"kind=digital":                         {},
		"category=" + f.secretCategory.Slug:    nil, // hidden
		"category=nowhere":                     nil,
	} {
		if want == nil {
			g.get("/store/products?"+query).is(404, "category_not_found")
			continue
		}
		a := g.get("/store/products?" + query).is(200)
		titles := []string{}
		for i := range a.num("items.#") {
			titles = append(titles, a.str(fmt.Sprintf("items.%d.title", i)))
		}
		require.Equal(t, want, titles, query)
	}

	card := g.get("/store/products?ids=" + string(f.tee.ID)).is(200)
	require.Equal(t, int64(2900), card.num("items.0.price.min.amount"))
	require.Equal(t, int64(3100), card.num("items.0.price.max.amount"))
	require.Equal(t, "EUR", card.str("items.0.price.max.currency"))
	require.Nil(t, card.get("items.0.availability"))
	require.Equal(t, "/api/v1/store/images/"+string(f.picture.ID)+"/480", card.str("items.0.thumbnail.url"))
	g.get(card.str("items.0.thumbnail.url")).is(200)

	card = g.get("/store/products?expand=availability&ids=" + string(f.tee.ID)).is(200)
	require.Equal(t, "in_stock", card.str("items.0.availability.status"))
	require.Equal(t, int64(10), card.num("items.0.availability.sellable"))
}

func TestProductListPagesAndFollowsChanges(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	first := f.guest().get("/store/products?limit=1&sort=title").is(200)
	require.Equal(t, "Mug", first.str("items.0.title"))
	require.NotEmpty(t, first.str("next_cursor"))
	second := f.guest().get("/store/products?limit=1&sort=title&after=" + first.str("next_cursor")).is(200)
	require.Equal(t, "Navy <Tee>", second.str("items.0.title"))
	require.Empty(t, second.str("next_cursor"))
	bad := f.guest().get("/store/products?after=nonsense").is(422, "invalid")
	require.Equal(t, "after", bad.str("errors.0.field"))

	// The encoded card is of the version listed, and the price of the moment.
	title := "Cup"
	_, err := f.shop.Catalog.UpdateProduct(f.staff, f.mug.ID, catalog.ProductUpdate{Title: &title})
	require.NoError(t, err)
	require.NoError(t, f.shop.Catalog.SetPrices(f.staff, []catalog.PriceChange{{VariantID: f.mug.Variants[0].ID, Prices: []catalog.Price{{Currency: "EUR", Amount: 1500}}}}))
	again := f.guest().get("/store/products?limit=1&sort=title").is(200)
	require.Equal(t, "Cup", again.str("items.0.title"))
	require.Equal(t, int64(1500), again.num("items.0.price.min.amount"))
}

// The list encodes by hand what elsewhere the framework does: both must agree.
func TestProductListIsWhatItsSchemaSays(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	a := f.guest().get("/store/products?sort=title&expand=availability&locale=de").is(200)
	type card struct {
		ID           core.ProductID   `json:"id"`
		Slug         string           `json:"slug"`
		Title        string           `json:"title"`
		Subtitle     string           `json:"subtitle,omitempty"`
		Kind         catalog.Kind     `json:"kind"`
		Status       catalog.Status   `json:"status"`
		Vendor       string           `json:"vendor,omitempty"`
		Brand        string           `json:"brand,omitempty"`
		Tags         []string         `json:"tags,omitempty"`
		Options      []catalog.Option `json:"options,omitempty"`
		Thumbnail    json.RawMessage  `json:"thumbnail,omitempty"`
		Rating       catalog.Rating   `json:"rating,omitzero"`
		VariantCount int              `json:"variant_count"`
		FirstVariant core.VariantID   `json:"first_variant_id,omitempty"`
		PublishedAt  time.Time        `json:"published_at,omitzero"`
		Version      int64            `json:"version"`
		Price        struct {
			Min, Max  money.Money
			CompareAt *money.Money `json:"compare_at"`
		} `json:"price"`
		Availability json.RawMessage `json:"availability"`
	}
	var page core.Page[card]
	require.NoError(t, json.Unmarshal(a.raw, &page))
	require.Len(t, page.Items, 2)
	require.Equal(t, "Marine-Shirt", page.Items[1].Title)
	require.Equal(t, "marine-shirt", page.Items[1].Slug)
	require.Equal(t, money.New(2900, "EUR"), page.Items[1].Price.Min)
	require.Equal(t, f.tee.Version, page.Items[1].Version)
	require.NotContains(t, string(a.raw), `\u003c`, "HTML is not escaped, as elsewhere")
}

func TestProductListRefuses(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	for query, field := range map[string]string{
		"limit=201":           "limit",
		"limit=0":             "limit",
		"sort=cheap":          "sort",
		"sort=position":       "sort",
		"min_price=-1":        "min_price",
		"currency=JPY":        "currency",
		"ids=x":               "ids[0]",
		"attr.height.min=x":   "attr.height.min",
		"attr.height.near=1":  "attr.height.near",
		"attr.height.min=NaN": "attr.height.min",
		"attr.No%20code=x":    "attributes[0].code",
		"expand=everything":   "expand[0]",
		"q=%00":               "q",
	} {
		a := f.guest().get("/store/products?"+query).is(422, "invalid")
		require.Equal(t, field, a.str("errors.0.field"), "%s: %s", query, a.raw)
	}
	f.guest().get("/store/products?channel=nowhere").is(404, "channel_not_found")
}

func TestProductPage(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	g := f.guest()
	p := g.get("/store/products/" + f.tee.Slug + "?locale=en").is(200)
	require.Equal(t, string(f.tee.ID), p.str("id"))
	require.Equal(t, int64(2), p.num("variants.#"))
	require.Equal(t, int64(2900), p.num("variants.0.price.amount"))
	require.Equal(t, int64(3900), p.num("variants.1.compare_at.amount"))
	require.Equal(t, "in_stock", p.str("variants.0.availability.status"))
	require.Equal(t, "out_of_stock", p.str("variants.1.availability.status"))
	require.Equal(t, "in_stock", p.str("availability.status"))
	require.Equal(t, "Clothing", p.str("breadcrumbs.0.title"))
	require.Equal(t, "tees", p.str("breadcrumbs.1.slug"))
	require.Equal(t, "Cotton", p.str("attributes.0.values.0.name"))
	require.Equal(t, "A tee", p.str("images.0.alt"))
	require.Nil(t, p.get("images.0.hash"))
	g.get(p.str("images.0.renditions.0.url")).is(200)
	require.Equal(t, p.raw, g.get("/store/products/"+string(f.tee.ID)).is(200).raw, "by ID as by slug")

	g.get("/store/products/"+f.draft.Slug).is(404, "product_not_found")
	g.get("/store/products/"+string(f.draft.ID)).is(404, "product_not_found")
	g.get("/store/products/nothing").is(404, "product_not_found")
	g.get("/store/products/%00").is(404)
}

func TestMovedSlugsRedirect(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	old, slug := f.mug.Slug, "cup"
	_, err := f.shop.Catalog.UpdateProduct(f.staff, f.mug.ID, catalog.ProductUpdate{Slug: &slug})
	require.NoError(t, err)
	a := f.guest().get("/store/products/"+old+"?currency=EUR").is(308, "moved")
	require.Equal(t, "cup?currency=EUR", a.Header.Get("Location"), "relative, so that it holds below any prefix")
	require.Equal(t, "cup", a.str("details.slug"))
	require.Equal(t, int64(1), f.guest().get("/store/products?category=clothing").is(200).num("items.#"))

	_, err = f.shop.Catalog.UpdateCategory(f.staff, f.tees.ID, 0, catalog.CategoryUpdate{Slug: &slug})
	if core.IsKind(err, core.KindStale) || err != nil {
		_, err = f.shop.Catalog.UpdateCategory(f.staff, f.tees.ID, f.tees.Version, catalog.CategoryUpdate{Slug: &slug})
	}
	require.NoError(t, err)
	require.Equal(t, "cup", f.guest().get("/store/categories/tees").is(308, "moved").Header.Get("Location"))
	require.Equal(t, int64(1), f.guest().get("/store/products?category=tees").is(200).num("items.#"), "filters follow by themselves")
}

func TestLinksKnowThePrefix(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	mux := http.NewServeMux()
	mux.Handle("/shop/", f.handler)
	f.handler = mux
	p := f.guest().do("GET", "/api/../shop/api/v1/store/products", nil)
	require.Equal(t, 307, p.StatusCode) // the mux cleans paths; the real ones follow
	get := func(path string) answer {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return answer{t, w.Result(), w.Body.Bytes()}
	}
	card := get("/shop/api/v1/store/products?q=tee").is(200)
	require.Equal(t, "/shop/api/v1/store/images/"+string(f.picture.ID)+"/480", card.str("items.0.thumbnail.url"))
	get(card.str("items.0.thumbnail.url")).is(200)

	r := httptest.NewRequest(http.MethodPost, "/shop/api/v1/store/carts", nil)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	if w.Code == http.StatusCreated {
		get(w.Header().Get("Location")).is(200)
	}
}

func BenchmarkProductList(b *testing.B) {
	f := openStorefront(b)
	var ps []catalog.Product
	for i := range 200 {
		ps = append(ps, catalog.Product{Title: fmt.Sprintf("Product %d", i), Status: catalog.StatusActive, Kind: catalog.KindPhysical, Vendor: "Acme", Tags: []string{"one", "two"},
			Variants: []catalog.Variant{{SKU: fmt.Sprintf("P-%d", i), Prices: []catalog.Price{{Currency: "EUR", Amount: int64(1000 + i)}}}}})
	}
	_, err := f.shop.Catalog.ImportProducts(f.staff, ps)
	require.NoError(b, err)
	for _, query := range []string{"", "?sort=price&limit=24"} {
		b.Run("list"+query, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				f.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/store/products"+query, nil))
				if w.Code != 200 {
					b.Fatal(w.Body.String())
				}
			}
		})
	}
	b.Run("service alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := f.shop.Catalog.List(b.Context(), catalog.ListParams{Currency: "EUR"}, core.PageQuery{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
