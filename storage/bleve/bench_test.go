package bleve_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/bleve"
)

// BenchmarkFind asks for 20 of 20,000 documents that all have the word, of which
// every one, one in ten and one in a thousand pass the filters.
func BenchmarkFind(b *testing.B) {
	index, err := bleve.Open("", bleve.Config{})
	require.NoError(b, err)
	defer func() { require.NoError(b, index.Close()) }()
	docs := make([]search.Document, 20_000)
	passing := map[int]map[string]bool{1: {}, 10: {}, 1000: {}}
	for n := range docs {
		docs[n] = titled(fmt.Sprintf("d%05d", n), fmt.Sprintf("Sofa %d of %d", n%97, n%13))
		for every, ids := range passing {
			if n%every == 0 {
				ids[docs[n].ID] = true
			}
		}
	}
	require.NoError(b, index.Put(b.Context(), docs))
	for _, every := range []int{1, 10, 1000} {
		b.Run(fmt.Sprint("1 in ", every), func(b *testing.B) {
			within := search.Selection{Has: func(id string) bool { return passing[every][id] }}
			for b.Loop() {
				matches, err := index.Find(b.Context(), search.Words{Text: "sofa", Locale: "en", Within: within}, 20)
				require.NoError(b, err)
				require.Len(b, matches, 20)
			}
		})
	}
}
