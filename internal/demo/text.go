package demo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/catalog"
)

// describe writes the description of a product and the attributes it tells of.
func (m *maker) describe(k *kind, form int, short string, stuff material, uses []use, nums []int) (string, []catalog.AttributeValue) {
	var attributes []catalog.AttributeValue
	f := k.forms[form]
	first := []string{strings.ReplaceAll(pick(m, k.intro), "{it}", short), f.text}
	second := []string{}
	if stuff.text != "" {
		second = append(second, stuff.text)
	}
	for _, u := range uses {
		second = append(second, u.text)
	}
	third := []string{}
	for i, fact := range k.facts {
		if nums[i] == none {
			continue
		}
		n := float64(nums[i])
		attributes = append(attributes, catalog.AttributeValue{Code: fact.attribute, Number: &n})
		third = append(third, fmt.Sprintf(fact.text, nums[i]))
	}
	for _, code := range sortedKeys(k.choices) {
		values := k.choices[code]
		value := pick(m, values)
		if len(values) == len(k.forms) && code != "fit" {
			value = values[form]
		}
		attributes = append(attributes, catalog.AttributeValue{Code: code, Values: []string{choiceCode(value)}})
		switch code {
		case "origin":
			third = append(third, "Origin: "+value+".")
		case "sow_in":
			third = append(third, "Sow from "+value+" on.")
		case "fit":
			third = append(third, map[string]string{"women": "The cut is made for women.", "men": "The cut is made for men.", "unisex": "The cut suits everybody."}[value])
		}
	}
	for _, flag := range k.flags {
		yes := m.holds(flag, f, stuff)
		attributes = append(attributes, catalog.AttributeValue{Code: flag, Bool: &yes})
	}
	third = append(third, stuff.care)
	attributes = append(attributes, catalog.AttributeValue{Code: "care", Text: stuff.care})
	return strings.Join(first, " ") + "\n\n" + strings.Join(second, " ") + "\n\n" + strings.Join(third, " "), attributes
}

// holds reports whether a thing has a property that its kind often has.
func (m *maker) holds(flag string, f form, stuff material) bool {
	switch flag {
	case "dishwasher_safe":
		return strings.HasPrefix(stuff.care, "Dishwasher")
	case "induction":
		return stuff.code == "cast-iron" || stuff.code == "steel" || stuff.code == "carbon-steel" || stuff.code == "enamel"
	case "vegan":
		return stuff.code != "beeswax" && !strings.Contains(f.title+f.text, "Milk")
	case "waterproof", "weatherproof":
		return !slices.Contains([]string{"leather", "suede", "cotton", "wool", "down", "linen"}, stuff.code)
	case "organic":
		return m.chance(.6)
	}
	return true
}

func sorted(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
