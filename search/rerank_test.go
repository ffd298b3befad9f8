package search_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

// reader is a reranker in place of a cross-encoder.
type reader func(ctx context.Context, query string, docs []search.Document) ([]float64, error)

func (r reader) Scores(ctx context.Context, query string, docs []search.Document) ([]float64, error) {
	return r(ctx, query, docs)
}

// shopTexts gives the documents of the shop, in another order.
func shopTexts(_ context.Context, ids []string) ([]search.Document, error) {
	docs := slices.DeleteFunc(shop(), func(d search.Document) bool { return !slices.Contains(ids, d.ID) })
	slices.Reverse(docs)
	return docs, nil
}

// shortest likes short titles.
func shortest(_ context.Context, _ string, docs []search.Document) ([]float64, error) {
	scores := make([]float64, len(docs))
	for i, d := range docs {
		scores[i] = -float64(len(d.Text[search.FieldTitle]))
	}
	return scores, nil
}

func TestRerankerOrders(t *testing.T) {
	t.Parallel()
	plain := newEngine(t, search.Config{})
	q := search.Query{Text: "sofa", Locale: "en", Limit: 50}
	before, err := plain.Search(t.Context(), q)
	require.NoError(t, err)
	require.Greater(t, len(before.Hits), 2)
	e := newEngine(t, search.Config{Reranker: reader(shortest), Texts: shopTexts})
	after, err := e.Search(t.Context(), q)
	require.NoError(t, err)
	require.Equal(t, before.Total, after.Total)
	require.Len(t, after.Hits, len(before.Hits))
	titles := map[string]int{}
	for _, d := range shop() {
		titles[d.ID] = len(d.Text[search.FieldTitle])
	}
	for i, h := range after.Hits[1:] {
		require.LessOrEqual(t, titles[after.Hits[i].ID], titles[h.ID])
		require.LessOrEqual(t, h.Score, after.Hits[i].Score)
	}
	require.True(t, slices.ContainsFunc(after.Hits[0].Reasons, func(r search.Reason) bool { return r.Signal == "reranker" }))

	// Only the first two are read; the others stay behind as they were.
	e = newEngine(t, search.Config{Reranker: reader(shortest), RerankDepth: 2, Texts: shopTexts})
	after, err = e.Search(t.Context(), q)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{before.Hits[0].ID, before.Hits[1].ID}, []string{after.Hits[0].ID, after.Hits[1].ID})
	require.Equal(t, before.Hits[2].ID, after.Hits[2].ID)
	for i, h := range after.Hits[1:] {
		require.LessOrEqual(t, h.Score, after.Hits[i].Score)
	}

	// Rules are above it.
	last := after.Hits[len(after.Hits)-1].ID
	require.NoError(t, e.SetRules([]search.Rule{{Name: "first", Pins: []search.Pin{{ID: last, Position: 1}}}}))
	after, err = e.Search(t.Context(), q)
	require.NoError(t, err)
	require.Equal(t, last, after.Hits[0].ID)
}

func TestRerankerFails(t *testing.T) {
	t.Parallel()
	q := search.Query{Text: "sofa", Locale: "en", Limit: 50}
	before, err := newEngine(t, search.Config{}).Search(t.Context(), q)
	require.NoError(t, err)
	for name, r := range map[string]reader{
		"is away":     func(context.Context, string, []search.Document) ([]float64, error) { return nil, errors.New("is away") },
		"scored 1 of": func(context.Context, string, []search.Document) ([]float64, error) { return []float64{1}, nil },
	} {
		e := newEngine(t, search.Config{Reranker: r, Texts: shopTexts})
		after, err := e.Search(t.Context(), q)
		require.NoError(t, err)
		require.Contains(t, after.Degraded, name)
		require.Equal(t, before.Hits, after.Hits)
	}
	_, err = search.New(nil, nil, nil, search.Config{Reranker: reader(shortest)})
	require.ErrorContains(t, err, "Config.Texts")
	_, err = search.New(nil, nil, nil, search.Config{RerankDepth: -1})
	require.ErrorContains(t, err, "Config.RerankDepth")
}

func TestProductsMayGoWhileTheRerankerReads(t *testing.T) {
	t.Parallel()
	var e *search.Engine
	gone := ""
	e = newEngine(t, search.Config{Texts: shopTexts, Reranker: reader(func(ctx context.Context, query string, docs []search.Document) ([]float64, error) {
		gone = docs[0].ID
		if err := e.Delete(ctx, []string{gone}); err != nil {
			return nil, err
		}
		require.Contains(t, query, "sofa")
		return shortest(ctx, query, docs)
	})})
	r, err := e.Search(t.Context(), search.Query{Text: "sofa", Locale: "en", Limit: 50, Facets: []search.FacetRequest{{Field: search.FieldBrand}}})
	require.NoError(t, err)
	require.NotEmpty(t, gone)
	require.False(t, slices.ContainsFunc(r.Hits, func(h search.Hit) bool { return h.ID == gone }))
	require.Len(t, r.Hits, r.Total)
}
