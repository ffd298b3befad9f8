package storagetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// EngineConcurrency tests transactions that run at once.
func EngineConcurrency(t *testing.T, open func(t *testing.T) *storage.DB) {
	t.Run("increments lose nothing", func(t *testing.T) {
		ctx, db := system(t), open(t)
		require.NoError(t, put(ctx, db, "n", 0))
		const workers, each = 8, 10
		for _, err := range together(workers, func(int) error {
			for done := 0; done < each; {
				err := db.Update(ctx, func(tx storage.Tx) error {
					var n int
					version, err := setting.Get(ctx, tx.Settings(), "n", &n)
					if err != nil {
						return err
					}
					_, err = setting.Put(ctx, tx.Settings(), "n", n+1, version, time.Now())
					return err
				})
				if err == nil {
					done++
				} else if !core.IsKind(err, core.KindStale) {
					return err
				}
			}
			return nil
		}) {
			require.NoError(t, err)
		}
		var n int
		require.NoError(t, db.View(ctx, func(tx storage.Tx) error {
			_, err := setting.Get(ctx, tx.Settings(), "n", &n)
			return err
		}))
		require.Equal(t, workers*each, n)
	})

	t.Run("failures stay alone", func(t *testing.T) {
		ctx, db := system(t), open(t)
		errNo := errors.New("no")
		const n = 60
		errs := together(n, func(i int) (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = fmt.Errorf("panic: %v", p)
				}
			}()
			own, stop := context.WithCancel(ctx)
			defer stop()
			if i%6 == 3 { // cancelled, most while they wait
				go stop()
			}
			return db.Update(own, func(tx storage.Tx) error {
				if err := putIn(own, tx, fmt.Sprint("k", i), i); err != nil {
					return err
				}
				switch i % 6 {
				case 1:
					return errNo
				case 2:
					panic("boom")
				}
				return nil
			})
		})
		for i, err := range errs {
			switch i % 6 {
			case 1:
				require.ErrorIs(t, err, errNo)
			case 2:
				require.ErrorContains(t, err, "panic: boom")
			case 3: // it may have been faster
				if err != nil {
					require.ErrorIs(t, err, context.Canceled)
				}
			default:
				require.NoError(t, err)
			}
			if err == nil {
				present(t, db, fmt.Sprint("k", i))
			} else {
				missing(t, db, fmt.Sprint("k", i))
			}
		}
	})

	t.Run("a snapshot sees one moment", func(t *testing.T) {
		ctx, db := system(t), open(t)
		set := func(n int) error {
			return db.Update(ctx, func(tx storage.Tx) error {
				return errors.Join(putIn(ctx, tx, "a", n), putIn(ctx, tx, "b", n))
			})
		}
		require.NoError(t, set(0))
		stop := make(chan struct{})
		writer := make(chan error, 1)
		go func() {
			for n := 1; ; n++ {
				select {
				case <-stop:
					writer <- nil
					return
				default:
				}
				if err := set(n); err != nil {
					writer <- err
					return
				}
			}
		}()
		for range 50 {
			require.NoError(t, db.Snapshot(ctx, func(tx storage.Tx) error {
				var a, b int
				va, err := setting.Get(ctx, tx.Settings(), "a", &a)
				require.NoError(t, err)
				vb, err := setting.Get(ctx, tx.Settings(), "b", &b)
				require.NoError(t, err)
				require.Equal(t, a, b)
				require.Equal(t, va, vb)
				return nil
			}))
		}
		close(stop)
		require.NoError(t, <-writer)
	})

	t.Run("close", func(t *testing.T) {
		ctx, db := system(t), open(t)
		errs := make(chan error, 1)
		inside := make(chan struct{})
		leave := make(chan struct{})
		go func() {
			errs <- db.Update(ctx, func(tx storage.Tx) error {
				close(inside)
				<-leave
				return putIn(ctx, tx, "a", 1)
			})
		}()
		<-inside
		closed := make(chan error, 1)
		go func() { closed <- db.Close() }()
		close(leave)
		require.NoError(t, <-errs, "closing waits for what runs")
		require.NoError(t, <-closed)
		require.NoError(t, db.Close(), "closing twice does nothing")
		for _, err := range []error{put(ctx, db, "b", 1), db.Ping(ctx), db.Snapshot(ctx, func(tx storage.Tx) error {
			_, err := tx.Settings().Get(ctx, "a")
			return err
		})} {
			require.True(t, core.IsKind(err, core.KindUnavailable), "%v", err)
		}
	})
}
