package search_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/storagetest"
)

func TestMemoryIndex(t *testing.T) {
	storagetest.SearchIndex(t, func(*testing.T) search.Index { return search.NewMemoryIndex(nil) })
}

func TestMemoryVectors(t *testing.T) {
	for _, exact := range []int{1, 1000} { // at 1 all but the first is clustered
		storagetest.VectorIndex(t, func(t *testing.T) search.VectorIndex {
			v, err := search.NewMemoryVectors(search.MemoryVectorsConfig{Exact: exact})
			require.NoError(t, err)
			return v
		})
	}
}

func TestFlatVectors(t *testing.T) {
	storagetest.VectorIndex(t, func(*testing.T) search.VectorIndex { return search.NewFlatVectors() })
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	t.Run("own words", func(t *testing.T) { storagetest.SearchLanguages(t, func(*testing.T) search.Index { return nil }) })
	t.Run("memory", func(t *testing.T) {
		storagetest.SearchLanguages(t, func(*testing.T) search.Index { return search.NewMemoryIndex(nil) })
	})
}
