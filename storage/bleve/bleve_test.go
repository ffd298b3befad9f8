package bleve_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/bleve"
	"github.com/bodega-commerce/bodega/storage/storagetest"
)

func open(t *testing.T, path string, config bleve.Config) *bleve.Index {
	t.Helper()
	index, err := bleve.Open(path, config)
	require.NoError(t, err)
	return index
}

func TestConformance(t *testing.T) {
	for _, where := range []string{"memory", "disk"} {
		t.Run(where, func(t *testing.T) {
			storagetest.SearchIndex(t, func(t *testing.T) search.Index {
				path := ""
				if where == "disk" {
					path = filepath.Join(t.TempDir(), "index")
				}
				index := open(t, path, bleve.Config{Batch: 2})
				t.Cleanup(func() { require.NoError(t, index.Close()) })
				return index
			})
		})
	}
}

func titled(id, title string) search.Document {
	return search.Document{ID: id, Locale: "en", Text: map[string]string{search.FieldTitle: title}}
}

// The score must be BM25's: bleve's default is another model, and one kind of
// index ignores the setting.
func TestScoreIsBM25(t *testing.T) {
	for _, where := range []string{"memory", "disk"} {
		t.Run(where, func(t *testing.T) {
			path := ""
			if where == "disk" {
				path = filepath.Join(t.TempDir(), "index")
			}
			index := open(t, path, bleve.Config{Weights: search.FieldWeights{}})
			defer func() { require.NoError(t, index.Close()) }()
			require.NoError(t, index.Put(t.Context(), []search.Document{
				titled("a", "lamp"), titled("b", "lamp lamp"), titled("c", "lamp cord plug shade"), titled("d", "table")}))
			matches, err := index.Find(t.Context(), search.Words{Text: "lamp", Locale: "en"}, 10)
			require.NoError(t, err)
			scores := map[string]float64{}
			for _, m := range matches {
				scores[m.ID] = m.Score
			}
			bm25 := func(count, length float64) float64 { // mean length 8/4; bleve damps the count
				tf := math.Sqrt(count)
				return tf / (tf + 1.2*(1-0.75+0.75*length/2))
			}
			require.InDelta(t, bm25(1, 1)/bm25(1, 4), scores["a"]/scores["c"], 0.001, "tf-idf gives 2")
			require.InDelta(t, bm25(2, 2)/bm25(1, 1), scores["b"]/scores["a"], 0.001)
		})
	}
}

func TestLanguages(t *testing.T) {
	index := open(t, "", bleve.Config{})
	defer func() { require.NoError(t, index.Close()) }()
	for locale, l := range map[string][2]string{"en": {"Running shoes", "runs"}, "de-AT": {"Kleine Tische", "Tisch"}, "fr": {"Les chaises", "chaise"},
		"es": {"Zapatos negros", "zapato"}, "it": {"Tavoli bianchi", "tavolo"}, "nl": {"Houten stoelen", "stoel"}, "pt_BR": {"Camisas brancas", "camisa"},
		"ja": {"赤いソファ", "ソファ"}} {
		document := titled(locale, l[0])
		document.Locale = locale
		require.NoError(t, index.Put(t.Context(), []search.Document{document}))
		matches, err := index.Find(t.Context(), search.Words{Text: l[1], Locale: locale}, 3)
		require.NoError(t, err)
		require.Len(t, matches, 1, locale)
		require.Equal(t, locale, matches[0].ID)
	}
}

func TestPairsInTitle(t *testing.T) {
	index := open(t, "", bleve.Config{Pairs: 1})
	defer func() { require.NoError(t, index.Close()) }()
	require.NoError(t, index.Put(t.Context(), []search.Document{titled("a", "milk for chocolate"), titled("b", "chocolate with milk"), titled("c", "milk chocolate")}))
	matches, err := index.Find(t.Context(), search.Words{Text: "milk chocolate", Locale: "en"}, 3)
	require.NoError(t, err)
	require.Equal(t, "c", matches[0].ID)
	require.Greater(t, matches[0].Score, matches[1].Score)
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index")
	index := open(t, path, bleve.Config{})
	require.NoError(t, index.Put(t.Context(), []search.Document{titled("a", "Red sofas")}))
	require.NoError(t, index.Close())

	_, err := bleve.Open(path, bleve.Config{Weights: search.FieldWeights{"title": 9}})
	require.ErrorIs(t, err, bleve.ErrWeights)

	index = open(t, path, bleve.Config{})
	defer func() { require.NoError(t, index.Close()) }()
	matches, err := index.Find(t.Context(), search.Words{Text: "sofa", Locale: "en"}, 3)
	require.NoError(t, err)
	require.Len(t, matches, 1)
}

func TestConfig(t *testing.T) {
	for _, c := range []bleve.Config{{Batch: -1}, {Pairs: -1}, {Pairs: math.NaN()}, {Weights: search.FieldWeights{"title": 21}}} {
		_, err := bleve.Open("", c)
		require.ErrorContains(t, err, "Config.")
	}
}

// The engine and bleve have stemmers of their own; they must find the same.
func TestEngineLanguages(t *testing.T) {
	storagetest.SearchLanguages(t, func(t *testing.T) search.Index {
		index := open(t, "", bleve.Config{})
		t.Cleanup(func() { require.NoError(t, index.Close()) })
		return index
	})
}
