package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// VariantUpdate changes what is not nil.
type VariantUpdate struct {
	// IfVersion refuses the change with a core.StaleError when the variant has
	// another version by now; 0 changes whatever is the newest.
	IfVersion   int64                      `json:"-"`
	SKU         *string                    `json:"sku,omitempty"`
	Barcode     *string                    `json:"barcode,omitempty"`
	Title       *string                    `json:"title,omitempty"`   // "" gives the option values
	Options     map[string]string          `json:"options,omitempty"` // those given change
	StockItemID *core.StockItemID          `json:"stock_item_id,omitempty"`
	WeightGrams *int64                     `json:"weight_grams,omitempty"`
	Dimensions  *Dimensions                `json:"dimensions,omitempty"`
	Prices      *[]Price                   `json:"prices,omitempty"` // replaces all
	Images      *[]core.ImageID            `json:"image_ids,omitempty"`
	Position    *int                       `json:"position,omitempty"`
	Inactive    *bool                      `json:"inactive,omitempty"`
	Metadata    map[string]json.RawMessage `json:"metadata,omitempty"` // sets keys; null removes one
}

func (u *VariantUpdate) apply(v *Variant, options []Option) {
	give := func(dst, src *string) {
		if src != nil {
			*dst = *src
		}
	}
	generated := v.Title == variantTitle(options, v.Options)
	give(&v.SKU, u.SKU)
	give(&v.Barcode, u.Barcode)
	if len(u.Options) > 0 {
		v.Options = maps.Clone(v.Options)
		if v.Options == nil {
			v.Options = map[string]string{}
		}
		maps.Copy(v.Options, u.Options)
		if generated {
			v.Title = ""
		}
	}
	give(&v.Title, u.Title)
	if u.StockItemID != nil {
		v.StockItemID = *u.StockItemID
	}
	if u.WeightGrams != nil {
		v.WeightGrams = *u.WeightGrams
	}
	if u.Dimensions != nil {
		v.Dimensions = *u.Dimensions
	}
	if u.Prices != nil {
		v.Prices = *u.Prices
	}
	if u.Images != nil {
		v.Images = *u.Images
	}
	if u.Position != nil {
		v.Position = *u.Position
	}
	if u.Inactive != nil {
		v.Inactive = *u.Inactive
	}
	if len(u.Metadata) > 0 {
		v.Metadata = mergeMetadata(v.Metadata, u.Metadata)
	}
}

// UpdateVariant changes one variant and returns it; the product's others are
// not written.
func (s *Service) UpdateVariant(ctx context.Context, id core.VariantID, u VariantUpdate) (out Variant, err error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return Variant{}, err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		at := s.now()
		p, err := tx.Catalog().LockProductOf(ctx, id, at)
		if err != nil {
			return err
		}
		return s.editVariants(ctx, tx, &p, at, func(all []Variant, taken map[string]core.VariantID) ([]Variant, error) {
			i := slices.IndexFunc(all, func(v Variant) bool { return v.ID == id })
			if i < 0 {
				return nil, core.NotFound("variant", id)
			}
			out = all[i]
			if u.IfVersion != 0 && u.IfVersion != out.Version {
				return nil, core.Stale("variant", id, u.IfVersion, out.Version)
			}
			u.apply(&out, p.Options)
			out.normalize(p.Options)
			out.UpdatedAt = at
			var vs core.Violations
			out.check(&vs, "", p.Options)
			if other, there := taken[out.OptionKey()]; there && other != id {
				vs.Check(false, "options", "the variant %s has the same combination", other)
			}
			known, err := s.knownPrices(ctx, tx.Catalog(), u.Prices)
			if err != nil {
				return nil, err
			}
			if u.Prices != nil {
				known.checkPrices(&vs, "prices", out.Prices)
			}
			if err := vs.Err(); err != nil {
				return nil, err
			}
			changed := []Variant{out}
			if err := tx.Catalog().UpdateVariants(ctx, changed); err != nil {
				return nil, err
			}
			out = changed[0]
			return changed, tx.Catalog().AppendPriceHistory(ctx, priceDiff(ctx, s.cfg.IDs, out, all[i].Prices, at))
		})
	})
	return out, err
}

func (s *Service) knownPrices(ctx context.Context, st Store, prices *[]Price) (known, error) {
	if prices == nil {
		return known{}, nil
	}
	return s.known(ctx, st, []Product{{Variants: []Variant{{Prices: *prices}}}})
}

// editVariants runs an edit of a locked product's variants and brings up to
// date what lists know of them. edit gets all variants by position and who has
// which combination, writes, and returns those it wrote as they are now.
func (s *Service) editVariants(ctx context.Context, tx Tx, p *Product, at time.Time, edit func(all []Variant, taken map[string]core.VariantID) ([]Variant, error)) error {
	all, err := tx.Catalog().VariantsOf(ctx, []core.ProductID{p.ID})
	if err != nil {
		return err
	}
	taken := make(map[string]core.VariantID, len(all))
	for i := range all {
		taken[all[i].OptionKey()] = all[i].ID
	}
	written, err := edit(all, taken)
	if err != nil {
		return err
	}
	ids := make([]core.VariantID, len(written))
	for i, v := range written {
		ids[i] = v.ID
	}
	if err := tx.Catalog().SetOffer(ctx, OfferOf(p.ID, all), OfferOf(p.ID, replace(all, written))); err != nil {
		return err
	}
	return s.changed(ctx, tx, EventProductUpdated, ProductEvent{ProductID: p.ID, Slug: p.Slug, Changed: []string{"variants"}, Variants: ids})
}

// replace returns all with those written in place of what they were, by
// position.
func replace(all, written []Variant) []Variant {
	by := make(map[core.VariantID]Variant, len(written))
	for _, v := range written {
		by[v.ID] = v
	}
	out := make([]Variant, 0, len(all)+len(written))
	for _, v := range all {
		if w, ok := by[v.ID]; ok {
			v = w
			delete(by, v.ID)
		}
		out = append(out, v)
	}
	for _, v := range written {
		if _, added := by[v.ID]; added {
			out = append(out, v)
		}
	}
	sortVariants(out)
	return out
}

func sortVariants(vs []Variant) {
	slices.SortFunc(vs, func(a, b Variant) int {
		if a.Position != b.Position {
			return a.Position - b.Position
		}
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
}

// AddVariants adds variants to a product, behind those it has unless they name
// a position, and returns them.
func (s *Service) AddVariants(ctx context.Context, id core.ProductID, vs []Variant) (out []Variant, err error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return nil, err
	}
	if len(vs) == 0 {
		return nil, nil
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		at := s.now()
		p, err := tx.Catalog().LockProduct(ctx, id, 0, at)
		if err != nil {
			return err
		}
		return s.editVariants(ctx, tx, &p, at, func(all []Variant, taken map[string]core.VariantID) ([]Variant, error) {
			out = slices.Clone(vs)
			last := 0
			for _, v := range all {
				last = max(last, v.Position)
			}
			skus := map[string]string{}
			var history []PriceEntry
			for i := range out {
				s.prepareVariant(&out[i], &p, at)
				if out[i].Position == 0 {
					last++
					out[i].Position = last
				}
				skus[out[i].SKU] = fmt.Sprintf("variants[%d].sku", i)
				history = append(history, priceDiff(ctx, s.cfg.IDs, out[i], nil, at)...)
			}
			var v core.Violations
			v.Check(len(all)+len(out) <= MaxVariants, "variants", "a product has at most %d", MaxVariants)
			checkVariants(&v, "variants", out, p.Options, taken)
			known, err := s.known(ctx, tx.Catalog(), []Product{{Variants: out}})
			if err != nil {
				return nil, err
			}
			known.check(&v, "", &Product{Variants: out})
			if err := v.Err(); err != nil {
				return nil, err
			}
			if err := checkSKUs(ctx, tx.Catalog(), skus); err != nil {
				return nil, err
			}
			made := []Product{{Kind: p.Kind, Variants: out}}
			if err := s.items(ctx, tx, made); err != nil {
				return nil, err
			}
			if err := tx.Catalog().InsertVariants(ctx, out); err != nil {
				return nil, err
			}
			return out, tx.Catalog().AppendPriceHistory(ctx, history)
		})
	})
	return out, err
}

// RemoveVariants takes variants from a product. Their price history stays.
func (s *Service) RemoveVariants(ctx context.Context, id core.ProductID, ids ...core.VariantID) error {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error {
		st := tx.Catalog()
		p, err := st.LockProduct(ctx, id, 0, s.now())
		if err != nil {
			return err
		}
		all, err := st.VariantsOf(ctx, []core.ProductID{id})
		if err != nil {
			return err
		}
		left := slices.DeleteFunc(slices.Clone(all), func(v Variant) bool { return slices.Contains(ids, v.ID) })
		for _, gone := range ids {
			if !slices.ContainsFunc(all, func(v Variant) bool { return v.ID == gone }) {
				return core.NotFound("variant", gone)
			}
		}
		if err := st.DeleteVariants(ctx, ids); err != nil {
			return err
		}
		if err := st.SetOffer(ctx, OfferOf(id, all), OfferOf(id, left)); err != nil {
			return err
		}
		return s.changed(ctx, tx, EventProductUpdated, ProductEvent{ProductID: id, Slug: p.Slug, Changed: []string{"variants"}, Variants: ids})
	})
}
