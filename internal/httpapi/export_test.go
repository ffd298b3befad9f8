package httpapi

import (
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/danielgtaylor/huma/v2"
)

// Declared returns what the API declares, for tests: its description and the
// permissions of the routes outside of it, by pattern.
func Declared() (*huma.OpenAPI, map[string]core.Permission) {
	a := newAPI(Services{}, Config{}.withDefaults())
	return a.huma.OpenAPI(), a.plain
}
