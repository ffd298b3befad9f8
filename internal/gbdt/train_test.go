package gbdt_test

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/gbdt"
)

// exact turns off what keeps trees from fitting small data.
var exact = gbdt.Params{LearningRate: 1, MinDataInLeaf: 1, Rounds: 1}

func table(tb testing.TB, cols int, x, y []float64) gbdt.Table {
	tb.Helper()
	m, err := gbdt.RowMajor(x, cols)
	require.NoError(tb, err)
	return gbdt.Table{X: m, Label: y}
}

func train(tb testing.TB, p gbdt.Params, t gbdt.Table, cfg gbdt.DatasetConfig, valid ...gbdt.Table) *gbdt.Model {
	tb.Helper()
	d, err := gbdt.NewDataset(context.Background(), t, cfg)
	require.NoError(tb, err)
	m, err := gbdt.Train(context.Background(), p, d, valid...)
	require.NoError(tb, err)
	return m
}

func predict(tb testing.TB, m *gbdt.Model, x gbdt.Matrix) []float64 {
	tb.Helper()
	out, err := m.PredictBatch(context.Background(), x, 2)
	require.NoError(tb, err)
	return out
}

// noisy is a small regression with numbers, a missing share and a category.
func noisy(seed uint64, rows int) (x, y []float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range rows {
		a, b, c := r.NormFloat64(), r.Float64(), float64(r.IntN(12))
		target := 2*a + math.Sin(6*b) + float64(int(c)*7%5) + 0.3*r.NormFloat64()
		if r.Float64() < 0.1 {
			a = math.NaN()
		}
		x, y = append(x, a, b, c), append(y, target)
	}
	return x, y
}

func TestOneLeafIsTheBestConstant(t *testing.T) {
	t.Parallel()
	x, y := []float64{1, 1, 1, 1, 1}, []float64{1, 2, 4, 8, 1}
	for objective, want := range map[gbdt.Objective]float64{
		gbdt.Regression: 3.2, gbdt.RegressionL1: 2, gbdt.Poisson: 3.2, gbdt.Tweedie: 3.2, gbdt.Huber: 2,
	} {
		m := train(t, gbdt.Params{Objective: objective}, table(t, 1, x, y), gbdt.DatasetConfig{})
		assert.InDelta(t, want, predict(t, m, table(t, 1, x, y).X)[0], 1e-12, objective)
	}
	m := train(t, gbdt.Params{Objective: gbdt.Binary}, table(t, 1, x, []float64{0, 0, 1, 0, 0}), gbdt.DatasetConfig{})
	assert.InDelta(t, 0.2, predict(t, m, table(t, 1, x, y).X)[0], 1e-12)
	m = train(t, gbdt.Params{Objective: gbdt.Multiclass}, table(t, 1, x, []float64{0, 2, 1, 2, 2}), gbdt.DatasetConfig{})
	assert.InDeltaSlice(t, []float64{0.2, 0.2, 0.6}, predict(t, m, table(t, 1, x, y).X)[:3], 1e-12)
}

// greedy grows a regression tree by trying everything: the reference for small
// trees. It returns the fitted values.
func greedy(x [][]float64, y []float64, leaves int) []float64 {
	type part struct {
		rows     []int
		gain     float64
		from, to []int
	}
	sse := func(rows []int) (sum, loss float64) {
		for _, i := range rows {
			sum += y[i]
		}
		mean := sum / float64(len(rows))
		for _, i := range rows {
			loss += (y[i] - mean) * (y[i] - mean)
		}
		return mean, loss
	}
	study := func(rows []int) part {
		p := part{rows: rows}
		_, whole := sse(rows)
		for j := range x[0] {
			for _, cut := range rows {
				var left, right []int
				for _, i := range rows {
					if x[i][j] <= x[cut][j] {
						left = append(left, i)
					} else {
						right = append(right, i)
					}
				}
				if len(left) == 0 || len(right) == 0 {
					continue
				}
				_, a := sse(left)
				_, b := sse(right)
				if gain := whole - a - b; gain > p.gain+1e-9 {
					p.gain, p.from, p.to = gain, left, right
				}
			}
		}
		return p
	}
	all := make([]int, len(y))
	for i := range all {
		all[i] = i
	}
	parts := []part{study(all)}
	for len(parts) < leaves {
		best := 0
		for i := range parts {
			if parts[i].gain > parts[best].gain {
				best = i
			}
		}
		if parts[best].gain == 0 {
			break
		}
		p := parts[best]
		parts[best] = study(p.from)
		parts = append(parts, study(p.to))
	}
	fitted := make([]float64, len(y))
	for _, p := range parts {
		mean, _ := sse(p.rows)
		for _, i := range p.rows {
			fitted[i] = mean
		}
	}
	return fitted
}

func TestTreesEqualExhaustiveSearch(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		rows, cols := 20+r.IntN(60), 1+r.IntN(4)
		x, y := make([]float64, rows*cols), make([]float64, rows)
		nested := make([][]float64, rows)
		for i := range rows {
			for j := range cols {
				x[i*cols+j] = r.NormFloat64()
			}
			nested[i] = x[i*cols : (i+1)*cols]
			y[i] = r.NormFloat64() + nested[i][0]
		}
		for _, leaves := range []int{2, 3, 6} {
			p := exact
			p.MaxLeaves = leaves
			data := table(t, cols, x, y)
			m := train(t, p, data, gbdt.DatasetConfig{})
			assert.InDeltaSlice(t, greedy(nested, y, leaves), predict(t, m, data.X), 1e-6, "seed %d, %d leaves", seed, leaves)
		}
	}
}

func TestMissingValuesAreLearned(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for _, missing := range []float64{0, 10} { // with the small values or with the large
		var x, y []float64
		for i := range 300 {
			v := float64(i % 100)
			target := 0.0
			if v >= 50 {
				target = 10
			}
			if i%3 == 0 {
				v, target = nan, missing
			}
			x, y = append(x, v), append(y, target)
		}
		p := exact
		p.MaxLeaves = 2
		m := train(t, p, table(t, 1, x, y), gbdt.DatasetConfig{})
		assert.InDeltaSlice(t, y, predict(t, m, table(t, 1, x, y).X), 1e-6)
	}
	// Only that a value is missing tells anything.
	var x, y []float64
	for i := range 200 {
		v, target := float64(i%7), 1.0
		if i%5 == 0 {
			v, target = nan, 5
		}
		x, y = append(x, v), append(y, target)
	}
	p := exact
	p.MaxLeaves = 2
	m := train(t, p, table(t, 1, x, y), gbdt.DatasetConfig{})
	assert.InDeltaSlice(t, y, predict(t, m, table(t, 1, x, y).X), 1e-6)
	again := roundTrip(t, m)
	assert.InDeltaSlice(t, y, predict(t, again, table(t, 1, x, y).X), 1e-6)
}

func roundTrip(tb testing.TB, m *gbdt.Model) *gbdt.Model {
	tb.Helper()
	text, err := m.MarshalBinary()
	require.NoError(tb, err)
	again, err := gbdt.ReadLightGBM(bytes.NewReader(text))
	require.NoError(tb, err)
	second, err := again.MarshalBinary()
	require.NoError(tb, err)
	require.Equal(tb, string(text), string(second))
	return again
}

func TestZeroAsMissing(t *testing.T) {
	t.Parallel()
	x, y := []float64{}, []float64{}
	for i := range 300 {
		v, target := float64(i%10-5), 1.0
		if v == 0 {
			target = 7
		}
		x, y = append(x, v), append(y, target)
	}
	p := exact
	p.MaxLeaves = 2
	data := table(t, 1, x, y)
	m := train(t, p, data, gbdt.DatasetConfig{ZeroAsMissing: true})
	assert.InDeltaSlice(t, y, predict(t, m, data.X), 1e-6)
	assert.InDeltaSlice(t, y, predict(t, roundTrip(t, m), data.X), 1e-6)
}

// A category set beats an order of the numbers that means nothing.
func TestCategoriesBeatNumbers(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 5))
	make2 := func(n int) gbdt.Table {
		var x, y []float64
		for range n {
			c := r.IntN(60)
			x = append(x, float64(c))
			y = append(y, float64(c*37%60/30)*4+r.NormFloat64())
		}
		return table(t, 1, x, y)
	}
	data, test := make2(6000), make2(3000)
	p := gbdt.Params{Rounds: 20, LearningRate: 0.3, MaxLeaves: 4}
	asSet := rmse(t, train(t, p, data, gbdt.DatasetConfig{Categorical: []int{0}}), test)
	asNumber := rmse(t, train(t, p, data, gbdt.DatasetConfig{}), test)
	t.Logf("as categories %.3f, as numbers %.3f", asSet, asNumber)
	assert.Less(t, asSet, 1.08)
	assert.Less(t, asSet, 0.9*asNumber)
}

func TestUnseenAndMissingCategories(t *testing.T) {
	t.Parallel()
	x, y := []float64{}, []float64{}
	for i := range 600 {
		c := i % 3
		x, y = append(x, float64(c)), append(y, float64(c))
	}
	p := exact
	p.MaxLeaves = 3
	data := table(t, 1, x, y)
	m := train(t, p, data, gbdt.DatasetConfig{Categorical: []int{0}})
	assert.InDeltaSlice(t, y, predict(t, m, data.X), 1e-6)
	again := roundTrip(t, m)
	odd := table(t, 1, []float64{math.NaN(), -1, 99, 1e9, math.Inf(1)}, make([]float64, 5))
	first, second := predict(t, m, odd.X), predict(t, again, odd.X)
	assert.Equal(t, first, second)
	for _, v := range first {
		assert.InDelta(t, first[0], v, 0, "all of them go right everywhere")
	}
}

func TestDeterministicWithAnyWorkers(t *testing.T) {
	t.Parallel()
	x, y := noisy(3, 30_000)
	labels := make([]float64, len(y))
	for i, v := range y {
		labels[i] = math.Trunc(max(0, min(2, v)))
	}
	var weight []float64
	for i := range y {
		weight = append(weight, float64(i%4)+0.5)
	}
	for name, c := range map[string]struct {
		p gbdt.Params
		y []float64
		w []float64
	}{
		"regression": {gbdt.Params{Rounds: 8, MaxLeaves: 40}, y, nil},
		"weighted":   {gbdt.Params{Rounds: 8, BaggingFraction: 0.6, FeatureFraction: 0.7, Seed: 9}, y, weight},
		"quantile":   {gbdt.Params{Objective: gbdt.Quantile, Alpha: 0.8, Rounds: 8}, y, nil},
		"multiclass": {gbdt.Params{Objective: gbdt.Multiclass, Rounds: 5}, labels, nil},
		"goss":       {gbdt.Params{GOSS: true, Rounds: 8, LearningRate: 0.5}, y, nil},
	} {
		var first []byte
		for _, workers := range []int{1, 2, 5} {
			data := table(t, 3, x, c.y)
			data.Weight = c.w
			c.p.Workers = workers
			m := train(t, c.p, data, gbdt.DatasetConfig{Categorical: []int{2}, Workers: workers})
			text, err := m.MarshalBinary()
			require.NoError(t, err)
			if first == nil {
				first = text
			}
			require.True(t, bytes.Equal(first, text), "%s with %d workers", name, workers)
		}
	}
}

func TestSeedChangesSamples(t *testing.T) {
	t.Parallel()
	x, y := noisy(3, 2000)
	p := gbdt.Params{Rounds: 3, BaggingFraction: 0.5}
	a := predict(t, train(t, p, table(t, 3, x, y), gbdt.DatasetConfig{}), table(t, 3, x, y).X)
	p.Seed = 1
	b := predict(t, train(t, p, table(t, 3, x, y), gbdt.DatasetConfig{}), table(t, 3, x, y).X)
	assert.NotEqual(t, a, b)
}

// Whole weights say the same as so many copies of a row.
func TestWeightsEqualCopies(t *testing.T) {
	t.Parallel()
	x, y := noisy(8, 500)
	var weight, cx, cy []float64
	for i := range y {
		w := i % 4
		weight = append(weight, float64(w))
		for range w {
			cx, cy = append(cx, x[3*i:3*i+3]...), append(cy, y[i])
		}
	}
	counts := make([]float64, len(y))
	for i, v := range y {
		counts[i] = math.Max(0, math.Round(v))
	}
	for _, objective := range []gbdt.Objective{gbdt.Regression, gbdt.RegressionL1, gbdt.Huber, gbdt.Poisson} {
		p := gbdt.Params{Objective: objective, Rounds: 10, MinDataInLeaf: 1, MinChildWeight: 5, MaxLeaves: 8}
		label, copies := y, cy
		if objective == gbdt.Poisson {
			label, copies = counts, nil
			for i := range counts {
				for range i % 4 {
					copies = append(copies, counts[i])
				}
			}
		}
		a := table(t, 3, x, label)
		a.Weight = weight
		one := predict(t, train(t, p, a, gbdt.DatasetConfig{MaxBins: 255}), a.X)
		// The copies are binned as the weighted rows are, by all distinct values.
		b := table(t, 3, cx, copies)
		two := predict(t, train(t, p, b, gbdt.DatasetConfig{MaxBins: 255}), a.X)
		differ := 0.0
		for i := range one {
			differ += math.Abs(one[i]-two[i]) / float64(len(one))
		}
		// Bins come from unweighted quantiles, so the two need not be equal.
		assert.Less(t, differ, 0.25, objective)
	}
	// With few distinct values the bins are the same and so are the models.
	for i := range x {
		x[i] = math.Round(x[i] * 3)
	}
	for i := range cx {
		cx[i] = math.Round(cx[i] * 3)
	}
	p := gbdt.Params{Rounds: 10, MinDataInLeaf: 1, MinChildWeight: 5, MaxLeaves: 8}
	a := table(t, 3, x, y)
	a.Weight = weight
	one := predict(t, train(t, p, a, gbdt.DatasetConfig{}), a.X)
	two := predict(t, train(t, p, table(t, 3, cx, cy), gbdt.DatasetConfig{}), a.X)
	assert.InDeltaSlice(t, two, one, 1e-4)
}

func TestEarlyStoppingKeepsTheBestRound(t *testing.T) {
	t.Parallel()
	x, y := noisy(4, 400)
	vx, vy := noisy(5, 400)
	valid := table(t, 3, vx, vy)
	var history []float64
	p := gbdt.Params{Rounds: 300, LearningRate: 0.3, MinDataInLeaf: 2, EarlyStopping: 15}
	best := 0
	p.Progress = func(pr gbdt.Progress) {
		assert.Equal(t, "rmse", pr.Metric)
		assert.Equal(t, len(history)+1, pr.Round)
		history = append(history, pr.Valid[0])
		best = pr.Best
	}
	m := train(t, p, table(t, 3, x, y), gbdt.DatasetConfig{}, valid)
	at := 0
	for i, v := range history {
		if v < history[at] {
			at = i
		}
	}
	assert.Equal(t, at+1, best)
	assert.Equal(t, at+1, m.NumTrees())
	assert.Len(t, history, at+1+15)
	assert.InDelta(t, history[at], rmse(t, m, valid), 1e-9)
}

func TestCustomMetric(t *testing.T) {
	t.Parallel()
	x, y := noisy(4, 300)
	calls := 0
	p := gbdt.Params{Rounds: 5, Metric: gbdt.Metric{Name: "mine", Maximize: true, Eval: func(pred []float64, v gbdt.Table) float64 {
		calls++
		assert.Len(t, pred, len(v.Label))
		return float64(-calls) // ever worse
	}}, EarlyStopping: 2}
	m := train(t, p, table(t, 3, x, y), gbdt.DatasetConfig{}, table(t, 3, x, y))
	assert.Equal(t, 1, m.NumTrees())
	assert.Equal(t, 3, calls)
}

func TestCancel(t *testing.T) {
	t.Parallel()
	x, y := noisy(4, 300)
	d, err := gbdt.NewDataset(context.Background(), table(t, 3, x, y), gbdt.DatasetConfig{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	_, err = gbdt.Train(ctx, gbdt.Params{Rounds: 1000, Progress: func(p gbdt.Progress) {
		if p.Round == 3 {
			cancel()
		}
	}}, d)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = gbdt.NewDataset(ctx, table(t, 3, x, y), gbdt.DatasetConfig{})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestInitScore(t *testing.T) {
	t.Parallel()
	x, y := noisy(4, 1000)
	data := table(t, 3, x, y)
	data.InitScore = slices.Clone(y) // nothing is left to learn
	m := train(t, gbdt.Params{Rounds: 3}, data, gbdt.DatasetConfig{})
	for _, v := range predict(t, m, data.X) {
		assert.InDelta(t, 0, v, 1e-6)
	}
}
