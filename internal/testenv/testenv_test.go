package testenv

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// fakeTB records how a test ended, in place of ending this one.
type fakeTB struct {
	testing.TB
	skipped, failed string
	cleanups        []func()
}

func (f *fakeTB) Helper()           {}
func (f *fakeTB) Cleanup(fn func()) { f.cleanups = append(f.cleanups, fn) }
func (f *fakeTB) Errorf(format string, args ...any) {
	f.failed = fmt.Sprintf(format, args...)
}
func (f *fakeTB) Skipf(format string, args ...any) {
	f.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}
func (f *fakeTB) Fatalf(format string, args ...any) {
	f.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// run calls fn as a test of its own would, and its clean-ups after it.
func run(fn func(testing.TB)) *fakeTB {
	f := &fakeTB{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn(f)
	}()
	<-done
	for _, c := range f.cleanups {
		c()
	}
	return f
}

func query[T any](t *testing.T, u, sql string, args ...any) (v T) {
	t.Helper()
	require.NoError(t, withConn(u, time.Minute, func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, sql, args...).Scan(&v)
	}))
	return v
}

func databaseOf(t *testing.T, u string) string {
	t.Helper()
	parsed, err := url.Parse(u)
	require.NoError(t, err)
	return strings.TrimPrefix(parsed.Path, "/")
}

func TestPostgresGivesFreshDatabases(t *testing.T) {
	t.Parallel()
	a, b := Postgres(t), Postgres(t)
	require.NotEqual(t, a, b)
	require.NoError(t, execute(a, `create table things (id bigint)`))
	require.Zero(t, query[int](t, b, `select count(*) from pg_tables where tablename = 'things'`))
	require.Equal(t, databaseOf(t, a), query[string](t, a, `select current_database()::text`))
	require.Equal(t, "UTF8", query[string](t, a, `show server_encoding`))
}

func TestDatabaseIsDroppedEvenWhenInUse(t *testing.T) {
	t.Parallel()
	admin := Postgres(t)
	s := &server{url: admin}
	var name string
	var left *pgx.Conn
	f := run(func(tb testing.TB) {
		u := database(tb, s, nil, true)
		name = databaseOf(t, u)
		left, _ = pgx.Connect(context.Background(), u)
	})
	require.Empty(t, f.failed)
	require.NotNil(t, left)
	require.Error(t, left.Ping(t.Context()), "the drop must have ended the connection")
	require.Zero(t, query[int](t, admin, `select count(*) from pg_database where datname = $1`, name))
}

func TestAbandonedDatabasesGo(t *testing.T) {
	t.Parallel()
	admin := Postgres(t)
	name := func(age time.Duration) string {
		return fmt.Sprintf("%s%x_%d", databasePrefix, time.Now().Add(-age).Unix(), time.Now().UnixNano())
	}
	old, young := name(abandonedAfter+time.Hour), name(0)
	for _, n := range []string{old, young} {
		require.NoError(t, execute(admin, `create database `+n+` template template0`))
		t.Cleanup(func() { _ = execute(admin, `drop database if exists `+n+` with (force)`) })
	}
	require.NoError(t, usable(admin))
	require.Zero(t, query[int](t, admin, `select count(*) from pg_database where datname = $1`, old))
	require.Equal(t, 1, query[int](t, admin, `select count(*) from pg_database where datname = $1`, young))
}

func TestFinderPrefersTheNamedServer(t *testing.T) {
	t.Parallel()
	admin := Postgres(t)
	never := func() (string, error) { t.Error("looked for binaries"); return "", errors.New("none") }
	set := func(u string) func(string) string { return func(string) string { return u } }

	s, err := finder{getenv: set(admin), local: "127.0.0.1:1", bins: never}.find()
	require.NoError(t, err)
	require.Equal(t, admin, s.url)

	// A named server that does not answer is a mistake to be told of, never a
	// reason to skip.
	_, err = finder{getenv: set("postgres://127.0.0.1:1/postgres"), local: "127.0.0.1:1", bins: never}.find()
	require.ErrorContains(t, err, "BODEGA_TEST_POSTGRES_URL")
	f := run(func(tb testing.TB) { database(tb, nil, err, false) })
	require.Empty(t, f.skipped)
	require.NotEmpty(t, f.failed)
}

func TestWithoutPostgres(t *testing.T) {
	t.Parallel()
	none := finder{
		getenv: func(string) string { return "" }, local: "127.0.0.1:1",
		bins: func() (string, error) { return "", errors.New("no folder with initdb") },
	}
	_, err := none.find()
	require.Error(t, err)

	f := run(func(tb testing.TB) { database(tb, nil, err, false) })
	require.Empty(t, f.failed)
	for _, missing := range []string{"BODEGA_TEST_POSTGRES_URL", "127.0.0.1:1", "initdb"} {
		require.Contains(t, f.skipped, missing)
	}
	f = run(func(tb testing.TB) { database(tb, nil, err, true) })
	require.Empty(t, f.skipped)
	require.Contains(t, f.failed, "initdb")
}

func TestWithDatabase(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"postgres://u:p@h:1/postgres?sslmode=disable": "postgres://u:p@h:1/x?sslmode=disable",
		"postgresql://h": "postgresql://h/x",
		"postgres://postgres@/postgres?host=%2Ftmp%2Fs":       "postgres://postgres@/x?host=%2Ftmp%2Fs",
		"postgres://h/?dbname=other&database=o&user=somebody": "postgres://h/x?user=somebody",
	} {
		got, err := withDatabase(in, "x")
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := withDatabase("host=h password=secret", "x")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "secret")
}

func TestData(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("BODEGA_DATA", dir)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "set"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "set", "a.csv"), nil, 0o600))
	require.Equal(t, filepath.Join(dir, "set", "a.csv"), Data(t, "set/a.csv"))

	f := run(func(tb testing.TB) { Data(tb, "set/b.csv") })
	require.Contains(t, f.skipped, "set/b.csv")
	require.Contains(t, f.skipped, "BODEGA_DATA")
}

func TestRoot(t *testing.T) {
	t.Parallel()
	require.FileExists(t, filepath.Join(Root(t), "internal", "testenv", "data.go"))
}
