package searcheval

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

// shopOfTwo makes queries of which two signals tell what is worth something. A
// shop ranks by one of them and by one that tells nothing.
func shopOfTwo(seed uint64) (queries []search.Judged, serving search.LinearRanker) {
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // numbers that must repeat
	queries = make([]search.Judged, 50)
	for q := range queries {
		for i := range 20 {
			s := make([]float64, len(search.Signals()))
			for j := range s {
				s[j] = random.Float64()
			}
			queries[q].Candidates = append(queries[q].Candidates, search.Candidate{ID: fmt.Sprint(q, ".", i), Signals: s})
			queries[q].Gains = append(queries[q].Gains, 0.7*max(0, min(1, s[1]*s[1]*1.2-0.2+0.4*(s[2]-0.5))))
		}
	}
	serving = make(search.LinearRanker, len(search.Signals()))
	serving[2], serving[4] = 0.4, 1
	return queries, serving
}

func TestPropensitiesAreFound(t *testing.T) {
	t.Parallel()
	queries, serving := shopOfTwo(11)
	shoppers := Shoppers{Lists: 2000, Length: 10, Bias: 1, Noise: 0.05, Shown: serving, Stir: 0.2}
	found, err := search.Propensities(t.Context(), shoppers.Clicks(queries), search.ClickConfig{})
	require.NoError(t, err)
	require.Len(t, found, 10)
	for at, p := range found {
		require.InDelta(t, 1/float64(at+1), p, 0.1, "position %d", at+1)
	}
	again, err := search.Propensities(t.Context(), shoppers.Clicks(queries), search.ClickConfig{})
	require.NoError(t, err)
	require.Equal(t, found, again)

	shoppers.Bias = 0
	even, err := search.Propensities(t.Context(), shoppers.Clicks(queries), search.ClickConfig{})
	require.NoError(t, err)
	require.Greater(t, even[9], 0.7, "they look at everything")
}

// fromClicks trains on clicks alone, corrected for the bias of positions or not.
func fromClicks(shoppers Shoppers, correct bool) Trainer {
	return func(ctx context.Context, queries []search.Judged) (search.Ranker, error) {
		return learn(ctx, shoppers.Clicks(queries), correct)
	}
}

func learn(ctx context.Context, lists []search.ClickedList, correct bool) (search.Ranker, error) {
	var propensities []float64
	var err error
	if correct {
		if propensities, err = search.Propensities(ctx, lists, search.ClickConfig{}); err != nil {
			return nil, err
		}
	}
	judged, err := search.FromClicks(lists, propensities)
	if err != nil {
		return nil, err
	}
	return search.TrainLinear(ctx, judged, search.LinearConfig{})
}

// Clicks teach what true labels do when the bias of positions is corrected, and
// the shop's own order when it is not.
func TestCorrectedClicksTeachMoreThanClicks(t *testing.T) {
	t.Parallel()
	queries, serving := shopOfTwo(11)
	unseen, _ := shopOfTwo(12)
	shoppers := Shoppers{Lists: 3000, Length: 20, Bias: 1, Noise: 0.05, Shown: serving, Stir: 0.2}
	measure := func(ranker search.Ranker, err error) float64 {
		require.NoError(t, err)
		sum := 0.0
		for i := range unseen {
			sum += unseen[i].NDCG(ranker, 10) / float64(len(unseen))
		}
		return sum
	}
	labels := measure(search.TrainLinear(t.Context(), queries, search.LinearConfig{}))
	lists := shoppers.Clicks(queries)
	for _, once := range []bool{false, true} { // each query comes once
		for i := range lists {
			if once {
				lists[i].Query = strconv.Itoa(i)
			}
		}
		naive, corrected := measure(learn(t.Context(), lists, false)), measure(learn(t.Context(), lists, true))
		t.Logf("once=%t, ndcg@10: clicks %.3f, corrected %.3f, labels %.3f", once, naive, corrected, labels)
		require.Greater(t, corrected, naive+0.05)
		require.Greater(t, corrected, labels-0.02)
	}
}

// On real queries and labels, shown as words alone rank them.
func TestClicksOnESCI(t *testing.T) {
	d, engine := esci(t)
	judged, err := Judge(t.Context(), engine, d.Queries)
	require.NoError(t, err)
	byWords := make(search.LinearRanker, 2)
	byWords[1] = 1 // keyword score
	shoppers := Shoppers{Lists: 6000, Length: 30, Bias: 1, Noise: 0.05, Shown: byWords, Stir: 0.1, Seed: 1}
	var all [][]Scores
	for _, x := range []struct {
		name    string
		trainer Trainer
	}{{"clicks", fromClicks(shoppers, false)}, {"corrected clicks", fromClicks(shoppers, true)}, {"labels", Linear(search.LinearConfig{})}} {
		each, err := CrossValidate(t.Context(), d.Queries, judged, 5, x.trainer)
		require.NoError(t, err)
		all = append(all, each)
		t.Logf("%s, 5 folds %+v, ndcg@10 over clicks %+v", x.name, Mean(each), Bootstrap(ndcg(each), ndcg(all[0]), 0))
	}
	require.Greater(t, Mean(all[1]).NDCG10, Mean(all[0]).NDCG10)
}
