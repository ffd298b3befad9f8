package catalog_test

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/catalog"
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
	shop := catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{})

	tee, err := shop.CreateProduct(ctx, catalog.Product{
		Title: "Linen tee", Status: catalog.StatusActive,
		Options: []catalog.Option{{Name: "Size", Values: []string{"S", "M"}}},
		Variants: []catalog.Variant{
			{SKU: "TEE-S", Options: map[string]string{"Size": "S"}, Prices: []catalog.Price{{Currency: "EUR", Amount: 2900}}},
			{SKU: "TEE-M", Options: map[string]string{"Size": "M"}, Prices: []catalog.Price{{Currency: "EUR", Amount: 3100}}},
		},
		Translations: map[string]catalog.Translation{"de": {Title: "Leinenhemd"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(tee.Slug, tee.Translations["de"].Slug)

	page, err := shop.List(context.Background(), catalog.ListParams{Currency: "EUR", Locale: "de-CH", Sort: catalog.SortPrice}, core.PageQuery{Limit: 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, card := range page.Items {
		fmt.Println(card.Title, "from", card.Price.Min)
	}
	// Output:
	// linen-tee leinenhemd
	// Leinenhemd from 29.00 EUR
}

func ExampleWinner() {
	prices := []catalog.Price{{Currency: "EUR", Amount: 2000}, {Currency: "EUR", Channel: "chan_outlet", Amount: 1500}}
	_, _, why := catalog.Winner(prices, "chan_outlet", "EUR", noon)
	fmt.Println(why)
	// Output: 15.00 EUR: price of the channel chan_outlet; goes before 1 other
}
