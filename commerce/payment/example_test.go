package payment_test

import (
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
)

func ExampleApply() {
	p := payment.Clerk{}.New(payment.Params{Order: "ord_1", Provider: "card", Amount: money.New(5800, "EUR")})
	captured := payment.Outcome{Ref: "pi_1", Status: payment.Captured, Authorized: p.Amount, Captured: p.Amount}

	p, postings := payment.Apply(p, captured)
	fmt.Println(p.State, len(postings))
	p, postings = payment.Apply(p, captured) // the webhook of the same
	fmt.Println(p.State, len(postings))
	p, postings = payment.Apply(p, payment.Outcome{Ref: "pi_1", Status: payment.Declined}) // an older one comes late
	fmt.Println(p.State, len(postings))
	// Output:
	// captured 1
	// captured 0
	// captured 0
}
