package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Limits of the category tree.
const (
	MaxDepth = 10 // levels
	// MaxPlaced bounds the products one call adds, removes or puts in order.
	MaxPlaced = 1000
	// Unplaced is the position of products that nobody put in order: behind
	// those that have a place.
	Unplaced = 1 << 30
)

// Category is a place in the tree that sorts products: "Clothing", below it
// "Jackets". A product may be in many.
type Category struct {
	ID       core.CategoryID `json:"id"`
	ParentID core.CategoryID `json:"parent_id,omitempty"` // "" at the top
	// Path leads from the top to the category itself.
	Path         []core.CategoryID          `json:"path"`
	Position     int                        `json:"position"` // among its siblings, from 1
	Slug         string                     `json:"slug"`     // unique in the tree; made from the title when left empty
	Title        string                     `json:"title"`
	Description  string                     `json:"description,omitempty"`
	Hidden       bool                       `json:"hidden"` // from shoppers, with all below it
	SEO          SEO                        `json:"seo,omitzero"`
	Translations map[string]Translation     `json:"translations,omitempty"` // title, description, slug and SEO, by locale
	Metadata     map[string]json.RawMessage `json:"metadata,omitempty"`
	Version      int64                      `json:"version"`
	CreatedAt    time.Time                  `json:"created_at"`
	UpdatedAt    time.Time                  `json:"updated_at"`
}

// Localize returns the category with its texts in a locale, each falling back
// on its own.
func (c Category) Localize(locale string) Category {
	c.Title = text(c.Translations, locale, c.Title, func(t Translation) string { return t.Title })
	c.Description = text(c.Translations, locale, c.Description, func(t Translation) string { return t.Description })
	c.Slug = text(c.Translations, locale, c.Slug, func(t Translation) string { return t.Slug })
	c.SEO.Title = text(c.Translations, locale, c.SEO.Title, func(t Translation) string { return t.SEO.Title })
	c.SEO.Description = text(c.Translations, locale, c.SEO.Description, func(t Translation) string { return t.SEO.Description })
	return c
}

// CategoryUpdate changes what is not nil.
type CategoryUpdate struct {
	Slug         *string                     `json:"slug,omitempty"`
	Title        *string                     `json:"title,omitempty"`
	Description  *string                     `json:"description,omitempty"`
	Hidden       *bool                       `json:"hidden,omitempty"`
	SEO          *SEO                        `json:"seo,omitempty"`
	Translations *map[string]Translation     `json:"translations,omitempty"` // replaces all
	Metadata     *map[string]json.RawMessage `json:"metadata,omitempty"`     // replaces all
}

// CategoryNode is a category with what lies below it.
type CategoryNode struct {
	Category
	Products CategoryCount  `json:"products"`
	Children []CategoryNode `json:"children,omitempty"` // by position
}

// CategoryCount is how many published products a category has.
type CategoryCount struct {
	Direct int64 `json:"direct"`
	Total  int64 `json:"total"` // with the categories below; each product once
}

// ProductCategory says that a product is in a category.
type ProductCategory struct {
	ProductID  core.ProductID
	CategoryID core.CategoryID
	Position   int // in the category; Unplaced is behind all
}

// OrgTarget is a category or collection that a slug leads to.
type OrgTarget struct {
	ID      string
	Locale  string // "" is the default
	Current bool   // false: an earlier slug, which redirects
}

// OrgStore keeps how the catalog is organised.
type OrgStore interface {
	CategoryStore
	CollectionStore
	ImageStore
}

// CategoryStore keeps the category tree.
type CategoryStore interface {
	// LockTree makes others that change the tree's shape wait until the
	// transaction ends. What is read after it is the newest.
	LockTree(ctx context.Context) error
	InsertCategory(ctx context.Context, c Category) error
	// UpdateCategory writes everything but the place in the tree if the version
	// is still seen.
	UpdateCategory(ctx context.Context, c Category, seen int64) error
	// MoveCategory puts a category, as it was read, with all below it under
	// another path, which ends with the category, and counts its version on.
	MoveCategory(ctx context.Context, c Category, path []core.CategoryID, at time.Time) error
	// PlaceCategories sets the positions of categories: 1, 2, 3 and so on.
	PlaceCategories(ctx context.Context, ids []core.CategoryID) error
	// DeleteCategory deletes one without children, its slugs, and its products'
	// being in it.
	DeleteCategory(ctx context.Context, id core.CategoryID) error
	// Categories returns all, by depth, position and ID.
	Categories(ctx context.Context) ([]Category, error)
	CategoriesByID(ctx context.Context, ids []core.CategoryID) ([]Category, error) // by depth and ID; missing ones are left out
	Children(ctx context.Context, parent core.CategoryID) ([]Category, error)      // by position and ID; "" gives the top
	// Subtree returns the category itself and all below it, by depth and ID.
	Subtree(ctx context.Context, c Category) ([]Category, error)
	// CategoryCounts counts the products published at a time.
	CategoryCounts(ctx context.Context, at time.Time) (map[core.CategoryID]CategoryCount, error)

	// InsertProductCategories puts products into categories; what is there stays.
	InsertProductCategories(ctx context.Context, rows []ProductCategory) error
	// SetProductCategories makes a product be in these categories and no
	// others. It keeps its position where it stays. An unknown category is a
	// KindInvalid error.
	SetProductCategories(ctx context.Context, id core.ProductID, categories []core.CategoryID) error
	// RemoveFromCategory takes products out.
	RemoveFromCategory(ctx context.Context, id core.CategoryID, products []core.ProductID) error
	// PlaceInCategory gives the products the positions 1, 2, 3 and so on and
	// makes the others of the category Unplaced.
	PlaceInCategory(ctx context.Context, id core.CategoryID, products []core.ProductID) error
	// CategoryProducts returns up to limit IDs after the given one of products
	// directly in a category, ascending.
	CategoryProducts(ctx context.Context, id core.CategoryID, after core.ProductID, limit int) ([]core.ProductID, error)

	// CategorySlugs returns which of the slugs are in use in a locale, also
	// those that redirect.
	CategorySlugs(ctx context.Context, locale string, slugs []string) (map[string]core.CategoryID, error)
	// SetCategorySlug makes a slug the current one; see ProductStore.SetSlug.
	SetCategorySlug(ctx context.Context, id core.CategoryID, locale, slug string) error
	CategorySlugTargets(ctx context.Context, slug string) ([]OrgTarget, error)
}

// DepthError says that a category would lie deeper than MaxDepth.
type DepthError struct {
	ID    core.CategoryID
	Depth int // of the deepest one moved
}

func (e *DepthError) Error() string {
	return fmt.Sprintf("the tree would be %d levels deep, more than %d", e.Depth, MaxDepth)
}

// ErrorKind implements core.Classified.
func (e *DepthError) ErrorKind() core.Kind { return core.KindConflict }

// ErrorCode implements core.Classified.
func (e *DepthError) ErrorCode() string { return "category_too_deep" }

// CycleError says that a category would lie below itself.
type CycleError struct{ ID, ParentID core.CategoryID }

func (e *CycleError) Error() string {
	return fmt.Sprintf("category %q cannot be put below %q, which is part of it", e.ID, e.ParentID)
}

// ErrorKind implements core.Classified.
func (e *CycleError) ErrorKind() core.Kind { return core.KindConflict }

// ErrorCode implements core.Classified.
func (e *CycleError) ErrorCode() string { return "category_cycle" }

// SlugMovedError says that a slug is not the one to use for a category or
// collection in the locale asked for. Answer with a permanent redirect.
type SlugMovedError struct {
	ID   string
	Slug string // the current one
}

func (e *SlugMovedError) Error() string { return fmt.Sprintf("moved to %q", e.Slug) }

// ErrorKind implements core.Classified.
func (e *SlugMovedError) ErrorKind() core.Kind { return core.KindNotFound }

// ErrorCode implements core.Classified.
func (e *SlugMovedError) ErrorCode() string { return "moved" }

// ErrorDetails implements core.Detailed.
func (e *SlugMovedError) ErrorDetails() map[string]any {
	return map[string]any{"slug": e.Slug, "id": e.ID}
}

// Tree builds the tree out of categories in any order: by position, then ID.
// Without hidden, hidden categories and all below them are left out.
func Tree(categories []Category, counts map[core.CategoryID]CategoryCount, hidden bool) []CategoryNode {
	below := map[core.CategoryID][]Category{}
	for _, c := range categories {
		below[c.ParentID] = append(below[c.ParentID], c)
	}
	var build func(parent core.CategoryID) []CategoryNode
	build = func(parent core.CategoryID) []CategoryNode {
		var out []CategoryNode
		children := below[parent]
		slices.SortFunc(children, byPosition)
		for _, c := range children {
			if !c.Hidden || hidden {
				out = append(out, CategoryNode{Category: c, Products: counts[c.ID], Children: build(c.ID)})
			}
		}
		return out
	}
	return build("")
}
