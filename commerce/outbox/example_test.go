package outbox_test

import (
	"context"
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
)

func Example() {
	ctx := context.Background()
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
	relay := outbox.NewRelay(core.Narrow(db, func(tx storage.Tx) outbox.Tx { return tx }), outbox.RelayConfig{})
	if err := relay.Subscribe(outbox.Handler{
		Name:  "mail",
		Types: []string{"order.*"},
		Handle: func(_ context.Context, e core.Event) error {
			fmt.Println("mail about", e.Type, e.Aggregate, string(e.Data))
			return nil
		},
	}); err != nil {
		fmt.Println(err)
		return
	}
	err = db.Update(ctx, func(tx storage.Tx) error {
		for _, typ := range []string{"order.placed", "order.paid", "stock.adjusted"} {
			e, err := core.NewEvent(ctx, nil, time.Now(), typ, "ord_1", map[string]string{"number": "1001"})
			if err != nil {
				return err
			}
			if err := tx.Events().Append(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	if err := relay.Drain(ctx); err != nil { // a program would Run it
		fmt.Println(err)
	}
	// Output:
	// mail about order.placed ord_1 {"number":"1001"}
	// mail about order.paid ord_1 {"number":"1001"}
}
