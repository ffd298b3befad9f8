package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/sqlite"
	"github.com/bodega-commerce/bodega/storage/storagetest"
	"github.com/stretchr/testify/require"
)

// openAt opens and migrates a file. Durability is not what most tests are
// about, and syncing is what would make them slow.
func openAt(t testing.TB, path string, cfg sqlite.Config) *storage.DB {
	t.Helper()
	db, err := sqlite.Open(context.Background(), path, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Migrate(context.Background())
	require.NoError(t, err)
	return db
}

func TestStorage(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) *storage.DB {
		return openAt(t, filepath.Join(t.TempDir(), "shop.db"), sqlite.Config{Relaxed: true})
	})
}

func TestJoin(t *testing.T) {
	t.Parallel()
	storagetest.Join(t, func(t *testing.T) (*storage.DB, func(t *testing.T) storagetest.HostTx) {
		path := filepath.Join(t.TempDir(), "shop.db")
		db := openAt(t, path, sqlite.Config{Relaxed: true})
		return db, func(t *testing.T) storagetest.HostTx {
			host, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)&_txlock=immediate")
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
}

func TestPaths(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, path := range []string{"", ":memory:", "a\x00b", filepath.Join(t.TempDir(), "none", "shop.db")} {
		_, err := sqlite.Open(ctx, path, sqlite.Config{})
		require.Error(t, err, path)
	}
	for _, name := range []string{"a b.db", "100% #1.db", "ärger 猫.db", "what?mode=memory.db", "a&_pragma=x.db", "c:d.db"} {
		if runtime.GOOS == "windows" && (name[0] == 'w' || name[0] == 'c') {
			continue // no names of files there
		}
		path := filepath.Join(t.TempDir(), name)
		db, err := sqlite.Open(ctx, path, sqlite.Config{})
		require.NoError(t, err, name)
		_, err = db.Migrate(ctx)
		require.NoError(t, err, name)
		require.NoError(t, db.Close())
		info, err := os.Stat(path)
		require.NoError(t, err, name)
		require.Greater(t, info.Size(), int64(4096), name)
		if runtime.GOOS != "windows" {
			require.Zero(t, info.Mode().Perm()&0o077, "others cannot read it")
		}
	}
	// Relative, and with a double slash in front.
	path := "//" + filepath.Join(t.TempDir(), "shop.db")
	openAt(t, path, sqlite.Config{})
}

func Example() {
	dir, err := os.MkdirTemp("", "bodega")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(dir, "shop.db"), sqlite.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		fmt.Println(err)
		return
	}
	pending, err := db.Pending(ctx)
	fmt.Println(db.Dialect(), len(pending), err)
	// Output: sqlite 0 <nil>
}

func BenchmarkCommits(b *testing.B) {
	storagetest.BenchCommits(b, openAt(b, filepath.Join(b.TempDir(), "shop.db"), sqlite.Config{}))
}
