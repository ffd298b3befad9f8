package httpapi_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
)

func TestAccount(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	ann := f.customer("Ann@Example.org")
	me := ann.get("/store/account").is(200)
	require.Equal(t, "Ann", me.str("name"))
	require.Equal(t, `"v1"`, me.Header.Get("ETag"))
	_, err := f.shop.Accounts.UpdateCustomer(f.staff, core.CustomerID(me.str("id")), account.CustomerUpdate{Groups: &[]string{"vip"}}, 0)
	require.NoError(t, err)
	require.Nil(t, ann.get("/store/account").is(200).get("groups"), "what the shop notes is the shop's")

	seen := ann.get("/store/account").Header.Get("ETag")
	changed := ann.with("If-Match", seen).do("PATCH", "/store/account", object{"name": "Anna", "marketing": true, "personalization_opt_out": true}).is(200)
	require.Equal(t, "Anna", changed.str("name"))
	require.Equal(t, true, changed.get("marketing.granted"))
	require.NotEmpty(t, changed.str("marketing.at"))
	stale := ann.with("If-Match", seen).do("PATCH", "/store/account", object{"name": "Eve"}).is(412, "stale_version")
	require.NotZero(t, stale.num("details.current_version"))
	ann.with("If-Match", "nonsense").do("PATCH", "/store/account", object{"name": "Eve"}).is(422, "invalid")
	for _, field := range []string{"email", "groups", "status", "metadata", "id", "registered"} {
		a := ann.do("PATCH", "/store/account", object{field: "x"}).is(422, "invalid")
		require.Equal(t, field, a.str("errors.0.field"))
	}
	for _, path := range []string{"/store/account", "/store/account/addresses", "/store/account/sessions", "/store/account/export", "/store/account/reviews"} {
		f.guest().get(path).is(401, "unauthenticated")
	}
}

func TestAddressBook(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	ann, bob := f.customer("ann@example.org"), f.customer("bob@example.org")
	a := ann.post("/store/account/addresses", object{"label": "home", "address": berlin}).is(201)
	at := a.Header.Get("Location")
	require.Equal(t, a.str("id"), ann.get("/store/account").str("default_shipping_address_id"))
	bad := ann.post("/store/account/addresses", object{"address": object{"country": "DE"}}).is(422, "invalid")
	require.Contains(t, string(bad.raw), `"address.line1"`)
	second := ann.post("/store/account/addresses", object{"address": berlin, "default_billing": true}).is(201)
	require.Equal(t, second.str("id"), ann.get("/store/account").str("default_billing_address_id"))
	require.Equal(t, int64(2), ann.get("/store/account/addresses").is(200).num("items.#"))

	bob.get(at).is(404, "address_not_found")
	bob.do("PUT", at, object{"address": berlin}).is(404, "address_not_found")
	bob.do("DELETE", at, nil).is(404, "address_not_found")
	bob.do("PATCH", "/store/account", object{"default_shipping_address_id": a.str("id")}).is(422)

	moved := ann.with("If-Match", `"v1"`).do("PUT", at, object{"label": "flat", "address": berlin}).is(200)
	require.Equal(t, "flat", moved.str("label"))
	ann.with("If-Match", `"v1"`).do("PUT", at, object{"address": berlin}).is(412, "stale_version")
	require.Equal(t, 204, ann.do("DELETE", at, nil).StatusCode)
	ann.get(at).is(404, "address_not_found")
}

func TestSessions(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	ann, bob := f.customer("ann@example.org"), f.customer("bob@example.org")
	phone := f.guest().with("User-Agent", "Browser/1").post("/auth/login", object{"email": "ann@example.org", "password": goodPassword, "device": "phone"}).is(200)
	all := ann.get("/store/account/sessions").is(200)
	require.Equal(t, int64(2), all.num("items.#"))
	require.Contains(t, string(all.raw), `"device":"phone"`)
	require.Contains(t, string(all.raw), `"user_agent":"Browser/1"`)
	bob.do("DELETE", "/store/account/sessions/"+phone.str("session_id"), nil).is(404, "session_not_found")
	require.Equal(t, 204, ann.do("DELETE", "/store/account/sessions/"+phone.str("session_id"), nil).StatusCode)
	caller{f: f, token: phone.str("access_token")}.get("/store/account").is(401, "session_ended")
	f.guest().post("/auth/refresh", object{"refresh_token": phone.str("refresh_token")}).is(401, "session_ended")

	other := f.guest().post("/auth/login", object{"email": "ann@example.org", "password": goodPassword}).is(200)
	require.Equal(t, 204, ann.do("DELETE", "/store/account/sessions?keep_current=true", nil).StatusCode)
	caller{f: f, token: other.str("access_token")}.get("/store/account").is(401)
	ann.get("/store/account").is(200)
	require.Equal(t, 204, ann.do("DELETE", "/store/account/sessions", nil).StatusCode)
	ann.get("/store/account").is(401, "session_ended")
}

func TestEmailAndPasswordChange(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	ann := f.customer("ann@example.org")
	f.customer("bob@example.org")
	ann.post("/store/account/email", object{"email": "anna@example.org", "password": "wrong"}).is(422, "wrong_password")
	taken := ann.post("/store/account/email", object{"email": "bob@example.org", "password": goodPassword}).is(202)
	free := ann.post("/store/account/email", object{"email": "anna@example.org", "password": goodPassword}).is(202)
	require.Equal(t, taken.raw, free.raw, "the answer does not tell whose an email is")
	f.mailed(account.MailExists, "bob@example.org")
	require.Equal(t, "ann@example.org", ann.get("/store/account").str("email"))
	link := object{"token": f.mailed(account.MailVerify, "anna@example.org").Token}
	require.Equal(t, 204, f.guest().post("/auth/email/verify", link).StatusCode)
	f.guest().post("/auth/email/verify", link).is(422, "invalid_token")
	require.Equal(t, "anna@example.org", ann.get("/store/account").str("email"))

	ann.post("/store/account/password", object{"current_password": "wrong", "new_password": "another long enough phrase"}).is(422, "wrong_password")
	weak := ann.post("/store/account/password", object{"current_password": goodPassword, "new_password": "short"}).is(422)
	require.Equal(t, "new_password", weak.str("errors.0.field"))
	g := ann.post("/store/account/password", object{"current_password": goodPassword, "new_password": "another long enough phrase"}).is(200)
	require.Equal(t, "no-store", g.Header.Get("Cache-Control"))
	ann.get("/store/account").is(401)
	caller{f: f, token: g.str("access_token")}.get("/store/account").is(200)
}

func TestExportAndErase(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	ann := f.customer("ann@example.org")
	placed := ann.post(ann.filled().Header.Get("Location")+"/complete", pay("manual", "")).is(201)
	ann.post("/store/account/addresses", object{"address": berlin}).is(201)
	ann.post("/store/products/"+f.tee.Slug+"/reviews", object{"rating": 5, "author": "Ann"}).is(201)
	all := ann.get("/store/account/export").is(200)
	require.Equal(t, "ann@example.org", all.str("customer.email"))
	require.Equal(t, int64(1), all.num("addresses.#"))
	require.Equal(t, placed.str("order.id"), all.str("orders.0.id"))
	require.Equal(t, int64(1), all.num("orders.0.lines.#"))
	require.Equal(t, true, all.get("reviews.0.verified"))
	require.Equal(t, int64(1), all.num("sessions.#"))

	ann.do("DELETE", "/store/account", object{"password": "wrong"}).is(422, "wrong_password")
	require.Equal(t, 204, ann.do("DELETE", "/store/account", object{"password": goodPassword}).StatusCode)
	ann.get("/store/account").is(401)
	f.guest().post("/auth/login", object{"email": "ann@example.org", "password": goodPassword}).is(401, "invalid_credentials")
}
