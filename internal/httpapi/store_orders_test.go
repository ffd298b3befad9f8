package httpapi_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

func pay(provider, token string) object {
	return object{"payment": object{"provider": provider, "token": token, "method": "card"}}
}

func TestGuestOrdersAndSeesTheOrderByToken(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	g := f.guest()
	at := g.filled().Header.Get("Location")
	done := g.post(at+"/complete", object{"payment": object{"provider": "simulator", "token": simulator.OK}, "expected_total": object{"amount": 2900, "currency": "EUR"},
		"note": "Ring twice"}).is(201)
	require.Equal(t, "placed", done.str("order.status"))
	require.Equal(t, "paid", done.str("order.payment_state"), "%s", done.raw)
	token, path := done.str("order_token"), done.Header.Get("Location")
	require.NotEmpty(t, token)
	require.Nil(t, done.get("order.token"))

	o := g.get(path + "?token=" + token).is(200)
	require.Equal(t, "Ring twice", o.str("note"))
	require.Equal(t, int64(0), o.num("fulfilments.#"))
	require.Equal(t, "private, no-store", o.Header.Get("Cache-Control"))
	require.Equal(t, o.str("id"), g.get("/store/orders/"+o.str("number")+"?token="+token).is(200).str("id"))
	story := g.get(path + "/timeline?token=" + token).is(200)
	require.Contains(t, string(story.raw), "order.placed")
	require.Nil(t, story.get("items.0.actor"))

	ann := f.customer("ann@example.org")
	other := ann.post(ann.filled().Header.Get("Location")+"/complete", pay("manual", "")).is(201)
	for _, wrong := range []string{path, path + "?token=" + other.str("order_token"), path + "?token=x", path + "/timeline", path + "/timeline?token=ordt_x",
		other.Header.Get("Location"), "/store/orders/ord_00", "/store/orders/nothing?token=" + token} {
		g.get(wrong).is(404, "order_not_found")
	}
	ann.get(path).is(404, "order_not_found")

	look := object{"number": o.str("number"), "email": "Ann@example.org"}
	require.Equal(t, o.str("id"), g.post("/store/orders/lookup", look).is(200).str("id"))
	g.post("/store/orders/lookup", object{"number": o.str("number"), "email": "bob@example.org"}).is(404, "order_not_found")
	g.post("/store/orders/lookup", object{"number": other.str("order.number"), "email": "ann@example.org"}).is(404, "order_not_found")
}

func TestCustomersSeeTheirOrders(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, func(c *bodega.Config) { c.BuyerCancelWindow = time.Hour })
	ann, bob := f.customer("ann@example.org"), f.customer("bob@example.org")
	var paths []string
	for range 3 {
		paths = append(paths, ann.post(ann.filled().Header.Get("Location")+"/complete", pay("manual", "")).is(201).Header.Get("Location"))
	}
	f.guest().get("/store/orders").is(401)
	require.Equal(t, int64(0), bob.get("/store/orders").is(200).num("items.#"))
	first := ann.get("/store/orders?limit=2").is(200)
	require.Equal(t, int64(2), first.num("items.#"))
	require.Equal(t, int64(1), first.num("items.0.lines.#"))
	rest := ann.get("/store/orders?limit=2&after=" + first.str("next_cursor")).is(200)
	require.Equal(t, int64(1), rest.num("items.#"))
	require.Equal(t, int64(0), ann.get("/store/orders?status=cancelled").is(200).num("items.#"))
	bob.get(paths[0]).is(404, "order_not_found")
	bob.get(paths[0]+"/timeline").is(404, "order_not_found")
	bob.post(paths[0]+"/cancel", nil).is(404, "order_not_found")
	f.guest().post(paths[0]+"/cancel", object{}).is(401)
	require.Equal(t, "cancelled", ann.post(paths[0]+"/cancel", object{"reason": "changed my mind"}).is(200).str("status"))
	require.Equal(t, int64(1), ann.get("/store/orders?status=cancelled").is(200).num("items.#"))
}

func TestCompleteRefuses(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	g := f.guest()
	at := g.filled().Header.Get("Location")
	a := g.post(at+"/complete", pay("simulator", simulator.LostCard)).is(402)
	require.NotEmpty(t, a.str("code"))
	require.Equal(t, "active", g.get(at).is(200).str("state"), "the cart stays open")
	g.post(at+"/complete", object{}).is(422, "invalid")
	g.post(at+"/complete", pay("nobody", "")).is(422, "invalid")
	changed := g.post(at+"/complete", object{"payment": object{"provider": "manual"}, "expected_total": object{"amount": 1, "currency": "EUR"}}).is(409, "price_changed")
	require.Equal(t, int64(2900), changed.num("details.total.amount"))

	_, err := f.shop.Stock.Adjust(f.staff, stock.Change{ItemID: f.tee.Variants[0].StockItemID, LocationID: f.location, Quantity: -10})
	require.NoError(t, err)
	gone := g.post(at+"/complete", pay("manual", "")).is(409, "out_of_stock")
	require.Equal(t, int64(0), gone.num("details.available"))
	f.receive(f.tee.Variants[0], 1)
	done := g.post(at+"/complete", pay("manual", "")).is(201)
	again := g.post(at+"/complete", pay("manual", "")).is(200)
	require.Equal(t, done.str("order.id"), again.str("order.id"), "completing again is the same order")
	report := must(f.shop.Verify(f.staff))(t)
	require.True(t, report.OK(), "%+v", report)
}

func TestThreeDSecureAndWebhooks(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	g := f.guest()
	at := g.filled().Header.Get("Location")
	wait := g.post(at+"/complete", object{"payment": object{"provider": "simulator", "token": simulator.ThreeDSecure, "return_url": "https://shop.example/back"}}).is(202)
	require.Equal(t, "pending", wait.str("order.status"))
	require.NotNil(t, wait.get("action"))
	path := wait.Header.Get("Location") + "?token=" + wait.str("order_token")
	g.post(at+"/complete", pay("simulator", simulator.ThreeDSecure)).is(202)

	ref := f.providerRef(wait.str("order.id"))
	require.NoError(t, f.sim.CompleteChallenge(ref, true))
	hook := func(h http.Header, body []byte) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/webhooks/payments/simulator", bytes.NewReader(body))
		r.Header = h.Clone()
		w := httptest.NewRecorder()
		f.handler.ServeHTTP(w, r)
		return w
	}
	sent := 0
	_, err := f.sim.Deliver(t.Context(), simulator.Script{Copies: 2}, func(_ context.Context, h http.Header, body []byte) error {
		sent++
		require.Equal(t, 204, hook(h, body).Code)
		forged := bytes.Replace(body, []byte(`"live":false`), []byte(`"live":true`), 1)
		w := hook(h, forged)
		require.GreaterOrEqual(t, w.Code, 400)
		require.Less(t, w.Code, 500)
		return nil
	})
	require.NoError(t, err)
	require.Positive(t, sent)
	_, err = f.shop.Settlement.Webhooks(f.staff)
	require.NoError(t, err)
	require.Equal(t, "placed", g.get(path).is(200).str("status"))

	require.Equal(t, 404, g.post("/webhooks/payments/nobody", object{}).StatusCode)
	w := hook(http.Header{}, []byte(strings.Repeat("x", 2<<20)))
	require.Equal(t, 413, w.Code)
}

// providerRef is the provider's name for the payment of an order.
func (f *storefront) providerRef(id string) string {
	ps, err := f.shop.Payments.OfOrder(f.staff, core.OrderID(id))
	require.NoError(f.t, err)
	return ps[len(ps)-1].Ref
}

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	g := f.guest()
	k := g.with("Idempotency-Key", "one")
	body := object{"lines": []object{{"sku": "TEE-M", "quantity": 1}}}
	first := k.post("/store/carts", body).is(201)
	again := k.post("/store/carts", body).is(201)
	require.Equal(t, first.raw, again.raw)
	require.Equal(t, "true", again.Header.Get("Idempotent-Replayed"))
	require.Equal(t, first.Header.Get("Location"), again.Header.Get("Location"))
	k.post("/store/carts", object{}).is(409, "idempotency_conflict")

	at := g.filled().Header.Get("Location")
	pays := g.with("Idempotency-Key", "two")
	done := pays.post(at+"/complete", pay("simulator", simulator.OK)).is(201)
	replay := pays.post(at+"/complete", pay("simulator", simulator.OK)).is(201)
	require.Equal(t, "true", replay.Header.Get("Idempotent-Replayed"))
	require.Equal(t, done.raw, replay.raw)

	// A refusal is not remembered.
	at = g.filled().Header.Get("Location")
	pays = g.with("Idempotency-Key", "three")
	pays.post(at+"/complete", pay("simulator", simulator.InsufficientFunds)).is(402)
	pays.post(at+"/complete", pay("simulator", simulator.OK)).is(201)

	// Nothing of a sign-in is stored: the same key asks anew.
	f.customer("ann@example.org")
	login := g.with("Idempotency-Key", "four")
	in := login.post("/auth/login", object{"email": "ann@example.org", "password": goodPassword}).is(200)
	next := login.post("/auth/login", object{"email": "ann@example.org", "password": goodPassword}).is(200)
	require.NotEqual(t, in.str("refresh_token"), next.str("refresh_token"))
	require.Empty(t, next.Header.Get("Idempotent-Replayed"))
}

func TestPublicKeysSellNothingOfStaff(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	ch := must(f.shop.Catalog.Market(f.staff, ""))(t)
	key := must(f.shop.Accounts.CreateAPIKey(f.staff, account.NewKeyParams{Name: "window", Kind: account.PublishableKey, Channel: ch.ID}))(t)
	window := caller{f: f, token: key.Key}
	window.get("/store/products").is(200)
	window.get("/store/products/"+f.draft.Slug).is(404, "product_not_found")
	window.get("/store/orders").is(401)
	window.get("/store/account").is(401)
	window.get("/auth/staff/me").is(403, "forbidden")
}

// Anonymous shoppers have no scope of their own for keys: one must not get the
// cart that another made with the same key.
func TestAGuessedKeyOpensNobodysCart(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	cart := func(address string) string {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/store/carts", strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "1")
		r.RemoteAddr = address + ":1234"
		w := httptest.NewRecorder()
		f.handler.ServeHTTP(w, r)
		return answer{t, w.Result(), w.Body.Bytes()}.is(201).str("id")
	}
	require.NotEqual(t, cart("192.0.2.1"), cart("192.0.2.2"))
	require.Equal(t, cart("192.0.2.3"), cart("192.0.2.3"))
}
