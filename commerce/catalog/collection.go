package catalog

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Collection is a named set of products: "Summer", "Under 50". Products are
// put in by hand and, when the collection has a rule, by matching it.
type Collection struct {
	ID           core.CollectionID          `json:"id"`
	Slug         string                     `json:"slug"` // unique; made from the title when left empty
	Title        string                     `json:"title"`
	Description  string                     `json:"description,omitempty"`
	Hidden       bool                       `json:"hidden"`         // from shoppers
	Rule         *Rule                      `json:"rule,omitempty"` // nil: by hand only
	SEO          SEO                        `json:"seo,omitzero"`
	Translations map[string]Translation     `json:"translations,omitempty"` // title, description, slug and SEO, by locale
	Metadata     map[string]json.RawMessage `json:"metadata,omitempty"`
	// DueAt is when the products will be matched with the rule once more; it is
	// in the past while a new rule is still being worked off, and zero when
	// there is nothing to do: edits of products are matched at once.
	DueAt     time.Time `json:"due_at,omitzero"`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Localize returns the collection with its texts in a locale, each falling
// back on its own.
func (c Collection) Localize(locale string) Collection {
	c.Title = text(c.Translations, locale, c.Title, func(t Translation) string { return t.Title })
	c.Description = text(c.Translations, locale, c.Description, func(t Translation) string { return t.Description })
	c.Slug = text(c.Translations, locale, c.Slug, func(t Translation) string { return t.Slug })
	c.SEO.Title = text(c.Translations, locale, c.SEO.Title, func(t Translation) string { return t.SEO.Title })
	c.SEO.Description = text(c.Translations, locale, c.SEO.Description, func(t Translation) string { return t.SEO.Description })
	return c
}

// CollectionUpdate changes what is not nil.
type CollectionUpdate struct {
	Slug         *string                     `json:"slug,omitempty"`
	Title        *string                     `json:"title,omitempty"`
	Description  *string                     `json:"description,omitempty"`
	Hidden       *bool                       `json:"hidden,omitempty"`
	Rule         *Rule                       `json:"rule,omitempty"` // one without conditions takes the rule away
	SEO          *SEO                        `json:"seo,omitempty"`
	Translations *map[string]Translation     `json:"translations,omitempty"` // replaces all
	Metadata     *map[string]json.RawMessage `json:"metadata,omitempty"`     // replaces all
}

// CollectionQuery says which collections a list has.
type CollectionQuery struct {
	Query  string // part of the title, ignoring case of a-z
	Hidden bool   // hidden ones, too
}

// Member is a product's being in a collection.
type Member struct {
	CollectionID core.CollectionID `json:"collection_id"`
	ProductID    core.ProductID    `json:"product_id"`
	Position     int               `json:"position"` // Unplaced is behind all
	// ByRule is false for a product somebody put in: it stays whatever the rule
	// says.
	ByRule bool `json:"by_rule"`
}

// CollectionRule is a collection's rule, as products are matched with it.
type CollectionRule struct {
	ID   core.CollectionID
	Rule Rule
}

// Sweep is how far the matching of all products with one collection's rule is.
type Sweep struct {
	Rule  *Rule
	DueAt time.Time
	After core.ProductID // the products up to this one are done
}

// CollectionStore keeps collections and which products they have.
type CollectionStore interface {
	// InsertCollection inserts a collection; a rule's sweep begins with the
	// first product.
	InsertCollection(ctx context.Context, c Collection) error
	// UpdateCollection writes a collection if its version is still seen; DueAt
	// is left alone: see RestartSweeps.
	UpdateCollection(ctx context.Context, c Collection, seen int64) error
	DeleteCollection(ctx context.Context, id core.CollectionID) error
	// Collections returns collections by ID; those not found are missing.
	Collections(ctx context.Context, ids []core.CollectionID) ([]Collection, error)
	ListCollections(ctx context.Context, q CollectionQuery, page core.PageQuery) (core.Page[Collection], error) // by title and ID
	CollectionSlugs(ctx context.Context, locale string, slugs []string) (map[string]core.CollectionID, error)
	SetCollectionSlug(ctx context.Context, id core.CollectionID, locale, slug string) error
	CollectionSlugTargets(ctx context.Context, slug string) ([]OrgTarget, error)

	// Members returns in which collections products are, by product and
	// collection.
	Members(ctx context.Context, products []core.ProductID) ([]Member, error)
	// CollectionMembers returns those of the products that are in a collection.
	CollectionMembers(ctx context.Context, id core.CollectionID, products []core.ProductID) ([]Member, error)
	// PutMembers puts products in; a product that is there already by rule
	// becomes one by hand if the member says so, and keeps its position.
	PutMembers(ctx context.Context, ms []Member) error
	// RemoveMembers takes products out of the collections named; byRule spares
	// those put in by hand.
	RemoveMembers(ctx context.Context, ms []Member, byRule bool) error
	// PlaceInCollection gives members the positions 1, 2, 3 and so on and makes
	// the others Unplaced. IDs that are no members are passed over.
	PlaceInCollection(ctx context.Context, id core.CollectionID, products []core.ProductID) error
	// CollectionSizes counts the members of collections, whatever their status.
	CollectionSizes(ctx context.Context, ids []core.CollectionID) (map[core.CollectionID]int64, error)

	// RuleToken names the present set of rules, "" for none ever, and keeps it
	// from being changed until the transaction ends.
	RuleToken(ctx context.Context) (string, error)
	// SetRuleToken says that the rules are others now. It waits for the
	// transactions that hold the present token.
	SetRuleToken(ctx context.Context, token string) error
	CollectionRules(ctx context.Context) ([]CollectionRule, error) // by ID
	// LockSweep reads how far a collection's sweep is and holds the collection
	// until the transaction ends.
	LockSweep(ctx context.Context, id core.CollectionID) (Sweep, error)
	// SetSweep says how far it is, and when the next is due.
	SetSweep(ctx context.Context, id core.CollectionID, after core.ProductID, due time.Time) error
	// RestartSweeps makes collections due, from the first product.
	RestartSweeps(ctx context.Context, ids []core.CollectionID, due time.Time) error
	// DueCollections returns collections due at a time, longest first.
	DueCollections(ctx context.Context, at time.Time, limit int) ([]core.CollectionID, error)
	// HoldProducts keeps products from being changed or deleted until the
	// transaction ends and returns those that exist, ascending.
	HoldProducts(ctx context.Context, ids []core.ProductID) ([]core.ProductID, error)
}
