package httpapi

import (
	"reflect"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
)

// schemaName names a type in the API's description: with its package, since
// lines of a cart, a quote and an order are different things.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Name() == "" {
		return huma.DefaultSchemaNamer(t, hint)
	}
	var b strings.Builder
	for _, token := range strings.FieldsFunc(t.String(), func(r rune) bool { return r == '[' || r == ']' || r == ',' || r == '*' }) {
		token = token[strings.LastIndexByte(token, '/')+1:]
		pkg, name, found := strings.Cut(token, ".")
		if !found {
			pkg, name = "", token
		}
		switch {
		case name == "" || name == "·":
			continue
		case pkg == "core" || pkg == "money" || pkg == "httpapi" || strings.EqualFold(pkg, name):
		default:
			b.WriteString(capital(pkg))
		}
		b.WriteString(capital(strings.Map(func(r rune) rune {
			if r == '·' || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return -1
			}
			return r
		}, name)))
	}
	return b.String()
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
