package sqlstore

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// orgSlugs is a table of slugs: of categories or of collections.
type orgSlugs struct {
	c                   sqldb.Conn
	table, column, what string
}

func (s catalogOrg) categorySlugs() orgSlugs {
	return orgSlugs{s.c, "category_slugs", "category_id", "category"}
}

func (s catalogOrg) collectionSlugs() orgSlugs {
	return orgSlugs{s.c, "collection_slugs", "collection_id", "collection"}
}

func (s orgSlugs) used(ctx context.Context, locale string, slugs []string) ([][2]string, error) {
	if len(slugs) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (v [2]string, err error) {
		return v, r.Scan(&v[0], &v[1])
	}, `select slug, `+s.column+` from `+s.table+` where locale = $1 and slug in `+sqldb.In(2, len(slugs)), append([]any{locale}, sqldb.PadArgs(slugs)...)...)
}

// set makes a slug the current one. The row of another that only redirects is
// taken over; that of another's current slug is not, and no row is touched.
func (s orgSlugs) set(ctx context.Context, id, locale, slug string) error {
	if _, err := s.c.Exec(ctx, `update `+s.table+` set current = false where `+s.column+` = $1 and locale = $2 and current and slug <> $3`, id, locale, slug); err != nil {
		return err
	}
	if slug == "" {
		return nil
	}
	n, err := s.c.Exec(ctx, `insert into `+s.table+` (locale, slug, `+s.column+`, current) values ($1, $2, $3, true)
		on conflict (locale, slug) do update set `+s.column+` = excluded.`+s.column+`, current = true
		where not `+s.table+`.current or `+s.table+`.`+s.column+` = excluded.`+s.column, locale, slug, id)
	if err == nil && n == 0 {
		e := core.Errorf(core.KindExists, "exists", "another %s has the slug %q", s.what, slug)
		e.Field = "slug"
		return e
	}
	return err
}

func (s orgSlugs) targets(ctx context.Context, slug string) ([]catalog.OrgTarget, error) {
	return sqldb.All(ctx, s.c, func(r sqldb.Scanner) (t catalog.OrgTarget, err error) {
		return t, r.Scan(&t.ID, &t.Locale, &t.Current)
	}, `select `+s.column+`, locale, current from `+s.table+` where slug = $1 order by locale`, slug)
}

func (s catalogOrg) CategorySlugs(ctx context.Context, locale string, slugs []string) (map[string]core.CategoryID, error) {
	return slugMap[core.CategoryID](s.categorySlugs().used(ctx, locale, slugs))
}

func (s catalogOrg) SetCategorySlug(ctx context.Context, id core.CategoryID, locale, slug string) error {
	return s.categorySlugs().set(ctx, string(id), locale, slug)
}

func (s catalogOrg) CategorySlugTargets(ctx context.Context, slug string) ([]catalog.OrgTarget, error) {
	return s.categorySlugs().targets(ctx, slug)
}

func (s catalogOrg) CollectionSlugs(ctx context.Context, locale string, slugs []string) (map[string]core.CollectionID, error) {
	return slugMap[core.CollectionID](s.collectionSlugs().used(ctx, locale, slugs))
}

func (s catalogOrg) SetCollectionSlug(ctx context.Context, id core.CollectionID, locale, slug string) error {
	return s.collectionSlugs().set(ctx, string(id), locale, slug)
}

func (s catalogOrg) CollectionSlugTargets(ctx context.Context, slug string) ([]catalog.OrgTarget, error) {
	return s.collectionSlugs().targets(ctx, slug)
}

func slugMap[T ~string](rows [][2]string, err error) (map[string]T, error) {
	out := make(map[string]T, len(rows))
	for _, r := range rows {
		out[r[0]] = T(r[1])
	}
	return out, err
}
