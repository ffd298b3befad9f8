package httpapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
)

// categoryView is a category as shoppers see it, in one language.
type categoryView struct {
	ID          core.CategoryID       `json:"id"`
	ParentID    core.CategoryID       `json:"parent_id,omitempty"`
	Slug        string                `json:"slug"`
	Title       string                `json:"title"`
	Description string                `json:"description,omitempty"`
	SEO         catalog.SEO           `json:"seo,omitzero"`
	Products    catalog.CategoryCount `json:"products" doc:"How many published products it has"`
	Children    []categoryView        `json:"children,omitempty"`
	Breadcrumbs []crumb               `json:"breadcrumbs,omitempty"`
}

func viewCategory(n catalog.CategoryNode, locale string) categoryView {
	c := n.Localize(locale)
	out := categoryView{ID: c.ID, ParentID: c.ParentID, Slug: c.Slug, Title: c.Title, Description: c.Description, SEO: c.SEO, Products: n.Products}
	for _, child := range n.Children {
		out.Children = append(out.Children, viewCategory(child, locale))
	}
	return out
}

// nodeOf finds a category in the tree.
func nodeOf(nodes []catalog.CategoryNode, id core.CategoryID) (catalog.CategoryNode, bool) {
	for _, n := range nodes {
		if n.ID == id {
			return n, true
		}
		if found, ok := nodeOf(n.Children, id); ok {
			return found, true
		}
	}
	return catalog.CategoryNode{}, false
}

// collectionView is a collection as shoppers see it, in one language.
type collectionView struct {
	ID          core.CollectionID `json:"id"`
	Slug        string            `json:"slug"`
	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	SEO         catalog.SEO       `json:"seo,omitzero"`
}

func viewCollection(c catalog.Collection, locale string) collectionView {
	c = c.Localize(locale)
	return collectionView{c.ID, c.Slug, c.Title, c.Description, c.SEO}
}

// movedSlug turns "it has another slug" into a redirect.
func movedSlug(err error, m Market) error {
	var to *catalog.SlugMovedError
	if errors.As(err, &to) {
		return moved(to.Slug, m.values())
	}
	return err
}

func (a *api) storeOrg() {
	handle(a, route{method: http.MethodGet, path: "/store/categories", perm: core.PermPublic, tag: tagBrowse, summary: "Show the category tree"},
		func(ctx context.Context, s Services, in *Market) (*body[list[categoryView]], error) {
			p, err := in.find(ctx, s)
			if err != nil {
				return nil, err
			}
			tree, err := s.Catalog.CategoryTree(ctx)
			out := list[categoryView]{Items: []categoryView{}}
			for _, n := range tree {
				out.Items = append(out.Items, viewCategory(n, p.locale))
			}
			return ok(out), err
		})
	handle(a, route{method: http.MethodGet, path: "/store/categories/{category}", perm: core.PermPublic, tag: tagBrowse, summary: "Show a category with those below it",
		description: "By ID or slug. A slug of before, or of another locale, is answered with 308 and the present one."},
		func(ctx context.Context, s Services, in *struct {
			Market
			Category string `path:"category" maxLength:"250"`
		}) (*body[categoryView], error) {
			p, err := in.find(ctx, s)
			if err != nil {
				return nil, err
			}
			id := core.CategoryID(in.Category)
			if !core.ValidID(in.Category, core.PrefixCategory) {
				c, err := s.Catalog.CategoryBySlug(ctx, in.Category, p.locale)
				if err != nil {
					return nil, movedSlug(err, in.Market)
				}
				id = c.ID
			}
			path, err := s.Catalog.Breadcrumbs(ctx, id)
			if err != nil {
				return nil, err
			}
			tree, err := s.Catalog.CategoryTree(ctx)
			if err != nil {
				return nil, err
			}
			n, found := nodeOf(tree, id)
			if !found {
				return nil, core.NotFound("category", in.Category)
			}
			out := viewCategory(n, p.locale)
			out.Breadcrumbs = crumbs(path, p.locale)
			return ok(out), nil
		})
	handle(a, route{method: http.MethodGet, path: "/store/collections", perm: core.PermPublic, tag: tagBrowse, summary: "List collections by title"},
		func(ctx context.Context, s Services, in *struct {
			Market
			PageQuery
			Query string `query:"q" maxLength:"200" doc:"Part of the title"`
		}) (*body[core.Page[collectionView]], error) {
			p, err := in.find(ctx, s)
			if err != nil {
				return nil, err
			}
			page, err := s.Catalog.Collections(ctx, catalog.CollectionQuery{Query: in.Query}, in.page())
			return ok(mapPage(page, func(c catalog.Collection) collectionView { return viewCollection(c, p.locale) })), err
		})
	handle(a, route{method: http.MethodGet, path: "/store/collections/{collection}", perm: core.PermPublic, tag: tagBrowse, summary: "Show a collection",
		description: "By ID or slug. A slug of before, or of another locale, is answered with 308 and the present one. Its products: GET /store/products?collection="},
		func(ctx context.Context, s Services, in *struct {
			Market
			Collection string `path:"collection" maxLength:"250"`
		}) (*body[collectionView], error) {
			p, err := in.find(ctx, s)
			if err != nil {
				return nil, err
			}
			var c catalog.Collection
			if core.ValidID(in.Collection, core.PrefixCollection) {
				c, err = s.Catalog.Collection(ctx, core.CollectionID(in.Collection))
			} else {
				c, err = s.Catalog.CollectionBySlug(ctx, in.Collection, p.locale)
			}
			return ok(viewCollection(c, p.locale)), movedSlug(err, in.Market)
		})
}

// mapPage is a page of views.
func mapPage[T, V any](p core.Page[T], view func(T) V) core.Page[V] {
	out := core.Page[V]{Items: make([]V, len(p.Items)), Next: p.Next}
	for i, x := range p.Items {
		out.Items[i] = view(x)
	}
	return out
}
