package catalog

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Limits of a rule.
const (
	MaxConditions = 50
	maxAlternates = 100 // values of a condition
)

// Rule says which products belong to a collection.
type Rule struct {
	Any        bool        `json:"any,omitempty"` // one condition is enough; otherwise all must hold
	Conditions []Condition `json:"conditions"`
}

// Field is what a condition looks at.
type Field string

// The fields.
const (
	FieldTag       Field = "tag"       // one of the tags is one of Values
	FieldVendor    Field = "vendor"    // is one of Values
	FieldBrand     Field = "brand"     // is one of Values
	FieldKind      Field = "kind"      // is one of Values
	FieldTitle     Field = "title"     // contains one of Values
	FieldCategory  Field = "category"  // is in one of the categories in Values, or below it
	FieldPrice     Field = "price"     // an active variant's price in force, of any channel, lies from Min to Max
	FieldAttribute Field = "attribute" // has what Attribute selects
	FieldCreated   Field = "created"   // was created within the last Days
)

// Condition is one test of a product. Texts are compared ignoring case.
type Condition struct {
	Field     Field            `json:"field"`
	Not       bool             `json:"not,omitempty"` // holds when the test fails
	Values    []string         `json:"values,omitempty"`
	Currency  money.Currency   `json:"currency,omitempty"` // of a price
	Min       *int64           `json:"min,omitempty"`      // of a price, minor units
	Max       *int64           `json:"max,omitempty"`      // inclusive
	Days      int              `json:"days,omitempty"`
	Attribute *AttributeFilter `json:"attribute,omitempty"`
}

// ByTime reports whether products begin or cease to match without being
// edited.
func (r *Rule) ByTime() bool {
	return slices.ContainsFunc(r.Conditions, func(c Condition) bool { return c.Field == FieldCreated || c.Field == FieldPrice })
}

// Categories returns the categories the rule names.
func (r *Rule) Categories() []core.CategoryID {
	var out []core.CategoryID
	for _, c := range r.Conditions {
		if c.Field == FieldCategory {
			for _, v := range c.Values {
				out = append(out, core.CategoryID(v))
			}
		}
	}
	return out
}

func (r *Rule) validate(v *core.Violations, field string) {
	v.Check(len(r.Conditions) <= MaxConditions, field+".conditions", "at most %d are allowed", MaxConditions)
	for i, c := range r.Conditions {
		c.validate(v, fmt.Sprintf("%s.conditions[%d]", field, i))
	}
}

func (c *Condition) validate(v *core.Violations, at string) {
	values := true
	switch c.Field {
	case FieldTag, FieldVendor, FieldBrand, FieldKind, FieldTitle:
	case FieldCategory:
		for i, id := range c.Values {
			v.Check(core.ValidID(id, core.PrefixCategory), fmt.Sprintf("%s.values[%d]", at, i), "is not the ID of a category")
		}
	case FieldPrice:
		values = false
		v.Check(c.Currency.Valid(), at+".currency", "must be an ISO 4217 code in capitals")
		v.Check(c.Min != nil || c.Max != nil, at+".min", "min or max is required")
		v.Check(c.Min == nil || c.Max == nil || *c.Min <= *c.Max, at+".max", "must not be below min")
	case FieldAttribute:
		values = false
		v.Check(c.Attribute != nil && validCode(c.Attribute.Code), at+".attribute.code", "is required")
		v.Check(c.Attribute == nil || len(c.Attribute.Values) <= maxAlternates, at+".attribute.values", "at most %d are allowed", maxAlternates)
	case FieldCreated:
		values = false
		v.Check(c.Days >= 1 && c.Days <= 36500, at+".days", "must be between 1 and 36500")
	default:
		v.Check(false, at+".field", "must be tag, vendor, brand, kind, title, category, price, attribute or created")
		return
	}
	v.Check((len(c.Values) > 0) == values, at+".values", "are required for texts and categories, and for nothing else")
	v.Check(len(c.Values) <= maxAlternates, at+".values", "at most %d are allowed", maxAlternates)
	for i, s := range c.Values {
		checkText(v, fmt.Sprintf("%s.values[%d]", at, i), s, MaxTitle)
	}
	v.Check(c.Field == FieldPrice || c.Min == nil && c.Max == nil && c.Currency == "", at+".min", "only a price has limits")
	v.Check(c.Field == FieldAttribute || c.Attribute == nil, at+".attribute", "is for attributes only")
	v.Check(c.Field == FieldCreated || c.Days == 0, at+".days", "are for created only")
}

// Subject is a product as rules see it. Make one with NewSubject and match it
// with many rules. It is safe for concurrent use.
type Subject struct {
	product    *Product
	categories map[core.CategoryID]bool // with those above
	at         time.Time
	tags       []string // lower case
	vendor     string
	brand      string
	title      string
}

// NewSubject prepares a product, with variants and prices, for matching at a
// time. paths are the paths of its categories.
func NewSubject(p *Product, paths [][]core.CategoryID, at time.Time) *Subject {
	s := &Subject{product: p, categories: map[core.CategoryID]bool{}, at: at, vendor: strings.ToLower(p.Vendor), brand: strings.ToLower(p.Brand),
		title: strings.ToLower(p.Title)}
	for _, t := range p.Tags {
		s.tags = append(s.tags, strings.ToLower(t))
	}
	for _, path := range paths {
		for _, id := range path {
			s.categories[id] = true
		}
	}
	return s
}

// Match reports whether a product belongs to a collection by its rule. A rule
// without conditions matches nothing. It is a pure function: what it says of
// a product is what the collection has.
func Match(r *Rule, s *Subject) bool {
	if len(r.Conditions) == 0 {
		return false
	}
	for i := range r.Conditions {
		c := &r.Conditions[i]
		if c.test(s) != c.Not == r.Any {
			return r.Any
		}
	}
	return !r.Any
}

func (c *Condition) test(s *Subject) bool {
	switch c.Field {
	case FieldTag:
		return slices.ContainsFunc(s.tags, func(t string) bool { return c.names(t) })
	case FieldVendor:
		return c.names(s.vendor)
	case FieldBrand:
		return c.names(s.brand)
	case FieldKind:
		return c.names(string(s.product.Kind))
	case FieldTitle:
		return slices.ContainsFunc(c.Values, func(v string) bool { return strings.Contains(s.title, strings.ToLower(v)) })
	case FieldCategory:
		return slices.ContainsFunc(c.Values, func(v string) bool { return s.categories[core.CategoryID(v)] })
	case FieldPrice:
		return slices.ContainsFunc(s.product.Variants, func(v Variant) bool {
			return !v.Inactive && slices.ContainsFunc(v.Prices, func(p Price) bool { return c.priced(p, s.at) })
		})
	case FieldAttribute:
		return slices.ContainsFunc(s.product.Attributes, func(a AttributeValue) bool { return c.Attribute.selects(a) })
	case FieldCreated:
		return s.product.CreatedAt.After(s.at.AddDate(0, 0, -c.Days))
	}
	return false
}

// names reports whether a lower-case text is one of the values.
func (c *Condition) names(lower string) bool {
	return slices.ContainsFunc(c.Values, func(v string) bool { return strings.ToLower(v) == lower })
}

func (c *Condition) priced(p Price, at time.Time) bool {
	return p.Currency == c.Currency && p.Valid(at) && (c.Min == nil || p.Amount >= *c.Min) && (c.Max == nil || p.Amount <= *c.Max)
}

// selects reports whether a product's value of an attribute passes.
func (f *AttributeFilter) selects(a AttributeValue) bool {
	if a.Code != f.Code {
		return false
	}
	if len(f.Values) > 0 {
		return slices.ContainsFunc(f.Values, func(want string) bool {
			switch {
			case a.Bool != nil:
				return want == fmt.Sprint(*a.Bool)
			case a.Date != "":
				return want == a.Date
			case a.Text != "":
				return strings.EqualFold(want, a.Text)
			}
			return slices.Contains(a.Values, want)
		})
	}
	if f.Min == nil && f.Max == nil {
		return true // has the attribute at all
	}
	return a.Number != nil && (f.Min == nil || *a.Number >= *f.Min) && (f.Max == nil || *a.Number <= *f.Max)
}

// compiled returns the rule with what Match needs prepared: values in lower
// case, so that matching thousands of rules does not fold them again.
func (r Rule) compiled() *Rule {
	r.Conditions = slices.Clone(r.Conditions)
	for i := range r.Conditions {
		c := &r.Conditions[i]
		c.Values = slices.Clone(c.Values)
		for j, v := range c.Values {
			c.Values[j] = strings.ToLower(v)
		}
	}
	return &r
}
