package fulfil_test

import (
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/fulfil"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/internal/flowtest"
	"github.com/bodega-commerce/bodega/storage"
)

func Example() {
	shop, ctx := flowtest.Example(), flowtest.Staff()
	placed := shop.Place(flowtest.Panic{}, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line("", 3, 1000, 0)}})
	runner := core.Narrow(shop.DB, func(tx storage.Tx) fulfil.Tx { return tx })

	parcels := fulfil.New(runner, shop.Settle, fulfil.Config{})
	first, err := parcels.Create(ctx, placed.ID, fulfil.Params{
		Lines:    []order.Quantity{{Line: placed.Lines[0].ID, Quantity: 1}},
		Tracking: fulfil.Tracking{Carrier: "DHL", Number: "00340434161094021501"},
		Ship:     true,
	})
	if err != nil {
		panic(err)
	}
	rest, err := parcels.Create(ctx, placed.ID, fulfil.Params{}) // everything that is open
	if err != nil {
		panic(err)
	}
	fmt.Println(first.State, rest.State, rest.Lines[0].Quantity)
	for _, id := range []core.FulfilmentID{first.ID, rest.ID} {
		if _, err := parcels.Deliver(ctx, id, fulfil.DeliverParams{}); err != nil {
			panic(err)
		}
	}
	o := shop.Order(flowtest.Panic{}, placed.ID)
	fmt.Println(o.Status, o.Fulfilment)
	// Output:
	// shipped pending 2
	// completed delivered
}
