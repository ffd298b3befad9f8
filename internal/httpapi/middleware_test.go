package httpapi_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/idempotency"
	"github.com/bodega-commerce/bodega/internal/httpapi"
)

// counted counts what is read of a body.
type counted struct {
	io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

func TestLargeBodiesAreNotRead(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	for _, key := range []string{"", "a-key"} {
		body := &counted{Reader: strings.NewReader(`{"locale": "` + strings.Repeat("x", 5<<20) + `"}`)}
		r := httptest.NewRequest(http.MethodPost, "/api/v1/store/carts", body)
		r.Header.Set("Content-Type", "application/json")
		if key != "" {
			r.Header.Set("Idempotency-Key", key)
		}
		w := httptest.NewRecorder()
		f.handler.ServeHTTP(w, r)
		answer{t, w.Result(), w.Body.Bytes()}.is(413, "too_large")
		require.Less(t, body.n, int64(2<<20), "with the key %q", key)
	}
}

func TestAnswersAreCompressed(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	plain := f.guest().get("/store/products/navy-tee").is(200)
	w := f.guest().with("Accept-Encoding", "gzip").get("/store/products/navy-tee").is(200)
	require.Equal(t, "gzip", w.Header.Get("Content-Encoding"))
	require.Contains(t, w.Header.Values("Vary"), "Accept-Encoding")
	unpacked, err := gzip.NewReader(strings.NewReader(string(w.raw)))
	require.NoError(t, err)
	raw, err := io.ReadAll(unpacked)
	require.NoError(t, err)
	require.JSONEq(t, string(plain.raw), string(raw))
	require.Empty(t, f.guest().with("Accept-Encoding", "gzip").do(http.MethodGet, "/api/v1/store/payment-providers", nil).Header.Get("Content-Encoding"), "too small to gain")
}

func TestRequestsEndInTime(t *testing.T) {
	t.Parallel()
	handler := httpapi.New(httpapi.Services{}, httpapi.Config{Logger: slog.New(slog.DiscardHandler), Timeout: 20 * time.Millisecond,
		Ready:  func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		Within: func(context.Context, func(httpapi.Services, idempotency.Store) error) error { return nil }})
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil)) // would wait for ever
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	alive := httptest.NewRecorder()
	handler.ServeHTTP(alive, httptest.NewRequest(http.MethodGet, "/healthz", nil)) // asks no database
	require.Equal(t, http.StatusOK, alive.Code)
}

func TestOriginsThatAreAllowed(t *testing.T) {
	t.Parallel()
	f := openStorefront(t, func(c *bodega.Config) { c.HTTP.AllowedOrigins = []string{"https://shop.example"} })
	preflight := func(origin string) answer {
		return f.guest().with("Origin", origin).with("Access-Control-Request-Method", "POST").do(http.MethodOptions, "/store/carts", nil)
	}
	require.Equal(t, "https://shop.example", preflight("https://shop.example").Header.Get("Access-Control-Allow-Origin"))
	require.Empty(t, preflight("https://shop.example.evil").Header.Get("Access-Control-Allow-Origin"))
	require.Empty(t, openStorefront(t).guest().with("Origin", "https://shop.example").get("/store/channel").is(200).Header.Get("Access-Control-Allow-Origin"))
}

func TestProblemsNeverShowInternalCauses(t *testing.T) {
	t.Parallel()
	handler := httpapi.New(httpapi.Services{}, httpapi.Config{Logger: slog.New(slog.DiscardHandler), // no services: every handler panics
		Within: func(context.Context, func(httpapi.Services, idempotency.Store) error) error { return nil }})
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/store/payment-providers", nil))
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	var p map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
	require.Equal(t, "something went wrong on our side", p["detail"])
	require.NotContains(t, w.Body.String(), "nil pointer")
}

func TestUnknownParametersAreRefused(t *testing.T) {
	t.Parallel()
	f := openStorefront(t)
	c := f.guest()
	a := c.get("/store/products?vendr=Acme").is(http.StatusUnprocessableEntity, "invalid")
	require.Equal(t, "vendr", a.str("errors.0.field"))
	require.Equal(t, "/docs/problems#invalid", a.str("type"))
	require.Equal(t, "/docs/problems#not_found", c.get("/store/products/nothing").is(http.StatusNotFound).str("type"))
	c.get("/store/products?attr.color=Navy&limit=2&vendor=Acme").is(http.StatusOK)
	c.get("/store/categories?limt=2").is(http.StatusUnprocessableEntity, "invalid")
}
