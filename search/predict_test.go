package search_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

func TestPredict(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, search.Config{})
	for query, category := range map[string]string{"sofa": "Goods > Furniture", "soft garment": "Goods > Clothing", "brigt lamp": "Goods > Lighting"} {
		found, err := engine.Predict(t.Context(), search.Query{Text: query, Locale: "en"})
		require.NoError(t, err)
		require.NotEmpty(t, found, query)
		require.Equal(t, category, found[0].Category, query)
		require.Greater(t, found[0].Share, 0.5, query)
		sum := 0.0
		for i, c := range found {
			sum += c.Share
			require.True(t, i == 0 || c.Share <= found[i-1].Share)
		}
		require.LessOrEqual(t, sum, 1+1e-9)

		result, err := engine.Search(t.Context(), search.Query{Text: query, Locale: "en", Limit: 3})
		require.NoError(t, err)
		require.Equal(t, found, result.Categories)
	}
	for _, q := range []search.Query{{}, {Text: "zzzzz", Literal: true, Mode: search.Keyword}} {
		found, err := engine.Predict(t.Context(), q)
		require.NoError(t, err)
		require.Empty(t, found)
	}
	_, err := engine.Predict(t.Context(), search.Query{Filters: make([]search.Filter, search.MaxFilters+1)})
	require.Error(t, err)
}

func ExampleEngine_Predict() {
	engine, err := search.New(nil, nil, nil, search.Config{})
	if err != nil {
		panic(err)
	}
	for i, title := range []string{"red kettle", "blue kettle", "kettle toy"} {
		category := []string{"Home", "Kitchen"}
		if i == 2 {
			category = []string{"Toys"}
		}
		if err := engine.Put(context.Background(), []search.Document{{ID: title, Text: map[string]string{"title": title}, Categories: [][]string{category}}}); err != nil {
			panic(err)
		}
	}
	categories, err := engine.Predict(context.Background(), search.Query{Text: "kettle"})
	if err != nil {
		panic(err)
	}
	for _, c := range categories {
		fmt.Printf("%s %.1f\n", c.Category, c.Share)
	}
	// Output:
	// Home > Kitchen 0.6
	// Toys 0.4
}
