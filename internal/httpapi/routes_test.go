package httpapi_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/httpapi"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// declared is a route with its permission.
type declared struct {
	method, path string
	perm         core.Permission
	staff        bool // PermSelf means staff
	op           *huma.Operation
}

func (d declared) String() string { return d.method + " " + d.path }

// operations lists the operations of the OpenAPI document.
func operations(t testing.TB) []declared {
	doc, _ := httpapi.Declared()
	var out []declared
	for path, item := range doc.Paths {
		for method, op := range map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put,
			http.MethodPatch: item.Patch, http.MethodDelete: item.Delete, http.MethodHead: item.Head, http.MethodOptions: item.Options} {
			if op == nil {
				continue
			}
			perm, _ := op.Extensions["x-permission"].(string)
			out = append(out, declared{method, path, core.Permission(perm), op.Extensions["x-audience"] == "staff", op})
		}
	}
	slices.SortFunc(out, func(a, b declared) int {
		return strings.Compare(a.path+" "+a.method, b.path+" "+b.method)
	})
	require.Greater(t, len(out), 150)
	return out
}

func TestEveryRouteDeclaresAPermission(t *testing.T) {
	t.Parallel()
	known := append(core.Permissions(), core.PermPublic, core.PermSelf)
	for _, r := range operations(t) {
		require.Contains(t, known, r.perm, "%s", r)
		if strings.HasPrefix(r.path, httpapi.Prefix+"/admin/") {
			require.NotEqual(t, core.PermPublic, r.perm, "%s is open to everybody", r)
			require.True(t, r.perm != core.PermSelf || r.staff, "%s is open to customers", r)
		}
		require.Equal(t, r.perm == core.PermPublic, len(r.op.Security) == 0, "%s: the document tells something else", r)
	}
	_, plain := httpapi.Declared()
	for pattern, perm := range plain {
		require.Contains(t, known, perm, pattern)
	}
}

// Routes get into the mux through the two functions that take a permission, and
// nowhere else.
func TestRoutesAreRegisteredInOnePlace(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	registers := regexp.MustCompile(`huma\.(Register|Get|Post|Put|Patch|Delete|AutoRegister)\(|mux\.Handle(Func)?\(`)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		require.NoError(t, err)
		if found := registers.FindAllString(string(src), -1); name == "api.go" {
			require.Len(t, found, 2, "handle and plainRoute")
		} else {
			require.Empty(t, found, "%s registers a route past handle and plainRoute", name)
		}
	}
}

// The golden file is what a reviewer reads when a route is added: who may call it.
func TestPermissionMatrix(t *testing.T) {
	t.Parallel()
	mark := func(is bool) string {
		if is {
			return "yes"
		}
		return "-"
	}
	owner := core.Actor{Kind: core.ActorStaff, Permissions: []core.Permission{core.PermAll}}
	row := func(route string, perm core.Permission, staff bool) string {
		shown := string(perm)
		if staff {
			shown += " (staff)"
		}
		customer := perm == core.PermPublic || perm == core.PermSelf && !staff
		holds := perm == core.PermPublic || staff || perm != core.PermSelf && owner.Can(perm)
		return fmt.Sprintf("%-82s %-18s %-9s %-9s %s", route, shown, mark(perm == core.PermPublic), mark(customer), mark(holds))
	}
	var b strings.Builder
	b.WriteString("# Who may call which route. Made by: go test ./internal/httpapi -run TestPermissionMatrix -update\n")
	fmt.Fprintf(&b, "%-82s %-18s %-9s %-9s %s\n", "# route", "permission", "anonymous", "customer", string(account.OwnerRole))
	for _, r := range operations(t) {
		b.WriteString(row(r.String(), r.perm, r.staff) + "\n")
	}
	_, plain := httpapi.Declared()
	for _, pattern := range slices.Sorted(keysOf(plain)) {
		b.WriteString(row(pattern, plain[pattern], false) + "\n")
	}
	const golden = "testdata/permissions.golden"
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "permissions changed: run with -update and look at the difference")
}

func keysOf[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

var placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)

// sample fills in a path's placeholders with what has the right shape and does
// not exist.
func sample(r declared) string {
	return placeholder.ReplaceAllStringFunc(r.path, func(s string) string {
		switch name := strings.Trim(s, "{}"); name {
		case "seq":
			return "999999"
		case "id", "order", "line", "variant", "cart", "address", "session", "review", "image", "class":
			return "none_00000000000000000000000000"
		default:
			return "none"
		}
	})
}

func (f *storefront) key(perms ...core.Permission) caller {
	f.t.Helper()
	k, err := f.shop.Accounts.CreateAPIKey(f.staff, account.NewKeyParams{Name: "test", Scopes: perms})
	require.NoError(f.t, err)
	return caller{f: f, token: k.Key}
}

func TestNobodyGetsInWithoutThePermission(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	powerless, customer := f.key(), f.customer("someone@example.org")
	for _, r := range operations(t) {
		if r.perm == core.PermPublic {
			continue
		}
		var others []core.Permission // all but the one it takes
		for _, p := range core.Permissions() {
			if p != r.perm {
				others = append(others, p)
			}
		}
		// The body is garbage: nothing of it may matter before the permission.
		body := any(`{"`)
		if r.method == http.MethodGet || r.method == http.MethodDelete {
			body = nil
		}
		path := sample(r)
		f.guest().do(r.method, path, body).is(http.StatusUnauthorized, "unauthenticated")
		callers := map[string]caller{"a key without permissions": powerless}
		if r.perm != core.PermSelf {
			callers["a key with all other permissions"] = f.key(others...)
		}
		if r.perm != core.PermSelf || r.staff {
			callers["a customer"] = customer
		}
		for who, c := range callers {
			got := c.do(r.method, path, body)
			require.Contains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, got.StatusCode, "%s as %s: %s", r, who, got.raw)
		}
	}
}

// specimen makes the least that a schema of an input takes.
func specimen(doc *huma.OpenAPI, s *huma.Schema) any {
	if s.Ref != "" {
		s = doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Type == huma.TypeObject:
		out := object{}
		for _, name := range s.Required {
			out[name] = specimen(doc, s.Properties[name])
		}
		return out
	case s.Type == huma.TypeArray:
		out := []any{}
		if s.MinItems != nil && *s.MinItems > 0 {
			out = append(out, specimen(doc, s.Items))
		}
		return out
	case s.Type == huma.TypeInteger || s.Type == huma.TypeNumber:
		return 1
	case s.Type == huma.TypeBoolean:
		return true
	}
	return "none@example.org"
}

// needMore are routes whose service takes a second permission.
var needMore = map[string][]core.Permission{
	"POST /api/v1/admin/api-keys/{id}/rotate": {core.PermKeysRead},
}

// What a route declares is what its service asks for: with that permission alone
// one gets past every check, and things that do not exist are no failures.
func TestTheDeclaredPermissionIsEnough(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	doc, _ := httpapi.Declared()
	for _, r := range operations(t) {
		if r.perm == core.PermSelf || r.perm == core.PermPublic {
			continue
		}
		c := f.key(append([]core.Permission{r.perm}, needMore[r.String()]...)...)
		var body any
		if r.op.RequestBody != nil && r.op.RequestBody.Content["application/json"] != nil {
			body = specimen(doc, r.op.RequestBody.Content["application/json"].Schema)
		}
		got := c.do(r.method, sample(r), body)
		require.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, got.StatusCode, "%s: %s", r, got.raw)
		require.Less(t, got.StatusCode, 500, "%s: %s", r, got.raw)
		if got.StatusCode >= 400 {
			got.is(got.StatusCode)
		}
	}
}

func TestAddressesThatAreNoTextAreRefused(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	staff := f.key(core.Permissions()...)
	for _, path := range []string{"/admin/orders/a%00b", "/admin/orders/%ff"} {
		staff.get(path).is(http.StatusNotFound, "not_found")
	}
	for _, path := range []string{"/admin/customers?q=%00", "/admin/customers?q=%ff"} {
		require.Equal(t, "q", staff.get(path).is(http.StatusUnprocessableEntity, "invalid").str("errors.0.field"))
	}
}
