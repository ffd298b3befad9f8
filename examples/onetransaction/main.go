// Command onetransaction orders in a transaction of the program's own: its row
// in a table of its own and the shop's order commit together or not at all.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/storage/sqlite"
)

func main() {
	dir, err := os.MkdirTemp("", "bodega")
	if err != nil {
		log.Fatal(err)
	}
	err = run(context.Background(), filepath.Join(dir, "shop.db"), os.Stdout)
	_ = os.RemoveAll(dir)
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, path string, out io.Writer) error {
	db, err := sqlite.Open(ctx, path, sqlite.Config{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	shop, err := bodega.New(ctx, db, bodega.Config{})
	if err != nil {
		return err
	}
	staff := core.WithActor(ctx, core.System("example"))
	if _, err := shop.Catalog.CreateProduct(staff, catalog.Product{Title: "Course", Status: catalog.StatusActive, Kind: catalog.KindDigital,
		Variants: []catalog.Variant{{SKU: "COURSE", Prices: []catalog.Price{{Currency: "EUR", Amount: 9900}}}}}); err != nil {
		return err
	}

	// The program's own table, in the same database.
	host, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		return err
	}
	defer func() { _ = host.Close() }()
	if _, err := host.ExecContext(ctx, `create table seats (order_id text, seat text unique)`); err != nil {
		return err
	}
	for _, buyer := range []string{"ann@example.org", "bob@example.org"} {
		if err := enrol(ctx, host, shop, buyer, "A1"); err != nil {
			_, _ = fmt.Fprintln(out, buyer, "did not get the seat, and has no order")
		}
	}
	orders, err := shop.Orders.List(staff, order.Filter{}, core.PageQuery{})
	if err != nil {
		return err
	}
	for _, o := range orders.Items {
		_, _ = fmt.Fprintln(out, o.Email, o.Status, o.Totals.Total.Display())
	}
	return nil
}

// enrol books a seat and orders the course, in one transaction.
func enrol(ctx context.Context, host *sql.DB, shop *bodega.Shop, email, seat string) (err error) {
	tx, err := host.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	within, err := shop.Join(tx)
	if err != nil {
		return err
	}
	cart, err := within.Carts.Create(ctx, basket.Params{Lines: []basket.LineParams{{SKU: "COURSE", Quantity: 1}}, Changes: basket.Update{Email: &email}})
	if err != nil {
		return err
	}
	placed, err := within.Checkout.Complete(ctx, cart.Cart.ID, checkout.Params{Provider: "manual"})
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `insert into seats (order_id, seat) values ($1, $2)`, placed.Order.ID, seat); err != nil {
		return err
	}
	return tx.Commit()
}
