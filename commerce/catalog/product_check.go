package catalog

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// checkText validates a required short text.
func checkText(v *core.Violations, field, s string, most int) {
	v.Check(strings.TrimSpace(s) != "", field, "is required")
	checkOptionalText(v, field, s, most)
	v.Check(core.ValidLine(s) || !core.ValidText(s), field, "must be one line without control characters")
}

func checkOptionalText(v *core.Violations, field, s string, most int) {
	v.Check(len(s) <= most, field, "must be at most %d bytes", most)
	v.Check(core.ValidText(s), field, "must be valid UTF-8 without NUL")
}

// validCode reports whether s can be a code that people and URLs use.
func validCode(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

func checkMetadata(v *core.Violations, field string, m map[string]json.RawMessage) {
	size := 0
	for _, k := range sortedKeys(m) {
		size += len(k) + len(m[k])
		v.Check(k != "" && len(k) <= 255 && core.ValidText(k), field, "a key must be 1 to 255 bytes of valid text")
		v.Check(json.Valid(m[k]) && core.ValidText(string(m[k])), field+"."+k, "must be JSON")
	}
	v.Check(size <= MaxMetadata, field, "must be at most %d bytes in total", MaxMetadata)
}

// normalize fills in defaults and brings a product into the form it is kept in.
func (p *Product) normalize() {
	for _, s := range []*string{&p.Slug, &p.Title, &p.Subtitle, &p.Vendor, &p.Brand} {
		*s = strings.TrimSpace(*s)
	}
	if p.Status == "" {
		p.Status = StatusDraft
	}
	if p.Kind == "" {
		p.Kind = KindPhysical
	}
	p.PublishedAt = normalTime(p.PublishedAt)
	p.Tags = normalTags(p.Tags)
	p.Channels = unique(p.Channels)
	p.Categories = unique(p.Categories)
	p.Options = slices.Clone(p.Options)
	for i := range p.Options {
		o := &p.Options[i]
		o.Name = strings.TrimSpace(o.Name)
		o.Values = slices.Clone(o.Values)
		for j := range o.Values {
			o.Values[j] = strings.TrimSpace(o.Values[j])
		}
	}
}

// normalTags trims, drops empty and repeated ones (whatever their case) and
// sorts.
func normalTags(tags []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range tags {
		t = strings.TrimSpace(t)
		if key := strings.ToLower(t); t != "" && !seen[key] {
			seen[key] = true
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return out
}

// unique drops repeated values and keeps the order.
func unique[T comparable](in []T) []T {
	var out []T
	seen := make(map[T]bool, len(in))
	for _, x := range in {
		if !seen[x] {
			seen[x] = true
			out = append(out, x)
		}
	}
	return out
}

// check validates all of a product except its variants.
func (p *Product) check(v *core.Violations, field string, defs map[string]Attribute) {
	at := func(name string) string { return field + name }
	v.Check(p.Slug == "" || ValidSlug(p.Slug), at("slug"), "must be at most %d bytes of lower-case letters, digits and single hyphens", MaxSlug)
	checkText(v, at("title"), p.Title, MaxTitle)
	checkOptionalText(v, at("subtitle"), p.Subtitle, 2*MaxTitle)
	checkOptionalText(v, at("description"), p.Description, MaxDescription)
	checkOptionalText(v, at("vendor"), p.Vendor, MaxTitle)
	checkOptionalText(v, at("brand"), p.Brand, MaxTitle)
	checkOptionalText(v, at("seo.title"), p.SEO.Title, MaxTitle)
	checkOptionalText(v, at("seo.description"), p.SEO.Description, 5000)
	v.Check(p.Status == StatusDraft || p.Status == StatusActive || p.Status == StatusArchived, at("status"), "must be draft, active or archived")
	v.Check(p.Kind == KindPhysical || p.Kind == KindDigital || p.Kind == KindService, at("kind"), "must be physical, digital or service")
	v.Check(p.TaxClass == "" || core.ValidID(string(p.TaxClass), core.PrefixTaxClass), at("tax_class_id"), "is not the ID of a tax class")
	v.Check(len(p.Tags) <= MaxTags, at("tags"), "at most %d are allowed", MaxTags)
	for i, t := range p.Tags {
		checkOptionalText(v, fmt.Sprintf("%s[%d]", at("tags"), i), t, 255)
	}
	for i, c := range p.Channels {
		v.Check(core.ValidID(string(c), core.PrefixChannel), fmt.Sprintf("%s[%d]", at("channel_ids"), i), "is not the ID of a channel")
	}
	v.Check(len(p.Categories) <= 250, at("category_ids"), "at most 250 are allowed")
	for i, c := range p.Categories {
		v.Check(core.ValidID(string(c), core.PrefixCategory), fmt.Sprintf("%s[%d]", at("category_ids"), i), "is not the ID of a category")
	}
	checkOptions(v, at("options"), p.Options)
	checkAttributes(v, at("attributes"), p.Attributes, defs)
	checkMetadata(v, at("metadata"), p.Metadata)
	p.checkTranslations(v, at("translations"))
}

func checkOptions(v *core.Violations, field string, options []Option) {
	v.Check(len(options) <= MaxOptions, field, "at most %d are allowed", MaxOptions)
	names := map[string]bool{}
	for i, o := range options {
		at := fmt.Sprintf("%s[%d]", field, i)
		checkText(v, at+".name", o.Name, 255)
		v.Check(!names[strings.ToLower(o.Name)], at+".name", "is there twice")
		names[strings.ToLower(o.Name)] = true
		v.Check(len(o.Values) > 0 && len(o.Values) <= MaxValues, at+".values", "1 to %d are needed", MaxValues)
		values := map[string]bool{}
		for j, s := range o.Values {
			here := fmt.Sprintf("%s.values[%d]", at, j)
			checkText(v, here, s, 255)
			v.Check(!values[strings.ToLower(s)], here, "is there twice")
			values[strings.ToLower(s)] = true
		}
	}
}

func (p *Product) checkTranslations(v *core.Violations, field string) {
	v.Check(len(p.Translations) <= MaxLocales, field, "at most %d locales are allowed", MaxLocales)
	for _, l := range sortedKeys(p.Translations) {
		t, at := p.Translations[l], field+"."+l
		v.Check(ValidLocale(l), at, "the locale must be a BCP 47 tag such as de or de-CH")
		v.Check(t.Slug == "" || ValidSlug(t.Slug), at+".slug", "must be at most %d bytes of lower-case letters, digits and single hyphens", MaxSlug)
		checkOptionalText(v, at+".title", t.Title, MaxTitle)
		checkOptionalText(v, at+".subtitle", t.Subtitle, 2*MaxTitle)
		checkOptionalText(v, at+".description", t.Description, MaxDescription)
		checkOptionalText(v, at+".seo.title", t.SEO.Title, MaxTitle)
		checkOptionalText(v, at+".seo.description", t.SEO.Description, 5000)
		for _, name := range sortedKeys(t.Options) {
			i := slices.IndexFunc(p.Options, func(o Option) bool { return o.Name == name })
			v.Check(i >= 0, at+".options."+name, "the product has no such option")
			checkOptionalText(v, at+".options."+name+".name", t.Options[name].Name, 255)
			for _, val := range sortedKeys(t.Options[name].Values) {
				v.Check(i < 0 || slices.Contains(p.Options[i].Values, val), at+".options."+name+".values."+val, "the option has no such value")
				checkOptionalText(v, at+".options."+name+".values."+val, t.Options[name].Values[val], 255)
			}
		}
	}
}
