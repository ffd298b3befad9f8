package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
)

var berlin = object{"name": "Ann", "line1": "Street 1", "city": "Berlin", "postal_code": "10115", "country": "DE"}

// filled is a cart that can be completed: one tee, 29.00 EUR.
func (c caller) filled() answer {
	c.f.t.Helper()
	return c.post("/store/carts", object{"lines": []object{{"sku": "TEE-M", "quantity": 1}}, "email": "ann@example.org",
		"shipping_address": berlin, "billing_address": berlin, "shipping_method_id": c.f.pickup.ID}).is(201)
}

func TestCartInOneRequest(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	c := f.guest().post("/store/carts", object{"lines": []object{{"sku": "TEE-M", "quantity": 2}, {"variant_id": f.mug.Variants[0].ID, "quantity": 1}},
		"email": "ann@example.org", "shipping_address": berlin, "shipping_method_id": f.pickup.ID, "codes": []string{"ten"}}).is(201)
	require.Equal(t, int64(7000), c.num("totals.subtotal.amount"))
	require.Equal(t, int64(6300), c.num("totals.total.amount"))
	require.Equal(t, "/api/v1/store/images/"+string(f.picture.ID)+"/480", c.str("lines.0.image_url"))
	require.Equal(t, "Ten off", c.str("promotions.0.name"))
	require.Equal(t, `"v1"`, c.Header.Get("ETag"))
	shown := f.guest().get(c.Header.Get("Location")).is(200)
	require.Equal(t, c.str("id"), shown.str("id"))
	f.guest().get(c.Header.Get("Location") + "/shipping-options").is(200)
	why := f.guest().get(c.Header.Get("Location") + "/explain").is(200)
	require.Contains(t, why.str("text"), "Ten off")
	require.Positive(t, why.num("trace.#"))
}

func TestCartLinesAndCodes(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	g := f.guest()
	at := g.post("/store/carts", object{}).is(201).Header.Get("Location")
	c := g.post(at+"/lines", object{"lines": []object{{"sku": "MUG", "quantity": 2}}}).is(200)
	line := at + "/lines/" + c.str("lines.0.line_id")
	require.Equal(t, int64(3600), g.do("PATCH", line, object{"quantity": 3}).is(200).num("totals.total.amount"))
	short := g.do("PATCH", line, object{"quantity": 4}).is(409, "out_of_stock")
	require.Equal(t, int64(3), short.num("details.available"), "%s", short.raw)
	require.Equal(t, int64(3), g.get(at).is(200).num("lines.0.quantity"), "a refused change leaves the cart")

	g.post(at+"/codes", object{"code": "NOPE"}).is(422, "unknown_code")
	require.Equal(t, int64(3240), g.post(at+"/codes", object{"code": " ten "}).is(200).num("totals.total.amount"))
	require.Equal(t, int64(3600), g.do("DELETE", at+"/codes/TEN", nil).is(200).num("totals.total.amount"))
	require.Equal(t, int64(0), g.do("DELETE", line, nil).is(200).num("lines.#"))
	require.Equal(t, "de@example.org", g.do("PATCH", at, object{"email": "de@example.org"}).is(200).str("email"))
	require.Equal(t, 204, g.do("DELETE", at, nil).StatusCode)
	g.get(at).is(404, "cart_not_found")
}

func TestCartRefuses(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	g := f.guest()
	for _, c := range []struct {
		body  any
		code  string
		field string
		want  int
	}{
		{object{"lines": []object{{"sku": "TEE-M", "quantity": 0}}}, "invalid", "lines[0].quantity", 422},
		{object{"lines": []object{{"sku": "TEE-M", "quantity": 1, "unit_price": object{"amount": 1, "currency": "EUR"}}}}, "invalid", "lines[0].unit_price", 422},
		{object{"customer_id": "cus_1"}, "invalid", "customer_id", 422},
		{object{"totals": object{}}, "invalid", "totals", 422},
		{object{"email": "nobody"}, "invalid", "email", 422},
		{object{"shipping_address": object{"country": "Germany"}}, "invalid", "shipping_address.country", 422},
		{object{"currency": "JPY"}, "invalid", "currency", 422},
		{object{"lines": []object{{"sku": "UNKNOWN", "quantity": 1}}}, "variant_not_found", "lines[0]", 404},
		{object{"lines": []object{{"sku": "DRAFT", "quantity": 1}}}, "not_sold", "variant_id", 422},
		{object{"lines": []object{{"sku": "TEE-L", "quantity": 1}}}, "out_of_stock", "", 409},
		{object{"channel": "nowhere"}, "channel_not_found", "", 404},
		{`{"email":`, "invalid", "body", 400},
	} {
		a := g.post("/store/carts", c.body).is(c.want, c.code)
		require.Equal(t, c.field, a.str("errors.0.field"), "%s", a.raw)
	}
	g.get("/store/carts/cart_unknown").is(404, "cart_not_found")
	g.get("/store/carts/'or%201=1").is(404, "cart_not_found")
	g.do("PUT", "/store/carts/x", nil).is(405, "method_not_allowed")
}

func TestCartsOfCustomersAreTheirsOnly(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	ann, bob := f.customer("ann@example.org"), f.customer("bob@example.org")
	at := ann.filled().Header.Get("Location")
	ann.get(at).is(200)
	for who, c := range map[string]caller{"guest": f.guest(), "bob": bob} {
		c.get(at).is(404, "cart_not_found")
		c.get(at+"/explain").is(404, "cart_not_found")
		c.get(at+"/shipping-options").is(404, "cart_not_found")
		c.do("PATCH", at, object{"email": "x@example.org"}).is(404, "cart_not_found")
		c.do("DELETE", at, nil).is(404, "cart_not_found")
		c.post(at+"/lines", object{"lines": []object{{"sku": "MUG", "quantity": 1}}}).is(404, "cart_not_found")
		c.post(at+"/complete", object{"payment": object{"provider": "manual"}}).is(404, "cart_not_found")
		if who == "bob" {
			c.post(at+"/claim", nil).is(404, "cart_not_found")
		}
	}
	require.Equal(t, "ann@example.org", ann.get("/store/cart").is(200).str("email"))
	bob.get("/store/cart").is(404)
	f.guest().get("/store/cart").is(401)
}

func TestNamesAreOneLine(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	for _, bad := range []string{"Ann\r\nBcc: all@example.org", "Ann\x1b[2J", "Ann\tX", "Ann\u0085X"} {
		at := f.guest().post("/store/carts", object{"shipping_address": object{"name": bad, "line1": "Street 1", "city": "Berlin", "country": "DE"}})
		require.Equal(t, "shipping_address.name", at.is(422, "invalid").str("errors.0.field"))
		f.guest().post("/auth/register", object{"email": "ann@example.org", "password": goodPassword, "name": bad}).is(422, "invalid")
	}
	f.guest().post("/store/carts", object{"email": "ann@exam\x1bple.org"}).is(422, "invalid")
	_, err := f.shop.Catalog.CreateProduct(f.staff, catalog.Product{Title: "Two\nlines", Variants: []catalog.Variant{{SKU: "A\nB"}}})
	require.ErrorContains(t, err, "title: must be one line")
	require.ErrorContains(t, err, "variants[0].sku: must be one line")
	_, err = f.shop.Catalog.CreateProduct(f.staff, catalog.Product{Title: "Zoë's “tee” 👕", Description: "Two\nlines.", Variants: []catalog.Variant{{SKU: "ZOË 1"}}})
	require.NoError(t, err)
}

func TestCartChangesAreForTheVersionSeen(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	made := f.guest().filled()
	at, seen := strings.TrimPrefix(made.Header.Get("Location"), "/api/v1"), made.Header.Get("ETag")
	line := at + "/lines/" + made.str("lines.0.line_id")
	stale := f.guest().with("If-Match", seen)
	require.Equal(t, `"v2"`, f.guest().with("If-Match", seen).patch(line, object{"quantity": 3}).is(200).Header.Get("ETag"))
	for _, refused := range []answer{
		stale.patch(at, object{"email": "bob@example.org"}),
		stale.patch(line, object{"quantity": 5}),
		stale.do(http.MethodDelete, line, nil),
		stale.post(at+"/lines", object{"lines": []object{{"sku": "MUG", "quantity": 1}}}),
		stale.with("Idempotency-Key", "once").post(at+"/lines", object{"lines": []object{{"sku": "MUG", "quantity": 1}}}),
		stale.post(at+"/codes", object{"code": "TEN"}),
		stale.do(http.MethodDelete, at+"/codes/TEN", nil),
		stale.post(at+"/acknowledge", nil),
	} {
		refused.is(412, "stale_version")
		require.Equal(t, int64(2), refused.num("details.current_version"), "%s", refused.raw)
	}
	now := f.guest().get(at).is(200)
	require.Equal(t, int64(2), now.num("version"))
	require.Equal(t, "ann@example.org", now.str("email"))
	require.Equal(t, int64(3), now.num("lines.0.quantity"))
	require.Equal(t, int64(1), now.num("lines.#"))
	f.guest().with("If-Match", `"v2"`).with("Idempotency-Key", "twice").post(at+"/codes", object{"code": "TEN"}).is(200)
	f.guest().with("If-Match", "*").patch(at, object{"email": "bob@example.org"}).is(200)
	f.guest().with("If-Match", "v9").patch(at, object{"email": "bob@example.org"}).is(422)
	// What does not look at versions says so.
	stale.do(http.MethodDelete, at, nil).is(422, "invalid")
	f.guest().get(at).is(200)
}

func TestCartTellsOfChangesUntilAcknowledged(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	g := f.guest()
	at := g.filled().Header.Get("Location")
	require.NoError(t, f.shop.Catalog.SetPrices(f.staff, []catalog.PriceChange{{VariantID: f.tee.Variants[0].ID, Prices: []catalog.Price{{Currency: "EUR", Amount: 3500}}}}))
	c := g.get(at).is(200)
	require.Equal(t, "price_rose", c.str("changes.0.kind"))
	a := g.post(at+"/complete", object{"payment": object{"provider": "manual"}}).is(409, "price_changed")
	require.Equal(t, int64(3500), a.num("details.total.amount"))
	require.Nil(t, g.post(at+"/acknowledge", nil).is(200).get("changes"))
	g.post(at+"/complete", object{"payment": object{"provider": "manual"}}).is(201)
}

func TestClaimMergesCarts(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	ann := f.customer("ann@example.org")
	ann.post("/store/carts", object{"lines": []object{{"sku": "MUG", "quantity": 1}}}).is(201)
	anonymous := f.guest().filled()
	merged := ann.post(anonymous.Header.Get("Location")+"/claim", nil).is(200)
	require.Equal(t, int64(2), merged.num("lines.#"))
	require.NotEqual(t, anonymous.str("id"), merged.str("id"))
	require.Zero(t, f.guest().get(anonymous.Header.Get("Location")).num("lines.#"), "the old ID is worth nothing")

	again := f.guest().filled()
	in := f.guest().post("/auth/login", object{"email": "ann@example.org", "password": goodPassword, "cart_id": again.str("id")}).is(200)
	require.Equal(t, merged.str("id"), in.str("cart_id"))
	in = f.guest().post("/auth/login", object{"email": "ann@example.org", "password": goodPassword, "cart_id": "cart_unknown"}).is(200)
	require.Equal(t, "cart_not_found", in.str("cart_problem"), "a lost cart does not keep anybody out")
}
