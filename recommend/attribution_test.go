package recommend_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/recommend"
)

func shownTo(items ...string) *recommend.Recommendation {
	r := &recommend.Recommendation{Placement: recommend.PlaceHome, ModelVersion: "1", Bucket: "a"}
	for _, id := range items {
		r.Items = append(r.Items, recommend.Recommended{ID: id})
	}
	return r
}

func TestAttribution(t *testing.T) {
	t.Parallel()
	a, err := recommend.NewAttribution(recommend.AttributionConfig{})
	require.NoError(t, err)
	happened := func(kind recommend.Kind, item string, after time.Duration, revenue int64) string {
		segment, ok := a.Happened(recommend.Interaction{User: "u", Item: item, Kind: kind, Time: noon.Add(after)}, revenue)
		if !ok {
			return ""
		}
		return string(segment.Placement)
	}
	a.Shown("u", shownTo("x", "y"), noon)
	cart := shownTo("y")
	cart.Placement = recommend.PlaceCart
	a.Shown("u", cart, noon.Add(time.Hour))
	require.Equal(t, "home", happened(recommend.Click, "x", time.Minute, 0))
	require.Equal(t, "home", happened(recommend.Click, "x", time.Minute, 0), "again, and not counted")
	require.Equal(t, "home", happened(recommend.Click, "y", time.Minute, 0), "before the cart was shown")
	require.Equal(t, "cart", happened(recommend.Purchase, "y", 2*time.Hour, 1999))
	require.Empty(t, happened(recommend.Purchase, "z", time.Hour, 1), "was not shown")
	require.Empty(t, happened(recommend.Purchase, "x", -time.Hour, 1), "before it was shown")
	require.Empty(t, happened(recommend.Purchase, "x", 8*24*time.Hour, 1), "after the window")
	report := a.Report()
	require.Len(t, report, 2)
	require.Equal(t, recommend.PlaceCart, report[0].Placement)
	require.Equal(t, int64(1999), report[0].Revenue)
	require.Equal(t, int64(1), report[0].Purchases)
	require.InDelta(t, 1999, report[0].RevenuePerImpression, 1e-9)
	home := report[1]
	require.Equal(t, []int64{1, 2, 2}, []int64{home.Impressions, home.Items, home.Clicks})
	require.InDelta(t, 1, home.CTR, 1e-9)
	require.InDelta(t, 0.2065, home.CTRLow, 1e-3) // Wilson's, of 1 in 1
	require.InDelta(t, 1, home.CTRHigh, 1e-9)
}

func TestAttributionIsBounded(t *testing.T) {
	t.Parallel()
	a, err := recommend.NewAttribution(recommend.AttributionConfig{Answers: 100})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for n := range 500 {
				user := fmt.Sprint(w, n%7)
				a.Shown(user, shownTo("x"), noon)
				a.Happened(recommend.Interaction{User: user, Item: "x", Kind: recommend.Purchase, Time: noon}, 5)
			}
		})
	}
	wg.Wait()
	a.Shown("last", shownTo("x"), noon)
	report := a.Report()
	require.Equal(t, int64(4001), report[0].Impressions)
	for n := range 100 {
		a.Shown("other", shownTo(fmt.Sprint(n)), noon)
	}
	_, ok := a.Happened(recommend.Interaction{User: "last", Item: "x", Time: noon}, 0)
	require.False(t, ok, "forgotten")
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	x := &recommend.Experiment{Name: "weights", Buckets: []recommend.Bucket{{Name: "a", Share: 3}, {Name: "b"}}}
	y := &recommend.Experiment{Name: "other", Buckets: x.Buckets}
	counts, both := map[string]int{}, 0
	for n := range 20_000 {
		user := fmt.Sprint("user-", n)
		b := x.Bucket(user)
		require.Same(t, b, x.Bucket(user))
		if counts[b.Name]++; b.Name == "b" && y.Bucket(user).Name == "b" {
			both++
		}
	}
	require.InDelta(t, 0.25, float64(counts["b"])/20_000, 0.012)
	require.InDelta(t, 0.0625, float64(both)/20_000, 0.008, "experiments are independent")

	x.Buckets[1].Tuning = &recommend.Tuning{Weights: map[string]float64{"popular": 1}}
	e := openTown(t, newTown(100, 40, 2, 30), recommend.Config{Experiment: x})
	for n := range 20 {
		user := fmt.Sprint("user-", n)
		r, err := e.Home(t.Context(), recommend.Request{User: user})
		require.NoError(t, err)
		require.Equal(t, x.Bucket(user).Name, r.Bucket)
	}
	for _, bad := range []*recommend.Experiment{{}, {Name: "x"}, {Name: "x", Buckets: []recommend.Bucket{{Name: "a"}, {Name: "a"}}},
		{Name: "x", Buckets: []recommend.Bucket{{Name: "a", Share: -1}}}} {
		_, err := recommend.New(recommend.Config{Experiment: bad})
		require.Error(t, err)
	}
}
