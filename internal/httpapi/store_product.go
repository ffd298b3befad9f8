package httpapi

import (
	"context"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// list is a list that has one page.
type list[T any] struct {
	Items []T `json:"items"`
}

// productView is a product's page.
type productView struct {
	catalog.ProductView
	Images       []imageView    `json:"images,omitempty"`
	Thumbnail    *thumbnailView `json:"thumbnail,omitempty"`
	Variants     []variantView  `json:"variants"`
	Availability *availability  `json:"availability" doc:"Of all variants together"`
	Breadcrumbs  []crumb        `json:"breadcrumbs,omitempty" doc:"From the top of the category tree to the product's category"`
}

type variantView struct {
	catalog.VariantView
	Availability *availability `json:"availability"`
}

type crumb struct {
	ID    core.CategoryID `json:"id"`
	Slug  string          `json:"slug"`
	Title string          `json:"title"`
}

type imageView struct {
	ID         core.ImageID    `json:"id"`
	URL        string          `json:"url"`
	Alt        string          `json:"alt,omitempty"`
	Width      int             `json:"width" doc:"Pixels of the original"`
	Height     int             `json:"height"`
	Color      string          `json:"color,omitempty" doc:"Dominant color, for a placeholder" example:"#0b1f3a"`
	Renditions []renditionView `json:"renditions"`
}

type renditionView struct {
	URL         string `json:"url"`
	Width       int    `json:"width"`
	Height      int    `json:"height"`
	Square      bool   `json:"square,omitempty"`
	ContentType string `json:"content_type"`
}

func viewImage(ctx context.Context, i catalog.Image) imageView {
	out := imageView{ID: i.ID, URL: imageURL(ctx, i.ID, pageWidth), Alt: i.Alt, Width: i.Width, Height: i.Height, Color: i.Color, Renditions: []renditionView{}}
	for _, r := range i.Renditions {
		v := renditionView{URL: imageURL(ctx, i.ID, r.Width), Width: r.Width, Height: r.Height, Square: r.Square, ContentType: r.ContentType}
		if r.Square {
			v.URL += "?square=true"
		}
		out.Renditions = append(out.Renditions, v)
	}
	return out
}

func viewProduct(ctx context.Context, s Services, v catalog.ProductView, locale string) (productView, error) {
	out := productView{ProductView: v, Thumbnail: viewThumbnail(ctx, v.Thumbnail), Variants: make([]variantView, len(v.Variants))}
	for _, i := range v.Images {
		out.Images = append(out.Images, viewImage(ctx, i))
	}
	items := make([]core.StockItemID, len(v.Variants))
	for i, x := range v.Variants {
		items[i] = x.StockItemID
	}
	levels, err := stockLevels(ctx, s, items)
	if err != nil {
		return out, err
	}
	out.Availability = availabilityOf(levels, items...)
	for i, x := range v.Variants {
		out.Variants[i] = variantView{x, availabilityOf(levels, x.StockItemID)}
	}
	for _, id := range v.Categories {
		path, err := s.Catalog.Breadcrumbs(ctx, id)
		if core.IsKind(err, core.KindNotFound) {
			continue // hidden
		}
		if err != nil {
			return out, err
		}
		out.Breadcrumbs = crumbs(path, locale)
		break
	}
	return out, nil
}

func crumbs(path []catalog.Category, locale string) []crumb {
	out := make([]crumb, len(path))
	for i, c := range path {
		c = c.Localize(locale)
		out[i] = crumb{c.ID, c.Slug, c.Title}
	}
	return out
}

// stockLevels reads what there is of items; those that are not counted are
// passed over.
func stockLevels(ctx context.Context, s Services, items []core.StockItemID) (map[core.StockItemID]stock.Availability, error) {
	ids := slices.Clone(items)
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id core.StockItemID) bool { return id == "" })
	if len(ids) == 0 {
		return nil, nil
	}
	return s.Stock.Availability(ctx, ids)
}

type attributeView struct {
	Code     string                    `json:"code"`
	Name     string                    `json:"name"`
	Type     catalog.AttributeType     `json:"type"`
	Unit     string                    `json:"unit,omitempty"`
	Values   []catalog.AttributeChoice `json:"values,omitempty"`
	Multiple bool                      `json:"multiple,omitempty"`
}

func viewAttribute(x catalog.Attribute, locale string) attributeView {
	out := attributeView{Code: x.Code, Name: x.LocalName(locale), Type: x.Type, Unit: x.Unit, Multiple: x.Multiple}
	for _, c := range x.Values {
		out.Values = append(out.Values, catalog.AttributeChoice{Code: c.Code, Name: c.LocalName(locale), Color: c.Color})
	}
	return out
}
