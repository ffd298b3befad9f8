package archtest

import (
	"slices"
	"strings"
)

// kind says which rules hold for a room beside its floor.
type kind int

const (
	vocabulary kind = iota // words all share: money, core
	leaf                   // types, rules, Store and Service of one aggregate
	provider               // an implementation of a leaf's port
	quote                  // a cart turned into money
	flow                   // an action over several leaves
	numeric                // helpers of the AI packages
	ai                     // one AI capability
	sqlBase                // connection, dialect, migrations
	sqlText                // the SQL, written once
	store                  // DB and Tx
	driver                 // an implementation behind a storage or search seam
	sqlDriver              // a driver that brings an SQL database's own
	support                // telemetry, jobs: of use on many floors
	outer                  // HTTP, pages, adapters, import: they put services to use
	root                   // package bodega
	program                // commands and examples
	testHelper             // imported by tests only
)

// room places packages: those at the pattern and below it. A last segment "*"
// makes a room of each folder there.
type room struct {
	pattern string
	floor   float64
	kind    kind
}

// rooms is the house. The first match counts.
var rooms = slices.Concat(
	place(0, vocabulary, "commerce/money"),
	place(1, vocabulary, "commerce/core"),
	place(2.25, testHelper, "commerce/payment/paymenttest"),
	place(2.5, provider, "commerce/payment/*"),
	place(2, leaf, "commerce/account", "commerce/analytics", "commerce/cart", "commerce/catalog", "commerce/idempotency",
		"commerce/memo", "commerce/notify", "commerce/order", "commerce/outbox", "commerce/payment", "commerce/promo", "commerce/review",
		"commerce/setting", "commerce/shipping", "commerce/stock", "commerce/tax"),
	place(3, quote, "commerce/quote"),
	place(3.3, flow, "commerce/basket"),
	place(3.2, flow, "commerce/settlement"), // other flows end in it
	place(3.5, flow, "commerce/checkout", "commerce/fulfil", "commerce/refund", "commerce/returns"),

	place(0, numeric, "internal/linalg"),
	place(0.5, numeric, "internal/ann", "internal/gbdt", "internal/nn"),
	place(2, ai, "search", "recommend", "pricing", "fraud", "forecast", "vision", "chat"),

	place(0, sqlBase, "internal/goid", "internal/sqldb"),
	place(3, sqlText, "internal/sqlstore"),
	place(5, sqlDriver, "storage/sqlite", "storage/postgres", "storage/memory"),
	place(5, driver, "storage/bleve", "storage/blob", "storage/chromem", "storage/qdrant"),
	place(5, testHelper, "storage/storagetest"),
	place(4, store, "storage"),

	place(1.5, support, "internal/imaging", "internal/jobs", "internal/telemetry"),
	place(0, testHelper, "internal/archtest", "internal/qdranttest", "internal/testenv"),
	place(5.5, testHelper, "internal/flowtest"), // a shop to test flows in
	place(4.9, outer, "internal/connect"),
	place(5, outer, "internal/httpapi", "internal/importer", "internal/web"),
	place(6, root, "."),
	place(6.5, outer, "internal/boot", "internal/demo"), // what the programs share
	place(6.7, outer, "internal/recommendeval", "internal/searcheval"),
	place(6.8, outer, "internal/bench"),
	place(7, program, "cmd/*", "examples/*"),
)

// exception is an import that a rule forbids and that is right all the same.
type exception struct {
	from, to string // to covers what lies below it
	reason   string
}

var exceptions = []exception{
	{"storage/memory", "storage/sqlite", "the memory store is SQLite in memory"},
	{"internal/testenv", "github.com/jackc/pgx", "it creates and drops the databases tests use, before any store is there"},
}

// sqlDrivers are the modules, with what lies below them, that only sqlDriver
// rooms and programs import.
var sqlDrivers = []string{
	"modernc.org/sqlite", "github.com/ncruces/go-sqlite3", "github.com/mattn/go-sqlite3",
	"github.com/jackc/pgx", "github.com/lib/pq",
}

// testLibraries never reach what users link into their programs.
var testLibraries = []string{"testing", "github.com/stretchr/testify", "pgregory.net/rapid", "go.uber.org/goleak"}

func place(floor float64, k kind, patterns ...string) []room {
	placed := make([]room, len(patterns))
	for i, p := range patterns {
		placed[i] = room{p, floor, k}
	}
	return placed
}

// within reports whether path is at the folder or below it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func withinAny(path string, folders []string) bool {
	for _, f := range folders {
		if within(path, f) {
			return true
		}
	}
	return false
}

// roomOf returns the room of a package, named by its path inside the module,
// with the pattern replaced by the folder it stands for.
func roomOf(path string) (room, bool) {
	for _, r := range rooms {
		if !strings.HasSuffix(r.pattern, "/*") {
			if within(path, r.pattern) {
				return r, true
			}
			continue
		}
		parent := strings.TrimSuffix(r.pattern, "/*")
		rest, below := strings.CutPrefix(path, parent+"/")
		if !below {
			continue
		}
		folder, _, _ := strings.Cut(rest, "/")
		r.pattern = parent + "/" + folder
		return r, true
	}
	return room{}, false
}
