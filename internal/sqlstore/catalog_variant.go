package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// variantDoc is what of a variant has no column.
type variantDoc struct {
	Dimensions catalog.Dimensions         `json:"dimensions,omitzero"`
	Images     []core.ImageID             `json:"images,omitempty"`
	Metadata   map[string]json.RawMessage `json:"metadata,omitempty"`
}

const variantColumns = `id, product_id, sku, barcode, title, option_key, options, stock_item_id, weight_grams, prices, doc, position, inactive, version, created_at, updated_at`

func variantRow(v *catalog.Variant) ([]any, error) {
	options, err1 := toJSON(v.Options)
	prices, err2 := toJSON(v.Prices)
	doc, err3 := toJSON(variantDoc{v.Dimensions, v.Images, v.Metadata})
	return []any{v.ID, v.ProductID, v.SKU, v.Barcode, v.Title, v.OptionKey(), options, v.StockItemID, v.WeightGrams, prices, doc, v.Position, v.Inactive, v.Version,
		sqldb.Micros(v.CreatedAt), sqldb.Micros(v.UpdatedAt)}, errors.Join(err1, err2, err3)
}

func scanVariant(s sqldb.Scanner) (v catalog.Variant, err error) {
	var key string
	var options, prices, doc []byte
	var created, updated int64
	if err := s.Scan(&v.ID, &v.ProductID, &v.SKU, &v.Barcode, &v.Title, &key, &options, &v.StockItemID, &v.WeightGrams, &prices, &doc, &v.Position, &v.Inactive, &v.Version,
		&created, &updated); err != nil {
		return v, err
	}
	var d variantDoc
	err = errors.Join(json.Unmarshal(options, &v.Options), json.Unmarshal(prices, &v.Prices), json.Unmarshal(doc, &d))
	v.Dimensions, v.Images, v.Metadata = d.Dimensions, d.Images, d.Metadata
	v.CreatedAt, v.UpdatedAt = sqldb.Time(created), sqldb.Time(updated)
	return v, err
}

func variantTaken(err error, v *catalog.Variant) error {
	sku := "this SKU"
	if v != nil {
		sku = "the SKU " + v.SKU
	}
	if err = exists(err, "uq_variants__sku", "sku", "another variant has %s", sku); core.IsKind(err, core.KindExists) {
		return err
	}
	return exists(err, "uq_variants__product_id__option_key", "options", "another variant has the same combination")
}

func (s catalogStore) InsertVariants(ctx context.Context, vs []catalog.Variant) error {
	rows := make([][]any, len(vs))
	for i := range vs {
		var err error
		if rows[i], err = variantRow(&vs[i]); err != nil {
			return err
		}
	}
	return variantTaken(insertRows(ctx, s.c, "variants", variantColumns, rows), nil)
}

func (s catalogStore) UpdateVariants(ctx context.Context, vs []catalog.Variant) error {
	stmts := make([]sqldb.Stmt, len(vs))
	for i := range vs {
		row, err := variantRow(&vs[i])
		if err != nil {
			return err
		}
		stmts[i] = sqldb.Stmt{SQL: `update variants set sku = $1, barcode = $2, title = $3, option_key = $4, options = $5, stock_item_id = $6, weight_grams = $7, prices = $8, doc = $9,
			position = $10, inactive = $11, version = version + 1, updated_at = $12 where id = $13 and version = $14`,
			Args: append(row[2:13:13], row[15], vs[i].ID, vs[i].Version)}
	}
	if len(stmts) == 0 {
		return nil
	}
	counts, err := s.c.ExecBatch(ctx, stmts)
	if err != nil {
		if len(vs) == 1 {
			return variantTaken(err, &vs[0])
		}
		return variantTaken(err, nil)
	}
	for i, n := range counts {
		if err := versioned(ctx, s.c, n, "variant", "variants", vs[i].ID, vs[i].Version); err != nil {
			return err
		}
		vs[i].Version++
	}
	return nil
}

func (s catalogStore) DeleteVariants(ctx context.Context, ids []core.VariantID) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := s.c.Exec(ctx, `delete from variants where id in `+sqldb.In(1, len(ids)), sqldb.PadArgs(ids)...)
	return err
}

func (s catalogStore) Variants(ctx context.Context, ids []core.VariantID) ([]catalog.Variant, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, scanVariant, `select `+variantColumns+` from variants where id in `+sqldb.In(1, len(ids))+` order by id`, sqldb.PadArgs(ids)...)
}

func (s catalogStore) VariantsOf(ctx context.Context, ids []core.ProductID) ([]catalog.Variant, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, scanVariant, `select `+variantColumns+` from variants where product_id in `+sqldb.In(1, len(ids))+` order by product_id, position, id`,
		sqldb.PadArgs(ids)...)
}

const rangeColumns = `product_id, currency, channel_id, from_at, to_at, min_amount, max_amount, compare_at`

func rangeRows(id core.ProductID, ranges []catalog.PriceRange) [][]any {
	rows := make([][]any, len(ranges))
	for i, r := range ranges {
		from, to := int64(math.MinInt64), int64(math.MaxInt64)
		if !r.From.IsZero() {
			from = sqldb.Micros(r.From)
		}
		if !r.To.IsZero() {
			to = sqldb.Micros(r.To)
		}
		rows[i] = []any{id, r.Currency, r.Channel, from, to, r.Min, r.Max, r.CompareAt}
	}
	return rows
}

func (s catalogStore) SetOffer(ctx context.Context, was, is catalog.Offer) error {
	same := func(a, b catalog.PriceRange) bool {
		return a.Channel == b.Channel && a.Currency == b.Currency && a.From.Equal(b.From)
	}
	equal := func(a, b catalog.PriceRange) bool {
		return same(a, b) && a.To.Equal(b.To) && a.Min == b.Min && a.Max == b.Max && a.CompareAt == b.CompareAt
	}
	priced := slices.EqualFunc(was.Ranges, is.Ranges, equal)
	if priced && was.VariantCount == is.VariantCount && was.FirstVariant == is.FirstVariant {
		return nil
	}
	ranges, err := toJSON(is.Ranges)
	if err != nil {
		return err
	}
	if err := s.c.Defer(ctx, `update products set variant_count = $1, first_variant_id = $2, ranges = $3, sold = $4 where id = $5`,
		is.VariantCount, is.FirstVariant, ranges, soldIn(is.Ranges), is.ProductID); err != nil || priced {
		return err
	}
	if !slices.EqualFunc(was.Ranges, is.Ranges, same) {
		if err := s.c.Defer(ctx, `delete from product_prices where product_id = $1`, is.ProductID); err != nil {
			return err
		}
		return deferRows(ctx, s.c, "product_prices", rangeColumns, rangeRows(is.ProductID, is.Ranges))
	}
	for _, stmt := range chunks(s.c.Dialect(), "product_prices", rangeColumns, rangeRows(is.ProductID, is.Ranges)) {
		if err := s.c.Defer(ctx, stmt.SQL+` on conflict (product_id, currency, channel_id, from_at) do update set to_at = excluded.to_at,
			min_amount = excluded.min_amount, max_amount = excluded.max_amount, compare_at = excluded.compare_at`, stmt.Args...); err != nil {
			return err
		}
	}
	return nil
}

func (s catalogStore) VariantIDBySKU(ctx context.Context, sku string) (core.VariantID, error) {
	id, err := sqldb.One(ctx, s.c, sqldb.Column[core.VariantID], `select id from variants where sku = $1`, sku)
	return id, notFound(err, "variant", sku)
}

func (s catalogStore) VariantIDsBySKU(ctx context.Context, skus []string) (map[string]core.VariantID, error) {
	out := make(map[string]core.VariantID, len(skus))
	for part := range slices.Chunk(skus, 1000) {
		_, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (none struct{}, err error) {
			var sku string
			var id core.VariantID
			err = r.Scan(&sku, &id)
			out[sku] = id
			return none, err
		}, `select sku, id from variants where sku in `+sqldb.In(1, len(part)), sqldb.PadArgs(part)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s catalogStore) AppendPriceHistory(ctx context.Context, entries []catalog.PriceEntry) error {
	rows := make([][]any, len(entries))
	for i, e := range entries {
		p := e.Price
		rows[i] = []any{e.ID, e.VariantID, e.ProductID, p.Channel, p.Currency, p.Amount, p.CompareAt, sqldb.Micros(p.ValidFrom), sqldb.Micros(p.ValidTo), e.Removed, e.Actor, sqldb.Micros(e.At)}
	}
	return deferRows(ctx, s.c, "price_history", `id, variant_id, product_id, channel_id, currency, amount, compare_at, valid_from, valid_to, removed, actor, at`, rows)
}

func (s catalogStore) PriceHistory(ctx context.Context, id core.VariantID, since time.Time) ([]catalog.PriceEntry, error) {
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (e catalog.PriceEntry, err error) {
		var from, to, at int64
		p := &e.Price
		err = r.Scan(&e.ID, &e.VariantID, &e.ProductID, &p.Channel, &p.Currency, &p.Amount, &p.CompareAt, &from, &to, &e.Removed, &e.Actor, &at)
		p.ValidFrom, p.ValidTo, e.At = sqldb.Time(from), sqldb.Time(to), sqldb.Time(at)
		return e, err
	}, `select id, variant_id, product_id, channel_id, currency, amount, compare_at, valid_from, valid_to, removed, actor, at from price_history
		where variant_id = $1 and at >= $2 order by at, id`, id, sqldb.Micros(since))
}
