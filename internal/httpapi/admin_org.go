package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
)

// AttributeInput is an attribute to be defined.
type AttributeInput struct {
	Code       string                    `json:"code" doc:"Identifies it, for ever" example:"material"`
	Name       string                    `json:"name,omitempty" doc:"Default: the code"`
	Names      map[string]string         `json:"names,omitempty" doc:"By locale"`
	Type       catalog.AttributeType     `json:"type" enum:"text,number,bool,enum,date,swatch"`
	Unit       string                    `json:"unit,omitempty" doc:"Of a number" example:"cm"`
	Values     []catalog.AttributeChoice `json:"values,omitempty" doc:"Of an enum or swatch"`
	Multiple   bool                      `json:"multiple,omitempty" doc:"Several values at once"`
	Filterable bool                      `json:"filterable,omitempty" doc:"Lists can be filtered by it"`
	Position   int                       `json:"position,omitempty"`
}

func (in AttributeInput) attribute() catalog.Attribute {
	return catalog.Attribute{Code: in.Code, Name: in.Name, Names: in.Names, Type: in.Type, Unit: in.Unit, Values: in.Values, Multiple: in.Multiple,
		Filterable: in.Filterable, Position: in.Position}
}

func (a *api) adminAttributes() {
	handle(a, route{method: http.MethodGet, path: "/admin/attributes", perm: core.PermCatalogRead, tag: tagCatalog, summary: "List the attributes products can have"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[catalog.Attribute]], error) {
			return listed(s.Catalog.Attributes(ctx))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/attributes", perm: core.PermCatalogWrite, tag: tagCatalog, status: http.StatusCreated, summary: "Define an attribute"},
		func(ctx context.Context, s Services, in *Post[AttributeInput]) (*body[catalog.Attribute], error) {
			x, err := s.Catalog.CreateAttribute(ctx, in.Body.attribute())
			return made(x, x.Version, err, "attributes", x.Code)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/attributes/{id}", perm: core.PermCatalogRead, tag: tagCatalog, summary: "Show an attribute by its code"},
		func(ctx context.Context, s Services, in *Path[string]) (*body[catalog.Attribute], error) {
			x, err := s.Catalog.Attribute(ctx, in.ID)
			return shownAt(x, x.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/attributes/{id}", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Change an attribute",
		description: "Values that products have must stay."},
		func(ctx context.Context, s Services, in *Change[string, catalog.AttributeUpdate]) (*body[catalog.Attribute], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			in.Body.IfVersion = seen
			x, err := s.Catalog.UpdateAttribute(ctx, in.ID, in.Body)
			return shownAt(x, x.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/attributes/{id}", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Delete an attribute that no product has"},
		about(func(ctx context.Context, s Services, code string) error { return s.Catalog.DeleteAttribute(ctx, code) }))
}

// CategoryInput is a category to be made.
type CategoryInput struct {
	ParentID     core.CategoryID                `json:"parent_id,omitempty" doc:"Default: the top"`
	Position     int                            `json:"position,omitempty" minimum:"0" doc:"Among its siblings, from 1; 0 is behind them"`
	Slug         string                         `json:"slug,omitempty" doc:"Unique; made from the title when left out"`
	Title        string                         `json:"title"`
	Description  string                         `json:"description,omitempty"`
	Hidden       bool                           `json:"hidden,omitempty" doc:"From shoppers, with all below it"`
	SEO          catalog.SEO                    `json:"seo,omitzero"`
	Translations map[string]catalog.Translation `json:"translations,omitempty"`
	Metadata     map[string]json.RawMessage     `json:"metadata,omitempty"`
}

func (in CategoryInput) category() catalog.Category {
	return catalog.Category{ParentID: in.ParentID, Position: in.Position, Slug: in.Slug, Title: in.Title, Description: in.Description, Hidden: in.Hidden,
		SEO: in.SEO, Translations: in.Translations, Metadata: in.Metadata}
}

type (
	// CategoryMove is a category's new place.
	CategoryMove struct {
		ParentID core.CategoryID `json:"parent_id,omitempty" doc:"Left out or empty: the top"`
		Position int             `json:"position,omitempty" minimum:"0" doc:"Among the children there, from 1; 0 is behind them"`
	}
	// ProductIDs names products.
	ProductIDs struct {
		Products []core.ProductID `json:"product_ids" minItems:"1" maxItems:"1000"`
	}
)

func (a *api) adminCategories() {
	handle(a, route{method: http.MethodGet, path: "/admin/categories", perm: core.PermCatalogRead, tag: tagCatalog, summary: "Show the whole category tree"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[catalog.CategoryNode]], error) {
			return listed(s.Catalog.CategoryTree(ctx))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/categories", perm: core.PermCatalogWrite, tag: tagCatalog, status: http.StatusCreated, summary: "Make a category"},
		func(ctx context.Context, s Services, in *Post[CategoryInput]) (*body[catalog.Category], error) {
			c, err := s.Catalog.CreateCategory(ctx, in.Body.category())
			return made(c, c.Version, err, "categories", string(c.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/categories/{id}", perm: core.PermCatalogRead, tag: tagCatalog, summary: "Show a category"},
		func(ctx context.Context, s Services, in *Path[core.CategoryID]) (*body[catalog.Category], error) {
			c, err := s.Catalog.Category(ctx, in.ID)
			return shownAt(c, c.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/categories/{id}", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Change a category",
		description: "An earlier slug goes on redirecting."},
		func(ctx context.Context, s Services, in *Change[core.CategoryID, catalog.CategoryUpdate]) (*body[catalog.Category], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			c, err := s.Catalog.UpdateCategory(ctx, in.ID, seen, in.Body)
			return shownAt(c, c.Version, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/categories/{id}/move", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Move a category with all below it"},
		func(ctx context.Context, s Services, in *To[core.CategoryID, CategoryMove]) (*body[catalog.Category], error) {
			c, err := s.Catalog.MoveCategory(ctx, in.ID, in.Body.ParentID, in.Body.Position)
			return shownAt(c, c.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/categories/{id}", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Delete a category"},
		func(ctx context.Context, s Services, in *struct {
			Path[core.CategoryID]
			Reparent bool `query:"reparent" doc:"Its children and products go to its parent; without, a category with children stays"`
		}) (*none, error) {
			return none204(s.Catalog.DeleteCategory(ctx, in.ID, in.Reparent))
		})
	type placing = func(s Services) func(context.Context, core.CategoryID, ...core.ProductID) error
	place := func(method, path, summary string, do placing) {
		handle(a, route{method: method, path: "/admin/categories/{id}/" + path, perm: core.PermCatalogWrite, tag: tagCatalog, summary: summary},
			func(ctx context.Context, s Services, in *To[core.CategoryID, ProductIDs]) (*none, error) {
				return none204(do(s)(ctx, in.ID, in.Body.Products...))
			})
	}
	place(http.MethodPost, "products", "Put products into a category", func(s Services) func(context.Context, core.CategoryID, ...core.ProductID) error {
		return s.Catalog.AddToCategory
	})
	place(http.MethodPost, "products/remove", "Take products out of a category", func(s Services) func(context.Context, core.CategoryID, ...core.ProductID) error {
		return s.Catalog.RemoveFromCategory
	})
	place(http.MethodPut, "products/order", "Put a category's products in order", func(s Services) func(context.Context, core.CategoryID, ...core.ProductID) error {
		return s.Catalog.ArrangeCategory
	})
}
