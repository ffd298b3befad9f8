// Package storagetest is the conformance suite of storage: what every database
// a shop runs on must do, tested through the stores and services. Drivers, ours
// or a user's, run it whole:
//
//	func TestStorage(t *testing.T) {
//		storagetest.Run(t, func(t *testing.T) *storage.DB {
//			db, err := mydriver.Open(...)
//			require.NoError(t, err)
//			t.Cleanup(func() { _ = db.Close() })
//			_, err = db.Migrate(t.Context())
//			require.NoError(t, err)
//			return db
//		})
//	}
package storagetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// Run runs all parts. open returns a fresh, migrated database that is closed
// when the test ends.
func Run(t *testing.T, open func(t *testing.T) *storage.DB) {
	for _, part := range []struct {
		name string
		run  func(t *testing.T, open func(t *testing.T) *storage.DB)
	}{
		{"engine", Engine},
		{"engine concurrency", EngineConcurrency},
		{"stock", Stock},
		{"stock service", StockService},
		{"outbox", Outbox},
		{"relay", Relay},
		{"idempotency", Idempotency},
		{"setting", Setting},
		{"catalog", Catalog},
		{"catalog org", CatalogOrg},
		{"review", Review},
		{"cart", Cart},
		{"rates", Rates},
		{"order", Order},
		{"payment", Payment},
		{"account", Account},
		{"analytics", Analytics},
		{"memo", Memo},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.run(t, open)
		})
	}
}

// system is a context in which the suite may do everything, and which does not
// outlive the test by much.
func system(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(core.WithActor(context.Background(), core.System("storagetest")), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// together runs fn n times at once, each as close to the others as can be, and
// returns the errors by number.
func together(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-start
			errs[i] = fn(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return errs
}

// put writes a setting, the smallest thing there is to write.
func put(ctx context.Context, db *storage.DB, key string, value any) error {
	return db.Update(ctx, func(tx storage.Tx) error { return putIn(ctx, tx, key, value) })
}

// missing says that no setting has the key.
func missing(t *testing.T, db *storage.DB, keys ...string) {
	t.Helper()
	for _, key := range keys {
		require.NoError(t, db.View(context.Background(), func(tx storage.Tx) error {
			_, err := tx.Settings().Get(context.Background(), key)
			require.True(t, core.IsKind(err, core.KindNotFound), "%s: %v", key, err)
			return nil
		}))
	}
}

// present says that a setting has the key.
func present(t *testing.T, db *storage.DB, keys ...string) {
	t.Helper()
	for _, key := range keys {
		require.NoError(t, db.View(context.Background(), func(tx storage.Tx) error {
			_, err := tx.Settings().Get(context.Background(), key)
			return err
		}), key)
	}
}
