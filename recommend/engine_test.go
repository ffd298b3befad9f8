package recommend_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/recommend"
)

func TestHomeKnowsTastes(t *testing.T) {
	t.Parallel()
	town := newTown(300, 120, 4, 1)
	e := openTown(t, town, recommend.Config{})
	info, ok := e.Serving()
	require.True(t, ok)
	require.Greater(t, info.Metrics.NDCG10, info.Metrics.Alone["popular"])
	require.NoError(t, e.Observe(t.Context(), recommend.Interaction{User: "new", Item: "item-3", Kind: recommend.Click}))
	r, err := e.Home(t.Context(), recommend.Request{User: "new"})
	require.NoError(t, err)
	require.Len(t, r.Items, 10)
	require.Equal(t, info.Version, r.ModelVersion)
	require.NotEmpty(t, r.RequestID)
	same := 0
	for _, item := range r.Items {
		require.NotEmpty(t, item.Explanation.Kind, item.ID)
		if strings.HasSuffix(categoryOf(town, item.ID), "-3") {
			same++
		}
	}
	require.GreaterOrEqual(t, same, 7, "%v", r.Items)
	require.Contains(t, slices.Concat(r.Items[0].Explanation.BecauseOf, r.Items[1].Explanation.BecauseOf), "item-3")
}

func categoryOf(town *town, id string) string {
	for _, item := range town.items {
		if item.ID == id {
			return item.Categories[0]
		}
	}
	return ""
}

func TestEveryPlacement(t *testing.T) {
	t.Parallel()
	town := newTown(300, 120, 4, 2)
	e := openTown(t, town, recommend.Config{})
	on := recommend.Request{Items: []string{"item-5"}, Limit: 5}
	for name, ask := range map[string]func(context.Context, recommend.Request) (*recommend.Recommendation, error){
		"similar": e.Similar, "goes with": e.GoesWith, "cart": e.Cart, "home": e.Home, "popular": e.Popular} {
		r, err := ask(t.Context(), on)
		require.NoError(t, err, name)
		require.Len(t, r.Items, 5, name)
		require.NotContains(t, ids(r), "item-5", name)
		for _, item := range r.Items {
			require.NotEmpty(t, item.Explanation.Kind, "%s: %s", name, item.ID)
		}
	}
	r, err := e.Similar(t.Context(), on)
	require.NoError(t, err)
	require.Equal(t, "cat-1", categoryOf(town, r.Items[0].ID))
	require.Equal(t, []string{"item-5"}, r.Items[0].Explanation.BecauseOf)

	var users []string
	for r, err := range e.Campaign(t.Context(), slices.Values([]string{"user-1", "user-2", "nobody"}), recommend.Request{Limit: 3}) {
		require.NoError(t, err)
		require.Len(t, r.Items, 3)
		users = append(users, r.User)
	}
	require.Equal(t, []string{"user-1", "user-2", "nobody"}, users)
}

func TestPopularByCategoryAndRegion(t *testing.T) {
	t.Parallel()
	town := newTown(200, 40, 2, 3)
	for n := range 50 { // the north wants what nobody else does
		town.events = append(town.events, recommend.Interaction{User: "north-" + fmt.Sprint(n), Item: "item-38", Time: noon.Add(-time.Hour)})
	}
	e := openTown(t, town, recommend.Config{Region: func(user string) string {
		region, _, _ := strings.Cut(user, "-")
		return region
	}})
	near, err := e.Popular(t.Context(), recommend.Request{Context: recommend.Context{Region: "north"}})
	require.NoError(t, err)
	require.Equal(t, "item-38", near.Items[0].ID)
	in, err := e.Popular(t.Context(), recommend.Request{Context: recommend.Context{Category: "cat-1"}})
	require.NoError(t, err)
	for _, item := range in.Items {
		require.Equal(t, "cat-1", categoryOf(town, item.ID))
	}
}

func TestRebuy(t *testing.T) {
	t.Parallel()
	town := newTown(100, 40, 2, 4)
	town.items = append(town.items, recommend.Item{ID: "coffee"})
	for u := range 5 { // coffee every 30 days
		for n := range 5 {
			town.events = append(town.events, recommend.Interaction{User: fmt.Sprint("drinker-", u), Item: "coffee", Time: noon.AddDate(0, 0, -30*n-1)})
		}
	}
	e := openTown(t, town, recommend.Config{})
	bought := noon.AddDate(0, 0, -28)
	require.NoError(t, e.Observe(t.Context(), recommend.Interaction{User: "anna", Item: "coffee", Time: bought},
		recommend.Interaction{User: "late", Item: "coffee", Time: noon.AddDate(-1, 0, 0)}))
	r, err := e.Rebuy(t.Context(), recommend.Request{User: "anna"})
	require.NoError(t, err)
	require.Equal(t, []string{"coffee"}, ids(r))
	require.Equal(t, recommend.TimeToRebuy, r.Items[0].Explanation.Kind)
	var due []recommend.Due
	for d, err := range e.Reminders(t.Context(), slices.Values([]string{"anna", "late", "nobody"}), noon.AddDate(0, 0, 7)) {
		require.NoError(t, err)
		due = append(due, d)
	}
	require.Len(t, due, 1)
	require.Equal(t, "anna", due[0].User)
	require.InDelta(t, 30*24, due[0].Every.Hours(), 48)
	require.Equal(t, bought, due[0].Last)
}

func TestRerankFitsSearch(t *testing.T) {
	t.Parallel()
	e := openTown(t, newTown(300, 120, 4, 5), recommend.Config{})
	require.NoError(t, e.Observe(t.Context(), recommend.Interaction{User: "u", Item: "item-2"}))
	scores := e.Personal(t.Context(), "u")([]string{"item-1", "item-6", "gone"})
	require.Len(t, scores, 3)
	require.Greater(t, scores[1], scores[0])
	require.Zero(t, scores[2])
	require.Equal(t, []float64{0, 0}, e.Personal(t.Context(), "nobody")([]string{"item-1", "item-2"}))
}

func TestLive(t *testing.T) {
	t.Parallel()
	town := newTown(300, 120, 4, 6)
	e := openTown(t, town, recommend.Config{})
	share := func(user, category string) int {
		r, err := e.Home(t.Context(), recommend.Request{User: user})
		require.NoError(t, err)
		n := 0
		for _, item := range r.Items {
			if categoryOf(town, item.ID) == category {
				n++
			}
		}
		return n
	}
	for _, taste := range []string{"0", "2"} { // the answer follows each event
		require.NoError(t, e.Observe(t.Context(), recommend.Interaction{User: "session-" + taste, Item: "item-" + taste, Kind: recommend.View}))
		require.GreaterOrEqual(t, share("session-"+taste, "cat-"+taste), 7)
	}
	// A new item is found by its content at once, and gone when it is deleted.
	novel := recommend.Item{ID: "novel", Title: "clay vase", Categories: []string{"vases"}}
	like := recommend.Item{ID: "like", Title: "clay vase blue", Categories: []string{"vases"}}
	require.NoError(t, e.PutItems(t.Context(), novel, like))
	r, err := e.Similar(t.Context(), recommend.Request{Items: []string{"novel"}})
	require.NoError(t, err)
	require.Equal(t, "like", r.Items[0].ID)
	require.Equal(t, recommend.SharesWith, r.Items[0].Explanation.Kind)
	require.NoError(t, e.DeleteItems(t.Context(), "like", "never was"))
	r, err = e.Similar(t.Context(), recommend.Request{Items: []string{"novel"}})
	require.NoError(t, err)
	require.NotContains(t, ids(r), "like")
}

func TestHistoryPort(t *testing.T) {
	t.Parallel()
	asked := 0
	town := newTown(200, 80, 4, 7)
	broken := errors.New("no database")
	e := openTown(t, town, recommend.Config{History: func(_ context.Context, user string) ([]recommend.Interaction, error) {
		if asked++; user == "broken" {
			return nil, broken
		}
		return []recommend.Interaction{{User: user, Item: "item-1", Time: noon.AddDate(0, -1, 0)}}, nil
	}})
	require.NoError(t, e.Observe(t.Context(), recommend.Interaction{User: "cold", Item: "item-5"}))
	for range 3 {
		r, err := e.Home(t.Context(), recommend.Request{User: "cold", Limit: 50})
		require.NoError(t, err)
		require.NotContains(t, ids(r), "item-1", "bought, says the port")
		require.NotContains(t, ids(r), "item-5", "bought just now")
	}
	require.Equal(t, 1, asked)
	_, err := e.Home(t.Context(), recommend.Request{User: "broken"})
	require.ErrorIs(t, err, broken)
}

func TestUsersAreBounded(t *testing.T) {
	t.Parallel()
	asked := 0
	e, err := recommend.New(recommend.Config{Users: 64, PerUser: 3, Now: clock, History: func(_ context.Context, user string) ([]recommend.Interaction, error) {
		asked++
		return []recommend.Interaction{{User: user, Item: "a", Time: noon}, {User: "another", Item: "b", Time: noon}, {User: user, Item: ""}}, nil
	}})
	require.NoError(t, err)
	for n := range 1001 { // the last is the first again, long forgotten
		_, err := e.Home(t.Context(), recommend.Request{User: fmt.Sprint(n % 1000)})
		require.NoError(t, err)
	}
	require.Equal(t, 1001, asked)
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	e := openTown(t, newTown(200, 80, 4, 8), recommend.Config{})
	var wrong *recommend.InteractionError
	for _, x := range []recommend.Interaction{
		{User: "u", Item: "item-1", Weight: math.NaN()},
		{User: "u", Item: "item-1", Weight: math.Inf(1)},
		{User: "u", Item: "item-1", Weight: -1},
		{User: "u", Item: "item-1", Kind: "stare"},
		{User: "", Item: "item-1"},
		{User: "u", Item: ""},
		{User: "u", Item: "item-1", Time: noon.Add(time.Hour)},
		{User: strings.Repeat("u", 1000), Item: "item-1"},
	} {
		require.ErrorAs(t, e.Observe(t.Context(), x), &wrong, "%+v", x)
	}
	require.Error(t, e.PutItems(t.Context(), recommend.Item{ID: "x", Margin: math.NaN()}))
	require.Error(t, e.PutItems(t.Context(), recommend.Item{}))
	_, err := e.Home(t.Context(), recommend.Request{Limit: -1})
	require.Error(t, err)
	_, err = e.Home(t.Context(), recommend.Request{Rules: []recommend.Rules{{MinPrice: 5, MaxPrice: 2}}})
	require.Error(t, err)

	// What is not known is no error: the answer is what is popular.
	require.NoError(t, e.Observe(t.Context(), recommend.Interaction{User: "u", Item: "of another shop"}))
	for _, r := range []recommend.Request{{}, {User: "u"}, {User: "nobody"}} {
		answer, err := e.Home(t.Context(), r)
		require.NoError(t, err)
		require.Len(t, answer.Items, 10)
	}
	answer, err := e.Similar(t.Context(), recommend.Request{Items: []string{"of another shop"}})
	require.NoError(t, err)
	require.Len(t, answer.Items, 10)

	many := make([]recommend.Interaction, 1_000_000)
	for i := range many {
		many[i] = recommend.Interaction{User: "busy", Item: fmt.Sprintf("item-%d", i%7), Kind: recommend.View, Time: noon.Add(-time.Duration(i) * time.Second)}
	}
	require.NoError(t, e.Observe(t.Context(), many...))
	answer, err = e.Home(t.Context(), recommend.Request{User: "busy"})
	require.NoError(t, err)
	require.Len(t, answer.Items, 10)
	report, err := e.Train(t.Context(), all(append(many, newTown(200, 80, 4, 8).events...)), recommend.TrainConfig{})
	require.NoError(t, err)
	require.Less(t, report.Info.Interactions, 10_000, "of the busy one the newest thousand count")
}

func TestBeforeTraining(t *testing.T) {
	t.Parallel()
	e, err := recommend.New(recommend.Config{})
	require.NoError(t, err)
	r, err := e.Home(t.Context(), recommend.Request{User: "u"})
	require.NoError(t, err)
	require.Empty(t, r.Items)
	require.NoError(t, e.PutItems(t.Context(), newTown(0, 20, 2, 1).items...))
	for _, ask := range []func(context.Context, recommend.Request) (*recommend.Recommendation, error){e.Home, e.Popular, e.Cart} {
		r, err = ask(t.Context(), recommend.Request{User: "u"})
		require.NoError(t, err)
		require.Len(t, r.Items, 10)
	}
	r, err = e.Rebuy(t.Context(), recommend.Request{User: "u"})
	require.NoError(t, err)
	require.Empty(t, r.Items)
	_, err = e.Rollback(t.Context())
	require.ErrorIs(t, err, recommend.ErrNoModel)
	_, err = e.Restore(t.Context())
	require.ErrorIs(t, err, recommend.ErrNoModel)
	_, err = e.Train(t.Context(), all(nil), recommend.TrainConfig{})
	require.ErrorIs(t, err, recommend.ErrNoModel)
}
