package search_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/search"
)

func texts(all []search.Suggestion) (out []string) {
	marks := strings.NewReplacer(search.HighlightStart, "[", search.HighlightEnd, "]")
	for _, s := range all {
		out = append(out, marks.Replace(s.Highlight))
	}
	return out
}

func typist(t testing.TB) *search.Engine {
	t.Helper()
	engine, err := search.New(nil, nil, nil, search.Config{})
	require.NoError(t, err)
	put := func(id, title string, sales float64, gone bool) {
		require.NoError(t, engine.Put(context.Background(), []search.Document{{ID: id, Text: map[string]string{"title": title, "description": "couch for living"},
			Popularity: sales, Unavailable: gone, Categories: [][]string{{"Furniture", "Sofas & Co"}}, Attributes: map[string][]string{"channel": {"web"}}}}))
	}
	put("a", "Leather Sofa Red", 10, false)
	put("b", "Sofa Table", 100, false)
	put("c", "Soft Cushions", 50, true)
	put("d", "Café Chair 2000", 5, false)
	engine.SetQueries([]search.PopularQuery{{Text: "Sofa  bed", Count: 7}, {Text: "red sofa", Count: 3}, {Text: "sofas", Count: 9}, {Text: "", Count: 4}})
	return engine
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	engine := typist(t)
	suggest := func(text string) *search.Suggestions {
		s, err := engine.Suggest(t.Context(), search.SuggestQuery{Text: text})
		require.NoError(t, err)
		return s
	}
	s := suggest("sof")
	require.Equal(t, []string{"[Sof]a Table", "Leather [Sof]a Red", "[Sof]t Cushions"}, texts(s.Documents), "popular ones first, what is gone last")
	require.Equal(t, []string{"[Sof]as & Co"}, texts(s.Categories))
	require.Equal(t, 4, s.Categories[0].Count)
	require.Equal(t, "Furniture > Sofas & Co", s.Categories[0].ID)
	require.Equal(t, []string{"[sof]as", "[sof]a bed", "red [sof]a"}, texts(s.Queries))

	require.Equal(t, []string{"[Leather] [Sof]a Red"}, texts(suggest("leather sof").Documents))
	require.Equal(t, []string{"[Lea]ther [Sofa] Red"}, texts(suggest("sofas lea").Documents), "in any order")
	require.Equal(t, []string{"[Leather] [Sofa] Red"}, texts(suggest("lether sofa ").Documents), "mistakes are forgiven")
	require.Equal(t, []string{"[Leather] Sofa Red"}, texts(suggest("leahte").Documents), "in the last word, too")
	require.Equal(t, []string{"[Caf]é Chair 2000"}, texts(suggest("caf").Documents))
	require.Equal(t, []string{"Café Chair [2000]"}, texts(suggest("2000").Documents))
	require.Empty(t, suggest("couch").Documents, "titles are suggested by titles")
	none := suggest("")
	require.Empty(t, none.Documents)
	require.Len(t, none.Queries, 3)
	require.Equal(t, "Furniture", none.Categories[0].Text)

	hidden, err := engine.Suggest(t.Context(), search.SuggestQuery{Text: "sof", Filters: []search.Filter{{Field: "channel", Values: []string{"app"}}}})
	require.NoError(t, err)
	require.Empty(t, hidden.Documents)
	require.NoError(t, engine.Delete(t.Context(), []string{"b"}))
	require.NotContains(t, texts(suggest("sof").Documents), "[Sof]a Table")
	var refused *search.QueryError
	_, err = engine.Suggest(t.Context(), search.SuggestQuery{Text: strings.Repeat("a", 3000)})
	require.ErrorAs(t, err, &refused)
}

func TestCorrect(t *testing.T) {
	t.Parallel()
	engine, err := search.New(nil, nil, nil, search.Config{})
	require.NoError(t, err)
	docs := goods(100, 1)
	for i := range docs {
		docs[i].Text["note"] = "laptop stand without assembly, Café"
	}
	require.NoError(t, engine.Put(t.Context(), docs))
	for typed, meant := range map[string]string{
		"red sofq":            "red sofa",
		"Blue  CHIAR!":        "Blue  chair!",
		"lap top":             "laptop",
		"withot assembly":     "without assembly",
		"greenchair":          "green chair",
		"tabel lamp":          "table lamp",
		"sofa made of stele":  "sofa made of steel",
		"lamp mdae of wodo":   "lamp made of wood",
		"assemlby":            "assembly",
		"chair xzqwv":         "",
		"red sofas":           "",
		"R2D2x sofa":          "",
		"caf\u00e9 cafe CAFE": "",
	} {
		c := engine.Correct(typed)
		if meant == "" {
			require.Nil(t, c, typed)
			continue
		}
		require.NotNil(t, c, typed)
		require.True(t, c.Applied, typed)
		require.Equal(t, meant, c.Text)
	}
	result, err := engine.Search(t.Context(), search.Query{Text: "grene sofa"})
	require.NoError(t, err)
	require.Equal(t, &search.Correction{Text: "green sofa", Applied: true}, result.Correction)
	require.NotEmpty(t, result.Hits)
	literal, err := engine.Search(t.Context(), search.Query{Text: "grene", Literal: true})
	require.NoError(t, err)
	require.Empty(t, literal.Hits)
	require.Nil(t, literal.Correction)
}

func TestWordsTheCatalogKnowsStay(t *testing.T) {
	t.Parallel()
	engine, err := search.New(nil, nil, nil, search.Config{})
	require.NoError(t, err)
	docs := goods(100, 1)
	require.NoError(t, engine.Put(t.Context(), docs))
	known := []string{"red", "blue", "green", "sofa", "lamp", "table", "rug", "chair", "made", "of", "wood", "steel", "home", "sofas", "42", "for"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(known), 1, 8).Draw(t, "words"), rapid.SampledFrom([]string{" ", ", ", "  "}).Draw(t, "between"))
		if c := engine.Correct(text); c != nil {
			t.Fatalf("%q became %q", text, c.Text)
		}
	})
}

func FuzzCorrectAndSuggest(f *testing.F) {
	for _, text := range []string{"red sofq", "\xff\x00", strings.Repeat("a", 1999), strings.Repeat("ab ", 600), "赤いソファ", "é́́", "l'été d’un"} {
		f.Add(text)
	}
	engine := typist(f)
	f.Fuzz(func(t *testing.T, text string) {
		if c := engine.Correct(text); c != nil {
			require.NotEqual(t, text, c.Text)
		}
		s, err := engine.Suggest(t.Context(), search.SuggestQuery{Text: text})
		if err == nil {
			require.LessOrEqual(t, len(s.Documents), 5)
		}
	})
}
