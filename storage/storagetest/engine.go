package storagetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/internal/sqldb"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

func putIn(ctx context.Context, tx storage.Tx, key string, value any) error {
	_, err := setting.Put(ctx, tx.Settings(), key, value, setting.Any, time.Now())
	return err
}

// Engine tests transactions.
func Engine(t *testing.T, open func(t *testing.T) *storage.DB) {
	errNo := errors.New("no")

	t.Run("commit and rollback", func(t *testing.T) {
		ctx, db := system(t), open(t)
		require.NoError(t, put(ctx, db, "a", 1))
		err := db.Update(ctx, func(tx storage.Tx) error {
			require.NoError(t, putIn(ctx, tx, "b", 1))
			return errNo
		})
		require.ErrorIs(t, err, errNo)
		require.PanicsWithValue(t, "boom", func() {
			_ = db.Update(ctx, func(tx storage.Tx) error {
				require.NoError(t, putIn(ctx, tx, "c", 1))
				panic("boom")
			})
		})
		require.NoError(t, put(ctx, db, "d", 1), "the database goes on after a panic")
		present(t, db, "a", "d")
		missing(t, db, "b", "c")
	})

	t.Run("a swallowed failure rolls back", func(t *testing.T) {
		ctx, db := system(t), open(t)
		err := db.Update(ctx, func(tx storage.Tx) error {
			require.NoError(t, putIn(ctx, tx, "a", 1))
			_ = tx.Carts().Insert(ctx, cart.Cart{ID: "cart_1"})
			_ = tx.Carts().Insert(ctx, cart.Cart{ID: "cart_1"})
			_, _ = tx.Carts().Cart(ctx, "cart_1")
			return nil
		})
		require.Error(t, err)
		missing(t, db, "a")
	})

	t.Run("nested calls are refused", func(t *testing.T) {
		ctx, db := system(t), open(t)
		none := func(storage.Tx) error { return nil }
		inner := map[string]func() error{
			"update":   func() error { return db.Update(ctx, none) },
			"view":     func() error { return db.View(ctx, none) },
			"snapshot": func() error { return db.Snapshot(ctx, none) },
			"within":   func() error { return db.Within(ctx, func(*storage.DB) error { return nil }) },
		}
		outer := map[string]func(func() error) error{
			"update":   func(fn func() error) error { return db.Update(ctx, func(storage.Tx) error { return fn() }) },
			"view":     func(fn func() error) error { return db.View(ctx, func(storage.Tx) error { return fn() }) },
			"snapshot": func(fn func() error) error { return db.Snapshot(ctx, func(storage.Tx) error { return fn() }) },
			"within":   func(fn func() error) error { return db.Within(ctx, func(*storage.DB) error { return fn() }) },
		}
		for o, out := range outer {
			for i, in := range inner {
				require.ErrorIs(t, out(in), storage.ErrNestedTx, "%s in %s", i, o)
				require.NoError(t, in(), "%s after %s", i, o)
			}
		}
	})

	t.Run("retry is bounded", func(t *testing.T) {
		ctx, db := system(t), open(t)
		again := &sqldb.Error{Kind: sqldb.KindRetryable, Err: errNo}
		attempts := 0
		require.NoError(t, db.Update(ctx, func(tx storage.Tx) error {
			attempts++
			require.NoError(t, putIn(ctx, tx, fmt.Sprint("try", attempts), 1))
			if attempts < 4 {
				return fmt.Errorf("deep down: %w", again)
			}
			return nil
		}))
		require.Equal(t, 4, attempts)
		missing(t, db, "try1", "try2", "try3")
		present(t, db, "try4")

		attempts = 0
		err := db.Update(ctx, func(storage.Tx) error { attempts++; return again })
		require.True(t, core.IsKind(err, core.KindUnavailable), "%v", err)
		require.ErrorIs(t, err, errNo)
		require.Equal(t, 10, attempts)

		attempts = 0
		stopped, stop := context.WithCancel(ctx)
		err = db.Update(stopped, func(storage.Tx) error { attempts++; stop(); return again })
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 1, attempts)
	})

	t.Run("cancellation", func(t *testing.T) {
		ctx, db := system(t), open(t)
		stopped, stop := context.WithCancel(ctx)
		stop()
		ran := false
		require.ErrorIs(t, db.Update(stopped, func(storage.Tx) error { ran = true; return nil }), context.Canceled)
		require.False(t, ran)
		require.ErrorIs(t, db.View(stopped, func(tx storage.Tx) error {
			_, err := tx.Settings().Get(stopped, "a")
			return err
		}), context.Canceled)

		// Between statements.
		half, cut := context.WithCancel(ctx)
		err := db.Update(half, func(tx storage.Tx) error {
			require.NoError(t, putIn(half, tx, "a", 1))
			cut()
			return putIn(half, tx, "b", 1)
		})
		require.ErrorIs(t, err, context.Canceled)
		require.True(t, core.IsKind(err, core.KindCanceled))
		missing(t, db, "a", "b")
		require.NoError(t, put(ctx, db, "c", 1))
		present(t, db, "c")
	})

	t.Run("reading does not write", func(t *testing.T) {
		ctx, db := system(t), open(t)
		write := func(tx storage.Tx) error { return putIn(ctx, tx, "a", 1) }
		require.Error(t, db.View(ctx, write))
		require.Error(t, db.Snapshot(ctx, write))
		missing(t, db, "a")
	})

	t.Run("unicode and extremes", func(t *testing.T) {
		ctx, db := system(t), open(t)
		text := "Ärger 猫 🐈 \u202e ' \" % _ \\ \r\n\t \U0010ffff"
		for i, amount := range []int64{math.MinInt64, -1, 0, math.MaxInt64} {
			c := cart.New(time.Unix(1, 0), cart.Params{Channel: "chan_1", Currency: "EUR", Locale: "de", TTL: time.Hour})
			c.Email = fmt.Sprint(i, text)
			c.Lines = []cart.Line{{ID: "line_1", Variant: "var_1", Quantity: 1, SeenPrice: money.New(amount, "EUR")}}
			var got cart.Cart
			require.NoError(t, db.Update(ctx, func(tx storage.Tx) error { return tx.Carts().Insert(ctx, c) }))
			require.NoError(t, db.View(ctx, func(tx storage.Tx) (err error) {
				got, err = tx.Carts().Cart(ctx, c.ID)
				return err
			}))
			require.Equal(t, c.Email, got.Email)
			require.Equal(t, amount, got.Lines[0].SeenPrice.Amount)
		}
	})

	t.Run("deferred writes", func(t *testing.T) {
		ctx, db := system(t), open(t)
		twice := func(id core.CartID) error {
			return db.Update(ctx, func(tx storage.Tx) error {
				for range 2 {
					if err := tx.Carts().Insert(ctx, cart.Cart{ID: id}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		err := twice("cart_1")
		require.True(t, core.IsKind(err, core.KindExists), "the failure shows at the commit at the latest: %v", err)
		// They are seen by what follows in the same transaction.
		require.NoError(t, db.Update(ctx, func(tx storage.Tx) error {
			require.NoError(t, tx.Carts().Insert(ctx, cart.Cart{ID: "cart_2", Currency: "EUR"}))
			_, err := tx.Carts().Cart(ctx, "cart_2")
			return err
		}))
	})

	t.Run("within", func(t *testing.T) {
		ctx, db := system(t), open(t)
		require.ErrorIs(t, db.Within(ctx, func(bound *storage.DB) error {
			require.NoError(t, put(ctx, bound, "a", 1))
			return errNo
		}), errNo)
		missing(t, db, "a")
		require.NoError(t, db.Within(ctx, func(bound *storage.DB) error {
			require.NoError(t, put(ctx, bound, "b", 1))
			// A failed update is undone alone, whatever it was that failed.
			require.Error(t, bound.Update(ctx, func(tx storage.Tx) error {
				require.NoError(t, putIn(ctx, tx, "c", 1))
				require.NoError(t, tx.Carts().Insert(ctx, cart.Cart{ID: "cart_1", Currency: "EUR"}))
				return errNo
			}))
			require.Error(t, bound.Update(ctx, func(tx storage.Tx) error {
				for range 2 {
					if err := tx.Carts().Insert(ctx, cart.Cart{ID: "cart_2"}); err != nil {
						return err
					}
				}
				return nil
			}))
			present(t, bound, "b")
			return put(ctx, bound, "d", 1)
		}))
		present(t, db, "b", "d")
		missing(t, db, "c")
	})

	t.Run("migrated", func(t *testing.T) {
		ctx, db := system(t), open(t)
		n, err := db.Migrate(ctx)
		require.NoError(t, err)
		require.Zero(t, n)
		pending, err := db.Pending(ctx)
		require.NoError(t, err)
		require.Empty(t, pending)
		require.NoError(t, db.Ping(ctx))
	})
}
