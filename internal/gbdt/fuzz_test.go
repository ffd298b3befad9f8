package gbdt_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/gbdt"
)

// addFiles adds the reference models, where they are, to the corpus.
func addFiles(f *testing.F, pattern string) {
	f.Helper()
	folder := os.Getenv("BODEGA_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data")
	}
	files, err := filepath.Glob(filepath.Join(folder, "fraud-reference", pattern))
	require.NoError(f, err)
	for _, path := range files {
		data, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(data)
	}
}

// use does with a model whatever a user may do; nothing may fail but by an error.
func use(t *testing.T, m *gbdt.Model) {
	t.Helper()
	if m.NumFeatures() > 1<<12 || m.NumOutputs() > 64 {
		return
	}
	out := make([]float64, m.NumOutputs())
	leaves := make([]int, m.NumTrees())
	shap := make([]float64, m.NumOutputs()*(m.NumFeatures()+1))
	for _, v := range []float64{0, -1, 1e300, 3.5} {
		x := make([]float64, m.NumFeatures())
		for j := range x {
			x[j] = v * float64(j+1)
		}
		require.NoError(t, m.PredictRaw(x, out))
		require.NoError(t, m.Leaves(x, leaves))
		_ = m.SHAP(x, shap) // the file may have no counts
	}
	m.Importance()
	text, err := m.MarshalBinary()
	if err != nil {
		return
	}
	again, err := gbdt.ReadLightGBM(bytes.NewReader(text))
	if err == nil {
		second, err := again.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, text, second)
	}
}

const tinyLightGBM = `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=binary sigmoid:1
feature_names=a b
feature_infos=[0:1] 0:1:2
tree_sizes=1

Tree=0
num_leaves=3
num_cat=1
split_feature=0 1
split_gain=1 2
threshold=0.5 0
decision_type=10 1
left_child=1 -1
right_child=-2 -3
leaf_value=0.1 0.2 0.3
leaf_weight=1 2 3
leaf_count=1 2 3
internal_value=0 0
internal_weight=6 4
internal_count=6 4
cat_boundaries=0 1
cat_threshold=5
is_linear=0
shrinkage=0.1


end of trees
`

func FuzzReadLightGBM(f *testing.F) {
	addFiles(f, "lightgbm-*.txt")
	f.Add([]byte(tinyLightGBM))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := gbdt.ReadLightGBM(bytes.NewReader(data)); err == nil {
			use(t, m)
		}
	})
}

const tinyXGBoost = `{"learner":{"feature_names":[],"gradient_booster":{"name":"gbtree","model":{"tree_info":[0],"trees":[{` +
	`"left_children":[1,3,-1,-1,-1],"right_children":[2,4,-1,-1,-1],"split_indices":[0,1,0,0,0],"split_conditions":[0.5,0,1,2,3],` +
	`"default_left":[1,0,0,0,0],"split_type":[0,1,0,0,0],"categories":[0,2],"categories_nodes":[1],"categories_segments":[0],` +
	`"categories_sizes":[2],"sum_hessian":[6,4,2,1,3],"loss_changes":[1,2,0,0,0],"base_weights":[0,0,0,0,0],` +
	`"tree_param":{"size_leaf_vector":"0"}}]}},"learner_model_param":{"base_score":"5E-1","num_class":"0","num_feature":"2"},` +
	`"objective":{"name":"binary:logistic"}}}`

func FuzzReadXGBoostJSON(f *testing.F) {
	addFiles(f, "xgboost-*[a-z].json")
	f.Add([]byte(tinyXGBoost))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := gbdt.ReadXGBoostJSON(bytes.NewReader(data)); err == nil {
			use(t, m)
		}
	})
}

func FuzzReadXGBoostUBJ(f *testing.F) {
	addFiles(f, "*.ubj")
	f.Add([]byte("{U\x07learner{U\x0dfeature_names[#U\x01SU\x01a}}"))
	f.Add([]byte("{i\x01a[$d#i\x02\x00\x00\x00\x00\x3f\x80\x00\x00i\x01b[[[Z]TF]]}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := gbdt.ReadXGBoostUBJ(bytes.NewReader(data)); err == nil {
			use(t, m)
		}
	})
}
