package httpapi_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// bought orders a tee and returns the order.
func (f *storefront) bought(c caller, provider string) answer {
	f.t.Helper()
	payment := object{"provider": provider}
	if provider == "simulator" {
		payment["token"] = "ok"
	}
	cart := c.post("/store/carts", object{"email": "ann@example.org", "lines": []object{{"sku": "TEE-M", "quantity": 2}}, "shipping_method_id": f.pickup.ID,
		"shipping_address": object{"name": "Ann", "line1": "Street 1", "city": "Berlin", "postal_code": "10115", "country": "DE"}}).is(201)
	return c.post("/store/carts/"+cart.str("id")+"/complete", object{"payment": payment}).is(201)
}

func TestAnOrderIsPaidSentAndRefunded(t *testing.T) {
	t.Parallel()
	f, staff := backOffice(t)
	o := f.bought(f.guest(), "manual")
	id, number := o.str("order.id"), o.str("order.number")
	at := "/admin/orders/" + id
	require.Equal(t, id, staff.get("/admin/orders/"+number).is(200).str("id"))
	require.Equal(t, id, staff.get("/admin/orders?status=placed&sku=TEE-M&sort=largest&expand=lines&from=2020-01-01T00:00:00Z").is(200).str("items.0.id"))
	require.Equal(t, int64(0), staff.get("/admin/orders?status=cancelled").is(200).num("items.#"))
	staff.get("/admin/orders?sort=sideways").is(422, "invalid")

	staff.post(at+"/capture", object{"amount": object{"amount": 999999, "currency": "EUR"}}).is(409, "amount_not_left")
	require.Equal(t, "paid", staff.post(at+"/mark-paid", nil).is(200).str("payment_state"))
	require.Equal(t, 204, staff.post(at+"/notes", object{"text": "called her"}).StatusCode)
	tag := staff.get(at).is(200).Header.Get("ETag")
	staff.with("If-Match", tag).patch(at, object{"metadata": object{"gift": "yes"}}).is(200)
	staff.with("If-Match", tag).patch(at, object{"metadata": object{"gift": nil}}).is(412, "stale_version")
	staff.patch(at, object{"totals": object{}}).is(422, "invalid")

	ful := staff.post(at+"/fulfilments", object{"carrier": "DHL"}).is(201)
	shipment := "/admin/fulfilments/" + ful.str("id")
	staff.patch(shipment, object{"carrier": "DHL", "tracking_number": "42"}).is(200)
	staff.post(at+"/fulfilments", object{}).is(409, "nothing_open")
	staff.post(shipment+"/ship", object{"notify_buyer": true}).is(200)
	staff.post(shipment+"/deliver", object{}).is(200)
	staff.get(at + "/fulfilments").is(200)
	staff.post(at+"/cancel", object{}).is(409)

	line := o.str("order.lines.0.id")
	want := object{"lines": []object{{"line_id": line, "quantity": 1, "restock": true}}, "reason": "too small"}
	preview := staff.post(at+"/refunds/preview", want).is(200)
	require.Equal(t, int64(2900), preview.num("refund.amount.amount"))
	once := staff.with("Idempotency-Key", "refund-1")
	require.Equal(t, "succeeded", once.post(at+"/refunds", want).is(201).str("state"))
	once.post(at+"/refunds", want).is(201) // the same one
	require.Equal(t, int64(1), staff.get(at+"/refunds").is(200).num("items.#"))
	staff.post(at+"/refunds", object{"goodwill": object{"amount": 99999, "currency": "EUR"}, "reason": "sorry"}).is(422, "invalid")
	staff.post(at+"/returns", object{"lines": []object{{"line_id": line, "quantity": 5}}}).is(409)

	staff.get(at + "/timeline?limit=3").is(200)
	pay := staff.get(at + "/payments").is(200).str("items.0.id")
	staff.get("/admin/payments/" + pay).is(200)
	staff.get("/admin/payments/" + pay + "/operations").is(200)
	staff.get("/admin/payments?state=captured&state=partially_refunded").is(200)
	require.NotZero(t, staff.get(at+"/ledger").is(200).num("items.#"))
	staff.get("/admin/ledger/balances").is(200)
	staff.get("/admin/payments/webhooks").is(200)
	staff.post("/admin/payments/reconcile", nil).is(200)
	over := staff.get("/admin/overview").is(200)
	require.Equal(t, int64(5800), over.num("today.0.sales.amount"))
	require.Equal(t, int64(2900), over.num("last_30_days.0.net.amount"))
	staff.get("/admin/revenue").is(200)
}

func TestAnUnpaidOrderIsCancelled(t *testing.T) {
	t.Parallel()
	f, staff := backOffice(t)
	id := f.bought(f.guest(), "manual").str("order.id")
	require.Equal(t, "cancelled", staff.post("/admin/orders/"+id+"/cancel", object{"reason": "changed mind"}).is(200).str("status"))
	item := f.tee.Variants[0].StockItemID
	require.Equal(t, int64(10), staff.get("/admin/stock/availability?ids="+string(item)).is(200).num("items.0.available"))
}

func TestCartIDsAreForThoseWhoMayChangeCarts(t *testing.T) {
	t.Parallel()
	f, staff := backOffice(t)
	cart := f.guest().post("/store/carts", object{"lines": []object{{"sku": "MUG", "quantity": 1}}}).is(201).str("id")
	require.Equal(t, cart, staff.get("/admin/carts?state=active").is(200).str("items.0.id"))
	staff.get("/admin/carts/" + cart).is(200)
	reader := f.key(core.PermOrdersRead)
	require.Empty(t, reader.get("/admin/carts").is(200).str("items.0.id"))
	reader.get("/admin/carts/"+cart).is(403, "forbidden")
}

func TestStock(t *testing.T) {
	t.Parallel()
	f, staff := backOffice(t)
	item, from := string(f.mug.Variants[0].StockItemID), string(f.location)
	to := staff.post("/admin/stock/locations", object{"code": "shop"}).is(201).str("id")
	staff.patch("/admin/stock/locations/"+to, object{"priority": 5}).is(200)
	staff.get("/admin/stock/locations").is(200)
	staff.get("/admin/stock/items?sku=MU").is(200)
	staff.patch("/admin/stock/items/"+item, object{"policy": "backorder", "cap": 5}).is(200)
	staff.post("/admin/stock/receive", object{"changes": []object{{"item_id": item, "location_id": from, "quantity": 4, "ref": "DN-1"}}}).is(200)
	staff.post("/admin/stock/adjust", object{"changes": []object{{"item_id": item, "location_id": from, "quantity": -100}}}).is(409)
	staff.post("/admin/stock/count", object{"counts": []object{{"item_id": item, "location_id": from, "on_hand": 6}}}).is(200)
	staff.post("/admin/stock/transfer", object{"item_id": item, "from": from, "to": to, "quantity": 2}).is(200)
	got := staff.get("/admin/stock/items/" + item).is(200)
	require.Equal(t, int64(2), got.num("levels.#"))
	staff.get("/admin/stock/levels?ids=" + item).is(200)
	require.Equal(t, int64(6), staff.get("/admin/stock/availability?ids="+item).is(200).num("items.0.available"))
	require.GreaterOrEqual(t, staff.get("/admin/stock/items/"+item+"/movements").is(200).num("items.#"), int64(4))
	require.Zero(t, staff.get("/admin/stock/verify").is(200).num("items.#"))
	staff.post("/admin/stock/repair", nil).is(200)
	staff.delete("/admin/stock/items/" + item).is(409)
}

func TestCustomersPromotionsTaxAndShipping(t *testing.T) {
	t.Parallel()
	_, staff := backOffice(t)
	c := staff.post("/admin/customers", object{"email": "bob@example.org", "name": "Bob", "groups": []string{"vip"}}).is(201)
	at := "/admin/customers/" + c.str("id")
	staff.post("/admin/customers", object{"email": "BOB@example.org"}).is(409)
	staff.with("If-Match", c.Header.Get("ETag")).patch(at, object{"phone": "123"}).is(200)
	staff.with("If-Match", c.Header.Get("ETag")).patch(at, object{"phone": "456"}).is(412)
	home := object{"address": object{"name": "Bob", "line1": "Road 1", "city": "Bern", "country": "CH"}}
	addr := staff.post(at+"/addresses", home).is(201).str("id")
	staff.put(at+"/addresses/"+addr, home).is(200)
	staff.get(at + "/addresses").is(200)
	require.Equal(t, int64(1), staff.get("/admin/customers?group=vip&registered=false").is(200).num("items.#"))
	staff.get(at + "/personal-data").is(200)
	staff.get(at + "/sessions").is(200)
	require.Equal(t, 204, staff.post(at+"/erase", nil).StatusCode)
	require.Empty(t, staff.get(at).is(200).str("email"))

	p := staff.post("/admin/promotions", object{"name": "Fiver", "needs_code": true,
		"actions": []object{{"kind": "amount_off_order", "amounts": []object{{"amount": 500, "currency": "EUR"}}}}}).is(201)
	at = "/admin/promotions/" + p.str("id")
	staff.post("/admin/promotions", object{"name": "What", "actions": []object{{"kind": "gold_coins"}}}).is(422)
	staff.patch(at, object{"priority": 3}).is(200)
	require.Equal(t, int64(20), staff.post(at+"/codes/generate", object{"count": 20, "prefix": "FIVE"}).is(201).num("items.#"))
	staff.post(at+"/codes", object{"code": "five"}).is(201)
	staff.get(at + "/codes?limit=5").is(200)
	staff.get(at + "/usage").is(200)
	require.Equal(t, 204, staff.delete(at+"/codes/FIVE").StatusCode)
	require.Equal(t, 204, staff.delete(at).StatusCode)

	z := staff.post("/admin/tax/zones", object{"code": "de", "areas": []object{{"country": "DE"}}}).is(201)
	cl := staff.post("/admin/tax/classes", object{"code": "books", "default": true}).is(201)
	rates := staff.put("/admin/tax/zones/"+z.str("id")+"/rates/"+cl.str("id"), object{"components": []object{{"name": "VAT", "rate": "0.07"}}}).is(200)
	require.Equal(t, "0.07", rates.str("items.0.rate"))
	staff.patch("/admin/tax/zones/"+z.str("id"), object{"name": "Germany"}).is(200)
	staff.get("/admin/tax/rates").is(200)
	staff.patch("/admin/tax/settings", object{"cross_border": "fixed_net"}).is(200)
	sz := staff.post("/admin/shipping/zones", object{"code": "de", "areas": []object{{"country": "DE"}}}).is(201)
	m := staff.post("/admin/shipping/methods", object{"code": "std", "zone_id": sz.str("id"), "prices": []object{{"price": object{"amount": 490, "currency": "EUR"}}}}).is(201)
	staff.patch("/admin/shipping/methods/"+m.str("id"), object{"active": false}).is(200)
	staff.delete("/admin/shipping/zones/" + sz.str("id")).is(409)
	require.Equal(t, 204, staff.delete("/admin/shipping/methods/"+m.str("id")).StatusCode)
}

func TestAccessAndEvents(t *testing.T) {
	t.Parallel()
	f, staff := backOffice(t)
	limited := f.key(core.PermStaffRead, core.PermStaffWrite, core.PermKeysRead, core.PermKeysWrite)
	limited.post("/admin/roles", object{"name": "Money", "permissions": []string{"orders:refund"}}).is(403) // not one's own to give
	limited.post("/admin/api-keys", object{"name": "up", "scopes": []string{"orders:refund"}}).is(403)
	role := staff.post("/admin/roles", object{"name": "Packer", "permissions": []string{"orders:read", "orders:write"}}).is(201)
	staff.put("/admin/roles/"+role.str("id"), object{"name": "Packer", "permissions": []string{"orders:read"}}).is(200)
	staff.delete("/admin/roles/role_owner").is(409, "built_in_role")
	who := staff.post("/admin/staff", object{"email": "pat@example.org", "name": "Pat", "role_ids": []string{role.str("id")}}).is(201)
	in := f.guest().post("/auth/staff/login", object{"email": "pat@example.org", "password": who.str("one_time_password")}).is(200)
	pat := caller{f: f, token: in.str("access_token")}
	require.Equal(t, "pat@example.org", pat.get("/admin/me").is(200).str("email"))
	pat.get("/admin/orders").is(403) // until the password is changed
	at := "/admin/staff/" + who.str("staff.id")
	require.Equal(t, int64(1), staff.get(at+"/sessions").is(200).num("items.#"))
	require.NotEmpty(t, staff.post(at+"/reset-password", nil).is(200).str("one_time_password"))
	staff.patch(at, object{"status": "disabled"}).is(200)
	staff.get("/admin/staff?q=pat").is(200)
	staff.get("/admin/permissions").is(200)

	key := staff.post("/admin/api-keys", object{"name": "erp", "scopes": []string{"stock:read"}}).is(201)
	erp := caller{f: f, token: key.str("key")}
	erp.get("/admin/stock/locations").is(200)
	erp.get("/admin/orders").is(403, "forbidden")
	require.Nil(t, staff.get("/admin/api-keys/"+key.str("id")).is(200).get("key"))
	next := staff.post("/admin/api-keys/"+key.str("id")+"/rotate", object{}).is(201)
	caller{f: f, token: next.str("key")}.get("/admin/stock/locations").is(200)
	erp.get("/admin/stock/locations").is(401)
	require.Equal(t, 204, staff.delete("/admin/api-keys/"+next.str("id")).StatusCode)

	staff.get("/admin/events?type=security.*").is(200)
	staff.get("/admin/events/parked?state=dead").is(200)
	staff.get("/admin/events/stats").is(200)
	staff.post("/admin/events/handlers/nobody/1/skip", nil).is(404)
}
