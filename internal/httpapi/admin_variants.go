package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// VariantInput is a variant to be made.
type VariantInput struct {
	SKU         string                     `json:"sku" doc:"Unique in the shop"`
	Barcode     string                     `json:"barcode,omitempty" doc:"A GTIN of 8, 12, 13 or 14 digits"`
	Title       string                     `json:"title,omitempty" doc:"Default: the option values"`
	Options     map[string]string          `json:"options,omitempty" doc:"Option name to value; one of each option"`
	StockItemID core.StockItemID           `json:"stock_item_id,omitempty" doc:"Default: a new one for physical products"`
	WeightGrams int64                      `json:"weight_grams,omitempty" minimum:"0"`
	Dimensions  catalog.Dimensions         `json:"dimensions,omitzero"`
	Prices      []catalog.Price            `json:"prices,omitempty"`
	Images      []core.ImageID             `json:"image_ids,omitempty"`
	Position    int                        `json:"position,omitempty" minimum:"0" doc:"Default: behind those there are"`
	Inactive    bool                       `json:"inactive,omitempty" doc:"Kept from being sold"`
	Metadata    map[string]json.RawMessage `json:"metadata,omitempty"`
}

func variantsOf(in []VariantInput) []catalog.Variant {
	out := make([]catalog.Variant, len(in))
	for i, v := range in {
		out[i] = catalog.Variant{SKU: v.SKU, Barcode: v.Barcode, Title: v.Title, Options: v.Options, StockItemID: v.StockItemID, WeightGrams: v.WeightGrams,
			Dimensions: v.Dimensions, Prices: v.Prices, Images: v.Images, Position: v.Position, Inactive: v.Inactive, Metadata: v.Metadata}
	}
	return out
}

type (
	newVariants struct {
		Variants []VariantInput `json:"variants" minItems:"1" maxItems:"2000"`
	}
	priceChanges struct {
		Changes []catalog.PriceChange `json:"changes" minItems:"1" maxItems:"1000"`
	}
	priorPrice struct {
		Prior *catalog.Prior `json:"prior,omitempty" doc:"Left out when the price is not reduced"`
	}
)

func (a *api) adminVariants() {
	handle(a, route{method: http.MethodPost, path: "/admin/products/{id}/variants", perm: core.PermCatalogWrite, tag: tagCatalog, status: http.StatusCreated,
		maxBody: maxBulk, summary: "Add variants to a product, all or none"},
		func(ctx context.Context, s Services, in *To[core.ProductID, newVariants]) (*body[list[catalog.Variant]], error) {
			vs, err := s.Catalog.AddVariants(ctx, in.ID, variantsOf(in.Body.Variants))
			return made(list[catalog.Variant]{vs}, 0, err, "products", string(in.ID))
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/products/{id}/variants/{variant}", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Delete a variant"},
		func(ctx context.Context, s Services, in *struct {
			Path[core.ProductID]
			Variant core.VariantID `path:"variant" maxLength:"80"`
		}) (*none, error) {
			return none204(s.Catalog.RemoveVariants(ctx, in.ID, in.Variant))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/variants/{id}", perm: core.PermCatalogRead, tag: tagCatalog, summary: "Show a variant"},
		func(ctx context.Context, s Services, in *Path[core.VariantID]) (*body[catalog.Variant], error) {
			v, err := s.Catalog.Variant(ctx, in.ID)
			return shownAt(v, v.Version, err)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/variants", perm: core.PermCatalogRead, tag: tagCatalog, summary: "Find a variant by its SKU"},
		func(ctx context.Context, s Services, in *struct {
			SKU string `query:"sku" required:"true" minLength:"1" maxLength:"200"`
		}) (*body[catalog.Variant], error) {
			v, err := s.Catalog.BySKU(ctx, in.SKU)
			return shownAt(v, v.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/variants/{id}", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Change a variant"},
		func(ctx context.Context, s Services, in *Change[core.VariantID, catalog.VariantUpdate]) (*body[catalog.Variant], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			in.Body.IfVersion = seen
			v, err := s.Catalog.UpdateVariant(ctx, in.ID, in.Body)
			return shownAt(v, v.Version, err)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/variants/{id}/price-history", perm: core.PermCatalogRead, tag: tagCatalog, summary: "List every price written, oldest first"},
		func(ctx context.Context, s Services, in *Path[core.VariantID]) (*body[list[catalog.PriceEntry]], error) {
			return listed(s.Catalog.PriceHistory(ctx, in.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/variants/{id}/prior-price", perm: core.PermCatalogRead, tag: tagCatalog,
		summary: "Show the lowest price of the 30 days before a reduction", description: "What a reduction has to be announced from, after article 6a of directive 98/6/EC."},
		func(ctx context.Context, s Services, in *struct {
			Path[core.VariantID]
			Channel  core.ChannelID `query:"channel" required:"true" maxLength:"80" doc:"ID of the channel"`
			Currency money.Currency `query:"currency" required:"true" maxLength:"3" example:"EUR"`
		}) (*body[priorPrice], error) {
			p, err := s.Catalog.PriorPrice(ctx, in.ID, in.Channel, in.Currency)
			return shown(priorPrice{p}, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/prices", perm: core.PermCatalogWrite, tag: tagCatalog, maxBody: maxBulk,
		summary: "Change the prices of many variants, all or none"},
		func(ctx context.Context, s Services, in *Post[priceChanges]) (*none, error) {
			return none204(s.Catalog.SetPrices(ctx, in.Body.Changes))
		})
}
