package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/testenv"
)

const module = "github.com/bodega-commerce/bodega"

// list asks the go command for the packages of this module, also those that do
// not compile: the compiler tells of them, these tests tell of the rest.
func list(t *testing.T) []pkg {
	t.Helper()
	root := testenv.Root(t)
	// The test cache does not see what the go command reads; it does see which
	// folders the test itself looks into, and so runs it again after a change.
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path != root && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		return err
	}))
	const fields = "ImportPath,Dir,GoFiles,TestGoFiles,XTestGoFiles,Imports,Deps,TestImports,XTestImports"
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json="+fields, "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var packages []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			require.NotEmpty(t, packages)
			return packages
		}
		require.NoError(t, err)
		packages = append(packages, p)
	}
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, breach := range (house{module, list(t), exceptions}).breaches() {
		t.Error(breach)
	}
}

func TestExceptionsHaveReasons(t *testing.T) {
	t.Parallel()
	for _, e := range exceptions {
		require.NotEmpty(t, e.reason, "%s to %s", e.from, e.to)
	}
}

// graph makes packages out of lines "from: to to"; a name without a dot or
// with "./" in front is of this module, "." its root.
func graph(lines ...string) []pkg {
	full := func(name string) string {
		if name == "." {
			return module
		}
		if inside, ok := strings.CutPrefix(name, "./"); ok {
			return module + "/" + inside
		}
		return name
	}
	packages := make([]pkg, len(lines))
	for i, line := range lines {
		from, to, _ := strings.Cut(line, ":")
		p := pkg{ImportPath: full(from)}
		for name := range strings.FieldsSeq(to) {
			switch mark, rest, _ := strings.Cut(name, "="); mark {
			case "test":
				p.TestImports = append(p.TestImports, full(rest))
			case "xtest":
				p.XTestImports = append(p.XTestImports, full(rest))
			case "dep":
				p.Deps = append(p.Deps, full(rest))
			default:
				p.Imports = append(p.Imports, full(name))
			}
		}
		packages[i] = p
	}
	return packages
}

func TestEachRuleCanFail(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"./commerce/gadget:": "no room", "./toys:": "no room", "./internal/misc:": "no room", "./cmd:": "no room",

		"./commerce/money: ./commerce/core":                 "floor 0 to floor 1",
		"./commerce/core: ./commerce/stock":                 "floor 1 to floor 2",
		"./internal/sqldb: ./commerce/core":                 "floor 0 to floor 1",
		"./internal/jobs: ./commerce/stock":                 "floor 1.5 to floor 2",
		"./commerce/quote: ./commerce/checkout":             "floor 3 to floor 3.5",
		"./commerce/cart: ./commerce/quote":                 "floor 2 to floor 3",
		"./internal/httpapi: ./internal/web":                "floor 5 to floor 5",
		"./internal/httpapi: .":                             "floor 5 to floor 6",
		"./internal/importer: ./storage/memory":             "floor 5 to floor 5",
		".: ./cmd/server":                                   "floor 6 to floor 7",
		"./cmd/server: ./cmd/bodega":                        "floor 7 to floor 7",
		"./examples/mounted: ./examples/quickstart":         "floor 7 to floor 7",
		"./storage/postgres: ./storage/sqlite":              "floor 5 to floor 5",
		"./commerce/cart: ./commerce/stock":                 "leaves never",
		"./commerce/order/csv: ./commerce/payment":          "leaves never",
		"./commerce/payment: ./commerce/payment/manual":     "leaves never",
		"./commerce/payment/manual: ./commerce/order":       "its own leaf",
		"./commerce/payment/a: ./commerce/payment/b":        "floor 2.5 to floor 2.5",
		"./commerce/checkout: ./storage":                    "flows import",
		"./commerce/checkout: ./internal/sqlstore":          "flows import",
		"./commerce/checkout: ./commerce/payment/manual":    "flows import",
		"./commerce/refund: ./commerce/fulfil":              "floor 3.5 to floor 3.5",
		"./internal/sqlstore: ./commerce/quote":             "storage and flows",
		"./internal/sqlstore: ./commerce/checkout":          "storage and flows",
		"./storage: ./commerce/checkout":                    "storage and flows",
		"./storage/sqlite: ./commerce/refund":               "storage and flows",
		"./storage/storagetest: ./commerce/checkout":        "storage and flows",
		"./internal/httpapi: ./internal/sqlstore":           "behind storage",
		".: ./internal/sqldb":                               "behind storage",
		"./search: ./recommend":                             "knows no other",
		"./search: ./commerce/money":                        "numeric helpers only",
		"./fraud/rules: ./storage":                          "numeric helpers only",
		"./internal/nn: ./commerce/money":                   "numeric helpers only",
		"./internal/linalg: ./internal/nn":                  "floor 0 to floor 0.5",
		"./chat: net/http":                                  "nothing of HTTP",
		"./vision: net/http/httptest":                       "nothing of HTTP",
		"./internal/gbdt: net/http":                         "nothing of HTTP",
		"./commerce/checkout: ./fraud":                      "internal/connect",
		"./commerce/quote: ./pricing":                       "internal/connect",
		"./storage: ./search":                               "internal/connect",
		"./storage: github.com/jackc/pgx/v5":                "only the SQL stores",
		"./storage/blob: modernc.org/sqlite":                "only the SQL stores",
		".: github.com/jackc/pgx/v5/pgxpool":                "only the SQL stores",
		"./internal/httpapi: modernc.org/sqlite/lib":        "only the SQL stores",
		"./internal/testenv: modernc.org/sqlite":            "only the SQL stores",
		"./commerce/stock: test=github.com/jackc/pgx/v5":    "a test of commerce/stock",
		".: xtest=modernc.org/sqlite":                       "a test of .",
		".: dep=github.com/jackc/pgx/v5":                    "link an SQL driver",
		"./storage/storagetest: dep=modernc.org/sqlite":     "link an SQL driver",
		"./commerce/cart: dep=github.com/jackc/pgx/v5":      "link an SQL driver",
		"./storage: ./internal/testenv":                     "for tests only",
		"./internal/demo: ./storage/storagetest":            "for tests only",
		"./cmd/server: github.com/stretchr/testify/require": "for tests only",
		"./commerce/core: testing":                          "for tests only",
	} {
		breaches := house{module, graph(line), nil}.breaches()
		require.Len(t, breaches, 1, line)
		require.Contains(t, breaches[0], want, line)
	}
}

func TestWhatTheHouseAllows(t *testing.T) {
	t.Parallel()
	require.Empty(t, house{module, graph(
		"./commerce/core: ./commerce/money context",
		"./commerce/cart: ./commerce/core ./commerce/money ./internal/telemetry test=github.com/stretchr/testify/require xtest=./storage/memory",
		"./commerce/order/csv: ./commerce/order",
		"./commerce/payment/simulator: ./commerce/payment ./commerce/core net/http",
		"./commerce/quote: ./commerce/cart ./commerce/promo ./commerce/tax",
		"./commerce/checkout: ./commerce/settlement ./commerce/quote ./commerce/cart ./commerce/payment",
		"./internal/sqlstore: ./internal/sqldb ./commerce/cart ./commerce/core",
		"./storage: ./internal/sqlstore ./internal/sqldb ./commerce/cart",
		"./storage/postgres: ./storage ./internal/sqldb github.com/jackc/pgx/v5 dep=github.com/jackc/pgx/v5",
		"./storage/bleve: ./search ./search/text",
		"./storage/storagetest: ./storage testing github.com/stretchr/testify/require",
		"./search/text: ./search ./internal/linalg",
		"./internal/nn: ./internal/linalg",
		"./internal/connect: ./fraud ./search ./commerce/checkout",
		"./internal/httpapi: ./commerce/checkout ./search net/http",
		".: ./storage ./internal/httpapi ./internal/connect ./commerce/payment/manual",
		"./cmd/server: . ./storage/sqlite ./storage/postgres dep=modernc.org/sqlite",
		"./examples/join: . ./storage/postgres github.com/jackc/pgx/v5",
	), nil}.breaches())
}

func TestExceptions(t *testing.T) {
	t.Parallel()
	e := []exception{{"storage/memory", "storage/sqlite", "it is SQLite in memory"}}
	require.Empty(t, house{module, graph("./storage/memory: ./storage/sqlite"), e}.breaches())
	require.Empty(t, house{module, graph("./storage:"), e}.breaches(), "a package that is not there yet")
	require.Len(t, house{module, graph("./storage/postgres: ./storage/sqlite"), e}.breaches(), 1, "it holds for one package")
	stale := house{module, graph("./storage/memory: ./storage"), e}.breaches()
	require.Len(t, stale, 1)
	require.Contains(t, stale[0], "not needed")
}
