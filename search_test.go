package bodega_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/memory"
)

// seller is an embedding service that is paid by the text.
type seller struct {
	mu     sync.Mutex
	sold   map[string]int // documents, by id
	breaks int            // calls until it fails, once
	down   bool
}

func (s *seller) Model() string { return "test" }

func (s *seller) EmbedDocuments(_ context.Context, docs []search.Document) ([][]float32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.breaks--; s.breaks == 0 || s.down {
		return nil, errors.New("out of reach")
	}
	out := make([][]float32, len(docs))
	for i, d := range docs {
		s.sold[d.ID]++
		out[i] = []float32{1, float32(len(d.Text[search.FieldTitle])), float32(i)}
	}
	return out, nil
}

func (s *seller) EmbedQueries(_ context.Context, queries []string) ([][]float32, error) {
	out := make([][]float32, len(queries))
	for i := range queries {
		out[i] = []float32{1, 1, 1}
	}
	return out, nil
}

// most is how often the text sold most was, and of how many products one was.
func (s *seller) most() (times, products int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.sold {
		times = max(times, n)
	}
	return times, len(s.sold)
}

// A rebuild that fails on its way is gone on with, and what was embedded once is
// not embedded again, by whichever process.
func TestRebuildsGoOnWhereTheyStood(t *testing.T) {
	t.Parallel()
	ctx := core.WithActor(context.Background(), core.System("test"))
	db, err := memory.Open(ctx)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Migrate(ctx)
	require.NoError(t, err)
	opened := 0
	open := func(s *seller) *bodega.Shop {
		cfg := bodega.Config{Logger: slog.New(slog.DiscardHandler)}
		cfg.Search.Embedder = s
		cfg.Search.Vectors = func(context.Context, string) (search.VectorIndex, error) {
			opened++
			return search.NewFlatVectors(), nil
		}
		shop, err := bodega.New(ctx, db, cfg)
		require.NoError(t, err)
		return shop
	}
	first := &seller{sold: map[string]int{}, breaks: 2}
	shop := open(first)
	const products = 1100 // more than two batches
	var last catalog.Product
	for n := range products {
		last, err = shop.Catalog.CreateProduct(ctx, catalog.Product{Title: fmt.Sprint("Walnut chair ", n), Status: catalog.StatusActive,
			Variants: []catalog.Variant{{SKU: fmt.Sprint("S", n), Prices: []catalog.Price{{Currency: "EUR", Amount: 100}}}}})
		require.NoError(t, err)
	}

	require.ErrorContains(t, shop.Search.Build(ctx), "out of reach")
	progress := shop.Search.Progress()
	require.False(t, progress.Ready)
	require.Contains(t, progress.LastError, "out of reach")
	require.Equal(t, []int{500, products}, []int{progress.Done, progress.Total})
	require.NoError(t, shop.Search.Build(ctx))
	require.Equal(t, 1, opened, "the index that was begun is filled")
	require.Equal(t, products, shop.Search.Progress().Products)
	times, sold := first.most()
	require.Equal(t, []int{1, products}, []int{times, sold})

	// Another process, or this one after it was killed.
	second := &seller{sold: map[string]int{}}
	shop = open(second)
	require.NoError(t, shop.Search.Build(ctx))
	_, sold = second.most()
	require.Zero(t, sold, "all were sold before")
	require.Equal(t, 2, opened)

	rename := func(title string) {
		_, err := shop.Catalog.UpdateProduct(ctx, last.ID, catalog.ProductUpdate{Title: &title})
		require.NoError(t, err)
	}
	rename("Oak stool")
	require.NoError(t, shop.Search.Build(ctx))
	require.Equal(t, map[string]int{string(last.ID): 1}, second.sold)

	// Where it does not come forward it is begun anew: what it stumbles over may
	// lie in itself.
	rename("Ash stool")
	second.down = true
	for range 2 {
		require.Error(t, shop.Search.Build(ctx))
		require.Equal(t, 4, opened)
	}
	require.Error(t, shop.Search.Build(ctx))
	require.Equal(t, 5, opened)
	second.down = false
	require.NoError(t, shop.Search.Build(ctx))
	require.Equal(t, 5, opened)
	require.Equal(t, map[string]int{string(last.ID): 2}, second.sold)
}
