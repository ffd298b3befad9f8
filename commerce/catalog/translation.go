package catalog

import (
	"maps"
	"slices"
	"strings"
)

// Translation is a product's texts in one locale. What is empty falls back to
// the wider locale and then to the product's own text.
type Translation struct {
	Title       string                `json:"title,omitempty"`
	Subtitle    string                `json:"subtitle,omitempty"`
	Description string                `json:"description,omitempty"`
	Slug        string                `json:"slug,omitempty"` // unique per locale; made from the title when left empty
	SEO         SEO                   `json:"seo,omitzero"`
	Options     map[string]OptionText `json:"options,omitempty"` // by the option's name
}

// OptionText is an option's name and values in one locale.
type OptionText struct {
	Name   string            `json:"name,omitempty"`
	Values map[string]string `json:"values,omitempty"` // value -> translated value
}

// Fallback returns the locales to look a text up in, narrowest first:
// "de-Latn-CH" gives itself, "de-Latn" and "de". The product's own texts come
// after them.
func Fallback(locale string) []string {
	var out []string
	for locale != "" {
		out = append(out, locale)
		i := strings.LastIndexByte(locale, '-')
		locale = locale[:max(i, 0)]
	}
	return out
}

// text returns the first of a field's translations that is not empty.
func text[T any](translations map[string]T, locale, own string, field func(T) string) string {
	for _, l := range Fallback(locale) {
		if t, ok := translations[l]; ok {
			if s := field(t); s != "" {
				return s
			}
		}
	}
	return own
}

// Localize returns the product with its texts in a locale, each falling back
// on its own. Option names and values of options and variants are translated
// as well. The result is for showing: saving it would store translations as
// the product's own texts.
func (p Product) Localize(locale string) Product {
	if locale == "" || len(p.Translations) == 0 {
		return p
	}
	get := func(own string, field func(Translation) string) string {
		return text(p.Translations, locale, own, field)
	}
	p.Title = get(p.Title, func(t Translation) string { return t.Title })
	p.Subtitle = get(p.Subtitle, func(t Translation) string { return t.Subtitle })
	p.Description = get(p.Description, func(t Translation) string { return t.Description })
	p.Slug = get(p.Slug, func(t Translation) string { return t.Slug })
	p.SEO.Title = get(p.SEO.Title, func(t Translation) string { return t.SEO.Title })
	p.SEO.Description = get(p.SEO.Description, func(t Translation) string { return t.SEO.Description })
	name := func(option string) string {
		return get(option, func(t Translation) string { return t.Options[option].Name })
	}
	value := func(option, v string) string {
		return get(v, func(t Translation) string { return t.Options[option].Values[v] })
	}
	options := slices.Clone(p.Options)
	for i, o := range options {
		options[i].Name = name(o.Name)
		options[i].Values = slices.Clone(o.Values)
		for j, v := range o.Values {
			options[i].Values[j] = value(o.Name, v)
		}
	}
	variants := slices.Clone(p.Variants)
	for i, v := range variants {
		if v.Title == variantTitle(p.Options, v.Options) {
			parts := make([]string, 0, len(p.Options))
			for _, o := range p.Options {
				parts = append(parts, value(o.Name, v.Options[o.Name]))
			}
			variants[i].Title = strings.Join(parts, " / ")
		}
		variants[i].Options = make(map[string]string, len(v.Options))
		for option, chosen := range v.Options {
			variants[i].Options[name(option)] = value(option, chosen)
		}
	}
	p.Options, p.Variants = options, variants
	return p
}

// variantTitle is the title of a variant that has none of its own.
func variantTitle(options []Option, chosen map[string]string) string {
	parts := make([]string, 0, len(options))
	for _, o := range options {
		parts = append(parts, chosen[o.Name])
	}
	return strings.Join(parts, " / ")
}

// ValidLocale reports whether s has the shape of a BCP 47 tag as it is written
// here: "de", "de-CH", "zh-Hant-TW".
func ValidLocale(s string) bool {
	parts := strings.Split(s, "-")
	if len(s) > 35 || len(parts) > 5 {
		return false
	}
	for i, p := range parts {
		if len(p) < 2 || len(p) > 8 || (i == 0 && (len(p) > 3 || strings.ToLower(p) != p)) {
			return false
		}
		for _, c := range []byte(p) {
			if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i <= 0 || c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
