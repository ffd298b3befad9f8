package main

import (
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func writeProducts(t *testing.T, dir, lines string) {
	t.Helper()
	file, err := os.Create(filepath.Join(dir, "products.jsonl.gz"))
	require.NoError(t, err)
	w := gzip.NewWriter(file)
	_, err = w.Write([]byte(lines))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, file.Close())
}

func TestSearchIndexAndQuery(t *testing.T) {
	c := newCLI(t)
	writeProducts(t, c.dir, `{"id":"a","title":"Red sofa","brand":"Acme","price":90,"category":["Home","Seating"]}
		{"id":"b","title":"Blue sofa","brand":"Acme","price":50,"category":["Home","Seating"]}
		{"id":"c","title":"Oak table 183 cm","brand":"Bolt","price":70,"category":["Home","Tables"]}`)
	out := filepath.Join(t.TempDir(), "index")
	require.Contains(t, c.ok("search", "index", c.dir, "--out", out), "3 products")
	require.Contains(t, c.ok("search", "index", c.dir, "--out", out), "3 products", "in place of the one before")

	var a struct {
		Total      int `json:"total"`
		Correction *struct {
			Text    string `json:"text"`
			Applied bool   `json:"applied"`
		} `json:"correction"`
		Understood []struct {
			Words, Reason string
			Boost         bool
		} `json:"understood"`
		Hits []struct {
			ID, Title string
			Reasons   map[string]float64
		} `json:"hits"`
		Facets map[string][]struct {
			Value string
			Count int
		} `json:"facets"`
	}
	for _, from := range []string{out, c.dir} { // the index, and the products themselves
		require.NoError(t, json.Unmarshal([]byte(c.ok("search", "query", from, "sofa under $60", "--facet", "brand", "--facet", "price", "--json")), &a))
		require.Equal(t, 1, a.Total)
		require.Equal(t, "b", a.Hits[0].ID)
		require.Equal(t, "Blue sofa", a.Hits[0].Title)
		require.NotEmpty(t, a.Hits[0].Reasons)
		require.Equal(t, "costs up to 60", a.Understood[0].Reason)
		require.Equal(t, "Acme", a.Facets["brand"][0].Value)
		require.NotEmpty(t, a.Facets["price"])
	}
	require.NoError(t, json.Unmarshal([]byte(c.ok("search", "query", out, "sfoa", "--json", "--sort=-price", "--limit", "1")), &a))
	require.Equal(t, "sofa", a.Correction.Text)
	require.Len(t, a.Hits, 1)
	require.Equal(t, "a", a.Hits[0].ID)
	text := c.ok("search", "query", out, "6 ft table", "--filter", "price=60..", "--filter", "brand=Bolt", "--facet", "category")
	require.Contains(t, text, "Oak table 183 cm")
	require.Contains(t, text, "measures 6 ft")
	require.Contains(t, text, "Home > Tables")

	c.fails("is no number", "search", "query", out, "x", "--filter", "price=a..b")
	c.fails("FIELD=VALUE", "search", "query", out, "x", "--filter", "price")
	c.fails("products.jsonl.gz", "search", "query", t.TempDir(), "x")
	c.fails("no index", "search", "index", c.dir, "--out", c.dir)
	require.NoError(t, os.WriteFile(filepath.Join(out, "lsa.bin"), []byte("bodega"), 0o600))
	c.fails("saved state", "search", "query", out, "x")
	require.NoError(t, os.WriteFile(filepath.Join(out, "index.json"), []byte(`{"version":9}`), 0o600))
	c.fails("version 9", "search", "query", out, "x")
}

func TestSearchEvaluate(t *testing.T) {
	c := newCLI(t)
	writeProducts(t, c.dir, `{"id":"a","title":"Red sofa"}{"id":"b","title":"Blue sofa"}`)
	queries, labels := filepath.Join(c.dir, "q.csv"), filepath.Join(c.dir, "l.csv")
	require.NoError(t, os.WriteFile(queries, []byte("query_id,query\n1,blue sofa\n"), 0o600))
	require.NoError(t, os.WriteFile(labels, []byte("query_id,product_id,label,gain\n1,b,E,1\n"), 0o600))

	var report struct {
		Rows []map[string]any `json:"rows"`
	}
	require.NoError(t, json.Unmarshal([]byte(c.ok("search", "evaluate", c.dir, "--queries", queries, "--labels", labels, "--json")), &report))
	require.Len(t, report.Rows, 4)
	require.Equal(t, "default", report.Rows[3]["name"])
	for _, metric := range []string{"ndcg@10", "recall@100", "mrr", "rerank_ndcg"} {
		require.InDelta(t, 1, report.Rows[3][metric], 1e-9, metric)
	}
	require.Contains(t, c.ok("search", "evaluate", c.dir, "--queries", queries, "--labels", labels), "default")
	c.fails("queries-dev.csv", "search", "evaluate", c.dir, "--labels", labels)
}

// The model that the environment names takes the place of the one that is
// learned from the documents.
func TestSearchEvaluateAsksTheModel(t *testing.T) {
	c := newCLI(t)
	writeProducts(t, c.dir, `{"id":"a","title":"Red sofa"}
		{"id":"b","title":"Red desk lamp"}
		{"id":"c","title":"Desk lamp"}`)
	write := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	queries, labels := write("queries.csv", "query_id,query\n1,couch\n"), write("labels.csv", "query_id,product_id,label,gain\n1,a,E,1\n1,b,I,0\n")
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Model string
			Input []string
		}
		data := []map[string]any{}
		if json.NewDecoder(r.Body).Decode(&in) != nil || in.Model != "seats" {
			http.Error(w, "what?", http.StatusBadRequest)
			return
		}
		for i, text := range in.Input {
			seat := 0
			if strings.Contains(text, "sofa") || strings.Contains(text, "couch") {
				seat = 1
			}
			data = append(data, map[string]any{"index": i, "embedding": []int{seat, 1 - seat}})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
	}))
	defer model.Close()
	ndcg := func() (vectors float64) {
		var report struct {
			Rows []struct {
				Name string  `json:"name"`
				NDCG float64 `json:"ndcg@10"`
			} `json:"rows"`
		}
		require.NoError(t, json.Unmarshal([]byte(c.ok("search", "evaluate", c.dir, "--queries", queries, "--labels", labels, "--json")), &report))
		require.Equal(t, "vectors", report.Rows[1].Name)
		return report.Rows[1].NDCG
	}
	require.Zero(t, ndcg(), "no product has the word")
	c.env["BODEGA_EMBEDDINGS_URL"], c.env["BODEGA_EMBEDDINGS_MODEL"] = model.URL+"/v1", "seats"
	require.InDelta(t, 1, ndcg(), 0)
	c.env["BODEGA_EMBEDDINGS_MODEL"] = "tables"
	c.fails("400", "search", "evaluate", c.dir, "--queries", queries, "--labels", labels)
}
