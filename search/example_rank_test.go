package search_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/search"
)

// A shop learns from what shoppers clicked, and keeps what it learned.
func ExampleFromClicks() {
	ctx := context.Background()
	popular, plain := make([]float64, len(search.Signals())), make([]float64, len(search.Signals()))
	popular[19] = 1 // popularity
	var lists []search.ClickedList
	for n := range 80 {
		lists = append(lists, search.ClickedList{Query: fmt.Sprint("query ", n%20), Shown: []search.Shown{
			{Candidate: search.Candidate{ID: "plain", Signals: plain}, Position: 1, Worth: float64(n / 20 % 2)},
			{Candidate: search.Candidate{ID: "popular", Signals: popular}, Position: 2, Worth: float64((n/20 + 1) % 2)},
		}})
	}
	judged, err := search.FromClicks(lists, []float64{1, 0.5}) // or what search.Propensities finds
	if err != nil {
		panic(err)
	}
	ranker, err := search.TrainTrees(ctx, judged, search.TreeConfig{})
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	if err := ranker.Save(&file); err != nil {
		panic(err)
	}
	loaded, err := search.LoadTrees(&file)
	if err != nil {
		panic(err)
	}
	fmt.Println("popular first:", loaded.Score(popular) > loaded.Score(plain))
	// Output: popular first: true
}
