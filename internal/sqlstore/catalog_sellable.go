package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

func (s catalogStore) Sellables(ctx context.Context, channel core.ChannelID, currency money.Currency, at time.Time, ids []core.VariantID) ([]catalog.Sellable, error) {
	return s.sellables(ctx, channel, currency, at, ids, `
		coalesce((select string_agg(c.path, '' order by c.path) from product_categories pc join categories c on c.id = pc.category_id where pc.product_id = p.id), ''),
		coalesce((select string_agg(cp.collection_id, ',' order by cp.collection_id) from collection_products cp where cp.product_id = p.id), '')`)
}

func (s catalogStore) BareSellables(ctx context.Context, channel core.ChannelID, currency money.Currency, at time.Time, ids []core.VariantID) ([]catalog.Sellable, error) {
	return s.sellables(ctx, channel, currency, at, ids, ` '', ''`)
}

// sellables takes the product's categories and collections as expressions.
func (s catalogStore) sellables(ctx context.Context, channel core.ChannelID, currency money.Currency, at time.Time, ids []core.VariantID, organized string) ([]catalog.Sellable, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := append([]any{channel}, sqldb.PadArgs(ids)...)
	found := make(map[core.VariantID]catalog.Sellable, len(ids))
	_, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (none struct{}, err error) {
		x, err := scanSellable(r, channel, currency, at)
		found[x.VariantID] = x
		return none, err
	}, `select v.id, v.product_id, v.sku, v.title, v.options, v.stock_item_id, v.weight_grams, v.prices, v.doc, v.inactive,
		p.slug, p.title, p.status, p.published_at, p.kind, p.vendor, p.tax_class_id, p.tags, p.thumbnail, p.version,
		(p.all_channels or exists (select 1 from product_channels h where h.product_id = p.id and h.channel_id = $1)),`+organized+`
		from variants v join products p on p.id = v.product_id where v.id in `+sqldb.In(2, len(ids)), args...)
	if err != nil {
		return nil, err
	}
	out := make([]catalog.Sellable, 0, len(found))
	for _, id := range ids {
		if x, ok := found[id]; ok {
			out = append(out, x)
			delete(found, id) // asked for twice: answered once
		}
	}
	return out, nil
}

func scanSellable(r sqldb.Scanner, channel core.ChannelID, currency money.Currency, at time.Time) (x catalog.Sellable, err error) {
	var options, prices, doc, tags, thumbnail []byte
	var inactive, here bool
	var p catalog.Product
	var published int64
	var paths, collections string
	if err := r.Scan(&x.VariantID, &x.ProductID, &x.SKU, &x.VariantTitle, &options, &x.StockItemID, &x.WeightGrams, &prices, &doc, &inactive,
		&x.ProductSlug, &x.ProductTitle, &p.Status, &published, &p.Kind, &x.Vendor, &x.TaxClass, &tags, &thumbnail, &x.ProductVersion, &here, &paths, &collections); err != nil {
		return x, err
	}
	var d variantDoc
	var list []catalog.Price
	if err := errors.Join(json.Unmarshal(options, &x.Options), json.Unmarshal(prices, &list), json.Unmarshal(doc, &d), json.Unmarshal(tags, &x.Tags), thumbnailOf(thumbnail, &p.Thumbnail)); err != nil {
		return x, err
	}
	p.PublishedAt = sqldb.Time(published)
	x.Dimensions, x.RequiresShipping = d.Dimensions, p.Kind == catalog.KindPhysical
	x.CategoryIDs, x.CollectionIDs = splitIDs[core.CategoryID](paths, "/"), splitIDs[core.CollectionID](collections, ",")
	switch {
	case len(d.Images) > 0:
		x.ImageID = d.Images[0]
	case p.Thumbnail != nil:
		x.ImageID = p.Thumbnail.ImageID
	}
	price, ok, why := catalog.Winner(list, channel, currency, at)
	x.Price, x.CompareAt, x.PriceWhy = price.Money(), price.CompareMoney(), why
	switch {
	case !p.Published(at):
		x.Why = catalog.WhyUnpublished
	case inactive:
		x.Why = catalog.WhyInactive
	case !here:
		x.Why = catalog.WhyOtherChannel
	case !ok:
		x.Why = catalog.WhyNoPrice
	}
	x.Sells = x.Why == ""
	return x, nil
}

func (s catalogStore) SellablesBySKU(ctx context.Context, channel core.ChannelID, currency money.Currency, at time.Time, skus []string) (map[string]catalog.Sellable, error) {
	bySKU, err := s.VariantIDsBySKU(ctx, skus)
	if err != nil {
		return nil, err
	}
	found, err := s.Sellables(ctx, channel, currency, at, slices.Collect(maps.Values(bySKU)))
	if err != nil {
		return nil, err
	}
	out := make(map[string]catalog.Sellable, len(found))
	for _, x := range found {
		out[x.SKU] = x
	}
	return out, nil
}
