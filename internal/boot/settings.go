// Package boot is what the two programs share: settings from the environment,
// and opening the database they name.
package boot

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/bodega-commerce/bodega/search/openai"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
	"github.com/bodega-commerce/bodega/storage/postgres"
	"github.com/bodega-commerce/bodega/storage/qdrant"
	"github.com/bodega-commerce/bodega/storage/sqlite"
)

// Settings are what the environment says. Flags of a program win over them.
type Settings struct {
	Addr        string // BODEGA_ADDR, default ":8080"
	DataDir     string // BODEGA_DATA_DIR, default "./bodega-data"
	DatabaseURL string // BODEGA_DATABASE_URL, default "sqlite://shop.db" in the data folder
	Demo        bool   // BODEGA_DEMO, default true: an empty shop gets the sample shop
	LogLevel    string // BODEGA_LOG, default "info"; or debug, warn, error
	LogJSON     bool   // BODEGA_LOG_JSON, default false
	AdminEmail  string // BODEGA_ADMIN_EMAIL, default "admin@localhost.localdomain"
	// BODEGA_TRUSTED_PROXIES: addresses and networks that are believed about
	// X-Forwarded-For, default none.
	TrustedProxies []netip.Prefix
	GuessLimit     int // BODEGA_GUESS_LIMIT, default 20; 0 is no limit
	// BODEGA_QDRANT_URL: the server that keeps the vectors of search and of
	// recommendations, default none: they are in memory.
	Qdrant *qdrant.Config
	// Embeddings is the model that gives texts a meaning, behind an
	// OpenAI-compatible endpoint: BODEGA_EMBEDDINGS_URL, _MODEL, _KEY,
	// _QUERY_PREFIX and _DOCUMENT_PREFIX. Default none: the catalog teaches one.
	Embeddings *openai.Config
}

// FromEnv reads the settings; getenv is os.Getenv in programs.
func FromEnv(getenv func(string) string) (Settings, error) {
	s := Settings{Addr: ":8080", DataDir: "bodega-data", Demo: true, LogLevel: "info", AdminEmail: "admin@localhost.localdomain", GuessLimit: 20}
	for name, field := range map[string]*string{"BODEGA_ADDR": &s.Addr, "BODEGA_DATA_DIR": &s.DataDir, "BODEGA_DATABASE_URL": &s.DatabaseURL,
		"BODEGA_LOG": &s.LogLevel, "BODEGA_ADMIN_EMAIL": &s.AdminEmail} {
		if v := getenv(name); v != "" {
			*field = v
		}
	}
	for name, field := range map[string]*bool{"BODEGA_DEMO": &s.Demo, "BODEGA_LOG_JSON": &s.LogJSON} {
		v := getenv(name)
		if v == "" {
			continue
		}
		b, err := strconv.ParseBool(v)
		if err != nil {
			return s, fmt.Errorf("%s=%q: use 1 or 0", name, v)
		}
		*field = b
	}
	for _, v := range strings.FieldsFunc(getenv("BODEGA_TRUSTED_PROXIES"), func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(v)
		if ip, bare := netip.ParseAddr(v); bare == nil {
			p, err = ip.Prefix(ip.BitLen())
		}
		if err != nil {
			return s, fmt.Errorf("BODEGA_TRUSTED_PROXIES: %q is neither an address nor a network such as 10.0.0.0/8", v)
		}
		s.TrustedProxies = append(s.TrustedProxies, p)
	}
	if v := getenv("BODEGA_GUESS_LIMIT"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 {
			return s, fmt.Errorf("BODEGA_GUESS_LIMIT=%q: use a number, 0 for no limit", v)
		}
		s.GuessLimit = n
	}
	if v := getenv("BODEGA_QDRANT_URL"); v != "" {
		c, err := qdrant.ParseURL(v)
		if err != nil {
			return s, fmt.Errorf("BODEGA_QDRANT_URL: %w", err)
		}
		s.Qdrant = &c
	}
	model := openai.Config{BaseURL: getenv("BODEGA_EMBEDDINGS_URL"), Model: getenv("BODEGA_EMBEDDINGS_MODEL"), APIKey: getenv("BODEGA_EMBEDDINGS_KEY"),
		QueryPrefix: getenv("BODEGA_EMBEDDINGS_QUERY_PREFIX"), DocumentPrefix: getenv("BODEGA_EMBEDDINGS_DOCUMENT_PREFIX")}
	if u, err := url.Parse(model.BaseURL); model.BaseURL != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return s, fmt.Errorf("BODEGA_EMBEDDINGS_URL=%q: use an address such as http://localhost:8081/v1", model.BaseURL)
	}
	if model != (openai.Config{}) {
		if model.BaseURL == "" && model.APIKey == "" {
			return s, errors.New("BODEGA_EMBEDDINGS_URL is missing, or BODEGA_EMBEDDINGS_KEY for OpenAI's own")
		}
		s.Embeddings = &model
	}
	return s, nil
}

// Open opens the database the settings name, without migrating it:
//
//	sqlite://shop.db           a file in the data folder
//	sqlite:///var/lib/shop.db  a file anywhere
//	postgres://user@host/name  PostgreSQL
//	memory:                    nothing is kept
func Open(ctx context.Context, s Settings) (*storage.DB, error) {
	name := s.DatabaseURL
	if name == "" {
		name = "sqlite://shop.db"
	}
	switch scheme, rest, _ := strings.Cut(name, ":"); scheme {
	case "sqlite":
		path, err := sqlitePath(rest, s.DataDir)
		if err != nil {
			return nil, err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		return sqlite.Open(ctx, path, sqlite.Config{})
	case "postgres", "postgresql":
		return postgres.Open(ctx, name, postgres.Config{})
	case "memory":
		return memory.Open(ctx)
	default:
		return nil, fmt.Errorf("BODEGA_DATABASE_URL: %q is none of sqlite://FILE, postgres://USER@HOST/NAME and memory: itself", scheme)
	}
}

func sqlitePath(rest, dataDir string) (string, error) {
	rest = strings.TrimPrefix(rest, "//")
	rest, query, _ := strings.Cut(rest, "?")
	if query != "" {
		return "", fmt.Errorf("BODEGA_DATABASE_URL: sqlite takes no parameters, remove %q", "?"+query)
	}
	path, err := url.PathUnescape(rest)
	if err != nil || path == "" {
		return "", fmt.Errorf("BODEGA_DATABASE_URL: %q names no file", "sqlite://"+rest)
	}
	if filepath.IsAbs(path) {
		return path, nil
	}
	return filepath.Join(dataDir, path), nil
}
