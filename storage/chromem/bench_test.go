package chromem

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

const (
	benchVectors = 10_000
	benchLength  = 256
)

func drawn(n int) []search.Vector {
	random := rand.New(rand.NewPCG(1, 2))
	vectors := make([]search.Vector, n)
	for i := range vectors {
		values := make([]float32, benchLength)
		for k := range values {
			values[k] = float32(random.NormFloat64())
		}
		vectors[i] = search.Vector{ID: fmt.Sprint(i), Values: values}
	}
	return vectors
}

// BenchmarkOpen reads 10,000 vectors of 256 numbers from a folder.
func BenchmarkOpen(b *testing.B) {
	path := b.TempDir()
	index, err := Open(b.Context(), path)
	require.NoError(b, err)
	require.NoError(b, index.Put(b.Context(), drawn(benchVectors)))
	for b.Loop() {
		_, err := Open(b.Context(), path)
		require.NoError(b, err)
	}
}

// BenchmarkPut writes a vector to a folder, in place of one that is there.
func BenchmarkPut(b *testing.B) {
	index, err := Open(b.Context(), b.TempDir())
	require.NoError(b, err)
	vectors := drawn(100)
	n := 0
	for b.Loop() {
		require.NoError(b, index.Put(b.Context(), vectors[n%100:n%100+1]))
		n++
	}
}

// BenchmarkNearest asks for the 10 nearest of 10,000 vectors: ours, and
// chromem's own way.
func BenchmarkNearest(b *testing.B) {
	vectors := drawn(benchVectors)
	index, err := Open(b.Context(), "")
	require.NoError(b, err)
	require.NoError(b, index.Put(b.Context(), vectors))
	b.Run("index", func(b *testing.B) {
		for b.Loop() {
			_, err := index.Nearest(b.Context(), vectors[0].Values, search.Selection{}, 10)
			require.NoError(b, err)
		}
	})
	b.Run("chromem", func(b *testing.B) {
		for b.Loop() {
			_, err := index.collection.QueryEmbedding(b.Context(), vectors[0].Values, 10, nil, nil)
			require.NoError(b, err)
		}
	})
}
