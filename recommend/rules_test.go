package recommend_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/recommend"
)

// liar is a model that recommends whatever it likes, with any scores.
type liar struct{ ids []string }

func (liar) Name() string                                                          { return "liar" }
func (l liar) Learn(context.Context, *recommend.Events) (recommend.Trained, error) { return l, nil }
func (l liar) Load(context.Context, *recommend.Table, []byte) (recommend.Trained, error) {
	return l, nil
}
func (liar) MarshalBinary() ([]byte, error) { return nil, nil }

func (l liar) Candidates(_ context.Context, _ *recommend.Ask, _ int) ([]recommend.Match, error) {
	var out []recommend.Match
	for i, id := range l.ids {
		out = append(out, recommend.Match{ID: id, Score: []float32{1, float32(math.NaN()), float32(math.Inf(1)), -3}[i%4]})
	}
	return out, nil
}

func (liar) Scores(_ context.Context, _ *recommend.Ask, ids []string, dst []float32) error {
	for i := range ids {
		dst[i] = []float32{1, 7, float32(math.NaN()), float32(math.Inf(1)), -3}[i%5]
	}
	return nil
}

func TestRulesHoldWhateverTheModelSays(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 9))
	town := newTown(60, 60, 3, 9)
	byID := map[string]recommend.Item{}
	claims := []string{"unknown", "", "deleted"}
	for i := range town.items {
		item := &town.items[i]
		item.OutOfStock = rng.IntN(4) == 0
		item.Hidden = rng.IntN(8) == 0
		if rng.IntN(4) == 0 {
			item.Regions = []string{"de", "fr"}[rng.IntN(2):][:1]
		}
		if rng.IntN(8) == 0 {
			item.From = noon.Add(time.Duration(rng.IntN(3)-1) * time.Hour)
		}
		if rng.IntN(8) == 0 {
			item.Until = noon.Add(time.Duration(rng.IntN(3)-1) * time.Hour)
		}
		byID[item.ID] = *item
		claims = append(claims, item.ID, item.ID)
	}
	e := openTown(t, town, recommend.Config{Learners: append(quickLearners(), liar{claims}),
		Tuning: recommend.Tuning{Explore: 0.3, Weights: map[string]float64{"liar": 5, "popular": 1}}})
	for n := range 10 { // something to explore
		item := recommend.Item{ID: fmt.Sprint("fresh-", n), Categories: []string{"cat-0"}, Price: int64(50 * n), Hidden: n%3 == 0, OutOfStock: n%3 == 1}
		byID[item.ID] = item
		require.NoError(t, e.PutItems(t.Context(), item))
	}
	bought := map[string]map[string]bool{}
	for u := range 5 {
		user := fmt.Sprint("buyer-", u)
		bought[user] = map[string]bool{}
		for range 10 {
			id := fmt.Sprint("item-", rng.IntN(60))
			bought[user][id] = true
			require.NoError(t, e.Observe(t.Context(), recommend.Interaction{User: user, Item: id}))
		}
	}
	asks := []func(context.Context, recommend.Request) (*recommend.Recommendation, error){e.Home, e.Similar, e.GoesWith, e.Cart, e.Popular, e.Rebuy}
	for range 2000 {
		which := rng.IntN(len(asks))
		rules := recommend.Rules{ShowOutOfStock: rng.IntN(2) == 0, ShowPurchased: rng.IntN(2) == 0, PerCategory: rng.IntN(4),
			MinPrice: int64(rng.IntN(120)), MarginBoost: rng.Float64()}
		if rng.IntN(2) == 0 {
			rules.MaxPrice = rules.MinPrice + int64(rng.IntN(80))
		}
		if rng.IntN(3) == 0 {
			rules.Categories = []string{"cat-0", "cat-1"}
		}
		for range rng.IntN(4) {
			rules.Exclude = append(rules.Exclude, fmt.Sprint("item-", rng.IntN(60)))
			rules.Pins = append(rules.Pins, recommend.Pin{Item: fmt.Sprint("item-", rng.IntN(60)), Position: rng.IntN(12)})
		}
		r := recommend.Request{User: fmt.Sprint("buyer-", rng.IntN(6)), Limit: 1 + rng.IntN(15), Rules: []recommend.Rules{rules},
			Context: recommend.Context{Region: []string{"", "de", "fr"}[rng.IntN(3)]}, Items: []string{fmt.Sprint("item-", rng.IntN(60))}}
		answer, err := asks[which](t.Context(), r)
		require.NoError(t, err)
		require.LessOrEqual(t, len(answer.Items), r.Limit)
		seen, categories := map[string]bool{}, map[string]int{}
		for _, got := range answer.Items {
			item, ok := byID[got.ID]
			require.True(t, ok, "%q is for sale", got.ID)
			require.False(t, seen[got.ID], "%q twice", got.ID)
			seen[got.ID] = true
			categories[item.Categories[0]]++
			require.False(t, item.Hidden)
			require.True(t, len(item.Regions) == 0 || slices.Contains(item.Regions, r.Context.Region))
			require.False(t, noon.Before(item.From))
			require.True(t, item.Until.IsZero() || noon.Before(item.Until))
			require.True(t, rules.ShowOutOfStock || !item.OutOfStock)
			require.True(t, rules.ShowPurchased || which == 5 || !bought[r.User][got.ID])
			require.GreaterOrEqual(t, item.Price, rules.MinPrice)
			require.True(t, rules.MaxPrice == 0 || item.Price <= rules.MaxPrice)
			require.NotContains(t, rules.Exclude, got.ID)
			require.NotContains(t, r.Items, got.ID)
			require.True(t, rules.Categories == nil || slices.Contains(rules.Categories, item.Categories[0]))
			require.NotEmpty(t, got.Explanation.Kind)
			require.False(t, math.IsNaN(got.Score))
		}
		for c, n := range categories {
			require.True(t, rules.PerCategory == 0 || n <= rules.PerCategory, "%d of %s, at most %d", n, c, rules.PerCategory)
		}
	}
}

func TestPinsAndTimesOfRules(t *testing.T) {
	t.Parallel()
	e := openTown(t, newTown(100, 40, 2, 10), recommend.Config{})
	pin := recommend.Rules{Pins: []recommend.Pin{{Item: "item-39", Position: 2}}}
	home := func() []string {
		r, err := e.Home(t.Context(), recommend.Request{})
		require.NoError(t, err)
		return ids(r)
	}
	require.NoError(t, e.SetRules([]recommend.Rules{pin}))
	require.Equal(t, "item-39", home()[2])
	for name, change := range map[string]func(*recommend.Rules){
		"over":      func(r *recommend.Rules) { r.Until = noon },
		"to come":   func(r *recommend.Rules) { r.From = noon.Add(1) },
		"elsewhere": func(r *recommend.Rules) { r.Placements = []recommend.Placement{recommend.PlaceCart} },
	} {
		other := pin
		change(&other)
		require.NoError(t, e.SetRules([]recommend.Rules{other}))
		require.NotEqual(t, "item-39", home()[2], name)
	}
	require.NoError(t, e.SetRules([]recommend.Rules{pin}))
	require.NoError(t, e.PutItems(t.Context(), recommend.Item{ID: "item-39", Hidden: true}))
	require.NotContains(t, home(), "item-39", "a pin does not show what is hidden")
	require.Error(t, e.SetRules([]recommend.Rules{{PerCategory: -1}}))
	require.Len(t, e.Rules(), 1)
}

func TestMarginAndFreshnessMoveItemsUp(t *testing.T) {
	t.Parallel()
	town := newTown(200, 80, 2, 11)
	mean := func(tuning recommend.Tuning, boost float64) (margin, days float64) {
		tuning.Diversity = -1
		e := openTown(t, town, recommend.Config{Tuning: tuning, Rules: []recommend.Rules{{MarginBoost: boost}}})
		for u := range 20 {
			r, err := e.Home(t.Context(), recommend.Request{User: fmt.Sprint("anonymous-", u)})
			require.NoError(t, err)
			for _, got := range r.Items {
				for _, item := range town.items {
					if item.ID == got.ID {
						margin += item.Margin / 200
						days += noon.Sub(item.Created).Hours() / 24 / 200
					}
				}
			}
		}
		return margin, days
	}
	// Nobody knows these users, and still what is shown can be steered.
	plainMargin, plainDays := mean(recommend.Tuning{}, 0)
	boosted, _ := mean(recommend.Tuning{}, 1)
	require.Greater(t, boosted, plainMargin)
	_, fresh := mean(recommend.Tuning{Freshness: 1}, 0)
	require.Less(t, fresh, plainDays)
}

func TestDiversity(t *testing.T) {
	t.Parallel()
	town := newTown(300, 120, 4, 12)
	kinds := func(diversity float64) int {
		e := openTown(t, town, recommend.Config{Tuning: recommend.Tuning{Diversity: diversity}})
		require.NoError(t, e.Observe(t.Context(), recommend.Interaction{User: "u", Item: "item-3"}))
		r, err := e.Home(t.Context(), recommend.Request{User: "u"})
		require.NoError(t, err)
		kinds := map[string]bool{}
		for _, item := range r.Items {
			kinds[categoryOf(town, item.ID)] = true
		}
		return len(kinds)
	}
	require.Greater(t, kinds(0.6), kinds(-1))
}

func TestExploration(t *testing.T) {
	t.Parallel()
	for _, thompson := range []bool{false, true} {
		e := openTown(t, newTown(100, 60, 2, 13), recommend.Config{Tuning: recommend.Tuning{Explore: 0.15, ExploreUntil: 50, Thompson: thompson}})
		const novelties = 20
		for n := range novelties {
			require.NoError(t, e.PutItems(t.Context(), recommend.Item{ID: fmt.Sprint("novel-", n)}))
		}
		shown := map[string]int{}
		places, explored := 0, 0
		for n := range 400 {
			r, err := e.Home(t.Context(), recommend.Request{User: fmt.Sprint("u", n)})
			require.NoError(t, err)
			now := 0
			for _, item := range r.Items {
				if places++; item.Explanation.Kind == recommend.Exploring {
					now++
					shown[item.ID]++
					require.InDelta(t, 0.15, item.Propensity, 1e-9)
				}
			}
			require.LessOrEqual(t, now, 2, "the budget of 1.5 places, up to the next whole")
			explored += now
		}
		require.InDelta(t, 0.15, float64(explored)/float64(places), 0.02)
		require.Len(t, shown, novelties, "every new item was shown")
		for id, n := range shown {
			require.LessOrEqual(t, n, 50, id)
		}
	}
}
