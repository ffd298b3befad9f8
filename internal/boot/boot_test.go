package boot_test

import (
	"bytes"
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/bodega-commerce/bodega/internal/boot"
	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/search/openai"
	"github.com/stretchr/testify/require"
)

func from(t *testing.T, env map[string]string) (boot.Settings, error) {
	t.Helper()
	return boot.FromEnv(func(k string) string { return env[k] })
}

func TestFromEnv(t *testing.T) {
	t.Parallel()
	s, err := from(t, nil)
	require.NoError(t, err)
	require.Equal(t, boot.Settings{Addr: ":8080", DataDir: "bodega-data", Demo: true, LogLevel: "info", AdminEmail: "admin@localhost.localdomain", GuessLimit: 20}, s)
	s, err = from(t, map[string]string{"BODEGA_ADDR": "127.0.0.1:1", "BODEGA_DATA_DIR": "/data", "BODEGA_DATABASE_URL": "memory:", "BODEGA_DEMO": "0",
		"BODEGA_LOG": "debug", "BODEGA_LOG_JSON": "1", "BODEGA_TRUSTED_PROXIES": "10.0.0.0/8, ::1", "BODEGA_GUESS_LIMIT": "0", "BODEGA_ADMIN_EMAIL": "pat@example.org"})
	require.NoError(t, err)
	require.Equal(t, boot.Settings{Addr: "127.0.0.1:1", DataDir: "/data", DatabaseURL: "memory:", LogLevel: "debug", LogJSON: true, AdminEmail: "pat@example.org",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}, s)
	for _, name := range []string{"BODEGA_DEMO", "BODEGA_LOG_JSON"} {
		_, err = from(t, map[string]string{name: "sometimes"})
		require.ErrorContains(t, err, name+`="sometimes": use 1 or 0`)
	}
	_, err = from(t, map[string]string{"BODEGA_TRUSTED_PROXIES": "10.0.0.0/8,proxy"})
	require.ErrorContains(t, err, `BODEGA_TRUSTED_PROXIES: "proxy" is neither`)
	_, err = from(t, map[string]string{"BODEGA_GUESS_LIMIT": "-1"})
	require.ErrorContains(t, err, `BODEGA_GUESS_LIMIT="-1": use a number`)
	s, err = from(t, map[string]string{"BODEGA_EMBEDDINGS_URL": "http://localhost:1/v1", "BODEGA_EMBEDDINGS_MODEL": "e5", "BODEGA_EMBEDDINGS_QUERY_PREFIX": "query: "})
	require.NoError(t, err)
	require.Equal(t, &openai.Config{BaseURL: "http://localhost:1/v1", Model: "e5", QueryPrefix: "query: "}, s.Embeddings)
	s, err = from(t, map[string]string{"BODEGA_EMBEDDINGS_KEY": "secret"})
	require.NoError(t, err)
	require.Equal(t, &openai.Config{APIKey: "secret"}, s.Embeddings)
	_, err = from(t, map[string]string{"BODEGA_EMBEDDINGS_URL": "localhost:8081"})
	require.ErrorContains(t, err, `BODEGA_EMBEDDINGS_URL="localhost:8081": use an address`)
	_, err = from(t, map[string]string{"BODEGA_EMBEDDINGS_MODEL": "e5"})
	require.ErrorContains(t, err, "BODEGA_EMBEDDINGS_URL is missing")
}

func TestLogger(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	l, err := boot.Logger(boot.Settings{LogLevel: "warn", LogJSON: true}, &b)
	require.NoError(t, err)
	l.Info("quiet")
	l.Warn("loud", "n", 1)
	require.Contains(t, b.String(), `"msg":"loud","n":1`)
	require.NotContains(t, b.String(), "quiet")
	_, err = boot.Logger(boot.Settings{LogLevel: "chatty"}, &b)
	require.ErrorContains(t, err, "BODEGA_LOG")
}

func TestOpen(t *testing.T) {
	t.Parallel()
	ctx, elsewhere := context.Background(), t.TempDir()
	for name, c := range map[string]struct{ url, file string }{
		"default":        {"", "shop.db"},
		"data folder":    {"sqlite://my.db", "my.db"},
		"below it":       {"sqlite://a/b.db", "a/b.db"},
		"one colon":      {"sqlite:my.db", "my.db"},
		"space":          {"sqlite://my%20shop.db", "my shop.db"},
		"anywhere":       {"sqlite://" + elsewhere + "/x.db", elsewhere + "/x.db"},
		"anywhere, bare": {"sqlite:" + elsewhere + "/y.db", elsewhere + "/y.db"},
		"memory":         {"memory:", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data") // made when it is needed
			db, err := boot.Open(ctx, boot.Settings{DataDir: dir, DatabaseURL: c.url})
			require.NoError(t, err)
			_, err = db.Migrate(ctx)
			require.NoError(t, err)
			require.NoError(t, db.Ping(ctx))
			require.NoError(t, db.Close())
			switch {
			case c.file == "":
				require.NoDirExists(t, dir)
			case filepath.IsAbs(c.file):
				require.FileExists(t, c.file)
			default:
				require.FileExists(t, filepath.Join(dir, c.file))
			}
		})
	}
	for url, says := range map[string]string{
		"mysql://localhost":                  `"mysql" is none of sqlite://FILE`,
		"shop.db":                            "none of sqlite://FILE",
		"sqlite://":                          "names no file",
		"sqlite://a.db?mode=ro":              "takes no parameters",
		"sqlite://%zz":                       "names no file",
		"postgres://h:notaport/x":            "port",
		"sqlite://" + os.DevNull + "/x.db":   "not a directory",
		"sqlite://" + elsewhere + "/\x00.db": "not a file's path",
	} {
		_, err := boot.Open(ctx, boot.Settings{DataDir: t.TempDir(), DatabaseURL: url})
		require.ErrorContains(t, err, says, url)
	}
}

func TestOpenPostgres(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db, err := boot.Open(ctx, boot.Settings{DatabaseURL: testenv.Postgres(t)})
	require.NoError(t, err)
	require.Equal(t, "postgres", db.Dialect())
	require.NoError(t, db.Ping(ctx))
	require.NoError(t, db.Close())
}

func TestShop(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, url := range []string{"", "memory:"} {
		s := boot.Settings{DataDir: t.TempDir(), DatabaseURL: url, LogLevel: "error"}
		logger, err := boot.Logger(s, os.Stderr)
		require.NoError(t, err)
		db, err := boot.Open(ctx, s)
		require.NoError(t, err)
		shop, err := boot.Shop(ctx, db, s, logger)
		require.NoError(t, err)
		require.NotNil(t, shop.Handler())
		require.NoError(t, db.Close())
		if url == "" {
			require.DirExists(t, filepath.Join(s.DataDir, "images"))
		} else {
			require.NoDirExists(t, filepath.Join(s.DataDir, "images"))
		}
	}
}
