// Package sqldb is the thin floor under the SQL stores: what a transaction on
// any supported database can do, the dialect as data, classified errors and
// migrations. Statements are written once, in the subset PostgreSQL and SQLite
// share, with $n parameters; times are bigint microseconds, money is bigint
// minor units, JSON is text.
package sqldb

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Stmt is one statement with its arguments.
type Stmt struct {
	SQL  string
	Args []any
}

// Conn runs statements, inside one transaction when it comes from
// Engine.Update or Engine.Snapshot. It is not safe for concurrent use, and
// Rows must be closed before the next statement.
//
// After a statement failed the transaction is lost (PostgreSQL aborts it, and
// SQLite is made to): return the error. Use "on conflict do nothing" and row counts where a
// conflict is an expected answer.
type Conn interface {
	// Exec runs a statement now and returns how many rows it touched.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// Defer runs an unconditional write at the latest when the transaction
	// commits; a networked engine sends it together with the next statement or
	// the commit, saving its round trip. Its row count and the place of its
	// error are lost, so use it only where neither matters.
	Defer(ctx context.Context, query string, args ...any) error
	// ExecBatch runs statements in order, in one round trip where the engine
	// can, and returns their row counts.
	ExecBatch(ctx context.Context, stmts []Stmt) ([]int64, error)
	Query(ctx context.Context, query string, args ...any) (Rows, error)
	Dialect() *Dialect
}

// Undoer is a Conn that must be told before its transaction goes back to a
// savepoint: deferred writes since then are dropped, and a failure is forgiven.
type Undoer interface{ BeforeUndo() }

// Copier is a Conn with a faster way than inserts for many rows. They are
// written when it returns, and after those that were deferred before.
type Copier interface {
	CopyRows(ctx context.Context, table string, cols []string, rows [][]any) error
}

// Rows is a result being read.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

// Scanner is one row.
type Scanner interface{ Scan(dest ...any) error }

// Engine is a database. Implementations run a closure once per call; retrying
// is the caller's.
type Engine interface {
	Dialect() *Dialect
	// Update runs fn in a transaction: commit on nil, roll back on error or panic.
	Update(ctx context.Context, fn func(Conn) error) error
	// View runs fn for reading, each statement on its own.
	View(ctx context.Context, fn func(Conn) error) error
	// Snapshot runs fn for reading; all statements see one moment.
	Snapshot(ctx context.Context, fn func(Conn) error) error
	// Join returns a connection inside a transaction of the host program.
	Join(hostTx any) (Conn, error)
	Stats() Stats
	Close() error
}

// Dialect holds what differs between databases, as data.
type Dialect struct {
	Name       string // "sqlite" or "postgres"
	Text       string // column type of text, compared byte by byte
	Bytes      string // column type of bytes
	Serial     string // a primary key column that numbers its rows
	ForUpdate  string // suffix locking the selected rows
	ForShare   string // suffix keeping the selected rows from being changed
	Hold       string // suffix locking the selected rows, while others may still refer to them
	SkipLocked string // suffix locking the selected rows that nobody holds
	MaxParams  int    // parameters of one statement
	// Find is the function that tells where in a text another one begins, from 1,
	// or 0. A bound pattern of "like" would make SQLite prepare the statement anew
	// whenever it is bound.
	Find string
	// Bare says that "?" binds faster than "$n": a driver that looks parameters
	// up by name takes quadratic time over the thousands of a multi-row insert.
	Bare bool
}

// ErrNoRows is returned by One when nothing matched.
var ErrNoRows = errors.New("sqldb: no rows")

// ErrKind classifies a database error.
type ErrKind uint8

// The kinds of error.
const (
	KindOther       ErrKind = iota
	KindUnique              // a unique index is hit
	KindForeignKey          // a referenced row is missing, or a row is still referenced
	KindCheck               // a check constraint refused
	KindRetryable           // serialization failure, deadlock, busy: run the transaction again
	KindUnavailable         // the database cannot be reached
)

// Error is a database error, classified once by the engine.
type Error struct {
	Kind ErrKind
	// Constraint names what refused: "uq_<table>__<column>" for a unique index
	// (name unique indexes so), the constraint's name for a check.
	Constraint string
	Err        error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the driver's error.
func (e *Error) Unwrap() error { return e.Err }

// IsKind reports whether err is a database error of the kind.
func IsKind(err error, kind ErrKind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

// IsUnique reports whether err is a violation of the named unique index, or of
// any when the name is empty. Primary keys are named "pk_<table>" only by
// PostgreSQL schemas that say so; ask with an empty name for them.
func IsUnique(err error, index string) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == KindUnique && (index == "" || e.Constraint == index)
}

// All reads every row of a query.
func All[T any](ctx context.Context, c Conn, scan func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := c.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// One reads the first row of a query, or returns ErrNoRows.
func One[T any](ctx context.Context, c Conn, scan func(Scanner) (T, error), query string, args ...any) (T, error) {
	var zero T
	rows, err := c.Query(ctx, query, args...)
	if err != nil {
		return zero, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return zero, err
		}
		return zero, ErrNoRows
	}
	v, err := scan(rows)
	if err != nil {
		return zero, err
	}
	rows.Close()
	return v, rows.Err()
}

// Column scans a single column, for All and One.
func Column[T any](s Scanner) (T, error) {
	var v T
	err := s.Scan(&v)
	return v, err
}

// Reads reports whether a statement only reads, by its first word.
func Reads(query string) bool {
	word := strings.ToLower(strings.TrimLeft(query, " \t\r\n("))
	return strings.HasPrefix(word, "select") || strings.HasPrefix(word, "with") || strings.HasPrefix(word, "explain")
}

// In returns "($from,$from+1,...)" for n parameters, padded to a power of two
// so that few distinct statements are prepared; pad the arguments with
// PadArgs. n must be at least 1.
func In(from, n int) string {
	size := padded(n)
	var b strings.Builder
	b.WriteByte('(')
	for i := range size {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(from + i))
	}
	b.WriteByte(')')
	return b.String()
}

// PadArgs returns the values as arguments, the last repeated up to the length
// that In made room for.
func PadArgs[T any](vals []T) []any {
	args := make([]any, padded(len(vals)))
	for i := range args {
		args[i] = vals[min(i, len(vals)-1)]
	}
	return args
}

func padded(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}

// InsertRows builds a multi-row insert: "insert into t (cols) values (...),(...)".
// rows must have the same length as cols.
func InsertRows(table string, cols []string, rows [][]any) Stmt {
	return insertRows(table, cols, rows, false)
}

// InsertRows is [InsertRows] in the form the database takes fastest.
func (d *Dialect) InsertRows(table string, cols []string, rows [][]any) Stmt {
	return insertRows(table, cols, rows, d.Bare)
}

func insertRows(table string, cols []string, rows [][]any, bare bool) Stmt {
	var b strings.Builder
	b.WriteString("insert into " + table + " (" + strings.Join(cols, ", ") + ") values ")
	args := make([]any, 0, len(rows)*len(cols))
	for i, row := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		for j := range row {
			if j > 0 {
				b.WriteByte(',')
			}
			if bare {
				b.WriteByte('?')
				continue
			}
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(len(args) + 1 + j))
		}
		b.WriteByte(')')
		args = append(args, row...)
	}
	return Stmt{SQL: b.String(), Args: args}
}

// Micros is a time as the databases keep it; the zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the reverse of Micros.
func Time(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
