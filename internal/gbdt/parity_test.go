package gbdt_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/gbdt"
	"github.com/bodega-commerce/bodega/internal/testenv"
)

// rows reads matrices with null for missing, and vectors as matrices of one column.
type rows [][]float64

func (r *rows) UnmarshalJSON(data []byte) error {
	var nested [][]*float64
	if err := json.Unmarshal(data, &nested); err != nil {
		nested = nil
		var flat []*float64
		if err := json.Unmarshal(data, &flat); err != nil {
			return err
		}
		for _, v := range flat {
			nested = append(nested, []*float64{v})
		}
	}
	for _, from := range nested {
		row := make([]float64, len(from))
		for j, v := range from {
			row[j] = math.NaN()
			if v != nil {
				row[j] = *v
			}
		}
		*r = append(*r, row)
	}
	return nil
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, into))
}

func readModel(t *testing.T, path string) *gbdt.Model {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var m *gbdt.Model
	switch {
	case strings.HasSuffix(path, ".txt"):
		m, err = gbdt.ReadLightGBM(bytes.NewReader(data))
	case strings.HasSuffix(path, ".ubj"):
		m, err = gbdt.ReadXGBoostUBJ(bytes.NewReader(data))
	default:
		m, err = gbdt.ReadXGBoostJSON(bytes.NewReader(data))
	}
	require.NoError(t, err)
	return m
}

var lightGBMFiles = []string{"binary-categorical", "binary-zero-as-missing", "multiclass", "regression-l1", "rf-binary"}

func TestLightGBMParity(t *testing.T) {
	t.Parallel()
	for _, name := range lightGBMFiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := readModel(t, testenv.Data(t, "fraud-reference/lightgbm-"+name+".txt"))
			var want struct{ X, Raw, Pred, Leaf, Contrib rows }
			readJSON(t, testenv.Data(t, "fraud-reference/lightgbm-"+name+"-predictions.json"), &want)
			require.NotEmpty(t, want.X)
			k := m.NumOutputs()
			raw, pred := make([]float64, k), make([]float64, k)
			shap := make([]float64, k*(m.NumFeatures()+1))
			leaves := make([]int, m.NumTrees())
			for i, x := range want.X {
				require.NoError(t, m.PredictRaw(x, raw))
				require.Equal(t, want.Raw[i], raw, "raw scores of row %d", i)
				require.NoError(t, m.Predict(x, pred))
				assert.InDeltaSlice(t, want.Pred[i], pred, 1e-15, "predictions of row %d", i)
				require.NoError(t, m.Leaves(x, leaves))
				for j, leaf := range leaves {
					require.Equal(t, int(want.Leaf[i][j]), leaf, "leaf of row %d in tree %d", i, j)
				}
				require.NoError(t, m.SHAP(x, shap))
				assert.InDeltaSlice(t, want.Contrib[i], shap, 1e-12, "SHAP of row %d", i)
			}
		})
	}
}

func TestLightGBMWriterReproducesFiles(t *testing.T) {
	t.Parallel()
	for _, name := range lightGBMFiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := testenv.Data(t, "fraud-reference/lightgbm-"+name+".txt")
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			got, err := readModel(t, path).MarshalBinary()
			require.NoError(t, err)
			require.Equal(t, strings.Split(string(want), "\n"), strings.Split(string(got), "\n"))
		})
	}
}

func TestXGBoostParity(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ model, predictions string }{
		{"xgboost-binary.json", "xgboost-binary"},
		{"xgboost-binary.ubj", "xgboost-binary"},
		{"xgboost-multiclass.json", "xgboost-multiclass"},
		{"xgboost-dart-regression.json", "xgboost-dart-regression"},
	} {
		t.Run(c.model, func(t *testing.T) {
			t.Parallel()
			m := readModel(t, testenv.Data(t, "fraud-reference/"+c.model))
			var want struct{ X, Y, Margin, Prob, Leaf, Contribs rows }
			readJSON(t, testenv.Data(t, "fraud-reference/"+c.predictions+"-predictions.json"), &want)
			require.NotEmpty(t, want.X)
			if want.Y != nil { // regression
				want.Margin, want.Prob = want.Y, want.Y
			}
			k := m.NumOutputs()
			out := make([]float64, k)
			shap := make([]float64, k*(m.NumFeatures()+1))
			leaves := make([]int, m.NumTrees())
			for i, x := range want.X {
				require.NoError(t, m.PredictRaw(x, out))
				assert.InDeltaSlice(t, want.Margin[i], out, 1e-6, "margins of row %d", i)
				require.NoError(t, m.Predict(x, out))
				assert.InDeltaSlice(t, want.Prob[i], out, 1e-6, "predictions of row %d", i)
				if want.Leaf != nil {
					require.NoError(t, m.Leaves(x, leaves))
					for j, leaf := range leaves {
						require.Equal(t, int(want.Leaf[i][j]), leaf, "leaf of row %d in tree %d", i, j)
					}
				}
				if want.Contribs != nil {
					require.NoError(t, m.SHAP(x, shap))
					assert.InDeltaSlice(t, want.Contribs[i], shap, 2e-6, "SHAP of row %d", i)
				}
			}
			// The same model in LightGBM's format scores the same.
			text, err := m.MarshalBinary()
			require.NoError(t, err)
			again, err := gbdt.ReadLightGBM(bytes.NewReader(text))
			require.NoError(t, err)
			back := make([]float64, k)
			for _, x := range want.X {
				require.NoError(t, m.Predict(x, out))
				require.NoError(t, again.Predict(x, back))
				assert.InDeltaSlice(t, out, back, 1e-12)
			}
		})
	}
}
