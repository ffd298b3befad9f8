package sqlite_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/sqlite"
	"github.com/bodega-commerce/bodega/storage/storagetest"
)

func TestMain(m *testing.M) {
	storagetest.CrashWriter(func(path string) (*storage.DB, error) {
		return sqlite.Open(context.Background(), path, sqlite.Config{})
	})
	os.Exit(m.Run())
}

func TestCrash(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "shop.db")
	storagetest.Crash(t, path, func(t *testing.T) *storage.DB { return openAt(t, path, sqlite.Config{}) })
}
