package checkout_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/bodega-commerce/bodega/commerce/quote"
	"github.com/bodega-commerce/bodega/commerce/settlement"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
)

func Example() {
	ctx := context.Background()
	db, err := memory.Open(ctx)
	if err != nil {
		panic(err)
	}
	defer db.Close()
	if err := stockBook(ctx, db); err != nil {
		panic(err)
	}

	pricer := basket.NewPricer(quote.NewLoader(quote.LoaderConfig{}))
	carts := basket.New(core.Narrow(db, func(tx storage.Tx) basket.Tx { return tx }), pricer, basket.Config{})
	payments := payment.New(core.Narrow(db, func(tx storage.Tx) payment.Tx { return tx }),
		payment.Config{Providers: []payment.Provider{simulator.New(simulator.Config{})}})
	settle, err := settlement.New(core.Narrow(db, func(tx storage.Tx) settlement.Tx { return tx }), payments, settlement.Config{})
	if err != nil {
		panic(err)
	}
	sell := checkout.New(core.Narrow(db, func(tx storage.Tx) checkout.Tx { return tx }), pricer, settle, checkout.Config{})

	email := "ann@example.org"
	view, err := carts.Create(ctx, basket.Params{Lines: []basket.LineParams{{SKU: "BOOK", Quantity: 1}}, Changes: basket.Update{Email: &email}})
	if err != nil {
		panic(err)
	}
	for _, card := range []string{simulator.InsufficientFunds, simulator.OK, simulator.OK} {
		r, err := sell.Complete(ctx, view.Cart.ID, checkout.Params{Provider: "simulator", Token: card, Expected: &view.Quote.Totals.Total})
		var declined *payment.DeclinedError
		switch {
		case errors.As(err, &declined):
			fmt.Println("declined:", declined.Code)
		case err != nil:
			panic(err)
		default:
			fmt.Println(r.Order.Status, r.Order.Payment, r.Order.Totals.Total, r.Existing)
		}
	}
	// Output:
	// declined: insufficient_funds
	// placed paid 12.00 EUR false
	// placed paid 12.00 EUR true
}

// stockBook makes a shop that sells an e-book.
func stockBook(ctx context.Context, db *storage.DB) error {
	ctx = core.WithActor(ctx, core.System("setup"))
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	goods := catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{})
	if _, err := goods.CreateChannel(ctx, catalog.Channel{Code: basket.DefaultChannel, Currencies: []money.Currency{"EUR"}, Locales: []string{"en"}, Active: true}); err != nil {
		return err
	}
	_, err := goods.CreateProduct(ctx, catalog.Product{Title: "Book", Kind: catalog.KindDigital, Status: catalog.StatusActive,
		Variants: []catalog.Variant{{SKU: "BOOK", Prices: []catalog.Price{{Currency: "EUR", Amount: 1200}}}}})
	return err
}
