// Command quickstart is a whole shop in memory: a product, a cart, an order.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/storage/memory"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	db, err := memory.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	shop, err := bodega.New(ctx, db, bodega.Config{})
	if err != nil {
		return err
	}

	// Staff: the program itself may do everything.
	staff := core.WithActor(ctx, core.System("quickstart"))
	tee, err := shop.Catalog.CreateProduct(staff, catalog.Product{Title: "Tee", Status: catalog.StatusActive, Kind: catalog.KindPhysical,
		Options:  []catalog.Option{{Name: "Size", Values: []string{"M"}}},
		Variants: []catalog.Variant{{SKU: "TEE-NAVY-M", Options: map[string]string{"Size": "M"}, Prices: []catalog.Price{{Currency: "EUR", Amount: 2900}}}}})
	if err != nil {
		return err
	}
	pickup, err := shop.Shipping.CreateMethod(staff, shipping.MethodParams{Code: "pickup", Name: "Pick up in the shop", Kind: shipping.PickUp,
		Prices: []shipping.Price{{Price: money.Zero("EUR")}}})
	if err != nil {
		return err
	}
	locations, err := shop.Stock.Locations(staff)
	if err != nil {
		return err
	}
	if _, err := shop.Stock.Receive(staff, stock.Change{ItemID: tee.Variants[0].StockItemID, LocationID: locations[0].ID, Quantity: 10}); err != nil {
		return err
	}

	// A shopper: nobody in particular asks.
	email := "ann@example.org"
	cart, err := shop.Carts.Create(ctx, basket.Params{Lines: []basket.LineParams{{SKU: "TEE-NAVY-M", Quantity: 2}},
		Changes: basket.Update{Email: &email, ShippingMethod: &pickup.ID}})
	if err != nil {
		return err
	}
	placed, err := shop.Checkout.Complete(ctx, cart.Cart.ID, checkout.Params{Provider: "manual"})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, placed.Order.Status, placed.Order.Totals.Total.Display())
	return err
}
