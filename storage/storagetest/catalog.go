package storagetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// catalogShop is a catalog over a fresh database with a clock to turn.
type catalogShop struct {
	*catalog.Service
	db  *storage.DB
	mu  sync.Mutex
	now time.Time
}

func (c *catalogShop) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *catalogShop) wait(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

var asSystem = core.WithActor(context.Background(), core.System("test"))

func newCatalogShop(db *storage.DB) *catalogShop {
	c := &catalogShop{db: db, now: time.Date(2026, 3, 1, 12, 0, 0, 123000, time.UTC)}
	c.Service = catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{Clock: c.clock})
	return c
}

func (c *catalogShop) create(t *testing.T, p catalog.Product) catalog.Product {
	t.Helper()
	p, err := c.CreateProduct(asSystem, p)
	require.NoError(t, err)
	return p
}

func (c *catalogShop) sellable(t *testing.T, channel core.ChannelID, currency money.Currency, id core.VariantID) (out catalog.Sellable) {
	t.Helper()
	require.NoError(t, c.db.View(asSystem, func(tx storage.Tx) error {
		xs, err := tx.Catalog().Sellables(asSystem, channel, currency, c.clock(), []core.VariantID{"var_missing", id, id})
		if err != nil {
			return err
		}
		require.Len(t, xs, 1)
		out = xs[0]
		bare, err := tx.Catalog().BareSellables(asSystem, channel, currency, c.clock(), []core.VariantID{id})
		whole := out
		whole.CategoryIDs, whole.CollectionIDs = nil, nil
		require.Equal(t, []catalog.Sellable{whole}, bare)
		return err
	}))
	return out
}

func eurPrices(amount int64) []catalog.Price {
	return []catalog.Price{{Currency: "EUR", Amount: amount}}
}

// simpleProduct is an active product with one variant.
func simpleProduct(title, sku string, amount int64) catalog.Product {
	return catalog.Product{Title: title, Status: catalog.StatusActive, Variants: []catalog.Variant{{SKU: sku, Prices: eurPrices(amount)}}}
}

// wideProduct is a product of n variants in two options.
func wideProduct(title string, n int) catalog.Product {
	p := catalog.Product{Title: title, Status: catalog.StatusActive, Options: []catalog.Option{{Name: "Color"}, {Name: "Size"}}}
	for i := range (n + 9) / 10 {
		p.Options[0].Values = append(p.Options[0].Values, fmt.Sprintf("color %d", i))
	}
	for i := range 10 {
		p.Options[1].Values = append(p.Options[1].Values, fmt.Sprint(i))
	}
	for i := range n {
		p.Variants = append(p.Variants, catalog.Variant{SKU: fmt.Sprintf("%s-%d", title, i), Prices: eurPrices(int64(1000 + i)),
			Options: map[string]string{"Color": p.Options[0].Values[i/10], "Size": p.Options[1].Values[i%10]}})
	}
	return p
}

// Catalog tests products, variants, prices, channels and lists, through the
// store and the service.
func Catalog(t *testing.T, open func(t *testing.T) *storage.DB) {
	db := open(t) // one for all parts, emptied between them: making databases is what takes time
	for _, part := range []struct {
		name string
		run  func(*testing.T, *catalogShop)
	}{
		{"products", catalogProducts}, {"updates", catalogUpdates}, {"stale versions", catalogStale}, {"delete", catalogDelete}, {"attributes", catalogAttributes},
		{"channels", catalogChannels}, {"import and export", catalogImport},
		{"slugs", catalogSlugs}, {"slug races", catalogSlugRaces}, {"translated slugs", catalogTranslatedSlugs},
		{"variants", catalogVariants}, {"wide products", catalogWide}, {"options", catalogOptions}, {"prices", catalogPrices}, {"scheduled prices", catalogScheduled},
		{"bulk prices", catalogBulkPrices}, {"sellables", catalogSellables},
		{"lists", catalogLists}, {"list filters", catalogFilters}, {"list pages", catalogPages}, {"list freshness", catalogFresh}, {"views", catalogViews},
	} {
		t.Run(part.name, func(t *testing.T) {
			c := newCatalogShop(db)
			c.empty(t)
			part.run(t, c)
		})
	}
}

// empty deletes everything but the price history, which only grows.
func (c *catalogShop) empty(t *testing.T) {
	t.Helper()
	require.NoError(t, c.update(func(st catalog.Store) error {
		for {
			ids, err := st.ProductIDs(asSystem, "", 1000)
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				break
			}
			for _, id := range ids {
				if err := st.DeleteProduct(asSystem, id); err != nil {
					return err
				}
			}
		}
		categories, err := st.Categories(asSystem)
		if err != nil {
			return err
		}
		for i := range categories { // the deepest first
			if err := st.DeleteCategory(asSystem, categories[len(categories)-1-i].ID); err != nil {
				return err
			}
		}
		channels, err := st.Channels(asSystem)
		if err != nil {
			return err
		}
		for _, x := range channels {
			if err := st.DeleteChannel(asSystem, x.ID); err != nil {
				return err
			}
		}
		attributes, err := st.Attributes(asSystem)
		if err != nil {
			return err
		}
		for _, a := range attributes {
			if err := st.DeleteAttribute(asSystem, a.Code); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (c *catalogShop) update(fn func(catalog.Store) error) error {
	return c.db.Update(asSystem, func(tx storage.Tx) error { return fn(tx.Catalog()) })
}

func catalogProducts(t *testing.T, c *catalogShop) {
	width := 12.5
	_, err := c.CreateAttribute(asSystem, catalog.Attribute{Code: "width", Type: catalog.AttributeNumber, Unit: "cm"})
	require.NoError(t, err)
	channel, err := c.CreateChannel(asSystem, catalog.Channel{Code: "eu", Currencies: []money.Currency{"EUR"}, Locales: []string{"de"}, Active: true})
	require.NoError(t, err)
	made := c.create(t, catalog.Product{Title: " Für 猫 🐈 ", Subtitle: "sub", Description: "d", Status: catalog.StatusActive, Kind: catalog.KindDigital, Vendor: "V", Brand: "B",
		TaxClass: "txc_a", Options: []catalog.Option{{Name: "Größe", Values: []string{"S", "M"}}}, Attributes: []catalog.AttributeValue{{Code: "width", Number: &width}},
		Tags: []string{"new", "sale", "NEW", " "}, Channels: []core.ChannelID{channel.ID, channel.ID}, SEO: catalog.SEO{Title: "seo"},
		Translations: map[string]catalog.Translation{"de": {Title: "Für Katzen", Options: map[string]catalog.OptionText{"Größe": {Name: "Grösse"}}}},
		Metadata:     map[string]json.RawMessage{"k": json.RawMessage(`{"a":[1,2]}`)},
		Variants: []catalog.Variant{
			{SKU: "A", Barcode: "4006381333931", Options: map[string]string{"Größe": "S"}, WeightGrams: 5, Dimensions: catalog.Dimensions{Length: 1, Width: 2, Height: 3},
				Prices: []catalog.Price{{Currency: "JPY", Amount: 100}, {Currency: "EUR", Amount: 1 << 49, CompareAt: 1<<49 + 1, ValidFrom: c.clock(), ValidTo: c.clock().Add(time.Hour)}},
				Images: []core.ImageID{"img_a"}, StockItemID: "item_a", Metadata: map[string]json.RawMessage{"x": json.RawMessage("1")}},
			{SKU: "B", Options: map[string]string{"Größe": "M"}, Inactive: true},
		}})
	require.Equal(t, "fur-猫", made.Slug)
	require.Equal(t, "fuer-katzen", made.Translations["de"].Slug)
	require.Equal(t, []string{"new", "sale"}, made.Tags)
	require.Equal(t, c.clock(), made.PublishedAt)
	require.Equal(t, "S", made.Variants[0].Title)

	read, err := c.Product(asSystem, made.ID)
	require.NoError(t, err)
	require.Equal(t, made, read)
	v, err := c.BySKU(asSystem, "A")
	require.NoError(t, err)
	require.Equal(t, made.Variants[0], v)

	_, err = c.Product(context.Background(), made.ID)
	require.Equal(t, core.KindUnauthenticated, core.KindOf(err))
	_, err = c.Product(asSystem, "prod_missing")
	require.Equal(t, "product_not_found", core.CodeOf(err))
	_, err = c.CreateProduct(context.Background(), simpleProduct("x", "X", 1))
	require.Equal(t, core.KindUnauthenticated, core.KindOf(err))

	// What is taken or refers to nothing is refused, with its place.
	for field, p := range map[string]catalog.Product{
		"variants[1].sku":                  {Title: "t", Options: []catalog.Option{{Name: "o", Values: []string{"1", "2"}}}, Variants: []catalog.Variant{{SKU: "new", Options: map[string]string{"o": "1"}}, {SKU: "A", Options: map[string]string{"o": "2"}}}},
		"attributes[0].code":               {Title: "t", Attributes: []catalog.AttributeValue{{Code: "none", Text: "x"}}},
		"channel_ids[0]":                   {Title: "t", Channels: []core.ChannelID{"chan_none"}},
		"category_ids[0]":                  {Title: "t", Categories: []core.CategoryID{"cat_none"}},
		"variants[0].prices[1].channel_id": {Title: "t", Variants: []catalog.Variant{{SKU: "new", Prices: []catalog.Price{{Currency: "EUR"}, {Currency: "EUR", Channel: "chan_none"}}}}},
		"slug":                             {Title: "t", Slug: made.Slug},
		"variants[1].options":              {Title: "t", Variants: []catalog.Variant{{SKU: "new"}, {SKU: "new2"}}},
		"variants[0].options.none":         {Title: "t", Variants: []catalog.Variant{{SKU: "new", Options: map[string]string{"none": "x"}}}},
		"translations.de.options.none":     {Title: "t", Translations: map[string]catalog.Translation{"de": {Options: map[string]catalog.OptionText{"none": {}}}}},
	} {
		_, err := c.CreateProduct(asSystem, p)
		require.Error(t, err, field)
		require.Equal(t, field, firstField(err), "%v", err)
	}
}

// firstField is the field of an error, or of the first of several.
func firstField(err error) string {
	var vs core.Violations
	if errors.As(err, &vs) {
		return vs[0].Field
	}
	var e *core.Error
	if errors.As(err, &e) {
		return e.Field
	}
	return ""
}

func catalogUpdates(t *testing.T, c *catalogShop) {
	p := c.create(t, catalog.Product{Title: "Tee", Subtitle: "sub", Tags: []string{"a"}, Metadata: map[string]json.RawMessage{"a": json.RawMessage("1"), "b": json.RawMessage("2")},
		Translations: map[string]catalog.Translation{"de": {Title: "T"}, "fr": {Title: "F"}}, Variants: []catalog.Variant{{SKU: "TEE"}}})
	require.Equal(t, catalog.StatusDraft, p.Status)
	c.wait(time.Minute)
	title, none, tags := "Shirt", "", []string{"b"}
	_, err := c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{Title: &title, Subtitle: &none, Tags: &tags,
		Metadata: map[string]json.RawMessage{"a": json.RawMessage("null"), "c": json.RawMessage("3")}, Translations: map[string]*catalog.Translation{"fr": nil, "it": {Title: "I"}}})
	require.NoError(t, err)
	got, err := c.Product(asSystem, p.ID)
	require.NoError(t, err)
	want := p
	want.Title, want.Subtitle, want.Tags, want.Version, want.UpdatedAt = title, none, tags, 2, c.clock()
	want.Metadata = map[string]json.RawMessage{"b": json.RawMessage("2"), "c": json.RawMessage("3")}
	want.Translations = map[string]catalog.Translation{"de": {Title: "T", Slug: "t"}, "it": {Title: "I", Slug: "i"}}
	require.Equal(t, want, got, "what is not given stays, also the slug")

	got, err = c.Publish(asSystem, p.ID, time.Time{})
	require.NoError(t, err)
	require.True(t, got.Published(c.clock()))
	got, err = c.Unpublish(asSystem, p.ID)
	require.NoError(t, err)
	require.Equal(t, catalog.StatusDraft, got.Status)
	require.True(t, got.PublishedAt.IsZero())

	_, err = c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{Title: &none})
	require.Equal(t, "title", firstField(err))
	_, err = c.UpdateProduct(asSystem, "prod_missing", catalog.ProductUpdate{Title: &title})
	require.Equal(t, core.KindNotFound, core.KindOf(err))

	require.NoError(t, c.update(func(st catalog.Store) error {
		if err := st.SetThumbnail(asSystem, p.ID, &catalog.Thumbnail{ImageID: "img_a", Alt: "alt", Width: 3}, c.clock()); err != nil {
			return err
		}
		return st.SetRating(asSystem, p.ID, catalog.Rating{Average: 450, Count: 2}, c.clock())
	}))
	after, err := c.Product(asSystem, p.ID)
	require.NoError(t, err)
	require.Equal(t, got.Version+2, after.Version)
	require.Equal(t, &catalog.Thumbnail{ImageID: "img_a", Alt: "alt", Width: 3}, after.Thumbnail)
	require.Equal(t, catalog.Rating{Average: 450, Count: 2}, after.Rating)
	_, err = c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{Title: &title})
	require.NoError(t, err)
	after, err = c.Product(asSystem, p.ID)
	require.NoError(t, err)
	require.Equal(t, int64(2), after.Rating.Count, "a product's update leaves what others write")
}

func catalogStale(t *testing.T, c *catalogShop) {
	p := c.create(t, simpleProduct("Tee", "TEE", 1))
	title := "New"
	_, err := c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{IfVersion: p.Version + 1, Title: &title})
	var stale *core.StaleError
	require.ErrorAs(t, err, &stale)
	require.Equal(t, p.Version, stale.Newest)
	require.ErrorAs(t, c.DeleteProduct(asSystem, p.ID, 7), &stale)
	weight := int64(4)
	_, err = c.UpdateVariant(asSystem, p.Variants[0].ID, catalog.VariantUpdate{IfVersion: 9, WeightGrams: &weight})
	require.ErrorAs(t, err, &stale)

	// Of many who saw the same version one wins.
	const n = 8
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			title := fmt.Sprint("title ", i)
			_, errs[i] = c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{IfVersion: p.Version, Title: &title})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			require.ErrorAs(t, err, &stale)
		}
	}
	require.Equal(t, 1, won)

	// Without a version all do, and none is lost.
	for i := range n {
		wg.Go(func() {
			_, errs[i] = c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{Metadata: map[string]json.RawMessage{fmt.Sprint("k", i): json.RawMessage("1")}})
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	got, err := c.Product(asSystem, p.ID)
	require.NoError(t, err)
	require.Len(t, got.Metadata, n)
	require.Equal(t, p.Version+1+n, got.Version)
}

func catalogDelete(t *testing.T, c *catalogShop) {
	p := c.create(t, simpleProduct("Tee", "TEE", 5))
	require.NoError(t, c.DeleteProduct(asSystem, p.ID, p.Version))
	require.Equal(t, core.KindNotFound, core.KindOf(c.DeleteProduct(asSystem, p.ID, 0)))
	_, err := c.Resolve(asSystem, "tee", "")
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	_, err = c.BySKU(asSystem, "TEE")
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	history, err := c.PriceHistory(asSystem, p.Variants[0].ID)
	require.NoError(t, err)
	require.Len(t, history, 1, "what was asked stays on record")
	again := c.create(t, simpleProduct("Tee", "TEE", 5))
	require.Equal(t, "tee", again.Slug)
}
