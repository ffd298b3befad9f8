package ann_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/ann"
	"github.com/bodega-commerce/bodega/internal/ann/anntest"
)

// BenchmarkSearch is to be read as ratios: of each to the exact index.
func BenchmarkSearch(b *testing.B) {
	const n, dim = 100_000, 256
	source := anntest.NewSource(anntest.Shape{Dim: dim}, 1)
	queries, vectors := source.Next(256), source.Next(n)
	for _, c := range []struct {
		name string
		cfg  ann.Config
		opt  ann.Options
	}{
		{"exact", ann.Config{Exact: true}, ann.Options{}},
		{"exact one worker", ann.Config{Exact: true, Workers: 1}, ann.Options{}},
		{"exact codes", ann.Config{Exact: true, Quantize: ann.Int8}, ann.Options{}},
		{"lists", ann.Config{}, ann.Options{}},
		{"lists without codes", ann.Config{Quantize: ann.None}, ann.Options{}},
		{"lists filter of 1%", ann.Config{}, ann.Options{Filter: onePercent}},
	} {
		x := newIndex(b, dim, c.cfg, vectors)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				_, err := x.Search(context.Background(), queries[i%len(queries)], 10, c.opt)
				require.NoError(b, err)
				i++
			}
		})
	}
}

// BenchmarkChange replaces one vector in an index of 100,000.
func BenchmarkChange(b *testing.B) {
	const n, dim = 100_000, 256
	source := anntest.NewSource(anntest.Shape{Dim: dim}, 1)
	vectors, fresh := source.Next(n), source.Next(1000)
	x := newIndex(b, dim, ann.Config{}, vectors)
	i := 0
	for b.Loop() {
		require.NoError(b, x.Add(context.Background(), ann.Item{ID: strconv.Itoa(i % n), Vector: fresh[i%len(fresh)]}))
		i++
	}
}
