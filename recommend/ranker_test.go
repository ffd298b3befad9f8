package recommend_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/recommend"
)

// habitual is a town whose people come about once a week, always buy what is
// theirs, one of ten staples, and mostly what is the fashion of the week.
func habitual() (*town, string) {
	t := &town{}
	rng := rand.New(rand.NewPCG(7, 7))
	for i := range 60 {
		t.items = append(t.items, recommend.Item{ID: fmt.Sprint("item-", i), Title: fmt.Sprint("thing ", i)})
	}
	const weeks = 26
	for u := range 300 {
		for week := range weeks {
			if rng.IntN(3) == 0 {
				continue
			}
			at := noon.AddDate(0, 0, -7*(weeks-week)).Add(time.Duration(rng.IntN(6*24)) * time.Hour)
			buy := func(item int) {
				t.events = append(t.events, recommend.Interaction{User: fmt.Sprint("user-", u), Item: fmt.Sprint("item-", item), Time: at})
			}
			buy(u % 10)
			if rng.IntN(4) > 0 {
				buy(10 + int((at.Sub(noon).Hours()/24+7*weeks+3.5)/7)) // now is in the middle of a fashion
			} else {
				buy(10 + rng.IntN(50))
			}
		}
	}
	return t, fmt.Sprint("item-", 10+weeks)
}

func TestRankerLearnsHabitAndTrend(t *testing.T) {
	t.Parallel()
	town, newest := habitual()
	e := openTown(t, town, recommend.Config{Tuning: recommend.Tuning{Diversity: -1}})
	info, ok := e.Serving()
	require.True(t, ok)
	m := info.Metrics
	t.Logf("new: ranker %.3f, weights %.3f; next: %.3f, %.3f", m.NDCG10, m.Weighted, m.Next.NDCG10, m.Next.Weighted)
	require.Greater(t, m.Next.NDCG10, m.Next.Weighted)
	require.GreaterOrEqual(t, m.NDCG10, m.Weighted)

	user := "somebody"
	var history []recommend.Interaction // weekly, item-3 and what was new then, but in the last three weeks
	for week := range 25 {
		at := noon.AddDate(0, 0, -7*(26-week)+1)
		history = append(history, recommend.Interaction{User: user, Item: "item-3", Time: at})
		if week < 22 {
			history = append(history, recommend.Interaction{User: user, Item: fmt.Sprint("item-", 10+week), Time: at})
		}
	}
	require.NoError(t, e.Observe(t.Context(), history...))
	next := recommend.Request{User: user, Limit: 5, Rules: []recommend.Rules{{ShowPurchased: true}}}
	a, err := e.Home(t.Context(), next)
	require.NoError(t, err)
	require.Equal(t, "item-3", a.Items[0].ID, "the habit")
	require.Contains(t, ids(a)[:3], newest, "the fashion")
	fresh, err := e.Home(t.Context(), recommend.Request{User: user, Limit: 5})
	require.NoError(t, err)
	require.NotContains(t, ids(fresh), "item-3", "what was bought is not shown unless asked for")
	require.Contains(t, ids(fresh)[:2], newest)

	var file bytes.Buffer
	require.NoError(t, e.SaveModel(&file))
	again, err := recommend.New(recommend.Config{Learners: quickLearners(), Now: clock, Tuning: recommend.Tuning{Diversity: -1}})
	require.NoError(t, err)
	require.NoError(t, again.PutItems(t.Context(), town.items...))
	_, err = again.LoadModel(t.Context(), &file)
	require.NoError(t, err)
	require.NoError(t, again.Observe(t.Context(), history...))
	b, err := again.Home(t.Context(), next)
	require.NoError(t, err)
	require.Equal(t, a.Items, b.Items)
}

// The ranker of a town of buyers has not learned what visitors do.
func TestRankerLeavesVisitorsToTheWeights(t *testing.T) {
	t.Parallel()
	town, _ := habitual()
	e := openTown(t, town, recommend.Config{Tuning: recommend.Tuning{Diversity: -1}})
	info, _ := e.Serving()
	require.Greater(t, info.Metrics.NDCG10, info.Metrics.Weighted, "a ranker serves")
	weighted := openTown(t, town, recommend.Config{Tuning: recommend.Tuning{Diversity: -1, Weights: info.Weights}})
	home := func(e *recommend.Engine, kind recommend.Kind) []string {
		user := "one " + string(kind)
		require.NoError(t, e.Observe(t.Context(), recommend.Interaction{User: user, Item: "item-3", Kind: kind, Time: noon.AddDate(0, 0, -1)}))
		a, err := e.Home(t.Context(), recommend.Request{User: user})
		require.NoError(t, err)
		return ids(a)
	}
	require.Equal(t, home(weighted, recommend.Click), home(e, recommend.Click))
	require.NotEqual(t, home(weighted, recommend.Purchase), home(e, recommend.Purchase))
}

func TestReachShowsMoreOfTheCatalog(t *testing.T) {
	t.Parallel()
	town, _ := habitual()
	buyers := map[string]map[string]bool{}
	for _, x := range town.events {
		if buyers[x.Item] == nil {
			buyers[x.Item] = map[string]bool{}
		}
		buyers[x.Item][x.User] = true
	}
	popularity := map[float64]int{}
	for _, reach := range []float64{-1, 1} {
		e := openTown(t, town, recommend.Config{Tuning: recommend.Tuning{Diversity: -1, Reach: reach}})
		require.NoError(t, e.Observe(t.Context(), town.events...))
		for u := range 100 {
			a, err := e.Home(t.Context(), recommend.Request{User: fmt.Sprint("user-", u), Limit: 3})
			require.NoError(t, err)
			for _, id := range ids(a) {
				popularity[reach] += len(buyers[id])
			}
		}
	}
	require.Less(t, popularity[1], popularity[-1])
	_, err := recommend.New(recommend.Config{Tuning: recommend.Tuning{Reach: 2}})
	require.ErrorContains(t, err, "Tuning.Reach")
}

// A shop that was imported, or rested: what its customers used to buy is still
// what they are asked about.
func TestOldHistoryIsNotOver(t *testing.T) {
	t.Parallel()
	town, _ := habitual()
	late := func() time.Time { return noon.AddDate(15, 0, 0) }
	e := openTown(t, town, recommend.Config{Tuning: recommend.Tuning{Diversity: -1}, Now: late})
	require.NoError(t, e.Observe(t.Context(), town.events...))
	for u := range 20 {
		a, err := e.Home(t.Context(), recommend.Request{User: fmt.Sprint("user-", u), Limit: 3, Rules: []recommend.Rules{{ShowPurchased: true}}})
		require.NoError(t, err)
		require.Contains(t, ids(a)[:2], fmt.Sprint("item-", u%10), "the habit of %d", u)
	}
}
