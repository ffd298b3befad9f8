package chromem

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/philippgille/chromem-go"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/storagetest"
)

func open(t *testing.T, path string) *Index {
	t.Helper()
	index, err := Open(t.Context(), path)
	require.NoError(t, err)
	return index
}

func TestConformance(t *testing.T) {
	for _, where := range []string{"memory", "disk"} {
		t.Run(where, func(t *testing.T) {
			storagetest.VectorIndex(t, func(t *testing.T) search.VectorIndex {
				if where == "memory" {
					return open(t, "")
				}
				return open(t, filepath.Join(t.TempDir(), "vectors"))
			})
		})
	}
}

// stored returns what an index holds, by id.
func stored(t *testing.T, index *Index, among ...string) map[string][]float32 {
	t.Helper()
	found, err := index.Get(t.Context(), among)
	require.NoError(t, err)
	n, err := index.Count(t.Context())
	require.NoError(t, err)
	require.Len(t, found, n)
	held := map[string][]float32{}
	for _, v := range found {
		held[v.ID] = v.Values
	}
	return held
}

// files returns the paths of the vectors' files.
func files(t *testing.T, path string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(path, "*", "*.gob"))
	require.NoError(t, err)
	return slices.DeleteFunc(all, func(f string) bool { return filepath.Base(f) == collectionFile })
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vectors")
	index := open(t, path)
	require.NoError(t, index.Put(t.Context(), []search.Vector{{ID: "a", Values: []float32{3, 4}}, {ID: "b", Values: []float32{1, 0}}, {ID: "zero", Values: []float32{0, 0}},
		{ID: "gone", Values: []float32{1, 1}}, {ID: "b", Values: []float32{0, -2}}}))
	require.NoError(t, index.Delete(t.Context(), []string{"gone", "nobody"}))
	require.Len(t, files(t, path), 3, "what was replaced or deleted has no file")

	index = open(t, path)
	require.Equal(t, map[string][]float32{"a": {0.6, 0.8}, "b": {0, -1}, "zero": {0, 0}}, stored(t, index, "a", "b", "zero", "gone"))
	var wrong *search.VectorError
	require.ErrorAs(t, index.Put(t.Context(), []search.Vector{{ID: "c", Values: []float32{1}}}), &wrong)
	require.NoError(t, index.Put(t.Context(), []search.Vector{{ID: "a", Values: []float32{1, 0}}}))
	require.NoError(t, index.Delete(t.Context(), []string{"b", "zero"}))

	index = open(t, path)
	require.Equal(t, map[string][]float32{"a": {1, 0}}, stored(t, index, "a", "b", "zero"))
	require.NoError(t, index.Delete(t.Context(), []string{"a"}))

	index = open(t, path)
	require.Empty(t, stored(t, index, "a"))
	require.ErrorAs(t, index.Put(t.Context(), []search.Vector{{ID: "c", Values: []float32{1}}}), &wrong, "the length stays")
}

// Chromem names a document's file by four bytes of a hash: of many documents
// two share a file, and the later would take the place of the earlier.
func TestNamesOfFilesAreNotShared(t *testing.T) {
	seen := map[uint32]uint64{}
	var first, second uint64
	for n := uint64(1); second == 0; n++ {
		if other, ok := seen[fileOf(n)]; ok {
			first, second = other, n
		}
		seen[fileOf(n)] = n
	}
	path := t.TempDir()
	index := open(t, path)
	index.last = first - 1
	require.NoError(t, index.Put(t.Context(), []search.Vector{{ID: "a", Values: []float32{1, 0}}}))
	require.Equal(t, fmt.Sprintf("%08x.gob", fileOf(first)), filepath.Base(files(t, path)[0]), "chromem names files otherwise now")
	index.last = second - 1
	require.NoError(t, index.Put(t.Context(), []search.Vector{{ID: "b", Values: []float32{0, 1}}}))
	require.Len(t, files(t, path), 2)
	require.Equal(t, map[string][]float32{"a": {1, 0}, "b": {0, 1}}, stored(t, open(t, path), "a", "b"))
}

func TestCrashes(t *testing.T) {
	one := []search.Vector{{ID: "a", Values: []float32{1, 0}}}
	t.Run("before the old version was removed", func(t *testing.T) {
		path := t.TempDir()
		index := open(t, path)
		require.NoError(t, index.Put(t.Context(), one))
		old := files(t, path)[0]
		data, err := os.ReadFile(old)
		require.NoError(t, err)
		require.NoError(t, index.Put(t.Context(), []search.Vector{{ID: "a", Values: []float32{0, 1}}}))
		require.NoError(t, os.WriteFile(old, data, 0o600))

		index = open(t, path)
		require.Equal(t, map[string][]float32{"a": {0, 1}}, stored(t, index, "a"))
		require.Len(t, files(t, path), 1)
	})
	t.Run("within a vector's file", func(t *testing.T) {
		path := t.TempDir()
		index := open(t, path)
		require.NoError(t, index.Put(t.Context(), one))
		whole := files(t, path)[0]
		data, err := os.ReadFile(whole)
		require.NoError(t, err)
		for cut := range data {
			require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(whole), fmt.Sprintf("%08x.gob", fileOf(2))), data[:cut], 0o600))
			require.Equal(t, map[string][]float32{"a": {1, 0}}, stored(t, open(t, path), "a"), cut)
			require.Equal(t, []string{whole}, files(t, path))
		}
	})
	t.Run("within the collection's file", func(t *testing.T) {
		path := t.TempDir()
		require.NoError(t, open(t, path).Put(t.Context(), one))
		collection := filepath.Join(filepath.Dir(files(t, path)[0]), collectionFile)
		for _, rest := range []string{"", "\x07"} {
			require.NoError(t, os.WriteFile(collection, []byte(rest), 0o600))
			index := open(t, path)
			require.Empty(t, stored(t, index, "a"))
			require.NoError(t, index.Put(t.Context(), one))
		}
	})
}

func TestForeignFolders(t *testing.T) {
	for _, name := range []string{"theirs", collectionPrefix + "x", collectionPrefix + "0"} {
		path := t.TempDir()
		db, err := chromem.NewPersistentDB(path, false)
		require.NoError(t, err)
		c, err := db.CreateCollection(name, nil, noEmbedding)
		require.NoError(t, err)
		require.NoError(t, c.AddDocument(t.Context(), chromem.Document{ID: "1", Embedding: []float32{1}}))
		_, err = Open(t.Context(), path)
		require.ErrorIs(t, err, ErrFolder)

		require.NoError(t, os.WriteFile(files(t, path)[0], nil, 0o600))
		_, err = Open(t.Context(), path)
		require.ErrorIs(t, err, ErrFolder, "nothing of theirs is repaired")
		require.Len(t, files(t, path), 1)
	}
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := Open(t.Context(), file)
	require.Error(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Open(ctx, "")
	require.ErrorIs(t, err, context.Canceled)
}

// Where the disk fails, memory says what the disk says.
func TestFailedWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vectors")
	index := open(t, path)
	require.NoError(t, index.Put(t.Context(), []search.Vector{{ID: "a", Values: []float32{1, 0}}}))
	// The place of the next file is taken by a folder that is not empty.
	next := filepath.Join(filepath.Dir(files(t, path)[0]), fmt.Sprintf("%08x.gob", fileOf(2)))
	require.NoError(t, os.MkdirAll(filepath.Join(next, "x"), 0o700))
	require.ErrorContains(t, index.Put(t.Context(), []search.Vector{{ID: "b", Values: []float32{0, 1}}}), `put "b"`)
	require.Equal(t, map[string][]float32{"a": {1, 0}}, stored(t, index, "a", "b"))
	require.NoError(t, index.Put(t.Context(), []search.Vector{{ID: "a", Values: []float32{0, 1}}}))
	require.NoError(t, os.RemoveAll(next))
	require.NoError(t, index.Delete(t.Context(), []string{"b"}))
	require.Equal(t, map[string][]float32{"a": {0, 1}}, stored(t, open(t, path), "a", "b"))
}
