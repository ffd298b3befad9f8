package sqlstore

import (
	"context"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

func (s catalogStore) Slugs(ctx context.Context, locale string, slugs []string) (map[string]core.ProductID, error) {
	out := map[string]core.ProductID{}
	for part := range slices.Chunk(slugs, 1000) {
		_, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (none struct{}, err error) {
			var slug string
			var id core.ProductID
			err = r.Scan(&slug, &id)
			out[slug] = id
			return none, err
		}, `select slug, product_id from product_slugs where locale = $1 and slug in `+sqldb.In(2, len(part)), append([]any{locale}, sqldb.PadArgs(part)...)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s catalogStore) SetSlug(ctx context.Context, id core.ProductID, locale, slug string) error {
	if err := s.c.Defer(ctx, `update product_slugs set current = false where product_id = $1 and locale = $2 and current`, id, locale); err != nil || slug == "" {
		return err
	}
	// What only redirects may be taken over: the redirect then ends.
	n, err := s.c.Exec(ctx, `insert into product_slugs (locale, slug, product_id, current) values ($1, $2, $3, true)
		on conflict (locale, slug) do update set product_id = excluded.product_id, current = true
		where product_slugs.product_id = excluded.product_id or not product_slugs.current`, locale, slug, id)
	if err == nil && n == 0 {
		return &core.Error{Kind: core.KindExists, Code: "slug_exists", Field: "slug", Message: "another product has this slug"}
	}
	return err
}

func (s catalogStore) FreeSlugs(ctx context.Context, locale string, slugs []string) error {
	for part := range slices.Chunk(slugs, 1000) {
		err := s.c.Defer(ctx, `delete from product_slugs where not current and locale = $1 and slug in `+sqldb.In(2, len(part)), append([]any{locale}, sqldb.PadArgs(part)...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s catalogStore) SlugTargets(ctx context.Context, slug string) ([]catalog.SlugTarget, error) {
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (t catalog.SlugTarget, err error) {
		return t, r.Scan(&t.ProductID, &t.Locale, &t.Current)
	}, `select product_id, locale, current from product_slugs where slug = $1 order by locale`, slug)
}
