package review_test

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/review"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
)

func Example() {
	staff := core.WithActor(context.Background(), core.System("example"))
	db, err := memory.Open(staff)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	if _, err := db.Migrate(staff); err != nil {
		fmt.Println(err)
		return
	}
	products := catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{})
	scarf, err := products.CreateProduct(staff, catalog.Product{Title: "Scarf", Variants: []catalog.Variant{{SKU: "SCARF"}}})
	if err != nil {
		fmt.Println(err)
		return
	}

	reviews := review.New(core.Narrow(db, func(tx storage.Tx) review.Tx { return tx }), review.Config{})
	shopper := core.WithActor(context.Background(), core.Actor{Kind: core.ActorCustomer, ID: "cus_1", Customer: "cus_1"})
	r, err := reviews.Submit(shopper, review.Submission{ProductID: scarf.ID, Rating: 5, Title: "Warm", Body: "Two winters and counting.", Author: "Ann"})
	fmt.Println(r.Status, err)
	_, err = reviews.Submit(shopper, review.Submission{ProductID: scarf.ID, Rating: 1, Author: "Ann"})
	fmt.Println(err)

	if _, err := reviews.Approve(staff, r.ID); err != nil {
		fmt.Println(err)
		return
	}
	scarf, err = products.Product(staff, scarf.ID)
	fmt.Println(scarf.Rating.Average, scarf.Rating.Count, err)
	// Output:
	// pending <nil>
	// you have reviewed this product already
	// 500 1 <nil>
}
