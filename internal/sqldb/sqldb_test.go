package sqldb_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/internal/sqldb"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestLists(t *testing.T) {
	t.Parallel()
	require.Equal(t, "($1)", sqldb.In(1, 1))
	require.Equal(t, "($3,$4,$5,$6)", sqldb.In(3, 3))
	require.Equal(t, []any{"a", "b", "c", "c"}, sqldb.PadArgs([]string{"a", "b", "c"}))
	s := sqldb.InsertRows("t", []string{"a", "b"}, [][]any{{1, 2}, {3, 4}})
	require.Equal(t, "insert into t (a, b) values ($1,$2),($3,$4)", s.SQL)
	require.Equal(t, []any{1, 2, 3, 4}, s.Args)
}

func TestTimes(t *testing.T) {
	t.Parallel()
	require.Zero(t, sqldb.Micros(time.Time{}))
	require.True(t, sqldb.Time(0).IsZero())
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMicro(rapid.Int64Range(1, 1<<55).Draw(t, "us")).UTC()
		require.Equal(t, at, sqldb.Time(sqldb.Micros(at)))
	})
}

func TestStatements(t *testing.T) {
	t.Parallel()
	m := sqldb.Migration{SQL: "create table t (\n\ta {text},\n\tb {bytes},\n\tn {serial}\n);\n\ncreate index i on t (a);\n", Dialects: map[string]string{"other": "select ';' from t"}}
	require.Equal(t, []string{"create table t (\n\ta TEXT,\n\tb BYTES,\n\tn SERIAL\n)", "create index i on t (a)"}, m.Statements(&sqldb.Dialect{Name: "one", Text: "TEXT", Bytes: "BYTES", Serial: "SERIAL"}))
	require.Equal(t, []string{"select ';' from t"}, m.Statements(&sqldb.Dialect{Name: "other"}))
}

func TestKinds(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("saving: %w", &sqldb.Error{Kind: sqldb.KindUnique, Constraint: "uq_t__a", Err: errors.New("driver")})
	require.True(t, sqldb.IsUnique(err, "uq_t__a"))
	require.True(t, sqldb.IsUnique(err, ""))
	require.False(t, sqldb.IsUnique(err, "uq_t__b"))
	require.False(t, sqldb.IsKind(err, sqldb.KindCheck))
	require.False(t, sqldb.IsKind(nil, sqldb.KindOther))
}

func TestReads(t *testing.T) {
	t.Parallel()
	for _, q := range []string{"select 1", "\n\tSELECT 1", "with a as (select 1) select * from a", "(select 1)"} {
		require.True(t, sqldb.Reads(q), q)
	}
	for _, q := range []string{"insert into t values (1)", "update t set a = 1", "delete from t", ""} {
		require.False(t, sqldb.Reads(q), q)
	}
}
