package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// Picture is an image that is drawn of a product.
type Picture struct {
	Product  core.ProductID
	Variants []core.VariantID // that it shows; none: all
	Alt      string
	Shape    string // code of the kind
	Color    uint32 // sRGB
	Material string
	Form     int    // which of the kind's forms
	Seed     uint64 // of small differences
}

func names() []string {
	return strings.Fields("Alba Arven Birk Brisa Calder Corin Dalby Elin Esker Fara Fjella Garnet Halden Hestia Ilse Iver Juno Kaia Kelda Lark Linnea " +
		"Lomond Lune Marlo Mira Nessa Nordby Odin Olea Orla Perrin Petra Quill Rhea Riva Rowan Saga Selva Skye Solen Sorrel Tamsin Teasel Tilda Tove Ulla " +
		"Umber Vale Vesper Viola Wren Yara Ylva Zephyr Åsa Élise Noé Zoë Søren")
}

func (s swatch) hex() string { return fmt.Sprintf("#%06x", s.rgb) }

func (m *maker) products() {
	m.kinds = kinds()
	stuff := map[string]material{}
	for _, x := range materials() {
		stuff[x.code] = x
	}
	palette := map[string]swatch{}
	for _, s := range colors() {
		palette[s.code] = s
	}
	categories := map[string]core.CategoryID{}
	for _, c := range m.Categories {
		categories[c.Slug] = c.ID
	}
	wants, nums := demands(), numbers()
	m.numbers, m.firstOf = nums, map[string]int{}
	for i := range m.kinds {
		k := &m.kinds[i]
		order := m.rng.Perm(len(names()))
		m.firstOf[k.code] = len(m.Products)
		for j := range k.forms {
			g := good{kind: k, demand: wants[k.code], appeal: .35 + m.rng.ExpFloat64(), quality: min(4.75, max(2.9, m.around(4.25, .42)))}
			first := m.rng.IntN(len(k.colors))
			n := 3 + m.rng.IntN(2)
			if k.option != "" {
				n = 2
			}
			if k.noColor {
				n = 1
			}
			for c := range min(n, len(k.colors)) {
				g.colors = append(g.colors, palette[k.colors[(first+c)%len(k.colors)]])
			}
			m.clock = m.From.AddDate(0, 0, -20-m.rng.IntN(60)).Add(time.Duration(m.rng.IntN(36000)) * time.Second)
			if m.chance(.16) { // comes in later
				m.clock = m.From.AddDate(0, 0, 30+m.rng.IntN(history-60)).Add(8 * time.Hour)
			}
			name := names()[order[j]]
			p := m.product(k, j, name, g, stuff[k.forms[j].material], nums[k.code][j])
			p.Categories = []core.CategoryID{categories[k.category]}
			g.steps = m.priceSteps(p.CreatedAt, g.demand)
			m.variants(&p, k, &g, nums[k.code][j], fmt.Sprintf("%s-%s", strings.ToUpper(k.code), skuPart(name)))
			m.Products, m.goods = append(m.Products, p), append(m.goods, g)
			m.pictures(&p, k, j, g)
		}
	}
}

// skuPart is the first letters of a name, in capitals of the alphabet.
func skuPart(name string) string {
	return strings.ToUpper(strings.ReplaceAll(catalog.Slugify(name, "en"), "-", ""))
}

func (m *maker) product(k *kind, form int, name string, g good, stuff material, nums []int) catalog.Product {
	f := k.forms[form]
	title, short := name+" "+f.title, name
	if k.code == "book" {
		title = f.title
		short, _, _ = strings.Cut(f.title, ":")
	}
	p := catalog.Product{ID: newID[core.ProductID](m, core.PrefixProduct), Slug: catalog.Slugify(title, "en"), Title: title, Status: catalog.StatusActive,
		PublishedAt: m.clock, Kind: catalog.KindPhysical, Vendor: pick(m, k.vendors), Version: 1, CreatedAt: m.clock, UpdatedAt: m.clock}
	p.Brand = p.Vendor
	for _, c := range m.TaxClasses {
		if c.Code == k.tax {
			p.TaxClass = c.ID
		}
	}
	uses := []use{pick(m, k.uses)}
	if other := pick(m, k.uses); other.code != uses[0].code {
		uses = append(uses, other)
	}
	p.Subtitle = subtitle(f.text)
	p.Description, p.Attributes = m.describe(k, form, short, stuff, uses, nums[2:])
	color := catalog.AttributeValue{Code: "color"}
	for _, c := range g.colors {
		color.Values = append(color.Values, c.code)
	}
	codes := catalog.AttributeValue{Code: "use"}
	for _, u := range uses {
		codes.Values = append(codes.Values, u.code)
		p.Tags = append(p.Tags, u.code)
	}
	if len(k.colors) > 0 && k.code != "book" {
		p.Attributes = append(p.Attributes, color)
	}
	p.Attributes = append(p.Attributes, codes, catalog.AttributeValue{Code: "material", Values: []string{stuff.code}},
		catalog.AttributeValue{Code: "launched", Date: p.CreatedAt.Format(time.DateOnly)})
	p.Tags = append(p.Tags, k.code, stuff.name)
	if g.demand.gift {
		p.Tags = append(p.Tags, "gift idea")
	}
	if season := map[string]string{"winter": "winter", "birds": "winter", "spring": "spring", "summer": "summer", "warm": "summer"}[g.demand.season]; season != "" {
		p.Tags = append(p.Tags, season)
	}
	if p.CreatedAt.After(m.Now.AddDate(0, 0, -75)) {
		p.Tags = append(p.Tags, "new")
	}
	p.Tags = sorted(p.Tags)
	p.SEO = catalog.SEO{Title: title + " | " + p.Vendor, Description: strings.SplitAfter(p.Description, ". ")[0]}
	return p
}

// subtitle is the beginning of a sentence up to its first break, if that is
// short enough.
func subtitle(s string) string {
	if at := strings.IndexAny(s, ",:;."); at > 24 && at < 90 {
		return s[:at]
	}
	return ""
}

func (m *maker) variants(p *catalog.Product, k *kind, g *good, nums []int, sku string) {
	values, steps := k.values, k.steps
	if k.option == "" {
		values, steps = []string{""}, []int{100}
	}
	if !k.noColor {
		option := catalog.Option{Name: "Color"}
		for _, c := range g.colors {
			option.Values = append(option.Values, c.name)
		}
		p.Options = append(p.Options, option)
	}
	if k.option != "" {
		p.Options = append(p.Options, catalog.Option{Name: k.option, Values: k.values})
	}
	euros := int64(nums[0]) * 100
	for _, c := range g.colors {
		for j, value := range values {
			grow := int64(steps[j])
			v := catalog.Variant{ID: newID[core.VariantID](m, core.PrefixVariant), ProductID: p.ID, SKU: sku, Barcode: m.gtin(), Options: map[string]string{},
				StockItemID: newID[core.StockItemID](m, core.PrefixStockItem), WeightGrams: int64(nums[1]) * grow / 100, Position: len(p.Variants) + 1,
				Dimensions: catalog.Dimensions{Length: k.size[0], Width: k.size[1], Height: k.size[2]}, Version: 1, CreatedAt: p.CreatedAt, UpdatedAt: p.CreatedAt}
			var title []string
			if !k.noColor {
				v.Options["Color"] = c.name
				v.SKU += "-" + skuPart(c.code)
				title = append(title, c.name)
			}
			if k.option != "" {
				v.Options[k.option] = value
				v.SKU += "-" + skuPart(strings.TrimSuffix(value, " cm"))
				title = append(title, value)
			}
			v.Title = strings.Join(title, " / ")
			m.pricesOf(&v, g, euros*grow/100)
			p.Variants = append(p.Variants, v)
			m.Items = append(m.Items, stock.Item{ID: v.StockItemID, SKU: v.SKU, Tracked: true, Policy: stock.Deny, Version: 1, CreatedAt: p.CreatedAt, UpdatedAt: p.CreatedAt})
		}
	}
}

// gtin is a new article number: 13 digits in the range for use within a shop.
func (m *maker) gtin() string {
	s := fmt.Sprintf("20%010d", m.rng.IntN(10_000_000_000))
	for d := range 10 {
		if full := s + fmt.Sprint(d); catalog.ValidGTIN(full) {
			return full
		}
	}
	return ""
}

func (m *maker) pictures(p *catalog.Product, k *kind, form int, g good) {
	seed := m.rng.Uint64()
	for i, c := range g.colors[:min(2, len(g.colors))] {
		pic := Picture{Product: p.ID, Shape: k.code, Color: c.rgb, Material: k.forms[form].material, Form: form, Seed: seed + uint64(i), Alt: p.Title}
		if !k.noColor {
			pic.Alt += " in " + lower(c.name)
			for _, v := range p.Variants {
				if v.Options["Color"] == c.name {
					pic.Variants = append(pic.Variants, v.ID)
				}
			}
		}
		m.Pictures = append(m.Pictures, pic)
	}
}

// money of the two other currencies for an amount in euros.
func convert(euros int64, c money.Currency) int64 {
	switch c {
	case usd:
		return euros * 108 / 100 // without tax, with the way across the ocean
	case gbp:
		return euros * 87 / 100
	}
	return euros
}
