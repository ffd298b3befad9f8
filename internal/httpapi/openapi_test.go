package httpapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/httpapi"
)

func TestTheDescriptionIsSound(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	var doc map[string]any
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &doc))
	require.True(t, strings.HasPrefix(doc["openapi"].(string), "3.1."), doc["openapi"])
	require.NotEmpty(t, doc["info"].(object)["title"])

	// Every reference leads somewhere.
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case object:
			if ref, ok := v["$ref"].(string); ok {
				var to any = doc
				for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
					next, ok := to.(object)[step]
					require.True(t, ok, "%s: %s leads nowhere", at, ref)
					to = next
				}
			}
			for k, x := range v {
				walk(at+"/"+k, x)
			}
		case []any:
			for _, x := range v {
				walk(at, x)
			}
		}
	}
	walk("#", doc)

	tags := map[string]bool{}
	for _, tag := range doc["tags"].([]any) {
		tags[tag.(object)["name"].(string)] = true
	}
	ids := map[string]bool{}
	for _, r := range operations(t) {
		require.NotEmpty(t, r.op.Summary, "%s", r)
		require.Len(t, r.op.Tags, 1, "%s", r)
		require.True(t, tags[r.op.Tags[0]], "%s: the tag %q is not described", r, r.op.Tags[0])
		require.False(t, ids[r.op.OperationID], "%s: operation ID twice", r)
		ids[r.op.OperationID] = true
		require.Contains(t, r.op.Responses, "default", "%s", r)
		require.NotNil(t, success(r.op, 0), "%s: no success is described", r)
		inPath := map[string]bool{}
		for _, p := range r.op.Parameters {
			inPath[p.Name] = inPath[p.Name] || p.In == "path" && p.Required
		}
		for _, m := range placeholder.FindAllStringSubmatch(r.path, -1) {
			require.True(t, inPath[m[1]], "%s: {%s} is not described", r, m[1])
		}
	}
}

// success returns what is described of an answer of a status below 400.
func success(op *huma.Operation, status int) *huma.Response {
	if r, there := op.Responses[strconv.Itoa(status)]; there {
		return r
	}
	for _, code := range []string{"200", "201", "202", "204", "302", "308"} {
		if r, there := op.Responses[code]; there {
			return r
		}
	}
	return nil
}

// described wraps the shop's handler: every JSON answer has to be what the
// description says.
func (f *storefront) described() {
	doc, _ := httpapi.Declared()
	mux := http.NewServeMux()
	by := map[string]*huma.Operation{}
	for _, r := range operations(f.t) {
		by[r.String()] = r.op
		mux.HandleFunc(r.String(), func(http.ResponseWriter, *http.Request) {})
	}
	inner := f.handler
	f.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		rec := httptest.NewRecorder()
		inner.ServeHTTP(rec, r)
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
		op := by[pattern]
		if op == nil {
			return
		}
		kind, response := "application/json", success(op, rec.Code)
		if rec.Code >= 300 {
			kind, response = "application/problem+json", op.Responses["default"]
		}
		if len(response.Content) == 0 {
			require.Empty(f.t, rec.Body.String(), "%s", pattern)
			return
		}
		require.Equal(f.t, kind, rec.Header().Get("Content-Type"), "%s", pattern)
		media := response.Content[kind]
		require.NotNil(f.t, media, "%s: %d is not described", pattern, rec.Code)
		var v any
		require.NoError(f.t, json.Unmarshal(rec.Body.Bytes(), &v), "%s", pattern)
		var found huma.ValidateResult
		huma.Validate(doc.Components.Schemas, media.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, &found)
		require.Empty(f.t, found.Errors, "%s answered what it does not describe: %s", pattern, rec.Body)
	})
}
