package httpapi_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// backOffice is a shop whose answers are checked against the description, and
// somebody who may do everything in it.
func backOffice(t testing.TB) (*storefront, caller) {
	f := openStorefront(t)
	f.described()
	return f, f.key(core.Permissions()...)
}

func (c caller) patch(path string, body any) answer {
	c.f.t.Helper()
	return c.do(http.MethodPatch, path, body)
}
func (c caller) put(path string, body any) answer {
	c.f.t.Helper()
	return c.do(http.MethodPut, path, body)
}
func (c caller) delete(path string) answer { c.f.t.Helper(); return c.do(http.MethodDelete, path, nil) }

func TestProductsFromDraftToDeleted(t *testing.T) {
	t.Parallel()
	f, staff := backOffice(t)
	made := staff.post("/admin/products", object{"title": "Scarf", "options": []object{{"name": "Color", "values": []string{"Navy", "Sand"}}},
		"metadata": object{"origin": object{"country": "PT"}}, "translations": object{"de": object{"title": "Schal"}},
		"variants": []object{{"sku": "SCARF-N", "options": object{"Color": "Navy"}, "prices": []object{{"currency": "EUR", "amount": 2500}}}}}).is(201)
	id, at := made.str("id"), "/admin/products/"+made.str("id")
	require.Equal(t, "/api/v1"+at, made.Header.Get("Location"))
	require.NotEmpty(t, made.str("variants.0.stock_item_id"))
	require.Equal(t, "draft", made.str("status"))
	f.guest().get("/store/products/scarf").is(404)
	require.Equal(t, id, staff.get("/admin/products?status=draft&q=scarf").is(200).str("items.0.id"))

	tag := staff.get(at).is(200).Header.Get("ETag")
	changed := staff.with("If-Match", tag).patch(at, object{"subtitle": "Warm", "translations": object{"de": nil, "fr": object{"title": "Foulard"}}}).is(200)
	require.Nil(t, changed.get("translations.de"))
	require.Equal(t, "Foulard", changed.str("translations.fr.title"))
	staff.with("If-Match", tag).patch(at, object{"subtitle": "Cold"}).is(412, "stale_version")
	staff.with("If-Match", "gibberish").patch(at, object{"subtitle": "Cold"}).is(422, "invalid")
	staff.patch(at, object{"version": 9}).is(422, "invalid")                 // nobody sets a version
	staff.patch(at, object{"rating": object{"count": 9}}).is(422, "invalid") // or a rating

	bad := staff.post("/admin/products", object{"title": "Bad", "variants": []object{{"sku": "BAD-1"}, {"sku": "BAD-2", "barcode": "123"}}}).is(422, "invalid")
	require.Contains(t, string(bad.raw), "variants[1].barcode")
	staff.post("/admin/products", object{"title": "Twin", "variants": []object{{"sku": "SCARF-N"}}}).is(409)

	more := staff.post(at+"/variants", object{"variants": []object{{"sku": "SCARF-S", "options": object{"Color": "Sand"}}}}).is(201)
	variant := more.str("items.0.id")
	require.Equal(t, 204, staff.post("/admin/prices", object{"changes": []object{{"variant_id": variant, "prices": []object{{"currency": "EUR", "amount": 2700}}}}}).StatusCode)
	require.Equal(t, int64(2700), staff.get("/admin/variants/"+variant+"/price-history").is(200).num("items.0.price.amount"))
	require.Equal(t, variant, staff.get("/admin/variants?sku=SCARF-S").is(200).str("id"))
	staff.patch("/admin/variants/"+variant, object{"weight_grams": 90}).is(200)
	staff.post(at+"/rename-option", object{"option": "Color", "value": "Sand", "name": "Beige"}).is(200)

	staff.post(at+"/publish", object{}).is(200)
	f.guest().get("/store/products/scarf").is(200)
	staff.post(at+"/unpublish", nil).is(200)
	f.guest().get("/store/products/scarf").is(404)
	require.Equal(t, 204, staff.delete(at+"/variants/"+variant).StatusCode)
	require.Equal(t, 204, staff.delete(at).StatusCode)
	staff.get(at).is(404, "product_not_found")
}

func TestAPostWithAKeyHappensOnce(t *testing.T) {
	t.Parallel()
	_, staff := backOffice(t)
	once := staff.with("Idempotency-Key", "make-one-scarf")
	first := once.post("/admin/products", object{"title": "Scarf", "variants": []object{{"sku": "SCARF"}}}).is(201)
	again := once.post("/admin/products", object{"title": "Scarf", "variants": []object{{"sku": "SCARF"}}}).is(201)
	require.Equal(t, first.str("id"), again.str("id"))
	require.Equal(t, "true", again.Header.Get("Idempotent-Replayed"))
	require.Equal(t, first.Header.Get("Location"), again.Header.Get("Location"))
}

func TestPagesOfAdminListsGoOn(t *testing.T) {
	t.Parallel()
	_, staff := backOffice(t)
	seen := map[string]bool{}
	after := ""
	for range 10 {
		page := staff.get("/admin/products?limit=1&after=" + after).is(200)
		seen[page.str("items.0.id")] = true
		if after = page.str("next_cursor"); after == "" {
			break
		}
	}
	require.Len(t, seen, 3, "the draft, too")
	staff.get("/admin/products?after=gibberish").is(422, "invalid")
	staff.get("/admin/products?limit=1000").is(422, "invalid")
}

func TestImagesAreUploaded(t *testing.T) {
	t.Parallel()
	f, staff := backOffice(t)
	upload := func(data []byte) answer {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		part, err := form.CreateFormFile("file", "mug.png")
		require.NoError(t, err)
		_, _ = part.Write(data)
		require.NoError(t, form.WriteField("alt", "A mug"))
		require.NoError(t, form.Close())
		r := httptest.NewRequest(http.MethodPost, "/api/v1/admin/products/"+string(f.mug.ID)+"/images", &b)
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.Header.Set("Authorization", "Bearer "+staff.token)
		w := httptest.NewRecorder()
		f.handler.ServeHTTP(w, r)
		return answer{t, w.Result(), w.Body.Bytes()}
	}
	made := upload(picture(t)).is(201)
	require.Equal(t, "A mug", made.str("alt"))
	require.Equal(t, int64(500), made.num("focus.x"))
	at := "/admin/images/" + made.str("id")
	staff.with("If-Match", made.Header.Get("ETag")).patch(at, object{"alt": "The mug"}).is(200)
	staff.with("If-Match", made.Header.Get("ETag")).patch(at, object{"alt": "A jug"}).is(412)
	require.Equal(t, "The mug", staff.get("/admin/products/"+string(f.mug.ID)+"/images").is(200).str("items.0.alt"))
	staff.put("/admin/products/"+string(f.mug.ID)+"/images/order", object{"image_ids": []string{made.str("id")}}).is(200)
	require.Equal(t, 204, staff.delete(at).StatusCode)
	upload([]byte("not a picture")).is(422)
	upload(make([]byte, 10<<20+1)).is(413)
}

func TestOrganisation(t *testing.T) {
	t.Parallel()
	f, staff := backOffice(t)
	c := staff.post("/admin/categories", object{"title": "Hats", "parent_id": f.clothing.ID}).is(201)
	at := "/admin/categories/" + c.str("id")
	staff.patch(at, object{"description": "For heads"}).is(200)
	staff.post(at+"/move", object{}).is(200)
	staff.post("/admin/categories/"+string(f.clothing.ID)+"/move", object{"parent_id": f.tees.ID}).is(409, "category_cycle")
	require.Equal(t, 204, staff.post(at+"/products", object{"product_ids": []string{string(f.mug.ID)}}).StatusCode)
	require.GreaterOrEqual(t, staff.get("/admin/categories").is(200).num("items.#"), int64(3)) // hidden ones, too
	require.Equal(t, 204, staff.delete(at+"?reparent=true").StatusCode)

	rule := object{"conditions": []object{{"field": "vendor", "values": []string{"Acme"}}}}
	require.Equal(t, int64(1), staff.post("/admin/collections/preview", object{"rule": rule}).is(200).num("count"))
	col := staff.post("/admin/collections", object{"title": "By Acme", "rule": rule}).is(201)
	at = "/admin/collections/" + col.str("id")
	require.Equal(t, string(f.tee.ID), staff.get(at+"/products").is(200).str("items.0.id"))
	require.Equal(t, int64(1), staff.get(at+"/size").is(200).num("products"))
	staff.patch(at, object{"hidden": true}).is(200)
	staff.get("/admin/collections").is(200)
	require.Equal(t, 204, staff.delete(at).StatusCode)

	staff.post("/admin/attributes", object{"code": "care", "type": "text"}).is(201)
	staff.patch("/admin/attributes/care", object{"name": "Care"}).is(200)
	staff.get("/admin/attributes").is(200)
	require.Equal(t, 204, staff.delete("/admin/attributes/care").StatusCode)
	ch := staff.post("/admin/channels", object{"code": "pos", "name": "Counter", "currencies": []string{"EUR"}, "locales": []string{"en"}}).is(201)
	require.Equal(t, true, ch.get("active"))
	staff.get("/admin/channels").is(200)
	staff.patch("/admin/channels/"+ch.str("id"), object{"name": "Till"}).is(200)
	require.Equal(t, 204, staff.delete("/admin/channels/"+ch.str("id")).StatusCode)
}
