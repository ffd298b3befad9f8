package gbdt_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/gbdt"
)

func TestXGBoostCategories(t *testing.T) {
	t.Parallel()
	// Node 0: left if x0 < 0.5, missing left. Node 1: categories 0 and 2 go right,
	// missing right. Its condition is NaN in files of XGBoost's.
	for _, text := range []string{tinyXGBoost, strings.Replace(tinyXGBoost, "[0.5,0,1,2,3]", "[0.5,NaN,1,2,3]", 1)} {
		m, err := gbdt.ReadXGBoostJSON(strings.NewReader(text))
		require.NoError(t, err)
		out := make([]float64, 1)
		for _, c := range []struct{ x0, x1, want float64 }{
			{0.7, 0, 1}, {0.4, 0, 3}, {0.4, 1, 2}, {0.4, 2, 3}, {0.4, 9, 2}, {0.4, -1, 2}, {math.NaN(), 1, 2},
			{0.4, math.NaN(), 3}, {0.5, 1, 1}, {math.Nextafter(0.5, 0), 1, 1}, // 0.5 as float32
		} {
			require.NoError(t, m.PredictRaw([]float64{c.x0, c.x1}, out))
			assert.InDelta(t, c.want, out[0], 0, "%g %g", c.x0, c.x1)
		}
		_, err = m.MarshalBinary()
		assert.ErrorContains(t, err, "cannot send missing categories left")
	}
}

func TestXGBoostBoundary(t *testing.T) {
	t.Parallel()
	for _, condition := range []float32{0, 1, -1, 0.1, math.MaxFloat32, 1e-45, -1e-45, 16777217} {
		number, err := json.Marshal(condition)
		require.NoError(t, err)
		text := strings.Replace(tinyXGBoost, "[0.5,0,1,2,3]", "["+string(number)+",0,1,2,2]", 1)
		m, err := gbdt.ReadXGBoostJSON(strings.NewReader(text))
		require.NoError(t, err)
		out := make([]float64, 1)
		x := float64(condition)
		step := float64(math.Nextafter32(condition, float32(math.Inf(-1)))) - x
		for _, f := range []float64{0, 1, 0.5, 0.49, 0.51, 1.5, -0.5, -1} {
			v := x + f*step
			for _, v := range []float64{v, math.Nextafter(v, math.Inf(1)), math.Nextafter(v, math.Inf(-1))} {
				want := 1.0
				if float32(v) < condition {
					want = 2
				}
				require.NoError(t, m.PredictRaw([]float64{v, 1}, out))
				require.InDelta(t, want, out[0], 0, "%g against %g", v, condition)
			}
		}
	}
}

func TestBadLightGBM(t *testing.T) {
	t.Parallel()
	_, err := gbdt.ReadLightGBM(strings.NewReader(tinyLightGBM))
	require.NoError(t, err)
	for _, c := range []struct{ old, new, reason string }{
		{"tree\nversion", "forest\nversion", "does not begin"},
		{"version=v4", "version=v9", "version"},
		{"max_feature_idx=1", "max_feature_idx=2000000000", "max_feature_idx"},
		{"num_tree_per_iteration=1", "num_tree_per_iteration=0", "trees per iteration"},
		{"num_tree_per_iteration=1", "num_tree_per_iteration=2", "no multiple"},
		{"objective=binary", "objective=magic", "unknown objective"},
		{"sigmoid:1", "sigmoid:-1", "sigmoid"},
		{"num_leaves=3", "num_leaves=2000000000", "num_leaves"},
		{"left_child=1 -1", "left_child=0 -1", "another parent"},
		{"left_child=1 -1", "left_child=7 -1", "does not exist"},
		{"left_child=1 -1", "left_child=1", "differ in length"},
		{"right_child=-2 -3", "right_child=-2 -2", "another parent"},
		{"split_feature=0 1", "split_feature=0 2", "splits feature"},
		{"threshold=0.5 0", "threshold=nan 0", "threshold"},
		{"threshold=0.5 0", "threshold=0.5 1", "category set"},
		{"cat_boundaries=0 1", "cat_boundaries=0 9", "bounds"},
		{"cat_boundaries=0 1", "cat_boundaries=0 -1", "bounds"},
		{"leaf_value=0.1", "leaf_value=nan", "leaf 0"},
		{"leaf_value=0.1", "leaf_value=x", "leaf_value"},
		{"is_linear=0", "is_linear=1", "linear"},
		{"end of trees", "", "end of trees"},
		{"feature_names=a b", "feature_names=a", "feature names"},
	} {
		text := strings.Replace(tinyLightGBM, c.old, c.new, 1)
		require.NotEqual(t, tinyLightGBM, text)
		_, err := gbdt.ReadLightGBM(strings.NewReader(text))
		var format *gbdt.FormatError
		require.ErrorAs(t, err, &format, "%s -> %s", c.old, c.new)
		assert.ErrorContains(t, err, c.reason, c.new)
	}
}

func TestBadXGBoost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, reason string }{
		{`"gbtree"`, `"gblinear"`, "booster"},
		{`"num_feature":"2"`, `"num_feature":"x"`, "num_feature"},
		{`"num_feature":"2"`, `"num_feature":"1"`, "splits feature"},
		{`"5E-1"`, `"1"`, "base_score"},
		{`binary:logistic`, `magic`, "unknown objective"},
		{`"left_children":[1,3`, `"left_children":[0,3`, "node 0"},
		{`"left_children":[1,3`, `"left_children":[1,9`, "does not exist"},
		{`"tree_info":[0]`, `"tree_info":[1]`, "class"},
		{`"categories":[0,2]`, `"categories":[0,99999999]`, "category"},
		{`"categories_sizes":[2]`, `"categories_sizes":[3]`, "outside"},
		{`"size_leaf_vector":"0"`, `"size_leaf_vector":"3"`, "vectors"},
		{`"split_conditions":[0.5,`, `"split_conditions":[NaN,`, "condition"},
		{`{"learner"`, `["learner"`, "invalid character"},
	} {
		text := strings.Replace(tinyXGBoost, c.old, c.new, 1)
		require.NotEqual(t, tinyXGBoost, text)
		_, err := gbdt.ReadXGBoostJSON(strings.NewReader(text))
		var format *gbdt.FormatError
		require.ErrorAs(t, err, &format, "%s -> %s", c.old, c.new)
		assert.ErrorContains(t, err, c.reason, c.new)
	}
	// A count that the bytes do not pay for.
	for _, data := range []string{"{", "[$Z#L\x7f\xff\xff\xff\xff\xff\xff\xff", "{U\x01a[$d#L\x00\x00\x00\x00\x7f\xff\xff\xff", strings.Repeat("[", 1<<16)} {
		_, err := gbdt.ReadXGBoostUBJ(bytes.NewReader([]byte(data)))
		assert.Error(t, err)
	}
}

func TestImportance(t *testing.T) {
	t.Parallel()
	x, y := noisy(1, 1000)
	m := train(t, gbdt.Params{Rounds: 10}, table(t, 3, x, y), gbdt.DatasetConfig{Names: []string{"a", "b", "c"}, Categorical: []int{2}})
	list := m.Importance()
	require.Len(t, list, 3)
	assert.Equal(t, "a", list[0].Feature)
	for _, e := range list {
		assert.Positive(t, e.Splits, e.Feature)
		assert.Greater(t, list[0].Gain, e.Gain-1e-9, "a carries most of the variance")
	}
}
