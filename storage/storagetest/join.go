package storagetest

import (
	"context"
	"errors"
	"testing"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// HostTx is a transaction of a program that embeds a shop.
type HostTx struct {
	Tx       any // what DB.Join takes
	Exec     func(ctx context.Context, query string) error
	Commit   func() error
	Rollback func() error
}

// Join tests what DB.Join promises, for one sort of host transaction. open
// returns a database and how its host begins a transaction in it.
func Join(t *testing.T, open func(t *testing.T) (*storage.DB, func(t *testing.T) HostTx)) {
	ctx := context.Background()
	t.Run("commit and rollback together", func(t *testing.T) {
		for _, commit := range []bool{true, false} {
			db, begin := open(t)
			require.NoError(t, put(ctx, db, "host", 0))
			host := begin(t)
			bound, err := db.Join(host.Tx)
			require.NoError(t, err)
			require.NoError(t, host.Exec(ctx, `update settings set value = '1' where key = 'host'`))
			require.NoError(t, bound.Update(ctx, func(tx storage.Tx) error {
				if err := tx.Carts().Insert(ctx, cart.Cart{ID: "cart_1", Currency: "EUR"}); err != nil {
					return err
				}
				return putIn(ctx, tx, "ours", 1)
			}))
			present(t, bound, "ours")
			if !commit {
				require.NoError(t, host.Rollback())
				missing(t, db, "ours")
				continue
			}
			require.NoError(t, host.Commit())
			present(t, db, "ours")
			require.NoError(t, db.View(ctx, func(tx storage.Tx) error {
				_, err := tx.Carts().Cart(ctx, "cart_1")
				require.NoError(t, err)
				s, err := tx.Settings().Get(ctx, "host")
				require.JSONEq(t, "1", string(s.Value))
				return err
			}))
		}
	})

	t.Run("an error undoes our part alone", func(t *testing.T) {
		db, begin := open(t)
		host := begin(t)
		bound, err := db.Join(host.Tx)
		require.NoError(t, err)
		no := errors.New("no")
		require.NoError(t, put(ctx, bound, "kept", 1))
		require.ErrorIs(t, bound.Update(ctx, func(tx storage.Tx) error {
			require.NoError(t, putIn(ctx, tx, "undone", 1))
			return no
		}), no)
		require.Error(t, bound.Update(ctx, func(tx storage.Tx) error {
			for range 2 { // a violated constraint
				if err := tx.Carts().Insert(ctx, cart.Cart{ID: "cart_1"}); err != nil {
					return err
				}
			}
			return nil
		}))
		require.Panics(t, func() {
			_ = bound.Update(ctx, func(tx storage.Tx) error {
				require.NoError(t, putIn(ctx, tx, "undone", 1))
				panic("boom")
			})
		})
		require.NoError(t, bound.Close(), "closes nothing")
		require.NoError(t, put(ctx, bound, "later", 1))
		require.NoError(t, host.Commit())
		present(t, db, "kept", "later")
		missing(t, db, "undone")
	})

	t.Run("nested calls are refused", func(t *testing.T) {
		db, begin := open(t)
		host := begin(t)
		bound, err := db.Join(host.Tx)
		require.NoError(t, err)
		require.ErrorIs(t, bound.Update(ctx, func(storage.Tx) error { return put(ctx, bound, "a", 1) }), storage.ErrNestedTx)
		require.NoError(t, host.Rollback())
	})

	t.Run("what is no transaction", func(t *testing.T) {
		db, _ := open(t)
		_, err := db.Join("a string")
		require.Error(t, err)
		_, err = db.Join(nil)
		require.Error(t, err)
	})
}
