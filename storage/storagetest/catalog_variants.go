package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/stretchr/testify/require"
)

func (c *catalogShop) card(t *testing.T, id core.ProductID, p catalog.ListParams) catalog.Card {
	t.Helper()
	p.IDs = []core.ProductID{id}
	page, err := c.List(asSystem, p, core.PageQuery{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	return page.Items[0]
}

func catalogVariants(t *testing.T, c *catalogShop) {
	p := c.create(t, catalog.Product{Title: "Tee", Options: []catalog.Option{{Name: "Size", Values: []string{"S", "M", "L"}}},
		Variants: []catalog.Variant{{SKU: "S", Options: map[string]string{"Size": "S"}, Prices: eurPrices(100)}}})
	added, err := c.AddVariants(asSystem, p.ID, []catalog.Variant{{SKU: "M", Options: map[string]string{"Size": "M"}, Prices: eurPrices(50)}})
	require.NoError(t, err)
	require.Equal(t, 2, added[0].Position)
	card := c.card(t, p.ID, catalog.ListParams{Currency: "EUR"})
	require.Equal(t, 2, card.VariantCount)
	require.Equal(t, p.Variants[0].ID, card.FirstVariant)
	require.Equal(t, int64(50), card.Price.Min.Amount)
	require.Equal(t, int64(100), card.Price.Max.Amount)

	for field, v := range map[string]catalog.Variant{
		"variants[0].sku":          {SKU: "M", Options: map[string]string{"Size": "L"}},
		"variants[0].options":      {SKU: "N", Options: map[string]string{"Size": "M"}},
		"variants[0].options.Size": {SKU: "N", Options: map[string]string{"Size": "XL"}},
		"variants[0].barcode":      {SKU: "N", Options: map[string]string{"Size": "L"}, Barcode: "4006381333932"},
	} {
		_, err := c.AddVariants(asSystem, p.ID, []catalog.Variant{v})
		require.Equal(t, field, firstField(err), "%v", err)
	}
	sku, taken, off := "S2", "M", true
	v, err := c.UpdateVariant(asSystem, p.Variants[0].ID, catalog.VariantUpdate{SKU: &sku, Options: map[string]string{"Size": "L"}, Inactive: &off})
	require.NoError(t, err)
	require.Equal(t, "L", v.Title, "a title made of the options follows them")
	read, err := c.Variant(asSystem, v.ID)
	require.NoError(t, err)
	require.Equal(t, v, read)
	card = c.card(t, p.ID, catalog.ListParams{Currency: "EUR"})
	require.Equal(t, 1, card.VariantCount)
	require.Equal(t, added[0].ID, card.FirstVariant)
	require.Equal(t, int64(50), card.Price.Max.Amount, "an inactive variant's price does not count")
	_, err = c.UpdateVariant(asSystem, v.ID, catalog.VariantUpdate{SKU: &taken})
	require.Equal(t, core.KindExists, core.KindOf(err))
	require.Equal(t, "sku", firstField(err))
	_, err = c.UpdateVariant(asSystem, v.ID, catalog.VariantUpdate{Options: map[string]string{"Size": "M"}})
	require.Equal(t, "options", firstField(err))
	_, err = c.UpdateVariant(asSystem, "var_missing", catalog.VariantUpdate{})
	require.Equal(t, core.KindNotFound, core.KindOf(err))

	require.Equal(t, core.KindNotFound, core.KindOf(c.RemoveVariants(asSystem, p.ID, "var_missing")))
	require.NoError(t, c.RemoveVariants(asSystem, p.ID, added[0].ID))
	got, err := c.Product(asSystem, p.ID)
	require.NoError(t, err)
	require.Len(t, got.Variants, 1)
	page, err := c.List(asSystem, catalog.ListParams{Currency: "EUR"}, core.PageQuery{})
	require.NoError(t, err)
	require.Empty(t, page.Items, "nothing active has a price any more")
	require.Zero(t, c.card(t, p.ID, catalog.ListParams{}).VariantCount)
}

func catalogWide(t *testing.T, c *catalogShop) {
	p := c.create(t, wideProduct("wide", 500))
	require.Len(t, p.Variants, 500)
	target := p.Variants[250]
	cheap := eurPrices(1)
	began := time.Now()
	v, err := c.UpdateVariant(asSystem, target.ID, catalog.VariantUpdate{Prices: &cheap})
	require.NoError(t, err)
	require.Less(t, time.Since(began), 5*time.Second) // about 10 ms; far from minutes on any machine
	require.Equal(t, target.Version+1, v.Version)
	got, err := c.Product(asSystem, p.ID)
	require.NoError(t, err)
	for i := range got.Variants {
		if got.Variants[i].ID != target.ID {
			require.Equal(t, p.Variants[i], got.Variants[i], "the others are untouched")
		}
	}
	card := c.card(t, p.ID, catalog.ListParams{Currency: "EUR"})
	require.Equal(t, int64(1), card.Price.Min.Amount)
	require.Equal(t, int64(1499), card.Price.Max.Amount)
	require.Equal(t, 500, card.VariantCount)
}

func catalogOptions(t *testing.T, c *catalogShop) {
	p := c.create(t, wideProduct("wide", 20))
	translated := map[string]*catalog.Translation{"de": {Options: map[string]catalog.OptionText{"Size": {Name: "Größe", Values: map[string]string{"1": "eins"}}}}}
	_, err := c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{Translations: translated})
	require.NoError(t, err)

	p, err = c.RenameOption(asSystem, p.ID, "Size", "", "Fit")
	require.NoError(t, err)
	p, err = c.RenameOption(asSystem, p.ID, "Fit", "1", "one")
	require.NoError(t, err)
	require.Equal(t, catalog.OptionText{Name: "Größe", Values: map[string]string{"one": "eins"}}, p.Translations["de"].Options["Fit"])
	_, err = c.RenameOption(asSystem, p.ID, "Fit", "2", "ONE")
	require.Equal(t, core.KindInvalid, core.KindOf(err))
	got, err := c.Product(asSystem, p.ID)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"Color": "color 0", "Fit": "one"}, got.Variants[1].Options)
	require.Equal(t, "color 0 / one", got.Variants[1].Title)
	require.Equal(t, "color 0 / eins", got.Localize("de").Variants[1].Title)

	// A new option gets its first value; a needed one cannot go.
	more := append(got.Options, catalog.Option{Name: "Cut", Values: []string{"slim", "wide"}})
	_, err = c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{Options: &more})
	require.NoError(t, err)
	got, err = c.Product(asSystem, p.ID)
	require.NoError(t, err)
	require.Equal(t, "slim", got.Variants[19].Options["Cut"])
	less := more[:1]
	_, err = c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{Options: &less, Translations: map[string]*catalog.Translation{"de": nil}})
	require.Equal(t, "option_in_use", core.CodeOf(err))
	back := more[:2]
	_, err = c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{Options: &back})
	require.NoError(t, err)
	back = []catalog.Option{more[0], {Name: "Fit", Values: []string{"one"}}}
	_, err = c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{Options: &back})
	require.Equal(t, "option_in_use", core.CodeOf(err))
}

func catalogPrices(t *testing.T, c *catalogShop) {
	channel := func(code string) core.ChannelID {
		made, err := c.CreateChannel(asSystem, catalog.Channel{Code: code, Currencies: []money.Currency{"EUR", "JPY"}, Locales: []string{"en"}, Active: true})
		require.NoError(t, err)
		return made.ID
	}
	a, b := channel("a"), channel("b")
	p := simpleProduct("Tee", "TEE", 0)
	p.Variants[0].Prices = []catalog.Price{{Currency: "EUR", Amount: 2000, CompareAt: 2500}, {Currency: "EUR", Channel: a, Amount: 1800}, {Currency: "JPY", Amount: 300}}
	p = c.create(t, p)
	id := p.Variants[0].ID
	require.Equal(t, money.New(1800, "EUR"), c.sellable(t, a, "EUR", id).Price)
	require.Equal(t, money.New(2000, "EUR"), c.sellable(t, b, "EUR", id).Price)
	require.Equal(t, money.New(2500, "EUR"), c.sellable(t, b, "EUR", id).CompareAt)
	require.Equal(t, money.New(300, "JPY"), c.sellable(t, a, "JPY", id).Price)
	require.Equal(t, catalog.WhyNoPrice, c.sellable(t, a, "USD", id).Why)

	require.Equal(t, int64(1800), c.card(t, p.ID, catalog.ListParams{Channel: a, Currency: "EUR"}).Price.Min.Amount)
	require.Equal(t, int64(2500), c.card(t, p.ID, catalog.ListParams{Channel: b, Currency: "EUR"}).Price.CompareAt.Amount)
	require.Equal(t, int64(2000), c.card(t, p.ID, catalog.ListParams{Currency: "EUR"}).Price.Min.Amount)
	for channel, low := range map[core.ChannelID]int64{a: 1800, b: 2000} { // each list goes by its own channel's price
		for _, sort := range []catalog.Sort{catalog.SortPrice, catalog.SortNewest} {
			require.Len(t, c.titles(t, catalog.ListParams{Channel: channel, Currency: "EUR", Sort: sort, MinPrice: &low, MaxPrice: &low}), 1)
			more := low + 1
			require.Empty(t, c.titles(t, catalog.ListParams{Channel: channel, Currency: "EUR", Sort: sort, MinPrice: &more}))
		}
	}

	history, err := c.PriceHistory(asSystem, id)
	require.NoError(t, err)
	require.Len(t, history, 3)
	c.wait(time.Hour)
	prices := eurPrices(1500)
	_, err = c.UpdateVariant(asSystem, id, catalog.VariantUpdate{Prices: &prices})
	require.NoError(t, err)
	history, err = c.PriceHistory(asSystem, id)
	require.NoError(t, err)
	require.Len(t, history, 6, "one changed, two removed")
	_, err = c.PriceHistory(context.Background(), id)
	require.Error(t, err)
	prior, err := c.PriorPrice(context.Background(), id, b, "EUR")
	require.NoError(t, err)
	require.Equal(t, money.New(2000, "EUR"), prior.Price)
	require.Equal(t, c.clock(), prior.Began)
	require.Equal(t, int64(1500), c.card(t, p.ID, catalog.ListParams{Channel: a, Currency: "EUR"}).Price.Min.Amount)
}

func catalogScheduled(t *testing.T, c *catalogShop) {
	start := c.clock().Add(time.Hour)
	p := simpleProduct("Tee", "TEE", 0)
	p.Variants[0].Prices = []catalog.Price{{Currency: "EUR", Amount: 2000}, {Currency: "EUR", Amount: 1000, CompareAt: 2000, ValidFrom: start, ValidTo: start.Add(time.Hour)}}
	p = c.create(t, p)
	id := p.Variants[0].ID
	channel, err := c.CreateChannel(asSystem, catalog.Channel{Code: "a", Currencies: []money.Currency{"EUR"}, Locales: []string{"en"}})
	require.NoError(t, err)
	other := simpleProduct("Sale only", "SALE", 0)
	other.Variants[0].Prices = []catalog.Price{{Currency: "EUR", Channel: channel.ID, Amount: 1500, ValidFrom: start, ValidTo: start.Add(time.Hour)}}
	c.create(t, other)
	listed := func(channel core.ChannelID) (out []string) {
		for _, sort := range []catalog.Sort{catalog.SortTitle, catalog.SortPrice} {
			out = append(out, c.titles(t, catalog.ListParams{Channel: channel, Currency: "EUR", Sort: sort})...)
		}
		return out
	}
	for _, want := range []int64{2000, 1000, 2000} { // nothing is written: the clock alone moves the price
		require.Equal(t, []string{"Tee", "Tee"}, listed(""))
		if want == 1000 {
			require.Equal(t, []string{"Sale only", "Tee", "Tee", "Sale only"}, listed(channel.ID))
		} else {
			require.Equal(t, []string{"Tee", "Tee"}, listed(channel.ID))
		}
		require.Equal(t, want, c.sellable(t, "", "EUR", id).Price.Amount)
		require.Equal(t, want, c.card(t, p.ID, catalog.ListParams{Currency: "EUR"}).Price.Min.Amount)
		c.wait(time.Hour)
	}
}

func catalogBulkPrices(t *testing.T, c *catalogShop) {
	var changes []catalog.PriceChange
	var first core.VariantID
	for i := range 3 {
		p := c.create(t, wideProduct(string(rune('a'+i)), 30))
		for _, v := range p.Variants {
			changes = append(changes, catalog.PriceChange{VariantID: v.ID, Prices: []catalog.Price{{Currency: "EUR", Amount: 7}, {Currency: "USD", Amount: 8}}})
		}
		first = p.Variants[0].ID
	}
	require.NoError(t, c.SetPrices(asSystem, changes))
	page, err := c.List(asSystem, catalog.ListParams{Currency: "USD"}, core.PageQuery{})
	require.NoError(t, err)
	require.Len(t, page.Items, 3)
	require.Equal(t, int64(2), page.Items[0].Version)
	require.Equal(t, int64(8), page.Items[0].Price.Max.Amount)
	v, err := c.Variant(asSystem, first)
	require.NoError(t, err)
	require.Len(t, v.Prices, 2)

	require.NoError(t, c.SetPrices(asSystem, []catalog.PriceChange{{VariantID: first, Prices: eurPrices(5), Replace: true}}))
	v, err = c.Variant(asSystem, first)
	require.NoError(t, err)
	require.Equal(t, eurPrices(5), v.Prices)

	changes[1].Prices = eurPrices(-1)
	require.Equal(t, "changes[1].prices[0].amount", firstField(c.SetPrices(asSystem, changes)))
	changes[1] = changes[0]
	require.Equal(t, "changes[1].variant_id", firstField(c.SetPrices(asSystem, changes)))
	changes[1].VariantID = "var_missing"
	require.Equal(t, "changes[1].variant_id", firstField(c.SetPrices(asSystem, changes)))
}

func catalogSellables(t *testing.T, c *catalogShop) {
	top, err := c.CreateCategory(asSystem, catalog.Category{Title: "Top"})
	require.NoError(t, err)
	low, err := c.CreateCategory(asSystem, catalog.Category{Title: "Low", ParentID: top.ID})
	require.NoError(t, err)
	channel, err := c.CreateChannel(asSystem, catalog.Channel{Code: "a", Currencies: []money.Currency{"EUR"}, Locales: []string{"en"}})
	require.NoError(t, err)
	p := simpleProduct("Tee", "TEE", 10)
	p.Categories, p.Channels, p.Tags, p.TaxClass, p.Vendor = []core.CategoryID{low.ID}, []core.ChannelID{channel.ID}, []string{"x"}, "txc_a", "V"
	p.Options = []catalog.Option{{Name: "Size", Values: []string{"S"}}}
	p.Variants[0].Options, p.Variants[0].WeightGrams, p.Variants[0].StockItemID = map[string]string{"Size": "S"}, 120, "item_a"
	p = c.create(t, p)
	got := c.sellable(t, channel.ID, "EUR", p.Variants[0].ID)
	require.NotEmpty(t, got.PriceWhy)
	got.PriceWhy = ""
	require.Equal(t, catalog.Sellable{VariantID: p.Variants[0].ID, ProductID: p.ID, ProductSlug: "tee", SKU: "TEE", ProductTitle: "Tee", VariantTitle: "S", Options: map[string]string{"Size": "S"},
		StockItemID: "item_a", WeightGrams: 120, TaxClass: "txc_a", RequiresShipping: true, Vendor: "V", Tags: []string{"x"}, CategoryIDs: []core.CategoryID{top.ID, low.ID},
		ProductVersion: 1, Sells: true, Price: money.New(10, "EUR")}, got)
	require.Equal(t, catalog.WhyOtherChannel, c.sellable(t, "chan_other", "EUR", p.Variants[0].ID).Why)
	off := true
	_, err = c.UpdateVariant(asSystem, p.Variants[0].ID, catalog.VariantUpdate{Inactive: &off})
	require.NoError(t, err)
	require.Equal(t, catalog.WhyInactive, c.sellable(t, channel.ID, "EUR", p.Variants[0].ID).Why)
	_, err = c.Unpublish(asSystem, p.ID)
	require.NoError(t, err)
	require.Equal(t, catalog.WhyUnpublished, c.sellable(t, channel.ID, "EUR", p.Variants[0].ID).Why)
	require.False(t, c.sellable(t, channel.ID, "EUR", p.Variants[0].ID).Sells)
}
