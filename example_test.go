package bodega_test

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage/memory"
)

func Example() {
	ctx := context.Background()
	db, err := memory.Open(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()
	shop, err := bodega.New(ctx, db, bodega.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}

	staff := core.WithActor(ctx, core.System("example"))
	_, err = shop.Catalog.CreateProduct(staff, catalog.Product{Title: "Bread by Hand", Kind: catalog.KindDigital, Status: catalog.StatusActive,
		Variants: []catalog.Variant{{SKU: "BOOK", Prices: []catalog.Price{{Currency: "EUR", Amount: 1490}}}}})
	if err != nil {
		fmt.Println(err)
		return
	}

	email := "ann@example.org"
	cart, err := shop.Carts.Create(ctx, basket.Params{Lines: []basket.LineParams{{SKU: "BOOK", Quantity: 2}}, Changes: basket.Update{Email: &email}})
	if err != nil {
		fmt.Println(err)
		return
	}
	placed, err := shop.Checkout.Complete(ctx, cart.Cart.ID, checkout.Params{Provider: "manual"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(placed.Order.Status, placed.Order.Totals.Total.Display())
	// Output: placed €29.80
}

func ExampleShop_Verify() {
	ctx := core.WithActor(context.Background(), core.System("example"))
	db, err := memory.Open(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()
	shop, err := bodega.New(ctx, db, bodega.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := shop.Verify(ctx)
	fmt.Println(report.OK(), err)
	// Output: true <nil>
}
