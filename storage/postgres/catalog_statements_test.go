package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/postgres"
)

// statements counts what is sent to the server, without begin and commit.
type statements struct {
	mu  sync.Mutex
	all []string
}

func (s *statements) add(query string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if query != "commit" && !strings.HasPrefix(query, "begin") {
		s.all = append(s.all, query)
	}
}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	s.add(d.SQL)
	return ctx
}
func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
func (s *statements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}
func (s *statements) TraceBatchQuery(_ context.Context, _ *pgx.Conn, d pgx.TraceBatchQueryData) {
	s.add(d.SQL)
}
func (s *statements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// TestCatalogStatements holds the catalog to how many statements its work
// takes, whatever the number of variants, rows or channels.
func TestCatalogStatements(t *testing.T) {
	t.Parallel()
	cfg, err := pgxpool.ParseConfig(testenv.Postgres(t))
	require.NoError(t, err)
	var sent statements
	cfg.ConnConfig.Tracer = &sent
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	require.NoError(t, err)
	db := postgres.OpenPool(pool)
	t.Cleanup(func() { _ = db.Close() })
	_, err = db.Migrate(t.Context())
	require.NoError(t, err)
	ctx := core.WithActor(t.Context(), core.System("test"))
	s := catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{})

	p := catalog.Product{Title: "Wide", Status: catalog.StatusActive, Options: []catalog.Option{{Name: "No"}}}
	for i := range 500 {
		p.Options[0].Values = append(p.Options[0].Values, fmt.Sprint(i))
		p.Variants = append(p.Variants, catalog.Variant{SKU: fmt.Sprint("SKU-", i), Options: map[string]string{"No": fmt.Sprint(i)}, Prices: []catalog.Price{{Currency: "EUR", Amount: 100}}})
	}
	p, err = s.CreateProduct(ctx, p)
	require.NoError(t, err)
	many := make([]catalog.Product, 60)
	for i := range many {
		many[i] = catalog.Product{Title: fmt.Sprint("P", i), Status: catalog.StatusActive, Variants: []catalog.Variant{{SKU: fmt.Sprint("M-", i), Prices: []catalog.Price{{Currency: "EUR", Amount: 5}}}}}
	}

	for _, step := range []struct {
		name string
		most int
		do   func() error
	}{
		{"import of 60 products", 10, func() error { _, err := s.ImportProducts(ctx, many); return err }},
		{"one of 500 variants", 6, func() error {
			weight := int64(7)
			_, err := s.UpdateVariant(ctx, p.Variants[250].ID, catalog.VariantUpdate{WeightGrams: &weight})
			return err
		}},
		{"the price of one of 500 variants, within the range", 6, func() error {
			prices := []catalog.Price{{Currency: "EUR", Amount: 100, CompareAt: 200}}
			_, err := s.UpdateVariant(ctx, p.Variants[250].ID, catalog.VariantUpdate{Prices: &prices})
			return err
		}},
		{"the price of one of 500 variants, moving the range", 8, func() error {
			prices := []catalog.Price{{Currency: "EUR", Amount: 1}}
			_, err := s.UpdateVariant(ctx, p.Variants[250].ID, catalog.VariantUpdate{Prices: &prices})
			return err
		}},
		{"a product's title", 4, func() error {
			title := "New"
			_, err := s.UpdateProduct(ctx, p.ID, catalog.ProductUpdate{Title: &title})
			return err
		}},
		{"a list, first read", 2, func() error { _, err := s.List(ctx, catalog.ListParams{Currency: "EUR"}, core.PageQuery{}); return err }},
		{"a list again", 1, func() error { _, err := s.List(ctx, catalog.ListParams{Currency: "EUR"}, core.PageQuery{}); return err }},
		{"a product with 500 variants", 2, func() error { _, err := s.Product(ctx, p.ID); return err }},
		{"a product's page", 4, func() error { _, err := s.View(ctx, p.ID, catalog.ViewParams{Currency: "EUR"}); return err }},
		{"a slug", 2, func() error { _, err := s.Resolve(ctx, "wide", ""); return err }},
		{"what 200 variants cost", 1, func() error {
			return db.View(ctx, func(tx storage.Tx) error {
				ids := make([]core.VariantID, 200)
				for i := range ids {
					ids[i] = p.Variants[i].ID
				}
				xs, err := tx.Catalog().Sellables(ctx, "", "EUR", p.CreatedAt, ids)
				require.Len(t, xs, 200)
				return err
			})
		}},
	} {
		sent.all = nil
		require.NoError(t, step.do(), step.name)
		require.LessOrEqual(t, len(sent.all), step.most, "%s:\n%s", step.name, strings.Join(sent.all, "\n"))
		t.Logf("%s: %d", step.name, len(sent.all))
	}
}
