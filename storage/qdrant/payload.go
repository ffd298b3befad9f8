package qdrant

import (
	"encoding/hex"
	"math"
	"strings"
	"unicode/utf8"

	api "github.com/qdrant/go-client/qdrant"

	"github.com/bodega-commerce/bodega/search"
)

// A point's payload is {"id": ..., "values": ["brand=Acme", ...],
// "number_price": 9.5, ...}. All whole values share one key, hence one index,
// which is there before anybody knows what attributes a shop has.
const (
	keyID     = "id"
	keyValues = "values"
	keyNumber = "number_" // before the field's name
)

// fieldName writes a field with what a payload's key can hold, each otherwise.
func fieldName(field string) string {
	special := func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}
	if field == "" || strings.HasPrefix(field, "x_") || strings.ContainsFunc(field, special) {
		return "x_" + hex.EncodeToString([]byte(field))
	}
	return field
}

// keyword is a value of a field. No two are written alike.
func keyword(field, value string) string {
	if utf8.ValidString(value) {
		return fieldName(field) + "=" + value
	}
	return fieldName(field) + "~" + hex.EncodeToString([]byte(value))
}

// finite brings a number within what JSON can hold.
func finite(x float64) float64 { return min(max(x, -math.MaxFloat64), math.MaxFloat64) }

func payload(v search.Vector) map[string]*api.Value {
	p := map[string]*api.Value{keyID: api.NewValueString(v.ID)}
	if v.Document == nil {
		return p
	}
	values, numbers := v.Document.Values()
	var keywords []*api.Value
	for field, of := range values {
		for _, value := range of {
			keywords = append(keywords, api.NewValueString(keyword(field, value)))
		}
	}
	p[keyValues] = api.NewValueFromList(keywords...)
	for field, n := range numbers {
		p[keyNumber+fieldName(field)] = api.NewValueDouble(finite(n))
	}
	return p
}

// condition says filters in the server's terms; nil: none.
func condition(filters []search.Filter) *api.Filter {
	if len(filters) == 0 {
		return nil
	}
	var c api.Filter
	for _, f := range filters {
		var one *api.Condition
		if f.Min != nil || f.Max != nil {
			one = api.NewRange(keyNumber+fieldName(f.Field), &api.Range{Gte: bound(f.Min), Lte: bound(f.Max)})
		} else {
			keywords := make([]string, len(f.Values))
			for i, v := range f.Values {
				keywords[i] = keyword(f.Field, v)
			}
			one = api.NewMatchKeywords(keyValues, keywords...)
		}
		if f.Not {
			c.MustNot = append(c.MustNot, one)
		} else {
			c.Must = append(c.Must, one)
		}
	}
	if len(c.Must) == 0 { // a vector without a document passes no filter, not even "not"
		c.MustNot = append(c.MustNot, api.NewIsEmpty(keyValues))
	}
	return &c
}

func bound(x *float64) *float64 {
	if x == nil {
		return nil
	}
	return api.PtrOf(finite(*x))
}
