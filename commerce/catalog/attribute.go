package catalog

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// AttributeType says what values an attribute has.
type AttributeType string

// The types of attribute.
const (
	AttributeText   AttributeType = "text"
	AttributeNumber AttributeType = "number" // with the definition's unit
	AttributeBool   AttributeType = "bool"
	AttributeEnum   AttributeType = "enum"   // of the definition's values
	AttributeDate   AttributeType = "date"   // "2026-11-23"
	AttributeSwatch AttributeType = "swatch" // an enum whose values have a color
)

// Attribute defines a typed property of products: "material", "screen size in
// cm". Products are validated against it on write.
type Attribute struct {
	Code       string            `json:"code"` // identifies it, for ever
	Name       string            `json:"name"`
	Names      map[string]string `json:"names,omitempty"` // by locale
	Type       AttributeType     `json:"type"`
	Unit       string            `json:"unit,omitempty"`     // of a number: "cm"
	Values     []AttributeChoice `json:"values,omitempty"`   // of an enum or swatch
	Multiple   bool              `json:"multiple,omitempty"` // an enum or swatch may have several values at once
	Filterable bool              `json:"filterable"`         // lists can be filtered by it
	Position   int               `json:"position"`
	Version    int64             `json:"version"`
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
}

// AttributeChoice is one allowed value of an enum or swatch.
type AttributeChoice struct {
	Code  string            `json:"code"`
	Name  string            `json:"name"`
	Names map[string]string `json:"names,omitempty"` // by locale
	Color string            `json:"color,omitempty"` // of a swatch: "#0b1f3a"
}

// AttributeValue is a product's value of an attribute. Which member counts
// depends on the attribute's type.
type AttributeValue struct {
	Code   string   `json:"code"`
	Text   string   `json:"text,omitempty"`
	Number *float64 `json:"number,omitempty"` // in the definition's unit
	Bool   *bool    `json:"bool,omitempty"`
	Date   string   `json:"date,omitempty"`
	Values []string `json:"values,omitempty"` // codes of choices, of an enum or swatch
}

// LocalName is the attribute's name in a locale.
func (a *Attribute) LocalName(locale string) string {
	return text(a.Names, locale, a.Name, func(s string) string { return s })
}

// LocalName is the choice's name in a locale.
func (c *AttributeChoice) LocalName(locale string) string {
	return text(c.Names, locale, c.Name, func(s string) string { return s })
}

// choices reports whether values come from the definition's list.
func (a *Attribute) choices() bool { return a.Type == AttributeEnum || a.Type == AttributeSwatch }

func (a *Attribute) normalize() {
	if a.Name == "" {
		a.Name = a.Code
	}
	for i := range a.Values {
		if a.Values[i].Name == "" {
			a.Values[i].Name = a.Values[i].Code
		}
	}
}

func (a *Attribute) validate() error {
	var v core.Violations
	v.Check(validCode(a.Code), "code", "must be 1 to 64 of a-z, 0-9, - and _")
	checkText(&v, "name", a.Name, MaxTitle)
	checkNames(&v, "names", a.Names)
	switch a.Type {
	case AttributeText, AttributeNumber, AttributeBool, AttributeDate, AttributeEnum, AttributeSwatch:
	default:
		v.Check(false, "type", "must be text, number, bool, enum, date or swatch")
	}
	v.Check(a.Unit == "" || a.Type == AttributeNumber, "unit", "only numbers have one")
	v.Check(len(a.Unit) <= 32 && core.ValidText(a.Unit), "unit", "must be at most 32 bytes of valid text")
	v.Check(a.choices() == (len(a.Values) > 0), "values", "enum and swatch have at least one, other types none")
	v.Check(!a.Multiple || a.choices(), "multiple", "only enum and swatch can have several values")
	v.Check(len(a.Values) <= 5000, "values", "at most 5000 are allowed")
	seen := map[string]bool{}
	for i, c := range a.Values {
		field := fmt.Sprintf("values[%d]", i)
		v.Check(validCode(c.Code), field+".code", "must be 1 to 64 of a-z, 0-9, - and _")
		v.Check(!seen[c.Code], field+".code", "is there twice")
		seen[c.Code] = true
		checkText(&v, field+".name", c.Name, MaxTitle)
		checkNames(&v, field+".names", c.Names)
		v.Check(c.Color == "" || a.Type == AttributeSwatch && validColor(c.Color), field+".color", "must be #rrggbb, of a swatch")
	}
	return v.Err()
}

func checkNames(v *core.Violations, field string, names map[string]string) {
	v.Check(len(names) <= MaxLocales, field, "at most %d locales are allowed", MaxLocales)
	for _, l := range sortedKeys(names) {
		v.Check(ValidLocale(l), field+"."+l, "must be a BCP 47 tag such as de or de-CH")
		checkText(v, field+"."+l, names[l], MaxTitle)
	}
}

func validColor(s string) bool {
	return len(s) == 7 && s[0] == '#' && strings.Trim(strings.ToLower(s[1:]), "0123456789abcdef") == ""
}

// check validates a value against the definition.
func (a *Attribute) check(v *core.Violations, field string, x AttributeValue) {
	member := map[string]bool{"text": x.Text != "", "number": x.Number != nil, "bool": x.Bool != nil, "date": x.Date != "", "values": len(x.Values) > 0}
	want := string(a.Type)
	if a.choices() {
		want = "values"
	}
	for _, m := range sortedKeys(member) {
		if m != want {
			v.Check(!member[m], field+"."+m, "the attribute %s is of type %s", a.Code, a.Type)
		}
	}
	v.Check(member[want], field+"."+want, "is required")
	if !member[want] {
		return
	}
	switch a.Type {
	case AttributeText:
		v.Check(len(x.Text) <= 10_000 && core.ValidText(x.Text), field+".text", "must be at most 10000 bytes of valid text")
	case AttributeNumber:
		v.Check(!math.IsNaN(*x.Number) && !math.IsInf(*x.Number, 0), field+".number", "must be a number")
	case AttributeDate:
		_, err := time.Parse(time.DateOnly, x.Date)
		v.Check(err == nil, field+".date", "must be a date such as 2026-11-23")
	case AttributeEnum, AttributeSwatch:
		v.Check(a.Multiple || len(x.Values) == 1, field+".values", "the attribute %s has a single value", a.Code)
		for i, code := range x.Values {
			at := fmt.Sprintf("%s.values[%d]", field, i)
			v.Check(slices.ContainsFunc(a.Values, func(c AttributeChoice) bool { return c.Code == code }), at, "%q is not a value of the attribute %s", code, a.Code)
			v.Check(!slices.Contains(x.Values[:i], code), at, "is there twice")
		}
	}
}

// checkAttributes validates a product's values against the definitions, by code.
func checkAttributes(v *core.Violations, field string, values []AttributeValue, defs map[string]Attribute) {
	v.Check(len(values) <= MaxAttributes, field, "at most %d are allowed", MaxAttributes)
	seen := map[string]bool{}
	for i, x := range values {
		at := fmt.Sprintf("%s[%d]", field, i)
		def, ok := defs[x.Code]
		v.Check(ok, at+".code", "no attribute %q is defined", x.Code)
		v.Check(!seen[x.Code], at+".code", "is there twice")
		seen[x.Code] = true
		if ok {
			def.check(v, at, x)
		}
	}
}

// AttributeFilter selects products by an attribute.
type AttributeFilter struct {
	Code   string   `json:"code"`
	Values []string `json:"values,omitempty"` // any of these: choices, a text, a date, "true" or "false"
	Min    *float64 `json:"min,omitempty"`    // of a number
	Max    *float64 `json:"max,omitempty"`
}

// AttributeView is an attribute's value with its definition's words.
type AttributeView struct {
	Code   string            `json:"code"`
	Name   string            `json:"name"`
	Type   AttributeType     `json:"type"`
	Unit   string            `json:"unit,omitempty"`
	Text   string            `json:"text,omitempty"`
	Number *float64          `json:"number,omitempty"`
	Bool   *bool             `json:"bool,omitempty"`
	Date   string            `json:"date,omitempty"`
	Values []AttributeChoice `json:"values,omitempty"` // with their names in the locale
}

func (a *Attribute) view(x AttributeValue, locale string) AttributeView {
	out := AttributeView{Code: a.Code, Name: a.LocalName(locale), Type: a.Type, Unit: a.Unit, Text: x.Text, Number: x.Number, Bool: x.Bool, Date: x.Date}
	for _, code := range x.Values {
		for _, c := range a.Values {
			if c.Code == code {
				out.Values = append(out.Values, AttributeChoice{Code: c.Code, Name: c.LocalName(locale), Color: c.Color})
			}
		}
	}
	return out
}
