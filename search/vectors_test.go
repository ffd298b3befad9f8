package search_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/ann/anntest"
	"github.com/bodega-commerce/bodega/search"
)

// TestMemoryVectorsFindWhatFlatOnesDo grows past the limit in steps, with
// vectors replaced and deleted, and asks with and without a selection.
func TestMemoryVectorsFindWhatFlatOnesDo(t *testing.T) {
	t.Parallel()
	vectors := anntest.Clustered(anntest.Shape{Dim: 32, Clusters: 60}, 9100, 1)
	questions := vectors[9000:]
	vectors = vectors[:9000]
	flat := search.NewFlatVectors()
	memory, err := search.NewMemoryVectors(search.MemoryVectorsConfig{Exact: 4000})
	require.NoError(t, err)
	id := func(n int) string { return fmt.Sprint(n % 8500) } // some are replaced
	for from := 0; from < len(vectors); from += 500 {
		var batch []search.Vector
		for n := from; n < from+500; n++ {
			batch = append(batch, search.Vector{ID: id(n), Values: vectors[n]})
		}
		require.Equal(t, from > 4000, memory.Approximate())
		for _, index := range []search.VectorIndex{flat, memory} {
			require.NoError(t, index.Put(t.Context(), batch))
			require.NoError(t, index.Delete(t.Context(), []string{id(from + 3), id(from + 4)}))
		}
	}
	for name, within := range map[string]search.Selection{
		"all":  {},
		"half": {Has: func(id string) bool { return id[len(id)-1]%2 == 0 }},
		"few":  {Has: func(id string) bool { return len(id) < 2 }, Count: 10, Each: func(yield func(string) bool) { _ = yield("1") && yield("8") && yield("gone") }},
	} {
		found, all := 0, 0
		for _, q := range questions {
			want, err := flat.Nearest(t.Context(), q, within, 10)
			require.NoError(t, err)
			got, err := memory.Nearest(t.Context(), q, within, 10)
			require.NoError(t, err)
			scores := map[string]float64{}
			for _, m := range got {
				require.True(t, within.Has == nil || within.Has(m.ID))
				scores[m.ID] = m.Score
			}
			for _, m := range want {
				if score, ok := scores[m.ID]; ok {
					require.InDelta(t, m.Score, score, 1e-5)
					found++
				}
			}
			all += len(want)
		}
		require.GreaterOrEqual(t, float64(found), 0.95*float64(all), name)
	}
	_, err = search.NewMemoryVectors(search.MemoryVectorsConfig{Recall: 1})
	require.Error(t, err)
}

// TestEngineAnswersWhileItIsFilled is for the race detector: documents are
// taken apart without the lock.
func TestEngineAnswersWhileItIsFilled(t *testing.T) {
	t.Parallel()
	lsa, err := search.TrainLSA(t.Context(), shop(), search.LSAConfig{Dimensions: 8})
	require.NoError(t, err)
	vectors, err := search.NewMemoryVectors(search.MemoryVectorsConfig{Exact: 30})
	require.NoError(t, err)
	engine, err := search.New(nil, vectors, lsa, search.Config{})
	require.NoError(t, err)
	require.NoError(t, engine.Put(t.Context(), shop()))
	done := make(chan error, 1)
	go func() {
		for n := range 20 {
			docs := shop()
			for i := range docs {
				docs[i].ID += fmt.Sprint(n)
				docs[i].Text["title"] += fmt.Sprintf(" model%d", n)
			}
			if err := engine.Put(t.Context(), docs); err != nil {
				done <- err
				return
			}
		}
		done <- engine.Delete(t.Context(), []string{"leather-sofa-red0", "leather-sofa-red1"})
	}()
	for {
		select {
		case err := <-done:
			require.NoError(t, err)
			require.True(t, vectors.Approximate())
			require.Equal(t, 21*len(shop())-2, engine.Count())
			return
		default:
		}
		r, err := engine.Search(t.Context(), search.Query{Text: "red lether sofa", Facets: []search.FacetRequest{{Field: "category"}}})
		require.NoError(t, err)
		require.NotEmpty(t, r.Hits)
		s, err := engine.Suggest(t.Context(), search.SuggestQuery{Text: "leather so"})
		require.NoError(t, err)
		require.NotEmpty(t, s.Documents)
	}
}
