package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodega-commerce/bodega/internal/sqldb"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var dialect = &sqldb.Dialect{Name: "sqlite", Text: "text", Bytes: "blob", Serial: "integer primary key", MaxParams: 30000, Find: "instr", Bare: true}

// Limits of one group commit: how many transactions may share it, and how long
// the first of them may wait for the others.
const (
	maxGroup    = 256
	maxGroupAge = 20 * time.Millisecond
)

// engine runs write transactions one after another on a single connection.
// Those that wait for their turn are committed together, a savepoint each after
// the first: durability then costs one fsync for many orders. Readers have a pool of
// their own and never wait (except in memory, where all share the connection).
type engine struct {
	writer  *sql.DB
	wconn   *sql.Conn
	readers *sql.DB  // nil in memory
	rstmts  sync.Map // query -> *sql.Stmt
	rcount  atomic.Int64
	wstmts  map[string]*sql.Stmt // guarded by turn

	turn    chan struct{} // holds a token while a transaction has its turn
	waiting atomic.Int64
	open    *group // the transaction begun and not yet committed; guarded by turn
	closed  atomic.Bool
	counts  sqldb.Counters
}

// group is write transactions that are committed together.
type group struct {
	began time.Time
	size  int
	done  chan struct{}
	err   error // set before done is closed
}

func (e *engine) Dialect() *sqldb.Dialect { return dialect }

// Update runs fn in a savepoint of the open group and returns when the group
// is committed.
func (e *engine) Update(ctx context.Context, fn func(sqldb.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Who waits has promised to come: the one before leaves its group open for
	// it. So a cancelled waiter still takes its turn, only to commit.
	e.waiting.Add(1)
	e.turn <- struct{}{}
	e.waiting.Add(-1)
	g, err := e.take(ctx, fn)
	if g == nil {
		return err
	}
	<-g.done
	if err != nil {
		return err
	}
	return g.err
}

// take has the turn: it runs fn and commits the group unless somebody waits.
func (e *engine) take(ctx context.Context, fn func(sqldb.Conn) error) (joined *group, err error) {
	defer func() { <-e.turn }()
	if e.closed.Load() {
		return nil, errClosed
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	} else {
		joined, err = e.member(ctx, fn)
	}
	if e.open != nil && (e.waiting.Load() == 0 || e.open.size >= maxGroup || time.Since(e.open.began) > maxGroupAge) {
		e.finish(e.exec("commit"))
	}
	return joined, err
}

// member runs fn in the open group. It returns the group fn's work is part of,
// or nil with the error when nothing of it remains. The first of a group needs
// no savepoint, as nobody else's work would be lost with its own; a long
// transaction so keeps no copies of the pages it changes.
func (e *engine) member(ctx context.Context, fn func(sqldb.Conn) error) (*group, error) {
	undo := e.undo
	if e.open == nil {
		if err := e.exec("begin immediate"); err != nil {
			return nil, err
		}
		e.open = &group{began: time.Now(), done: make(chan struct{})}
		undo = e.abandon
	} else if err := e.exec("savepoint member"); err != nil {
		return nil, err
	}
	g := e.open
	g.size++
	e.counts.Transactions.Add(1)
	returned := false
	defer func() {
		if !returned { // fn panics: undo its work, let the others commit, let the panic go on
			undo()
			if e.open != nil && e.waiting.Load() == 0 {
				e.finish(e.exec("commit"))
			}
		}
	}()
	c := &writeConn{e: e}
	err := fn(c)
	returned = true
	if err == nil && c.failed != nil {
		err = fmt.Errorf("sqlite: the transaction was rolled back: a statement in it had failed: %w", c.failed)
	}
	if err == nil && g.size > 1 {
		err = e.exec("release member")
	}
	if err != nil {
		undo()
		return nil, err
	}
	return g, nil
}

// abandon takes back a group that has only its first member.
func (e *engine) abandon() {
	_ = e.exec("rollback") // fails when SQLite has done it already
	close(e.open.done)
	e.open = nil
}

// undo takes back the member's savepoint. Some failures (disk full, I/O) roll
// back the whole transaction by themselves; then the group is lost.
func (e *engine) undo() {
	err := e.exec("rollback to member")
	if err == nil {
		err = e.exec("release member")
	}
	if err != nil {
		e.finish(&sqldb.Error{Kind: sqldb.KindRetryable, Err: fmt.Errorf("sqlite: a shared transaction was rolled back: %w", err)})
	}
}

// finish ends the open group with the outcome of its commit.
func (e *engine) finish(err error) {
	g := e.open
	e.open = nil
	e.counts.Commits.Add(1)
	if err != nil {
		_ = e.exec("rollback") // fails when SQLite has done it already
		g.err = err
	}
	close(g.done)
}

func (e *engine) exec(query string) error {
	stmt, err := e.prepare(query)
	if err == nil {
		_, err = stmt.ExecContext(context.Background())
	}
	return classify(err)
}

// maxStmts bounds the prepared statements kept; statement texts are few, but
// their lists of parameters vary.
const maxStmts = 1000

func (e *engine) prepare(query string) (*sql.Stmt, error) {
	if s, ok := e.wstmts[query]; ok {
		return s, nil
	}
	if len(e.wstmts) >= maxStmts {
		for q, s := range e.wstmts {
			_ = s.Close()
			delete(e.wstmts, q)
		}
	}
	s, err := e.wconn.PrepareContext(context.Background(), query)
	if err == nil {
		e.wstmts[query] = s
	}
	return s, err
}

// writeConn runs statements on the writer. The context is looked at between
// statements only: an interrupted statement would roll back the whole group.
//
// After a failure it refuses all that follows. PostgreSQL does; code that was
// only ever run on SQLite must not depend on the contrary, and statements after
// a failure that rolled back by itself would be committed one by one.
type writeConn struct {
	e      *engine
	failed error
}

func (c *writeConn) Dialect() *sqldb.Dialect { return dialect }

// BeforeUndo implements sqldb.Undoer.
func (c *writeConn) BeforeUndo() { c.failed = nil }

// statement prepares the next statement, if there may be one.
func (c *writeConn) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.failed != nil {
		return nil, fmt.Errorf("sqlite: a statement before this one had failed: %w", c.failed)
	}
	c.e.counts.Statements.Add(1)
	stmt, err := c.e.prepare(query)
	return stmt, c.note(err)
}

// note classifies an error and remembers it.
func (c *writeConn) note(err error) error {
	if err = classify(err); err != nil && c.failed == nil {
		c.failed = err
	}
	return err
}

func (c *writeConn) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	stmt, err := c.statement(ctx, query)
	if err != nil {
		return 0, err
	}
	res, err := stmt.ExecContext(context.WithoutCancel(ctx), args...)
	if err != nil {
		return 0, c.note(err)
	}
	return res.RowsAffected()
}

func (c *writeConn) Defer(ctx context.Context, query string, args ...any) error {
	_, err := c.Exec(ctx, query, args...)
	return err
}

func (c *writeConn) ExecBatch(ctx context.Context, stmts []sqldb.Stmt) ([]int64, error) {
	return sqldb.ExecEach(ctx, c, stmts)
}

func (c *writeConn) Query(ctx context.Context, query string, args ...any) (sqldb.Rows, error) {
	stmt, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(context.WithoutCancel(ctx), args...)
	if err != nil {
		return nil, c.note(err)
	}
	return sqldb.NewStdRows(rows, c.note), nil
}

// View reads from the pool; in memory it takes a turn like a writer.
func (e *engine) View(ctx context.Context, fn func(sqldb.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if e.closed.Load() {
		return errClosed
	}
	if e.readers != nil {
		return fn(&readConn{e})
	}
	e.turn <- struct{}{}
	defer func() { <-e.turn }()
	if e.closed.Load() {
		return errClosed
	}
	return fn(memoryConn{&writeConn{e: e}})
}

// Snapshot reads in one transaction.
func (e *engine) Snapshot(ctx context.Context, fn func(sqldb.Conn) error) error {
	if e.readers == nil {
		return e.View(ctx, fn)
	}
	if e.closed.Load() {
		return errClosed
	}
	tx, err := e.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return classify(err)
	}
	defer func() { _ = tx.Rollback() }()
	return fn(sqldb.NewStdConn(tx, dialect, classify))
}

// memoryConn reads on the one connection a memory database has.
type memoryConn struct{ *writeConn }

func (c memoryConn) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return 0, errReadOnly
}

func (c memoryConn) Defer(context.Context, string, ...any) error { return errReadOnly }

func (c memoryConn) ExecBatch(context.Context, []sqldb.Stmt) ([]int64, error) {
	return nil, errReadOnly
}

func (c memoryConn) Query(ctx context.Context, query string, args ...any) (sqldb.Rows, error) {
	if !sqldb.Reads(query) {
		return nil, errReadOnly
	}
	return c.writeConn.Query(ctx, query, args...)
}

var errReadOnly = errors.New("sqlite: write outside an update")

// readConn runs each statement on any connection of the pool.
type readConn struct{ e *engine }

func (c *readConn) Dialect() *sqldb.Dialect { return dialect }

func (c *readConn) Exec(context.Context, string, ...any) (int64, error) {
	return 0, errReadOnly
}

func (c *readConn) Defer(ctx context.Context, query string, args ...any) error {
	_, err := c.Exec(ctx, query, args...)
	return err
}

func (c *readConn) ExecBatch(ctx context.Context, stmts []sqldb.Stmt) ([]int64, error) {
	return sqldb.ExecEach(ctx, c, stmts)
}

func (c *readConn) Query(ctx context.Context, query string, args ...any) (sqldb.Rows, error) {
	c.e.counts.Statements.Add(1)
	cached, ok := c.e.rstmts.Load(query)
	if !ok && c.e.rcount.Load() >= maxStmts { // once, without keeping it
		rows, err := c.e.readers.QueryContext(ctx, query, args...)
		if err != nil {
			return nil, classify(err)
		}
		return sqldb.NewStdRows(rows, classify), nil
	}
	if !ok {
		stmt, err := c.e.readers.PrepareContext(ctx, query)
		if err != nil {
			return nil, classify(err)
		}
		var raced bool
		if cached, raced = c.e.rstmts.LoadOrStore(query, stmt); raced {
			_ = stmt.Close()
		} else {
			c.e.rcount.Add(1)
		}
	}
	rows, err := cached.(*sql.Stmt).QueryContext(ctx, args...)
	if err != nil {
		return nil, classify(err)
	}
	return sqldb.NewStdRows(rows, classify), nil
}

// Stats implements sqldb.Engine.
func (e *engine) Stats() sqldb.Stats { return e.counts.Stats() }

// Join accepts a *sql.Tx on the same database file.
func (e *engine) Join(hostTx any) (sqldb.Conn, error) {
	tx, ok := hostTx.(*sql.Tx)
	if !ok || tx == nil {
		return nil, fmt.Errorf("sqlite: cannot join a %T: pass a *sql.Tx", hostTx)
	}
	return sqldb.NewStdConn(tx, dialect, classify), nil
}

func (e *engine) Close() error {
	e.turn <- struct{}{}
	defer func() { <-e.turn }()
	if e.closed.Swap(true) {
		return nil
	}
	if e.open != nil {
		e.finish(e.exec("commit"))
	}
	// A connection with statements that are not closed stays open inside SQLite:
	// the log would not be folded into the file.
	var errs []error
	for _, s := range e.wstmts {
		errs = append(errs, s.Close())
	}
	if e.readers != nil {
		e.rstmts.Range(func(_, s any) bool {
			errs = append(errs, s.(*sql.Stmt).Close())
			return true
		})
		errs = append(errs, e.readers.Close())
	}
	errs = append(errs, e.wconn.Close(), e.writer.Close())
	return errors.Join(errs...)
}

var errClosed = &sqldb.Error{Kind: sqldb.KindUnavailable, Err: errors.New("sqlite: the database is closed")}

// classify gives a driver's error its kind.
func classify(err error) error {
	var se *sqlite.Error
	if err == nil || !errors.As(err, &se) {
		return err
	}
	out := &sqldb.Error{Err: err}
	switch code := se.Code(); {
	case code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		out.Kind = sqldb.KindUnique
		out.Constraint = uniqueName(se.Error())
	case code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		out.Kind = sqldb.KindForeignKey
	case code == sqlite3.SQLITE_CONSTRAINT_CHECK:
		out.Kind = sqldb.KindCheck
		out.Constraint = after(se.Error(), "CHECK constraint failed: ")
	case code&0xff == sqlite3.SQLITE_BUSY || code&0xff == sqlite3.SQLITE_LOCKED:
		out.Kind = sqldb.KindRetryable
	case code&0xff == sqlite3.SQLITE_INTERRUPT:
		return context.Canceled
	case code&0xff == sqlite3.SQLITE_CANTOPEN || code&0xff == sqlite3.SQLITE_FULL || code&0xff == sqlite3.SQLITE_IOERR:
		out.Kind = sqldb.KindUnavailable
	}
	return out
}

// uniqueName gives a violated index the name PostgreSQL would report. SQLite
// tells only the columns ("... failed: products.slug (2067)"), and only in
// its message.
func uniqueName(msg string) string {
	cols := after(msg, "UNIQUE constraint failed: ")
	var table string
	var names []string
	for col := range strings.SplitSeq(cols, ", ") {
		t, name, ok := strings.Cut(col, ".")
		if !ok {
			return cols
		}
		table, names = t, append(names, name)
	}
	return "uq_" + table + "__" + strings.Join(names, "__")
}

func after(msg, mark string) string {
	_, rest, ok := strings.Cut(msg, mark)
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, " (")
	return rest
}
