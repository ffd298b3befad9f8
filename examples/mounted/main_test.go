package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheShopIsMountedBesideTheService(t *testing.T) {
	handler, shop, err := service(context.Background())
	require.NoError(t, err)
	t.Cleanup(func() { _ = shop.DB().Close() })
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	for path, want := range map[string]string{"/hello": "hello", "/shop/api/v1/store/products": `"items"`, "/shop/openapi.json": `"3.1.0"`,
		"/shop/docs": "swagger", "/shop/healthz": "ok"} {
		res, err := http.Get(server.URL + path)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusOK, res.StatusCode, path)
		require.Contains(t, string(body), want, path)
	}
}
