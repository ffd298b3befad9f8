package catalog

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// The types of event about categories, with CategoryEvent as data.
const (
	EventCategoryCreated = "category.created"
	EventCategoryUpdated = "category.updated"
	EventCategoryMoved   = "category.moved" // with all below it
	EventCategoryDeleted = "category.deleted"
)

// CategoryEvent is the data of events about categories.
type CategoryEvent struct {
	CategoryID core.CategoryID `json:"category_id"`
	ParentID   core.CategoryID `json:"parent_id,omitempty"` // of a deleted one: where children and products went
	Slug       string          `json:"slug,omitempty"`
}

func byPosition(a, b Category) int {
	return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.ID, b.ID))
}

func (c *Category) validate() error {
	var v core.Violations
	checkOrg(&v, c.texts(), c.Description, c.SEO)
	checkMetadata(&v, "metadata", c.Metadata)
	v.Check(c.ParentID == "" || core.ValidID(string(c.ParentID), core.PrefixCategory), "parent_id", "is not the ID of a category")
	v.Check(c.Position >= 0 && c.Position < Unplaced, "position", "must be between 0 and %d", Unplaced-1)
	return v.Err()
}

// CreateCategory adds a category below c.ParentID at c.Position among its
// siblings, or behind them for 0. ID, path, version and times are set here.
// Needs PermCatalogWrite. Errors: KindInvalid, KindExists (slug), KindNotFound
// (parent), *DepthError.
func (s *Service) CreateCategory(ctx context.Context, c Category) (Category, error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return Category{}, err
	}
	if err := c.validate(); err != nil {
		return Category{}, err
	}
	id := core.NewID[core.CategoryID](s.cfg.IDs, core.PrefixCategory)
	var out Category
	err := s.db.Update(ctx, func(tx Tx) error {
		st := tx.Catalog()
		if err := st.LockTree(ctx); err != nil {
			return err
		}
		n := c
		n.ID, n.Version, n.CreatedAt = id, 1, s.now()
		n.UpdatedAt = n.CreatedAt
		n.Translations = maps.Clone(c.Translations)
		above, err := pathOf(ctx, st, c.ParentID)
		if err != nil {
			return err
		}
		n.Path = append(slices.Clone(above), id)
		if len(n.Path) > MaxDepth {
			return &DepthError{ID: id, Depth: len(n.Path)}
		}
		siblings, err := st.Children(ctx, c.ParentID)
		if err != nil {
			return err
		}
		if err := fillOrgSlugs(ctx, id, n.texts(), nil, st.CategorySlugs); err != nil {
			return err
		}
		n.Position = len(siblings) + 1
		if err := st.InsertCategory(ctx, n); err != nil {
			return err
		}
		if err := writeOrgSlugs(ctx, id, orgTexts{}, n.texts(), st.SetCategorySlug); err != nil {
			return err
		}
		if c.Position > 0 && c.Position <= len(siblings) {
			n.Position = c.Position
			if err := st.PlaceCategories(ctx, arranged(siblings, id, c.Position)); err != nil {
				return err
			}
		}
		out = n
		return s.event(ctx, tx, EventCategoryCreated, string(id), CategoryEvent{id, n.ParentID, n.Slug})
	})
	return out, err
}

// pathOf returns the path of a category, none for "".
func pathOf(ctx context.Context, st Store, id core.CategoryID) ([]core.CategoryID, error) {
	if id == "" {
		return nil, nil
	}
	c, err := category(ctx, st, id)
	return c.Path, err
}

func category(ctx context.Context, st Store, id core.CategoryID) (Category, error) {
	if !core.ValidID(string(id), core.PrefixCategory) {
		return Category{}, core.NotFound("category", id)
	}
	found, err := st.CategoriesByID(ctx, []core.CategoryID{id})
	if err == nil && len(found) == 0 {
		err = core.NotFound("category", id)
	}
	if err != nil {
		return Category{}, err
	}
	return found[0], nil
}

// arranged returns the siblings' IDs with id at a position, from 1; 0 and too
// high ones are the end.
func arranged(siblings []Category, id core.CategoryID, position int) []core.CategoryID {
	var out []core.CategoryID
	for _, c := range siblings {
		if c.ID != id {
			out = append(out, c.ID)
		}
	}
	if position < 1 || position > len(out) {
		position = len(out) + 1
	}
	return slices.Insert(out, position-1, id)
}

// UpdateCategory changes texts, slugs and visibility if the version is still
// seen; 0 is any. An earlier slug redirects. Needs PermCatalogWrite.
func (s *Service) UpdateCategory(ctx context.Context, id core.CategoryID, seen int64, u CategoryUpdate) (Category, error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return Category{}, err
	}
	var out Category
	err := s.db.Update(ctx, func(tx Tx) error {
		st := tx.Catalog()
		if err := st.LockTree(ctx); err != nil { // slugs are chosen one after another
			return err
		}
		before, err := category(ctx, st, id)
		if err != nil {
			return err
		}
		was := cmp.Or(seen, before.Version)
		if before.Version != was {
			return core.Stale("category", id, was, before.Version)
		}
		c := before
		assign(&c.Slug, u.Slug)
		assign(&c.Title, u.Title)
		assign(&c.Description, u.Description)
		assign(&c.Hidden, u.Hidden)
		assign(&c.SEO, u.SEO)
		assign(&c.Translations, u.Translations)
		assign(&c.Metadata, u.Metadata)
		c.Translations = maps.Clone(c.Translations)
		if err := c.validate(); err != nil {
			return err
		}
		if err := fillOrgSlugs(ctx, id, c.texts(), before.Translations, st.CategorySlugs); err != nil {
			return err
		}
		c.UpdatedAt = s.now()
		if err := st.UpdateCategory(ctx, c, was); err != nil {
			return err
		}
		c.Version++
		if err := writeOrgSlugs(ctx, id, before.texts(), c.texts(), st.SetCategorySlug); err != nil {
			return err
		}
		out = c
		return s.event(ctx, tx, EventCategoryUpdated, string(id), CategoryEvent{id, c.ParentID, c.Slug})
	})
	return out, err
}

// assign writes a value that was given.
func assign[T any](to, value *T) {
	if value != nil {
		*to = *value
	}
}

// MoveCategory puts a category, with all below it, under another parent ("" is
// the top) at a position among the children there, from 1; 0 is behind them.
// Needs PermCatalogWrite. Errors: *CycleError, *DepthError, KindNotFound.
func (s *Service) MoveCategory(ctx context.Context, id, parent core.CategoryID, position int) (Category, error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return Category{}, err
	}
	var out Category
	var due []core.CollectionID
	err := s.db.Update(ctx, func(tx Tx) error {
		st := tx.Catalog()
		// Two moves at once could each be sound and together make a circle.
		if err := st.LockTree(ctx); err != nil {
			return err
		}
		c, err := category(ctx, st, id)
		if err != nil {
			return err
		}
		above, err := pathOf(ctx, st, parent)
		if err != nil {
			return err
		}
		if slices.Contains(above, id) {
			return &CycleError{ID: id, ParentID: parent}
		}
		siblings, err := st.Children(ctx, parent)
		if err != nil {
			return err
		}
		order := arranged(siblings, id, position)
		out, due = c, nil
		if parent != c.ParentID {
			if due, err = s.moveUnder(ctx, tx, c, above); err != nil {
				return err
			}
			out.ParentID, out.Path, out.Version, out.UpdatedAt = parent, append(slices.Clone(above), id), c.Version+1, s.now()
		}
		if err := st.PlaceCategories(ctx, order); err != nil {
			return err
		}
		out.Position = slices.Index(order, id) + 1
		return s.event(ctx, tx, EventCategoryMoved, string(id), CategoryEvent{id, parent, c.Slug})
	})
	if err == nil {
		s.sweep(ctx, due)
	}
	return out, err
}

// moveUnder moves a category and all below it under another path, and makes
// the collections due whose rules name what is above it now or was.
func (s *Service) moveUnder(ctx context.Context, tx Tx, c Category, above []core.CategoryID) ([]core.CollectionID, error) {
	st := tx.Catalog()
	subtree, err := st.Subtree(ctx, c)
	if err != nil {
		return nil, err
	}
	deepest := len(subtree[len(subtree)-1].Path) - len(c.Path) + len(above) + 1
	if deepest > MaxDepth {
		return nil, &DepthError{ID: c.ID, Depth: deepest}
	}
	if err := st.MoveCategory(ctx, c, append(slices.Clone(above), c.ID), s.now()); err != nil {
		return nil, err
	}
	var affected []core.CategoryID
	for _, was := range c.Path[:len(c.Path)-1] {
		if !slices.Contains(above, was) {
			affected = append(affected, was)
		}
	}
	for _, is := range above {
		if !slices.Contains(c.Path, is) {
			affected = append(affected, is)
		}
	}
	return s.restart(ctx, tx, affected)
}

// DeleteCategory deletes a category. With reparent, its children and products
// go to its parent; without, a category with children is a KindConflict error
// and its products are just no longer in it. Needs PermCatalogWrite.
func (s *Service) DeleteCategory(ctx context.Context, id core.CategoryID, reparent bool) error {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return err
	}
	var due []core.CollectionID
	err := s.db.Update(ctx, func(tx Tx) error {
		st := tx.Catalog()
		due = nil
		if err := st.LockTree(ctx); err != nil {
			return err
		}
		c, err := category(ctx, st, id)
		if err != nil {
			return err
		}
		children, err := st.Children(ctx, id)
		if err != nil {
			return err
		}
		if len(children) > 0 && !reparent {
			return core.Errorf(core.KindConflict, "category_has_children", "the category has %d below it", len(children))
		}
		above := c.Path[:len(c.Path)-1]
		siblings, err := st.Children(ctx, c.ParentID)
		if err != nil {
			return err
		}
		order := arranged(siblings, id, c.Position)
		at := slices.Index(order, id)
		order = slices.Delete(order, at, at+1)
		for i, child := range children {
			restarted, err := s.moveUnder(ctx, tx, child, above)
			if err != nil {
				return err
			}
			due = append(due, restarted...)
			order = slices.Insert(order, at+i, child.ID)
		}
		moved, err := s.leave(ctx, tx, c, reparent)
		if err != nil {
			return err
		}
		if err := st.PlaceCategories(ctx, order); err != nil {
			return err
		}
		if err := st.DeleteCategory(ctx, id); err != nil {
			return err
		}
		if err := s.touched(ctx, tx, moved, "category_ids"); err != nil {
			return err
		}
		return s.event(ctx, tx, EventCategoryDeleted, string(id), CategoryEvent{id, c.ParentID, c.Slug})
	})
	if err == nil {
		s.sweep(ctx, due)
	}
	return err
}

// leave takes all products out of a category that goes, into its parent if
// asked for, and returns them.
func (s *Service) leave(ctx context.Context, tx Tx, c Category, reparent bool) ([]core.ProductID, error) {
	var all []core.ProductID
	for after := core.ProductID(""); ; {
		ids, err := tx.Catalog().CategoryProducts(ctx, c.ID, after, MaxPlaced)
		if err != nil || len(ids) == 0 {
			return all, err
		}
		all = append(all, ids...)
		after = ids[len(ids)-1]
		if reparent && c.ParentID != "" {
			if err := tx.Catalog().InsertProductCategories(ctx, placedIn(c.ParentID, ids)); err != nil {
				return nil, err
			}
		}
	}
}

func placedIn(id core.CategoryID, products []core.ProductID) []ProductCategory {
	rows := make([]ProductCategory, len(products))
	for i, p := range products {
		rows[i] = ProductCategory{ProductID: p, CategoryID: id, Position: Unplaced}
	}
	return rows
}
