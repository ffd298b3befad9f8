package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// reshape makes a product's variants fit options that changed; p has the new
// ones.
func (s *Service) reshape(ctx context.Context, st Store, before []Option, p *Product, at time.Time) error {
	all, err := st.VariantsOf(ctx, []core.ProductID{p.ID})
	if err != nil {
		return err
	}
	var changed []Variant
	seen := map[string]core.VariantID{}
	for _, v := range all {
		options := map[string]string{}
		for _, o := range p.Options {
			value, ok := v.Options[o.Name]
			if !ok {
				value = o.Values[0]
			}
			if !slices.Contains(o.Values, value) {
				return core.Errorf(core.KindConflict, "option_in_use", "the variant %s has the value %q of the option %q: remove it first", v.SKU, value, o.Name)
			}
			options[o.Name] = value
		}
		title := variantTitle(p.Options, options)
		generated := v.Title == variantTitle(before, v.Options)
		same := maps.Equal(options, v.Options) && (!generated || v.Title == title)
		v.Options, v.UpdatedAt = options, at
		if generated {
			v.Title = title
		}
		if other, twice := seen[v.OptionKey()]; twice {
			return core.Errorf(core.KindConflict, "option_in_use", "the variants %s and %s would have the same combination: remove one first", other, v.ID)
		}
		seen[v.OptionKey()] = v.ID
		if !same {
			changed = append(changed, v)
		}
	}
	return st.UpdateVariants(ctx, changed)
}

// RenameOption renames an option of a product, or with a value one of its
// values, in the product, its variants and its translations.
func (s *Service) RenameOption(ctx context.Context, id core.ProductID, option, value, name string) (p Product, err error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return Product{}, err
	}
	name = strings.TrimSpace(name)
	err = s.db.Update(ctx, func(tx Tx) error {
		at, st := s.now(), tx.Catalog()
		if p, err = st.LockProduct(ctx, id, 0, at); err != nil {
			return err
		}
		before := slices.Clone(p.Options)
		if err := p.rename(option, value, name); err != nil {
			return err
		}
		all, err := st.VariantsOf(ctx, []core.ProductID{id})
		if err != nil {
			return err
		}
		var changed []Variant
		for _, v := range all {
			chosen := v.Options[option]
			if value != "" && chosen != value {
				continue
			}
			generated := v.Title == variantTitle(before, v.Options)
			if value == "" {
				delete(v.Options, option)
				v.Options[name] = chosen
			} else {
				v.Options[option] = name
			}
			if generated {
				v.Title = variantTitle(p.Options, v.Options)
			}
			v.UpdatedAt = at
			changed = append(changed, v)
		}
		if err := st.UpdateProduct(ctx, p); err != nil {
			return err
		}
		if err := st.UpdateVariants(ctx, changed); err != nil {
			return err
		}
		return s.changed(ctx, tx, EventProductUpdated, ProductEvent{ProductID: id, Slug: p.Slug, Changed: []string{"options", "variants"}})
	})
	return p, err
}

func (p *Product) rename(option, value, name string) error {
	i := slices.IndexFunc(p.Options, func(o Option) bool { return o.Name == option })
	if i < 0 {
		return core.NotFound("option", option)
	}
	if value == "" {
		p.Options[i].Name = name
	} else {
		j := slices.Index(p.Options[i].Values, value)
		if j < 0 {
			return core.NotFound("option_value", value)
		}
		p.Options[i].Values[j] = name
	}
	for l, t := range p.Translations {
		words, ok := t.Options[option]
		if !ok {
			continue
		}
		switch translated, has := words.Values[value]; {
		case value == "":
			delete(t.Options, option)
			t.Options[name] = words
		case has:
			delete(words.Values, value)
			words.Values[name] = translated
		}
		p.Translations[l] = t
	}
	var v core.Violations
	checkOptions(&v, "options", p.Options)
	return v.Err()
}
