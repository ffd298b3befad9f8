package httpapi

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// body is an answer with a body; the embedded headers are sent when set.
type body[T any] struct {
	Status   int
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Cache    string `header:"Cache-Control"`
	Body     T
}

// ok answers with 200.
func ok[T any](v T) *body[T] { return &body[T]{Status: http.StatusOK, Body: v} }

// versioned answers with 200 and the version as ETag.
func versioned[T any](v T, version int64) *body[T] {
	return &body[T]{Status: http.StatusOK, ETag: etag(version), Body: v}
}

// created answers with 201 and where the new thing is.
func created[T any](v T, version int64, location ...string) *body[T] {
	b := &body[T]{Status: http.StatusCreated, Body: v}
	if version > 0 {
		b.ETag = etag(version)
	}
	if len(location) > 0 {
		for i := range location {
			location[i] = url.PathEscape(location[i])
		}
		b.Location = Prefix + "/" + strings.Join(location, "/")
	}
	return b
}

// none is an answer without a body.
type none struct{}

func etag(version int64) string { return `"v` + strconv.FormatInt(version, 10) + `"` }

// VersionHeader is embedded by inputs that change something versioned. (Embedded
// inputs must be exported: the framework passes over others.)
type VersionHeader struct {
	IfMatch string `header:"If-Match" doc:"ETag of the version the change is based on; a newer one is answered with 412" example:"\"v3\""`
}

// seen returns the version of If-Match; 0 without one, or for "*".
func (h VersionHeader) seen() (int64, error) {
	s := strings.TrimSpace(h.IfMatch)
	if s == "" || s == "*" {
		return 0, nil
	}
	s = strings.TrimPrefix(s, "W/")
	if inner, found := strings.CutPrefix(s, `"v`); found {
		if n, err := strconv.ParseInt(strings.TrimSuffix(inner, `"`), 10, 64); err == nil && n > 0 && strings.HasSuffix(inner, `"`) {
			return n, nil
		}
	}
	return 0, core.Invalid("If-Match", `must be an ETag such as "v3"`)
}

// PageQuery is embedded by inputs of lists.
type PageQuery struct {
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"20" doc:"How many to return"`
	After string `query:"after" maxLength:"4096" doc:"next_cursor of the page before"`
}

func (q PageQuery) page() core.PageQuery { return core.PageQuery{Limit: q.Limit, After: q.After} }
