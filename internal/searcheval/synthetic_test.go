package searcheval

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

func TestSyntheticFollowsFromItsSeed(t *testing.T) {
	t.Parallel()
	a, b := NewSynthetic(1), NewSynthetic(1)
	require.Equal(t, a.Documents(0, 50), b.Documents(0, 50))
	require.Equal(t, a.Document(49), b.Documents(40, 50)[9], "whatever was made before")
	require.NotEqual(t, a.Document(0), NewSynthetic(2).Document(0))
	require.NotEqual(t, a.Query(1), a.Query(2))
	require.Equal(t, a.Filters(7), b.Filters(7))
}

func TestSyntheticQueriesFindProducts(t *testing.T) {
	t.Parallel()
	s := NewSynthetic(0)
	engine, err := Engine(t.Context(), s.Documents(0, 2000), nil, nil, search.Config{})
	require.NoError(t, err)
	brands := map[string]int{}
	for _, d := range s.Documents(0, 2000) {
		brands[d.Attributes["brand"][0]]++
	}
	require.Greater(t, len(brands), 300)
	require.Greater(t, brands[s.brand[0]], 100)
	found := 0
	for n := range 100 {
		text := s.Query(n)
		require.LessOrEqual(t, len(strings.Fields(text)), 5)
		r, err := engine.Search(t.Context(), search.Query{Text: text, Locale: "en"})
		require.NoError(t, err)
		if r.Total > 0 {
			found++
		}
		_, err = engine.Search(t.Context(), search.Query{Text: text, Filters: s.Filters(n)})
		require.NoError(t, err)
	}
	require.Greater(t, found, 95)
}
