package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// TestManyRows writes as many rows at once as are copied instead of inserted.
func TestManyRows(t *testing.T) {
	t.Parallel()
	ctx, url := context.Background(), testenv.Postgres(t)
	db := openURL(t, url)
	const n = 1000
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	events := func(prefix string) []order.Event {
		out := make([]order.Event, n)
		for i := range out {
			out[i] = order.Event{ID: core.EventID(fmt.Sprintf("%s%04d", prefix, i)), Order: "ord_1", Type: "note", Text: "a\tb\\N\n€\"'", Public: i%2 == 0,
				Actor: "test", Data: json.RawMessage(`{"n":1}`), At: at}
		}
		return out
	}
	count := func() (n int) {
		require.NoError(t, db.View(ctx, func(tx storage.Tx) error {
			for q := (core.PageQuery{Limit: core.MaxPageSize}); ; {
				page, err := tx.Orders().Timeline(ctx, "ord_1", false, q)
				require.NoError(t, err)
				n += len(page.Items)
				if q.After = page.Next; q.After == "" {
					return nil
				}
			}
		}))
		return n
	}

	require.NoError(t, db.Update(ctx, func(tx storage.Tx) error {
		if err := tx.Orders().AppendEvents(ctx, order.Event{ID: "before", Order: "ord_1", At: at}); err != nil { // deferred
			return err
		}
		if err := tx.Orders().AppendEvents(ctx, events("a")...); err != nil {
			return err
		}
		return tx.Orders().AppendEvents(ctx, order.Event{ID: "behind", Order: "ord_1", At: at})
	}))
	require.Equal(t, n+2, count())
	require.NoError(t, db.View(ctx, func(tx storage.Tx) error {
		page, err := tx.Orders().Timeline(ctx, "ord_1", false, core.PageQuery{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, events("a")[0], page.Items[0])
		return nil
	}))

	twice := db.Update(ctx, func(tx storage.Tx) error {
		return tx.Orders().AppendEvents(ctx, append(events("b"), events("a")...)...)
	})
	require.True(t, core.IsKind(twice, core.KindExists), "%v", twice)
	require.Equal(t, n+2, count())
	require.Error(t, db.View(ctx, func(tx storage.Tx) error { return tx.Orders().AppendEvents(ctx, events("c")...) }))

	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer conn.Close(ctx)
	for _, commit := range []bool{false, true} {
		host, err := conn.Begin(ctx)
		require.NoError(t, err)
		joined, err := db.Join(host)
		require.NoError(t, err)
		require.NoError(t, joined.Update(ctx, func(tx storage.Tx) error { return tx.Orders().AppendEvents(ctx, events("d")...) }))
		if commit {
			require.NoError(t, host.Commit(ctx))
		} else {
			require.NoError(t, host.Rollback(ctx))
		}
	}
	require.Equal(t, 2*n+2, count())
}
