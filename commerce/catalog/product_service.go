package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// MaxBatch is how many products or prices one call writes.
const MaxBatch = 1000

// CreateProduct creates a product with its variants, prices and categories. IDs,
// slug and positions are made when left empty; versions and times always are.
func (s *Service) CreateProduct(ctx context.Context, p Product) (Product, error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return Product{}, err
	}
	out, err := s.insert(ctx, []Product{p}, "")
	if err != nil {
		return Product{}, err
	}
	return out[0], nil
}

// ImportProducts creates up to MaxBatch products in one transaction, in few
// statements. All are created or none; errors name the place: "products[3].title".
func (s *Service) ImportProducts(ctx context.Context, ps []Product) ([]Product, error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return nil, err
	}
	if len(ps) > MaxBatch {
		return nil, core.Errorf(core.KindTooLarge, "too_many", "at most %d products at once", MaxBatch)
	}
	if len(ps) == 0 {
		return nil, nil
	}
	return s.insert(ctx, ps, "products")
}

// insert creates products; list names them in errors, "" for a single one.
func (s *Service) insert(ctx context.Context, in []Product, list string) (out []Product, err error) {
	// Two requests may make the same slug of the same title at once: whoever
	// comes second tries the next.
	for range 3 {
		err = s.db.Update(ctx, func(tx Tx) error {
			out = slices.Clone(in)
			return s.insertIn(ctx, tx, out, list)
		})
		if core.CodeOf(err) != "slug_exists" {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Service) insertIn(ctx context.Context, tx Tx, ps []Product, list string) error {
	at := s.now()
	path := func(i int) string {
		if list == "" {
			return ""
		}
		return fmt.Sprintf("%s[%d].", list, i)
	}
	for i := range ps {
		s.prepare(&ps[i], at)
	}
	known, err := s.known(ctx, tx.Catalog(), ps)
	if err != nil {
		return err
	}
	var v core.Violations
	skus := map[string]string{}
	for i := range ps {
		p := &ps[i]
		p.check(&v, path(i), known.attributes)
		v.Check(len(p.Variants) <= MaxVariants, path(i)+"variants", "at most %d are allowed", MaxVariants)
		checkVariants(&v, path(i)+"variants", p.Variants, p.Options, nil)
		known.check(&v, path(i), p)
		for j, x := range p.Variants {
			field := fmt.Sprintf("%svariants[%d].sku", path(i), j)
			if first, twice := skus[x.SKU]; twice && list != "" && x.SKU != "" {
				v.Check(false, field, "%s is the same", first)
			}
			skus[x.SKU] = field
		}
	}
	if err := v.Err(); err != nil {
		return err
	}
	if err := checkSKUs(ctx, tx.Catalog(), skus); err != nil {
		return err
	}
	if err := fillSlugs(ctx, tx.Catalog(), ps, path); err != nil {
		return err
	}
	if err := s.items(ctx, tx, ps); err != nil {
		return err
	}
	if err := tx.Catalog().InsertProducts(ctx, ps); err != nil {
		return err
	}
	var categories []ProductCategory
	var history []PriceEntry
	events := make([]ProductEvent, len(ps))
	for i := range ps {
		for _, c := range ps[i].Categories {
			categories = append(categories, ProductCategory{ProductID: ps[i].ID, CategoryID: c, Position: Unplaced})
		}
		for _, x := range ps[i].Variants {
			history = append(history, priceDiff(ctx, s.cfg.IDs, x, nil, at)...)
		}
		events[i] = ProductEvent{ProductID: ps[i].ID, Slug: ps[i].Slug}
	}
	if err := tx.Catalog().InsertProductCategories(ctx, categories); err != nil {
		return err
	}
	if err := tx.Catalog().AppendPriceHistory(ctx, history); err != nil {
		return err
	}
	return s.changed(ctx, tx, EventProductCreated, events...)
}

// prepare fills in what a new product needs.
func (s *Service) prepare(p *Product, at time.Time) {
	p.normalize()
	if p.ID == "" {
		p.ID = core.NewID[core.ProductID](s.cfg.IDs, core.PrefixProduct)
	}
	if p.Status == StatusActive && p.PublishedAt.IsZero() {
		p.PublishedAt = at
	}
	p.Version, p.CreatedAt, p.UpdatedAt = 1, at, at
	p.Thumbnail, p.Rating = nil, Rating{}
	p.Translations = maps.Clone(p.Translations)
	p.Variants = slices.Clone(p.Variants)
	ordered := slices.ContainsFunc(p.Variants, func(v Variant) bool { return v.Position != 0 })
	for i := range p.Variants {
		s.prepareVariant(&p.Variants[i], p, at)
		if !ordered {
			p.Variants[i].Position = i + 1
		}
	}
	slices.SortStableFunc(p.Variants, func(a, b Variant) int { return a.Position - b.Position })
}

func (s *Service) prepareVariant(v *Variant, p *Product, at time.Time) {
	v.normalize(p.Options)
	if v.ID == "" {
		v.ID = core.NewID[core.VariantID](s.cfg.IDs, core.PrefixVariant)
	}
	v.ProductID, v.Version, v.CreatedAt, v.UpdatedAt = p.ID, 1, at, at
}

// items lets the shop make what is counted for new variants. Only physical
// goods are counted; what is digital or a service never runs out.
func (s *Service) items(ctx context.Context, tx Tx, ps []Product) error {
	if s.cfg.Items == nil {
		return nil
	}
	var all []Variant
	for i := range ps {
		if ps[i].Kind == KindPhysical {
			all = append(all, ps[i].Variants...)
		}
	}
	if len(all) == 0 {
		return nil
	}
	if err := s.cfg.Items(ctx, tx, all); err != nil {
		return err
	}
	n := 0
	for i := range ps {
		if ps[i].Kind != KindPhysical {
			continue
		}
		for j := range ps[i].Variants {
			ps[i].Variants[j].StockItemID = all[n].StockItemID
			n++
		}
	}
	return nil
}

// known is what products refer to and what of it exists.
type known struct {
	attributes map[string]Attribute
	channels   map[core.ChannelID]bool
	categories map[core.CategoryID]bool
}

// known reads it, in one statement for each sort of thing that is referred to.
func (s *Service) known(ctx context.Context, st Store, ps []Product) (k known, err error) {
	var codes []string
	var categories []core.CategoryID
	channels := false
	for i := range ps {
		for _, a := range ps[i].Attributes {
			codes = append(codes, a.Code)
		}
		categories = append(categories, ps[i].Categories...)
		channels = channels || len(ps[i].Channels) > 0
		for _, v := range ps[i].Variants {
			channels = channels || hasChannel(v.Prices)
		}
	}
	k = known{attributes: map[string]Attribute{}, channels: map[core.ChannelID]bool{}, categories: map[core.CategoryID]bool{}}
	if len(codes) > 0 {
		all, err := st.Attributes(ctx)
		if err != nil {
			return k, err
		}
		for _, a := range all {
			k.attributes[a.Code] = a
		}
	}
	if channels {
		all, err := st.Channels(ctx)
		if err != nil {
			return k, err
		}
		for _, c := range all {
			k.channels[c.ID] = true
		}
	}
	for part := range slices.Chunk(unique(categories), 1000) {
		found, err := st.CategoriesByID(ctx, part)
		if err != nil {
			return k, err
		}
		for _, c := range found {
			k.categories[c.ID] = true
		}
	}
	return k, nil
}

func hasChannel(prices []Price) bool {
	return slices.ContainsFunc(prices, func(p Price) bool { return p.Channel != "" })
}

func (k known) check(v *core.Violations, path string, p *Product) {
	for i, c := range p.Channels {
		v.Check(k.channels[c], fmt.Sprintf("%schannel_ids[%d]", path, i), "no channel %q", string(c))
	}
	for i, c := range p.Categories {
		v.Check(k.categories[c], fmt.Sprintf("%scategory_ids[%d]", path, i), "no category %q", string(c))
	}
	for i, x := range p.Variants {
		k.checkPrices(v, fmt.Sprintf("%svariants[%d].prices", path, i), x.Prices)
	}
}

func (k known) checkPrices(v *core.Violations, field string, prices []Price) {
	for i, c := range prices {
		v.Check(c.Channel == "" || k.channels[c.Channel], fmt.Sprintf("%s[%d].channel_id", field, i), "no channel %q", string(c.Channel))
	}
}

// checkSKUs refuses SKUs that others have; fields says where each came from.
func checkSKUs(ctx context.Context, st Store, fields map[string]string) error {
	if len(fields) == 0 {
		return nil
	}
	taken, err := st.VariantIDsBySKU(ctx, sortedKeys(fields))
	if err != nil {
		return err
	}
	for _, sku := range sortedKeys(taken) {
		e := core.Errorf(core.KindExists, "sku_exists", "another variant has the SKU %s", sku)
		e.Field = fields[sku]
		return e
	}
	return nil
}

// ProductUpdate changes what is not nil.
type ProductUpdate struct {
	// IfVersion refuses the change with a core.StaleError when the product has
	// another version by now; 0 changes whatever is the newest.
	IfVersion    int64                      `json:"-"`
	Slug         *string                    `json:"slug,omitempty"` // "" makes one from the title
	Title        *string                    `json:"title,omitempty"`
	Subtitle     *string                    `json:"subtitle,omitempty"`
	Description  *string                    `json:"description,omitempty"`
	Status       *Status                    `json:"status,omitempty"`
	PublishedAt  *time.Time                 `json:"published_at,omitempty"`
	Kind         *Kind                      `json:"kind,omitempty"`
	Vendor       *string                    `json:"vendor,omitempty"`
	Brand        *string                    `json:"brand,omitempty"`
	TaxClass     *core.TaxClassID           `json:"tax_class_id,omitempty"`
	Options      *[]Option                  `json:"options,omitempty"` // see Service.UpdateProduct
	Attributes   *[]AttributeValue          `json:"attributes,omitempty"`
	Tags         *[]string                  `json:"tags,omitempty"`
	Channels     *[]core.ChannelID          `json:"channel_ids,omitempty"`
	Categories   *[]core.CategoryID         `json:"category_ids,omitempty"`
	SEO          *SEO                       `json:"seo,omitempty"`
	Translations map[string]*Translation    `json:"translations,omitempty"` // sets locales; null removes one
	Metadata     map[string]json.RawMessage `json:"metadata,omitempty"`     // sets keys; null removes one
}

// apply changes p and returns the JSON names of what is given.
func (u *ProductUpdate) apply(p *Product) (changed []string) {
	set := func(name string, dst, src any) {
		d, v := reflect.ValueOf(dst).Elem(), reflect.ValueOf(src)
		if v.IsNil() || reflect.DeepEqual(d.Interface(), v.Elem().Interface()) {
			return
		}
		d.Set(v.Elem())
		changed = append(changed, name)
	}
	set("slug", &p.Slug, u.Slug)
	set("title", &p.Title, u.Title)
	set("subtitle", &p.Subtitle, u.Subtitle)
	set("description", &p.Description, u.Description)
	set("status", &p.Status, u.Status)
	set("published_at", &p.PublishedAt, u.PublishedAt)
	set("kind", &p.Kind, u.Kind)
	set("vendor", &p.Vendor, u.Vendor)
	set("brand", &p.Brand, u.Brand)
	set("tax_class_id", &p.TaxClass, u.TaxClass)
	set("options", &p.Options, u.Options)
	set("attributes", &p.Attributes, u.Attributes)
	set("tags", &p.Tags, u.Tags)
	set("channel_ids", &p.Channels, u.Channels)
	set("category_ids", &p.Categories, u.Categories)
	set("seo", &p.SEO, u.SEO)
	if len(u.Translations) > 0 {
		p.Translations = maps.Clone(p.Translations)
		if p.Translations == nil {
			p.Translations = map[string]Translation{}
		}
		for l, t := range u.Translations {
			if t == nil {
				delete(p.Translations, l)
			} else {
				p.Translations[l] = *t
			}
		}
		changed = append(changed, "translations")
	}
	if len(u.Metadata) > 0 {
		p.Metadata = mergeMetadata(p.Metadata, u.Metadata)
		changed = append(changed, "metadata")
	}
	return changed
}

func mergeMetadata(have, change map[string]json.RawMessage) map[string]json.RawMessage {
	out := maps.Clone(have)
	if out == nil {
		out = map[string]json.RawMessage{}
	}
	for k, v := range change {
		if v == nil || string(v) == "null" {
			delete(out, k)
		} else {
			out[k] = v
		}
	}
	return out
}

// UpdateProduct changes a product and returns it without its variants, which
// this touches only when the options change: a new option gives every variant
// the option's first value, an option that goes is taken from every variant,
// and a change that would leave two variants with one combination, or one with
// a value that is gone, is a KindConflict error. RenameOption renames.
//
// A slug that changes goes on redirecting.
func (s *Service) UpdateProduct(ctx context.Context, id core.ProductID, u ProductUpdate) (p Product, err error) {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return Product{}, err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		p, err = s.updateIn(ctx, tx, id, u)
		return err
	})
	return p, err
}

func (s *Service) updateIn(ctx context.Context, tx Tx, id core.ProductID, u ProductUpdate) (Product, error) {
	at, st := s.now(), tx.Catalog()
	before, err := st.LockProduct(ctx, id, u.IfVersion, at)
	if err != nil {
		return Product{}, err
	}
	p := before
	changed := u.apply(&p)
	p.normalize()
	if p.Status == StatusActive && p.PublishedAt.IsZero() {
		p.PublishedAt = at
	}
	known, err := s.known(ctx, st, []Product{p})
	if err != nil {
		return Product{}, err
	}
	var v core.Violations
	p.check(&v, "", known.attributes)
	known.check(&v, "", &p)
	if err := v.Err(); err != nil {
		return Product{}, err
	}
	if err := s.moveSlugs(ctx, st, &before, &p); err != nil {
		return Product{}, err
	}
	has := func(name string) bool { return slices.Contains(changed, name) }
	if has("options") {
		if err := s.reshape(ctx, st, before.Options, &p, at); err != nil {
			return Product{}, err
		}
	}
	if err := st.UpdateProduct(ctx, p); err != nil {
		return Product{}, err
	}
	if has("channel_ids") || has("tags") || has("attributes") {
		if err := st.SetProductParts(ctx, p, has("channel_ids"), has("tags"), has("attributes")); err != nil {
			return Product{}, err
		}
	}
	if u.Categories != nil {
		if err := st.SetProductCategories(ctx, id, p.Categories); err != nil {
			return Product{}, err
		}
	}
	return p, s.changed(ctx, tx, EventProductUpdated, ProductEvent{ProductID: id, Slug: p.Slug, Changed: changed})
}

// Publish makes a product visible from a time on; the zero time is now.
func (s *Service) Publish(ctx context.Context, id core.ProductID, from time.Time) (Product, error) {
	if from.IsZero() {
		from = s.now()
	}
	active := StatusActive
	return s.UpdateProduct(ctx, id, ProductUpdate{Status: &active, PublishedAt: &from})
}

// Unpublish makes a product a draft again.
func (s *Service) Unpublish(ctx context.Context, id core.ProductID) (Product, error) {
	draft, never := StatusDraft, time.Time{}
	return s.UpdateProduct(ctx, id, ProductUpdate{Status: &draft, PublishedAt: &never})
}

// DeleteProduct deletes a product with its variants, slugs and places in
// categories. Orders keep what they say of it, and so does the price history.
// version is the one seen, or 0. Archive products that may come back.
func (s *Service) DeleteProduct(ctx context.Context, id core.ProductID, version int64) error {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error {
		p, err := tx.Catalog().LockProduct(ctx, id, version, s.now())
		if err != nil {
			return err
		}
		if err := s.forgetImages(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.Catalog().DeleteProduct(ctx, id); err != nil {
			return err
		}
		return s.changed(ctx, tx, EventProductDeleted, ProductEvent{ProductID: id, Slug: p.Slug})
	})
}
