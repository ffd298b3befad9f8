package connect

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/search"
)

// The fields of a product's document beside search's own, a product's
// attributes by their codes, and its options by their names in lower case.
const (
	fieldChannel    = "channel" // IDs of the channels it is sold in
	fieldBrand      = "brand"
	fieldVendor     = "vendor"
	fieldTag        = "tag"
	fieldKind       = "kind"
	fieldCategoryID = "category_id" // of all categories on the way to its own
	fieldPrice      = "price"       // in the default channel and its currency; see priceField
	fieldCreated    = "created"     // days since 1970
)

// colorNames are names of attributes and options that tell the color.
var colorNames = []string{"color", "colour", "farbe", "couleur", "colore", "kleur", "cor"}

// priceField names the number that is a product's lowest price, in whole units,
// in a channel and currency.
func priceField(channel core.ChannelID, currency money.Currency) string {
	return fieldPrice + "." + string(channel) + "." + string(currency)
}

// shopFacts is what documents need to know of the shop beside the products.
type shopFacts struct {
	channels   []catalog.Channel // the default one first
	attributes map[string]catalog.Attribute
	categories map[core.CategoryID]catalog.Category
	sold       map[core.ProductID]int64 // pieces in the last popularityDays
	at         time.Time
}

const popularityDays = 90

// locales returns the locales the shop is shown in, the default one first.
func (f *shopFacts) locales() []string {
	var out []string
	for _, c := range f.channels {
		for _, l := range c.Locales {
			if !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	if out == nil {
		out = []string{"en"}
	}
	return out
}

func (s *Search) facts(ctx context.Context) (*shopFacts, error) {
	f := &shopFacts{attributes: map[string]catalog.Attribute{}, categories: map[core.CategoryID]catalog.Category{}, sold: map[core.ProductID]int64{}, at: s.cfg.Clock.Now()}
	err := s.db.View(ctx, func(tx SearchTx) error {
		channels, err := tx.Catalog().Channels(ctx)
		if err != nil {
			return err
		}
		f.channels = slices.DeleteFunc(channels, func(c catalog.Channel) bool { return !c.Active })
		slices.SortStableFunc(f.channels, func(a, b catalog.Channel) int {
			return cmp.Compare(b2i(a.Code != catalog.DefaultChannel), b2i(b.Code != catalog.DefaultChannel))
		})
		attributes, err := tx.Catalog().Attributes(ctx)
		if err != nil {
			return err
		}
		for _, a := range attributes {
			f.attributes[a.Code] = a
		}
		categories, err := tx.Catalog().Categories(ctx)
		if err != nil {
			return err
		}
		for _, c := range categories {
			f.categories[c.ID] = c
		}
		top, err := tx.Orders().TopProducts(ctx, order.TopQuery{From: f.at.AddDate(0, 0, -popularityDays), Limit: 1_000_000})
		for _, p := range top {
			f.sold[p.Product] = p.Quantity
		}
		return err
	})
	return f, err
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// document describes a product as it is shown in a locale; false when shoppers
// do not see it anywhere.
func (f *shopFacts) document(p catalog.Product, levels map[core.StockItemID]stock.Availability, locale string) (search.Document, bool) {
	if !p.Published(f.at) {
		return search.Document{}, false
	}
	x := p.Localize(locale)
	d := search.Document{ID: string(p.ID), Locale: locale, Attributes: map[string][]string{fieldKind: {string(p.Kind)}},
		Numbers: map[string]float64{fieldCreated: math.Floor(float64(p.CreatedAt.Unix()) / 86400)},
		Text: map[string]string{search.FieldTitle: x.Title, search.FieldBrand: x.Brand, "subtitle": x.Subtitle, search.FieldDescription: x.Description,
			"vendor": x.Vendor, "tags": strings.Join(x.Tags, " ")},
		Popularity: float64(f.sold[p.ID]), Rating: float64(p.Rating.Average) / 100, Ratings: int(p.Rating.Count), Unavailable: true}
	add := func(field string, values ...string) {
		for _, v := range values {
			if v != "" && !slices.Contains(d.Attributes[field], v) {
				d.Attributes[field] = append(d.Attributes[field], v)
			}
		}
	}
	add(fieldBrand, p.Brand)
	add(fieldVendor, p.Vendor)
	add(fieldTag, p.Tags...)
	f.prices(&d, p, add)
	if len(d.Attributes[fieldChannel]) == 0 {
		return d, false
	}
	var other []string
	told := func(name string, values []string) {
		text := strings.Join(values, " ")
		if slices.Contains(colorNames, name) {
			d.Text[search.FieldColor] = strings.TrimSpace(d.Text[search.FieldColor] + " " + text)
			return
		}
		other = append(other, text)
	}
	for i, o := range x.Options {
		name := strings.ToLower(p.Options[i].Name)
		add(name, o.Values...)
		told(name, o.Values)
	}
	f.attributesOf(&d, p, locale, add, told)
	for _, v := range p.Variants {
		if !v.Inactive {
			other = append(other, v.SKU, v.Barcode)
			a, known := levels[v.StockItemID]
			d.Unavailable = d.Unavailable && v.StockItemID != "" && known && !a.CanSell(1)
		}
	}
	d.Text["details"] = strings.TrimSpace(strings.Join(other, " "))
	f.categoriesOf(&d, p, locale, add)
	return d, true
}

// prices notes the channels a product is sold in and its lowest price in each.
func (f *shopFacts) prices(d *search.Document, p catalog.Product, add func(string, ...string)) {
	ranges := catalog.Ranges(p.Variants)
	for i, c := range f.channels {
		if !p.InChannel(c.ID) {
			continue
		}
		for j, currency := range c.Currencies {
			price := catalog.RangeOf(ranges, c.ID, currency, f.at)
			if price == nil {
				continue
			}
			add(fieldChannel, string(c.ID))
			whole := float64(price.Min.Amount) / math.Pow10(currency.Exponent())
			d.Numbers[priceField(c.ID, currency)] = whole
			if i == 0 && j == 0 {
				d.Numbers[fieldPrice] = whole
			}
		}
	}
}

func (f *shopFacts) attributesOf(d *search.Document, p catalog.Product, locale string, add func(string, ...string), told func(string, []string)) {
	for _, v := range p.Attributes {
		def, ok := f.attributes[v.Code]
		if !ok {
			continue
		}
		switch {
		case v.Number != nil:
			d.Numbers[v.Code] = *v.Number
			if def.Unit != "" {
				if d.Units == nil {
					d.Units = map[string]string{}
				}
				d.Units[v.Code] = def.Unit
			}
		case v.Bool != nil:
			add(v.Code, map[bool]string{true: "true", false: "false"}[*v.Bool])
			if *v.Bool {
				told(v.Code, []string{def.LocalName(locale)})
			}
		case len(v.Values) > 0:
			var names []string
			for _, c := range def.Values {
				if slices.Contains(v.Values, c.Code) {
					names = append(names, c.LocalName(locale))
				}
			}
			add(v.Code, names...)
			told(v.Code, names)
		default:
			add(v.Code, v.Text, v.Date)
			told(v.Code, []string{v.Text})
		}
	}
}

func (f *shopFacts) categoriesOf(d *search.Document, p catalog.Product, locale string, add func(string, ...string)) {
	for _, id := range p.Categories {
		c, ok := f.categories[id]
		if !ok {
			continue
		}
		var names []string
		hidden := false
		for _, step := range c.Path {
			above := f.categories[step]
			hidden = hidden || above.Hidden
			names = append(names, above.Localize(locale).Title)
		}
		if hidden {
			continue
		}
		for _, step := range c.Path {
			add(fieldCategoryID, string(step))
		}
		d.Categories = append(d.Categories, names)
	}
}
