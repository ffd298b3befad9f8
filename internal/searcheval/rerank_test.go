package searcheval

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

// standIn is a reranker that half knows what the judges said, in place of a
// cross-encoder.
type standIn struct {
	query *Query
	noise *rand.Rand
}

func (s *standIn) Scores(_ context.Context, _ string, docs []search.Document) ([]float64, error) {
	scores := make([]float64, len(docs))
	for i, d := range docs {
		scores[i] = s.query.Gains[d.ID] + 0.5*s.noise.NormFloat64()
	}
	return scores, nil
}

// TestRerankerOnESCI shows what the pipeline leaves to a reranker: with one
// whose errors are half as large as the whole scale, more than 0.72.
func TestRerankerOnESCI(t *testing.T) {
	d, plain := esci(t)
	byID := map[string]search.Document{}
	for _, doc := range d.Documents {
		byID[doc.ID] = doc
	}
	reader := &standIn{noise: rand.New(rand.NewPCG(1, 1))}
	engine, err := Engine(t.Context(), d.Documents, nil, nil, search.Config{Reranker: reader, Texts: func(_ context.Context, ids []string) ([]search.Document, error) {
		docs := make([]search.Document, len(ids))
		for i, id := range ids {
			docs[i] = byID[id]
		}
		return docs, nil
	}})
	require.NoError(t, err)
	before, err := run(t.Context(), plain, d.Queries, search.Ranked)
	require.NoError(t, err)
	var each []Scores
	for i := range d.Queries {
		reader.query = &d.Queries[i]
		row, err := run(t.Context(), engine, d.Queries[i:i+1], search.Ranked)
		require.NoError(t, err)
		each = append(each, row.Each...)
	}
	after := Mean(each)
	t.Logf("without %+v", before.Scores)
	t.Logf("with the stand-in %+v", after)
	require.Greater(t, after.NDCG10, 0.72)
	require.InDelta(t, before.Recall100, after.Recall100, 0.01)
}
