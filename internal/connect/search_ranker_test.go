package connect

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

func TestSavedRankers(t *testing.T) {
	signals := make([]float64, len(search.Signals()))
	signals[3] = 1
	trained, err := search.TrainTrees(t.Context(), []search.Judged{{Candidates: []search.Candidate{{ID: "a", Signals: signals}, {ID: "b", Signals: make([]float64, len(signals))}},
		Gains: []float64{1, 0}}}, search.TreeConfig{})
	require.NoError(t, err)
	model, err := packRanker(trained)
	require.NoError(t, err)
	saved := savedRanker{Model: model}
	loaded, err := saved.unpack()
	require.NoError(t, err)
	require.InDelta(t, trained.Score(signals), loaded.Score(signals), 1e-12)
	for _, damaged := range [][]byte{nil, []byte("x"), model[:len(model)/2]} {
		saved.Model = damaged
		_, err := saved.unpack()
		require.Error(t, err)
	}
}
