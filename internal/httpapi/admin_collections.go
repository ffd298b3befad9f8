package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// CollectionInput is a collection to be made.
type CollectionInput struct {
	Slug         string                         `json:"slug,omitempty" doc:"Unique; made from the title when left out"`
	Title        string                         `json:"title"`
	Description  string                         `json:"description,omitempty"`
	Hidden       bool                           `json:"hidden,omitempty"`
	Rule         *catalog.Rule                  `json:"rule,omitempty" doc:"Products that match belong to it; without one they are put in by hand only"`
	SEO          catalog.SEO                    `json:"seo,omitzero"`
	Translations map[string]catalog.Translation `json:"translations,omitempty"`
	Metadata     map[string]json.RawMessage     `json:"metadata,omitempty"`
}

func (in CollectionInput) collection() catalog.Collection {
	return catalog.Collection{Slug: in.Slug, Title: in.Title, Description: in.Description, Hidden: in.Hidden, Rule: in.Rule, SEO: in.SEO,
		Translations: in.Translations, Metadata: in.Metadata}
}

type (
	rulePreview struct {
		Rule  catalog.Rule `json:"rule"`
		Limit int          `json:"limit,omitempty" minimum:"1" maximum:"100" default:"10" doc:"How many products to show"`
	}
	// collectionSize is how many products a collection has.
	collectionSize struct {
		Products int64 `json:"products"`
	}
)

func (a *api) adminCollections() {
	handle(a, route{method: http.MethodGet, path: "/admin/collections", perm: core.PermCatalogRead, tag: tagCatalog, summary: "List collections by title"},
		func(ctx context.Context, s Services, in *struct {
			PageQuery
			Query string `query:"q" maxLength:"200" doc:"Part of the title"`
		}) (*body[core.Page[catalog.Collection]], error) {
			return paged(s.Catalog.Collections(ctx, catalog.CollectionQuery{Query: in.Query, Hidden: true}, in.page()))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/collections", perm: core.PermCatalogWrite, tag: tagCatalog, status: http.StatusCreated, summary: "Make a collection"},
		func(ctx context.Context, s Services, in *Post[CollectionInput]) (*body[catalog.Collection], error) {
			c, err := s.Catalog.CreateCollection(ctx, in.Body.collection())
			return made(c, c.Version, err, "collections", string(c.ID))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/collections/preview", perm: core.PermCatalogRead, tag: tagCatalog, summary: "Show what a rule would select"},
		func(ctx context.Context, s Services, in *Post[rulePreview]) (*body[catalog.RulePreview], error) {
			p, err := s.Catalog.PreviewRule(ctx, in.Body.Rule, in.Body.Limit)
			return shown(p, err)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/collections/{id}", perm: core.PermCatalogRead, tag: tagCatalog, summary: "Show a collection"},
		func(ctx context.Context, s Services, in *Path[core.CollectionID]) (*body[catalog.Collection], error) {
			c, err := s.Catalog.Collection(ctx, in.ID)
			return shownAt(c, c.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/collections/{id}", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Change a collection",
		description: "A new rule is applied to all products at once; one without conditions takes the rule away."},
		func(ctx context.Context, s Services, in *Change[core.CollectionID, catalog.CollectionUpdate]) (*body[catalog.Collection], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			c, err := s.Catalog.UpdateCollection(ctx, in.ID, seen, in.Body)
			return shownAt(c, c.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/collections/{id}", perm: core.PermCatalogWrite, tag: tagCatalog, summary: "Delete a collection; its products stay"},
		about(func(ctx context.Context, s Services, id core.CollectionID) error {
			return s.Catalog.DeleteCollection(ctx, id)
		}))
	handle(a, route{method: http.MethodGet, path: "/admin/collections/{id}/products", perm: core.PermCatalogRead, tag: tagCatalog, summary: "List a collection's products as arranged"},
		func(ctx context.Context, s Services, in *struct {
			Path[core.CollectionID]
			PageQuery
			Currency money.Currency `query:"currency" maxLength:"3" doc:"Only what has a price in it, shown with it"`
		}) (*body[core.Page[catalog.Card]], error) {
			return paged(s.Catalog.List(ctx, catalog.ListParams{Collection: in.ID, Currency: in.Currency, Sort: catalog.SortPosition}, in.page()))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/collections/{id}/size", perm: core.PermCatalogRead, tag: tagCatalog, summary: "Count a collection's products"},
		func(ctx context.Context, s Services, in *Path[core.CollectionID]) (*body[collectionSize], error) {
			n, err := s.Catalog.CollectionSizes(ctx, []core.CollectionID{in.ID})
			return shown(collectionSize{n[in.ID]}, err)
		})
	place := func(method, path, summary string, do func(s Services) func(context.Context, core.CollectionID, ...core.ProductID) error) {
		handle(a, route{method: method, path: "/admin/collections/{id}/" + path, perm: core.PermCatalogWrite, tag: tagCatalog, summary: summary},
			func(ctx context.Context, s Services, in *To[core.CollectionID, ProductIDs]) (*none, error) {
				return none204(do(s)(ctx, in.ID, in.Body.Products...))
			})
	}
	place(http.MethodPost, "products", "Put products into a collection by hand", func(s Services) func(context.Context, core.CollectionID, ...core.ProductID) error {
		return s.Catalog.AddToCollection
	})
	place(http.MethodPost, "products/remove", "Take products out of a collection", func(s Services) func(context.Context, core.CollectionID, ...core.ProductID) error {
		return s.Catalog.RemoveFromCollection
	})
	place(http.MethodPut, "products/order", "Put a collection's products in order", func(s Services) func(context.Context, core.CollectionID, ...core.ProductID) error {
		return s.Catalog.ArrangeCollection
	})
}
