package settlement_test

import (
	"context"
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/bodega-commerce/bodega/internal/flowtest"
)

// The provider did its work, but its answer was lost: the reconciler finds out.
func ExampleService_Reconcile() {
	shop := flowtest.Example()
	o, pay := shop.Open(flowtest.Panic{}, flowtest.Params{Capture: true, Lines: []order.Line{flowtest.Line("", 1, 1000, 0)}})
	_, err := shop.Ask(pay, simulator.TimeoutAfter)
	fmt.Println(err)

	shop.Clock.Move(2 * time.Minute)
	report, err := shop.Settle.Reconcile(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println("asked about", report.Payments)
	fmt.Println(shop.Order(flowtest.Panic{}, o.ID).Status)
	// Output:
	// the payment provider did not answer
	// asked about 1
	// placed
}
