package gbdt_test

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/gbdt"
)

// splitMix is SplitMix64 in counter form as a number of [0, 1).
func splitMix(seed, counter uint64) float64 {
	z := seed + counter*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) / (1 << 53)
}

const anchorCols = 30

// anchorRows makes rows of the regression that docs/benchmarks.md describes.
func anchorRows(from, to int) (x, y []float64) {
	for i := uint64(from); i < uint64(to); i++ {
		row := make([]float64, anchorCols)
		for j := range row {
			row[j] = splitMix(42, anchorCols*i+uint64(j)+1)
		}
		z := math.Sqrt(-2*math.Log(1-splitMix(43, 2*i+1))) * math.Cos(2*math.Pi*splitMix(43, 2*i+2))
		v := 10*math.Sin(math.Pi*row[0]*row[1]) + 20*(row[2]-0.5)*(row[2]-0.5) + 10*row[3] + 5*row[4] + z
		if row[5] > 0.6 {
			v += 3 * row[6]
		}
		x, y = append(x, row...), append(y, v)
	}
	return x, y
}

func anchorTable(tb testing.TB, from, to int) gbdt.Table {
	tb.Helper()
	x, y := anchorRows(from, to)
	m, err := gbdt.RowMajor(x, anchorCols)
	require.NoError(tb, err)
	return gbdt.Table{X: m, Label: y}
}

var anchorParams = map[string]gbdt.Params{
	"depth6":   {MaxDepth: 6, MaxLeaves: 64, L2: 1, MinChildWeight: 1, MinDataInLeaf: 1},
	"leaves31": {MaxLeaves: 31, L2: 1, MinChildWeight: 1, MinDataInLeaf: 1},
}

func rmse(tb testing.TB, m *gbdt.Model, t gbdt.Table) float64 {
	tb.Helper()
	pred, err := m.PredictBatch(context.Background(), t.X, 2)
	require.NoError(tb, err)
	return gbdt.RMSE().Eval(pred, t)
}

// The short form of the anchor: 20,000 rows.
func TestAnchor(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, err := gbdt.NewDataset(ctx, anchorTable(t, 0, 20_000), gbdt.DatasetConfig{})
	require.NoError(t, err)
	test := anchorTable(t, 200_000, 210_000)
	for name, limit := range map[string]float64{"depth6": 1.16, "leaves31": 1.16} {
		m, err := gbdt.Train(ctx, anchorParams[name], d)
		require.NoError(t, err)
		got := rmse(t, m, test)
		t.Logf("%s: test RMSE %.4f", name, got)
		assert.Less(t, got, limit, name)
	}
}

// BenchmarkAnchor is the full form; its figures stand in docs/benchmarks.md.
func BenchmarkAnchor(b *testing.B) {
	ctx := context.Background()
	train, test := anchorTable(b, 0, 200_000), anchorTable(b, 200_000, 250_000)
	require.InDelta(b, 7.681910888486581, train.Label[0], 1e-12)
	for _, name := range []string{"depth6", "leaves31"} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", name, workers), func(b *testing.B) {
				p := anchorParams[name]
				p.Workers = workers
				var m *gbdt.Model
				for b.Loop() {
					d, err := gbdt.NewDataset(ctx, train, gbdt.DatasetConfig{Workers: workers})
					require.NoError(b, err)
					m, err = gbdt.Train(ctx, p, d)
					require.NoError(b, err)
				}
				b.ReportMetric(rmse(b, m, test), "rmse")
			})
		}
	}
}

func BenchmarkDataset(b *testing.B) {
	train := anchorTable(b, 0, 200_000)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			for b.Loop() {
				_, err := gbdt.NewDataset(context.Background(), train, gbdt.DatasetConfig{Workers: workers})
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkPredict(b *testing.B) {
	ctx := context.Background()
	d, err := gbdt.NewDataset(ctx, anchorTable(b, 0, 50_000), gbdt.DatasetConfig{})
	require.NoError(b, err)
	m, err := gbdt.Train(ctx, anchorParams["depth6"], d)
	require.NoError(b, err)
	const rows = 4096
	x, _ := anchorRows(200_000, 200_000+rows)
	b.Run("one", func(b *testing.B) {
		out := make([]float64, 1)
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			at := i % rows * anchorCols
			if err := m.Predict(x[at:at+anchorCols], out); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
	b.Run("shap", func(b *testing.B) {
		out := make([]float64, anchorCols+1)
		for b.Loop() {
			if err := m.SHAP(x[:anchorCols], out); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("batch", func(b *testing.B) {
		matrix, err := gbdt.RowMajor(x, anchorCols)
		require.NoError(b, err)
		for b.Loop() {
			if _, err := m.PredictBatch(ctx, matrix, 1); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
	})
}

// BenchmarkMemory reports what training holds beside the caller's rows, as a
// multiple of one byte per value.
func BenchmarkMemory(b *testing.B) {
	ctx := context.Background()
	train := anchorTable(b, 0, 200_000)
	for b.Loop() {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		d, err := gbdt.NewDataset(ctx, train, gbdt.DatasetConfig{})
		require.NoError(b, err)
		p := anchorParams["depth6"]
		p.Rounds = 3
		p.Progress = func(pr gbdt.Progress) {
			if pr.Round == 3 {
				runtime.GC()
				runtime.ReadMemStats(&after)
			}
		}
		_, err = gbdt.Train(ctx, p, d)
		require.NoError(b, err)
		b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc))/(200_000*anchorCols), "x-binned")
	}
}
