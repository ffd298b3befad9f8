// Package storage is a shop's database: transactions over the stores of every
// part, whichever engine is underneath. Open one with storage/sqlite,
// storage/postgres or storage/memory.
//
//	err := db.Update(ctx, func(tx storage.Tx) error {
//		level, err := tx.Stock().Levels(ctx, []core.StockItemID{item})
//		...
//		return err // nil commits; an error or a panic rolls back
//	})
//
// The closure gets a Tx, another type than the DB, and may run more than once.
// Calling Update or View of the same DB inside it is refused with ErrNestedTx.
//
// The Store interfaces that a Tx hands out are seams between parts of this
// module. They may change between minor versions; use the services.
package storage

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/goid"
	"github.com/bodega-commerce/bodega/internal/sqldb"
	"github.com/bodega-commerce/bodega/internal/sqlstore"
)

// ErrNestedTx is returned by Update, View and Snapshot when they are called
// through the outer handle inside a running closure of the same DB: on most
// databases that would wait for itself. Use the Tx that is at hand.
var ErrNestedTx = core.Errorf(core.KindInternal, "nested_transaction",
	"a transaction of this database is running on this goroutine: use its Tx instead of the outer handle")

// DB is a database. Safe for concurrent use, except one bound to a host's
// transaction by Join, which is as safe as that transaction.
type DB struct {
	engine sqldb.Engine
	joined sqldb.Conn // set by Join
	active sync.Map   // goroutine -> struct{}: who is inside a closure
}

// New makes a DB over an engine; the packages below storage/ call it.
func New(e sqldb.Engine) *DB { return &DB{engine: e} }

// maxAttempts bounds how often a transaction runs when the database asks for
// a retry.
const maxAttempts = 10

// Update runs fn in a transaction. What the database calls retryable
// (serialization failure, deadlock, busy) runs fn again, up to ten times with
// growing, jittered pauses; then the error has kind unavailable.
func (db *DB) Update(ctx context.Context, fn func(tx Tx) error) error {
	leave, err := db.enter()
	if err != nil {
		return err
	}
	defer leave()
	if db.joined != nil {
		return db.savepoint(ctx, fn)
	}
	return db.retry(ctx, func(c sqldb.Conn) error { return within(ctx, c, fn) })
}

// retry runs fn in a transaction of the engine, again when the database asks
// for it.
func (db *DB) retry(ctx context.Context, fn func(sqldb.Conn) error) error {
	for attempt := 1; ; attempt++ {
		err := db.engine.Update(ctx, fn)
		if !sqldb.IsKind(err, sqldb.KindRetryable) {
			return surface(err)
		}
		if attempt == maxAttempts {
			return &core.Error{Kind: core.KindUnavailable, Code: "database_busy", Message: "the database is too busy; try again", Err: err}
		}
		pause := time.Duration(1<<attempt) * time.Millisecond
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause/2 + rand.N(pause)):
		}
	}
}

// within runs fn over the stores of a transaction and inserts the events it
// appended.
func within(ctx context.Context, c sqldb.Conn, fn func(tx Tx) error) error {
	tx := sqlstore.NewTx(c)
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Flush(ctx)
}

// View runs fn for reading. Its statements may see different moments; use
// Snapshot where they must agree.
func (db *DB) View(ctx context.Context, fn func(tx Tx) error) error {
	return db.read(ctx, db.engine.View, fn)
}

// Snapshot runs fn for reading at one moment.
func (db *DB) Snapshot(ctx context.Context, fn func(tx Tx) error) error {
	return db.read(ctx, db.engine.Snapshot, fn)
}

func (db *DB) read(ctx context.Context, run func(context.Context, func(sqldb.Conn) error) error, fn func(tx Tx) error) error {
	leave, err := db.enter()
	if err != nil {
		return err
	}
	defer leave()
	if db.joined != nil {
		return surface(fn(sqlstore.NewTx(db.joined)))
	}
	return surface(run(ctx, func(c sqldb.Conn) error { return fn(sqlstore.NewTx(c)) }))
}

// surface keeps database errors that no store translated from reaching a
// caller unclassified.
func surface(err error) error {
	var c core.Classified
	var e *sqldb.Error
	if err == nil || errors.As(err, &c) || !errors.As(err, &e) {
		return err
	}
	switch e.Kind {
	case sqldb.KindUnavailable, sqldb.KindRetryable:
		return &core.Error{Kind: core.KindUnavailable, Code: "database_unavailable", Message: "the database does not answer", Err: err}
	case sqldb.KindUnique:
		return &core.Error{Kind: core.KindExists, Code: "exists", Message: "it exists already", Err: err}
	case sqldb.KindForeignKey:
		return &core.Error{Kind: core.KindConflict, Code: "reference", Message: "something it refers to is missing, or it is still referred to", Err: err}
	}
	return err
}

// enter notes that this goroutine is inside a closure of db. A mark in the
// context would be lost or shared by mistake.
func (db *DB) enter() (leave func(), err error) {
	g := goid.Current()
	if _, running := db.active.LoadOrStore(g, struct{}{}); running {
		return nil, ErrNestedTx
	}
	return func() { db.active.Delete(g) }, nil
}

// Join binds a database to a transaction of the program that embeds the shop:
// a *sql.Tx, or on PostgreSQL also a pgx.Tx, of the same database. Its rows and
// ours then commit together or not at all. The result is used within that
// transaction and not closed; its Update is a savepoint without retry.
func (db *DB) Join(hostTx any) (*DB, error) {
	conn, err := db.engine.Join(hostTx)
	if err != nil {
		return nil, err
	}
	return &DB{engine: db.engine, joined: conn}, nil
}

// Within runs fn with a DB bound to one new transaction: everything services
// built over that DB do commits together.
func (db *DB) Within(ctx context.Context, fn func(bound *DB) error) error {
	leave, err := db.enter()
	if err != nil {
		return err
	}
	defer leave()
	if db.joined != nil {
		return fn(&DB{engine: db.engine, joined: db.joined})
	}
	return db.retry(ctx, func(c sqldb.Conn) error { return fn(&DB{engine: db.engine, joined: c}) })
}

func (db *DB) savepoint(ctx context.Context, fn func(tx Tx) error) (err error) {
	c := db.joined
	if _, err := c.Exec(ctx, "savepoint bodega"); err != nil {
		return surface(err)
	}
	returned := false
	defer func() {
		if returned && err == nil {
			return
		}
		undo := context.WithoutCancel(ctx)
		if u, ok := c.(sqldb.Undoer); ok {
			u.BeforeUndo()
		}
		if _, uerr := c.Exec(undo, "rollback to savepoint bodega"); uerr == nil {
			_, _ = c.Exec(undo, "release savepoint bodega")
		}
	}()
	err = within(ctx, c, fn)
	returned = true
	if err == nil {
		_, err = c.Exec(ctx, "release savepoint bodega")
	}
	return surface(err)
}

// Tx returns the transaction that a DB of Join or Within works in, and nil for
// any other DB.
func (db *DB) Tx() Tx {
	if db.joined == nil {
		return nil
	}
	return sqlstore.NewTx(db.joined)
}

// Migrate brings the schema up to date and returns how many steps it applied.
func (db *DB) Migrate(ctx context.Context) (int, error) {
	return sqldb.Migrate(ctx, db.engine, sqlstore.Migrations())
}

// Pending returns the statements that Migrate would run, without running them.
func (db *DB) Pending(ctx context.Context) ([]string, error) {
	version, err := sqldb.SchemaVersion(ctx, db.engine)
	if err != nil {
		return nil, err
	}
	var out []string
	steps := sqlstore.Migrations()
	if version > len(steps) {
		return nil, fmt.Errorf("%w: version %d", sqldb.ErrNewerSchema, version)
	}
	for _, step := range steps[version:] {
		out = append(out, step.Statements(db.engine.Dialect())...)
	}
	return out, nil
}

// Analyze has the database look at how much there is of what, which its plans
// depend on. PostgreSQL does so by itself after a minute or so; call it when
// much was loaded at once and is read right away.
func (db *DB) Analyze(ctx context.Context) error {
	if db.engine.Dialect().Name != "postgres" { // SQLite's plans are fixed by the statements
		return nil
	}
	return surface(db.engine.Update(ctx, func(c sqldb.Conn) error {
		_, err := c.Exec(ctx, "analyze")
		return err
	}))
}

// Dialect names the database's kind: "sqlite" or "postgres".
func (db *DB) Dialect() string { return db.engine.Dialect().Name }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	return surface(db.engine.View(ctx, func(c sqldb.Conn) error {
		_, err := sqldb.One(ctx, c, sqldb.Column[int], "select 1")
		return err
	}))
}

// Stats is what a database has done since it was opened, in this process.
type Stats struct {
	Statements   int64 // that read or write: not begin, commit and savepoints
	RoundTrips   int64 // to the server; 0 where the database is in the process
	Transactions int64 // that write, and snapshots
	Commits      int64 // to disk; SQLite commits several transactions at once
}

// Stats returns the counts so far. Work in a host's transaction is not counted.
func (db *DB) Stats() Stats { return Stats(db.engine.Stats()) }

// Close waits for the running transactions and closes the database.
func (db *DB) Close() error {
	if db.joined != nil {
		return nil
	}
	return db.engine.Close()
}
