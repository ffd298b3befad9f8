package refund_test

import (
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/refund"
	"github.com/bodega-commerce/bodega/internal/flowtest"
	"github.com/bodega-commerce/bodega/storage"
)

func Example() {
	shop, ctx := flowtest.Example(), flowtest.Staff()
	// Three pieces for 29.00 in all, shipping for 4.90.
	placed := shop.Place(flowtest.Panic{}, flowtest.Params{Capture: true, Shipping: 490, Lines: []order.Line{flowtest.Line("", 3, 1000, 100)}})
	runner := core.Narrow(shop.DB, func(tx storage.Tx) refund.Tx { return tx })

	refunds := refund.New(runner, shop.Settle, refund.Config{})
	for range 3 {
		r, err := refunds.Create(ctx, placed.ID, refund.Params{Lines: []refund.Line{{Line: placed.Lines[0].ID, Quantity: 1}}, Reason: "broken"})
		if err != nil {
			panic(err)
		}
		fmt.Println(r.Amount, "with tax", r.Tax, r.State)
	}
	r, err := refunds.Create(ctx, placed.ID, refund.Params{All: true})
	if err != nil {
		panic(err)
	}
	fmt.Println(r.Amount, shop.Order(flowtest.Panic{}, placed.ID).Payment)
	// Output:
	// 9.67 EUR with tax 1.54 EUR succeeded
	// 9.66 EUR with tax 1.55 EUR succeeded
	// 9.67 EUR with tax 1.54 EUR succeeded
	// 4.90 EUR refunded
}

func ExampleService_Cancel() {
	shop, ctx := flowtest.Example(), flowtest.Staff()
	placed := shop.Place(flowtest.Panic{}, flowtest.Params{Lines: []order.Line{flowtest.Line("", 1, 1000, 0)}}) // authorized, not captured
	runner := core.Narrow(shop.DB, func(tx storage.Tx) refund.Tx { return tx })

	o, err := refund.New(runner, shop.Settle, refund.Config{}).Cancel(ctx, placed.ID, refund.CancelParams{Reason: "ordered twice"})
	if err != nil {
		panic(err)
	}
	fmt.Println(o.Status, o.Payment)
	// Output: cancelled voided
}
