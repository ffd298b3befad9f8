package search

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// counting is an embedder that counts the texts it is asked for.
type counting struct{ documents, queries int }

func (c *counting) EmbedDocuments(_ context.Context, docs []Document) ([][]float32, error) {
	c.documents += len(docs)
	out := make([][]float32, len(docs))
	for i, d := range docs {
		out[i] = []float32{1, float32(len(d.Text[FieldTitle]))}
	}
	return out, nil
}

func (c *counting) EmbedQueries(_ context.Context, queries []string) ([][]float32, error) {
	c.queries += len(queries)
	out := make([][]float32, len(queries))
	for i, q := range queries {
		out[i] = []float32{2, float32(len(q))}
	}
	return out, nil
}

type mapMemo struct {
	values map[string][]byte
	err    error
}

func (m *mapMemo) Get(_ context.Context, keys []string) (map[string][]byte, error) {
	found := map[string][]byte{}
	for _, k := range keys {
		if v, ok := m.values[k]; ok {
			found[k] = v
		}
	}
	return found, m.err
}

func (m *mapMemo) Put(_ context.Context, values map[string][]byte) error {
	maps.Copy(m.values, values)
	return m.err
}

func TestRememberAsksForATextOnce(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	inner, memo := &counting{}, &mapMemo{values: map[string][]byte{}}
	e := Remember(inner, "m", memo)
	doc := func(title string) Document { return Document{Text: map[string]string{FieldTitle: title}} }
	docs := []Document{doc("sofa"), doc("lamp stand"), doc("sofa")}
	got, err := e.EmbedDocuments(ctx, docs)
	require.NoError(t, err)
	require.Equal(t, [][]float32{{1, 4}, {1, 10}, {1, 4}}, got)
	require.Equal(t, 2, inner.documents, "like texts are one")

	docs = append(docs, doc("rug"))
	docs[0].ID, docs[0].Unavailable = "other", true
	got, err = Remember(inner, "m", memo).EmbedDocuments(ctx, docs)
	require.NoError(t, err)
	require.Equal(t, [][]float32{{1, 4}, {1, 10}, {1, 4}, {1, 3}}, got)
	require.Equal(t, 3, inner.documents, "what is no text does not count")

	_, err = Remember(inner, "another", memo).EmbedDocuments(ctx, docs[:2])
	require.NoError(t, err)
	require.Equal(t, 5, inner.documents)
	moved := Document{Text: map[string]string{FieldDescription: "sofa"}}
	_, err = e.EmbedDocuments(ctx, []Document{moved})
	require.NoError(t, err)
	require.Equal(t, 6, inner.documents, "the field counts")

	for _, broken := range [][]byte{nil, {1, 2, 3}, {0, 0, 0xc0, 0x7f}} { // the last is no number
		for _, key := range slices.Collect(maps.Keys(memo.values)) {
			memo.values[key] = broken
		}
		before := inner.documents
		got, err := e.EmbedDocuments(ctx, docs[:1])
		require.NoError(t, err)
		require.Equal(t, [][]float32{{1, 4}}, got)
		require.Equal(t, before+1, inner.documents, "what is broken is made anew")
	}
	memo.err = errors.New("no disk")
	_, err = e.EmbedDocuments(ctx, docs[:1])
	require.ErrorIs(t, err, memo.err)
}

func TestRememberKeepsTheLatestQueries(t *testing.T) {
	t.Parallel()
	inner := &counting{}
	e := Remember(inner, "m", &mapMemo{})
	ask := func(q string) {
		got, err := e.EmbedQueries(t.Context(), []string{q})
		require.NoError(t, err)
		require.Equal(t, [][]float32{{2, float32(len(q))}}, got)
		got[0][0] = 7 // is the caller's
	}
	ask("sofa")
	ask("sofa")
	require.Equal(t, 1, inner.queries)
	for i := range 2 * recentQueries {
		ask(fmt.Sprint(i))
		ask("sofa")
	}
	require.Equal(t, 1+2*recentQueries, inner.queries, "what is asked again and again stays")
	ask("0")
	require.Equal(t, 2+2*recentQueries, inner.queries, "what was not is forgotten")
	r, ok := e.(*remembering)
	require.True(t, ok)
	require.LessOrEqual(t, len(r.young)+len(r.old), 2*recentQueries)
}
