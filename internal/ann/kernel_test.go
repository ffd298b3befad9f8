package ann

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDotCodesAgainstGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stride := codeBlock * rapid.IntRange(1, 30).Draw(t, "blocks")
		rows := rapid.IntRange(0, 11).Draw(t, "rows")
		limit := int16(queryLimit(stride))
		query := rapid.SliceOfN(rapid.Int16Range(-limit, limit), stride, stride).Draw(t, "query")
		codes := rapid.SliceOfN(rapid.Int8Range(-127, 127), rows*stride, rows*stride).Draw(t, "codes")
		want, got := make([]int32, rows), make([]int32, rows)
		dotCodesGo(want, codes, query)
		dotCodes(got, codes, query)
		require.Equal(t, want, got)
	})
}

func TestDotCodesAtTheLimit(t *testing.T) {
	for _, dim := range []int{16, 256, 1024, maxDim} {
		limit := int16(queryLimit(dim))
		query, codes := make([]int16, dim), make([]int8, 5*dim)
		for i := range query {
			query[i] = limit
			for row := range 5 {
				codes[row*dim+i] = 127
			}
		}
		got := make([]int32, 5)
		dotCodes(got, codes, query)
		want := int64(limit) * 127 * int64(dim)
		require.LessOrEqual(t, want, int64(math.MaxInt32))
		for _, g := range got {
			require.Equal(t, want, int64(g))
		}
	}
}

func TestQuantizedScoresAreClose(t *testing.T) {
	for _, metric := range []Metric{Cosine, InnerProduct, L2} {
		rapid.Check(t, func(t *rapid.T) {
			dim := rapid.IntRange(1, 70).Draw(t, "dim")
			vector := rapid.SliceOfN(rapid.Float32Range(-4, 4), dim, dim)
			x, err := New(dim, Config{Metric: metric})
			require.NoError(t, err)
			l := x.newList(vector.Draw(t, "centre"), 0)
			for range 3 {
				x.push(l, "", vector.Draw(t, "row"))
			}
			w := x.borrow(vector.Draw(t, "query"))
			x.scanCodes(l, w)
			for slot := range l.ids {
				// Half a step of the codes in each dimension against the residual.
				var bound float64
				for _, r := range w.residual {
					bound += math.Abs(float64(r)) * float64(l.scale[slot])
				}
				require.InDelta(t, x.score(w.query, l.row(slot, dim)), w.scores[slot], 1.1*bound+0.01)
			}
		})
	}
}

func TestQuantizeTinyAndHuge(t *testing.T) {
	codes := make([]int16, 16)
	require.Zero(t, quantizeQuery(codes, []float32{1e-40, 0}))
	require.Equal(t, make([]int16, 16), codes)
	scale := quantizeQuery(codes, []float32{1e15, -1e15})
	require.InEpsilon(t, 1e15, float64(scale)*float64(codes[0]), 1e-3)
}
