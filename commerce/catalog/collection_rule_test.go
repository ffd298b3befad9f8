package catalog_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	yes, length := true, 12.5
	p := catalog.Product{Title: "Navy RAIN Jacket", Vendor: "Acme", Brand: "North", Kind: catalog.KindPhysical, Tags: []string{"Outdoor", "größe"}, CreatedAt: now.Add(-36 * time.Hour),
		Attributes: []catalog.AttributeValue{{Code: "material", Values: []string{"wool", "linen"}}, {Code: "length", Number: &length}, {Code: "lined", Bool: &yes},
			{Code: "season", Date: "2026-01-01"}, {Code: "note", Text: "Hand made"}},
		Variants: []catalog.Variant{{Prices: []catalog.Price{{Currency: "EUR", Amount: 5000}, {Currency: "USD", Amount: 100, ValidTo: now}}},
			{Inactive: true, Prices: []catalog.Price{{Currency: "EUR", Amount: 1}}}}}
	s := catalog.NewSubject(&p, [][]core.CategoryID{{"cat_a", "cat_b"}}, now)
	of := func(f catalog.Field, values ...string) catalog.Condition {
		return catalog.Condition{Field: f, Values: values}
	}
	price := func(from, to int64) catalog.Condition {
		return catalog.Condition{Field: catalog.FieldPrice, Currency: "EUR", Min: &from, Max: &to}
	}
	attribute := func(f catalog.AttributeFilter) catalog.Condition {
		return catalog.Condition{Field: catalog.FieldAttribute, Attribute: &f}
	}
	low, high := 10.0, 12.0
	holds := []catalog.Condition{of(catalog.FieldTag, "x", "OUTDOOR"), of(catalog.FieldTag, "GRÖSSE", "GRÖßE"), of(catalog.FieldVendor, "acme"), of(catalog.FieldBrand, "NORTH"),
		of(catalog.FieldKind, "physical"), of(catalog.FieldTitle, "rain"), of(catalog.FieldCategory, "cat_a"), of(catalog.FieldCategory, "cat_b"), price(5000, 5000),
		{Field: catalog.FieldCreated, Days: 2}, attribute(catalog.AttributeFilter{Code: "material", Values: []string{"linen"}}), attribute(catalog.AttributeFilter{Code: "length", Min: &low}),
		attribute(catalog.AttributeFilter{Code: "lined", Values: []string{"true"}}), attribute(catalog.AttributeFilter{Code: "season", Values: []string{"2026-01-01"}}),
		attribute(catalog.AttributeFilter{Code: "note", Values: []string{"HAND MADE"}}), attribute(catalog.AttributeFilter{Code: "note"})}
	fails := []catalog.Condition{of(catalog.FieldTag, "outdoo"), of(catalog.FieldVendor, "acm"), of(catalog.FieldTitle, "snow"), of(catalog.FieldCategory, "cat_c"), price(1, 4999),
		{Field: catalog.FieldPrice, Currency: "USD", Max: &p.Variants[0].Prices[0].Amount}, {Field: catalog.FieldCreated, Days: 1},
		attribute(catalog.AttributeFilter{Code: "material", Values: []string{"silk"}}), attribute(catalog.AttributeFilter{Code: "length", Max: &high}),
		attribute(catalog.AttributeFilter{Code: "lined", Values: []string{"false"}}), attribute(catalog.AttributeFilter{Code: "none"})}
	match := func(anyOf bool, cs ...catalog.Condition) bool {
		return catalog.Match(&catalog.Rule{Any: anyOf, Conditions: cs}, s)
	}
	for _, c := range holds {
		require.True(t, match(false, c), "%+v", c)
		require.False(t, match(false, c, fails[0]), "%+v", c)
		require.True(t, match(true, fails[0], c), "%+v", c)
		c.Not = true
		require.False(t, match(false, c), "%+v", c)
	}
	for _, c := range fails {
		require.False(t, match(false, c), "%+v", c)
		c.Not = true
		require.True(t, match(false, c), "%+v", c)
	}
	require.True(t, match(false, holds...))
	require.False(t, match(true, fails...))
	require.False(t, match(true), "no condition matches nothing")
	require.False(t, match(false))
}

// TestIncrementalIsFull lets chance edit products and rules: the memberships
// kept up by edits are those that matching everything anew gives.
func TestIncrementalIsFull(t *testing.T) {
	t.Parallel()
	g := newGallery(t, catalog.Config{})
	tags := []string{"a", "b", "c", "d"}
	drawTags := rapid.SliceOfN(rapid.SampledFrom(tags), 0, 3)
	drawRule := rapid.Custom(func(t *rapid.T) *catalog.Rule {
		r := &catalog.Rule{Any: rapid.Bool().Draw(t, "any")}
		for range rapid.IntRange(1, 3).Draw(t, "conditions") {
			c := catalog.Condition{Not: rapid.Bool().Draw(t, "not")}
			switch rapid.IntRange(0, 2).Draw(t, "field") {
			case 0:
				c.Field, c.Values = catalog.FieldTag, []string{rapid.SampledFrom(tags).Draw(t, "tag")}
			case 1:
				c.Field, c.Values = catalog.FieldVendor, []string{rapid.SampledFrom(tags).Draw(t, "vendor")}
			default:
				most := rapid.Int64Range(0, 40).Draw(t, "max")
				c.Field, c.Currency, c.Max = catalog.FieldPrice, "EUR", &most
			}
			r.Conditions = append(r.Conditions, c)
		}
		return r
	})
	var products []catalog.Product
	var collections []catalog.Collection
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		if n >= 400 {
			return
		}
		for range rapid.IntRange(5, 15).Draw(rt, "steps") {
			n++
			own, vendor := drawTags.Draw(rt, "tags"), rapid.SampledFrom(tags).Draw(rt, "vendor")
			switch kind := rapid.IntRange(0, 6).Draw(rt, "kind"); {
			case kind == 0 || len(products) == 0:
				p, err := g.CreateProduct(g.ctx, catalog.Product{Title: "P", Tags: own, Vendor: vendor,
					Variants: []catalog.Variant{{SKU: fmt.Sprint("S", n), Prices: []catalog.Price{{Currency: "EUR", Amount: int64(n % 40)}}}}})
				require.NoError(t, err)
				products = append(products, p)
			case kind == 1 || len(collections) == 0:
				c, err := g.CreateCollection(g.ctx, catalog.Collection{Title: "C", Rule: drawRule.Draw(rt, "rule")})
				require.NoError(t, err)
				collections = append(collections, c)
			case kind == 2:
				i := rapid.IntRange(0, len(collections)-1).Draw(rt, "collection")
				c, err := g.UpdateCollection(g.ctx, collections[i].ID, collections[i].Version, catalog.CollectionUpdate{Rule: drawRule.Draw(rt, "rule")})
				require.NoError(t, err)
				collections[i] = c
			case kind == 3:
				p := rapid.SampledFrom(products).Draw(rt, "product")
				prices := []catalog.Price{{Currency: "EUR", Amount: rapid.Int64Range(0, 40).Draw(rt, "price")}}
				_, err := g.UpdateVariant(g.ctx, p.Variants[0].ID, catalog.VariantUpdate{Prices: &prices})
				require.NoError(t, err)
			default:
				p := rapid.SampledFrom(products).Draw(rt, "product")
				_, err := g.UpdateProduct(g.ctx, p.ID, catalog.ProductUpdate{Tags: &own, Vendor: &vendor})
				require.NoError(t, err)
			}
		}
		require.NoError(t, g.db.View(g.ctx, func(tx storage.Tx) error {
			ids, err := tx.Catalog().ProductIDs(g.ctx, "", 10_000)
			require.NoError(t, err)
			all, err := tx.Catalog().Products(g.ctx, ids)
			require.NoError(t, err)
			for _, c := range collections {
				want, got := map[core.ProductID]bool{}, map[core.ProductID]bool{}
				for i := range all {
					if catalog.Match(c.Rule, catalog.NewSubject(&all[i], nil, g.now)) {
						want[all[i].ID] = true
					}
				}
				ms, err := tx.Catalog().CollectionMembers(g.ctx, c.ID, ids)
				require.NoError(t, err)
				for _, m := range ms {
					got[m.ProductID] = true
				}
				require.Equal(t, want, got, "%+v", c.Rule)
			}
			return nil
		}))
	})
}

// BenchmarkEditAmong4000Rules is one edit of a product in a shop with 4,000
// collections by rule.
func BenchmarkEditAmong4000Rules(b *testing.B) {
	g := openGallery(b, catalog.Config{})
	for n := range 4000 {
		rule := &catalog.Rule{Any: n%2 == 0, Conditions: []catalog.Condition{{Field: catalog.FieldTag, Values: []string{fmt.Sprint("tag", n), "x"}},
			{Field: catalog.FieldTitle, Values: []string{fmt.Sprint("title ", n)}}, {Field: catalog.FieldVendor, Values: []string{"a", "b", "c"}}}}
		_, err := g.CreateCollection(g.ctx, catalog.Collection{Title: fmt.Sprint("C", n), Rule: rule})
		require.NoError(b, err)
	}
	n := 0
	for b.Loop() {
		n++
		tags := []string{fmt.Sprint("tag", n%4000), "other"}
		_, err := g.UpdateProduct(g.ctx, g.product.ID, catalog.ProductUpdate{Tags: &tags})
		require.NoError(b, err)
	}
}
