package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/search"
)

func bound(x float64) *float64 { return &x }

// goods are n documents that a seed chooses.
func goods(n int, seed uint64) []search.Document {
	r := rand.New(rand.NewPCG(seed, 1))
	kinds := []string{"sofa", "lamp", "table", "rug", "chair"}
	colors := []string{"red", "blue", "green"}
	docs := make([]search.Document, n)
	for i := range docs {
		kind, color := kinds[r.IntN(len(kinds))], colors[r.IntN(len(colors))]
		docs[i] = search.Document{ID: fmt.Sprintf("d%03d", i), Locale: "en", Categories: [][]string{{"Home", kind}},
			Text:       map[string]string{"title": color + " " + kind, "description": "made of " + []string{"wood", "steel"}[r.IntN(2)]},
			Attributes: map[string][]string{"color": {color}, "size": {strconv.Itoa(r.IntN(4))}},
			Numbers:    map[string]float64{"price": float64(r.IntN(50)) * 2}, Popularity: float64(r.IntN(100)), Unavailable: r.IntN(4) == 0}
		if i%7 == 0 {
			delete(docs[i].Numbers, "price")
		}
	}
	return docs
}

func passes(d search.Document, f search.Filter) bool {
	if f.Min != nil || f.Max != nil {
		n, ok := d.Numbers[f.Field]
		return (ok && (f.Min == nil || n >= *f.Min) && (f.Max == nil || n <= *f.Max)) != f.Not
	}
	values := d.Attributes[f.Field]
	switch f.Field {
	case search.FieldCategory:
		values = []string{d.Categories[0][0], search.CategoryPath(d.Categories[0]...)}
	case search.FieldAvailable:
		values = []string{strconv.FormatBool(!d.Unavailable)}
	}
	return slices.ContainsFunc(values, func(v string) bool { return slices.Contains(f.Values, v) }) != f.Not
}

func drawFilters(t *rapid.T) []search.Filter {
	all := []search.Filter{
		{Field: "color", Values: []string{"red", "blue"}}, {Field: "color", Values: []string{"green"}, Not: true}, {Field: "size", Values: []string{"1", "9"}},
		{Field: "price", Min: bound(10), Max: bound(60)}, {Field: "price", Max: bound(40), Not: true}, {Field: search.FieldCategory, Values: []string{"Home > sofa", "Home > lamp"}},
		{Field: search.FieldAvailable, Values: []string{"true"}}, {Field: "nothing", Values: []string{"x"}, Not: true},
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, 3, func(f search.Filter) string { return fmt.Sprint(f.Field, f.Not) }).Draw(t, "filters")
}

// allPages reads a query to its end.
func allPages(t require.TestingT, engine *search.Engine, q search.Query, between func(page int)) (ids []string, first *search.Result) {
	for page := 0; ; page++ {
		result, err := engine.Search(context.Background(), q)
		require.NoError(t, err)
		if first == nil {
			first = result
		}
		for _, h := range result.Hits {
			ids = append(ids, h.ID)
		}
		if q.After = result.Next; q.After == "" {
			return ids, first
		}
		if between != nil {
			between(page)
		}
	}
}

func TestFiltersAndFacetsAgreeWithCountingByHand(t *testing.T) {
	t.Parallel()
	docs := goods(150, 1)
	lsa, err := search.TrainLSA(t.Context(), docs, search.LSAConfig{Dimensions: 8})
	require.NoError(t, err)
	engine, err := search.New(nil, search.NewFlatVectors(), lsa, search.Config{})
	require.NoError(t, err)
	require.NoError(t, engine.Put(t.Context(), docs))
	by := map[string]search.Document{}
	for _, d := range docs {
		by[d.ID] = d
	}
	rapid.Check(t, func(t *rapid.T) {
		q := search.Query{Literal: true, Filters: drawFilters(t), Limit: rapid.IntRange(1, 60).Draw(t, "limit"), Text: rapid.SampledFrom([]string{"", "red sofa", "lamp", "wood table"}).Draw(t, "text"),
			Facets: []search.FacetRequest{{Field: "color"}, {Field: "size"}, {Field: search.FieldCategory}, {Field: "price", Bounds: []float64{20, 50}}, {Field: "unknown"}}}
		if rapid.Bool().Draw(t, "sorted") {
			q.Sort = []search.Order{{Field: "price", Descending: rapid.Bool().Draw(t, "descending")}, {Field: "color"}}
		}
		// What the query finds with all its filters but one is what it finds
		// without any, filtered by hand.
		free := q
		free.Filters = nil
		everything, _ := allPages(t, engine, free, nil)
		byHand := func(except string) (kept []search.Document) {
			for _, id := range everything {
				if !slices.ContainsFunc(q.Filters, func(f search.Filter) bool { return (f.Field != except || f.Not && except != "") && !passes(by[id], f) }) {
					kept = append(kept, by[id])
				}
			}
			return kept
		}
		ids, first := allPages(t, engine, q, nil)
		if len(ids) < q.Limit && q.Text != "" {
			return // then the nearest within the filters are found, too
		}
		var want []string
		for _, d := range byHand("") {
			want = append(want, d.ID)
		}
		require.ElementsMatch(t, want, ids)
		require.Equal(t, len(want), first.Total)
		for _, f := range first.Facets {
			counts := map[string]int{}
			for _, d := range byHand(f.Field) {
				for _, v := range d.Attributes[f.Field] {
					counts[v]++
				}
				if f.Field == search.FieldCategory {
					counts["Home"]++
					counts[search.CategoryPath(d.Categories[0]...)]++
				}
			}
			for i, v := range f.Values {
				if f.Field == "price" {
					n := 0
					for _, d := range byHand("price") {
						if p, ok := d.Numbers["price"]; ok && (v.Min == nil || p >= *v.Min) && (v.Max == nil || p < *v.Max) {
							n++
						}
					}
					require.Equal(t, n, v.Count, "%v", f)
					continue
				}
				require.Equal(t, counts[v.Value], v.Count, "%s %s", f.Field, v.Value)
				delete(counts, v.Value)
				require.True(t, i == 0 || f.Values[i-1].Count >= v.Count)
			}
			require.Empty(t, counts)
		}
	})
}

func TestSorting(t *testing.T) {
	t.Parallel()
	engine, err := search.New(nil, nil, nil, search.Config{})
	require.NoError(t, err)
	docs := goods(60, 2)
	require.NoError(t, engine.Put(t.Context(), docs))
	by := map[string]search.Document{}
	for _, d := range docs {
		by[d.ID] = d
	}
	for _, descending := range []bool{false, true} {
		ids, _ := allPages(t, engine, search.Query{Limit: 7, Sort: []search.Order{{Field: "price", Descending: descending}, {Field: "color"}}}, nil)
		require.Len(t, ids, 60)
		require.True(t, slices.IsSortedFunc(ids, func(a, b string) int {
			x, inX := by[a].Numbers["price"]
			y, inY := by[b].Numbers["price"]
			switch {
			case inX != inY:
				return map[bool]int{true: -1, false: 1}[inX]
			case x != y:
				return map[bool]int{true: -1, false: 1}[(x < y) != descending]
			}
			return strings.Compare(by[a].Attributes["color"][0]+a, by[b].Attributes["color"][0]+b)
		}))
	}
}

func TestPagesNeitherRepeatNorSkipWhileTheIndexChanges(t *testing.T) {
	t.Parallel()
	for _, q := range []search.Query{{Text: "red sofa"}, {Sort: []search.Order{{Field: "price"}}}, {Filters: []search.Filter{{Field: "color", Values: []string{"red"}}}}} {
		engine, err := search.New(nil, nil, nil, search.Config{Depth: 10})
		require.NoError(t, err)
		docs := goods(200, 3)
		require.NoError(t, engine.Put(t.Context(), docs))
		r := rand.New(rand.NewPCG(1, 2))
		q.Limit = 9
		before, _ := allPages(t, engine, q, nil)
		touched := map[string]bool{}
		ids, _ := allPages(t, engine, q, func(page int) {
			for range 5 {
				d := docs[r.IntN(len(docs))]
				touched[d.ID] = true
				if r.IntN(2) == 0 {
					require.NoError(t, engine.Delete(t.Context(), []string{d.ID}))
				} else {
					d.Numbers = map[string]float64{"price": float64(r.IntN(100))}
					require.NoError(t, engine.Put(t.Context(), []search.Document{d}))
				}
			}
			require.NoError(t, engine.Put(t.Context(), []search.Document{{ID: fmt.Sprint("new", page), Text: map[string]string{"title": "red sofa red sofa"}, Popularity: 1e6}}))
		})
		seen := map[string]bool{}
		for _, id := range ids {
			require.False(t, seen[id], "%s is there twice", id)
			seen[id] = true
		}
		for _, id := range before {
			require.True(t, seen[id] || touched[id], "%s is missing", id)
		}
	}
}

func TestCursorsOfOtherQueriesAreRefused(t *testing.T) {
	t.Parallel()
	engine, err := search.New(nil, nil, nil, search.Config{})
	require.NoError(t, err)
	require.NoError(t, engine.Put(t.Context(), goods(50, 4)))
	result, err := engine.Search(t.Context(), search.Query{Text: "red", Limit: 3})
	require.NoError(t, err)
	require.NotEmpty(t, result.Next)
	for _, q := range []search.Query{{Text: "blue", After: result.Next}, {Text: "red", After: "x"}, {Text: "red", After: result.Next[:len(result.Next)-1] + "!"},
		{Text: "red", After: result.Next, Filters: []search.Filter{{Field: "color", Values: []string{"red"}}}}} {
		var refused *search.QueryError
		_, err := engine.Search(t.Context(), q)
		require.ErrorAs(t, err, &refused)
	}
}

func FuzzCursor(f *testing.F) {
	engine, err := search.New(nil, nil, nil, search.Config{})
	require.NoError(f, err)
	require.NoError(f, engine.Put(context.Background(), goods(50, 4)))
	result, err := engine.Search(context.Background(), search.Query{Text: "red", Limit: 3})
	require.NoError(f, err)
	f.Add(result.Next)
	f.Add("AQ")
	f.Fuzz(func(t *testing.T, after string) {
		if r, err := engine.Search(t.Context(), search.Query{Text: "red", Limit: 3, After: after}); err == nil {
			require.LessOrEqual(t, len(r.Hits), 3)
		}
	})
}

func TestRules(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	engine, err := search.New(nil, nil, nil, search.Config{Now: func() time.Time { return now }})
	require.NoError(t, err)
	require.NoError(t, engine.Put(t.Context(), goods(100, 5)))
	find := func(q search.Query) ([]string, *search.Result) {
		t.Helper()
		return allPages(t, engine, q, nil)
	}
	sofas, _ := find(search.Query{Text: "Red Sofas"})
	last := sofas[len(sofas)-1]
	require.NoError(t, engine.SetRules([]search.Rule{
		{Name: "pins", When: search.Condition{Queries: []string{"red sofa"}}, Pins: []search.Pin{{ID: last, Position: 1}, {ID: "d000", Position: 3}, {ID: "missing", Position: 2}}},
		{Name: "later", When: search.Condition{From: now.Add(time.Hour)}, Redirect: "/never"},
		{Name: "over", When: search.Condition{Until: now}, Redirect: "/never"},
		{Name: "sale", When: search.Condition{Queries: []string{"sale"}, Match: search.MatchPhrase}, Redirect: "/sale"},
		{Name: "no lamps", When: search.Condition{Queries: []string{"home light"}, Match: search.MatchWords}, Hide: []search.Filter{{Field: search.FieldCategory, Values: []string{"Home > lamp"}}}},
		{Name: "blue first", When: search.Condition{Queries: []string{"table"}, Locales: []string{"en"}}, Boosts: []search.Boost{{Filter: search.Filter{Field: "color", Values: []string{"blue"}}, Weight: 5}}},
	}))
	ids, first := find(search.Query{Text: "red sofas"})
	require.Equal(t, last, ids[0])
	require.Equal(t, "d000", ids[2])
	require.True(t, first.Hits[0].Pinned)
	require.ElementsMatch(t, append(slices.DeleteFunc(slices.Clone(sofas), func(id string) bool { return id == "d000" }), "d000"), ids)
	_, first = find(search.Query{Text: "the big sale"})
	require.Equal(t, "/sale", first.Redirect)
	ids, first = find(search.Query{Text: "table", Locale: "en-GB"})
	require.NotEmpty(t, ids)
	require.Equal(t, search.Reason{Signal: "rule blue first", Weight: 5}, first.Hits[0].Reasons[0])
	lamps, _ := find(search.Query{Text: "lamp"})
	require.NotEmpty(t, lamps)
	hidden, _ := find(search.Query{Text: "lamp light home"})
	for _, id := range hidden {
		require.NotContains(t, lamps, id)
	}
	filtered, _ := find(search.Query{Text: "red sofa", Filters: []search.Filter{{Field: search.FieldCategory, Values: []string{"Home > rug"}}}})
	require.NotContains(t, filtered, last, "a pin passes the filters or is not shown")

	for field, r := range map[string]search.Rule{
		"name":            {Redirect: "/x"},
		"pins":            {Name: "nothing"},
		"pins[0]":         {Name: "x", Pins: []search.Pin{{ID: "a"}}},
		"when.match":      {Name: "x", When: search.Condition{Match: "like"}, Redirect: "/"},
		"when.until":      {Name: "x", When: search.Condition{From: now, Until: now}, Redirect: "/"},
		"when.queries[0]": {Name: "x", When: search.Condition{Queries: []string{"!"}}, Redirect: "/"},
		"hide[0]":         {Name: "x", Hide: []search.Filter{{}}},
	} {
		var wrong *search.RuleError
		require.ErrorAs(t, engine.SetRules([]search.Rule{r}), &wrong, field)
		require.Equal(t, field, wrong.Field)
	}
	_, first = find(search.Query{Text: "sale"})
	require.Equal(t, "/sale", first.Redirect, "what is refused changes nothing")
}

func TestSimilarAndPictures(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, search.Config{})
	hits, err := engine.Similar(t.Context(), search.SimilarQuery{IDs: []string{"leather-sofa-red", "nobody"}, Limit: 3})
	require.NoError(t, err)
	require.Len(t, hits, 3)
	for _, h := range hits {
		require.Contains(t, h.ID, "leather-sofa")
		require.NotEqual(t, "leather-sofa-red", h.ID)
		require.NotEmpty(t, h.Reasons)
	}
	hits, err = engine.Similar(t.Context(), search.SimilarQuery{IDs: []string{"nobody"}})
	require.NoError(t, err)
	require.Empty(t, hits)

	// A vector beside the text, and instead of it.
	lsa, err := search.TrainLSA(t.Context(), shop(), search.LSAConfig{})
	require.NoError(t, err)
	vector, err := lsa.EmbedQueries(t.Context(), []string{"leather sofa"})
	require.NoError(t, err)
	result, err := engine.Search(t.Context(), search.Query{Vector: vector[0], Limit: 4})
	require.NoError(t, err)
	require.Len(t, result.Hits, 4)
	for _, h := range result.Hits {
		require.Contains(t, h.ID, "leather-sofa")
	}
	result, err = engine.Search(t.Context(), search.Query{Text: "green", Vector: vector[0], Limit: 1})
	require.NoError(t, err)
	require.Equal(t, "leather-sofa-green", result.Hits[0].ID)
	var refused *search.QueryError
	_, err = engine.Search(t.Context(), search.Query{Text: "green", Vector: []float32{1}})
	require.ErrorAs(t, err, &refused)
}

// absent is an embedder that has gone away.
type absent struct{ *search.LSA }

func (absent) EmbedQueries(context.Context, []string) ([][]float32, error) {
	return nil, fmt.Errorf("nobody answers")
}

func TestWithoutTheEmbedderWordsDecide(t *testing.T) {
	t.Parallel()
	lsa, err := search.TrainLSA(t.Context(), shop(), search.LSAConfig{})
	require.NoError(t, err)
	engine, err := search.New(nil, search.NewFlatVectors(), absent{lsa}, search.Config{})
	require.NoError(t, err)
	require.NoError(t, engine.Put(t.Context(), shop()))
	result, err := engine.Search(t.Context(), search.Query{Text: "red sofa"})
	require.NoError(t, err)
	require.Equal(t, "leather-sofa-red", result.Hits[0].ID)
	require.Contains(t, result.Degraded, "nobody answers")
	_, err = engine.Search(t.Context(), search.Query{Text: "red sofa", Mode: search.Semantic})
	require.Error(t, err)
}

// gone is a vector index that has gone away.
type gone struct{ *search.FlatVectors }

func (gone) Nearest(context.Context, []float32, search.Selection, int) ([]search.Match, error) {
	return nil, fmt.Errorf("nobody answers")
}

func TestWithoutTheVectorsWordsDecide(t *testing.T) {
	t.Parallel()
	lsa, err := search.TrainLSA(t.Context(), shop(), search.LSAConfig{})
	require.NoError(t, err)
	engine, err := search.New(nil, gone{search.NewFlatVectors()}, lsa, search.Config{})
	require.NoError(t, err)
	require.NoError(t, engine.Put(t.Context(), shop()))
	result, err := engine.Search(t.Context(), search.Query{Text: "red sofa", Facets: []search.FacetRequest{{Field: search.FieldAvailable}}})
	require.NoError(t, err)
	require.Equal(t, "leather-sofa-red", result.Hits[0].ID)
	require.Contains(t, result.Degraded, "nobody answers")
	words, err := engine.Search(t.Context(), search.Query{Text: "zeppelin"})
	require.NoError(t, err)
	require.Empty(t, words.Hits)
	for _, q := range []search.Query{{Text: "red sofa", Mode: search.Semantic}, {Vector: make([]float32, lsa.Dimensions())}} {
		_, err = engine.Search(t.Context(), q)
		require.ErrorContains(t, err, "nobody answers")
	}
}

func TestPersonalTaste(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, search.Config{})
	result, err := engine.Search(t.Context(), search.Query{Text: "sofa", Personal: func(ids []string) []float64 {
		scores := make([]float64, len(ids))
		scores[slices.Index(ids, "leather-sofa-black")] = 10
		return scores
	}})
	require.NoError(t, err)
	require.Equal(t, "leather-sofa-black", result.Hits[0].ID)
	require.Equal(t, "personal taste", result.Hits[0].Reasons[0].Signal)
}

func TestHighlights(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Nothing to see here. ", 20) + "A comfortable sofas' corner, über alles. " + strings.Repeat("And on it goes. ", 30)
	doc := search.Document{ID: "a", Text: map[string]string{"title": "Red <Sofa> Über", "description": long, "note": "赤いソファです"}}
	engine, err := search.New(nil, nil, nil, search.Config{Texts: func(context.Context, []string) ([]search.Document, error) { return []search.Document{doc}, nil }})
	require.NoError(t, err)
	require.NoError(t, engine.Put(t.Context(), []search.Document{doc}))
	result, err := engine.Search(t.Context(), search.Query{Text: "sofas uber ソファ", Highlight: true})
	require.NoError(t, err)
	marks := strings.NewReplacer(search.HighlightStart, "[", search.HighlightEnd, "]")
	got := result.Hits[0].Highlights
	require.Equal(t, "Red <[Sofa]> [Über]", marks.Replace(got["title"][0]))
	require.Len(t, got["description"], 1)
	require.Contains(t, marks.Replace(got["description"][0]), "[sofas'] corner, [über] alles")
	require.Less(t, len(got["description"][0]), 250)
	require.Contains(t, marks.Replace(got["note"][0]), "[ソフ]")
}

func TestHostileQueries(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, search.Config{})
	filters := make([]search.Filter, search.MaxFilters+1)
	for i := range filters {
		filters[i] = search.Filter{Field: "x", Values: []string{"y"}}
	}
	for name, q := range map[string]search.Query{
		"long":            {Text: strings.Repeat("((", 5000)},
		"filters":         {Text: "a", Filters: filters},
		"empty filter":    {Text: "a", Filters: []search.Filter{{Field: "x"}}},
		"no field":        {Text: "a", Filters: []search.Filter{{Values: []string{"x"}}}},
		"turned bounds":   {Text: "a", Filters: []search.Filter{{Field: "x", Min: bound(2), Max: bound(1)}}},
		"two kinds":       {Text: "a", Filters: []search.Filter{{Field: "x", Values: []string{"y"}, Max: bound(1)}}},
		"facets":          {Text: "a", Facets: make([]search.FacetRequest, search.MaxFacets+1)},
		"falling bounds":  {Text: "a", Facets: []search.FacetRequest{{Field: "price", Bounds: []float64{2, 1}}}},
		"sort":            {Text: "a", Sort: make([]search.Order, 6)},
		"sort by nothing": {Text: "a", Sort: make([]search.Order, 1)},
		"limit":           {Text: "a", Limit: 1e6},
	} {
		var refused *search.QueryError
		_, err := engine.Search(t.Context(), q)
		require.ErrorAs(t, err, &refused, name)
	}
	for _, text := range []string{"\x00\x01\x02", "\xff\xfe", strings.Repeat("((AND OR NOT", 150), "' or 1=1 --", strings.Repeat("é", 900)} {
		_, err := engine.Search(t.Context(), search.Query{Text: text, Facets: []search.FacetRequest{{Field: "color"}}})
		require.NoError(t, err)
	}
}

func TestReadersAndWritersTogether(t *testing.T) {
	t.Parallel()
	engine := newEngine(t, search.Config{})
	docs := goods(40, 6)
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() {
			for i := range 60 {
				d := docs[(i*7+w)%len(docs)]
				if i%3 == 0 {
					_ = engine.Delete(context.Background(), []string{d.ID})
				} else {
					_ = engine.Put(context.Background(), []search.Document{d})
				}
			}
		})
		wg.Go(func() {
			for range 60 {
				_, err := engine.Search(context.Background(), search.Query{Text: "red sofa", Facets: []search.FacetRequest{{Field: "color"}}, Filters: []search.Filter{{Field: "color", Values: []string{"red"}}}})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
