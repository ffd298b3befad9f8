package searcheval

import (
	"bytes"
	"compress/gzip"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/bleve"
)

func TestScore(t *testing.T) {
	q := Query{Gains: map[string]float64{"a": 1, "b": 1, "c": 0.1, "d": 0}, Exact: map[string]bool{"a": true, "b": true}}
	s := q.Score([]string{"x", "a", "c"})
	ideal := 1 + 1/math.Log2(3) + 0.1/2
	require.InDelta(t, (1/math.Log2(3)+0.1/2)/ideal, s.NDCG10, 1e-12)
	require.InDelta(t, 0.5, s.Recall100, 1e-12)
	require.InDelta(t, 0.5, s.MRR, 1e-12)
	require.InDelta(t, (1+0.1/math.Log2(3)+1./2)/ideal, s.Rerank, 1e-12, "the missing b comes third")
	perfect := q.Score([]string{"a", "b", "c"})
	require.InDelta(t, 1, perfect.NDCG10, 1e-12)
	require.InDelta(t, 1, perfect.Rerank, 1e-12)
	require.Equal(t, Scores{}, (&Query{}).Score([]string{"a"}))
}

func TestBootstrap(t *testing.T) {
	a, b := make([]float64, 50), make([]float64, 50)
	for i := range a {
		a[i] = 0.5 + 0.2*float64(i%2)
		b[i] = 0.5
	}
	i := Bootstrap(a, b, 1)
	require.Greater(t, i.Low, 0.05)
	require.Less(t, i.High, 0.15)
	require.Equal(t, Interval{}, Bootstrap(b, b, 1))
}

func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte(`{"id":"a","title":"Red sofa","brand":"Acme","color":"red","category":["Home","Sofas"],"price":9.5,"rating":4.5,"rating_count":7}
{"id":"b","title":"Blue sofa","category":["Home","Sofas"],"price":null}
{"id":"c","title":"Oak table","bullets":"solid wood","category":["Home","Tables"]}`))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for name, content := range map[string]string{"products.jsonl.gz": packed.String(), "queries-dev.csv": "query_id,query\n0,red sofa\n1,nobody judged this\n",
		"labels-dev.csv": "query_id,product_id,label,gain\n0,a,E,1.0\n0,b,S,0.1\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	return dir
}

func TestEvaluate(t *testing.T) {
	d, err := Load(t.Context(), Files{Folder: folder(t)})
	require.NoError(t, err)
	require.Len(t, d.Queries, 1)
	require.Len(t, d.Documents, 3)
	require.Equal(t, 7, d.Documents[0].Ratings)
	r, err := Evaluate(t.Context(), d, nil, search.NewMemoryIndex(nil), nil, search.Config{})
	require.NoError(t, err)
	var names []string
	for _, row := range r.Rows {
		names = append(names, row.Name)
	}
	require.Equal(t, []string{"keyword", "vectors", "fused", "default"}, names)
	require.InDelta(t, 1, r.Rows[0].NDCG10, 1e-12)
	require.InDelta(t, 1, r.Rows[3].MRR, 1e-12)
	var table, json bytes.Buffer
	require.NoError(t, r.Print(&table))
	require.NoError(t, r.JSON(&json))
	require.Contains(t, table.String(), "default")
	require.Contains(t, json.String(), `"rerank_ndcg"`)
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	dir := folder(t)
	write := func(content string) string {
		path := filepath.Join(dir, "labels.csv")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	for content, says := range map[string]string{"query_id,product_id,gain\n": "no column label", "query_id,product_id,label,gain\n0,a,E,much\n": "line 2",
		"query_id,product_id,label,gain\n9,a,E,1\n": "no query"} {
		_, err := Load(t.Context(), Files{Folder: dir, Labels: write(content)})
		require.ErrorContains(t, err, says)
	}
	_, err := Load(t.Context(), Files{Folder: t.TempDir()})
	require.ErrorIs(t, err, os.ErrNotExist)
}

// esci indexes the judged queries' products, which takes so long that it must
// be asked for.
func esci(t *testing.T) (*Data, *search.Engine) {
	t.Helper()
	products := testenv.Data(t, "esci-150/products.jsonl.gz")
	if os.Getenv("BODEGA_LONG") == "" {
		t.Skip("set BODEGA_LONG=1 to evaluate search on esci-150")
	}
	d, err := Load(t.Context(), Files{Folder: filepath.Dir(products)})
	require.NoError(t, err)
	index, err := bleve.Open("", bleve.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, index.Close()) })
	engine, err := Engine(t.Context(), d.Documents, index, nil, search.Config{})
	require.NoError(t, err)
	return d, engine
}

// mostGain is the category whose judged products are worth most together.
func mostGain(d *Data, q Query) string {
	sums := map[string]float64{}
	for _, p := range d.Documents {
		for _, way := range p.Categories {
			sums[search.CategoryPath(way...)] += q.Gains[p.ID]
		}
	}
	best := ""
	for _, path := range slices.Sorted(maps.Keys(sums)) {
		if sums[path] > sums[best] {
			best = path
		}
	}
	return best
}

// The promise of the default ranking on judged queries, with room for other
// processors' rounding.
func TestESCI(t *testing.T) {
	d, engine := esci(t)
	keyword, err := run(t.Context(), engine, d.Queries, search.Keyword)
	require.NoError(t, err)
	ranked, err := run(t.Context(), engine, d.Queries, search.Ranked)
	require.NoError(t, err)
	t.Logf("keyword %+v", keyword.Scores)
	t.Logf("default %+v", ranked.Scores)
	require.Greater(t, ranked.Recall100, 0.92)
	require.Greater(t, ranked.NDCG10, keyword.NDCG10)
	require.Greater(t, ranked.Rerank, keyword.Rerank)

	judged, err := Judge(t.Context(), engine, d.Queries)
	require.NoError(t, err)
	each, err := CrossValidate(t.Context(), d.Queries, judged, 5, Linear(search.LinearConfig{}))
	require.NoError(t, err)
	t.Logf("trained, 5 folds %+v", Mean(each))
	for _, negated := range []bool{true, false} { // many of these queries say what is not wanted
		var words, ranks []Scores
		for i, q := range d.Queries {
			if strings.Contains(" "+strings.ToLower(q.Text)+" ", " without ") == negated {
				words, ranks = append(words, keyword.Each[i]), append(ranks, each[i])
			}
		}
		t.Logf("without=%t: %d queries, keyword %+v, trained %+v", negated, len(words), Mean(words), Mean(ranks))
	}
	top, inShown := 0, 0
	for _, q := range d.Queries {
		most := mostGain(d, q)
		found, err := engine.Predict(t.Context(), search.Query{Text: q.Text, Locale: "en"})
		require.NoError(t, err)
		for i, c := range found {
			if c.Category == most && i == 0 {
				top++
			}
			if c.Category == most {
				inShown++
			}
		}
	}
	t.Logf("category with most gain: predicted first for %d of %d queries, among those predicted for %d", top, len(d.Queries), inShown)
	require.Greater(t, top*2, len(d.Queries))
	ranker, err := search.TrainLinear(t.Context(), judged, search.LinearConfig{})
	require.NoError(t, err)
	for i, name := range search.Signals() {
		t.Logf("%-24s %.2f", name, ranker[i])
	}
	require.Greater(t, Mean(each).NDCG10, keyword.NDCG10)
}

// Trees over the weights: with as few queries as these, those that serve must
// not do worse than the weights alone.
func TestTreesOnESCI(t *testing.T) {
	d, engine := esci(t)
	judged, err := Judge(t.Context(), engine, d.Queries)
	require.NoError(t, err)
	linear, err := CrossValidate(t.Context(), d.Queries, judged, 5, Linear(search.LinearConfig{}))
	require.NoError(t, err)
	trees, err := CrossValidate(t.Context(), d.Queries, judged, 5, Trees(search.TreeConfig{}))
	require.NoError(t, err)
	t.Logf("weights, 5 folds %+v", Mean(linear))
	t.Logf("trees, 5 folds %+v, ndcg@10 over weights %+v", Mean(trees), Bootstrap(ndcg(trees), ndcg(linear), 0))
	require.Greater(t, Mean(trees).NDCG10, Mean(linear).NDCG10-0.005)
}
