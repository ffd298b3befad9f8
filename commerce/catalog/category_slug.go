package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// orgTexts is what categories and collections have in common.
type orgTexts struct {
	slug         *string
	title        string
	translations map[string]Translation
}

func (c *Category) texts() orgTexts   { return orgTexts{&c.Slug, c.Title, c.Translations} }
func (c *Collection) texts() orgTexts { return orgTexts{&c.Slug, c.Title, c.Translations} }

func checkOrg(v *core.Violations, o orgTexts, description string, seo SEO) {
	v.Check(*o.slug == "" || ValidSlug(*o.slug), "slug", "must be at most %d bytes of lower-case letters, digits and single hyphens", MaxSlug)
	checkText(v, "title", o.title, MaxTitle)
	checkOptionalText(v, "description", description, MaxDescription)
	checkOptionalText(v, "seo.title", seo.Title, MaxTitle)
	checkOptionalText(v, "seo.description", seo.Description, 5000)
	v.Check(len(o.translations) <= MaxLocales, "translations", "at most %d locales are allowed", MaxLocales)
	for _, l := range sortedKeys(o.translations) {
		t, at := o.translations[l], "translations."+l
		v.Check(ValidLocale(l), at, "the locale must be a BCP 47 tag such as de or de-CH")
		v.Check(t.Slug == "" || ValidSlug(t.Slug), at+".slug", "must be at most %d bytes of lower-case letters, digits and single hyphens", MaxSlug)
		checkOptionalText(v, at+".title", t.Title, MaxTitle)
		checkOptionalText(v, at+".description", t.Description, MaxDescription)
		checkOptionalText(v, at+".seo.title", t.SEO.Title, MaxTitle)
		checkOptionalText(v, at+".seo.description", t.SEO.Description, 5000)
		v.Check(t.Subtitle == "" && len(t.Options) == 0, at, "only products have subtitles and options")
	}
}

// fillOrgSlugs gives what has a title and no slug a free one made of the title;
// in a locale, the slug it had before stays.
func fillOrgSlugs[T ~string](ctx context.Context, id T, o orgTexts, before map[string]Translation,
	used func(ctx context.Context, locale string, slugs []string) (map[string]T, error)) error {
	free := func(title, locale string) (string, error) {
		base := Slugify(title, locale)
		if base == "" { // nothing of the title can stand in a slug
			_, base, _ = strings.Cut(string(id), "_")
		}
		for first := 1; ; first += 20 {
			candidates := SlugCandidates(base, first, 20)
			taken, err := used(ctx, locale, candidates)
			if err != nil {
				return "", err
			}
			for _, c := range candidates {
				if owner, ok := taken[c]; !ok || owner == id {
					return c, nil
				}
			}
		}
	}
	var err error
	if *o.slug == "" {
		if *o.slug, err = free(o.title, ""); err != nil {
			return err
		}
	}
	for _, l := range sortedKeys(o.translations) {
		t := o.translations[l]
		if t.Slug == "" {
			t.Slug = before[l].Slug
		}
		if t.Slug == "" && t.Title != "" {
			if t.Slug, err = free(t.Title, l); err != nil {
				return err
			}
		}
		o.translations[l] = t
	}
	return nil
}

// writeOrgSlugs makes the slugs current that are others than before.
func writeOrgSlugs[T ~string](ctx context.Context, id T, before, after orgTexts,
	set func(ctx context.Context, id T, locale, slug string) error) error {
	if before.slug == nil || *before.slug != *after.slug {
		if err := set(ctx, id, "", *after.slug); err != nil {
			return err
		}
	}
	locales := slices.Concat(sortedKeys(before.translations), sortedKeys(after.translations))
	slices.Sort(locales)
	for _, l := range slices.Compact(locales) {
		if slug := after.translations[l].Slug; slug != before.translations[l].Slug {
			if err := set(ctx, id, l, slug); err != nil {
				return err
			}
		}
	}
	return nil
}

// resolve picks what a slug leads to for somebody who reads a locale: what has
// it now goes before what had it, and a locale near the reader's before others.
func resolve(targets []OrgTarget, locale string) (OrgTarget, bool) {
	chain := append(Fallback(locale), "")
	rank := func(t OrgTarget) int {
		r := slices.Index(chain, t.Locale)
		if r < 0 {
			r = len(chain)
		}
		if !t.Current {
			r += len(chain) + 1
		}
		return r
	}
	if len(targets) == 0 {
		return OrgTarget{}, false
	}
	return slices.MinFunc(targets, func(a, b OrgTarget) int { return rank(a) - rank(b) }), true
}
