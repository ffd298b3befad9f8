package simulator_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
)

func Example() {
	ctx := context.Background()
	sim := simulator.New(simulator.Config{})
	o, err := sim.Authorize(ctx, payment.AuthorizeRequest{Key: "pay_1", Amount: money.New(5800, "EUR"), Capture: true, Token: simulator.ThreeDSecure})
	if err != nil {
		panic(err)
	}
	fmt.Println(o.Status)
	if err := sim.CompleteChallenge(o.Ref, true); err != nil {
		panic(err)
	}
	_, err = sim.Deliver(ctx, simulator.Script{}, func(ctx context.Context, h http.Header, body []byte) error {
		events, err := sim.ParseWebhook(ctx, h, body)
		for _, e := range events {
			fmt.Println(e.Type)
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	// Output:
	// requires_action
	// payment.created
	// payment.requires_action
	// payment.authorized
	// payment.captured
}
