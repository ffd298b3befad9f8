package storage_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
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
	put := func(value string, then error) error {
		return db.Update(ctx, func(tx storage.Tx) error {
			if _, err := setting.Put(ctx, tx.Settings(), "motto", value, setting.Any, time.Now()); err != nil {
				return err
			}
			return then // nil commits
		})
	}
	fmt.Println(put("open all night", nil))
	fmt.Println(put("closed", errors.New("thought better of it")))
	err = db.View(ctx, func(tx storage.Tx) error {
		s, err := tx.Settings().Get(ctx, "motto")
		fmt.Println(string(s.Value), s.Version)
		return err
	})
	fmt.Println(err)
	err = db.Update(ctx, func(storage.Tx) error { return put("nested", nil) })
	fmt.Println(errors.Is(err, storage.ErrNestedTx), core.CodeOf(err))
	// Output:
	// <nil>
	// thought better of it
	// "open all night" 1
	// <nil>
	// true nested_transaction
}
