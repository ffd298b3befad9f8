package gbdt_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/gbdt"
)

func TestBadInput(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	good := func() gbdt.Table { return table(t, 2, []float64{1, 2, 3, 4, 5, 6}, []float64{0, 1, 1}) }
	for name, c := range map[string]struct {
		field  string
		change func(*gbdt.Table, *gbdt.Params, *gbdt.DatasetConfig)
	}{
		"NaN label":        {"Label", func(t *gbdt.Table, _ *gbdt.Params, _ *gbdt.DatasetConfig) { t.Label[1] = nan }},
		"infinite label":   {"Label", func(t *gbdt.Table, _ *gbdt.Params, _ *gbdt.DatasetConfig) { t.Label[1] = math.Inf(1) }},
		"few labels":       {"Label", func(t *gbdt.Table, _ *gbdt.Params, _ *gbdt.DatasetConfig) { t.Label = t.Label[:2] }},
		"few weights":      {"Weight", func(t *gbdt.Table, _ *gbdt.Params, _ *gbdt.DatasetConfig) { t.Weight = []float64{1} }},
		"negative weight":  {"Weight", func(t *gbdt.Table, _ *gbdt.Params, _ *gbdt.DatasetConfig) { t.Weight = []float64{1, -1, 1} }},
		"no weight":        {"Weight", func(t *gbdt.Table, _ *gbdt.Params, _ *gbdt.DatasetConfig) { t.Weight = []float64{0, 0, 0} }},
		"init length":      {"InitScore", func(t *gbdt.Table, _ *gbdt.Params, _ *gbdt.DatasetConfig) { t.InitScore = make([]float64, 6) }},
		"group sum":        {"Group", func(t *gbdt.Table, _ *gbdt.Params, _ *gbdt.DatasetConfig) { t.Group = []int{1, 1} }},
		"group zero":       {"Group", func(t *gbdt.Table, _ *gbdt.Params, _ *gbdt.DatasetConfig) { t.Group = []int{0, 3} }},
		"no rows":          {"X", func(t *gbdt.Table, _ *gbdt.Params, _ *gbdt.DatasetConfig) { t.X = gbdt.Matrix{} }},
		"names":            {"Names", func(_ *gbdt.Table, _ *gbdt.Params, c *gbdt.DatasetConfig) { c.Names = []string{"a"} }},
		"bins":             {"MaxBins", func(_ *gbdt.Table, _ *gbdt.Params, c *gbdt.DatasetConfig) { c.MaxBins = 256 }},
		"category column":  {"Categorical", func(_ *gbdt.Table, _ *gbdt.Params, c *gbdt.DatasetConfig) { c.Categorical = []int{2} }},
		"negative Poisson": {"Label", func(t *gbdt.Table, p *gbdt.Params, _ *gbdt.DatasetConfig) { p.Objective, t.Label[0] = gbdt.Poisson, -1 }},
		"binary label":     {"Label", func(t *gbdt.Table, p *gbdt.Params, _ *gbdt.DatasetConfig) { p.Objective, t.Label[0] = gbdt.Binary, 2 }},
		"class": {"Label", func(t *gbdt.Table, p *gbdt.Params, _ *gbdt.DatasetConfig) {
			p.Objective, t.Label[0] = gbdt.Multiclass, 0.5
		}},
		"ranking groups": {"Group", func(_ *gbdt.Table, p *gbdt.Params, _ *gbdt.DatasetConfig) { p.Objective = gbdt.LambdaRank }},
		"grade": {"Label", func(t *gbdt.Table, p *gbdt.Params, _ *gbdt.DatasetConfig) {
			p.Objective, t.Group, t.Label[0] = gbdt.LambdaRank, []int{3}, 31
		}},
		"grade without a gain": {"Label", func(t *gbdt.Table, p *gbdt.Params, _ *gbdt.DatasetConfig) {
			p.Objective, t.Group, t.Label[0], p.LabelGain = gbdt.LambdaRank, []int{3}, 2, []float64{0, 1}
		}},
		"alpha": {"Alpha", func(_ *gbdt.Table, p *gbdt.Params, _ *gbdt.DatasetConfig) { p.Objective, p.Alpha = gbdt.Quantile, 1 }},
		"power": {"TweediePower", func(_ *gbdt.Table, p *gbdt.Params, _ *gbdt.DatasetConfig) {
			p.Objective, p.TweediePower = gbdt.Tweedie, 2
		}},
		"objective":       {"Objective", func(_ *gbdt.Table, p *gbdt.Params, _ *gbdt.DatasetConfig) { p.Objective = "best" }},
		"rounds":          {"Rounds", func(_ *gbdt.Table, p *gbdt.Params, _ *gbdt.DatasetConfig) { p.Rounds = -1 }},
		"rate":            {"LearningRate", func(_ *gbdt.Table, p *gbdt.Params, _ *gbdt.DatasetConfig) { p.LearningRate = nan }},
		"monotone length": {"Monotone", func(_ *gbdt.Table, p *gbdt.Params, _ *gbdt.DatasetConfig) { p.Monotone = []int{1} }},
		"monotone value":  {"Monotone", func(_ *gbdt.Table, p *gbdt.Params, _ *gbdt.DatasetConfig) { p.Monotone = []int{1, 2} }},
		"monotone category": {"Monotone", func(_ *gbdt.Table, p *gbdt.Params, c *gbdt.DatasetConfig) {
			p.Monotone, c.Categorical = []int{0, 1}, []int{1}
		}},
	} {
		tab, p, cfg := good(), gbdt.Params{}, gbdt.DatasetConfig{}
		c.change(&tab, &p, &cfg)
		d, err := gbdt.NewDataset(context.Background(), tab, cfg)
		if err == nil {
			_, err = gbdt.Train(context.Background(), p, d)
		}
		var input *gbdt.InputError
		require.ErrorAs(t, err, &input, name)
		assert.Equal(t, c.field, input.Field, "%s: %v", name, err)
	}
	_, err := gbdt.RowMajor([]float64{1, 2, 3}, 2)
	assert.Error(t, err)
	_, err = gbdt.Columns([][]float32{{1}, {1, 2}})
	assert.Error(t, err)
	m := train(t, gbdt.Params{}, good(), gbdt.DatasetConfig{})
	var shape *gbdt.ShapeError
	assert.ErrorAs(t, m.Predict([]float64{1}, make([]float64, 1)), &shape)
	assert.ErrorAs(t, m.Predict([]float64{1, 2}, nil), &shape)
	assert.ErrorAs(t, m.SHAP([]float64{1, 2}, make([]float64, 2)), &shape)
}

// Grades may go as far as there are gains.
func TestGradesWithGains(t *testing.T) {
	t.Parallel()
	x, err := gbdt.RowMajor([]float64{0, 1, 2, 3}, 1)
	require.NoError(t, err)
	d, err := gbdt.NewDataset(t.Context(), gbdt.Table{X: x, Label: []float64{0, 40, 0, 99}, Group: []int{2, 2}}, gbdt.DatasetConfig{})
	require.NoError(t, err)
	gains := make([]float64, 100)
	for i := range gains {
		gains[i] = float64(i) / 100
	}
	m, err := gbdt.Train(t.Context(), gbdt.Params{Objective: gbdt.LambdaRank, LabelGain: gains, Rounds: 5, MinDataInLeaf: 1}, d)
	require.NoError(t, err)
	var low, high [1]float64
	require.NoError(t, m.PredictRaw([]float64{2}, low[:]))
	require.NoError(t, m.PredictRaw([]float64{3}, high[:]))
	require.Greater(t, high[0], low[0])
}
