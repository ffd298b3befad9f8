package catalog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

func TestProductsAreChecked(t *testing.T) {
	t.Parallel()
	s := serviceOver(t, "memory", catalog.Config{})
	for _, a := range []catalog.Attribute{{Code: "text", Type: catalog.AttributeText}, {Code: "num", Type: catalog.AttributeNumber}, {Code: "date", Type: catalog.AttributeDate},
		{Code: "one", Type: catalog.AttributeEnum, Values: []catalog.AttributeChoice{{Code: "a"}, {Code: "b"}}}} {
		_, err := s.CreateAttribute(asStaff, a)
		require.NoError(t, err)
	}
	variant := func(v catalog.Variant) catalog.Product {
		return catalog.Product{Title: "t", Variants: []catalog.Variant{v}}
	}
	price := func(p catalog.Price) catalog.Product {
		return variant(catalog.Variant{SKU: "a", Prices: []catalog.Price{{Currency: "USD"}, p}})
	}
	attribute := func(a catalog.AttributeValue) catalog.Product {
		return catalog.Product{Title: "t", Attributes: []catalog.AttributeValue{a}}
	}
	options := func(o ...catalog.Option) catalog.Product { return catalog.Product{Title: "t", Options: o} }
	nan := math.NaN()
	var many []catalog.Option
	for i := range catalog.MaxOptions + 1 {
		many = append(many, catalog.Option{Name: fmt.Sprint(i), Values: []string{"x"}})
	}
	for _, row := range []struct {
		field string
		p     catalog.Product
	}{
		{"title", catalog.Product{Title: " "}},
		{"title", catalog.Product{Title: strings.Repeat("x", catalog.MaxTitle+1)}},
		{"title", catalog.Product{Title: "a\x00b"}},
		{"description", catalog.Product{Title: "t", Description: strings.Repeat("x", catalog.MaxDescription+1)}},
		{"slug", catalog.Product{Title: "t", Slug: "Not a slug"}},
		{"status", catalog.Product{Title: "t", Status: "gone"}},
		{"kind", catalog.Product{Title: "t", Kind: "gas"}},
		{"metadata", catalog.Product{Title: "t", Metadata: map[string]json.RawMessage{"a": json.RawMessage(`"` + strings.Repeat("x", catalog.MaxMetadata) + `"`)}}},
		{"metadata.a", catalog.Product{Title: "t", Metadata: map[string]json.RawMessage{"a": json.RawMessage(`{`)}}},
		{"translations.x", catalog.Product{Title: "t", Translations: map[string]catalog.Translation{"x": {}}}},
		{"options", options(many...)},
		{"options[1].name", options(catalog.Option{Name: "Size", Values: []string{"S"}}, catalog.Option{Name: "SIZE", Values: []string{"S"}})},
		{"options[0].values", options(catalog.Option{Name: "Size"})},
		{"options[0].values[1]", options(catalog.Option{Name: "Size", Values: []string{"s", " S "}})},
		{"variants[0].sku", variant(catalog.Variant{})},
		{"variants[0].barcode", variant(catalog.Variant{SKU: "a", Barcode: "123"})},
		{"variants[0].weight_grams", variant(catalog.Variant{SKU: "a", WeightGrams: -1})},
		{"variants[0].dimensions.width_mm", variant(catalog.Variant{SKU: "a", Dimensions: catalog.Dimensions{Width: -1}})},
		{"variants[0].stock_item_id", variant(catalog.Variant{SKU: "a", StockItemID: "x"})},
		{"variants[0].prices[1].currency", price(catalog.Price{Currency: "EURO"})},
		{"variants[0].prices[1].amount", price(catalog.Price{Currency: "EUR", Amount: -1})},
		{"variants[0].prices[1].compare_at", price(catalog.Price{Currency: "EUR", Amount: 5, CompareAt: 5})},
		{"variants[0].prices[1].valid_to", price(catalog.Price{Currency: "EUR", ValidFrom: noon, ValidTo: noon})},
		{"variants[0].prices[1].valid_from", price(catalog.Price{Currency: "USD"})},
		{"attributes[0].text", attribute(catalog.AttributeValue{Code: "text"})},
		{"attributes[0].bool", attribute(catalog.AttributeValue{Code: "text", Text: "x", Bool: new(true)})},
		{"attributes[0].number", attribute(catalog.AttributeValue{Code: "num", Number: &nan})},
		{"attributes[0].date", attribute(catalog.AttributeValue{Code: "date", Date: "2026-02-30"})},
		{"attributes[0].values", attribute(catalog.AttributeValue{Code: "one", Values: []string{"a", "b"}})},
		{"attributes[0].values[0]", attribute(catalog.AttributeValue{Code: "one", Values: []string{"c"}})},
	} {
		_, err := s.CreateProduct(asStaff, row.p)
		var vs core.Violations
		require.ErrorAs(t, err, &vs, row.field)
		require.Equal(t, row.field, vs[0].Field, "%v", err)
	}
}

func TestValidGTIN(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"4006381333931", "96385074", "036000291452", "10012345678902", "9780306406157"} {
		require.True(t, catalog.ValidGTIN(good), good)
		last := good[len(good)-1]
		require.False(t, catalog.ValidGTIN(good[:len(good)-1]+string('0'+(last-'0'+1)%10)), good)
	}
	for _, bad := range []string{"", "1234567", "400638133393x", "４００６３８１", "123456789"} {
		require.False(t, catalog.ValidGTIN(bad), bad)
	}
}

func TestFallback(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"zh-Hant-TW", "zh-Hant", "zh"}, catalog.Fallback("zh-Hant-TW"))
	require.Empty(t, catalog.Fallback(""))
	p := catalog.Product{Title: "Own", Subtitle: "Own sub", Description: "Own text", Translations: map[string]catalog.Translation{"de": {Title: "DE", Subtitle: "DE sub"}, "de-CH": {Title: "CH"}}}
	ch := p.Localize("de-CH")
	require.Equal(t, []string{"CH", "DE sub", "Own text"}, []string{ch.Title, ch.Subtitle, ch.Description})
	require.Equal(t, "Own", p.Localize("fr").Title)
	require.Equal(t, "DE", p.Localize("de-AT").Title)
	require.Equal(t, "Own", p.Title, "the product itself stays")
	for locale, ok := range map[string]bool{"de": true, "de-CH": true, "zh-Hant-TW": true, "es-419": true, "D": false, "": false, "de_CH": false, "DE": false, "de-": false, "english": false} {
		require.Equal(t, ok, catalog.ValidLocale(locale), locale)
	}
}

func TestItemsAreMadeInTheTransaction(t *testing.T) {
	t.Parallel()
	fail := errors.New("no more shelves")
	full := false
	s := serviceOver(t, "memory", catalog.Config{Items: func(_ context.Context, _ catalog.Tx, vs []catalog.Variant) error {
		for i := range vs {
			if vs[i].StockItemID == "" {
				vs[i].StockItemID = core.StockItemID("item_" + strings.ToLower(vs[i].SKU))
			}
		}
		if full {
			return fail
		}
		return nil
	}})
	p, err := s.CreateProduct(asStaff, catalog.Product{Title: "t", Options: []catalog.Option{{Name: "o", Values: []string{"1", "2"}}}, Variants: []catalog.Variant{{SKU: "A", Options: map[string]string{"o": "1"}}}})
	require.NoError(t, err)
	require.Equal(t, core.StockItemID("item_a"), p.Variants[0].StockItemID)
	full = true
	_, err = s.AddVariants(asStaff, p.ID, []catalog.Variant{{SKU: "B", Options: map[string]string{"o": "2"}}})
	require.ErrorIs(t, err, fail)
	_, err = s.BySKU(asStaff, "B")
	require.Equal(t, core.KindNotFound, core.KindOf(err))
}

func TestChannel(t *testing.T) {
	t.Parallel()
	c := catalog.Channel{Code: "eu", Currencies: []money.Currency{"EUR", "SEK"}, Locales: []string{"en", "de"}, Countries: []string{"DE"}}
	got, err := c.Currency("")
	require.NoError(t, err)
	require.Equal(t, money.Currency("EUR"), got)
	_, err = c.Currency("USD")
	require.Equal(t, core.KindInvalid, core.KindOf(err))
	require.Equal(t, "de", c.Locale("de-CH"))
	require.Equal(t, "en", c.Locale("fr"))
	require.True(t, c.SellsTo("DE"))
	require.False(t, c.SellsTo("FR"))
}

// What is in memory is never shown once the product is another, also when the
// memory is small.
func TestCardsWithLittleMemory(t *testing.T) {
	t.Parallel()
	for _, size := range []int{-1, 1, 3} {
		s := serviceOver(t, "memory", catalog.Config{CachedCards: size, Clock: func() time.Time { return noon }})
		var ids []core.ProductID
		for i := range 5 {
			p, err := s.CreateProduct(asStaff, catalog.Product{Title: fmt.Sprint("t", i), Status: catalog.StatusActive})
			require.NoError(t, err)
			ids = append(ids, p.ID)
		}
		for round := range 3 {
			title := fmt.Sprint("round ", round)
			for _, id := range ids {
				_, err := s.UpdateProduct(asStaff, id, catalog.ProductUpdate{Title: &title})
				require.NoError(t, err)
				page, err := s.List(asStaff, catalog.ListParams{IDs: []core.ProductID{id}}, core.PageQuery{})
				require.NoError(t, err)
				require.Equal(t, title, page.Items[0].Title)
			}
		}
	}
}
