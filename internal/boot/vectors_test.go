package boot_test

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/boot"
	"github.com/bodega-commerce/bodega/internal/qdranttest"
	"github.com/bodega-commerce/bodega/recommend"
	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/qdrant"
)

func TestVectorsOnQdrant(t *testing.T) {
	t.Parallel()
	server, err := qdranttest.Start("secret")
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Close()) }()
	settings, err := from(t, map[string]string{"BODEGA_DATABASE_URL": "memory:", "BODEGA_QDRANT_URL": fmt.Sprintf("http://:secret@127.0.0.1:%d/shop", server.Port)})
	require.NoError(t, err)
	for _, name := range []string{"shop-products-en-left-20200102", "shop-recommend-left-20200102", "shop-products-en-fresh-29990102", "shop-products-en", "other-products-en-left-20200102"} {
		config := *settings.Qdrant
		config.Collection = name
		index, err := qdrant.Open(t.Context(), config)
		require.NoError(t, err)
		require.NoError(t, index.Put(t.Context(), []search.Vector{{ID: "x", Values: []float32{1}}}))
		require.NoError(t, index.Close())
	}
	ctx := core.WithActor(context.Background(), core.System("test"))
	db, err := boot.Open(ctx, settings)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	_, err = db.Migrate(ctx)
	require.NoError(t, err)
	shop, err := boot.Shop(ctx, db, settings, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	channels, err := shop.Catalog.Channels(ctx)
	require.NoError(t, err)
	for n := range 24 {
		_, err := shop.Catalog.CreateProduct(ctx, catalog.Product{Title: fmt.Sprintf("Walnut chair %d for the garden and the kitchen", n), Status: catalog.StatusActive,
			Variants: []catalog.Variant{{SKU: fmt.Sprint("S", n), Prices: []catalog.Price{{Currency: channels[0].Currencies[0], Amount: 100}}}}})
		require.NoError(t, err)
	}
	running, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- shop.Run(running) }()
	built := func(after time.Time) func() bool {
		return func() bool { p := shop.Search.Progress(); return p.Ready && p.BuiltAt.After(after) }
	}
	require.Eventually(t, built(time.Time{}), time.Minute, 5*time.Millisecond)
	called := func(pattern string) (names []string) {
		for _, name := range server.Collections() {
			if regexp.MustCompile(pattern).MatchString(name) {
				names = append(names, name)
			}
		}
		return names
	}
	ours := func() []string { return called(`^shop-products-en-[a-z0-9]{12}-\d{8}$`) }
	require.NotEmpty(t, ours()) // two, where the first products made it build again
	require.Empty(t, called(`^shop-.*-left-`), "the abandoned ones are gone")
	query := bodega.SearchRequest{Query: search.Query{Text: "walnut chairs", Locale: "en"}, Channel: channels[0].ID, Currency: channels[0].Currencies[0]}
	answer, err := shop.Search.Query(ctx, query)
	require.NoError(t, err)
	require.False(t, answer.Plain)
	require.Empty(t, answer.Degraded)
	require.Equal(t, 24, answer.Total)
	require.Positive(t, server.Calls("Points/Query"))

	first := shop.Search.Progress().BuiltAt
	require.NoError(t, shop.Search.Rebuild(ctx))
	require.Eventually(t, built(first), time.Minute, 5*time.Millisecond)
	require.GreaterOrEqual(t, len(ours()), 2, "searches that began before may still use the old one")

	// Models of more than 20,000 items are there too.
	_, err = shop.Recommend.Engine().Train(ctx, func(yield func(recommend.Interaction, error) bool) {
		for n := range 20_001 {
			if !yield(recommend.Interaction{User: fmt.Sprint(n % 2000), Item: fmt.Sprint(n), Time: time.Now().Add(-time.Hour)}, nil) {
				return
			}
		}
	}, recommend.TrainConfig{MinUsers: 20_001})
	require.NoError(t, err)
	require.Len(t, called(`^shop-recommend-[a-z0-9]{12}-\d{8}$`), 1)
	stop()
	require.NoError(t, <-done)
	require.Empty(t, ours())
	require.Empty(t, called("^shop-recommend-"))
	require.Len(t, server.Collections(), 3)

	_, err = from(t, map[string]string{"BODEGA_QDRANT_URL": "localhost:6334"})
	require.ErrorContains(t, err, "BODEGA_QDRANT_URL: qdrant: the address")
}
