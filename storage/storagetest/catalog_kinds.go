package storagetest

import (
	"fmt"
	"testing"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/stretchr/testify/require"
)

func catalogAttributes(t *testing.T, c *catalogShop) {
	material, err := c.CreateAttribute(asSystem, catalog.Attribute{Code: "material", Name: "Material", Names: map[string]string{"de": "Stoff"}, Type: catalog.AttributeEnum, Multiple: true,
		Filterable: true, Values: []catalog.AttributeChoice{{Code: "linen", Name: "Linen", Names: map[string]string{"de": "Leinen"}}, {Code: "wool", Name: "Wool"}}})
	require.NoError(t, err)
	_, err = c.CreateAttribute(asSystem, material)
	require.Equal(t, core.KindExists, core.KindOf(err))
	p := simpleProduct("Tee", "TEE", 1)
	p.Attributes = []catalog.AttributeValue{{Code: "material", Values: []string{"linen"}}}
	p = c.create(t, p)

	bad := []catalog.AttributeValue{{Code: "material", Values: []string{"silk"}}}
	_, err = c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{Attributes: &bad})
	require.Equal(t, "attributes[0].values[0]", firstField(err))

	_, err = c.UpdateAttribute(asSystem, "material", catalog.AttributeUpdate{Values: &[]catalog.AttributeChoice{{Code: "wool"}}})
	require.Equal(t, "attribute_value_in_use", core.CodeOf(err))
	require.Equal(t, "attribute_in_use", core.CodeOf(c.DeleteAttribute(asSystem, "material")))
	changed, err := c.UpdateAttribute(asSystem, "material", catalog.AttributeUpdate{IfVersion: 1, Values: &[]catalog.AttributeChoice{{Code: "linen"}}, Names: map[string]string{"de": "", "fr": "Matière"}})
	require.NoError(t, err)
	require.Equal(t, int64(2), changed.Version)
	_, err = c.UpdateAttribute(asSystem, "material", catalog.AttributeUpdate{IfVersion: 1})
	require.Equal(t, core.KindStale, core.KindOf(err))
	read, err := c.Attribute(asSystem, "material")
	require.NoError(t, err)
	require.Equal(t, changed, read)

	none := []catalog.AttributeValue{}
	_, err = c.UpdateProduct(asSystem, p.ID, catalog.ProductUpdate{Attributes: &none})
	require.NoError(t, err)
	require.NoError(t, c.DeleteAttribute(asSystem, "material"))
	_, err = c.Attribute(asSystem, "material")
	require.Equal(t, core.KindNotFound, core.KindOf(err))
}

func catalogChannels(t *testing.T, c *catalogShop) {
	base := catalog.Channel{Code: catalog.DefaultChannel, Currencies: []money.Currency{"EUR", "USD"}, Locales: []string{"en", "de"}, Countries: []string{"DE"}, Active: true}
	made, err := c.CreateChannel(asSystem, base)
	require.NoError(t, err)
	require.Equal(t, catalog.RoundLine, made.TaxRounding)
	_, err = c.CreateChannel(asSystem, base)
	require.Equal(t, core.KindExists, core.KindOf(err))
	read, err := c.ChannelByCode(asSystem, catalog.DefaultChannel)
	require.NoError(t, err)
	require.Equal(t, made, read)

	name := "Europe"
	changed, err := c.UpdateChannel(asSystem, made.ID, catalog.ChannelUpdate{IfVersion: 1, Name: &name})
	require.NoError(t, err)
	read, err = c.Channel(asSystem, made.ID)
	require.NoError(t, err)
	require.Equal(t, changed, read)
	_, err = c.UpdateChannel(asSystem, made.ID, catalog.ChannelUpdate{IfVersion: 1, Name: &name})
	require.Equal(t, core.KindStale, core.KindOf(err))
	require.Equal(t, "default_channel", core.CodeOf(c.DeleteChannel(asSystem, made.ID)))

	base.Code = "second"
	second, err := c.CreateChannel(asSystem, base)
	require.NoError(t, err)
	p := simpleProduct("Tee", "TEE", 1)
	p.Channels = []core.ChannelID{second.ID}
	p = c.create(t, p)
	require.Equal(t, "channel_in_use", core.CodeOf(c.DeleteChannel(asSystem, second.ID)))
	require.NoError(t, c.DeleteProduct(asSystem, p.ID, 0))
	require.NoError(t, c.DeleteChannel(asSystem, second.ID))
	all, err := c.Channels(asSystem)
	require.NoError(t, err)
	require.Len(t, all, 1)
}

func catalogImport(t *testing.T, c *catalogShop) {
	ps := make([]catalog.Product, 250)
	for i := range ps {
		ps[i] = simpleProduct("Same title", fmt.Sprint("SKU-", i), int64(i))
	}
	made, err := c.ImportProducts(asSystem, ps)
	require.NoError(t, err)
	require.Equal(t, "same-title", made[0].Slug)
	require.Equal(t, "same-title-250", made[249].Slug)
	require.Empty(t, ps[0].ID, "the caller's products stay as they were")

	// One bad product refuses all and is named.
	more := []catalog.Product{simpleProduct("a", "NEW-1", 1), simpleProduct("b", "SKU-7", 1)}
	_, err = c.ImportProducts(asSystem, more)
	require.Equal(t, core.KindExists, core.KindOf(err))
	require.Equal(t, "products[1].variants[0].sku", firstField(err))
	_, err = c.BySKU(asSystem, "NEW-1")
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	more[1].Variants[0].SKU = "NEW-1"
	_, err = c.ImportProducts(asSystem, more)
	require.Equal(t, "products[1].variants[0].sku", firstField(err))
	more[1].Variants[0] = catalog.Variant{SKU: "NEW-2", Prices: []catalog.Price{{Currency: "EUR", Amount: -1}}}
	_, err = c.ImportProducts(asSystem, more)
	require.Equal(t, "products[1].variants[0].prices[0].amount", firstField(err))

	byID := map[core.ProductID]catalog.Product{}
	for _, p := range made {
		byID[p.ID] = p
	}
	for p, err := range c.Export(asSystem) {
		require.NoError(t, err)
		require.Equal(t, byID[p.ID], p)
		delete(byID, p.ID)
	}
	require.Empty(t, byID)
}
