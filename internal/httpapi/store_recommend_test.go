package httpapi_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
)

func TestRecommendations(t *testing.T) {
	t.Parallel()
	f, staff := backOffice(t)
	g := f.guest()
	require.Empty(t, g.get("/recommendations/home").is(200).str("items.0.product.id"), "before the catalog is read")
	// Two kinds of shopper, each with products of a kind.
	ids := map[string][]core.ProductID{}
	for i := range 12 {
		kind := []string{"Boots", "Novel"}[i%2]
		p := must(f.shop.Catalog.CreateProduct(f.staff, catalog.Product{Title: fmt.Sprintf("%s %d", kind, i), Status: catalog.StatusActive,
			Variants: []catalog.Variant{{SKU: fmt.Sprintf("SKU-%d", i), Prices: []catalog.Price{{Currency: "EUR", Amount: 1000}}}}}))(t)
		f.receive(p.Variants[0], 50)
		ids[kind] = append(ids[kind], p.ID)
	}
	var events []analytics.Event
	for user := range 40 {
		kind := []string{"Boots", "Novel"}[user%2]
		for i := range 4 {
			events = append(events, analytics.Event{Kind: analytics.Cart, Session: fmt.Sprintf("s%d", user), Product: ids[kind][(user/2+i)%6], At: time.Now().Add(-time.Duration(100-i-user) * time.Hour)})
		}
	}
	_, err := f.shop.Analytics.Record(f.staff, events...)
	require.NoError(t, err)
	f.running()
	require.Eventually(t, func() bool { return f.shop.Recommend.Progress().Ready }, 10*time.Second, 5*time.Millisecond)
	require.NotEmpty(t, g.get("/recommendations/popular").is(200).str("items.0.product.id"))

	staff.post("/admin/recommendations/train", nil).is(202)
	require.Eventually(t, func() bool { return staff.get("/admin/recommendations/models").is(200).str("serving.version") != "" }, 20*time.Second, 50*time.Millisecond)

	// What a new visitor does counts at once.
	g.post("/events", object{"events": []object{{"kind": "view", "product_id": ids["Novel"][0], "session": "new"}, {"kind": "cart", "product_id": ids["Novel"][1], "session": "new"}}}).is(202)
	first := func() answer { return g.get("/recommendations/home?session=new&limit=3").is(200) }
	require.Eventually(t, func() bool {
		return len(first().str("items.0.product.title")) > 5 && first().str("items.0.product.title")[:5] == "Novel"
	}, 5*time.Second, 50*time.Millisecond)
	got := first()
	require.NotEmpty(t, got.str("answer_id"))
	require.NotEmpty(t, got.str("items.0.reason"))
	require.NotEmpty(t, got.str("model_version"))
	g.get("/recommendations/similar?items=" + string(ids["Boots"][0])).is(200)
	g.get("/recommendations/sideways").is(422)

	// Rules hold over models, in every process within a second.
	shown := got.str("items.0.product.id")
	staff.put("/admin/recommendations/rules", object{"rules": []object{{"per_category": -1}}}).is(422)
	staff.put("/admin/recommendations/rules", object{"rules": []object{{"exclude": []string{shown}, "placements": []string{"home"}}}}).is(200)
	require.Equal(t, shown, staff.get("/admin/recommendations/rules").is(200).str("rules.0.exclude.0"))
	require.Eventually(t, func() bool {
		for i := range 3 {
			if first().str(fmt.Sprintf("items.%d.product.id", i)) == shown {
				return false
			}
		}
		return true
	}, 5*time.Second, 50*time.Millisecond)

	// Buying through the answer is put down to it.
	at := g.filled().Header.Get("Location")
	cart := at[strings.LastIndex(at, "/")+1:]
	g.post("/events", object{"events": []object{{"kind": "click", "product_id": f.tee.ID, "answer_id": got.str("answer_id"), "session": cart}}}).is(202)
	g.post(at+"/complete", object{"payment": object{"provider": "simulator", "token": simulator.OK}}).is(201)
	require.Eventually(t, func() bool {
		reports, err := f.shop.Analytics.Placements(f.staff, time.Time{}, time.Time{})
		for _, r := range reports {
			if r.Placement == "home" && r.Purchases == 1 {
				return true
			}
		}
		return err != nil
	}, 5*time.Second, 50*time.Millisecond)
	staff.post("/admin/recommendations/rollback", nil).is(409, "no_earlier_model")
}

func TestTheShopSellsWithoutEither(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, func(c *bodega.Config) { c.Search.Off, c.Recommend.Off = true, true })
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.shop.Run(ctx) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-done) })
	g := f.guest()
	found := g.get("/search?q=tee").is(200)
	require.Equal(t, f.tee.Title, found.str("items.0.product.title"))
	require.Equal(t, true, found.get("plain"))
	g.get("/search?q=tee&filter.size=L").is(503, "search_not_ready")
	require.Empty(t, g.get("/recommendations/home").is(200).str("items.0.product.id"))
	g.get("/suggest?q=te").is(200)
	g.get("/products/" + f.tee.Slug + "/similar").is(200)
	g.post(g.filled().Header.Get("Location")+"/complete", object{"payment": object{"provider": "simulator", "token": simulator.OK}}).is(201)
}
