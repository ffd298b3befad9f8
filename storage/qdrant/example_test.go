package qdrant_test

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/internal/qdranttest"
	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/qdrant"
)

func Example() {
	ctx := context.Background()
	server, err := qdranttest.Start("") // stands for a real one here
	if err != nil {
		panic(err)
	}
	index, err := qdrant.Open(ctx, qdrant.Config{Host: "127.0.0.1", Port: server.Port, Collection: "products-en"})
	if err != nil {
		panic(err)
	}
	red := &search.Document{ID: "sofa", Attributes: map[string][]string{"color": {"red"}}}
	blue := &search.Document{ID: "couch", Attributes: map[string][]string{"color": {"blue"}}}
	err = index.Put(ctx, []search.Vector{{ID: "sofa", Values: []float32{0.9, 0.1}, Document: red}, {ID: "couch", Values: []float32{1, 0}, Document: blue}})
	if err != nil {
		panic(err)
	}
	within := search.Selection{Filters: []search.Filter{{Field: "color", Values: []string{"red"}}}}
	matches, err := index.Nearest(ctx, []float32{1, 0}, within, 10)
	if err != nil {
		panic(err)
	}
	for _, m := range matches {
		fmt.Printf("%s %.2f\n", m.ID, m.Score)
	}
	if err := index.Close(); err != nil {
		panic(err)
	}
	if err := server.Close(); err != nil {
		panic(err)
	}
	// Output: sofa 0.99
}
