package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

func TestChannelInForce(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	usd := must(f.shop.Catalog.CreateChannel(f.staff, catalog.Channel{Code: "us", Name: "US", Currencies: []money.Currency{"USD"}, Locales: []string{"en-US"}, Active: true}))(t)
	closed := must(f.shop.Catalog.CreateChannel(f.staff, catalog.Channel{Code: "old", Name: "Old", Currencies: []money.Currency{"EUR"}, Locales: []string{"en"}}))(t)
	g := f.guest()
	require.Equal(t, "default", g.get("/store/channel").is(200).str("code"))
	require.Equal(t, string(usd.ID), g.get("/store/channel?channel=us").is(200).str("id"))
	require.Equal(t, "us", g.get("/store/channel?channel="+string(usd.ID)).is(200).str("code"))
	g.get("/store/channel?channel=none").is(404, "channel_not_found")
	g.get("/store/channel?channel="+closed.Code).is(409, "channel_inactive")

	// A publishable key names its channel, for products and for carts.
	key := must(f.shop.Accounts.CreateAPIKey(f.staff, account.NewKeyParams{Name: "shop window", Kind: account.PublishableKey, Channel: usd.ID}))(t)
	window := caller{f: f, token: key.Key}
	require.Equal(t, "us", window.get("/store/channel").is(200).str("code"))
	require.Equal(t, int64(0), window.get("/store/products").is(200).num("items.#"), "nothing has a price in dollars")
	cart := window.post("/store/carts", object{}).is(201)
	require.Equal(t, "USD", cart.str("currency"))
	require.Equal(t, string(usd.ID), cart.str("channel_id"))

	// A change is seen at once.
	name := "United States"
	must(f.shop.Catalog.UpdateChannel(f.staff, usd.ID, catalog.ChannelUpdate{Name: &name}))(t)
	require.Equal(t, name, g.get("/store/channel?channel=us").is(200).str("name"))
}

func TestCategories(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	g := f.guest()
	tree := g.get("/store/categories").is(200)
	require.Equal(t, int64(1), tree.num("items.#"), "hidden ones are not shown: %s", tree.raw)
	require.Equal(t, "tees", tree.str("items.0.children.0.slug"))
	require.Equal(t, int64(1), tree.num("items.0.products.total"))
	require.Equal(t, int64(0), tree.num("items.0.products.direct"))
	one := g.get("/store/categories/tees").is(200)
	require.Equal(t, "Clothing", one.str("breadcrumbs.0.title"))
	require.Equal(t, int64(1), one.num("products.direct"))
	require.Equal(t, one.raw, g.get("/store/categories/"+string(f.tees.ID)).is(200).raw)
	for _, ref := range []string{"nothing", f.secretCategory.Slug, string(f.secretCategory.ID), "cat_0"} {
		g.get("/store/categories/"+ref).is(404, "category_not_found")
	}
}

func TestCollections(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	hidden := must(f.shop.Catalog.CreateCollection(f.staff, catalog.Collection{Title: "Staff only", Hidden: true}))(t)
	must(f.shop.Catalog.CreateCollection(f.staff, catalog.Collection{Title: "Winter"}))(t)
	g := f.guest()
	first := g.get("/store/collections?limit=1").is(200)
	require.Equal(t, "Summer", first.str("items.0.title"))
	next := g.get("/store/collections?limit=1&after=" + first.str("next_cursor")).is(200)
	require.Equal(t, "Winter", next.str("items.0.title"))
	require.Equal(t, string(f.summer.ID), g.get("/store/collections/summer").is(200).str("id"))
	require.Equal(t, "summer", g.get("/store/collections/"+string(f.summer.ID)).is(200).str("slug"))
	for _, ref := range []string{hidden.Slug, string(hidden.ID), "none"} {
		g.get("/store/collections/"+ref).is(404, "collection_not_found")
		g.get("/store/products?collection="+ref).is(404, "collection_not_found")
	}
}

func TestAttributesForFilters(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	must(f.shop.Catalog.CreateAttribute(f.staff, catalog.Attribute{Code: "internal", Name: "Internal", Type: catalog.AttributeText}))(t)
	a := f.guest().get("/store/attributes").is(200)
	require.Equal(t, int64(2), a.num("items.#"))
	require.NotContains(t, string(a.raw), "internal")
}

func TestImages(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	path := "/store/images/" + string(f.picture.ID)
	a := f.guest().get(path + "/480").is(200)
	require.Equal(t, "image/", a.Header.Get("Content-Type")[:6])
	require.Equal(t, "nosniff", a.Header.Get("X-Content-Type-Options"))
	require.Equal(t, "public, max-age=31536000, immutable", a.Header.Get("Cache-Control"))
	require.Contains(t, a.Header.Get("Content-Security-Policy"), "sandbox")
	tag := a.Header.Get("ETag")
	require.NotEmpty(t, tag)
	require.NotEqual(t, a.raw, f.guest().get(path+"/160").is(200).raw)
	require.Equal(t, f.guest().get(path+"/0").is(200).raw, f.guest().get(path+"/5000").is(200).raw, "the widest there is")

	again := f.guest().with("If-None-Match", tag).get(path + "/480")
	require.Equal(t, http.StatusNotModified, again.StatusCode)
	require.Empty(t, again.raw)
	part := f.guest().with("Range", "bytes=0-9").get(path + "/480")
	require.Equal(t, http.StatusPartialContent, part.StatusCode)
	require.Equal(t, a.raw[:10], part.raw)
	head := f.guest().do("HEAD", path+"/480", nil)
	require.Equal(t, 200, head.StatusCode)
	require.Empty(t, head.raw)
	require.Equal(t, "public, max-age=300", f.guest().get(path+"/480?square=true").is(200).Header.Get("Cache-Control"))

	f.guest().get(path+"/wide").is(422, "invalid")
	f.guest().get(path+"/-1").is(422, "invalid")
	f.guest().get("/store/images/img_00/480").is(404, "image_not_found")
	f.guest().get("/store/images/..%2f..%2fetc/480").is(404)
}

func TestReviews(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	ann, bob := f.customer("ann@example.org"), f.customer("bob@example.org")
	path := "/store/products/" + f.tee.Slug + "/reviews"
	f.guest().post(path, object{"rating": 5, "author": "A"}).is(401, "unauthenticated")
	bad := ann.post(path, object{"rating": 6, "author": "A"}).is(422, "invalid")
	require.Equal(t, "rating", bad.str("errors.0.field"))
	ann.post(path, object{"rating": 5, "author": "A", "status": "approved"}).is(422, "invalid") // no mass assignment
	r := ann.post(path, object{"rating": 4, "author": "Ann", "title": "Good"}).is(201)
	require.Equal(t, "pending", r.str("status"))
	ann.post(path, object{"rating": 4, "author": "Ann"}).is(409, "already_reviewed")
	own := r.Header.Get("Location")
	require.Equal(t, "/api/v1/store/reviews/"+r.str("id"), own)

	require.Equal(t, int64(0), f.guest().get(path).is(200).num("items.#"))
	ann.get(own).is(200)
	bob.get(own).is(404, "review_not_found")
	bob.do("PATCH", own, object{"rating": 1}).is(404, "review_not_found")
	bob.do("DELETE", own, nil).is(404, "review_not_found")
	bob.do("PUT", own+"/vote", nil).is(404, "review_not_found")

	must(f.shop.Reviews.Approve(f.staff, core.ReviewID(r.str("id"))))(t)
	shown := f.guest().get(path).is(200)
	require.Equal(t, int64(1), shown.num("items.#"))
	require.Equal(t, int64(400), shown.num("summary.average_x100"))
	require.Nil(t, shown.get("items.0.customer_id"))
	require.Equal(t, int64(400), f.guest().get("/store/products/"+f.tee.Slug).is(200).num("rating.average_x100"))
	require.Equal(t, 204, bob.do("PUT", own+"/vote", nil).StatusCode)
	require.Equal(t, int64(1), f.guest().get(path+"?sort=helpful").is(200).num("items.0.helpful"))
	ann.do("PUT", own+"/vote", nil).is(409, "own_review")

	seen := ann.get(own).is(200).Header.Get("ETag")
	ann.with("If-Match", `"v1"`).do("PATCH", own, object{"rating": 3}).is(412, "stale_version")
	require.Equal(t, int64(3), ann.with("If-Match", seen).do("PATCH", own, object{"rating": 3}).is(200).num("rating"))
	require.Equal(t, int64(1), ann.get("/store/account/reviews").is(200).num("items.#"))
	require.Equal(t, 204, ann.do("DELETE", own, nil).StatusCode)
	require.Equal(t, int64(0), ann.get("/store/account/reviews").is(200).num("items.#"))
}
