package storagetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
)

// Blobs is the conformance suite of catalog.Blobs. open returns an empty place
// for blobs.
func Blobs(t *testing.T, open func(t *testing.T) catalog.Blobs) {
	put := func(t *testing.T, b catalog.Blobs, key, content string) {
		t.Helper()
		require.NoError(t, b.Put(t.Context(), key, catalog.BlobType(key), strings.NewReader(content)))
	}
	get := func(t *testing.T, b catalog.Blobs, key string) (catalog.BlobInfo, string) {
		t.Helper()
		blob, err := b.Get(t.Context(), key)
		require.NoError(t, err)
		data, err := io.ReadAll(blob.Body)
		require.NoError(t, err)
		require.NoError(t, blob.Body.Close())
		return blob.BlobInfo, string(data)
	}
	keys := func(t *testing.T, b catalog.Blobs, prefix string) []string {
		t.Helper()
		var out []string
		for info, err := range b.List(t.Context(), prefix) {
			require.NoError(t, err)
			require.Equal(t, catalog.BlobType(info.Key), info.ContentType)
			out = append(out, info.Key)
		}
		slices.Sort(out)
		return out
	}

	t.Run("put and get", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		before := time.Now().Add(-time.Minute)
		put(t, b, "images/a-480.jpg", "one")
		info, data := get(t, b, "images/a-480.jpg")
		sum := sha256.Sum256([]byte("one"))
		require.Equal(t, "one", data)
		require.Equal(t, "image/jpeg", info.ContentType)
		require.EqualValues(t, 3, info.Size)
		require.Equal(t, hex.EncodeToString(sum[:]), info.ETag)
		require.True(t, info.ModifiedAt.After(before) && info.ModifiedAt.Before(time.Now().Add(time.Minute)))

		put(t, b, "images/a-480.jpg", "another")
		replaced, data := get(t, b, "images/a-480.jpg")
		require.Equal(t, "another", data)
		require.NotEqual(t, info.ETag, replaced.ETag)

		put(t, b, "empty.bin", "")
		_, data = get(t, b, "empty.bin")
		require.Empty(t, data)
	})

	t.Run("delete", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		put(t, b, "images/a.png", "x")
		require.NoError(t, b.Delete(t.Context(), "images/a.png"))
		require.NoError(t, b.Delete(t.Context(), "images/a.png"), "twice is no error")
		_, err := b.Get(t.Context(), "images/a.png")
		require.True(t, core.IsKind(err, core.KindNotFound), "%v", err)
		require.Empty(t, keys(t, b, ""))
	})

	t.Run("keys that are none", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		put(t, b, "kept.txt", "x")
		for _, key := range []string{"", "..", "../x.jpg", "a/../x.jpg", "/etc/x.jpg", "a//x.jpg", "a/./x.jpg", "a/.x.jpg", ".hidden.jpg", `a\x.jpg`, "a\x00.jpg",
			"A.jpg", "ä.jpg", "a b.jpg", "a.svg", "a", "a.jpg/", "a.jpg/b.jpg", "c:x.jpg", "%2e%2e/x.jpg", strings.Repeat("a", 200) + ".jpg"} {
			require.Error(t, b.Put(t.Context(), key, catalog.BlobType(key), strings.NewReader("x")), "%q", key)
			_, err := b.Get(t.Context(), key)
			require.True(t, core.IsKind(err, core.KindNotFound), "%q: %v", key, err)
			require.NoError(t, b.Delete(t.Context(), key), "%q", key)
		}
		require.Error(t, b.Put(t.Context(), "a.jpg", "text/html", strings.NewReader("x")), "the extension says the type")
		require.Equal(t, []string{"kept.txt"}, keys(t, b, ""))
	})

	t.Run("list by prefix", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		var want []string
		for n := range 40 {
			key := fmt.Sprintf("images/%02d.jpg", n)
			want = append(want, key)
			put(t, b, key, key)
		}
		put(t, b, "models/deep/er/x.bin", "m")
		put(t, b, "imagesque.jpg", "i")
		require.Equal(t, want, keys(t, b, "images/"))
		require.Equal(t, want[10:20], keys(t, b, "images/1"))
		require.Equal(t, []string{"models/deep/er/x.bin"}, keys(t, b, "models/deep/"))
		require.Len(t, keys(t, b, ""), 42)
		for range b.List(t.Context(), "") {
			break // stopping early is fine
		}
	})

	t.Run("a put that fails leaves nothing", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		put(t, b, "images/old.jpg", "old")
		broken := io.MultiReader(strings.NewReader("half"), failingReader{})
		for _, key := range []string{"images/old.jpg", "images/new.jpg"} {
			require.ErrorIs(t, b.Put(t.Context(), key, "image/jpeg", broken), errReader)
		}
		_, data := get(t, b, "images/old.jpg")
		require.Equal(t, "old", data)
		require.Equal(t, []string{"images/old.jpg"}, keys(t, b, ""))
	})

	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		put(t, b, "a.jpg", "x")
		cancel()
		require.ErrorIs(t, b.Put(ctx, "b.jpg", "image/jpeg", strings.NewReader("x")), context.Canceled)
		_, err := b.Get(ctx, "a.jpg")
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, b.Delete(ctx, "a.jpg"), context.Canceled)
		for _, err := range b.List(ctx, "") {
			require.ErrorIs(t, err, context.Canceled)
		}
		require.Equal(t, []string{"a.jpg"}, keys(t, b, ""))
	})

	t.Run("readers see a whole blob or none", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		versions := [][]byte{bytes.Repeat([]byte("a"), 100_000), bytes.Repeat([]byte("b"), 100_000)}
		require.NoError(t, b.Put(t.Context(), "x.bin", "application/octet-stream", bytes.NewReader(versions[0])))
		var wg sync.WaitGroup
		for w := range 2 {
			wg.Go(func() {
				for range 20 {
					if err := b.Put(t.Context(), "x.bin", "application/octet-stream", bytes.NewReader(versions[w])); err != nil {
						t.Errorf("put: %v", err)
					}
				}
			})
		}
		for range 40 {
			info, data := get(t, b, "x.bin")
			sum := sha256.Sum256([]byte(data))
			require.Equal(t, info.ETag, hex.EncodeToString(sum[:]))
			require.True(t, data == string(versions[0]) || data == string(versions[1]))
		}
		wg.Wait()
	})
}

var errReader = errors.New("the line broke")

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errReader }
