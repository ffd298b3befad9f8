// Package httpapi is the JSON API: it decodes a request, calls one service and
// encodes the answer. It takes the services it needs as a struct, holds no
// business rule, and declares for every route the permission it needs.
package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/idempotency"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Prefix is where the API's routes begin.
const Prefix = "/api/v1"

// Config says how the API is served.
type Config struct {
	// Logger gets a line per request and every internal error. Default
	// slog.Default().
	Logger *slog.Logger
	// BasePath is the prefix the API is mounted under, when neither a ServeMux
	// pattern nor the request's path tells it. Default none.
	BasePath string
	// MaxBody bounds a request's body in bytes. Default 1 MiB; uploads have a
	// bound of their own.
	MaxBody int64
	// Timeout bounds a request. Default 30 s.
	Timeout time.Duration
	// AllowedOrigins may call from a browser ("https://shop.example"); "*" is
	// any, without credentials. Default none.
	AllowedOrigins []string
	// TrustedProxies are believed about X-Forwarded-For. Default none.
	TrustedProxies []netip.Prefix
	// Guesses bounds wrong guesses. Default 20 at once, then one every 15 s.
	Guesses Guesses
	// Version is shown in the API's description. Default "dev".
	Version string
	// Clock tells the time. Default the system clock.
	Clock core.Clock
	// Ready says whether requests can be served. Default: always.
	Ready func(ctx context.Context) error
	// Within runs fn with services and idempotency keys bound to one
	// transaction. Required.
	Within func(ctx context.Context, fn func(Services, idempotency.Store) error) error
}

func (c Config) withDefaults() Config {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.MaxBody <= 0 {
		c.MaxBody = 1 << 20
	}
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Version == "" {
		c.Version = "dev"
	}
	return c
}

// api is the state the handlers share.
type api struct {
	cfg      Config
	services Services
	huma     huma.API
	mux      *http.ServeMux
	plain    map[string]core.Permission // routes outside of the OpenAPI document, by pattern
	outside  map[string]bool            // "POST /path" of routes that run outside an idempotent transaction
	secret   map[string]bool            // "POST /path" of routes whose answers are never stored
	bodies   map[string]int64           // "POST /path" to the most bytes of a body
	cards    cardCache
	lists    flights[[]byte] // pages of products
	guesses  *guesses
	failure  *huma.Response // what any error looks like
}

// New returns the API's handler.
func New(s Services, cfg Config) http.Handler {
	a := newAPI(s, cfg.withDefaults())
	return a.chain(a.mux)
}

func newAPI(s Services, cfg Config) *api {
	a := &api{cfg: cfg, services: s, mux: http.NewServeMux(), plain: map[string]core.Permission{}, outside: map[string]bool{}, secret: map[string]bool{}, bodies: map[string]int64{},
		guesses: newGuesses(cfg.Guesses)}
	hc := huma.DefaultConfig("bodega", cfg.Version)
	hc.Info.Description = description
	hc.OpenAPIPath, hc.DocsPath, hc.SchemasPath = "", "", ""
	hc.CreateHooks = nil // no "$schema" members
	hc.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	hc.Transformers = []huma.Transformer{func(ctx huma.Context, _ string, v any) (any, error) {
		if e, ok := v.(*huma.ErrorModel); ok {
			return fromHuma(e).asked(ctx.Context()), nil
		}
		return v, nil
	}}
	hc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "An access token from POST /api/v1/auth/login, or an API key (bk_...)"},
	}
	hc.Tags = tags
	a.huma = humago.New(a.mux, hc)
	schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[problem](), true, "Problem")
	a.failure = &huma.Response{Description: "A problem (RFC 9457)", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
	a.routes()
	a.documents()
	return a
}

// route declares an operation of the API.
type route struct {
	method, path string
	perm         core.Permission
	tag, summary string
	description  string
	status       int   // of success; 0 is 200, or 204 without a body
	maxBody      int64 // 0 is Config.MaxBody
	// ownKeys routes talk to the outside (a payment provider) or compute for
	// long (password hashes): their handler gets the Idempotency-Key, if it uses
	// one, instead of running inside a transaction.
	ownKeys bool
	// secret routes take or give passwords and tokens, of which nothing may be
	// stored: they pass over the Idempotency-Key.
	secret bool
	// staff makes PermSelf mean a signed-in member of staff.
	staff bool
	// anyQuery is what further parameters of the query may begin with.
	anyQuery string
	// answer is an example of a success's body, where the handler encodes it
	// itself.
	answer any
}

// handle registers an operation. The handler gets the services to use: those
// of the shop, or ones bound to the transaction of an idempotency key.
func handle[I, O any](a *api, r route, h func(ctx context.Context, s Services, in *I) (*O, error)) {
	if r.perm == "" {
		panic("httpapi: route without a permission: " + r.method + " " + r.path) // at construction; the route test builds them all
	}
	op := huma.Operation{
		Method: r.method, Path: Prefix + r.path, OperationID: operationID(r.method, r.path), Summary: r.summary,
		Description: r.description, Tags: []string{r.tag}, DefaultStatus: r.status, MaxBodyBytes: a.cfg.MaxBody,
		Extensions: map[string]any{"x-permission": string(r.perm)},
		Responses:  map[string]*huma.Response{"default": a.failure},
	}
	if r.answer != nil {
		t := reflect.TypeOf(r.answer)
		op.Responses["200"] = &huma.Response{Content: map[string]*huma.MediaType{"application/json": {Schema: a.huma.OpenAPI().Components.Schemas.Schema(t, true, "")}}}
	}
	if r.maxBody > 0 {
		op.MaxBodyBytes = r.maxBody
	}
	a.bodies[r.method+" "+Prefix+r.path] = op.MaxBodyBytes
	if r.perm != core.PermPublic {
		op.Security = []map[string][]string{{"bearer": {}}}
		op.Description = strings.TrimSpace(op.Description + "\n\nNeeds the permission `" + string(r.perm) + "`.")
	}
	if r.secret {
		a.secret[r.method+" "+Prefix+r.path] = true
	}
	if r.ownKeys {
		a.outside[r.method+" "+Prefix+r.path] = true
	}
	if r.staff {
		op.Extensions["x-audience"] = "staff"
	}
	input := reflect.TypeFor[I]()
	_, versions := input.FieldByName("IfMatch")
	known := queryNames(input)
	// Before anything of the request is read: who may not is told nothing else.
	op.Middlewares = huma.Middlewares{func(c huma.Context, next func(huma.Context)) {
		err := a.allowed(c.Context(), r)
		if err == nil && r.method != http.MethodGet && !versions && c.Header("If-Match") != "" {
			err = core.Invalid("If-Match", "is not looked at here: send the request without it")
		}
		if u := c.URL(); err == nil && u.RawQuery != "" {
			err = onlyKnown(u.Query(), known, r.anyQuery)
		}
		if err != nil {
			req, w := humago.Unwrap(c)
			a.writeProblem(w, req, err)
			return
		}
		next(c)
	}}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, a.servicesOf(ctx), in)
		if err != nil {
			return nil, a.fail(ctx, err)
		}
		return out, nil
	})
}

// queryNames returns the parameters of the query that an input has.
func queryNames(input reflect.Type) map[string]bool {
	names := map[string]bool{}
	for _, f := range reflect.VisibleFields(input) {
		if name, _, _ := strings.Cut(f.Tag.Get("query"), ","); name != "" {
			names[name] = true
		}
	}
	return names
}

// onlyKnown refuses parameters that nobody would look at: a filter with a typing
// error must not list everything.
func onlyKnown(query url.Values, known map[string]bool, prefix string) error {
	var v core.Violations
	for _, name := range slices.Sorted(maps.Keys(query)) {
		v.Check(known[name] || prefix != "" && strings.HasPrefix(name, prefix), name, "is not a parameter of this route")
	}
	return v.Err()
}

// allowed is allow for a route of the OpenAPI document.
func (a *api) allowed(ctx context.Context, r route) error {
	if !r.staff {
		return a.allow(ctx, r.perm)
	}
	switch core.ActorFrom(ctx).Kind {
	case core.ActorStaff:
		return nil
	case core.ActorAnonymous:
		return core.Errorf(core.KindUnauthenticated, "unauthenticated", "sign in as a member of staff first")
	}
	return core.Errorf(core.KindForbidden, "forbidden", "this is for members of staff")
}

// allow checks a route's declared permission; services check again.
func (a *api) allow(ctx context.Context, p core.Permission) error {
	if p == core.PermSelf {
		if actor := core.ActorFrom(ctx); actor.Customer == "" {
			return core.Errorf(core.KindUnauthenticated, "unauthenticated", "sign in as a customer first")
		}
		return nil
	}
	return core.Require(ctx, p)
}

// fail makes a problem of an error and logs what is our fault.
func (a *api) fail(ctx context.Context, err error) error {
	p := problemOf(err).asked(ctx)
	if p.Status >= 500 && !errors.Is(err, context.Canceled) {
		a.cfg.Logger.ErrorContext(ctx, "request failed", "error", err, "request_id", p.Request, "code", p.Code)
	}
	if box, ok := ctx.Value(failureKey{}).(*failure); ok {
		box.err = err
	}
	return p
}

// operationID makes "get-store-products-by-id" of a method and path.
func operationID(method, path string) string {
	path = strings.NewReplacer("{", "by-", "}", "", "_", "-", ".", "-").Replace(path)
	return strings.ToLower(method) + strings.ReplaceAll(path, "/", "-")
}

// plainRoute registers a handler outside of the OpenAPI document.
func (a *api) plainRoute(pattern string, perm core.Permission, h http.HandlerFunc) {
	a.plain[pattern] = perm
	a.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if err := a.allow(r.Context(), perm); err != nil {
			a.writeProblem(w, r, err)
			return
		}
		h(w, r)
	})
}
