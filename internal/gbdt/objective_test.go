package gbdt_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/gbdt"
)

func TestQuantileCoverage(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64, n int) gbdt.Table {
		r := rand.New(rand.NewPCG(seed, 2))
		var x, y []float64
		for range n {
			v := r.Float64()
			x, y = append(x, v), append(y, 3*v+(0.2+v)*r.NormFloat64())
		}
		return table(t, 1, x, y)
	}
	data, test := draw(1, 8000), draw(2, 8000)
	for _, level := range []float64{0.1, 0.5, 0.9} {
		m := train(t, gbdt.Params{Objective: gbdt.Quantile, Alpha: level, MaxLeaves: 8, MinDataInLeaf: 100}, data, gbdt.DatasetConfig{})
		below := 0
		for i, q := range predict(t, m, test.X) {
			if test.Label[i] <= q {
				below++
			}
		}
		assert.InDelta(t, level, float64(below)/float64(len(test.Label)), 0.02)
	}
}

func TestCountObjectivesFindTheRate(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 2))
	var x, y []float64
	for i := range 9000 {
		rate := []float64{0.3, 2, 7}[i%3]
		n, p := 0, math.Exp(-rate)
		for u := r.Float64(); u > p; u *= r.Float64() {
			n++
		}
		x, y = append(x, float64(i%3)), append(y, float64(n))
	}
	data := table(t, 1, x, y)
	sum := map[float64]float64{}
	for i, v := range y {
		sum[x[i]] += v / 3000
	}
	for _, objective := range []gbdt.Objective{gbdt.Poisson, gbdt.Tweedie, gbdt.Regression} {
		m := train(t, gbdt.Params{Objective: objective, Rounds: 200}, data, gbdt.DatasetConfig{})
		got := predict(t, m, data.X)
		for i, c := range []float64{0, 1, 2} {
			assert.InDelta(t, sum[c], got[i], 0.01*sum[c], "%s, group %g", objective, c)
		}
	}
}

func TestHuberAndL1ResistOutliers(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 3))
	var x, y []float64
	for i := range 3000 {
		v := r.Float64()
		target := 2 * v
		if i%20 == 0 {
			target = 1000
		}
		x, y = append(x, v), append(y, target)
	}
	data := table(t, 1, x, y)
	worst := func(o gbdt.Objective) float64 {
		m := train(t, gbdt.Params{Objective: o, MaxLeaves: 8, Rounds: 200, MinDataInLeaf: 50}, data, gbdt.DatasetConfig{})
		top := 0.0
		for i, q := range predict(t, m, data.X) {
			top = max(top, math.Abs(q-2*x[i]))
		}
		return top
	}
	assert.Less(t, worst(gbdt.RegressionL1), 0.5)
	assert.Less(t, worst(gbdt.Huber), 1.0)
	assert.Greater(t, worst(gbdt.Regression), 10.0)
}

func TestMulticlass(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 3))
	draw := func(n int) gbdt.Table {
		var x, y []float64
		for range n {
			a, b := r.Float64(), r.Float64()
			class := 0.0
			if a > 0.5 {
				class = 1
			}
			if b > 0.7 {
				class = 2
			}
			x, y = append(x, a, b), append(y, class)
		}
		return table(t, 2, x, y)
	}
	data, test := draw(3000), draw(1000)
	m := train(t, gbdt.Params{Objective: gbdt.Multiclass, Rounds: 40}, data, gbdt.DatasetConfig{})
	require.Equal(t, 3, m.NumOutputs())
	pred := predict(t, m, test.X)
	right := 0
	for i, class := range test.Label {
		row := pred[3*i : 3*i+3]
		assert.InDelta(t, 1, row[0]+row[1]+row[2], 1e-12)
		if row[int(class)] > 0.5 {
			right++
		}
	}
	assert.Greater(t, right, 980)
	assert.Equal(t, pred, predict(t, roundTrip(t, m), test.X))
}

func TestScalePosWeightRaisesTheRisk(t *testing.T) {
	t.Parallel()
	x, y := noisy(9, 4000)
	for i, v := range y {
		y[i] = 0
		if v > 4 {
			y[i] = 1
		}
	}
	data := table(t, 3, x, y)
	mean := func(w float64) float64 {
		sum := 0.0
		for _, q := range predict(t, train(t, gbdt.Params{Objective: gbdt.Binary, ScalePosWeight: w, Rounds: 30}, data, gbdt.DatasetConfig{}), data.X) {
			sum += q / float64(len(y))
		}
		return sum
	}
	share := 0.0
	for _, v := range y {
		share += v / float64(len(y))
	}
	assert.InDelta(t, share, mean(1), 0.01)
	assert.Greater(t, mean(5), 1.3*share)
}

func TestLambdaRank(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64, queries int) gbdt.Table {
		r := rand.New(rand.NewPCG(seed, 4))
		var x, y []float64
		var group []int
		for range queries {
			n := 5 + r.IntN(20)
			group = append(group, n)
			shift := 3 * r.NormFloat64() // a query's own level, of no use within it
			for range n {
				a, b := r.NormFloat64(), r.Float64()
				relevance := a + 2*math.Sin(5*b) + 0.5*r.NormFloat64()
				x = append(x, a, b, shift)
				y = append(y, math.Round(max(0, min(4, relevance+1))))
			}
		}
		d := table(t, 3, x, y)
		d.Group = group
		return d
	}
	data, test := draw(1, 400), draw(2, 400)
	metric := gbdt.NDCG(10)
	byOneFeature := make([]float64, len(test.Label))
	m := train(t, gbdt.Params{Objective: gbdt.LambdaRank, Rounds: 60, MaxLeaves: 15, LearningRate: 0.1}, data, gbdt.DatasetConfig{}, test)
	single := train(t, gbdt.Params{Objective: gbdt.LambdaRank, Rounds: 1, MaxLeaves: 2}, data, gbdt.DatasetConfig{})
	copy(byOneFeature, predict(t, single, test.X))
	base, got := metric.Eval(byOneFeature, test), metric.Eval(predict(t, m, test.X), test)
	t.Logf("NDCG@10: one split %.3f, LambdaMART %.3f", base, got)
	assert.Greater(t, got, base+0.1)
	assert.Greater(t, got, 0.9)
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	pred := []float64{0.9, 0.8, 0.8, 0.3, 0.1}
	tab := gbdt.Table{Label: []float64{1, 0, 1, 0, 1}}
	// Thresholds: 0.9 (1 of 1), 0.8 (2 of 3), 0.3 (2 of 4), 0.1 (3 of 5).
	assert.InDelta(t, (1+2.0/3+3.0/5)/3, gbdt.AveragePrecision().Eval(pred, tab), 1e-12)
	// Pairs of 3 x 2: won 2 + 1.5 (a tie) + 0.
	assert.InDelta(t, 3.5/6, gbdt.AUC().Eval(pred, tab), 1e-12)
	tab.Group = []int{5}
	dcg := 1 + 1/math.Log2(4)
	assert.InDelta(t, dcg/(1+1/math.Log2(3)+1/math.Log2(4)), gbdt.NDCG(3).Eval(pred, tab), 1e-12)
}

// Where gradients are many and tiny beside a few large ones, fixed point keeps them.
func TestFixedPointKeepsSmallGradients(t *testing.T) {
	t.Parallel()
	var x, y []float64
	for i := range 4000 {
		v := float64(i % 2)
		target := 1e-3 * v
		if i == 17 {
			target = 1e3
		}
		x, y = append(x, v, float64(i)), append(y, target)
	}
	m := train(t, gbdt.Params{Rounds: 1, LearningRate: 1, MaxLeaves: 3, MinDataInLeaf: 1}, table(t, 2, x, y), gbdt.DatasetConfig{})
	got := predict(t, m, table(t, 2, []float64{0, 2000, 1, 3000}, []float64{0, 0}).X)
	assert.Less(t, math.Abs(got[0]-got[1]), 1.0)
}
