package searcheval

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/bleve"
)

// BenchmarkIndexing indexes real products into engines: what remains when the
// embedder is trained, with words kept by the engine and by bleve.
func BenchmarkIndexing(b *testing.B) {
	d, err := Load(b.Context(), Files{Folder: filepath.Dir(testenv.Data(b, "esci-150/products.jsonl.gz"))})
	require.NoError(b, err)
	lsa, err := search.TrainLSA(b.Context(), d.Documents, search.LSAConfig{})
	require.NoError(b, err)
	for _, words := range []string{"own", "bleve"} {
		b.Run(words, func(b *testing.B) {
			for b.Loop() {
				var keyword search.Index
				done := func() error { return nil }
				if words == "bleve" {
					index, err := bleve.Open("", bleve.Config{})
					require.NoError(b, err)
					keyword, done = index, index.Close
				}
				engine, err := search.New(keyword, search.NewFlatVectors(), lsa, search.Config{})
				require.NoError(b, err)
				for start := 0; start < len(d.Documents); start += batch {
					require.NoError(b, engine.Put(b.Context(), d.Documents[start:min(start+batch, len(d.Documents))]))
				}
				require.NoError(b, done())
			}
			b.ReportMetric(float64(len(d.Documents)*b.N)/b.Elapsed().Seconds(), "products/s")
		})
	}
}

// BenchmarkTraining learns the embedder.
func BenchmarkTraining(b *testing.B) {
	d, err := Load(b.Context(), Files{Folder: filepath.Dir(testenv.Data(b, "esci-150/products.jsonl.gz"))})
	require.NoError(b, err)
	for b.Loop() {
		_, err := search.TrainLSA(b.Context(), d.Documents, search.LSAConfig{})
		require.NoError(b, err)
	}
}

// BenchmarkQueries answers real queries, at the default depth.
func BenchmarkQueries(b *testing.B) {
	d, err := Load(b.Context(), Files{Folder: filepath.Dir(testenv.Data(b, "esci-150/products.jsonl.gz"))})
	require.NoError(b, err)
	engine, err := Engine(b.Context(), d.Documents, nil, nil, search.Config{})
	require.NoError(b, err)
	n := 0
	for b.Loop() {
		_, err := engine.Search(b.Context(), search.Query{Text: d.Queries[n%len(d.Queries)].Text, Locale: "en", Facets: []search.FacetRequest{{Field: search.FieldCategory}, {Field: search.FieldRating}}})
		require.NoError(b, err)
		n++
	}
}
