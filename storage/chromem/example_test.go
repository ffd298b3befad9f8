package chromem_test

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/chromem"
)

func Example() {
	ctx := context.Background()
	index, err := chromem.Open(ctx, "") // in memory; a folder keeps it
	if err != nil {
		panic(err)
	}
	err = index.Put(ctx, []search.Vector{{ID: "sofa", Values: []float32{0.9, 0.1}}, {ID: "table", Values: []float32{0.1, 0.9}}})
	if err != nil {
		panic(err)
	}
	matches, err := index.Nearest(ctx, []float32{1, 0}, search.Selection{}, 1)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s %.2f\n", matches[0].ID, matches[0].Score)
	// Output: sofa 0.99
}
