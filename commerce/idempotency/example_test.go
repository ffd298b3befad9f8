package idempotency_test

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/idempotency"
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
	s := idempotency.New(core.Narrow(db, func(tx storage.Tx) idempotency.Tx { return tx }), idempotency.Config{})

	post := func(body string) {
		hash, err := idempotency.HashJSON([]byte(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		answer, replayed, err := s.Do(ctx, "cus_1 POST /orders", "client-key-1", hash, func(context.Context, *idempotency.Run) (idempotency.Response, error) {
			fmt.Println("working")
			return idempotency.Response{Status: 201, Body: []byte(`{"number":"1001"}`)}, nil
		})
		fmt.Println(answer.Status, string(answer.Body), replayed, err)
	}
	post(`{"cart": "c1", "note": null}`)
	post(`{"note":null,"cart":"c1"}`)
	post(`{"cart":"c2"}`)
	// Output:
	// working
	// 201 {"number":"1001"} false <nil>
	// 201 {"number":"1001"} true <nil>
	// 0  false the idempotency key "client-key-1" was used for another request
}
