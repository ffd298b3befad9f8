package ann

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// bruteForce is the definition of a search, in float64.
func bruteForce(metric Metric, model map[string][]float32, query []float32, k int, filter func(string) bool) []Hit {
	hits := []Hit{}
	for id, v := range model {
		if filter != nil && !filter(id) {
			continue
		}
		var qv, qq, vv, dd float64
		for i, q := range query {
			q, v := float64(q), float64(v[i])
			qv += q * v
			qq += q * q
			vv += v * v
			dd += (q - v) * (q - v)
		}
		score := qv
		switch {
		case metric == L2:
			score = -dd
		case metric == Cosine && qq*vv > 0:
			score = qv / math.Sqrt(qq*vv)
		}
		hits = append(hits, Hit{id, float32(score)})
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	return hits[:min(k, len(hits))]
}

// requireSound holds the index's parts against each other. A file does not say
// which lists cannot be split.
func requireSound(t require.TestingT, x *Index, reloaded bool) {
	s := x.state.Load()
	require.Len(t, x.where.at, s.live)
	live := 0
	for i, l := range s.lists {
		require.Len(t, l.rows, len(l.ids)*x.dim)
		deaths := 0
		for slot, id := range l.ids {
			if l.isDead(slot) {
				deaths++
				continue
			}
			require.Equal(t, place{uint32(i), uint32(slot)}, x.where.at[id])
		}
		require.Equal(t, deaths, l.deaths)
		require.LessOrEqual(t, deaths*4, len(l.ids), "reclaimed")
		require.Positive(t, l.live())
		live += l.live()
		if x.cfg.Quantize == Int8 {
			require.Len(t, l.codes, len(l.ids)*x.stride)
			require.Len(t, l.scale, len(l.ids))
			require.Len(t, l.bias, len(l.ids))
		}
		if !x.cfg.Exact {
			require.Equal(t, l.centre, s.matrix[i*x.dim:(i+1)*x.dim])
			require.InDelta(t, l.radius(), s.radii[i], 1e-3)
			require.True(t, l.live() <= 2*x.cfg.ListSize || l.fixed > 0 || reloaded, "split")
		}
	}
	require.Equal(t, live, s.live)
}

// TestModel changes an index and a map alike, and searches both.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim := rapid.IntRange(1, 20).Draw(t, "dim")
		cfg := Config{
			Metric:   rapid.SampledFrom([]Metric{Cosine, InnerProduct, L2}).Draw(t, "metric"),
			Exact:    rapid.Bool().Draw(t, "exact"),
			Quantize: rapid.SampledFrom([]Quantize{Auto, None, Int8}).Draw(t, "quantize"),
			ListSize: 8,
			Workers:  rapid.IntRange(1, 3).Draw(t, "workers"),
		}
		x, err := New(dim, cfg)
		require.NoError(t, err)
		model := map[string][]float32{}
		reloaded := false
		// Few small integers: many equal vectors and scores, without rounding.
		vector := rapid.SliceOfN(rapid.Map(rapid.IntRange(-2, 2), func(i int) float32 { return float32(i) }), dim, dim)
		id := rapid.Map(rapid.IntRange(0, 150), func(i int) string { return fmt.Sprint("id", i) })
		item := rapid.Custom(func(t *rapid.T) Item { return Item{id.Draw(t, "id"), vector.Draw(t, "vector")} })

		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				items := rapid.SliceOfN(item, 0, 60).Draw(t, "items")
				require.NoError(t, x.Add(context.Background(), items...))
				for _, item := range items {
					model[item.ID] = item.Vector
				}
			},
			"delete": func(t *rapid.T) {
				n := 0
				ids := rapid.SliceOfN(id, 0, 60).Draw(t, "ids")
				for _, id := range ids {
					if _, ok := model[id]; ok {
						n++
						delete(model, id)
					}
				}
				deleted, err := x.Delete(context.Background(), ids...)
				require.NoError(t, err)
				require.Equal(t, n, deleted)
			},
			"optimize": func(t *rapid.T) {
				require.NoError(t, x.Optimize(context.Background()))
			},
			"reload": func(t *rapid.T) {
				var file bytes.Buffer
				require.NoError(t, x.Save(&file))
				x, err = Load(&file, cfg)
				require.NoError(t, err)
				reloaded = true
			},
			"search": func(t *rapid.T) {
				query, k := vector.Draw(t, "query"), rapid.IntRange(1, 20).Draw(t, "k")
				var filter func(string) bool
				if rapid.Bool().Draw(t, "filtered") {
					filter = func(id string) bool { return id[len(id)-1]%3 == 0 }
				}
				want := bruteForce(cfg.Metric, model, query, k, filter)
				got, err := x.Search(context.Background(), query, k, Options{Filter: filter, Exact: true})
				require.NoError(t, err)
				requireHits(t, cfg.Metric, want, got)

				// A search for all there is has nothing to leave out.
				want = bruteForce(cfg.Metric, model, query, len(model), filter)
				got, err = x.Search(context.Background(), query, len(model)+1, Options{Filter: filter})
				require.NoError(t, err)
				requireHits(t, cfg.Metric, want, got)
			},
			"": func(t *rapid.T) {
				require.Equal(t, len(model), x.Len())
				requireSound(t, x, reloaded)
			},
		})
	})
}

func requireHits(t require.TestingT, metric Metric, want, got []Hit) {
	if metric != Cosine { // no rounding: the very hits
		require.Equal(t, want, got)
		return
	}
	require.Len(t, got, len(want))
	for i := range want {
		require.InDelta(t, want[i].Score, got[i].Score, 1e-5)
	}
}
