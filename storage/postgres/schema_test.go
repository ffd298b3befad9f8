package postgres_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/storage/sqlite"
	"github.com/stretchr/testify/require"
)

// The schema is written once, with places where a dialect may differ; what
// comes of it must be the same.
func TestSchemaAgreesWithSQLite(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := testenv.Postgres(t)
	openURL(t, url)
	pg, err := sql.Open("pgx", url)
	require.NoError(t, err)
	defer pg.Close()
	path := filepath.Join(t.TempDir(), "shop.db")
	lite, err := sqlite.Open(ctx, path, sqlite.Config{})
	require.NoError(t, err)
	_, err = lite.Migrate(ctx)
	require.NoError(t, err)
	require.NoError(t, lite.Close())
	file, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer file.Close()

	for what, query := range map[string][2]string{
		"columns: table, name, type, required": {`select c.table_name || ' ' || c.column_name || ' ' || c.data_type || ' ' || (c.is_nullable = 'NO')
			from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
			where c.table_schema = 'public' and t.table_type = 'BASE TABLE'`,
			`select m.name || ' ' || c.name || ' ' || lower(c.type) || ' ' || case when c."notnull" or c.pk > 0 then 'true' else 'false' end
			from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%'`},
		"keys and unique indexes: table, name, columns": {`select t.relname || ' ' || case when x.indisprimary then 'primary' else i.relname end || ' ' ||
				(select string_agg(a.attname, ',' order by k.n) from unnest(x.indkey) with ordinality k(num, n) join pg_attribute a on a.attrelid = t.oid and a.attnum = k.num)
			from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid join pg_namespace s on s.oid = t.relnamespace
			where s.nspname = 'public' and x.indisunique`,
			`select m.name || ' ' || case when i.origin = 'pk' then 'primary' else i.name end || ' ' || (select group_concat(name, ',') from (select name from pragma_index_info(i.name) order by seqno))
			from sqlite_master m join pragma_index_list(m.name) i where m.type = 'table' and i."unique" = 1
			union all select m.name || ' primary ' || c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and lower(c.type) = 'integer' and c.pk = 1`},
		"other indexes: table, name, partial": {`select t.relname || ' ' || i.relname || ' ' || (x.indpred is not null)
			from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid join pg_namespace s on s.oid = t.relnamespace
			where s.nspname = 'public' and not x.indisprimary`,
			`select m.name || ' ' || i.name || ' ' || case when i.partial then 'true' else 'false' end
			from sqlite_master m join pragma_index_list(m.name) i where m.type = 'table' and i.origin = 'c'`},
		"references: table, column, to": {`select cl.relname || ' ' || a.attname || ' ' || f.relname
			from pg_constraint c join pg_class cl on cl.oid = c.conrelid join pg_class f on f.oid = c.confrelid
			join unnest(c.conkey) k(num) on true join pg_attribute a on a.attrelid = cl.oid and a.attnum = k.num where c.contype = 'f'`,
			`select m.name || ' ' || f."from" || ' ' || f."table" from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table'`},
	} {
		require.Equal(t, lines(t, pg, query[0], postgresTypes), lines(t, file, query[1], nil), what)
	}
}

// postgresTypes are the names SQLite's schema has for PostgreSQL's types. A
// numbering key is an integer there, and only there.
var postgresTypes = strings.NewReplacer("outbox_events n bigint", "outbox_events n integer", " bytea ", " blob ")

func lines(t *testing.T, db *sql.DB, query string, types *strings.Replacer) []string {
	t.Helper()
	rows, err := db.Query(query)
	require.NoError(t, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		require.NoError(t, rows.Scan(&s))
		if types != nil {
			s = types.Replace(s)
		}
		out = append(out, s)
	}
	require.NoError(t, rows.Err())
	require.NotEmpty(t, out)
	slices.Sort(out)
	return out
}

// Violations are told apart by the names of unique indexes, which on SQLite are
// made of the columns: an index named otherwise would not be recognised.
func TestUniqueIndexesAreNamedByTheirColumns(t *testing.T) {
	t.Parallel()
	url := testenv.Postgres(t)
	openURL(t, url)
	pg, err := sql.Open("pgx", url)
	require.NoError(t, err)
	defer pg.Close()
	for _, line := range lines(t, pg, `select indexdef from pg_indexes where schemaname = 'public' and indexdef like 'CREATE UNIQUE INDEX%' and indexname not like '%_pkey'`, nil) {
		m := regexp.MustCompile(`INDEX (\S+) ON public\.(\S+) USING btree \(([^)]*)\)`).FindStringSubmatch(line)
		require.NotNil(t, m, line)
		require.Equal(t, fmt.Sprintf("uq_%s__%s", m[2], strings.NewReplacer(", ", "__", `"`, "").Replace(m[3])), m[1])
	}
}
