package search_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

func TestFromClicksAddsUpLists(t *testing.T) {
	t.Parallel()
	zeros := make([]float64, len(search.Signals()))
	at := func(id string, position int, worth float64) search.Shown {
		return search.Shown{Candidate: search.Candidate{ID: id, Signals: zeros}, Position: position, Worth: worth}
	}
	lists := []search.ClickedList{
		{Query: "tea", Shown: []search.Shown{at("a", 1, 1), at("b", 2, 0)}},
		{Query: "tea", Shown: []search.Shown{at("b", 1, 0), at("a", 2, 3)}},
		{Query: "tea", Shown: []search.Shown{at("c", 1, 0)}}, // nobody clicked: it says nothing
		{Query: "pot", Shown: []search.Shown{at("d", 90, 1)}},
	}
	judged, err := search.FromClicks(lists, []float64{1, 0.5})
	require.NoError(t, err)
	require.Len(t, judged, 2)
	require.Equal(t, []float64{(1 + 3/0.5) / 2, 0}, judged[0].Gains)
	require.InDelta(t, 2*3.5, judged[0].Weight, 1e-12, "what two lists could gain")
	require.Equal(t, []float64{2}, judged[1].Gains, "as far down as is known")
	require.InDelta(t, 2, judged[1].Weight, 1e-12)

	for says, list := range map[string]search.Shown{"position": at("a", 0, 1), "worth": at("a", 1, math.NaN()), "signals": {Position: 1}} {
		_, err := search.FromClicks([]search.ClickedList{{Shown: []search.Shown{list}}}, nil)
		require.ErrorContains(t, err, says)
		_, err = search.Propensities(t.Context(), []search.ClickedList{{Shown: []search.Shown{list}}}, search.ClickConfig{})
		require.ErrorContains(t, err, says)
	}
	_, err = search.FromClicks(lists, []float64{0})
	require.ErrorContains(t, err, "propensity 1")
	_, err = search.Propensities(t.Context(), lists[2:3], search.ClickConfig{})
	require.ErrorContains(t, err, "no clicks")
	_, err = search.Propensities(t.Context(), lists, search.ClickConfig{Floor: 2})
	require.ErrorContains(t, err, "ClickConfig")
}
