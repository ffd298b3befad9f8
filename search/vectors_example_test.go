package search_test

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/search"
)

func ExampleNewMemoryVectors() {
	ctx := context.Background()
	vectors, err := search.NewMemoryVectors(search.MemoryVectorsConfig{Exact: 100_000})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := vectors.Put(ctx, []search.Vector{{ID: "sofa", Values: []float32{1, 0}}, {ID: "lamp", Values: []float32{0, 1}}}); err != nil {
		fmt.Println(err)
		return
	}
	matches, err := vectors.Nearest(ctx, []float32{3, 1}, search.Selection{}, 1)
	fmt.Println(matches[0].ID, vectors.Approximate(), err)
	// Output: sofa false <nil>
}
