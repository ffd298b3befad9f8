package memory_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
	"github.com/bodega-commerce/bodega/storage/storagetest"
	"github.com/stretchr/testify/require"
)

func TestStorage(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) *storage.DB {
		db, err := memory.Open(context.Background())
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		_, err = db.Migrate(context.Background())
		require.NoError(t, err)
		return db
	})
}

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
	l, err := s.CreateLocation(ctx, stock.LocationParams{Code: "main"})
	fmt.Println(l.Name, err)
	// Output: main <nil>
}
