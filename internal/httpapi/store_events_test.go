package httpapi_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
)

func TestPurchasesArePutDownToClicks(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	g := f.guest()
	shown, err := f.shop.Analytics.Record(f.staff, analytics.Event{Kind: analytics.Answer, Placement: "home", Model: "m1", Shown: []core.ProductID{f.mug.ID, f.tee.ID}})
	require.NoError(t, err)
	at := g.filled().Header.Get("Location")
	cart := at[strings.LastIndex(at, "/")+1:]
	event := object{"kind": "click", "product_id": f.tee.ID, "answer_id": shown[0].ID, "session": cart}
	require.EqualValues(t, 2, g.post("/events", object{"events": []object{event, {"kind": "view", "product_id": f.tee.ID, "session": cart}}}).is(202).num("items.#"))
	g.post(at+"/complete", object{"payment": object{"provider": "simulator", "token": simulator.OK}}).is(201)
	for range 2 { // handling an event again changes nothing
		require.NoError(t, f.shop.Relay.Drain(f.staff))
	}
	reports, err := f.shop.Analytics.Placements(f.staff, shown[0].At.AddDate(-1, 0, 0), shown[0].At.AddDate(1, 0, 0))
	require.NoError(t, err)
	require.Len(t, reports, 1)
	r := reports[0]
	require.Equal(t, []any{"home", "m1", int64(1), int64(1), int64(1)}, []any{r.Placement, r.Model, r.Answers, r.Clicks, r.Purchases})
	require.Positive(t, r.Revenue["EUR"])

	g.post("/events", object{"events": []object{{"kind": "purchase", "product_id": f.tee.ID}}}).is(422)
	g.post("/events", object{"events": []object{{"kind": "view", "product_id": "tee'"}}}).is(422)
	g.get("/admin/placements").is(401)
}
