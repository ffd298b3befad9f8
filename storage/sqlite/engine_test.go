package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/internal/sqldb"
	"github.com/bodega-commerce/bodega/internal/sqlstore"
	"github.com/stretchr/testify/require"
)

func openTestEngine(t *testing.T) *engine {
	t.Helper()
	ctx := context.Background()
	e, err := openEngine(ctx, dsn(filepath.Join(t.TempDir(), "shop.db"), []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	require.NoError(t, e.Update(ctx, func(c sqldb.Conn) error {
		_, err := c.Exec(ctx, `create table t (id text primary key)`)
		return err
	}))
	return e
}

func insert(ctx context.Context, e *engine, id string) error {
	return e.Update(ctx, func(c sqldb.Conn) error {
		_, err := c.Exec(ctx, `insert into t (id) values ($1)`, id)
		return err
	})
}

func count(t *testing.T, e *engine) (n int) {
	t.Helper()
	require.NoError(t, e.Update(context.Background(), func(c sqldb.Conn) (err error) {
		n, err = sqldb.One(context.Background(), c, sqldb.Column[int], `select count(*) from t`)
		return err
	}))
	return n
}

// behind runs first, and while it has its turn lets the others queue up.
func behind(t *testing.T, e *engine, first func(sqldb.Conn) error, others ...func() error) (error, []error) {
	t.Helper()
	inside, leave := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- e.Update(context.Background(), func(c sqldb.Conn) error {
			close(inside)
			<-leave
			return first(c)
		})
	}()
	<-inside
	errs := make([]error, len(others))
	var wg sync.WaitGroup
	for i, fn := range others {
		wg.Go(func() { errs[i] = fn() })
	}
	require.Eventually(t, func() bool { return e.waiting.Load() == int64(len(others)) }, 5*time.Second, time.Millisecond)
	close(leave)
	err := <-done
	wg.Wait()
	return err, errs
}

func TestWaitingWritersShareACommit(t *testing.T) {
	t.Parallel()
	ctx, e := context.Background(), openTestEngine(t)
	before := e.counts.Commits.Load()
	var others []func() error
	for i := range 20 {
		others = append(others, func() error { return insert(ctx, e, fmt.Sprint(i)) })
	}
	err, errs := behind(t, e, func(sqldb.Conn) error { return nil }, others...)
	require.NoError(t, errors.Join(append(errs, err)...))
	// Inserting takes microseconds; only a machine that stops makes a second group.
	require.LessOrEqual(t, e.counts.Commits.Load()-before, int64(5))
	require.Equal(t, 20, count(t, e))
}

func TestOneOfAGroupFails(t *testing.T) {
	t.Parallel()
	ctx, e := context.Background(), openTestEngine(t)
	gone, cancel := context.WithCancel(ctx)
	no := errors.New("no")
	failing := func() error {
		return e.Update(ctx, func(c sqldb.Conn) error {
			_, err := c.Exec(ctx, `insert into t (id) values ('failed')`)
			require.NoError(t, err)
			return no
		})
	}
	panicking := func() (err error) {
		defer func() { err = fmt.Errorf("%v", recover()) }()
		return e.Update(ctx, func(c sqldb.Conn) error {
			_, err := c.Exec(ctx, `insert into t (id) values ('panicked')`)
			require.NoError(t, err)
			panic("boom")
		})
	}
	first := func(c sqldb.Conn) error {
		cancel() // who waits with this context gives up, and still takes its turn
		_, err := c.Exec(ctx, `insert into t (id) values ('first')`)
		return err
	}
	cancelled := func() error { return insert(gone, e, "cancelled") }
	twice := func() error { return insert(ctx, e, "first") }
	err, errs := behind(t, e, first, failing, cancelled, panicking, twice, cancelled)
	require.NoError(t, err)
	require.ErrorIs(t, errs[0], no)
	require.ErrorIs(t, errs[1], context.Canceled)
	require.EqualError(t, errs[2], "boom")
	require.True(t, sqldb.IsUnique(errs[3], "uq_t__id"), "%v", errs[3])
	require.ErrorIs(t, errs[4], context.Canceled)
	require.Equal(t, 1, count(t, e))
	require.NoError(t, insert(ctx, e, "later"))
}

func TestALostGroupIsRetryable(t *testing.T) {
	t.Parallel()
	ctx, e := context.Background(), openTestEngine(t)
	innocent := func() error { return insert(ctx, e, "innocent") }
	// A failure such as a full disk rolls back more than the member's savepoint.
	lost := func() error {
		return e.Update(ctx, func(c sqldb.Conn) error {
			_, err := c.Exec(ctx, `rollback`)
			require.NoError(t, err)
			return errors.New("disk full")
		})
	}
	err, errs := behind(t, e, func(c sqldb.Conn) error {
		_, err := c.Exec(ctx, `insert into t (id) values ('first')`)
		return err
	}, lost)
	require.True(t, sqldb.IsKind(err, sqldb.KindRetryable), "%v", err)
	require.EqualError(t, errs[0], "disk full")
	require.Zero(t, count(t, e))
	require.NoError(t, innocent())
	require.Equal(t, 1, count(t, e))
}

// counting counts the statements of a transaction, and how many of them wait
// for an answer.
type counting struct {
	sqldb.Conn
	waits, deferred int
	statements      []string
}

func (c *counting) Exec(ctx context.Context, q string, args ...any) (int64, error) {
	c.waits++
	c.statements = append(c.statements, q)
	return c.Conn.Exec(ctx, q, args...)
}

func (c *counting) Defer(ctx context.Context, q string, args ...any) error {
	c.deferred++
	c.statements = append(c.statements, q)
	return c.Conn.Defer(ctx, q, args...)
}

func (c *counting) ExecBatch(ctx context.Context, stmts []sqldb.Stmt) ([]int64, error) {
	c.waits++
	for _, s := range stmts {
		c.statements = append(c.statements, s.SQL)
	}
	return c.Conn.ExecBatch(ctx, stmts)
}

func (c *counting) Query(ctx context.Context, q string, args ...any) (sqldb.Rows, error) {
	c.waits++
	c.statements = append(c.statements, q)
	return c.Conn.Query(ctx, q, args...)
}

func TestStatementCounts(t *testing.T) {
	t.Parallel()
	ctx := core.WithActor(context.Background(), core.System("test"))
	e := openTestEngine(t)
	_, err := sqldb.Migrate(ctx, e, sqlstore.Migrations())
	require.NoError(t, err)
	run := func(fn func(tx *sqlstore.Tx) error) *counting {
		c := &counting{}
		require.NoError(t, e.Update(ctx, func(conn sqldb.Conn) error {
			c.Conn = conn
			tx := sqlstore.NewTx(c)
			return errors.Join(fn(tx), tx.Flush(ctx))
		}))
		return c
	}
	var clerk stock.Clerk
	run(func(tx *sqlstore.Tx) error {
		require.NoError(t, tx.Stock().InsertLocation(ctx, stock.Location{ID: "loc_1", Code: "main", Active: true}))
		require.NoError(t, tx.Stock().InsertItems(ctx, stock.Item{ID: "item_a", SKU: "a", Tracked: true}, stock.Item{ID: "item_b", SKU: "b", Tracked: true}))
		_, err := clerk.Move(ctx, tx.Stock(), stock.Receive, stock.Change{ItemID: "item_a", LocationID: "loc_1", Quantity: 9}, stock.Change{ItemID: "item_b", LocationID: "loc_1", Quantity: 9})
		return err
	})
	c := run(func(tx *sqlstore.Tx) error {
		_, err := clerk.Reserve(ctx, tx.Stock(), "ord_1", []stock.Request{{ItemID: "item_a", Line: "l1", Quantity: 1}, {ItemID: "item_b", Line: "l2", Quantity: 2}}, time.Time{})
		for range 3 { // events of one transaction are one insert, wherever they come from
			ev, _ := core.NewEvent(ctx, nil, time.Now(), "order.placed", "ord_1", 1)
			require.NoError(t, tx.Events().Append(ctx, ev))
		}
		return err
	})
	require.Equal(t, 2, c.waits, "a read and the guarded updates: %q", c.statements)
	require.Equal(t, 3, c.deferred, "ledger, reservations, events: %q", c.statements)
	require.Len(t, c.statements, 6)
	c = run(func(tx *sqlstore.Tx) error {
		_, err := stock.AvailabilityOf(ctx, tx.Stock(), []core.StockItemID{"item_a", "item_b"})
		return err
	})
	require.Len(t, c.statements, 1)
}

func TestTheFirstOfAGroupFails(t *testing.T) {
	t.Parallel()
	ctx, e := context.Background(), openTestEngine(t)
	no := errors.New("no")
	second := func() error { return insert(ctx, e, "second") }
	third := func() error { return insert(ctx, e, "third") }
	err, errs := behind(t, e, func(c sqldb.Conn) error {
		_, err := c.Exec(ctx, `insert into t (id) values ('first')`)
		require.NoError(t, err)
		return no
	}, second, third)
	require.ErrorIs(t, err, no)
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, 2, count(t, e))
	require.Panics(t, func() {
		_ = e.Update(ctx, func(c sqldb.Conn) error {
			_, err := c.Exec(ctx, `insert into t (id) values ('panicked')`)
			require.NoError(t, err)
			panic("boom")
		})
	})
	require.Equal(t, 2, count(t, e))
	require.NoError(t, insert(ctx, e, "fourth"))
}
