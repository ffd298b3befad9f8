package ann_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/ann"
	"github.com/bodega-commerce/bodega/internal/ann/anntest"
)

// TestLookupDuringChanges finds every vector that is there all along, whole,
// while lists are split, dissolved and built anew.
func TestLookupDuringChanges(t *testing.T) {
	t.Parallel()
	vectors := anntest.Clustered(anntest.Shape{Dim: 8, Clusters: 20}, 4000, 1)
	x, err := ann.New(8, ann.Config{ListSize: 16})
	require.NoError(t, err)
	item := func(i int) ann.Item { return ann.Item{ID: fmt.Sprint(i), Vector: vectors[i]} }
	ids := make([]string, 200)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
		require.NoError(t, x.Add(t.Context(), item(i)))
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(done)
		for from := 200; from < 4000; from += 200 {
			for i := from; i < from+200; i++ {
				if err := x.Add(t.Context(), item(i), item(i%200)); err != nil {
					t.Error(err)
				}
			}
			if _, err := x.Delete(t.Context(), fmt.Sprint(from), fmt.Sprint(from+1)); err != nil {
				t.Error(err)
			}
		}
		if err := x.Optimize(t.Context()); err != nil {
			t.Error(err)
		}
	})
	for looking := true; looking; {
		select {
		case <-done:
			looking = false
		default:
		}
		found := make([][]float32, len(ids))
		require.NoError(t, x.Lookup(t.Context(), ids, func(i int, v []float32) { found[i] = append([]float32(nil), v...) }))
		for i, v := range found {
			require.Len(t, v, 8, "vector %d", i)
			require.InDelta(t, float64(vectors[i][0])*float64(v[1]), float64(vectors[i][1])*float64(v[0]), 1e-4, "of the same direction")
		}
	}
	wg.Wait()
	require.NoError(t, x.Lookup(t.Context(), []string{"nobody", "200"}, func(i int, _ []float32) { t.Errorf("found %d", i) }))
}
