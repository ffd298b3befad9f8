package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Catalog returns the catalog store.
func (t *Tx) Catalog() catalog.Store { return catalogStore{catalogOrg{t.c}} }

// catalogStore keeps products; the embedded part how they are organized.
type catalogStore struct{ catalogOrg }

// productDoc is what of a product has no column.
type productDoc struct {
	Subtitle     string                         `json:"subtitle,omitempty"`
	Description  string                         `json:"description,omitempty"`
	Options      []catalog.Option               `json:"options,omitempty"`
	Attributes   []catalog.AttributeValue       `json:"attributes,omitempty"`
	Channels     []core.ChannelID               `json:"channels,omitempty"`
	SEO          catalog.SEO                    `json:"seo,omitzero"`
	Translations map[string]catalog.Translation `json:"translations,omitempty"`
	Metadata     map[string]json.RawMessage     `json:"metadata,omitempty"`
}

const (
	// What is written of a product, and what others than the product write.
	productColumns = `id, slug, title, title_key, search, status, published_at, kind, vendor, brand, tax_class_id, all_channels, tags, doc, card, updated_at`
	insertColumns  = productColumns + `, thumbnail, rating_average, rating_count, variant_count, first_variant_id, ranges, sold, version, created_at`
	readColumns    = `id, slug, title, status, published_at, kind, vendor, brand, tax_class_id, tags, doc, thumbnail, rating_average, rating_count, version, created_at, updated_at`
)

func productRow(p *catalog.Product) ([]any, error) {
	doc, err := toJSON(productDoc{p.Subtitle, p.Description, p.Options, p.Attributes, p.Channels, p.SEO, p.Translations, p.Metadata})
	if err != nil {
		return nil, err
	}
	card, err := toJSON(catalog.CardOf(*p))
	if err != nil {
		return nil, err
	}
	tags, err := toJSON(p.Tags)
	if err != nil {
		return nil, err
	}
	words := []string{p.Title, p.Subtitle, p.Vendor, p.Brand}
	for _, t := range p.Translations {
		words = append(words, t.Title)
	}
	slices.Sort(words[4:])
	search := catalog.Fold(strings.Join(append(words, p.Tags...), "\n"))
	return []any{p.ID, p.Slug, p.Title, titleKey(p.Title), search, p.Status, sqldb.Micros(p.PublishedAt), p.Kind, p.Vendor, p.Brand, p.TaxClass,
		len(p.Channels) == 0, tags, doc, card, sqldb.Micros(p.UpdatedAt)}, nil
}

// titleKey is what titles are sorted by, short enough for an index.
func titleKey(title string) string { return strings.ToValidUTF8(head(catalog.Fold(title), 200), "") }

func head(s string, n int) string { return s[:min(len(s), n)] }

func scanProduct(s sqldb.Scanner) (catalog.Product, error) { return scanProductAnd(s) }

func scanProductAnd(s sqldb.Scanner, more ...any) (p catalog.Product, err error) {
	var tags, doc, thumbnail []byte
	var published, created, updated int64
	dest := []any{&p.ID, &p.Slug, &p.Title, &p.Status, &published, &p.Kind, &p.Vendor, &p.Brand, &p.TaxClass, &tags, &doc, &thumbnail,
		&p.Rating.Average, &p.Rating.Count, &p.Version, &created, &updated}
	if err := s.Scan(append(dest, more...)...); err != nil {
		return p, err
	}
	var d productDoc
	if err := errors.Join(json.Unmarshal(tags, &p.Tags), json.Unmarshal(doc, &d), thumbnailOf(thumbnail, &p.Thumbnail)); err != nil {
		return p, err
	}
	p.Subtitle, p.Description, p.Options, p.Attributes, p.Channels = d.Subtitle, d.Description, d.Options, d.Attributes, d.Channels
	p.SEO, p.Translations, p.Metadata = d.SEO, d.Translations, d.Metadata
	p.PublishedAt, p.CreatedAt, p.UpdatedAt = sqldb.Time(published), sqldb.Time(created), sqldb.Time(updated)
	return p, nil
}

func thumbnailOf(raw []byte, t **catalog.Thumbnail) error {
	if len(raw) == 0 {
		return nil
	}
	*t = new(catalog.Thumbnail)
	return json.Unmarshal(raw, *t)
}

func (s catalogStore) InsertProducts(ctx context.Context, ps []catalog.Product) error {
	var rows, slugs, ranges [][]any
	var variants []catalog.Variant
	for i := range ps {
		p := &ps[i]
		row, err := productRow(p)
		if err != nil {
			return err
		}
		thumbnail := ""
		if p.Thumbnail != nil {
			if thumbnail, err = toJSON(p.Thumbnail); err != nil {
				return err
			}
		}
		offer := catalog.OfferOf(p.ID, p.Variants)
		prices, err := toJSON(offer.Ranges)
		if err != nil {
			return err
		}
		rows = append(rows, append(row, thumbnail, p.Rating.Average, p.Rating.Count, offer.VariantCount, offer.FirstVariant, prices, soldIn(offer.Ranges),
			p.Version, sqldb.Micros(p.CreatedAt)))
		slugs = append(slugs, []any{"", p.Slug, p.ID, true})
		for l, t := range p.Translations {
			if t.Slug != "" {
				slugs = append(slugs, []any{l, t.Slug, p.ID, true})
			}
		}
		ranges = append(ranges, rangeRows(p.ID, offer.Ranges)...)
		variants = append(variants, p.Variants...)
	}
	if err := insertRows(ctx, s.c, "products", insertColumns, rows); err != nil {
		return err
	}
	if err := insertRows(ctx, s.c, "product_slugs", "locale, slug, product_id, current", slugs); err != nil {
		return slugTaken(err)
	}
	if err := s.insertParts(ctx, ps); err != nil {
		return err
	}
	if err := deferRows(ctx, s.c, "product_prices", rangeColumns, ranges); err != nil {
		return err
	}
	return s.InsertVariants(ctx, variants)
}

func slugTaken(err error) error {
	if !sqldb.IsKind(err, sqldb.KindUnique) {
		return err
	}
	return &core.Error{Kind: core.KindExists, Code: "slug_exists", Field: "slug", Message: "another product has this slug", Err: err}
}

// insertParts writes what lists find products by: channels, tags, attributes.
func (s catalogStore) insertParts(ctx context.Context, ps []catalog.Product) error {
	var channels, tags, attributes [][]any
	for i := range ps {
		p := &ps[i]
		for _, c := range p.Channels {
			channels = append(channels, []any{p.ID, c})
		}
		seen := map[string]bool{}
		for _, t := range p.Tags {
			if key := strings.ToLower(t); !seen[key] {
				seen[key] = true
				tags = append(tags, []any{p.ID, key})
			}
		}
		for _, a := range p.Attributes {
			attributes = append(attributes, attributeRows(p.ID, a)...)
		}
	}
	if err := insertRows(ctx, s.c, "product_channels", "product_id, channel_id", channels); err != nil {
		return missing(err, "channel_ids", "a channel does not exist")
	}
	if err := insertRows(ctx, s.c, "product_attributes", "product_id, code, value, number", attributes); err != nil {
		return missing(err, "attributes", "an attribute is not defined")
	}
	return deferRows(ctx, s.c, "product_tags", "product_id, tag", tags)
}

// missing turns a violated reference into an error about a field.
func missing(err error, field, message string) error {
	if sqldb.IsKind(err, sqldb.KindForeignKey) {
		return core.Invalid(field, "%s", message)
	}
	return err
}

func attributeRows(id core.ProductID, a catalog.AttributeValue) [][]any {
	row := func(value string, number *float64) []any { return []any{id, a.Code, attributeKey(value), number} }
	switch {
	case a.Number != nil:
		return [][]any{row("", a.Number)}
	case a.Bool != nil && *a.Bool:
		return [][]any{row("true", nil)}
	case a.Bool != nil:
		return [][]any{row("false", nil)}
	case a.Date != "":
		return [][]any{row(a.Date, nil)}
	case len(a.Values) > 0:
		out := make([][]any, len(a.Values))
		for i, v := range a.Values {
			out[i] = row(v, nil)
		}
		return out
	}
	return [][]any{row(a.Text, nil)}
}

// attributeKey is short enough for an index.
func attributeKey(s string) string { return strings.ToValidUTF8(head(s, 200), "") }

func (s catalogStore) UpdateProduct(ctx context.Context, p catalog.Product) error {
	row, err := productRow(&p)
	if err != nil {
		return err
	}
	return s.c.Defer(ctx, `update products set slug = $2, title = $3, title_key = $4, search = $5, status = $6, published_at = $7, kind = $8, vendor = $9, brand = $10,
		tax_class_id = $11, all_channels = $12, tags = $13, doc = $14, card = $15, updated_at = $16 where id = $1`, row...)
}

func (s catalogStore) SetProductParts(ctx context.Context, p catalog.Product, channels, tags, attributes bool) error {
	q := catalog.Product{ID: p.ID}
	for _, part := range []struct {
		changed bool
		table   string
	}{{channels, "product_channels"}, {tags, "product_tags"}, {attributes, "product_attributes"}} {
		if part.changed {
			if err := s.c.Defer(ctx, `delete from `+part.table+` where product_id = $1`, p.ID); err != nil {
				return err
			}
		}
	}
	if channels {
		q.Channels = p.Channels
	}
	if tags {
		q.Tags = p.Tags
	}
	if attributes {
		q.Attributes = p.Attributes
	}
	return s.insertParts(ctx, []catalog.Product{q})
}

func (s catalogStore) DeleteProduct(ctx context.Context, id core.ProductID) error {
	n, err := s.c.Exec(ctx, `delete from products where id = $1`, id)
	if err == nil && n == 0 {
		return core.NotFound("product", id)
	}
	return err
}

func (s catalogStore) Products(ctx context.Context, ids []core.ProductID) ([]catalog.Product, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	at := make(map[core.ProductID]int, len(ids))
	ps, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (catalog.Product, error) {
		var categories string
		p, err := scanProductAnd(r, &categories)
		p.Categories = splitIDs[core.CategoryID](categories, ",")
		return p, err
	}, `select `+readColumns+`, coalesce((select string_agg(c.category_id, ',' order by c.category_id) from product_categories c where c.product_id = products.id), '')
		from products where id in `+sqldb.In(1, len(ids))+` order by id`, sqldb.PadArgs(ids)...)
	if err != nil {
		return nil, err
	}
	vs, err := s.VariantsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, p := range ps {
		at[p.ID] = i
	}
	for _, v := range vs {
		if i, ok := at[v.ProductID]; ok {
			ps[i].Variants = append(ps[i].Variants, v)
		}
	}
	return ps, nil
}

// splitIDs takes apart what string_agg put together, dropping repeated ones.
func splitIDs[T ~string](s, sep string) []T {
	var out []T
	for part := range strings.SplitSeq(s, sep) {
		if part != "" && !slices.Contains(out, T(part)) {
			out = append(out, T(part))
		}
	}
	return out
}

func (s catalogStore) LockProduct(ctx context.Context, id core.ProductID, seen int64, at time.Time) (catalog.Product, error) {
	p, err := sqldb.One(ctx, s.c, scanProduct, `update products set version = version + 1, updated_at = $1
		where id = $2 and (cast($3 as bigint) = 0 or version = cast($3 as bigint)) returning `+readColumns, sqldb.Micros(at), id, seen)
	if errors.Is(err, sqldb.ErrNoRows) {
		return p, versioned(ctx, s.c, 0, "product", "products", id, seen)
	}
	return p, err
}

func (s catalogStore) LockProductOf(ctx context.Context, id core.VariantID, at time.Time) (catalog.Product, error) {
	p, err := sqldb.One(ctx, s.c, scanProduct, `update products set version = version + 1, updated_at = $1
		where id = (select product_id from variants where id = $2) returning `+readColumns, sqldb.Micros(at), id)
	return p, notFound(err, "variant", id)
}

func (s catalogStore) TouchProducts(ctx context.Context, ids []core.ProductID, at time.Time) error {
	for part := range slices.Chunk(ids, 500) {
		if _, err := s.c.Exec(ctx, `update products set version = version + 1, updated_at = $1 where id in `+sqldb.In(2, len(part)),
			append([]any{sqldb.Micros(at)}, sqldb.PadArgs(part)...)...); err != nil {
			return err
		}
	}
	return nil
}

func (s catalogStore) SetThumbnail(ctx context.Context, id core.ProductID, t *catalog.Thumbnail, at time.Time) error {
	raw := ""
	if t != nil {
		var err error
		if raw, err = toJSON(t); err != nil {
			return err
		}
	}
	n, err := s.c.Exec(ctx, `update products set thumbnail = $1, version = version + 1, updated_at = $2 where id = $3`, raw, sqldb.Micros(at), id)
	if err == nil && n == 0 {
		return core.NotFound("product", id)
	}
	return err
}

func (s catalogStore) SetRating(ctx context.Context, id core.ProductID, r catalog.Rating, at time.Time) error {
	n, err := s.c.Exec(ctx, `update products set rating_average = $1, rating_count = $2, version = version + 1, updated_at = $3 where id = $4`,
		r.Average, r.Count, sqldb.Micros(at), id)
	if err == nil && n == 0 {
		return core.NotFound("product", id)
	}
	return err
}

func (s catalogStore) ProductIDs(ctx context.Context, after core.ProductID, limit int) ([]core.ProductID, error) {
	return sqldb.All(ctx, s.c, sqldb.Column[core.ProductID], `select id from products where id > $1 order by id limit $2`, after, limit)
}
