package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/internal/sqldb"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/puddle/v2"
)

var dialect = &sqldb.Dialect{Name: "postgres", Text: `text collate "C"`, Bytes: "bytea", Serial: "bigint generated always as identity primary key", ForUpdate: " for update", ForShare: " for share", Hold: " for no key update", SkipLocked: " for update skip locked", MaxParams: 60000, Find: "strpos"}

// rollbackTimeout bounds the rollback of a transaction whose context is over.
const rollbackTimeout = 5 * time.Second

type engine struct {
	pool   *pgxpool.Pool
	counts sqldb.Counters
}

// Stats implements sqldb.Engine.
func (e *engine) Stats() sqldb.Stats { return e.counts.Stats() }

func (e *engine) Dialect() *sqldb.Dialect { return dialect }

// Update runs fn in a READ COMMITTED transaction. Begin travels with the first
// statement that writes or locks and commit with the last deferred ones, so that
// a short transaction takes few round trips. What reads before that sees what
// it would see within: each statement its own moment.
func (e *engine) Update(ctx context.Context, fn func(sqldb.Conn) error) error {
	return e.transaction(ctx, "begin", fn)
}

// Snapshot runs fn in a read-only REPEATABLE READ transaction.
func (e *engine) Snapshot(ctx context.Context, fn func(sqldb.Conn) error) error {
	return e.transaction(ctx, "begin isolation level repeatable read read only", fn)
}

func (e *engine) transaction(ctx context.Context, begin string, fn func(sqldb.Conn) error) error {
	pc, err := e.pool.Acquire(ctx)
	if err != nil {
		return classify(err)
	}
	defer pc.Release() // a connection left inside a transaction is destroyed, not reused
	e.counts.Transactions.Add(1)
	c := &txConn{q: pc.Conn(), counts: &e.counts, begin: begin}
	committed := false
	defer func() {
		if !committed {
			c.rollback(ctx)
		}
	}()
	if err := fn(c); err != nil {
		return err
	}
	err = c.commit(ctx)
	committed = err == nil
	return err
}

// View runs each statement on its own.
func (e *engine) View(ctx context.Context, fn func(sqldb.Conn) error) error {
	pc, err := e.pool.Acquire(ctx)
	if err != nil {
		return classify(err)
	}
	defer pc.Release()
	return fn(&txConn{q: pc.Conn(), counts: &e.counts, readOnly: true})
}

// Join accepts a pgx.Tx, or a *sql.Tx of pgx's database/sql driver.
func (e *engine) Join(hostTx any) (sqldb.Conn, error) {
	switch tx := hostTx.(type) {
	case pgx.Tx:
		return &txConn{q: tx, counts: new(sqldb.Counters), eager: true}, nil
	case *sql.Tx:
		if tx != nil {
			return sqldb.NewStdConn(tx, dialect, classify), nil
		}
	}
	return nil, fmt.Errorf("postgres: cannot join a %T: pass a pgx.Tx or a *sql.Tx", hostTx)
}

func (e *engine) Close() error {
	e.pool.Close()
	return nil
}

// queryer is what *pgx.Conn and pgx.Tx share.
type queryer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
	CopyFrom(ctx context.Context, table pgx.Identifier, cols []string, rows pgx.CopyFromSource) (int64, error)
}

type txConn struct {
	q        queryer
	counts   *sqldb.Counters
	begin    string       // sent with the first statement that needs it; "" when begun or not ours
	pending  []sqldb.Stmt // deferred writes
	readOnly bool         // outside a transaction
	eager    bool         // a host's transaction: defer nothing, it commits without us
	begun    bool
	lost     error // of a read before begin: within, it would have ended the transaction
}

func (c *txConn) Dialect() *sqldb.Dialect { return dialect }

var errReadOnly = errors.New("postgres: write outside an update")

func (c *txConn) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	counts, err := c.ExecBatch(ctx, []sqldb.Stmt{{SQL: query, Args: args}})
	if err != nil {
		return 0, err
	}
	return counts[0], nil
}

func (c *txConn) Defer(ctx context.Context, query string, args ...any) error {
	if c.eager || c.readOnly {
		_, err := c.Exec(ctx, query, args...)
		return err
	}
	c.pending = append(c.pending, sqldb.Stmt{SQL: query, Args: args})
	return nil
}

func (c *txConn) ExecBatch(ctx context.Context, stmts []sqldb.Stmt) ([]int64, error) {
	if c.readOnly {
		return nil, errReadOnly
	}
	if c.lost != nil {
		return nil, c.lost
	}
	c.count(len(c.pending) + len(stmts))
	if c.begin == "" && len(c.pending) == 0 && len(stmts) == 1 {
		tag, err := c.q.Exec(ctx, stmts[0].SQL, stmts[0].Args...)
		return []int64{tag.RowsAffected()}, classify(err)
	}
	b, skip := c.lead()
	for _, s := range stmts {
		b.Queue(s.SQL, s.Args...)
	}
	br := c.q.SendBatch(ctx, b)
	counts := make([]int64, 0, len(stmts))
	for i := range skip + len(stmts) {
		tag, err := br.Exec()
		if err != nil {
			_ = br.Close()
			return nil, classify(err)
		}
		if i >= skip {
			counts = append(counts, tag.RowsAffected())
		}
	}
	return counts, classify(br.Close())
}

// CopyRows implements sqldb.Copier.
func (c *txConn) CopyRows(ctx context.Context, table string, cols []string, rows [][]any) error {
	if c.begin != "" || len(c.pending) > 0 || c.readOnly {
		if _, err := c.ExecBatch(ctx, nil); err != nil {
			return err
		}
	}
	c.count(1)
	c.counts.RoundTrips.Add(1) // it asks for the columns' types before
	_, err := c.q.CopyFrom(ctx, pgx.Identifier{table}, cols, pgx.CopyFromRows(rows))
	return classify(err)
}

// count notes a round trip with a number of statements.
func (c *txConn) count(statements int) {
	c.counts.RoundTrips.Add(1)
	c.counts.Statements.Add(int64(statements))
}

// lead starts a batch with what must come before the next statement.
func (c *txConn) lead() (b *pgx.Batch, n int) {
	b = &pgx.Batch{}
	if c.begin != "" {
		b.Queue(c.begin)
		c.begin, c.begun = "", true
	}
	for _, s := range c.pending {
		b.Queue(s.SQL, s.Args...)
	}
	c.pending = nil
	return b, b.Len()
}

// BeforeUndo implements sqldb.Undoer.
func (c *txConn) BeforeUndo() { c.pending = nil }

func (c *txConn) Query(ctx context.Context, query string, args ...any) (sqldb.Rows, error) {
	if c.readOnly && !sqldb.Reads(query) {
		return nil, errReadOnly
	}
	if c.lost != nil {
		return nil, c.lost
	}
	c.count(len(c.pending) + 1)
	if len(c.pending) == 0 && (c.begin == "" || c.begin == "begin" && onlyReads(query)) {
		r, err := c.q.Query(ctx, query, args...)
		if err != nil {
			return nil, c.note(err)
		}
		return &rows{Rows: r, c: c}, nil
	}
	b, skip := c.lead()
	b.Queue(query, args...)
	br := c.q.SendBatch(ctx, b)
	for range skip {
		if _, err := br.Exec(); err != nil {
			_ = br.Close()
			return nil, classify(err)
		}
	}
	r, err := br.Query()
	if err != nil {
		_ = br.Close()
		return nil, classify(err)
	}
	return &rows{Rows: r, c: c, batch: br}, nil
}

// onlyReads reports whether a statement neither writes nor locks rows, on the
// safe side.
func onlyReads(query string) bool {
	return strings.HasPrefix(query, "select ") && !strings.Contains(query, " for ")
}

// note classifies an error and remembers it before begin.
func (c *txConn) note(err error) error {
	err = classify(err)
	if err != nil && !c.begun && !c.readOnly && !c.eager {
		c.lost = fmt.Errorf("postgres: a statement of the transaction had failed: %w", err)
	}
	return err
}

// commit sends what is deferred together with the commit. What was all deferred
// needs neither begin nor commit: a batch is a transaction by itself.
func (c *txConn) commit(ctx context.Context) error {
	if c.lost != nil {
		return c.lost
	}
	if !c.begun && len(c.pending) == 0 {
		return nil
	}
	c.count(len(c.pending))
	c.counts.Commits.Add(1)
	begun := c.begun
	if !begun {
		c.begin = ""
	}
	b, _ := c.lead()
	if begun {
		b.Queue("commit")
	}
	br := c.q.SendBatch(ctx, b)
	var tag pgconn.CommandTag
	for range b.Len() {
		var err error
		if tag, err = br.Exec(); err != nil {
			_ = br.Close()
			return classify(err)
		}
	}
	if err := br.Close(); err != nil {
		return classify(err)
	}
	if begun && tag.String() != "COMMIT" { // a failed statement whose error was swallowed
		return errors.New("postgres: the transaction was rolled back: a statement in it had failed")
	}
	return nil
}

func (c *txConn) rollback(ctx context.Context) {
	if !c.begun {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	_, _ = c.q.Exec(ctx, "rollback") // a broken connection rolls back by itself
}

type rows struct {
	pgx.Rows
	c     *txConn
	batch pgx.BatchResults
}

func (r *rows) Close() {
	r.Rows.Close()
	if r.batch != nil {
		_ = r.batch.Close()
		r.batch = nil
	}
}

func (r *rows) Err() error { return r.c.note(r.Rows.Err()) }

// lost reports whether the connection or the pool is gone.
func lost(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, puddle.ErrClosedPool) || pgconn.SafeToRetry(err)
}

// classify gives a driver's error its kind.
func classify(err error) error {
	if err == nil {
		return nil
	}
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		var ce *pgconn.ConnectError
		var ne net.Error
		if errors.As(err, &ce) || lost(err) || (errors.As(err, &ne) && !errors.Is(err, context.DeadlineExceeded)) {
			return &sqldb.Error{Kind: sqldb.KindUnavailable, Err: err}
		}
		return err
	}
	out := &sqldb.Error{Err: err, Constraint: pe.ConstraintName}
	switch {
	case pe.Code == "23505":
		out.Kind = sqldb.KindUnique
	case pe.Code == "23503":
		out.Kind = sqldb.KindForeignKey
	case pe.Code == "23514":
		out.Kind = sqldb.KindCheck
	case pe.Code == "40001" || pe.Code == "40P01" || pe.Code == "55P03":
		out.Kind = sqldb.KindRetryable
	case strings.HasPrefix(pe.Code, "08") || strings.HasPrefix(pe.Code, "57P") || strings.HasPrefix(pe.Code, "53"):
		out.Kind = sqldb.KindUnavailable
	}
	return out
}
