package httpapi

import (
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/danielgtaylor/huma/v2"
	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"
)

const description = `The store, admin and auth API of a bodega shop.

- **Errors** are problem documents (RFC 9457) with a stable ` + "`code`" + ` and, for invalid input, the path of each field at fault.
- **Lists** come in pages cut by key: pass ` + "`next_cursor`" + ` of a page as ` + "`after`" + ` to get the following one. Pages stay stable while rows are added.
- **Money** is an integer of minor units and an ISO 4217 code: ` + "`{\"amount\": 2900, \"currency\": \"EUR\"}`" + ` is 29.00 EUR. No route for shoppers accepts a price.
- **Versions**: carts and what staff edits have a ` + "`version`" + `, also sent as ETag. Send it back in If-Match and a change made meanwhile is answered with 412 instead of being lost.
- **Idempotency**: send an Idempotency-Key with any POST; a repetition gets the first answer, marked Idempotent-Replayed.`

var tags = []*huma.Tag{
	{Name: "store: catalog", Description: "What a shopper browses"},
	{Name: "store: carts", Description: "Carts and checkout; a cart's ID is its secret token"},
	{Name: "store: orders", Description: "A shopper's own orders"},
	{Name: "store: account", Description: "A customer's own account"},
	{Name: "store: discovery", Description: "Search and recommendations, and what they learn from"},
	{Name: "auth", Description: "Signing in and out"},
	{Name: "admin: catalog"}, {Name: "admin: stock"}, {Name: "admin: orders"}, {Name: "admin: payments"}, {Name: "admin: customers"},
	{Name: "admin: settings", Description: "Channels, taxes, shipping, promotions"},
	{Name: "admin: access", Description: "Staff, roles and API keys"},
	{Name: "admin: search and recommendations", Description: "Synonyms, rules, models, reports"},
	{Name: "admin: events", Description: "Deliveries that failed, and replaying"},
}

// documents serves the API's description, its pages and the health checks.
func (a *api) documents() {
	a.plainRoute("GET /openapi.json", core.PermPublic, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Header().Set("Cache-Control", "no-cache")
		_ = json.NewEncoder(w).Encode(a.huma.OpenAPI())
	})
	docs := v5emb.NewHandlerWithConfig(swgui.Config{Title: "bodega API", SwaggerJSON: "../openapi.json", BasePath: "./", InternalBasePath: "/docs/"})
	a.plainRoute("GET /docs", core.PermPublic, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "docs/") // relative: the prefix we are mounted under stays
		w.WriteHeader(http.StatusFound)
	})
	a.plainRoute("GET /docs/", core.PermPublic, docs.ServeHTTP)
	a.plainRoute("GET /docs/problems", core.PermPublic, a.problemsPage)
	a.plainRoute("/", core.PermPublic, a.elsewhere)
	a.plainRoute("GET /{$}", core.PermPublic, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(landing))
	})
	a.plainRoute("GET /healthz", core.PermPublic, func(w http.ResponseWriter, _ *http.Request) { writeStatus(w, http.StatusOK, "ok") })
	a.plainRoute("GET /readyz", core.PermPublic, func(w http.ResponseWriter, r *http.Request) {
		if a.cfg.Ready != nil {
			if err := a.cfg.Ready(r.Context()); err != nil {
				a.cfg.Logger.WarnContext(r.Context(), "not ready", "error", err)
				writeStatus(w, http.StatusServiceUnavailable, "unavailable")
				return
			}
		}
		writeStatus(w, http.StatusOK, "ok")
	})
}

// landing is what a person sees who opens the server's address. Its links are
// relative, so that it works below any prefix.
const landing = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>bodega</title>
<style>body{font:17px/1.6 system-ui,sans-serif;max-width:40rem;margin:12vh auto;padding:0 1.5rem;color:#1d2433}a{color:#0b5cad}
code{background:#eef1f5;padding:.1em .4em;border-radius:4px}li{margin:.4rem 0}</style>
<h1>The shop is open.</h1><p>This server speaks JSON. Begin here:</p><ul>
<li><a href="docs">API documentation</a>, with every route to try out</li>
<li><a href="api/v1/store/products?limit=5">Products</a>, <a href="api/v1/store/categories">categories</a> and <a href="api/v1/store/collections">collections</a></li>
<li><a href="openapi.json">openapi.json</a> for client generators, <a href="docs/problems">problems</a> for what may go wrong</li></ul>
<p>Staff sign in with <code>POST api/v1/auth/staff/login</code>.</p></html>`

// elsewhere answers for paths and methods that no route has.
func (a *api) elsewhere(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := a.mux.Handler(other); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		a.writeProblem(w, r, core.Errorf(core.KindNotFound, "route_not_found", "nothing is served at this path"))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	p := problemOf(core.Errorf(core.KindInvalid, "method_not_allowed", "use %s", strings.Join(allowed, " or ")))
	p.Status, p.Title = http.StatusMethodNotAllowed, "Method not allowed"
	a.writeProblem(w, r, p)
}

func writeStatus(w http.ResponseWriter, status int, word string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": word})
}

var problemsTemplate = template.Must(template.New("problems").Parse(`<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Problems · bodega API</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}td{padding:.3rem 1rem .3rem 0;vertical-align:top}</style>
<h1>Problems</h1><p>Errors of the API are problem documents. <code>status</code> and <code>title</code> follow from the kind below;
<code>code</code> is finer, stable, and made for programs.</p><table>
{{range .}}<tr id="{{.Kind}}"><td><code>{{.Kind}}</code></td><td>{{.Status}}</td><td>{{.Title}}</td></tr>{{end}}</table></html>`))

func (a *api) problemsPage(w http.ResponseWriter, _ *http.Request) {
	type row struct {
		Kind   string
		Status int
		Title  string
	}
	rows := []row{
		{"moved", http.StatusPermanentRedirect, "Moved"},
		{"not_acceptable", http.StatusNotAcceptable, "Not acceptable"},
		{"timeout", http.StatusRequestTimeout, "The request took too long to arrive"},
		{"unsupported_media_type", http.StatusUnsupportedMediaType, "Unsupported media type"},
	}
	for k, v := range kinds {
		rows = append(rows, row{k.String(), v.status, v.title})
	}
	slices.SortFunc(rows, func(x, y row) int {
		if x.Status != y.Status {
			return x.Status - y.Status
		}
		return strings.Compare(x.Kind, y.Kind)
	})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = problemsTemplate.Execute(w, rows)
}
