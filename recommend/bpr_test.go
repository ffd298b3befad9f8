package recommend_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/recommend"
)

// kept is a learner whose last model can be looked at.
type kept struct {
	recommend.Learner
	data  *recommend.Events
	model recommend.Trained
}

func (k *kept) Learn(ctx context.Context, data *recommend.Events) (model recommend.Trained, err error) {
	k.data = data
	k.model, err = k.Learner.Learn(ctx, data)
	return k.model, err
}

// learn has a learner learn from a town, once.
func learn(t *testing.T, l recommend.Learner, town *town) *kept {
	t.Helper()
	k := &kept{Learner: l}
	e, err := recommend.New(recommend.Config{Learners: []recommend.Learner{k}, Now: clock})
	require.NoError(t, err)
	_, err = e.Train(t.Context(), all(town.events), recommend.TrainConfig{MinUsers: len(town.events)})
	require.NoError(t, err)
	return k
}

func TestBPRBeatsPopularity(t *testing.T) {
	t.Parallel()
	town := newTown(400, 120, 4, 60)
	bpr := recommend.LearnBPR(recommend.BPRConfig{Dim: 16})
	e := openTown(t, town, recommend.Config{Learners: []recommend.Learner{bpr, recommend.LearnPopular(recommend.PopularConfig{})}})
	info, _ := e.Serving()
	t.Logf("nDCG@10 of new items %v", info.Metrics.Alone)
	require.Greater(t, info.Metrics.Alone["bpr"], 1.5*info.Metrics.Alone["popular"])
	require.Contains(t, info.Parameters["bpr"], "dim=16")
}

func TestBPRFoldsInOneClick(t *testing.T) {
	t.Parallel()
	town := newTown(400, 120, 4, 61)
	model := learn(t, recommend.LearnBPR(recommend.BPRConfig{Dim: 16}), town).model
	for taste := range 4 {
		ask := &recommend.Ask{History: []recommend.Interaction{{User: "new", Item: fmt.Sprint("item-", taste), Kind: recommend.Click, Weight: 0.4, Time: noon}}, Now: noon}
		found, err := model.Candidates(t.Context(), ask, 10)
		require.NoError(t, err)
		require.Len(t, found, 10)
		same := 0
		for _, m := range found {
			if categoryOf(town, m.ID) == fmt.Sprint("cat-", taste) {
				same++
			}
		}
		require.GreaterOrEqual(t, same, 8, "%v", found)
		scores := make([]float32, 2)
		require.NoError(t, model.Scores(t.Context(), ask, []string{found[0].ID, "unknown"}, scores))
		require.Equal(t, []float32{found[0].Score, 0}, scores)
	}
	found, err := model.Candidates(t.Context(), &recommend.Ask{History: []recommend.Interaction{{Item: "unknown"}}}, 10)
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestBPRTwiceAndByWorkers(t *testing.T) {
	t.Parallel()
	town := newTown(400, 200, 4, 62) // several blocks
	var models [4][]byte
	for i, cfg := range []recommend.BPRConfig{{Workers: 1}, {Workers: 1}, {Workers: 4}, {Seed: 1}} {
		cfg.Dim, cfg.Epochs = 16, 5
		k := learn(t, recommend.LearnBPR(cfg), town)
		var err error
		models[i], err = k.model.MarshalBinary()
		require.NoError(t, err)
	}
	require.Equal(t, models[0], models[1])
	require.Equal(t, models[0], models[2])
	require.NotEqual(t, models[0], models[3])
}

func TestBPRSavedAnswersAlike(t *testing.T) {
	t.Parallel()
	town := newTown(200, 80, 4, 63)
	cfg := recommend.Config{Learners: []recommend.Learner{recommend.LearnBPR(recommend.BPRConfig{Dim: 16, Epochs: 5})}, Now: clock}
	e := openTown(t, town, cfg)
	var saved bytes.Buffer
	require.NoError(t, e.SaveModel(&saved))
	again, err := recommend.New(cfg)
	require.NoError(t, err)
	require.NoError(t, again.PutItems(t.Context(), town.items...))
	_, err = again.LoadModel(t.Context(), &saved)
	require.NoError(t, err)
	var answers [2]*recommend.Recommendation
	for i, e := range []*recommend.Engine{e, again} {
		require.NoError(t, e.Observe(t.Context(), recommend.Interaction{User: "u", Item: "item-3"}))
		answers[i], err = e.Home(t.Context(), recommend.Request{User: "u", Limit: 50})
		require.NoError(t, err)
	}
	require.Equal(t, answers[0].Items, answers[1].Items)
}

func TestBPRRefusals(t *testing.T) {
	t.Parallel()
	town := newTown(40, 20, 2, 64)
	k := learn(t, recommend.LearnBPR(recommend.BPRConfig{Dim: 8, Epochs: 1}), town)
	_, err := recommend.LearnBPR(recommend.BPRConfig{Dim: 8, Rate: 1e30}).Learn(t.Context(), k.data)
	var wrong *recommend.ConfigError
	require.ErrorAs(t, err, &wrong)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = recommend.LearnBPR(recommend.BPRConfig{Dim: 8, Epochs: 1 << 40}).Learn(ctx, k.data)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	saved, err := k.model.MarshalBinary()
	require.NoError(t, err)
	for _, data := range [][]byte{nil, saved[:len(saved)-1], slices.Concat(saved[:8], []byte{9, 0, 0, 0}, saved[12:]), bytes.Repeat([]byte{0xff}, len(saved))} {
		_, err := k.Load(t.Context(), k.data.Table, data)
		var broken *recommend.FormatError
		require.ErrorAs(t, err, &broken)
	}
}
