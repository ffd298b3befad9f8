package linalg

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTopKeepsTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores := rapid.SliceOf(rapid.SampledFrom([]float32{-2, -1, 0, 1, 2, 3, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))})).Draw(t, "scores")
		k := rapid.IntRange(0, 12).Draw(t, "k")
		var want []Scored
		for i, s := range scores {
			if s == s {
				want = append(want, Scored{i, s})
			}
		}
		slices.SortStableFunc(want, func(a, b Scored) int {
			switch {
			case a.Score > b.Score:
				return -1
			case a.Score < b.Score:
				return 1
			}
			return 0
		})
		want = append([]Scored{}, want[:min(k, len(want))]...)
		var top Top
		for range 2 { // in order, then backwards
			top.Reset(k)
			top.offerAll(0, scores)
			require.Equal(t, want, append([]Scored{}, top.Sorted()...))
		}
		top.Reset(k)
		for i := len(scores) - 1; i >= 0; i-- {
			top.Offer(i, scores[i])
		}
		require.Equal(t, want, append([]Scored{}, top.Sorted()...))
	})
}

// byScore is the answer a scan must give.
func byScore(rows, k int, score func(i int) float32) []Scored {
	var top Top
	top.Reset(k)
	for i := range rows {
		top.Offer(i, score(i))
	}
	return top.Sorted()
}

func TestScans(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for _, rows := range []int{0, 1, 255, 256, 257, 1000} {
			for seed := range uint64(2) { // without and with a gap between rows
				a, x := draw[float32](seed, rows, 33, false), normals[float32](source(9), 33)
				if rows > 10 { // twins, so that the index decides; and one that is no number
					copy(a.Row(7), a.Row(3))
					copy(a.Row(rows-1), a.Row(3))
					a.Row(5)[1] = float32(math.NaN())
				}
				for _, k := range []int{0, 1, 10, 300} {
					for _, workers := range []int{1, 2, 3, 7} {
						require.Equal(t, byScore(rows, k, func(i int) float32 { return Dot(a.Row(i), x) }), TopDot(a, x, k, workers))
						near := TopNear(a, x, k, workers)
						for i := range near {
							near[i].Score = -near[i].Score
						}
						require.Equal(t, byScore(rows, k, func(i int) float32 { return -SquaredDistance(a.Row(i), x) }), near)
					}
				}
			}
		}
	})
}

func TestScanRefusesWhatDoesNotFit(t *testing.T) {
	a := NewMatrix[float32](3, 4)
	codes := EncodeRows(a, 1)
	for _, f := range []func(){
		func() { TopDot(a, make([]float32, 3), 1, 1) },
		func() { TopNear(a.T(), make([]float32, 3), 1, 1) },
		func() { codes.TopDot(a.Block(0, 0, 2, 4), make([]float32, 4), 1, 1, 1) },
		func() { codes.TopDot(a, make([]float32, 3), 1, 1, 1) },
	} {
		require.Panics(t, f)
	}
}

func TestEncodeInt8(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOf(rapid.Float32Range(-1e30, 1e30)).Draw(t, "x")
		codes := make([]int8, len(x))
		scale := EncodeInt8(codes, x)
		var largest float64
		for _, v := range x {
			largest = max(largest, math.Abs(float64(v)))
		}
		for i, v := range x {
			require.InDelta(t, v, float32(codes[i])*scale, float64(scale)*.50001+largest*1e-6)
		}
	})
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0} {
		codes := []int8{9, 9}
		require.Zero(t, EncodeInt8(codes, []float32{bad, 0}))
		require.Equal(t, []int8{0, 0}, codes)
	}
}

// clustered returns unit vectors around centers, as embeddings of goods of a
// hundred kinds would lie.
func clustered(seed uint64, rows, cols int) Matrix[float32] {
	r := source(seed)
	centers := NewMatrix[float32](100, cols)
	for i := range centers.Data {
		centers.Data[i] = float32(r.NormFloat64())
	}
	a := NewMatrix[float32](rows, cols)
	for i := range rows {
		center := centers.Row(r.IntN(centers.Rows))
		row := a.Row(i)
		for j := range row {
			row[j] = center[j] + .6*float32(r.NormFloat64())
		}
		Normalize(row)
	}
	return a
}

// recall is the share of the true best that codes find.
func recall(a Matrix[float32], codes Codes, queries Matrix[float32], k, candidates int) float64 {
	found := 0
	for q := range queries.Rows {
		want := TopDot(a, queries.Row(q), k, 0)
		got := codes.TopDot(a, queries.Row(q), k, candidates, 0)
		for _, s := range want {
			if slices.Contains(got, s) {
				found++
			}
		}
	}
	return float64(found) / float64(k*queries.Rows)
}

func TestCodesFindTheBest(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for name, a := range map[string]Matrix[float32]{
			"clustered": clustered(1, 5000, 384),
			"uniform":   dense[float32](2, 5000, 384),
		} {
			codes := EncodeRows(a, 2)
			queries := clustered(1, 30, 384)
			require.GreaterOrEqual(t, recall(a, codes, queries, 10, 40), .99, name)
			require.InDelta(t, 1, recall(a, codes, queries, 10, a.Rows), 0, "all are candidates")
			for _, workers := range []int{2, 3, 7} {
				require.Equal(t, codes.TopDot(a, queries.Row(0), 10, 40, 1), codes.TopDot(a, queries.Row(0), 10, 40, workers))
			}
		}
	})
}
