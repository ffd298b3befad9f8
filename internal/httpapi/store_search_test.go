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
