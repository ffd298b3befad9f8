package memo_test

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/memo"
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
	memos := memo.New(core.Narrow(db, func(tx storage.Tx) memo.Tx { return tx }), memo.Config{})
	for range 2 {
		known, err := memos.Get(ctx, []string{"square of 12"})
		if err != nil {
			fmt.Println(err)
			return
		}
		if _, ok := known["square of 12"]; ok {
			fmt.Printf("known: %s\n", known["square of 12"])
			continue
		}
		fmt.Println("made")
		if err := memos.Put(ctx, map[string][]byte{"square of 12": []byte("144")}); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// made
	// known: 144
}
