package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// MaxSKU is the longest SKU, in bytes.
const MaxSKU = 100

// maxMeasure bounds weights (grams) and dimensions (millimeters).
const maxMeasure = 1_000_000_000

// OptionKey is the variant's combination of option values in a form that is
// equal for equal combinations, whatever the order of the options.
func (v *Variant) OptionKey() string {
	var b strings.Builder
	for _, name := range sortedKeys(v.Options) {
		b.WriteString(name + "\x1f" + v.Options[name] + "\x1e")
	}
	return b.String()
}

// normalize brings a variant into the form it is kept in.
func (v *Variant) normalize(options []Option) {
	v.SKU, v.Barcode, v.Title = strings.TrimSpace(v.SKU), strings.TrimSpace(v.Barcode), strings.TrimSpace(v.Title)
	v.Options = maps.Clone(v.Options)
	for name, value := range v.Options {
		v.Options[name] = strings.TrimSpace(value)
	}
	if v.Title == "" {
		v.Title = variantTitle(options, v.Options)
	}
	v.Prices = normalPrices(v.Prices)
	v.Images = unique(v.Images)
}

// check validates a variant on its own and against the product's options.
func (v *Variant) check(vs *core.Violations, field string, options []Option) {
	at := func(name string) string { return field + name }
	checkText(vs, at("sku"), v.SKU, MaxSKU)
	vs.Check(v.Barcode == "" || ValidGTIN(v.Barcode), at("barcode"), "must be a GTIN of 8, 12, 13 or 14 digits with a right check digit")
	checkOptionalText(vs, at("title"), v.Title, 3000)
	vs.Check(v.WeightGrams >= 0 && v.WeightGrams <= maxMeasure, at("weight_grams"), "must be between 0 and %d", maxMeasure)
	for name, n := range map[string]int64{"length_mm": v.Dimensions.Length, "width_mm": v.Dimensions.Width, "height_mm": v.Dimensions.Height} {
		vs.Check(n >= 0 && n <= maxMeasure, at("dimensions."+name), "must be between 0 and %d", maxMeasure)
	}
	vs.Check(v.StockItemID == "" || core.ValidID(string(v.StockItemID), core.PrefixStockItem), at("stock_item_id"), "is not the ID of a stock item")
	vs.Check(v.Position >= 0 && v.Position <= maxMeasure, at("position"), "must be between 0 and %d", maxMeasure)
	vs.Check(len(v.Images) <= 250, at("image_ids"), "at most 250 are allowed")
	for i, id := range v.Images {
		vs.Check(core.ValidID(string(id), core.PrefixImage), fmt.Sprintf("%s[%d]", at("image_ids"), i), "is not the ID of an image")
	}
	checkMetadata(vs, at("metadata"), v.Metadata)
	checkPrices(vs, at("prices"), v.Prices)
	for _, o := range options {
		value, ok := v.Options[o.Name]
		vs.Check(ok, at("options."+o.Name), "is required")
		vs.Check(!ok || slices.Contains(o.Values, value), at("options."+o.Name), "%q is not a value of this option", value)
	}
	for _, name := range sortedKeys(v.Options) {
		vs.Check(slices.ContainsFunc(options, func(o Option) bool { return o.Name == name }), at("options."+name), "the product has no such option")
	}
}

// checkVariants validates variants that come in together; taken has the
// combinations that others of the product have.
func checkVariants(vs *core.Violations, field string, variants []Variant, options []Option, taken map[string]core.VariantID) {
	skus, keys := map[string]int{}, map[string]int{}
	for i := range variants {
		v, at := &variants[i], fmt.Sprintf("%s[%d]", field, i)
		v.check(vs, at+".", options)
		if j, twice := skus[v.SKU]; twice && v.SKU != "" {
			vs.Check(false, at+".sku", "%s[%d] has the same", field, j)
		}
		skus[v.SKU] = i
		key := v.OptionKey()
		if j, twice := keys[key]; twice {
			vs.Check(false, at+".options", "%s[%d] has the same combination", field, j)
		} else if other, there := taken[key]; there && other != v.ID {
			vs.Check(false, at+".options", "the variant %s has the same combination", other)
		}
		keys[key] = i
	}
}

// ValidGTIN reports whether s is a Global Trade Item Number (EAN, UPC, ISBN-13):
// 8, 12, 13 or 14 digits, the last of which checks the others by weights 3
// and 1 (GS1 General Specifications, 7.9).
func ValidGTIN(s string) bool {
	switch len(s) {
	case 8, 12, 13, 14:
	default:
		return false
	}
	sum := 0
	for i := range len(s) {
		d := int(s[i] - '0')
		if s[i] < '0' || d > 9 {
			return false
		}
		if (len(s)-i)%2 == 0 {
			d *= 3
		}
		sum += d
	}
	return sum%10 == 0
}
