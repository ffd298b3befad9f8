package setting_test

import (
	"context"
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/setting"
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
	type checkpoint struct{ Line int }
	for range 2 {
		err := db.Update(ctx, func(tx storage.Tx) error {
			var at checkpoint
			version, err := setting.Get(ctx, tx.Settings(), "import.orders", &at)
			if err != nil {
				return err
			}
			at.Line += 1000
			version, err = setting.Put(ctx, tx.Settings(), "import.orders", at, version, time.Now())
			fmt.Println(at.Line, version)
			return err
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// 1000 1
	// 2000 2
}
