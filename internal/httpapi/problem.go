package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/danielgtaylor/huma/v2"
)

// problem is an RFC 9457 problem document. Code is stable and made for
// programs; Errors names each field at fault.
type problem struct {
	Type    string         `json:"type" doc:"URI reference that identifies the kind of problem" example:"/docs/problems#out_of_stock"`
	Title   string         `json:"title" doc:"Short summary of the kind of problem"`
	Status  int            `json:"status" doc:"HTTP status code"`
	Detail  string         `json:"detail,omitempty" doc:"What happened this time"`
	Code    string         `json:"code" doc:"Stable machine-readable code" example:"out_of_stock"`
	Errors  []fieldError   `json:"errors,omitempty" doc:"The fields at fault"`
	Details map[string]any `json:"details,omitempty" doc:"Facts about the problem, by code"`
	Request string         `json:"request_id,omitempty" doc:"Quote this when asking for help"`

	kind       string // a row of the page of problems
	retryAfter time.Duration
	location   string
}

// asked completes the problem for the request it came of.
func (p *problem) asked(ctx context.Context) *problem {
	p.Type, p.Request = mountOf(ctx)+"/docs/problems#"+p.kind, requestID(ctx)
	return p
}

type fieldError struct {
	Field   string `json:"field" doc:"Path of the field" example:"variants[2].sku"`
	Message string `json:"message"`
}

func (p *problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError.
func (p *problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(max(1, int((p.retryAfter+time.Second-1)/time.Second))))
	}
	if p.location != "" {
		h.Set("Location", p.location)
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="bodega"`)
	}
	return h
}

// ContentType implements huma.ContentTypeFilter.
func (p *problem) ContentType(string) string { return "application/problem+json" }

// kinds is the one table from kinds of error to HTTP.
var kinds = map[core.Kind]struct {
	status int
	title  string
}{
	core.KindInternal:        {http.StatusInternalServerError, "Internal error"},
	core.KindInvalid:         {http.StatusUnprocessableEntity, "Invalid input"},
	core.KindNotFound:        {http.StatusNotFound, "Not found"},
	core.KindExists:          {http.StatusConflict, "Exists already"},
	core.KindConflict:        {http.StatusConflict, "Conflict"},
	core.KindStale:           {http.StatusPreconditionFailed, "Changed meanwhile"},
	core.KindUnauthenticated: {http.StatusUnauthorized, "Not signed in"},
	core.KindForbidden:       {http.StatusForbidden, "Not allowed"},
	core.KindOutOfStock:      {http.StatusConflict, "Out of stock"},
	core.KindDeclined:        {http.StatusPaymentRequired, "Payment declined"},
	core.KindRateLimited:     {http.StatusTooManyRequests, "Too many requests"},
	core.KindUnavailable:     {http.StatusServiceUnavailable, "Unavailable"},
	core.KindTooLarge:        {http.StatusRequestEntityTooLarge, "Too large"},
	core.KindCanceled:        {http.StatusServiceUnavailable, "Out of time"},
}

// problemOf turns any error into a problem. Internal causes are not shown.
func problemOf(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	kind := core.KindOf(err)
	row := kinds[kind]
	code := core.CodeOf(err)
	p = &problem{kind: kind.String(), Title: row.title, Status: row.status, Code: code}
	var limited *account.RateLimitedError
	if errors.As(err, &limited) {
		p.retryAfter = limited.RetryAfter
	} else if kind == core.KindUnavailable {
		p.retryAfter = time.Second
	}
	var violations core.Violations
	var one *core.Error
	var classified core.Classified
	switch {
	case kind == core.KindInternal:
		p.Detail = "something went wrong on our side"
		return p
	case errors.As(err, &violations):
		p.Detail = "the input has errors"
		for _, v := range violations {
			p.Errors = append(p.Errors, fieldError{v.Field, v.Message})
		}
	case errors.As(err, &one):
		p.Detail = one.Message
		if one.Field != "" {
			p.Errors = []fieldError{{one.Field, one.Message}}
		}
	case errors.As(err, &classified):
		p.Detail = classified.Error()
	default:
		p.Detail = err.Error()
	}
	var d core.Detailed
	if errors.As(err, &d) {
		p.Details = d.ErrorDetails()
	}
	return p
}

// fromHuma gives the framework's own validation errors our shape.
func fromHuma(e *huma.ErrorModel) *problem {
	code, title := "invalid", e.Title
	switch {
	case e.Status == http.StatusUnprocessableEntity || e.Status == http.StatusBadRequest:
		title = "Invalid input"
	case e.Status == http.StatusRequestEntityTooLarge:
		code, title = "too_large", "Too large"
	case e.Status == http.StatusUnsupportedMediaType:
		code = "unsupported_media_type"
	case e.Status == http.StatusNotAcceptable:
		code = "not_acceptable"
	case e.Status == http.StatusRequestTimeout:
		code = "timeout"
	case e.Status >= 500:
		code = "internal"
	}
	p := &problem{kind: code, Title: title, Status: e.Status, Detail: e.Detail, Code: code}
	for _, d := range e.Errors {
		p.Errors = append(p.Errors, fieldError{fieldPath(d.Location), d.Message})
	}
	return p
}

// fieldPath cuts "body." and the like off a location.
func fieldPath(location string) string {
	for _, lead := range []string{"body.", "query.", "path.", "header."} {
		if len(location) > len(lead) && location[:len(lead)] == lead {
			return location[len(lead):]
		}
	}
	return location
}
