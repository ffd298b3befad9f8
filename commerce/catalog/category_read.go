package catalog

import (
	"context"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// sees reports whether who asks may see what shoppers may not.
func sees(ctx context.Context) bool { return core.ActorFrom(ctx).Can(core.PermCatalogRead) }

// Category returns a category. One that is hidden, or lies below a hidden one,
// is KindNotFound without PermCatalogRead.
func (s *Service) Category(ctx context.Context, id core.CategoryID) (Category, error) {
	path, err := s.Breadcrumbs(ctx, id)
	if err != nil {
		return Category{}, err
	}
	return path[len(path)-1], nil
}

// Breadcrumbs returns the categories from the top to this one.
func (s *Service) Breadcrumbs(ctx context.Context, id core.CategoryID) ([]Category, error) {
	var path []Category
	err := s.db.View(ctx, func(tx Tx) error {
		c, err := category(ctx, tx.Catalog(), id)
		if err != nil {
			return err
		}
		path = []Category{c}
		if len(c.Path) > 1 {
			if path, err = tx.Catalog().CategoriesByID(ctx, c.Path); err != nil {
				return err
			}
			if len(path) == 0 || path[len(path)-1].ID != id { // moved or deleted between the two
				path = []Category{c}
			}
		}
		if !sees(ctx) && slices.ContainsFunc(path, func(c Category) bool { return c.Hidden }) {
			return core.NotFound("category", id)
		}
		return nil
	})
	return path, err
}

// CategoryBySlug returns the category of a slug, for a reader of a locale ("" is
// the default). A slug that is not the one for that locale is a
// *SlugMovedError.
func (s *Service) CategoryBySlug(ctx context.Context, slug, locale string) (Category, error) {
	var target OrgTarget
	err := s.db.View(ctx, func(tx Tx) error {
		targets, err := tx.Catalog().CategorySlugTargets(ctx, slug)
		if err != nil {
			return err
		}
		found := false
		if target, found = resolve(targets, locale); !found {
			return core.NotFound("category", slug)
		}
		return nil
	})
	if err != nil {
		return Category{}, err
	}
	c, err := s.Category(ctx, core.CategoryID(target.ID))
	if err != nil {
		return Category{}, err
	}
	if now := c.Localize(locale).Slug; now != slug {
		return Category{}, &SlugMovedError{ID: target.ID, Slug: now}
	}
	return c, nil
}

// CategoryTree returns the whole tree with how many published products are
// where. Hidden categories are there with PermCatalogRead only.
func (s *Service) CategoryTree(ctx context.Context) ([]CategoryNode, error) {
	var all []Category
	var counts map[core.CategoryID]CategoryCount
	err := s.db.View(ctx, func(tx Tx) (err error) {
		if all, err = tx.Catalog().Categories(ctx); err != nil {
			return err
		}
		counts, err = tx.Catalog().CategoryCounts(ctx, s.now())
		return err
	})
	return Tree(all, counts, sees(ctx)), err
}

// AddToCategory puts products into a category, behind those that have a place.
// Needs PermCatalogWrite.
func (s *Service) AddToCategory(ctx context.Context, id core.CategoryID, products ...core.ProductID) error {
	return s.placing(ctx, id, products, func(tx Tx) error {
		return tx.Catalog().InsertProductCategories(ctx, placedIn(id, products))
	}, true)
}

// RemoveFromCategory takes products out of a category. Needs PermCatalogWrite.
func (s *Service) RemoveFromCategory(ctx context.Context, id core.CategoryID, products ...core.ProductID) error {
	return s.placing(ctx, id, products, func(tx Tx) error {
		return tx.Catalog().RemoveFromCategory(ctx, id, products)
	}, true)
}

// ArrangeCategory puts products of a category in order; those not named come
// behind them. Needs PermCatalogWrite.
func (s *Service) ArrangeCategory(ctx context.Context, id core.CategoryID, products ...core.ProductID) error {
	return s.placing(ctx, id, products, func(tx Tx) error {
		return tx.Catalog().PlaceInCategory(ctx, id, products)
	}, false)
}

func (s *Service) placing(ctx context.Context, id core.CategoryID, products []core.ProductID, do func(tx Tx) error, touches bool) error {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return err
	}
	if err := checkPlaced(products); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error {
		c, err := category(ctx, tx.Catalog(), id)
		if err != nil {
			return err
		}
		if err := do(tx); err != nil {
			return err
		}
		if touches {
			if err := s.touched(ctx, tx, products, "category_ids"); err != nil {
				return err
			}
		}
		return s.event(ctx, tx, EventCategoryUpdated, string(id), CategoryEvent{id, c.ParentID, c.Slug})
	})
}

func checkPlaced(products []core.ProductID) error {
	var v core.Violations
	v.Check(len(products) <= MaxPlaced, "product_ids", "at most %d at a time", MaxPlaced)
	v.Check(len(unique(products)) == len(products), "product_ids", "one is there twice")
	for _, id := range products {
		v.Check(core.ValidID(string(id), core.PrefixProduct), "product_ids", "%q is not the ID of a product", string(id))
	}
	return v.Err()
}

// touched tells that something of products changed that is not in their own
// rows.
func (s *Service) touched(ctx context.Context, tx Tx, products []core.ProductID, what string) error {
	for part := range slices.Chunk(products, MaxPlaced) {
		if err := tx.Catalog().TouchProducts(ctx, part, s.now()); err != nil {
			return err
		}
		about := make([]ProductEvent, len(part))
		for i, id := range part {
			about[i] = ProductEvent{ProductID: id, Changed: []string{what}}
		}
		if err := s.changed(ctx, tx, EventProductUpdated, about...); err != nil {
			return err
		}
	}
	return nil
}
