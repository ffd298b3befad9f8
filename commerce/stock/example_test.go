package stock_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
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
	s := stock.New(core.Narrow(db, func(tx storage.Tx) stock.Tx { return tx }), stock.Config{})
	place, err := s.CreateLocation(ctx, stock.LocationParams{Code: "main", Name: "Warehouse"})
	if err != nil {
		fmt.Println(err)
		return
	}
	items, err := s.CreateItems(ctx, stock.ItemParams{SKU: "TEE-NAVY-M"})
	if err != nil {
		fmt.Println(err)
		return
	}
	tee := items[0].ID
	if _, err := s.Receive(ctx, stock.Change{ItemID: tee, LocationID: place.ID, Quantity: 3, Note: "delivery 17"}); err != nil {
		fmt.Println(err)
		return
	}

	var clerk stock.Clerk
	buy := func(order string, n int64) error {
		return db.Update(ctx, func(tx storage.Tx) error {
			_, err := clerk.Reserve(ctx, tx.Stock(), order, []stock.Request{{ItemID: tee, Line: "line_1", Quantity: n}}, time.Now().Add(time.Hour))
			return err
		})
	}
	fmt.Println(buy("ord_1", 2))
	err = buy("ord_2", 2)
	var short *stock.InsufficientError
	fmt.Println(err, errors.As(err, &short))
	left, err := s.Availability(ctx, []core.StockItemID{tee})
	fmt.Println(left[tee].Available, err)
	// Output:
	// <nil>
	// only 1 of TEE-NAVY-M left, 2 wanted true
	// 1 <nil>
}
