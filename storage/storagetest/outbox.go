package storagetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// happen writes one event per aggregate, in one transaction.
func happen(ctx context.Context, db *storage.DB, typ string, aggregates ...string) error {
	return db.Update(ctx, func(tx storage.Tx) error { return happenIn(ctx, tx, typ, aggregates...) })
}

func happenIn(ctx context.Context, tx storage.Tx, typ string, aggregates ...string) error {
	for n, a := range aggregates {
		e, err := core.NewEvent(ctx, nil, time.Now().UTC().Truncate(time.Microsecond), typ, a, map[string]int{"n": n})
		if err != nil {
			return err
		}
		if err := tx.Events().Append(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func sequence(ctx context.Context, t *testing.T, db *storage.DB, limit int) (n int) {
	t.Helper()
	require.NoError(t, db.Update(ctx, func(tx storage.Tx) (err error) {
		n, err = tx.Outbox().Sequence(ctx, limit)
		return err
	}))
	return n
}

func after(ctx context.Context, t *testing.T, db *storage.DB, seq int64) (events []outbox.Stored) {
	t.Helper()
	require.NoError(t, db.View(ctx, func(tx storage.Tx) (err error) {
		events, _, err = tx.Outbox().After(ctx, seq, nil, 1000)
		return err
	}))
	return events
}

// Outbox tests the store of events.
func Outbox(t *testing.T, open func(t *testing.T) *storage.DB) {
	t.Run("append", func(t *testing.T) {
		ctx, db := system(t), open(t)
		no := errors.New("no")
		require.ErrorIs(t, db.Update(ctx, func(tx storage.Tx) error {
			require.NoError(t, happenIn(ctx, tx, "order.placed", "ord_x"))
			return no
		}), no)
		e, err := core.NewEvent(ctx, nil, time.Now().UTC().Truncate(time.Microsecond), "order.placed", "ord_1", "猫")
		require.NoError(t, err)
		require.NoError(t, db.Update(ctx, func(tx storage.Tx) error { return tx.Events().Append(ctx, e) }))
		for _, bad := range []core.Event{{}, {ID: "evt_1", Type: "a", Aggregate: "b", Data: []byte("{")}} {
			require.Error(t, db.Update(ctx, func(tx storage.Tx) error { return tx.Events().Append(ctx, bad) }))
		}
		require.Empty(t, after(ctx, t, db, 0), "no place yet")
		require.Equal(t, 1, sequence(ctx, t, db, 10))
		require.Zero(t, sequence(ctx, t, db, 10))
		require.Equal(t, []outbox.Stored{{Seq: 1, Event: e}}, after(ctx, t, db, 0))
	})

	t.Run("many in one transaction keep their order", func(t *testing.T) {
		ctx, db := system(t), open(t)
		var names []string
		for n := range 450 {
			names = append(names, fmt.Sprintf("ord_%03d", n))
		}
		require.NoError(t, happen(ctx, db, "order.placed", names...))
		require.Equal(t, 200, sequence(ctx, t, db, 200))
		require.Equal(t, 250, sequence(ctx, t, db, 1000))
		for n, e := range after(ctx, t, db, 0) {
			require.EqualValues(t, n+1, e.Seq)
			require.Equal(t, names[n], e.Aggregate)
		}
	})

	// The classical trap: the transaction that took its row's number first
	// commits last. A reader that has gone by the number would never see it.
	t.Run("a late commit is not lost", func(t *testing.T) {
		ctx, db := system(t), open(t)
		inside, leave, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			done <- db.Within(ctx, func(bound *storage.DB) error {
				err := happen(ctx, bound, "order.placed", "ord_slow")
				close(inside)
				<-leave
				return err
			})
		}()
		<-inside
		overtaken := db.Dialect() == "postgres" // SQLite has one writer at a time
		if overtaken {
			require.NoError(t, happen(ctx, db, "order.placed", "ord_fast"))
			require.Equal(t, 1, sequence(ctx, t, db, 10))
			require.Equal(t, "ord_fast", after(ctx, t, db, 0)[0].Aggregate)
		}
		close(leave)
		require.NoError(t, <-done)
		require.Equal(t, 1, sequence(ctx, t, db, 10))
		events := after(ctx, t, db, 0)
		last := events[len(events)-1]
		require.Equal(t, "ord_slow", last.Aggregate)
		require.Equal(t, overtaken, last.Seq == 2)
	})

	t.Run("writers and readers at once", func(t *testing.T) {
		ctx, db := system(t), open(t)
		const writers, each = 6, 25
		finished := make(chan struct{})
		go func() {
			defer close(finished)
			for _, err := range together(writers, func(w int) error {
				for range each {
					if err := happen(ctx, db, "order.placed", fmt.Sprint("ord_", w), fmt.Sprint("ord_", w)); err != nil {
						return err
					}
				}
				return nil
			}) {
				if err != nil {
					t.Error(err)
				}
			}
		}()
		// Two relays give places and one reader follows: it must meet every event,
		// with no gap it could have jumped over.
		seen := map[core.EventID]bool{}
		var seq int64
		read := func() {
			for _, e := range after(ctx, t, db, seq) {
				require.Equal(t, seq+1, e.Seq)
				require.False(t, seen[e.ID])
				seen[e.ID] = true
				seq = e.Seq
			}
		}
		for open := true; open; {
			select {
			case <-finished:
				open = false
			default:
			}
			for _, err := range together(2, func(int) error {
				return db.Update(ctx, func(tx storage.Tx) error { _, err := tx.Outbox().Sequence(ctx, 7); return err })
			}) {
				require.NoError(t, err)
			}
			read()
		}
		for sequence(ctx, t, db, 100) > 0 {
			read()
		}
		read()
		require.Len(t, seen, writers*each*2)
	})

	t.Run("leases", func(t *testing.T) {
		ctx, db := system(t), open(t)
		now := time.Now().UTC()
		claim := func(owner string, at time.Time) (names []string) {
			require.NoError(t, db.Update(ctx, func(tx storage.Tx) error {
				cs, err := tx.Outbox().Claim(ctx, []string{"a", "b", "none"}, owner, at, at.Add(time.Minute))
				for _, c := range cs {
					names = append(names, c.Handler)
				}
				return err
			}))
			return names
		}
		advance := func(owner string, seq int64) (ok bool) {
			require.NoError(t, db.Update(ctx, func(tx storage.Tx) (err error) {
				ok, err = tx.Outbox().Advance(ctx, "a", owner, seq)
				return err
			}))
			return ok
		}
		require.NoError(t, db.Update(ctx, func(tx storage.Tx) error {
			return errors.Join(tx.Outbox().Register(ctx, "a", false, now), tx.Outbox().Register(ctx, "b", true, now))
		}))
		require.Equal(t, []string{"a", "b"}, claim("one", now))
		require.Empty(t, claim("two", now.Add(59*time.Second)))
		require.Equal(t, []string{"a", "b"}, claim("one", now.Add(59*time.Second)), "renewed")
		require.Empty(t, claim("two", now.Add(61*time.Second)))
		require.True(t, advance("one", 3))
		require.False(t, advance("two", 4))
		require.Equal(t, []string{"a", "b"}, claim("two", now.Add(3*time.Minute)), "the first one is gone")
		require.False(t, advance("one", 5))
		require.NoError(t, db.Update(ctx, func(tx storage.Tx) error { return tx.Outbox().Release(ctx, "two") }))
		require.Equal(t, []string{"a", "b"}, claim("one", now))
	})

	t.Run("handled once", func(t *testing.T) {
		ctx, db := system(t), open(t)
		e := core.Event{ID: "evt_1"}
		runs := make([]int, 4)
		for _, err := range together(4, func(i int) error {
			return outbox.Once(ctx, core.Runner[storage.Tx](db), "h", e, time.Now(), func(tx storage.Tx) error {
				runs[i] = 1
				return putIn(ctx, tx, fmt.Sprint("effect", i), 1)
			})
		}) {
			require.NoError(t, err)
		}
		require.Equal(t, 1, runs[0]+runs[1]+runs[2]+runs[3])
	})
}
