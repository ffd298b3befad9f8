package storagetest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/stretchr/testify/require"
)

func (c *catalogShop) rename(t *testing.T, id core.ProductID, slug string) {
	t.Helper()
	_, err := c.UpdateProduct(asSystem, id, catalog.ProductUpdate{Slug: &slug})
	require.NoError(t, err)
}

// leads checks where a slug leads: to a product directly, or by a redirect.
func (c *catalogShop) leads(t *testing.T, slug, locale string, want core.ProductID, canonical string) {
	t.Helper()
	got, err := c.Resolve(context.Background(), slug, locale)
	if slug == canonical {
		require.NoError(t, err)
		require.Equal(t, want, got)
		return
	}
	var moved *catalog.MovedError
	require.ErrorAs(t, err, &moved)
	require.Equal(t, catalog.MovedError{ProductID: want, Slug: canonical}, *moved)
}

func catalogSlugs(t *testing.T, c *catalogShop) {
	a := c.create(t, simpleProduct("One", "A", 1))
	b := c.create(t, simpleProduct("Two", "B", 1))
	c.rename(t, a.ID, "one-b")
	c.rename(t, a.ID, "one-c")
	c.leads(t, "one", "", a.ID, "one-c")
	c.leads(t, "one-b", "", a.ID, "one-c")
	c.leads(t, "one-c", "", a.ID, "one-c")
	c.rename(t, a.ID, "one") // back to what redirected
	c.leads(t, "one-c", "", a.ID, "one")
	c.leads(t, "one", "", a.ID, "one")

	// In use elsewhere: refused. Only redirecting: taken over.
	slug := "one"
	_, err := c.UpdateProduct(asSystem, b.ID, catalog.ProductUpdate{Slug: &slug})
	require.Equal(t, core.KindExists, core.KindOf(err))
	require.Equal(t, "slug", firstField(err))
	c.rename(t, b.ID, "one-c")
	c.leads(t, "one-c", "", b.ID, "one-c")
	c.leads(t, "two", "", b.ID, "one-c")
	p := simpleProduct("Three", "C", 1)
	p.Slug = "two" // redirects so far
	d := c.create(t, p)
	c.leads(t, "two", "", d.ID, "two")

	// A generated slug takes no redirect away.
	e := c.create(t, simpleProduct("One B", "E", 1))
	require.Equal(t, "one-b-2", e.Slug)

	// Emptied, it is made from the title, and may be one the product had.
	empty := ""
	got, err := c.UpdateProduct(asSystem, a.ID, catalog.ProductUpdate{Slug: &empty})
	require.NoError(t, err)
	require.Equal(t, "one", got.Slug)

	// What is not published leads nowhere for shoppers.
	draft := c.create(t, catalog.Product{Title: "Draft"})
	_, err = c.Resolve(context.Background(), "draft", "")
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	id, err := c.Resolve(asSystem, "draft", "")
	require.NoError(t, err)
	require.Equal(t, draft.ID, id)
	_, err = c.Publish(asSystem, draft.ID, c.clock().Add(time.Hour))
	require.NoError(t, err)
	_, err = c.Resolve(context.Background(), "draft", "")
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	c.wait(time.Hour)
	c.leads(t, "draft", "", draft.ID, "draft")
	for _, bad := range []string{"", "none", "Draft", "a\x00b", "../draft"} {
		_, err := c.Resolve(asSystem, bad, "")
		require.Equal(t, core.KindNotFound, core.KindOf(err))
		var moved *catalog.MovedError
		require.NotErrorAs(t, err, &moved)
	}
}

func catalogSlugRaces(t *testing.T, c *catalogShop) {
	const n = 8
	slugs, errs := make([]string, n), make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			p, err := c.CreateProduct(asSystem, catalog.Product{Title: "Same"})
			slugs[i], errs[i] = p.Slug, err
		})
	}
	wg.Wait()
	got := map[string]bool{}
	for i, err := range errs {
		// Who loses three races in a row is told so; nobody gets another's slug.
		if err != nil {
			require.Equal(t, "slug_exists", core.CodeOf(err))
			continue
		}
		require.False(t, got[slugs[i]])
		got[slugs[i]] = true
	}
	require.True(t, got["same"])
}

func catalogTranslatedSlugs(t *testing.T, c *catalogShop) {
	p := simpleProduct("Table", "A", 1)
	p.Translations = map[string]catalog.Translation{"de": {Title: "Tisch"}, "fr": {Title: "Table"}}
	a := c.create(t, p)
	p = simpleProduct("Tisch", "B", 1) // the same in another locale is free
	b := c.create(t, p)
	require.Equal(t, "tisch", b.Slug)
	c.leads(t, "tisch", "de", a.ID, "tisch")
	c.leads(t, "tisch", "de-CH", a.ID, "tisch")
	c.leads(t, "tisch", "", b.ID, "tisch")
	c.leads(t, "table", "de", a.ID, "tisch") // another locale's slug leads to the right one
	c.leads(t, "table", "fr", a.ID, "table")
	c.leads(t, "table", "it", a.ID, "table")

	tr := map[string]*catalog.Translation{"de": {Title: "Tisch", Slug: "esstisch"}}
	_, err := c.UpdateProduct(asSystem, a.ID, catalog.ProductUpdate{Translations: tr})
	require.NoError(t, err)
	c.leads(t, "esstisch", "de", a.ID, "esstisch")
	// "tisch" is another product's own slug now that the German one only redirects.
	got, err := c.Resolve(context.Background(), "tisch", "de")
	require.NoError(t, err)
	require.Equal(t, b.ID, got)
	c.leads(t, "tisch", "", b.ID, "tisch")

	_, err = c.UpdateProduct(asSystem, a.ID, catalog.ProductUpdate{Translations: map[string]*catalog.Translation{"de": nil}})
	require.NoError(t, err)
	c.leads(t, "esstisch", "de", a.ID, "table")

	taken := map[string]*catalog.Translation{"fr": {Slug: "table"}}
	_, err = c.UpdateProduct(asSystem, b.ID, catalog.ProductUpdate{Translations: taken})
	require.Equal(t, "translations.fr.slug", firstField(err))
	slugs := []string{a.Slug, b.Slug}
	slices.Sort(slugs)
	require.Equal(t, []string{"table", "tisch"}, slugs)
}
