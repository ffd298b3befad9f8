package main

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSearchEvaluate(t *testing.T) {
	c := newCLI(t)
	file, err := os.Create(filepath.Join(c.dir, "products.jsonl.gz"))
	require.NoError(t, err)
	w := gzip.NewWriter(file)
	_, err = w.Write([]byte(`{"id":"a","title":"Red sofa"}{"id":"b","title":"Blue sofa"}`))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, file.Close())
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
