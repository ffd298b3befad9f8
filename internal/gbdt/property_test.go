package gbdt_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/internal/gbdt"
)

func drawData(rt *rapid.T, rows int) (x, y []float64) {
	return noisy(rapid.Uint64().Draw(rt, "seed"), rows)
}

func TestAttributionsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		x, y := drawData(rt, 400)
		classes := 1
		p := gbdt.Params{
			Rounds: rapid.IntRange(1, 8).Draw(rt, "rounds"), MaxLeaves: rapid.IntRange(2, 40).Draw(rt, "leaves"),
			MinDataInLeaf: 1, Objective: rapid.SampledFrom([]gbdt.Objective{gbdt.Regression, gbdt.Binary, gbdt.Multiclass}).Draw(rt, "objective"),
		}
		switch p.Objective {
		case gbdt.Binary:
			for i, v := range y {
				y[i] = math.Trunc(max(0, min(1, v)))
			}
		case gbdt.Multiclass:
			classes = 3
			for i, v := range y {
				y[i] = float64(int(max(0, v)) % 3)
			}
			p.Classes = 3
		}
		m := train(t, p, table(t, 3, x, y), gbdt.DatasetConfig{Categorical: []int{2}})
		raw, shap := make([]float64, classes), make([]float64, classes*4)
		for i := range 20 {
			row := x[3*i : 3*i+3]
			require.NoError(t, m.PredictRaw(row, raw))
			require.NoError(t, m.SHAP(row, shap))
			for k := range classes {
				s := shap[4*k : 4*k+4]
				require.InDelta(t, raw[k], s[0]+s[1]+s[2]+s[3], 1e-9)
			}
			require.NoError(t, m.Attribute(row, shap))
			for k := range classes {
				s := shap[4*k : 4*k+4]
				require.InDelta(t, raw[k], s[0]+s[1]+s[2]+s[3], 1e-9)
			}
		}
	})
}

// On independent features a tree's expectation over a set of known features is
// the mean over all rows with those features exchanged. Shapley values follow by the
// definition, over all orders.
func TestSHAPEqualsShapleyValues(t *testing.T) {
	t.Parallel()
	var x, y []float64
	for i := range 512 { // a full grid: features are independent
		a, b, c := float64(i%8), float64(i/8%8), float64(i/64)
		x, y = append(x, a, b, c), append(y, a*b+c*c*float64(int(a)%2)+b)
	}
	m := train(t, gbdt.Params{Rounds: 1, MaxLeaves: 3, MinDataInLeaf: 5, LearningRate: 1}, table(t, 3, x, y), gbdt.DatasetConfig{})
	row, out := make([]float64, 3), make([]float64, 1)
	value := func(known [3]bool, of []float64) float64 {
		sum := 0.0
		for i := range 512 {
			for j := range row {
				if row[j] = x[3*i+j]; known[j] {
					row[j] = of[j]
				}
			}
			require.NoError(t, m.PredictRaw(row, out))
			sum += out[0] / 512
		}
		return sum
	}
	orders := [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
	shap := make([]float64, 4)
	for _, i := range []int{0, 100, 365, 511} {
		of, want := x[3*i:3*i+3], make([]float64, 4)
		for _, order := range orders {
			var known [3]bool
			last := value(known, of)
			want[3] = last
			for _, j := range order {
				known[j] = true
				next := value(known, of)
				want[j] += (next - last) / 6
				last = next
			}
		}
		require.NoError(t, m.SHAP(of, shap))
		assert.InDeltaSlice(t, want, shap, 1e-9, "row %d", i)
	}
}

func TestMonotoneConstraintsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		x, y := drawData(rt, 250)
		up := rapid.SampledFrom([]int{1, -1}).Draw(rt, "direction")
		objective := rapid.SampledFrom([]gbdt.Objective{gbdt.Regression, gbdt.RegressionL1, gbdt.Quantile, gbdt.Poisson}).Draw(rt, "objective")
		if objective == gbdt.Poisson {
			for i, v := range y {
				y[i] = math.Round(max(0, v))
			}
			y[0] = 1
		}
		m := train(t, gbdt.Params{
			Objective: objective, Rounds: 8, LearningRate: 0.3, MinDataInLeaf: 3, Monotone: []int{0, up, 0},
		}, table(t, 3, x, y), gbdt.DatasetConfig{Categorical: []int{2}})
		out := make([]float64, 1)
		for i := range 10 {
			row := []float64{x[3*i], 0, x[3*i+2]}
			last := math.Inf(-up)
			for v := -0.1; v <= 1.1; v += 0.01 {
				row[1] = v
				require.NoError(t, m.PredictRaw(row, out))
				require.GreaterOrEqual(t, float64(up)*(out[0]-last), -1e-12, "at %g", v)
				last = out[0]
			}
		}
	})
}

func TestWriterRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		x, y := drawData(rt, 300)
		m := train(t, gbdt.Params{
			Rounds: 5, MinDataInLeaf: rapid.IntRange(1, 200).Draw(rt, "min"), MinDataPerGroup: 10,
		}, table(t, 3, x, y), gbdt.DatasetConfig{Categorical: []int{2}, Names: []string{"a", "b b", "c=\n"}})
		again := roundTrip(t, m)
		assert.Equal(t, predict(t, m, table(t, 3, x, y).X), predict(t, again, table(t, 3, x, y).X))
		assert.Equal(t, []string{"a", "b_b", "c="}, again.FeatureNames())
	})
}

// Prediction of a row, of a batch and by the leaves are the same, for any input.
func TestPredictionPathsAgree(t *testing.T) {
	t.Parallel()
	x, y := noisy(2, 2000)
	m := train(t, gbdt.Params{Rounds: 13, MinDataInLeaf: 2}, table(t, 3, x, y), gbdt.DatasetConfig{Categorical: []int{2}})
	rapid.Check(t, func(rt *rapid.T) {
		row := rapid.SliceOfN(rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), 0, 3, -1, math.Inf(1)})), 3, 3).Draw(rt, "row")
		out, batch := make([]float64, 1), predict(t, m, table(t, 3, row, []float64{0}).X)
		require.NoError(t, m.Predict(row, out))
		require.Equal(t, batch, out)
		raw, err := m.PredictRawBatch(context.Background(), table(t, 3, row, []float64{0}).X, 1)
		require.NoError(t, err)
		require.Equal(t, raw, out)
	})
}

func TestPredictDoesNotAllocate(t *testing.T) {
	x, y := noisy(2, 2000)
	m := train(t, gbdt.Params{Rounds: 13}, table(t, 3, x, y), gbdt.DatasetConfig{Categorical: []int{2}})
	out := make([]float64, 1)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if m.Predict(x[:3], out) != nil {
			panic("shape")
		}
	}))
}
