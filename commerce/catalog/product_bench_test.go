package catalog_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
	"github.com/bodega-commerce/bodega/storage/postgres"
	"github.com/bodega-commerce/bodega/storage/sqlite"
)

var asStaff = core.WithActor(context.Background(), core.System("test"))

// serviceOver is a service over a fresh database of a kind.
func serviceOver(tb testing.TB, kind string, cfg catalog.Config) *catalog.Service {
	tb.Helper()
	var db *storage.DB
	var err error
	switch kind {
	case "sqlite":
		db, err = sqlite.Open(tb.Context(), filepath.Join(tb.TempDir(), "shop.db"), sqlite.Config{})
	case "postgres":
		db, err = postgres.Open(tb.Context(), testenv.Postgres(tb), postgres.Config{})
	default:
		db, err = memory.Open(tb.Context())
	}
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = db.Close() })
	_, err = db.Migrate(tb.Context())
	require.NoError(tb, err)
	return catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), cfg)
}

// stocked fills a service with n products of three variants, ten tags and two
// languages, published over the past.
func stocked(tb testing.TB, s *catalog.Service, n int) (channel core.ChannelID) {
	tb.Helper()
	c, err := s.CreateChannel(asStaff, catalog.Channel{Code: "default", Currencies: []money.Currency{"EUR", "USD"}, Locales: []string{"en"}, Active: true})
	require.NoError(tb, err)
	start := time.Now().Add(-time.Duration(n) * time.Minute)
	for from := 0; from < n; from += 500 {
		ps := make([]catalog.Product, 0, 500)
		for i := from; i < min(from+500, n); i++ {
			p := catalog.Product{Title: fmt.Sprintf("Product %d of a believable length", i), Subtitle: "A subtitle", Status: catalog.StatusActive, PublishedAt: start.Add(time.Duration(i) * time.Minute),
				Vendor: fmt.Sprint("Vendor ", i%50), Options: []catalog.Option{{Name: "Size", Values: []string{"S", "M", "L"}}},
				Translations: map[string]catalog.Translation{"de": {Title: fmt.Sprintf("Produkt %d", i)}}}
			for j := range 10 {
				p.Tags = append(p.Tags, fmt.Sprint("tag ", (i+j*7)%100))
			}
			for j, size := range p.Options[0].Values {
				p.Variants = append(p.Variants, catalog.Variant{SKU: fmt.Sprintf("SKU-%d-%s", i, size), Options: map[string]string{"Size": size},
					Prices: []catalog.Price{{Currency: "EUR", Amount: int64(1000 + i*7%5000 + j*100)}, {Currency: "USD", Amount: int64(1100 + i*7%5000 + j*100)}}})
			}
			ps = append(ps, p)
		}
		_, err := s.ImportProducts(asStaff, ps)
		require.NoError(tb, err)
	}
	return c.ID
}

// BenchmarkList is pages of 20 out of 5,000 products, by the cursors of the
// first ten pages, from many goroutines.
func BenchmarkList(b *testing.B) {
	for _, kind := range []string{"memory", "sqlite", "postgres"} {
		b.Run(kind, func(b *testing.B) {
			s := serviceOver(b, kind, catalog.Config{})
			channel := stocked(b, s, 5000)
			for _, list := range []catalog.ListParams{{Sort: catalog.SortNewest}, {Sort: catalog.SortPrice}, {Sort: catalog.SortTitle}, {Sort: catalog.SortNewest, Tag: "tag 7"}} {
				list.Channel, list.Currency, list.Locale = channel, "EUR", "de"
				var cursors []string
				next := ""
				for range 10 {
					cursors = append(cursors, next)
					page, err := s.List(context.Background(), list, core.PageQuery{After: next})
					require.NoError(b, err)
					require.Len(b, page.Items, 20)
					next = page.Next
				}
				b.Run(string(list.Sort)+list.Tag, func(b *testing.B) {
					b.ReportAllocs()
					b.SetParallelism(16)
					var n atomic.Int64
					b.RunParallel(func(pb *testing.PB) {
						for pb.Next() {
							if _, err := s.List(context.Background(), list, core.PageQuery{After: cursors[n.Add(1)%10]}); err != nil {
								b.Error(err)
							}
						}
					})
				})
			}
		})
	}
}

// BenchmarkImport is 500 products a transaction.
func BenchmarkImport(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		b.Run(kind, func(b *testing.B) {
			s := serviceOver(b, kind, catalog.Config{})
			ps := make([]catalog.Product, 500)
			n := 0
			for b.Loop() {
				for i := range ps {
					n++
					ps[i] = catalog.Product{Title: fmt.Sprint("Product ", n), Status: catalog.StatusActive,
						Variants: []catalog.Variant{{SKU: fmt.Sprint("SKU-", n), Prices: []catalog.Price{{Currency: "EUR", Amount: 100}}}}}
				}
				if _, err := s.ImportProducts(asStaff, ps); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "products/s")
		})
	}
}

// BenchmarkUpdateVariant edits the price of one of 500 variants.
func BenchmarkUpdateVariant(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		b.Run(kind, func(b *testing.B) {
			s := serviceOver(b, kind, catalog.Config{})
			p := catalog.Product{Title: "Wide", Options: []catalog.Option{{Name: "No"}}}
			for i := range 500 {
				p.Options[0].Values = append(p.Options[0].Values, fmt.Sprint(i))
				p.Variants = append(p.Variants, catalog.Variant{SKU: fmt.Sprint("SKU-", i), Options: map[string]string{"No": fmt.Sprint(i)}, Prices: []catalog.Price{{Currency: "EUR", Amount: 100}}})
			}
			p, err := s.CreateProduct(asStaff, p)
			require.NoError(b, err)
			n := int64(0)
			for b.Loop() {
				n++
				prices := []catalog.Price{{Currency: "EUR", Amount: 100 + n}}
				if _, err := s.UpdateVariant(asStaff, p.Variants[250].ID, catalog.VariantUpdate{Prices: &prices}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
