package recommend_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/recommend"
)

// splitUsers gives each user's distinct items, of every fifth user apart: the
// held-back ones, whom no model has seen.
func splitUsers(events []recommend.Interaction) (train []recommend.Interaction, held map[string][]string) {
	place := map[string]int{}
	held = map[string][]string{}
	seen := map[string]bool{}
	for _, x := range events {
		n, ok := place[x.User]
		if !ok {
			n = len(place)
			place[x.User] = n
		}
		switch key := x.User + "/" + x.Item; {
		case n%5 != 0:
			train = append(train, x)
		case !seen[key]:
			seen[key] = true
			held[x.User] = append(held[x.User], x.Item)
		}
	}
	return train, held
}

// gain is the nDCG@10 of an answer.
func gain(answer []string, want map[string]bool) float64 {
	var sum, ideal float64
	for n, id := range answer[:min(10, len(answer))] {
		if want[id] {
			sum += 1 / math.Log2(float64(n)+2)
		}
	}
	for n := range min(10, len(want)) {
		ideal += 1 / math.Log2(float64(n)+2)
	}
	return sum / ideal
}

// oneClick compares answers after one click with popularity, on held-back users.
func oneClick(t *testing.T, items []recommend.Item, events []recommend.Interaction) (home, popular float64) {
	train, held := splitUsers(events)
	last := train[0].Time
	for _, x := range train {
		if x.Time.After(last) {
			last = x.Time
		}
	}
	e := openTown(t, &town{items: items, events: train}, recommend.Config{})
	users := 0
	for user, had := range held {
		if len(had) < 2 {
			continue
		}
		click := recommend.Interaction{User: user, Item: had[0], Kind: recommend.Click, Time: last}
		require.NoError(t, e.Observe(t.Context(), click))
		want := map[string]bool{}
		for _, id := range had[1:] {
			want[id] = true
		}
		r := recommend.Request{User: user, Exclude: had[:1]}
		a, err := e.Home(t.Context(), r)
		require.NoError(t, err)
		b, err := e.Popular(t.Context(), r)
		require.NoError(t, err)
		home += gain(ids(a), want)
		popular += gain(ids(b), want)
		users++
	}
	return home / float64(users), popular / float64(users)
}

func TestOneClickBeatsPopularity(t *testing.T) {
	t.Parallel()
	town := newTown(400, 120, 4, 40)
	home, popular := oneClick(t, town.items, town.events)
	t.Logf("nDCG@10 after one click %.3f, popularity %.3f", home, popular)
	require.Greater(t, home, 1.1*popular)
}

func TestOneClickBeatsPopularityInRetail(t *testing.T) {
	t.Parallel()
	items, events := retail(t)
	home, popular := oneClick(t, items, events)
	t.Logf("nDCG@10 after one click %.4f, popularity %.4f", home, popular)
	require.Greater(t, home, 1.1*popular)
}

// newItems holds every tenth item back from training and ranks, for each user
// who bought one, all the held-back ones; popularity knows nothing of them, and
// is given the order of chance.
func newItems(t *testing.T, items []recommend.Item, events []recommend.Interaction) (engine, chance float64) {
	held := map[string]bool{}
	var order []string
	for i, item := range items {
		if i%10 == 3 {
			held[item.ID] = true
			order = append(order, item.ID)
		}
	}
	var train []recommend.Interaction
	want := map[string]map[string]bool{}
	for _, x := range events {
		if !held[x.Item] {
			train = append(train, x)
			continue
		}
		if want[x.User] == nil {
			want[x.User] = map[string]bool{}
		}
		want[x.User][x.Item] = true
	}
	e := openTown(t, &town{items: items, events: train}, recommend.Config{})
	require.NoError(t, e.Observe(t.Context(), train...))
	users := 0
	for user, w := range want {
		scores, err := e.Rerank(t.Context(), recommend.Request{User: user, Items: order})
		require.NoError(t, err)
		ranked := rankedBy(order, scores)
		engine += gain(ranked, w)
		chance += gain(order[users%len(order):], w)
		if users++; users == 1000 {
			break
		}
	}
	return engine / float64(users), chance / float64(users)
}

func TestNewItemsBeatPopularity(t *testing.T) {
	t.Parallel()
	town := newTown(400, 120, 4, 41)
	engine, chance := newItems(t, town.items, town.events)
	t.Logf("nDCG@10 of unseen items %.3f, without content %.3f", engine, chance)
	require.Greater(t, engine, 1.2*chance)
}

func TestNewItemsBeatPopularityInRetail(t *testing.T) {
	t.Parallel()
	items, events := retail(t)
	engine, chance := newItems(t, items, events)
	t.Logf("nDCG@10 of unseen items %.4f, without content %.4f", engine, chance)
	require.Greater(t, engine, 5*chance)
}

func rankedBy(ids []string, scores []float64) []string {
	order := make([]int, len(ids))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	out := make([]string, len(ids))
	for n, i := range order {
		out[n] = ids[i]
	}
	return out
}
