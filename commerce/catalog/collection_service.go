package catalog

import (
	"cmp"
	"context"
	"maps"
	"reflect"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// The types of event about collections, with CollectionEvent as data. Products
// that come and go because they were edited are told of as product.updated.
const (
	EventCollectionCreated = "collection.created"
	EventCollectionUpdated = "collection.updated"
	EventCollectionDeleted = "collection.deleted"
)

// CollectionEvent is the data of events about collections.
type CollectionEvent struct {
	CollectionID core.CollectionID `json:"collection_id"`
	Slug         string            `json:"slug,omitempty"`
}

func (c *Collection) validate() error {
	var v core.Violations
	checkOrg(&v, c.texts(), c.Description, c.SEO)
	checkMetadata(&v, "metadata", c.Metadata)
	if c.Rule != nil {
		c.Rule.validate(&v, "rule")
	}
	return v.Err()
}

// normalize takes an empty rule away.
func (c *Collection) normalize() {
	if c.Rule != nil && len(c.Rule.Conditions) == 0 {
		c.Rule = nil
	}
}

// newRules says that the set of rules is another from now on.
func (s *Service) newRules(ctx context.Context, tx Tx) error {
	return tx.Catalog().SetRuleToken(ctx, s.cfg.IDs.New("rules"))
}

// CreateCollection adds a collection. With a rule, it has the products that
// match when this returns; should that be cut short (ctx), RefreshCollections
// finishes it. ID, version and times are set here. Needs PermCatalogWrite.
func (s *Service) CreateCollection(ctx context.Context, c Collection) (Collection, error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return Collection{}, err
	}
	c.normalize()
	if err := c.validate(); err != nil {
		return Collection{}, err
	}
	c.ID = core.NewID[core.CollectionID](s.cfg.IDs, core.PrefixCollection)
	var out Collection
	err := s.db.Update(ctx, func(tx Tx) error {
		st := tx.Catalog()
		n := c
		n.Version, n.CreatedAt = 1, s.now()
		n.UpdatedAt = n.CreatedAt
		n.Translations = maps.Clone(c.Translations)
		if n.Rule != nil {
			n.DueAt = n.CreatedAt
			if err := s.newRules(ctx, tx); err != nil {
				return err
			}
		}
		if err := fillOrgSlugs(ctx, n.ID, n.texts(), nil, st.CollectionSlugs); err != nil {
			return err
		}
		if err := st.InsertCollection(ctx, n); err != nil {
			return err
		}
		if err := writeOrgSlugs(ctx, n.ID, orgTexts{}, n.texts(), st.SetCollectionSlug); err != nil {
			return err
		}
		out = n
		return s.event(ctx, tx, EventCollectionCreated, string(n.ID), CollectionEvent{n.ID, n.Slug})
	})
	if err != nil {
		return Collection{}, err
	}
	return s.swept(ctx, out), nil
}

// swept sweeps a collection that is due and returns it with what is due then.
func (s *Service) swept(ctx context.Context, c Collection) Collection {
	if c.DueAt.IsZero() || c.DueAt.After(s.now()) {
		return c
	}
	s.sweep(ctx, []core.CollectionID{c.ID})
	if again, err := s.collection(ctx, c.ID); err == nil {
		c.DueAt = again.DueAt
	}
	return c
}

// UpdateCollection changes a collection if its version is still seen; 0 is any. A new
// rule is applied to all products before this returns, as for
// CreateCollection. Needs PermCatalogWrite.
func (s *Service) UpdateCollection(ctx context.Context, id core.CollectionID, seen int64, u CollectionUpdate) (Collection, error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return Collection{}, err
	}
	var out Collection
	err := s.db.Update(ctx, func(tx Tx) error {
		st := tx.Catalog()
		before, err := collection(ctx, st, id)
		if err != nil {
			return err
		}
		was := cmp.Or(seen, before.Version)
		if before.Version != was {
			return core.Stale("collection", id, was, before.Version)
		}
		c := before
		assign(&c.Slug, u.Slug)
		assign(&c.Title, u.Title)
		assign(&c.Description, u.Description)
		assign(&c.Hidden, u.Hidden)
		assign(&c.SEO, u.SEO)
		assign(&c.Translations, u.Translations)
		assign(&c.Metadata, u.Metadata)
		if u.Rule != nil {
			c.Rule = u.Rule
		}
		c.Translations = maps.Clone(c.Translations)
		c.normalize()
		if err := c.validate(); err != nil {
			return err
		}
		other := !reflect.DeepEqual(before.Rule, c.Rule)
		c.UpdatedAt = s.now()
		if other {
			if err := s.newRules(ctx, tx); err != nil {
				return err
			}
			c.DueAt = c.UpdatedAt
		}
		if err := fillOrgSlugs(ctx, id, c.texts(), before.Translations, st.CollectionSlugs); err != nil {
			return err
		}
		if err := st.UpdateCollection(ctx, c, was); err != nil {
			return err
		}
		c.Version++
		if other {
			if err := st.RestartSweeps(ctx, []core.CollectionID{id}, c.DueAt); err != nil {
				return err
			}
		}
		if err := writeOrgSlugs(ctx, id, before.texts(), c.texts(), st.SetCollectionSlug); err != nil {
			return err
		}
		out = c
		return s.event(ctx, tx, EventCollectionUpdated, string(id), CollectionEvent{id, c.Slug})
	})
	if err != nil {
		return Collection{}, err
	}
	return s.swept(ctx, out), nil
}

// DeleteCollection deletes a collection; its products stay. Needs
// PermCatalogWrite.
func (s *Service) DeleteCollection(ctx context.Context, id core.CollectionID) error {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error {
		c, err := collection(ctx, tx.Catalog(), id)
		if err != nil {
			return err
		}
		if c.Rule != nil {
			if err := s.newRules(ctx, tx); err != nil {
				return err
			}
		}
		if err := tx.Catalog().DeleteCollection(ctx, id); err != nil {
			return err
		}
		return s.event(ctx, tx, EventCollectionDeleted, string(id), CollectionEvent{id, c.Slug})
	})
}

func collection(ctx context.Context, st Store, id core.CollectionID) (Collection, error) {
	if !core.ValidID(string(id), core.PrefixCollection) {
		return Collection{}, core.NotFound("collection", id)
	}
	found, err := st.Collections(ctx, []core.CollectionID{id})
	if err == nil && len(found) == 0 {
		err = core.NotFound("collection", id)
	}
	if err != nil {
		return Collection{}, err
	}
	return found[0], nil
}

func (s *Service) collection(ctx context.Context, id core.CollectionID) (c Collection, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		c, err = collection(ctx, tx.Catalog(), id)
		return err
	})
	return c, err
}

// Collection returns a collection. A hidden one is KindNotFound without
// PermCatalogRead.
func (s *Service) Collection(ctx context.Context, id core.CollectionID) (Collection, error) {
	c, err := s.collection(ctx, id)
	if err == nil && c.Hidden && !sees(ctx) {
		err = core.NotFound("collection", id)
	}
	if err != nil {
		return Collection{}, err
	}
	return c, nil
}

// CollectionBySlug returns the collection of a slug, for a reader of a locale
// ("" is the default). A slug that is not the one for that locale is a
// *SlugMovedError.
func (s *Service) CollectionBySlug(ctx context.Context, slug, locale string) (Collection, error) {
	var target OrgTarget
	err := s.db.View(ctx, func(tx Tx) error {
		targets, err := tx.Catalog().CollectionSlugTargets(ctx, slug)
		if err != nil {
			return err
		}
		found := false
		if target, found = resolve(targets, locale); !found {
			return core.NotFound("collection", slug)
		}
		return nil
	})
	if err != nil {
		return Collection{}, err
	}
	c, err := s.Collection(ctx, core.CollectionID(target.ID))
	if err != nil {
		return Collection{}, err
	}
	if now := c.Localize(locale).Slug; now != slug {
		return Collection{}, &SlugMovedError{ID: target.ID, Slug: now}
	}
	return c, nil
}

// Collections returns a page of collections by title. Hidden ones are there
// with PermCatalogRead only.
func (s *Service) Collections(ctx context.Context, q CollectionQuery, page core.PageQuery) (out core.Page[Collection], err error) {
	q.Hidden = q.Hidden && sees(ctx)
	if !core.ValidText(q.Query) {
		return out, core.Invalid("query", "must be valid UTF-8 without NUL")
	}
	err = s.db.View(ctx, func(tx Tx) error {
		out, err = tx.Catalog().ListCollections(ctx, q, page)
		return err
	})
	return out, err
}

// CollectionSizes counts the products of collections, whatever their status.
func (s *Service) CollectionSizes(ctx context.Context, ids []core.CollectionID) (out map[core.CollectionID]int64, err error) {
	if len(ids) > core.MaxPageSize {
		return nil, core.Invalid("ids", "at most %d at a time", core.MaxPageSize)
	}
	err = s.db.View(ctx, func(tx Tx) error {
		out, err = tx.Catalog().CollectionSizes(ctx, ids)
		return err
	})
	return out, err
}

// AddToCollection puts products into a collection by hand: they stay whatever
// its rule says. Needs PermCatalogWrite.
func (s *Service) AddToCollection(ctx context.Context, id core.CollectionID, products ...core.ProductID) error {
	return s.inCollection(ctx, id, products, true, func(tx Tx) error {
		return tx.Catalog().PutMembers(ctx, membersOf(id, products))
	})
}

// RemoveFromCollection takes products out of a collection; those that match
// its rule come back by it. Needs PermCatalogWrite.
func (s *Service) RemoveFromCollection(ctx context.Context, id core.CollectionID, products ...core.ProductID) error {
	return s.inCollection(ctx, id, products, true, func(tx Tx) error {
		return tx.Catalog().RemoveMembers(ctx, membersOf(id, products), false)
	})
}

// ArrangeCollection puts members of a collection in order; those not named
// come behind them. Needs PermCatalogWrite.
func (s *Service) ArrangeCollection(ctx context.Context, id core.CollectionID, products ...core.ProductID) error {
	return s.inCollection(ctx, id, products, false, func(tx Tx) error {
		return tx.Catalog().PlaceInCollection(ctx, id, products)
	})
}

func membersOf(id core.CollectionID, products []core.ProductID) []Member {
	out := make([]Member, len(products))
	for i, p := range products {
		out[i] = Member{CollectionID: id, ProductID: p, Position: Unplaced}
	}
	return out
}

func (s *Service) inCollection(ctx context.Context, id core.CollectionID, products []core.ProductID, touches bool, do func(tx Tx) error) error {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return err
	}
	if err := checkPlaced(products); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error {
		c, err := collection(ctx, tx.Catalog(), id)
		if err != nil {
			return err
		}
		if err := do(tx); err != nil {
			return err
		}
		if touches {
			if err := s.touched(ctx, tx, products, "collection_ids"); err != nil {
				return err
			}
		}
		return s.event(ctx, tx, EventCollectionUpdated, string(id), CollectionEvent{id, c.Slug})
	})
}
