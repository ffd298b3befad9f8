package ann_test

import (
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"runtime"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/ann"
	"github.com/bodega-commerce/bodega/internal/ann/anntest"
)

func saved(t testing.TB, x *ann.Index) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, x.Save(&file))
	return file.Bytes()
}

func TestSaveAndLoad(t *testing.T) {
	vectors := anntest.Clustered(anntest.Shape{Clusters: 50}, 5100, 5)
	for _, cfg := range []ann.Config{{}, {Metric: ann.L2}, {Metric: ann.InnerProduct, Quantize: ann.None}, {Exact: true}} {
		x := newIndex(t, 64, cfg, vectors[:5000])
		_, err := x.Delete(t.Context(), "17", "4711")
		require.NoError(t, err)
		file := saved(t, x)
		y, err := ann.Load(iotest.OneByteReader(bytes.NewReader(file)), cfg)
		require.NoError(t, err)
		require.Equal(t, x.Len(), y.Len())
		for _, q := range vectors[5000:] {
			want, err := x.Search(t.Context(), q, 10, ann.Options{})
			require.NoError(t, err)
			got, err := y.Search(t.Context(), q, 10, ann.Options{})
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		require.True(t, bytes.Equal(file, saved(t, y)))
		require.NoError(t, y.Add(t.Context(), numbered(vectors[5000:], 5000)...))
		require.Equal(t, 4998+100, y.Len())
	}
}

func TestLoadAsAnotherKind(t *testing.T) {
	file := saved(t, newIndex(t, 8, ann.Config{}, anntest.Uniform(8, 50, 1)))
	for _, cfg := range []ann.Config{{Metric: ann.L2}, {Exact: true}} {
		_, err := ann.Load(bytes.NewReader(file), cfg)
		var format *ann.FormatError
		require.ErrorAs(t, err, &format)
	}
	_, err := ann.Load(bytes.NewReader(file), ann.Config{ListSize: -1})
	var config *ann.ConfigError
	require.ErrorAs(t, err, &config)
}

func TestDamagedFiles(t *testing.T) {
	file := saved(t, newIndex(t, 5, ann.Config{ListSize: 8}, anntest.Uniform(5, 40, 1)))
	var format *ann.FormatError
	for n := range file {
		_, err := ann.Load(bytes.NewReader(file[:n]), ann.Config{})
		require.ErrorAs(t, err, &format, "cut at %d", n)
		for _, bit := range []byte{1, 0x80} {
			damaged := bytes.Clone(file)
			damaged[n] ^= bit
			_, err = ann.Load(bytes.NewReader(damaged), ann.Config{})
			require.ErrorAs(t, err, &format, "altered at %d", n)
		}
	}
	_, err := ann.Load(bytes.NewReader(append(bytes.Clone(file), 0)), ann.Config{})
	require.ErrorAs(t, err, &format)
	broken := errors.New("broken")
	_, err = ann.Load(io.MultiReader(bytes.NewReader(file[:100]), iotest.ErrReader(broken)), ann.Config{})
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, newIndex(t, 2, ann.Config{}, [][]float32{{1, 1}}).Save(failing{broken}), broken)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestHugeClaims loads headers that promise more than follows.
func TestHugeClaims(t *testing.T) {
	file := saved(t, newIndex(t, 64, ann.Config{}, anntest.Uniform(64, 1, 1)))
	for _, at := range []int{12, 20, 40} { // dimensions, lists, vectors of the first list
		for _, top := range []byte{0, 0xff} {
			claim := bytes.Clone(file)
			copy(claim[at:], []byte{0xff, 0x3f, top, top})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := ann.Load(bytes.NewReader(claim), ann.Config{})
			runtime.ReadMemStats(&after)
			var format *ann.FormatError
			require.ErrorAs(t, err, &format)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20))
		}
	}
}

// FuzzLoad repairs the checksum, so that the rest has to hold on its own.
func FuzzLoad(f *testing.F) {
	f.Add(saved(f, newIndex(f, 3, ann.Config{ListSize: 8}, anntest.Uniform(3, 40, 1))), uint8(0), false)
	f.Add(saved(f, newIndex(f, 2, ann.Config{Metric: ann.L2, Exact: true, ListSize: 8}, anntest.Uniform(2, 20, 1))), uint8(2), true)
	f.Fuzz(func(t *testing.T, file []byte, metric uint8, exact bool) {
		if n := len(file) - 4; n > 0 {
			sum := crc32.Checksum(file[:n], crc32.MakeTable(crc32.Castagnoli))
			file = append(bytes.Clone(file[:n]), byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24))
		}
		x, err := ann.Load(bytes.NewReader(file), ann.Config{Metric: ann.Metric(metric), Exact: exact, ListSize: 8})
		if err != nil {
			return
		}
		query := make([]float32, x.Dim())
		query[0] = 1
		hits, err := x.Search(t.Context(), query, 5, ann.Options{})
		require.NoError(t, err)
		require.Len(t, hits, min(5, x.Len()))
		require.NoError(t, x.Add(t.Context(), ann.Item{ID: "new", Vector: query}))
		if len(hits) > 0 {
			_, err = x.Delete(t.Context(), hits[0].ID)
			require.NoError(t, err)
		}
		require.NoError(t, x.Optimize(t.Context()))
		again, err := ann.Load(bytes.NewReader(saved(t, x)), ann.Config{Metric: ann.Metric(metric), Exact: exact, ListSize: 8})
		require.NoError(t, err)
		require.Equal(t, x.Len(), again.Len())
	})
}
