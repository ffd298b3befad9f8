package ann_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/bodega-commerce/bodega/internal/ann"
)

func Example() {
	ctx := context.Background()
	x, err := ann.New(2, ann.Config{Metric: ann.L2})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = x.Add(ctx,
		ann.Item{ID: "shoe/red", Vector: []float32{1, 0}},
		ann.Item{ID: "shoe/blue", Vector: []float32{2, 0}},
		ann.Item{ID: "hat/red", Vector: []float32{1, 1}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	hits, err := x.Search(ctx, []float32{1, 0.25}, 2, ann.Options{
		Filter: func(id string) bool { return strings.HasPrefix(id, "shoe/") },
	})
	fmt.Println(hits, err)
	// Output: [{shoe/red -0.0625} {shoe/blue -1.0625}] <nil>
}
