package catalog

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// slugKey is a slug in a locale.
type slugKey struct{ locale, slug string }

// fillSlugs gives new products their slugs: those asked for, which must be
// free or only redirect, and generated ones, which nobody has or had.
func fillSlugs(ctx context.Context, st Store, ps []Product, path func(int) string) error {
	given := map[slugKey]bool{}
	var v core.Violations
	take := func(i int, locale, slug, field string) {
		if slug == "" {
			return
		}
		k := slugKey{locale, slug}
		v.Check(!given[k], path(i)+field, "another product here has the same")
		given[k] = true
	}
	var wants []wantedSlug
	for i := range ps {
		p := &ps[i]
		take(i, "", p.Slug, "slug")
		if p.Slug == "" {
			wants = append(wants, wantedSlug{"", slugBase(p.Title, "", p.ID), func(s string) { p.Slug = s }})
		}
		for _, l := range sortedKeys(p.Translations) {
			take(i, l, p.Translations[l].Slug, "translations."+l+".slug")
			if t := p.Translations[l]; t.Slug == "" && t.Title != "" {
				wants = append(wants, wantedSlug{l, slugBase(t.Title, l, p.ID), func(s string) {
					t := p.Translations[l]
					t.Slug = s
					p.Translations[l] = t
				}})
			}
		}
	}
	if err := v.Err(); err != nil {
		return err
	}
	if err := freeRedirects(ctx, st, given); err != nil {
		return err
	}
	return generateSlugs(ctx, st, wants, given)
}

// freeRedirects makes slugs that new products ask for and that only redirect
// available; inserting one that is in use fails.
func freeRedirects(ctx context.Context, st Store, given map[slugKey]bool) error {
	byLocale := map[string][]string{}
	for k := range given {
		byLocale[k.locale] = append(byLocale[k.locale], k.slug)
	}
	for _, l := range sortedKeys(byLocale) {
		slices.Sort(byLocale[l])
		if err := st.FreeSlugs(ctx, l, byLocale[l]); err != nil {
			return err
		}
	}
	return nil
}

// wantedSlug is a slug to be made.
type wantedSlug struct {
	locale, base string
	set          func(string)
}

// slugBase is what a slug is made of; a title of nothing but signs gives the ID.
func slugBase(title, locale string, id core.ProductID) string {
	if base := Slugify(title, locale); base != "" {
		return base
	}
	return Slugify(string(id), "")
}

// generateSlugs finds a free slug for each base, with a number behind it when
// it is taken. taken are those of the products being written. It asks the
// store once per locale and round; a round tries ten times as many numbers.
func generateSlugs(ctx context.Context, st Store, wants []wantedSlug, taken map[slugKey]bool) error {
	first, n := 1, 1
	for len(wants) > 0 {
		ask := map[string][]string{}
		for _, w := range wants {
			ask[w.locale] = append(ask[w.locale], SlugCandidates(w.base, first, n)...)
		}
		for _, l := range sortedKeys(ask) {
			used, err := st.Slugs(ctx, l, unique(ask[l]))
			if err != nil {
				return err
			}
			for s := range used {
				taken[slugKey{l, s}] = true
			}
		}
		var left []wantedSlug
		for _, w := range wants {
			candidates := SlugCandidates(w.base, first, n)
			i := slices.IndexFunc(candidates, func(s string) bool { return !taken[slugKey{w.locale, s}] })
			if i < 0 {
				left = append(left, w)
				continue
			}
			taken[slugKey{w.locale, candidates[i]}] = true
			w.set(candidates[i])
		}
		wants = left
		first += n
		n = min(n*10, 1000)
	}
	return nil
}

// moveSlugs brings a changed product's slugs up to date; those it had redirect.
func (s *Service) moveSlugs(ctx context.Context, st Store, before, p *Product) error {
	var wants []wantedSlug
	p.Translations = maps.Clone(p.Translations)
	if p.Slug == "" {
		wants = append(wants, wantedSlug{"", slugBase(p.Title, "", p.ID), func(s string) { p.Slug = s }})
	}
	for _, l := range sortedKeys(p.Translations) {
		t := p.Translations[l]
		if t.Slug == "" && t.Title != "" {
			if was, ok := before.Translations[l]; ok && was.Slug != "" && was.Title == t.Title {
				t.Slug = was.Slug
				p.Translations[l] = t
				continue
			}
			wants = append(wants, wantedSlug{l, slugBase(t.Title, l, p.ID), func(s string) { t.Slug = s; p.Translations[l] = t }})
		}
	}
	// What the product itself has or had is free to it.
	if err := generateSlugs(ctx, ownSlugs{st, p.ID}, wants, map[slugKey]bool{}); err != nil {
		return err
	}
	if p.Slug != before.Slug {
		if err := st.SetSlug(ctx, p.ID, "", p.Slug); err != nil {
			return err
		}
	}
	for l := range before.Translations {
		if _, stays := p.Translations[l]; !stays && before.Translations[l].Slug != "" {
			if err := st.SetSlug(ctx, p.ID, l, ""); err != nil {
				return err
			}
		}
	}
	for _, l := range sortedKeys(p.Translations) {
		if slug := p.Translations[l].Slug; slug != before.Translations[l].Slug {
			if err := st.SetSlug(ctx, p.ID, l, slug); err != nil {
				var e *core.Error
				if errors.As(err, &e) && e.Field == "slug" {
					e.Field = "translations." + l + ".slug"
				}
				return err
			}
		}
	}
	return nil
}

// ownSlugs is a store in which a product's own slugs are not taken.
type ownSlugs struct {
	Store
	id core.ProductID
}

func (s ownSlugs) Slugs(ctx context.Context, locale string, slugs []string) (map[string]core.ProductID, error) {
	used, err := s.Store.Slugs(ctx, locale, slugs)
	for slug, id := range used {
		if id == s.id {
			delete(used, slug)
		}
	}
	return used, err
}

// Resolve finds the product a slug leads to in a locale. The slug to use there
// comes first: one that is another locale's, or an earlier one, is a
// *MovedError with the right one. Products that are not published are found
// only by those who may read the catalog.
func (s *Service) Resolve(ctx context.Context, slug, locale string) (id core.ProductID, err error) {
	notFound := core.NotFound("product", slug)
	if !ValidSlug(slug) {
		return "", notFound
	}
	err = s.db.View(ctx, func(tx Tx) error {
		targets, err := tx.Catalog().SlugTargets(ctx, slug)
		if err != nil {
			return err
		}
		if len(targets) == 0 {
			return notFound
		}
		// The narrowest locale first, then the default, then any other; what is
		// current before what redirects.
		order := append(Fallback(locale), "")
		rank := func(t SlugTarget) int {
			r := slices.Index(order, t.Locale)
			if r < 0 {
				r = len(order)
			}
			if !t.Current {
				r += len(order) + 1
			}
			return r
		}
		slices.SortStableFunc(targets, func(a, b SlugTarget) int { return rank(a) - rank(b) })
		cards, err := tx.Catalog().Cards(ctx, []core.ProductID{targets[0].ProductID})
		if err != nil {
			return err
		}
		if len(cards) == 0 || !s.visible(ctx, cards[0].Status, cards[0].PublishedAt) {
			return notFound
		}
		id = cards[0].ID
		if right := cards[0].Localize(locale).Slug; right != slug {
			return &MovedError{ProductID: id, Slug: right}
		}
		return nil
	})
	return id, err
}
