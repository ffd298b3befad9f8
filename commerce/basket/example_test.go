package basket_test

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/quote"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
)

func Example() {
	ctx := context.Background()
	setup := core.WithActor(ctx, core.System("setup"))
	db, err := memory.Open(ctx)
	if err != nil {
		panic(err)
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		panic(err)
	}
	goods := catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{})
	if _, err := goods.CreateChannel(setup, catalog.Channel{Code: basket.DefaultChannel, Currencies: []money.Currency{"EUR"}, Locales: []string{"en"}, Active: true}); err != nil {
		panic(err)
	}
	tee, err := goods.CreateProduct(setup, catalog.Product{Title: "Tee", Status: catalog.StatusActive,
		Variants: []catalog.Variant{{SKU: "TEE", Prices: []catalog.Price{{Currency: "EUR", Amount: 2900}}}}})
	if err != nil {
		panic(err)
	}

	pricer := basket.NewPricer(quote.NewLoader(quote.LoaderConfig{}))
	carts := basket.New(core.Narrow(db, func(tx storage.Tx) basket.Tx { return tx }), pricer, basket.Config{})
	view, err := carts.Create(ctx, basket.Params{Lines: []basket.LineParams{{SKU: "TEE", Quantity: 2}}})
	if err != nil {
		panic(err)
	}
	fmt.Println(view.Quote.Totals.Total)

	dearer := catalog.PriceChange{VariantID: tee.Variants[0].ID, Prices: []catalog.Price{{Currency: "EUR", Amount: 3100}}}
	if err := goods.SetPrices(setup, []catalog.PriceChange{dearer}); err != nil {
		panic(err)
	}
	view, err = carts.Get(ctx, view.Cart.ID)
	if err != nil {
		panic(err)
	}
	fmt.Println(view.Quote.Totals.Total)
	fmt.Println(view.Changes[0].Message)
	// Output:
	// 58.00 EUR
	// 62.00 EUR
	// The price of Tee rose by €2.00 since you added it.
}
