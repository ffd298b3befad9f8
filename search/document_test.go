package search_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

func TestValuesOfADocument(t *testing.T) {
	d := search.Document{Attributes: map[string][]string{"color": {"red"}, "available": {"maybe"}, "category": {"Old"}}, Categories: [][]string{{"A", "B"}, {"A"}},
		Numbers: map[string]float64{"price": 5, "weight": math.NaN(), "popularity": 9, "rating": 1}, Popularity: 2, Unavailable: true}
	values, numbers := d.Values()
	require.Equal(t, map[string][]string{"color": {"red"}, "available": {"false"}, "category": {"A", "A > B"}}, values)
	require.Equal(t, map[string]float64{"price": 5, "popularity": 2, "rating": 1}, numbers)

	values, numbers = (&search.Document{Rating: 4, Ratings: 1}).Values()
	require.Equal(t, map[string][]string{"available": {"true"}}, values)
	require.Equal(t, map[string]float64{"popularity": 0, "rating": 4}, numbers)
}
