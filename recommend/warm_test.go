package recommend_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/recommend"
)

// warmly are learners that begin with an earlier model.
func warmly() map[string]recommend.WarmLearner {
	found := map[string]recommend.WarmLearner{}
	for _, l := range []recommend.Learner{recommend.LearnFactors(recommend.FactorsConfig{Dim: 16, Sweeps: 9}), recommend.LearnBPR(recommend.BPRConfig{Dim: 16, Epochs: 30})} {
		if w, ok := l.(recommend.WarmLearner); ok {
			found[l.Name()] = w
		}
	}
	return found
}

// tasteful is the share of ten candidates after one click that are of its taste.
func tasteful(t *testing.T, town *town, m recommend.Trained) float64 {
	t.Helper()
	same, all := 0, 0
	for item := range 20 {
		ask := &recommend.Ask{History: []recommend.Interaction{{User: "new", Item: fmt.Sprint("item-", item), Weight: 1, Time: noon}}, Now: noon}
		found, err := m.Candidates(t.Context(), ask, 10)
		require.NoError(t, err)
		for _, x := range found {
			if all++; categoryOf(town, x.ID) == categoryOf(town, fmt.Sprint("item-", item)) {
				same++
			}
		}
	}
	return float64(same) / float64(all)
}

func TestWarmModelsGoOn(t *testing.T) {
	t.Parallel()
	require.Len(t, warmly(), 2)
	for name, l := range warmly() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, later := newTown(300, 120, 4, 70), newTown(400, 160, 4, 70) // more users, more items
			first, k := learn(t, l, before), learn(t, l, later)
			warm, err := l.LearnFrom(t.Context(), k.data, first.model)
			require.NoError(t, err)
			require.Greater(t, tasteful(t, later, warm), tasteful(t, later, k.model)-0.05, "a third of the steps is enough")

			again, err := l.LearnFrom(t.Context(), k.data, first.model)
			require.NoError(t, err)
			a, err := warm.MarshalBinary()
			require.NoError(t, err)
			b, err := again.MarshalBinary()
			require.NoError(t, err)
			require.Equal(t, a, b)
			cold, err := k.model.MarshalBinary()
			require.NoError(t, err)
			require.NotEqual(t, cold, a)

			fromNone, err := l.LearnFrom(t.Context(), k.data, nil)
			require.NoError(t, err, "of no model of its own")
			c, err := fromNone.MarshalBinary()
			require.NoError(t, err)
			require.NotEqual(t, c, a, "the earlier model counts")
		})
	}
}

// A warm training begins with what serves; what is validated does not.
func TestWarmTraining(t *testing.T) {
	t.Parallel()
	town := newTown(300, 120, 4, 71)
	metrics := map[bool]recommend.Metrics{}
	versions := map[bool][]byte{}
	for _, warm := range []bool{false, true} {
		l := &kept{Learner: warmly()["factors"]}
		w := &warmKept{kept: l}
		e, err := recommend.New(recommend.Config{Learners: []recommend.Learner{w}, Now: clock})
		require.NoError(t, err)
		for range 2 {
			report, err := e.Train(t.Context(), all(town.events), recommend.TrainConfig{Warm: warm})
			require.NoError(t, err)
			require.True(t, report.Swapped, report.Reason)
			metrics[warm] = report.Info.Metrics
		}
		require.Equal(t, map[bool]int{false: 0, true: 1}[warm], w.warm)
		versions[warm], err = l.model.MarshalBinary()
		require.NoError(t, err)
	}
	require.Equal(t, metrics[false], metrics[true])
	require.NotEqual(t, versions[false], versions[true])
}

// warmKept counts how often it began with an earlier model.
type warmKept struct {
	*kept
	warm int
}

func (w *warmKept) LearnFrom(ctx context.Context, data *recommend.Events, before recommend.Trained) (recommend.Trained, error) {
	w.warm++
	var err error
	w.model, err = warmly()["factors"].LearnFrom(ctx, data, before)
	return w.model, err
}
