package analytics_test

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
)

func Example() {
	ctx := core.WithActor(context.Background(), core.System("example"))
	db, err := memory.Open(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		fmt.Println(err)
		return
	}
	events := analytics.New(core.Narrow(db, func(tx storage.Tx) analytics.Tx { return tx }), analytics.Config{})
	shown, err := events.Record(ctx,
		analytics.Event{Kind: analytics.Answer, Placement: analytics.PlacementSearch, Query: "Red sofa", Found: 2, Shown: []core.ProductID{"prod_1", "prod_2"}},
		analytics.Event{Kind: analytics.Answer, Placement: analytics.PlacementSearch, Query: "hammock"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := events.Record(ctx, analytics.Event{Kind: analytics.Click, Product: "prod_2", Answer: shown[0].ID}); err != nil {
		fmt.Println(err)
		return
	}
	report, err := events.Queries(ctx, analytics.QueryReportParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, q := range report {
		fmt.Println(q.Query, q.Searches, q.Empty, q.ClickRate, q.MRR)
	}
	// Output:
	// hammock 1 1 0 0
	// red sofa 1 0 1 0.5
}
