package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

func reading(t testing.TB) *search.Engine {
	t.Helper()
	engine, err := search.New(nil, nil, nil, search.Config{})
	require.NoError(t, err)
	docs := goods(120, 8)
	for i := range docs {
		docs[i].Rating, docs[i].Ratings = float64(i%5)+1, 3
		docs[i].Attributes["material"] = []string{[]string{"Real Leather", "Wood"}[i%2]}
		docs[i].Attributes["size"] = []string{fmt.Sprint(40 + i%4)}
	}
	require.NoError(t, engine.Put(t.Context(), docs))
	return engine
}

// said writes what was read as "words: field [values] min..max", with a ~ before
// what only counts more.
func said(all []search.Understanding) (out []string) {
	for _, u := range all {
		s := u.Words + ": " + u.Filter.Field
		if u.Boost {
			s = "~" + s
		}
		if len(u.Filter.Values) > 0 {
			s += " " + strings.Join(u.Filter.Values, "|")
		}
		if u.Filter.Min != nil {
			s += fmt.Sprintf(" >=%v", *u.Filter.Min)
		}
		if u.Filter.Max != nil {
			s += fmt.Sprintf(" <=%v", *u.Filter.Max)
		}
		out = append(out, s)
	}
	return out
}

func TestUnderstanding(t *testing.T) {
	t.Parallel()
	engine := reading(t)
	for text, want := range map[string][]string{
		"red leather sofa under $90":       {"under $90: price <=90", "~red: color red"},
		"sofa under 90":                    {"under 90: price <=90"},
		"sofa under 5 years":               nil,
		"sofa less than 1,299.50 dollars":  {"less than 1,299.50 dollars: price <=1299.5"},
		"sofa between $20 and $40":         {"between $20 and $40: price >=20 <=40"},
		"sofa over €10":                    {"over €10: price >=10"},
		"sofa over 10":                     nil,
		"Sofa unter 90€":                   {"unter 90€: price <=90"},
		"Lampe zwischen 20 und 40 Euro":    {"zwischen 20 und 40 Euro: price >=20 <=40"},
		"lamp moins de 40 euros":           {"moins de 40 euros: price <=40"},
		"lamp menos de 40 €":               {"menos de 40 €: price <=40"},
		"chair 4 stars and up":             {"4 stars and up: rating >=4"},
		"chair mindestens 4 Sterne":        {"mindestens 4 Sterne: rating >=4"},
		"table in stock":                   {"in stock: available true"},
		"Tisch auf Lager":                  {"auf Lager: available true"},
		"chair size 42":                    {"size 42: size 42"},
		"chair Größe 42":                   {"Größe 42: size 42"},
		"chair 42":                         nil,
		"real leather chair":               {"~real leather: material Real Leather"},
		"chair without wood":               nil,
		"\xff under $":                     nil,
		"under $90":                        {"under $90: price <=90"},
		"wood lamp up to 30 € in stock":    {"up to 30 €: price <=30", "in stock: available true", "~wood: material Wood"},
		"red table 999999999999999999999€": {"~red: color red"},
	} {
		result, err := engine.Search(t.Context(), search.Query{Text: text, Locale: "en"})
		require.NoError(t, err, text)
		require.Equal(t, want, said(result.Understood), text)
	}
}

func TestUnderstandingNarrowsAndIsRelaxed(t *testing.T) {
	t.Parallel()
	engine := reading(t)
	search1 := func(q search.Query) *search.Result {
		t.Helper()
		result, err := engine.Search(t.Context(), q)
		require.NoError(t, err)
		return result
	}
	all := search1(search.Query{Text: "sofa"})
	cheap := search1(search.Query{Text: "sofa under $40", Facets: []search.FacetRequest{{Field: "price"}}})
	require.Positive(t, cheap.Total)
	require.Less(t, cheap.Total, all.Total)
	require.LessOrEqual(t, search1(search.Query{Text: "sofa under $40", Sort: []search.Order{{Field: "price", Descending: true}}, Limit: 1, Facets: []search.FacetRequest{{Field: "price"}}}).Facets[0].Min, 40.0)
	require.Equal(t, all.Total, search1(search.Query{Text: "sofa under $40", Currency: "EUR"}).Total, "dollars say nothing of euros")
	literal := search1(search.Query{Text: "sofa under $40", Literal: true})
	require.Empty(t, literal.Understood)

	none := search1(search.Query{Text: "sofa over $5000"})
	require.Equal(t, all.Total, none.Total)
	require.Len(t, none.Relaxed, 1)
	require.Equal(t, "nothing that costs from 5000 fits", none.Relaxed[0].Reason)
	require.Equal(t, "price", none.Relaxed[0].Filter.Field)

	few := search1(search.Query{Text: "unheard wood of things and then sofa", Filters: []search.Filter{{Field: "color", Values: []string{"none"}}}})
	require.Zero(t, few.Total, "what the caller demands stays")
}

func TestUnwantedWords(t *testing.T) {
	t.Parallel()
	engine, err := search.New(nil, nil, nil, search.Config{})
	require.NoError(t, err)
	put := func(id, title string) {
		require.NoError(t, engine.Put(t.Context(), []search.Document{{ID: id, Text: map[string]string{"title": title}}}))
	}
	put("cord", "Wall lamp cord cord")
	put("without", "Wall lamp without cord")
	put("other", "Wall lamp")
	for _, text := range []string{"wall lamp without cord", "cord free wall lamp"} {
		result, err := engine.Search(t.Context(), search.Query{Text: text})
		require.NoError(t, err)
		ids := make([]string, len(result.Hits))
		for i, h := range result.Hits {
			ids[i] = h.ID
		}
		require.Equal(t, "without", ids[0], text)
		require.Equal(t, 2, slices.Index(ids, "cord"), text)
	}
}

func TestSynonyms(t *testing.T) {
	t.Parallel()
	engine := reading(t)
	ids := func(text string) (out []string) {
		out, _ = allPages(t, engine, search.Query{Text: text, Locale: "en", Limit: 500}, nil)
		return out
	}
	sofas := ids("sofa")
	require.Empty(t, ids("chaise longue"))
	rules, err := search.ParseSynonyms(strings.NewReader("# furniture\nsofa, couch, chaise longue\n\nilluminator => lamp # one way\n[de]\nTeppich => rug\n"))
	require.NoError(t, err)
	require.NoError(t, engine.SetSynonyms(rules))
	require.ElementsMatch(t, sofas, ids("chaise longues"))
	require.ElementsMatch(t, sofas, ids("couch"))
	require.NotEmpty(t, ids("illuminator"))
	require.ElementsMatch(t, ids("red lamp"), ids("red illuminator"))
	require.Empty(t, ids("teppich"), "in another language")
	result, err := engine.Search(t.Context(), search.Query{Text: "coach", Locale: "en"})
	require.NoError(t, err)
	require.Empty(t, result.Hits)

	for text, line := range map[string]int{"a, b\nc\n": 2, "a =>\n": 1, "=> b": 1, "\n\na, " + strings.Repeat("b ", 8): 3} {
		var wrong *search.SynonymError
		_, err := search.ParseSynonyms(strings.NewReader(text))
		require.ErrorAs(t, err, &wrong, text)
		require.Equal(t, line, wrong.Line, text)
	}
	require.Error(t, engine.SetSynonyms([]search.Synonym{{Words: []string{"a"}}}))
}

func FuzzParseSynonyms(f *testing.F) {
	f.Add("a, b => c\n[de]\nx, y")
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := search.ParseSynonyms(strings.NewReader(text))
		if err == nil {
			require.NoError(t, search.CheckSynonyms(rules))
		}
	})
}

func TestPurpose(t *testing.T) {
	t.Parallel()
	engine, err := search.New(nil, nil, nil, search.Config{})
	require.NoError(t, err)
	for i, room := range []string{"Bathroom", "Hall", "Living Rooms"} {
		require.NoError(t, engine.Put(t.Context(), []search.Document{{ID: room, Text: map[string]string{"title": "Mirror oak"}, Categories: [][]string{{"Home", room}},
			Attributes: map[string][]string{"size": {[]string{"Large", "Small", "Small"}[i]}}}}))
	}
	for text, want := range map[string][]string{
		"mirror for a small bathroom": {"~small: size Small", "~bathroom: category Home > Bathroom"},
		"mirror for the living rooms": {"~living rooms: category Home > Living Rooms"},
		"bathroom mirror":             nil,
		"mirror for":                  nil,
	} {
		result, err := engine.Search(t.Context(), search.Query{Text: text})
		require.NoError(t, err)
		require.Equal(t, want, said(result.Understood), text)
	}
	result, err := engine.Search(t.Context(), search.Query{Text: "mirror for the hall"})
	require.NoError(t, err)
	require.Equal(t, "Hall", result.Hits[0].ID)
}
