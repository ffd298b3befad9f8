package httpapi_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
)

// running runs the shop's background work until the test ends.
func (f *storefront) running() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.shop.Run(ctx) }()
	f.t.Cleanup(func() { stop(); require.NoError(f.t, <-done) })
	require.Eventually(f.t, func() bool { return f.shop.Search.Progress().Ready }, 10*time.Second, 5*time.Millisecond)
}

func TestSearchFindsWhatTheCatalogHas(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	g := f.guest()
	require.Equal(t, f.tee.Title, g.get("/search?q=tee").is(200).str("items.0.product.title"), "before the index is there")

	f.running()
	found := g.get("/search?q=tees&session=s1").is(200)
	require.Equal(t, string(f.tee.ID), found.str("items.0.product.id"), "%s", found.raw)
	require.NotEmpty(t, found.str("answer_id"))
	require.Nil(t, found.get("plain"))
	require.NotEmpty(t, found.str("items.0.reasons.0.signal"))
	require.EqualValues(t, 0, g.get("/search?q=zeppelin").is(200).num("items.#"))
	g.get("/search?filter.price.min=x").is(422)

	// What changes is found within a second, what is gone is not.
	boot := must(f.shop.Catalog.CreateProduct(f.staff, catalog.Product{Title: "Zeppelin boots", Status: catalog.StatusActive, Variants: []catalog.Variant{
		{SKU: "BOOT", Prices: []catalog.Price{{Currency: "EUR", Amount: 9900}}}}}))(t)
	has := func(want int64) func() bool {
		return func() bool { return g.get("/search?q=zeppelin").is(200).num("items.#") == want }
	}
	require.Eventually(t, has(1), 5*time.Second, 20*time.Millisecond)
	require.NoError(t, f.shop.Catalog.DeleteProduct(f.staff, boot.ID, 0))
	require.Eventually(t, has(0), 5*time.Second, 20*time.Millisecond)

	g.post("/events", object{"events": []object{{"kind": "click", "product_id": f.tee.ID, "answer_id": found.str("answer_id"), "session": "s1"}}}).is(202)
	require.Eventually(t, func() bool {
		reports, err := f.shop.Analytics.Queries(core.WithActor(context.Background(), core.System("test")), analytics.QueryReportParams{Order: analytics.ByEmpty})
		return err == nil && len(reports) == 1 && reports[0].Query == "zeppelin"
	}, 5*time.Second, 20*time.Millisecond)
}

func TestSearchIsSteered(t *testing.T) {
	t.Parallel()
	f, staff := backOffice(t)
	f.running()
	g := f.guest()
	found := g.get("/search?q=nvay&facets=category,material,price&highlight=true").is(200)
	require.Equal(t, "navy", found.str("correction.text"), "%s", found.raw)
	require.Equal(t, "<mark>Navy</mark> &lt;Tee&gt;", found.str("items.0.highlights.title.0"))
	require.EqualValues(t, 1, found.num("facets.0.values.0.count"))
	require.Equal(t, string(f.tees.ID), found.str("categories.0.id"))
	require.Equal(t, "Clothing > Tees", found.str("categories.0.path"))
	require.Equal(t, "Clothing", found.str("facets.0.values.0.value"))
	require.Equal(t, "Cotton", found.str("facets.1.values.0.value"))
	require.EqualValues(t, 2, g.get("/search").is(200).num("total"))
	require.Equal(t, "Mug", g.get("/search?filter.price.max=20").is(200).str("items.0.product.title"))
	require.Equal(t, "Mug", g.get("/search?sort=price").is(200).str("items.0.product.title"))
	require.EqualValues(t, 1, g.get("/search?filter.material=Cotton").is(200).num("total"))
	require.EqualValues(t, 1, g.get("/search?filter.category_id="+string(f.clothing.ID)).is(200).num("total"))
	require.Equal(t, string(f.tee.ID), g.get("/search?q=marine&locale=de").is(200).str("items.0.product.id"))
	require.EqualValues(t, 1, g.get("/search?limit=1").is(200).num("items.#"))
	next := g.get("/search?limit=1").is(200).str("next_cursor")
	require.NotEmpty(t, next)
	require.EqualValues(t, 1, g.get("/search?limit=1&after="+next).is(200).num("items.#"))
	g.get("/search?q=x&after=" + next).is(422)

	s := g.get("/suggest?q=na").is(200)
	require.Equal(t, "<mark>Na</mark>vy &lt;Tee&gt;", s.str("products.0.highlight"), "%s", s.raw)
	s = g.get("/suggest?q=te").is(200)
	require.Equal(t, string(f.tees.ID), s.str("categories.0.id"), "%s", s.raw)
	g.get("/products/" + f.tee.Slug + "/similar").is(200)
	g.get("/products/nothing/similar").is(404)

	rules := object{"rules": []object{{"name": "mugs first", "when": object{"queries": []string{"navy"}}, "pins": []object{{"id": f.mug.ID, "position": 1}}, "redirect": "/navy"}}}
	staff.put("/admin/search/rules", object{"rules": []object{{"name": ""}}}).is(422)
	saved := staff.put("/admin/search/rules", rules).is(200)
	require.EqualValues(t, 1, saved.num("version"))
	require.Eventually(t, func() bool {
		a := g.get("/search?q=navy").is(200)
		return a.str("items.0.product.id") == string(f.mug.ID) && a.str("redirect") == "/navy"
	}, 5*time.Second, 20*time.Millisecond)
	staff.put("/admin/search/synonyms", object{"synonyms": []object{{"words": []string{"jumper"}}}}).is(422)
	staff.put("/admin/search/synonyms", object{"synonyms": []object{{"words": []string{"beaker", "mug"}}}}).is(200)
	require.Eventually(t, func() bool { return g.get("/search?q=beaker").is(200).str("items.0.product.id") == string(f.mug.ID) }, 5*time.Second, 20*time.Millisecond)
	require.Equal(t, "beaker", staff.get("/admin/search/synonyms").is(200).str("synonyms.0.words.0"))
	cheap := g.get("/search?q=navy+tee+or+mug+under+20+euros").is(200)
	require.Equal(t, "price up to 20", cheap.str("understood.0.filter"), "%s", cheap.raw)
	require.EqualValues(t, 1, cheap.num("items.#"))
	require.Equal(t, "mugs first", staff.get("/admin/search/rules").is(200).str("rules.0.name"))
	built := staff.get("/admin/search/status").is(200)
	require.EqualValues(t, 2, built.num("products"))
	staff.post("/admin/search/rebuild", nil).is(202)
	require.Eventually(t, func() bool { return staff.get("/admin/search/status").is(200).str("built_at") > built.str("built_at") }, 10*time.Second, 50*time.Millisecond)
}

func TestSynonymsAreProposed(t *testing.T) {
	t.Parallel()
	f, staff := backOffice(t)
	f.running()
	system := core.WithActor(context.Background(), core.System("test"))
	start := time.Now().Add(-time.Hour)
	for i, session := range []string{"s1", "s2", "s3"} {
		at := start.Add(time.Duration(i) * time.Second)
		asked := func(query string, after time.Duration) core.EventID {
			e := must(f.shop.Analytics.Record(system, analytics.Event{Kind: analytics.Answer, At: at.Add(after), Placement: analytics.PlacementSearch, Session: session, Query: query,
				Shown: []core.ProductID{f.mug.ID}}))(t)
			return e[0].ID
		}
		asked("big beaker", 0)
		answer := asked("big mug", time.Minute)
		_ = must(f.shop.Analytics.Record(system, analytics.Event{Kind: analytics.Click, At: at.Add(2 * time.Minute), Session: session, Product: f.mug.ID, Answer: answer, Position: 1}))(t)
	}
	proposed := staff.get("/admin/search/synonyms/proposals").is(200)
	require.EqualValues(t, 1, proposed.num("proposals.#"), "%s", proposed.raw)
	require.Equal(t, "beaker", proposed.str("proposals.0.synonym.words.0"))
	require.Equal(t, "mug", proposed.str("proposals.0.synonym.means.0"))
	require.Equal(t, "reformulation", proposed.str("proposals.0.evidence.0.kind"))
	require.EqualValues(t, 3, proposed.num("proposals.0.evidence.0.count"))

	staff.put("/admin/search/synonyms", object{"synonyms": []any{proposed.get("proposals.0.synonym")}}).is(200)
	require.EqualValues(t, 0, staff.get("/admin/search/synonyms/proposals").is(200).num("proposals.#"), "what is there is not proposed")
	staff.get("/admin/search/synonyms/proposals?locale=xx").is(422)
	f.guest().get("/admin/search/synonyms/proposals").is(401)
}
