package demo

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
	"github.com/bodega-commerce/bodega/storage/sqlite"
)

func open(t *testing.T) (context.Context, *bodega.Shop) {
	t.Helper()
	ctx := core.WithActor(context.Background(), core.System("test"))
	db, err := memory.Open(ctx)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	shop, err := bodega.New(ctx, db, bodega.Config{})
	require.NoError(t, err)
	return ctx, shop
}

func TestTheLoadedShopIsSound(t *testing.T) {
	t.Parallel()
	ctx, shop := open(t)
	cfg, err := ConfigFor(ctx, shop, 3, day)
	require.NoError(t, err)
	cfg.Size = .06
	w := Generate(cfg)
	require.NoError(t, Load(ctx, shop, w, nil))
	report, err := shop.Verify(ctx)
	require.NoError(t, err)
	require.True(t, report.OK(), "%+v", report)
	require.NoError(t, shop.DB().View(ctx, func(tx storage.Tx) error {
		unbalanced, err := tx.Reviews().Unbalanced(ctx)
		require.Empty(t, unbalanced)
		return err
	}))
}

// TestFirstStart measures the whole way on a file.
func TestFirstStart(t *testing.T) {
	if os.Getenv("BODEGA_DEMO_FULL") == "" {
		t.Skip("set BODEGA_DEMO_FULL to load the whole shop")
	}
	ctx := core.WithActor(context.Background(), core.System("test"))
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "shop.db"), sqlite.Config{})
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	shop, err := bodega.New(ctx, db, bodega.Config{})
	require.NoError(t, err)
	cfg, err := ConfigFor(ctx, shop, 1, time.Now())
	require.NoError(t, err)
	began := time.Now()
	w := Generate(cfg)
	t.Log("generated", time.Since(began))
	last, what := time.Now(), ""
	spent := map[string]time.Duration{}
	require.NoError(t, Load(ctx, shop, w, func(_, _ int, next string) {
		spent[what] += time.Since(last)
		last, what = time.Now(), next
	}))
	t.Log(spent)
	t.Log("loaded", time.Since(began))
	report, err := shop.Verify(ctx)
	require.NoError(t, err)
	require.True(t, report.OK(), "%+v", report)
	began = time.Now()
	require.NoError(t, Paint(ctx, shop, w))
	t.Log("painted", time.Since(began))
}
