package catalog

import (
	"context"
	"maps"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// AttributeUpdate changes what is not nil. Code and type stay for ever.
type AttributeUpdate struct {
	IfVersion  int64              `json:"-"` // 0 changes whatever is the newest
	Name       *string            `json:"name,omitempty"`
	Names      map[string]string  `json:"names,omitempty"` // sets locales; "" removes one
	Unit       *string            `json:"unit,omitempty"`
	Values     *[]AttributeChoice `json:"values,omitempty"` // replaces all; one that products have must stay
	Multiple   *bool              `json:"multiple,omitempty"`
	Filterable *bool              `json:"filterable,omitempty"`
	Position   *int               `json:"position,omitempty"`
}

// CreateAttribute defines an attribute.
func (s *Service) CreateAttribute(ctx context.Context, a Attribute) (Attribute, error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return Attribute{}, err
	}
	at := s.now()
	a.Version, a.CreatedAt, a.UpdatedAt = 1, at, at
	a.Values = slices.Clone(a.Values)
	a.normalize()
	if err := a.validate(); err != nil {
		return Attribute{}, err
	}
	err := s.db.Update(ctx, func(tx Tx) error {
		if err := tx.Catalog().InsertAttribute(ctx, a); err != nil {
			return err
		}
		return s.event(ctx, tx, "attribute.created", "attribute:"+a.Code, map[string]any{"code": a.Code})
	})
	return a, err
}

// UpdateAttribute changes a definition. A value that products have cannot go.
func (s *Service) UpdateAttribute(ctx context.Context, code string, u AttributeUpdate) (a Attribute, err error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return Attribute{}, err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		if a, err = s.attribute(ctx, tx.Catalog(), code); err != nil {
			return err
		}
		seen := a.Version
		if u.IfVersion != 0 && u.IfVersion != seen {
			return core.Stale("attribute", code, u.IfVersion, seen)
		}
		u.apply(&a)
		a.UpdatedAt = s.now()
		a.normalize()
		if err := a.validate(); err != nil {
			return err
		}
		if u.Values != nil {
			used, err := tx.Catalog().AttributeUse(ctx, code)
			if err != nil {
				return err
			}
			for _, value := range sortedKeys(used) {
				if !slices.ContainsFunc(a.Values, func(c AttributeChoice) bool { return c.Code == value }) {
					return core.Errorf(core.KindConflict, "attribute_value_in_use", "%d products have the value %q", used[value], value)
				}
			}
		}
		if err := tx.Catalog().UpdateAttribute(ctx, a, seen); err != nil {
			return err
		}
		a.Version = seen + 1
		return s.event(ctx, tx, "attribute.updated", "attribute:"+code, map[string]any{"code": code})
	})
	return a, err
}

func (u *AttributeUpdate) apply(a *Attribute) {
	if u.Name != nil {
		a.Name = *u.Name
	}
	if len(u.Names) > 0 {
		a.Names = maps.Clone(a.Names)
		if a.Names == nil {
			a.Names = map[string]string{}
		}
		for l, n := range u.Names {
			if n == "" {
				delete(a.Names, l)
			} else {
				a.Names[l] = n
			}
		}
	}
	if u.Unit != nil {
		a.Unit = *u.Unit
	}
	if u.Values != nil {
		a.Values = slices.Clone(*u.Values)
	}
	if u.Multiple != nil {
		a.Multiple = *u.Multiple
	}
	if u.Filterable != nil {
		a.Filterable = *u.Filterable
	}
	if u.Position != nil {
		a.Position = *u.Position
	}
}

func (s *Service) attribute(ctx context.Context, st Store, code string) (Attribute, error) {
	all, err := st.Attributes(ctx, code)
	if err == nil && len(all) == 0 {
		err = core.NotFound("attribute", code)
	}
	if err != nil {
		return Attribute{}, err
	}
	return all[0], nil
}

// DeleteAttribute deletes a definition that no product uses.
func (s *Service) DeleteAttribute(ctx context.Context, code string) error {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error {
		if err := tx.Catalog().DeleteAttribute(ctx, code); err != nil {
			return err
		}
		return s.event(ctx, tx, "attribute.deleted", "attribute:"+code, map[string]any{"code": code})
	})
}

// Attribute returns a definition.
func (s *Service) Attribute(ctx context.Context, code string) (a Attribute, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		a, err = s.attribute(ctx, tx.Catalog(), code)
		return err
	})
	return a, err
}

// Attributes returns all definitions by position, then code.
func (s *Service) Attributes(ctx context.Context) (out []Attribute, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		out, err = tx.Catalog().Attributes(ctx)
		return err
	})
	slices.SortStableFunc(out, func(a, b Attribute) int { return a.Position - b.Position })
	return out, err
}
