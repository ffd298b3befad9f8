package postgres_test

import (
	"context"
	"os"
	"testing"

	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/postgres"
	"github.com/bodega-commerce/bodega/storage/storagetest"
)

func TestMain(m *testing.M) {
	storagetest.CrashWriter(func(url string) (*storage.DB, error) {
		return postgres.Open(context.Background(), url, postgres.Config{})
	})
	os.Exit(m.Run())
}

func TestCrash(t *testing.T) {
	t.Parallel()
	url := testenv.Postgres(t)
	storagetest.Crash(t, url, func(t *testing.T) *storage.DB { return openURL(t, url) })
}
