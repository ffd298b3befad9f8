package blob_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/storage/blob"
	"github.com/bodega-commerce/bodega/storage/storagetest"
)

func openDir(t *testing.T, folder string) *blob.Dir {
	t.Helper()
	d, err := blob.Open(folder)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

func TestDir(t *testing.T) {
	t.Parallel()
	storagetest.Blobs(t, func(t *testing.T) catalog.Blobs { return openDir(t, t.TempDir()) })
}

func TestMemory(t *testing.T) {
	t.Parallel()
	storagetest.Blobs(t, func(*testing.T) catalog.Blobs { return &blob.Memory{} })
}

func TestDirSurvivesReopening(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "made", "here")
	d, err := blob.Open(folder)
	require.NoError(t, err)
	require.NoError(t, d.Put(t.Context(), "images/a.jpg", "image/jpeg", strings.NewReader("x")))
	require.NoError(t, d.Close())

	b, err := openDir(t, folder).Get(t.Context(), "images/a.jpg")
	require.NoError(t, err)
	require.NoError(t, b.Body.Close())
	require.Implements(t, (*io.Seeker)(nil), b.Body)
}

func TestDirTidiesWhatWasCutShort(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(folder, ".unfinished"), 0o750))
	for name, age := range map[string]time.Duration{"old": 2 * time.Hour, "young": time.Minute} {
		file := filepath.Join(folder, ".unfinished", name)
		require.NoError(t, os.WriteFile(file, []byte("half"), 0o600))
		at := time.Now().Add(-age)
		require.NoError(t, os.Chtimes(file, at, at))
	}
	d := openDir(t, folder)
	require.NoFileExists(t, filepath.Join(folder, ".unfinished", "old"))
	require.FileExists(t, filepath.Join(folder, ".unfinished", "young"), "another process may be writing it")
	for info, err := range d.List(t.Context(), "") {
		t.Errorf("listed %v %v", info, err)
	}
}

func TestDirDoesNotFollowLinksOutside(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "secret.txt"), []byte("secret"), 0o600))
	folder := t.TempDir()
	d := openDir(t, folder)
	require.NoError(t, d.Put(t.Context(), "docs/secret.txt", "text/plain; charset=utf-8", strings.NewReader("mine")))
	found, err := filepath.Glob(filepath.Join(folder, "docs", "*", "secret.txt"))
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.NoError(t, os.Remove(found[0]))
	if err := os.Symlink(filepath.Join(outside, "secret.txt"), found[0]); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	_, err = d.Get(t.Context(), "docs/secret.txt")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "mine")
}

func Example() {
	ctx := context.Background()
	blobs := &blob.Memory{} // blob.Open(folder) keeps them on disk
	if err := blobs.Put(ctx, "images/img_1-480.jpg", "image/jpeg", strings.NewReader("not really a picture")); err != nil {
		fmt.Println(err)
		return
	}
	b, err := blobs.Get(ctx, "images/img_1-480.jpg")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Body.Close()
	fmt.Println(b.ContentType, b.Size, b.ETag[:8])
	for info := range blobs.List(ctx, "images/") {
		fmt.Println(info.Key)
	}
	// Output:
	// image/jpeg 20 fe1a4ab1
	// images/img_1-480.jpg
}
