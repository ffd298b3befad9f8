package bleve_test

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/bleve"
)

func Example() {
	ctx := context.Background()
	index, err := bleve.Open("", bleve.Config{}) // in memory
	if err != nil {
		panic(err)
	}
	err = index.Put(ctx, []search.Document{
		{ID: "sofa", Locale: "en", Text: map[string]string{"title": "Red leather sofa"}},
		{ID: "table", Locale: "en", Text: map[string]string{"title": "Oak table"}},
	})
	if err != nil {
		panic(err)
	}
	matches, err := index.Find(ctx, search.Words{Text: "leather sofas", Locale: "en"}, 10)
	if err != nil {
		panic(err)
	}
	for _, m := range matches {
		fmt.Println(m.ID)
	}
	if err := index.Close(); err != nil {
		panic(err)
	}
	// Output: sofa
}
