package postgres_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/postgres"
	"github.com/bodega-commerce/bodega/storage/storagetest"
	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
)

func openURL(t testing.TB, url string) *storage.DB {
	t.Helper()
	db, err := postgres.Open(context.Background(), url, postgres.Config{MaxConns: 20})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Migrate(context.Background())
	require.NoError(t, err)
	return db
}

// clones returns a maker of migrated databases, each a copy of one that is
// migrated once. Durability is not what most tests are about, and syncing is
// what would make them slow.
func clones(t *testing.T) func(t *testing.T) (url string) {
	t.Helper()
	ctx := context.Background()
	base, admin := testenv.Postgres(t), testenv.Postgres(t)
	db, err := postgres.Open(ctx, base, postgres.Config{})
	require.NoError(t, err)
	_, err = db.Migrate(ctx)
	require.NoError(t, err)
	require.NoError(t, db.Close()) // who is connected to a template stops it from being copied
	u, err := url.Parse(base)
	require.NoError(t, err)
	name := strings.TrimPrefix(u.Path, "/")
	var n atomic.Int64
	execute := func(t *testing.T, query string) {
		conn, err := pgx.Connect(ctx, admin)
		require.NoError(t, err)
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, query)
		require.NoError(t, err)
	}
	return func(t *testing.T) string {
		t.Helper()
		clone, own := fmt.Sprint(name, "_", n.Add(1)), *u
		execute(t, `create database `+clone+` template `+name)
		t.Cleanup(func() { execute(t, `drop database if exists `+clone+` with (force)`) })
		own.Path = "/" + clone
		query := own.Query()
		query.Set("synchronous_commit", "off")
		own.RawQuery = query.Encode()
		return own.String()
	}
}

func TestStorage(t *testing.T) {
	t.Parallel()
	clone := clones(t)
	storagetest.Run(t, func(t *testing.T) *storage.DB { return openURL(t, clone(t)) })
}

func TestJoin(t *testing.T) {
	t.Parallel()
	clone := clones(t)
	t.Run("pgx.Tx", func(t *testing.T) {
		storagetest.Join(t, func(t *testing.T) (*storage.DB, func(t *testing.T) storagetest.HostTx) {
			url := clone(t)
			return openURL(t, url), func(t *testing.T) storagetest.HostTx {
				ctx := context.Background()
				conn, err := pgx.Connect(ctx, url)
				require.NoError(t, err)
				t.Cleanup(func() { _ = conn.Close(ctx) })
				tx, err := conn.Begin(ctx)
				require.NoError(t, err)
				return storagetest.HostTx{Tx: tx, Commit: func() error { return tx.Commit(ctx) }, Rollback: func() error { return tx.Rollback(ctx) },
					Exec: func(ctx context.Context, q string) error {
						_, err := tx.Exec(ctx, q)
						return err
					}}
			}
		})
	})
	t.Run("sql.Tx", func(t *testing.T) {
		storagetest.Join(t, func(t *testing.T) (*storage.DB, func(t *testing.T) storagetest.HostTx) {
			url := clone(t)
			return openURL(t, url), func(t *testing.T) storagetest.HostTx {
				host, err := sql.Open("pgx", url)
				require.NoError(t, err)
				t.Cleanup(func() { _ = host.Close() })
				tx, err := host.Begin()
				require.NoError(t, err)
				return storagetest.HostTx{Tx: tx, Commit: tx.Commit, Rollback: tx.Rollback, Exec: func(ctx context.Context, q string) error {
					_, err := tx.ExecContext(ctx, q)
					return err
				}}
			}
		})
	})
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	_, err := postgres.Open(context.Background(), "postgres://nobody:secret@127.0.0.1:1/shop?connect_timeout=1", postgres.Config{})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "secret")
	_, err = postgres.Open(context.Background(), "postgres://a:secret@[::bad", postgres.Config{})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "secret")
}

func Example() {
	ctx := context.Background()
	db, err := postgres.Open(ctx, os.Getenv("BODEGA_DATABASE_URL"), postgres.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		fmt.Println(err)
	}
}

func BenchmarkCommits(b *testing.B) { storagetest.BenchCommits(b, openURL(b, testenv.Postgres(b))) }
