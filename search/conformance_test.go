package search_test

import (
	"testing"

	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/storagetest"
)

func TestMemoryIndex(t *testing.T) {
	storagetest.SearchIndex(t, func(*testing.T) search.Index { return search.NewMemoryIndex(nil) })
}

func TestFlatVectors(t *testing.T) {
	storagetest.VectorIndex(t, func(*testing.T) search.VectorIndex { return search.NewFlatVectors() })
}
