package sqldb

import (
	"context"
	"database/sql"
)

// StdConn is a Conn over anything of database/sql that runs statements; it
// serves transactions that a host program opened itself.
type StdConn struct {
	q        StdQueryer
	dialect  *Dialect
	classify func(error) error
}

// StdQueryer is the part of *sql.Tx, *sql.Conn and *sql.DB that StdConn needs.
type StdQueryer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// NewStdConn wraps q. classify turns a driver's error into an *Error.
func NewStdConn(q StdQueryer, d *Dialect, classify func(error) error) *StdConn {
	return &StdConn{q: q, dialect: d, classify: classify}
}

// Dialect implements Conn.
func (c *StdConn) Dialect() *Dialect { return c.dialect }

// Exec implements Conn.
func (c *StdConn) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := c.q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, c.classify(err)
	}
	n, err := res.RowsAffected()
	return n, c.classify(err)
}

// Defer implements Conn; it runs at once.
func (c *StdConn) Defer(ctx context.Context, query string, args ...any) error {
	_, err := c.Exec(ctx, query, args...)
	return err
}

// ExecBatch implements Conn.
func (c *StdConn) ExecBatch(ctx context.Context, stmts []Stmt) ([]int64, error) {
	return ExecEach(ctx, c, stmts)
}

// Query implements Conn.
func (c *StdConn) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	rows, err := c.q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, c.classify(err)
	}
	return NewStdRows(rows, c.classify), nil
}

// ExecEach runs a batch one statement after another.
func ExecEach(ctx context.Context, c Conn, stmts []Stmt) ([]int64, error) {
	counts := make([]int64, len(stmts))
	for i, s := range stmts {
		n, err := c.Exec(ctx, s.SQL, s.Args...)
		if err != nil {
			return nil, err
		}
		counts[i] = n
	}
	return counts, nil
}

type stdRows struct {
	*sql.Rows
	classify func(error) error
}

// NewStdRows wraps rows of database/sql.
func NewStdRows(rows *sql.Rows, classify func(error) error) Rows { return stdRows{rows, classify} }

func (r stdRows) Close()     { _ = r.Rows.Close() }
func (r stdRows) Err() error { return r.classify(r.Rows.Err()) }
