package storagetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// titles lists as a shopper, all pages, and returns the titles.
func (c *catalogShop) titles(t *testing.T, p catalog.ListParams) (out []string) {
	t.Helper()
	return c.titlesFor(t, context.Background(), p)
}

func (c *catalogShop) titlesFor(t *testing.T, ctx context.Context, p catalog.ListParams) (out []string) {
	t.Helper()
	q := core.PageQuery{Limit: 2}
	for {
		page, err := c.List(ctx, p, q)
		require.NoError(t, err)
		for _, card := range page.Items {
			out = append(out, card.Title)
		}
		if q.After = page.Next; q.After == "" {
			return out
		}
	}
}

func catalogLists(t *testing.T, c *catalogShop) {
	for i, title := range []string{"Éclair", "apple", "Zebra", "eclipse"} {
		c.wait(time.Second)
		c.create(t, simpleProduct(title, fmt.Sprint(i), int64(100-10*i)))
	}
	c.wait(time.Second)
	c.create(t, catalog.Product{Title: "Draft"})
	late := simpleProduct("Late", "late", 1)
	late.PublishedAt = c.clock().Add(time.Hour)
	c.create(t, late)

	require.Equal(t, []string{"eclipse", "Zebra", "apple", "Éclair"}, c.titles(t, catalog.ListParams{}))
	require.Equal(t, []string{"apple", "Éclair", "eclipse", "Zebra"}, c.titles(t, catalog.ListParams{Sort: catalog.SortTitle}))
	require.Equal(t, []string{"eclipse", "Zebra", "apple", "Éclair"}, c.titles(t, catalog.ListParams{Sort: catalog.SortPrice, Currency: "EUR"}))
	require.Equal(t, []string{"Éclair", "apple", "Zebra", "eclipse"}, c.titles(t, catalog.ListParams{Sort: catalog.SortPriceDesc, Currency: "EUR"}))
	require.Equal(t, []string{"eclipse", "Zebra", "apple", "Éclair"}, c.titles(t, catalog.ListParams{Sort: catalog.SortCreated}))
	require.Empty(t, c.titles(t, catalog.ListParams{Currency: "USD"}))
	require.ElementsMatch(t, []string{"Late", "Draft", "eclipse", "Zebra", "apple", "Éclair"}, c.titlesFor(t, asSystem, catalog.ListParams{}))
	require.Equal(t, []string{"Draft"}, c.titlesFor(t, asSystem, catalog.ListParams{Status: catalog.StatusDraft}))
	c.wait(time.Hour)
	require.Contains(t, c.titles(t, catalog.ListParams{}), "Late")
	page, err := c.List(context.Background(), catalog.ListParams{}, core.PageQuery{Limit: 2})
	require.NoError(t, err)
	_, err = c.UpdateProduct(asSystem, page.Items[1].ID, catalog.ProductUpdate{Vendor: new("touched")})
	require.NoError(t, err)
	require.Equal(t, page.Items[1].Title, c.titles(t, catalog.ListParams{Sort: catalog.SortUpdated})[0])

	_, err = c.List(context.Background(), catalog.ListParams{Sort: catalog.SortTitle}, core.PageQuery{After: page.Next})
	require.Equal(t, "after", firstField(err))
	for field, p := range map[string]catalog.ListParams{
		"status": {Status: catalog.StatusDraft}, "currency": {Sort: catalog.SortPrice}, "sort": {Sort: "none"}, "q": {Query: "a\x00"}, "locale": {Locale: "!"}, "ids[0]": {IDs: []core.ProductID{"x"}},
	} {
		_, err := c.List(context.Background(), p, core.PageQuery{})
		require.Equal(t, field, firstField(err))
	}
}

func catalogFilters(t *testing.T, c *catalogShop) {
	for _, a := range []catalog.Attribute{{Code: "w", Type: catalog.AttributeNumber}, {Code: "eco", Type: catalog.AttributeBool}, {Code: "m", Type: catalog.AttributeEnum, Multiple: true,
		Values: []catalog.AttributeChoice{{Code: "a"}, {Code: "b"}}}} {
		_, err := c.CreateAttribute(asSystem, a)
		require.NoError(t, err)
	}
	top, err := c.CreateCategory(asSystem, catalog.Category{Title: "Top"})
	require.NoError(t, err)
	low, err := c.CreateCategory(asSystem, catalog.Category{Title: "Low", ParentID: top.ID})
	require.NoError(t, err)
	one, two := 1.0, 2.5
	p := simpleProduct("A 100%", "SKU_1", 100)
	p.Vendor, p.Tags, p.Categories = "Vend", []string{"Sale"}, []core.CategoryID{low.ID}
	p.Attributes = []catalog.AttributeValue{{Code: "w", Number: &one}, {Code: "eco", Bool: new(true)}, {Code: "m", Values: []string{"a", "b"}}}
	p.Translations = map[string]catalog.Translation{"de": {Title: "Übergröße"}}
	a := c.create(t, p)
	p = simpleProduct("B", "sku-2", 200)
	p.Brand, p.Kind, p.Categories = "Brand", catalog.KindDigital, []core.CategoryID{top.ID}
	p.Attributes = []catalog.AttributeValue{{Code: "w", Number: &two}, {Code: "m", Values: []string{"b"}}}
	b := c.create(t, p)

	attr := func(fs ...catalog.AttributeFilter) catalog.ListParams {
		return catalog.ListParams{Attributes: fs, Sort: catalog.SortTitle}
	}
	for name, row := range map[string]struct {
		p    catalog.ListParams
		want []string
	}{
		"vendor":         {catalog.ListParams{Vendor: "Vend"}, []string{a.Title}},
		"brand":          {catalog.ListParams{Brand: "Brand"}, []string{"B"}},
		"kind":           {catalog.ListParams{Kind: catalog.KindDigital}, []string{"B"}},
		"tag":            {catalog.ListParams{Tag: "sALE"}, []string{a.Title}},
		"category":       {catalog.ListParams{Category: low.ID}, []string{a.Title}},
		"subtree":        {catalog.ListParams{Category: top.ID, Sort: catalog.SortTitle}, []string{a.Title, "B"}},
		"ids":            {catalog.ListParams{IDs: []core.ProductID{b.ID, "prod_none"}}, []string{"B"}},
		"no ids":         {catalog.ListParams{IDs: []core.ProductID{}}, nil},
		"min":            {catalog.ListParams{Currency: "EUR", MinPrice: new(int64(101))}, []string{"B"}},
		"max":            {catalog.ListParams{Currency: "EUR", MaxPrice: new(int64(100))}, []string{a.Title}},
		"percent":        {catalog.ListParams{Query: "%"}, []string{a.Title}},
		"underscore":     {catalog.ListParams{Query: "sku_"}, []string{a.Title}},
		"sku":            {catalog.ListParams{Query: "KU-2"}, []string{"B"}},
		"translated":     {catalog.ListParams{Query: "übergr"}, []string{a.Title}},
		"accents":        {catalog.ListParams{Query: "UBERGR"}, []string{a.Title}},
		"number":         {attr(catalog.AttributeFilter{Code: "w", Min: &two, Max: &two}), []string{"B"}},
		"bool":           {attr(catalog.AttributeFilter{Code: "eco", Values: []string{"true"}}), []string{a.Title}},
		"any value":      {attr(catalog.AttributeFilter{Code: "m", Values: []string{"a", "b"}}), []string{a.Title, "B"}},
		"all filters":    {attr(catalog.AttributeFilter{Code: "m", Values: []string{"a"}}, catalog.AttributeFilter{Code: "w", Min: &two}), nil},
		"has":            {attr(catalog.AttributeFilter{Code: "eco"}), []string{a.Title}},
		"other channel":  {catalog.ListParams{Channel: "chan_any", Sort: catalog.SortTitle}, []string{a.Title, "B"}},
		"no such":        {catalog.ListParams{Category: "cat_none"}, nil},
		"none collected": {catalog.ListParams{Collection: "col_none", Sort: catalog.SortPosition}, nil},
	} {
		require.Equal(t, row.want, c.titles(t, row.p), name)
	}
	page, err := c.List(context.Background(), catalog.ListParams{Vendor: "Vend", Locale: "de-CH"}, core.PageQuery{})
	require.NoError(t, err)
	require.Equal(t, "Übergröße", page.Items[0].Title)
	require.Equal(t, "uebergroesse", page.Items[0].Slug)
	require.Nil(t, page.Items[0].Translations)
}

// catalogPages walks lists page by page while products are inserted: each
// product that was there all the time is seen exactly once.
func catalogPages(t *testing.T, c *catalogShop) {
	random := rand.New(rand.NewPCG(1, 2))
	n := 0
	insert := func(count int) (ids []core.ProductID) {
		ps := make([]catalog.Product, count)
		for i := range ps {
			n++
			ps[i] = simpleProduct(fmt.Sprint("t", random.IntN(5)), fmt.Sprint("sku", n), int64(random.IntN(4))) // many ties
		}
		made, err := c.ImportProducts(asSystem, ps)
		require.NoError(t, err)
		for _, p := range made {
			ids = append(ids, p.ID)
		}
		return ids
	}
	there := insert(30)
	for _, sort := range []catalog.Sort{catalog.SortNewest, catalog.SortTitle, catalog.SortPrice, catalog.SortPriceDesc, catalog.SortCreated} {
		seen := map[core.ProductID]int{}
		q := core.PageQuery{Limit: 7}
		for {
			page, err := c.List(context.Background(), catalog.ListParams{Sort: sort, Currency: "EUR"}, q)
			require.NoError(t, err)
			for _, card := range page.Items {
				seen[card.ID]++
			}
			if q.After = page.Next; q.After == "" {
				break
			}
			if random.IntN(2) == 0 {
				insert(3)
			}
			c.wait(time.Duration(random.IntN(2)) * time.Second)
		}
		for _, id := range there {
			require.Equal(t, 1, seen[id], "%s: %s", sort, id)
		}
		for id, times := range seen {
			require.Equal(t, 1, times, id)
		}
		there = slices.Concat(there, insert(2))
	}
}

// catalogFresh changes products in every way that lists show and looks for
// the change through a service that has the cards in memory.
func catalogFresh(t *testing.T, c *catalogShop) {
	p := c.create(t, simpleProduct("Tee", "TEE", 100))
	other := newCatalogShop(c.db) // as another process would
	other.now = c.now
	card := func() catalog.Card { return other.card(t, p.ID, catalog.ListParams{Currency: "EUR"}) }
	version := card().Version
	step := func(name string, do func() error, seen func(catalog.Card) bool) {
		t.Helper()
		require.NoError(t, do(), name)
		got := card()
		require.True(t, seen(got), name)
		require.Greater(t, got.Version, version, name)
		version = got.Version
	}
	step("title", func() error {
		_, err := c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{Title: new("Shirt")})
		return err
	}, func(x catalog.Card) bool { return x.Title == "Shirt" && x.Slug == "tee" })
	step("price", func() error {
		return c.SetPrices(asSystem, []catalog.PriceChange{{VariantID: p.Variants[0].ID, Prices: eurPrices(90)}})
	},
		func(x catalog.Card) bool { return x.Price.Min.Amount == 90 })
	step("thumbnail", func() error {
		return c.db.Update(asSystem, func(tx storage.Tx) error {
			return tx.Catalog().SetThumbnail(asSystem, p.ID, &catalog.Thumbnail{ImageID: "img_x"}, c.clock())
		})
	}, func(x catalog.Card) bool { return x.Thumbnail.ImageID == "img_x" })
	step("rating", func() error {
		return c.db.Update(asSystem, func(tx storage.Tx) error {
			return tx.Catalog().SetRating(asSystem, p.ID, catalog.Rating{Average: 500, Count: 1}, c.clock())
		})
	}, func(x catalog.Card) bool { return x.Rating.Count == 1 })
	step("status", func() error { _, err := c.Unpublish(asSystem, p.ID); return err }, func(x catalog.Card) bool { return x.Status == catalog.StatusDraft })

	// What a transaction that fails has written is seen by nobody.
	failed := fmt.Errorf("no")
	require.ErrorIs(t, c.db.Update(asSystem, func(tx storage.Tx) error {
		if err := tx.Catalog().TouchProducts(asSystem, []core.ProductID{p.ID}, c.clock()); err != nil {
			return err
		}
		return failed
	}), failed)
	require.Equal(t, version, card().Version)
}

func catalogViews(t *testing.T, c *catalogShop) {
	_, err := c.CreateAttribute(asSystem, catalog.Attribute{Code: "m", Name: "Material", Names: map[string]string{"de": "Stoff"}, Type: catalog.AttributeEnum,
		Values: []catalog.AttributeChoice{{Code: "linen", Name: "Linen", Names: map[string]string{"de": "Leinen"}}}})
	require.NoError(t, err)
	p := wideProduct("Tee", 3)
	p.Attributes = []catalog.AttributeValue{{Code: "m", Values: []string{"linen"}}}
	p.Translations = map[string]catalog.Translation{"de": {Title: "Hemd", Options: map[string]catalog.OptionText{"Color": {Name: "Farbe"}}}, "de-CH": {Subtitle: "Grüezi"}}
	p.Variants[2].Inactive = true
	p.Variants[1].Prices = []catalog.Price{{Currency: "USD", Amount: 5}}
	p = c.create(t, p)
	got, err := c.View(context.Background(), p.ID, catalog.ViewParams{Currency: "EUR", Locale: "de-CH"})
	require.NoError(t, err)
	require.Equal(t, "Hemd", got.Title)
	require.Equal(t, "Grüezi", got.Subtitle)
	require.Equal(t, map[string]string{"": "tee", "de": "hemd"}, got.Slugs)
	require.Equal(t, "hemd", got.Slug)
	require.Equal(t, "Farbe", got.Options[0].Name)
	require.Equal(t, "Stoff", got.Attributes[0].Name)
	require.Equal(t, "Leinen", got.Attributes[0].Values[0].Name)
	require.Len(t, got.Variants, 2)
	require.Equal(t, int64(1000), got.Variants[0].Price.Amount)
	require.Nil(t, got.Variants[1].Price)
	require.Equal(t, int64(1000), got.Price.Max.Amount)
	_, err = c.Unpublish(asSystem, p.ID)
	require.NoError(t, err)
	_, err = c.View(context.Background(), p.ID, catalog.ViewParams{})
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	_, err = c.View(asSystem, p.ID, catalog.ViewParams{})
	require.NoError(t, err)
}
