package sqlstore

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// toJSON encodes a document column.
func toJSON(v any) (string, error) {
	raw, err := json.Marshal(v)
	return string(raw), err
}

// columns splits a column list for the multi-row inserts.
func columns(list string) []string { return strings.Split(list, ", ") }

// chunks cuts rows so that each insert stays below the dialect's parameters.
func chunks(d *sqldb.Dialect, table, cols string, rows [][]any) []sqldb.Stmt {
	if len(rows) == 0 {
		return nil
	}
	names := columns(cols)
	// Few rows at a time also keep the number of distinct prepared statements low.
	size := min(200, d.MaxParams/len(names))
	var out []sqldb.Stmt
	for len(rows) > 0 {
		n := min(size, len(rows))
		out = append(out, d.InsertRows(table, names, rows[:n]))
		rows = rows[n:]
	}
	return out
}

// insertRows inserts rows now, so that a violated constraint is this call's error.
func insertRows(ctx context.Context, c sqldb.Conn, table, cols string, rows [][]any) error {
	stmts := chunks(c.Dialect(), table, cols, rows)
	if len(stmts) == 0 {
		return nil
	}
	_, err := c.ExecBatch(ctx, stmts)
	return err
}

// manyRows is from how many rows on copying them is faster than inserting.
const manyRows = 200

// deferRows inserts rows that no constraint is expected to refuse.
func deferRows(ctx context.Context, c sqldb.Conn, table, cols string, rows [][]any) error {
	if copier, ok := c.(sqldb.Copier); ok && len(rows) >= manyRows {
		return copier.CopyRows(ctx, table, columns(cols), rows)
	}
	for _, s := range chunks(c.Dialect(), table, cols, rows) {
		if err := c.Defer(ctx, s.SQL, s.Args...); err != nil {
			return err
		}
	}
	return nil
}

// versioned explains an update of one row "where id = ... and version = seen"
// that touched n rows: nil for one, else not found or stale.
func versioned[T ~string](ctx context.Context, c sqldb.Conn, n int64, what, table string, id T, seen int64) error {
	if n > 0 {
		return nil
	}
	newest, err := sqldb.One(ctx, c, sqldb.Column[int64], `select version from `+table+` where id = $1`, id)
	if err != nil {
		return notFound(err, what, id)
	}
	return core.Stale(what, id, seen, newest)
}
