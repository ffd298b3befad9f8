package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// maxBulk bounds the bodies of what brings many things at once.
const maxBulk = 8 << 20

// ProductInput is a product to be made, with all that belongs to it.
type ProductInput struct {
	Slug         string                         `json:"slug,omitempty" doc:"Unique; made from the title when left out"`
	Title        string                         `json:"title"`
	Subtitle     string                         `json:"subtitle,omitempty"`
	Description  string                         `json:"description,omitempty"`
	Status       catalog.Status                 `json:"status,omitempty" enum:"draft,active,archived" doc:"Default: draft"`
	PublishedAt  time.Time                      `json:"published_at,omitzero" doc:"Of an active product; in the future: scheduled"`
	Kind         catalog.Kind                   `json:"kind,omitempty" enum:"physical,digital,service" doc:"Default: physical"`
	Vendor       string                         `json:"vendor,omitempty"`
	Brand        string                         `json:"brand,omitempty"`
	TaxClass     core.TaxClassID                `json:"tax_class_id,omitempty" doc:"Default: the standard class"`
	Options      []catalog.Option               `json:"options,omitempty"`
	Attributes   []catalog.AttributeValue       `json:"attributes,omitempty"`
	Tags         []string                       `json:"tags,omitempty"`
	Channels     []core.ChannelID               `json:"channel_ids,omitempty" doc:"None means every channel"`
	SEO          catalog.SEO                    `json:"seo,omitzero"`
	Translations map[string]catalog.Translation `json:"translations,omitempty" doc:"By locale"`
	Metadata     map[string]json.RawMessage     `json:"metadata,omitempty"`
	Categories   []core.CategoryID              `json:"category_ids,omitempty"`
	Variants     []VariantInput                 `json:"variants,omitempty" maxItems:"2000"`
}

func (in ProductInput) product() catalog.Product {
	return catalog.Product{Slug: in.Slug, Title: in.Title, Subtitle: in.Subtitle, Description: in.Description, Status: in.Status, PublishedAt: in.PublishedAt,
		Kind: in.Kind, Vendor: in.Vendor, Brand: in.Brand, TaxClass: in.TaxClass, Options: in.Options, Attributes: in.Attributes, Tags: in.Tags,
		Channels: in.Channels, SEO: in.SEO, Translations: in.Translations, Metadata: in.Metadata, Categories: in.Categories, Variants: variantsOf(in.Variants)}
}

// ProductPatch changes what is there.
type ProductPatch struct {
	catalog.ProductUpdate
	Status       *catalog.Status              `json:"status,omitempty" enum:"draft,active,archived"`
	Kind         *catalog.Kind                `json:"kind,omitempty" enum:"physical,digital,service"`
	Translations map[string]*TranslationPatch `json:"translations,omitempty" doc:"Sets locales; null removes one"`
}

func (in ProductPatch) update(seen int64) catalog.ProductUpdate {
	u := in.ProductUpdate
	u.IfVersion, u.Status, u.Kind = seen, in.Status, in.Kind
	for locale, t := range in.Translations {
		if u.Translations == nil {
			u.Translations = map[string]*catalog.Translation{}
		}
		u.Translations[locale] = (*catalog.Translation)(t)
	}
	return u
}

type productFilter struct {
	PageQuery
	Channel    core.ChannelID    `query:"channel" maxLength:"80" doc:"Only what is sold in this channel (ID)"`
	Currency   money.Currency    `query:"currency" maxLength:"3" doc:"Only what has a price in it, shown with it"`
	Locale     string            `query:"locale" maxLength:"35" doc:"Texts in this language; without it, with all translations"`
	Category   core.CategoryID   `query:"category" maxLength:"80" doc:"ID, with all below it"`
	Collection core.CollectionID `query:"collection" maxLength:"80"`
	Tag        string            `query:"tag" maxLength:"500"`
	Status     catalog.Status    `query:"status" enum:"draft,active,archived" doc:"Default: all"`
	Vendor     string            `query:"vendor" maxLength:"500"`
	Brand      string            `query:"brand" maxLength:"500"`
	Kind       catalog.Kind      `query:"kind" enum:"physical,digital,service"`
	MinPrice   int64             `query:"min_price" minimum:"0" doc:"Minor units of the currency"`
	MaxPrice   int64             `query:"max_price" minimum:"0" doc:"Minor units of the currency; 0 is any"`
	Attributes []string          `query:"attribute" maxItems:"20" doc:"code:value; several values of one code are alternatives" example:"material:wool"`
	Query      string            `query:"q" maxLength:"200" doc:"Part of title, vendor, brand, tag or SKU"`
	IDs        []core.ProductID  `query:"ids" maxItems:"200"`
	Sort       catalog.Sort      `query:"sort" enum:"newest,title,price,-price,created,updated,position" default:"updated"`
}

func (in *productFilter) params() catalog.ListParams {
	out := catalog.ListParams{Channel: in.Channel, Currency: in.Currency, Locale: in.Locale, Category: in.Category, Collection: in.Collection, Tag: in.Tag,
		Status: in.Status, Vendor: in.Vendor, Brand: in.Brand, Kind: in.Kind, IDs: in.IDs, Query: in.Query, Sort: in.Sort}
	if in.MinPrice > 0 {
		out.MinPrice = &in.MinPrice
	}
	if in.MaxPrice > 0 {
		out.MaxPrice = &in.MaxPrice
	}
	at := map[string]int{}
	for _, f := range in.Attributes {
		code, value, _ := strings.Cut(f, ":")
		if _, there := at[code]; !there {
			at[code] = len(out.Attributes)
			out.Attributes = append(out.Attributes, catalog.AttributeFilter{Code: code})
		}
		f := &out.Attributes[at[code]]
		f.Values = append(f.Values, value)
	}
	return out
}

type (
	productImport struct {
		Products []ProductInput `json:"products" minItems:"1" maxItems:"1000"`
	}
	publication struct {
		From time.Time `json:"from,omitzero" doc:"When shoppers see it. Default: now"`
	}
	renaming struct {
		Option string `json:"option" minLength:"1" doc:"Its name now"`
		Value  string `json:"value,omitempty" doc:"With it, this value of the option is renamed instead"`
		Name   string `json:"name" minLength:"1" doc:"The new name"`
	}
)

func (a *api) adminProducts() {
	handle(a, route{method: http.MethodGet, path: "/admin/products", perm: core.PermCatalogRead, tag: tagCatalog, summary: "List products, drafts included"},
		func(ctx context.Context, s Services, in *productFilter) (*body[core.Page[catalog.Card]], error) {
			return paged(s.Catalog.List(ctx, in.params(), in.page()))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/products", perm: core.PermCatalogWrite, tag: tagCatalog, status: http.StatusCreated, maxBody: maxBulk,
		summary: "Make a product with its variants and prices", description: "Each variant of a physical product gets a stock item."},
		func(ctx context.Context, s Services, in *Post[ProductInput]) (*body[catalog.Product], error) {
			p, err := s.Catalog.CreateProduct(ctx, in.Body.product())
			return made(p, p.Version, err, "products", string(p.ID))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/products/import", perm: core.PermCatalogWrite, tag: tagCatalog, maxBody: maxBulk,
		summary: "Make many products, all or none"},
		func(ctx context.Context, s Services, in *Post[productImport]) (*body[list[catalog.Product]], error) {
			ps := make([]catalog.Product, len(in.Body.Products))
			for i, p := range in.Body.Products {
				ps[i] = p.product()
			}
			return listed(s.Catalog.ImportProducts(ctx, ps))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/products/{id}", perm: core.PermCatalogRead, tag: tagCatalog, summary: "Show a product with all that belongs to it"},
		func(ctx context.Context, s Services, in *Path[core.ProductID]) (*body[catalog.Product], error) {
			p, err := s.Catalog.Product(ctx, in.ID)
			return shownAt(p, p.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/products/{id}", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Change a product",
		description: "Members that are left out stay. A new option gives every variant its first value; one that goes is taken from every variant."},
		func(ctx context.Context, s Services, in *Change[core.ProductID, ProductPatch]) (*body[catalog.Product], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			p, err := s.Catalog.UpdateProduct(ctx, in.ID, in.Body.update(seen))
			return shownAt(p, p.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/products/{id}", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Delete a product",
		description: "Orders keep what they say of it. Archive products that may come back."},
		func(ctx context.Context, s Services, in *struct {
			Path[core.ProductID]
			VersionHeader
		}) (*none, error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			return none204(s.Catalog.DeleteProduct(ctx, in.ID, seen))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/products/{id}/publish", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Publish a product, now or later"},
		func(ctx context.Context, s Services, in *To[core.ProductID, publication]) (*body[catalog.Product], error) {
			p, err := s.Catalog.Publish(ctx, in.ID, in.Body.From)
			return shownAt(p, p.Version, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/products/{id}/unpublish", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Make a product a draft again"},
		func(ctx context.Context, s Services, in *Path[core.ProductID]) (*body[catalog.Product], error) {
			p, err := s.Catalog.Unpublish(ctx, in.ID)
			return shownAt(p, p.Version, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/products/{id}/rename-option", perm: core.PermCatalogWrite, tag: tagCatalog,
		summary: "Rename an option or one of its values, in all variants and translations"},
		func(ctx context.Context, s Services, in *To[core.ProductID, renaming]) (*body[catalog.Product], error) {
			p, err := s.Catalog.RenameOption(ctx, in.ID, in.Body.Option, in.Body.Value, in.Body.Name)
			return shownAt(p, p.Version, err)
		})
}
