package catalog

import (
	"context"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// ViewParams says for whom a product is shown.
type ViewParams struct {
	Channel  core.ChannelID
	Currency money.Currency // "" shows no prices
	Locale   string         // "" shows the product's own texts
}

// ProductView is a product as a shopper sees it: in one language, with the
// prices of one channel and currency, without what is the shop's own business.
type ProductView struct {
	ID          core.ProductID    `json:"id"`
	Slug        string            `json:"slug"`
	Slugs       map[string]string `json:"slugs,omitempty"` // by locale, "" is the default: for alternate links
	Title       string            `json:"title"`
	Subtitle    string            `json:"subtitle,omitempty"`
	Description string            `json:"description,omitempty"`
	Kind        Kind              `json:"kind"`
	Vendor      string            `json:"vendor,omitempty"`
	Brand       string            `json:"brand,omitempty"`
	Options     []Option          `json:"options,omitempty"`
	Attributes  []AttributeView   `json:"attributes,omitempty"`
	Tags        []string          `json:"tags,omitempty"`
	SEO         SEO               `json:"seo,omitzero"`
	Categories  []core.CategoryID `json:"category_ids,omitempty"`
	Images      []Image           `json:"images,omitempty"`
	Thumbnail   *Thumbnail        `json:"thumbnail,omitempty"`
	Rating      Rating            `json:"rating,omitzero"`
	Price       *CardPrice        `json:"price,omitempty"`
	Variants    []VariantView     `json:"variants"`
	PublishedAt time.Time         `json:"published_at,omitzero"`
	UpdatedAt   time.Time         `json:"updated_at"`
	Version     int64             `json:"version"`
}

// VariantView is a variant as a shopper sees it.
type VariantView struct {
	ID          core.VariantID    `json:"id"`
	SKU         string            `json:"sku"`
	Barcode     string            `json:"barcode,omitempty"`
	Title       string            `json:"title"`
	Options     map[string]string `json:"options,omitempty"`
	StockItemID core.StockItemID  `json:"stock_item_id,omitempty"`
	WeightGrams int64             `json:"weight_grams,omitempty"`
	Dimensions  Dimensions        `json:"dimensions,omitzero"`
	Images      []core.ImageID    `json:"image_ids,omitempty"`
	Price       *money.Money      `json:"price,omitempty"` // nil: not sold here
	CompareAt   *money.Money      `json:"compare_at,omitempty"`
}

// View returns a product as a shopper sees it, in at most four statements.
// What is not published or not in the channel is not found, except that staff
// see what is not published. Inactive variants are left out.
func (s *Service) View(ctx context.Context, id core.ProductID, p ViewParams) (out ProductView, err error) {
	notFound := core.NotFound("product", id)
	if !core.ValidID(string(id), core.PrefixProduct) {
		return out, notFound
	}
	err = s.db.View(ctx, func(tx Tx) error {
		st := tx.Catalog()
		ps, err := st.Products(ctx, []core.ProductID{id})
		if err != nil {
			return err
		}
		if len(ps) == 0 || !s.visible(ctx, ps[0].Status, ps[0].PublishedAt) || p.Channel != "" && !ps[0].InChannel(p.Channel) {
			return notFound
		}
		images, err := st.Images(ctx, []core.ProductID{id})
		if err != nil {
			return err
		}
		var defs []Attribute
		if len(ps[0].Attributes) > 0 {
			codes := make([]string, len(ps[0].Attributes))
			for i, a := range ps[0].Attributes {
				codes[i] = a.Code
			}
			if defs, err = st.Attributes(ctx, codes...); err != nil {
				return err
			}
		}
		out = viewOf(ps[0], images, defs, p, s.now())
		return nil
	})
	return out, err
}

func viewOf(own Product, images []Image, defs []Attribute, p ViewParams, at time.Time) ProductView {
	x := own.Localize(p.Locale)
	out := ProductView{ID: x.ID, Slug: x.Slug, Slugs: map[string]string{"": own.Slug}, Title: x.Title, Subtitle: x.Subtitle, Description: x.Description, Kind: x.Kind,
		Vendor: x.Vendor, Brand: x.Brand, Options: x.Options, Tags: x.Tags, SEO: x.SEO, Categories: x.Categories, Images: images, Thumbnail: x.Thumbnail,
		Rating: x.Rating, PublishedAt: x.PublishedAt, UpdatedAt: x.UpdatedAt, Version: x.Version, Variants: []VariantView{}}
	for l, t := range own.Translations {
		if t.Slug != "" {
			out.Slugs[l] = t.Slug
		}
	}
	for i := range out.Images {
		out.Images[i].Alt = images[i].LocalAlt(p.Locale)
	}
	for _, v := range x.Variants {
		if v.Inactive {
			continue
		}
		w := VariantView{ID: v.ID, SKU: v.SKU, Barcode: v.Barcode, Title: v.Title, Options: v.Options, StockItemID: v.StockItemID, WeightGrams: v.WeightGrams,
			Dimensions: v.Dimensions, Images: v.Images}
		if won, n, _, _ := pick(v.Prices, p.Channel, p.Currency, at); n > 0 {
			price := won.Money()
			w.Price = &price
			if won.CompareAt != 0 {
				compare := won.CompareMoney()
				w.CompareAt = &compare
			}
		}
		out.Variants = append(out.Variants, w)
	}
	if r, ok := rangeAt(x.Variants, p.Channel, p.Currency, at); ok {
		out.Price = &CardPrice{Min: money.New(r.Min, r.Currency), Max: money.New(r.Max, r.Currency)}
		if r.CompareAt != 0 {
			compare := money.New(r.CompareAt, r.Currency)
			out.Price.CompareAt = &compare
		}
	}
	for _, a := range own.Attributes {
		if i := slices.IndexFunc(defs, func(d Attribute) bool { return d.Code == a.Code }); i >= 0 {
			out.Attributes = append(out.Attributes, defs[i].view(a, p.Locale))
		}
	}
	return out
}
