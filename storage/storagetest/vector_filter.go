package storagetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

// filterDocuments are documents with everything filters can ask for, and what
// may be mistaken for it.
func filterDocuments() []search.Document {
	return []search.Document{
		{ID: "bare"},
		{ID: "sofa", Attributes: map[string][]string{"brand": {"Acme"}, "color": {"red", "blue"}, "size": {"2"}}, Numbers: map[string]float64{"price": 499.99, "size": 3},
			Categories: [][]string{{"Home", "Living", "Sofas"}, {"Sale"}}, Rating: 4.5, Ratings: 12, Popularity: 7},
		{ID: "chair", Attributes: map[string][]string{"brand": {"acme"}, "color": {"blue"}}, Numbers: map[string]float64{"price": 89},
			Categories: [][]string{{"Home", "Living"}}, Rating: 3, Ratings: 1, Unavailable: true},
		{ID: "lamp", Attributes: map[string][]string{"brand": {"Lux & Co = 1.5"}, "color": {}, "a.b[]": {"x"}, "größe": {"groß"}}, Numbers: map[string]float64{"price": 89.5, "net.weight": -2, "größe": 1},
			Categories: [][]string{{"Home", "Light"}}},
		{ID: "odd", Attributes: map[string][]string{"available": {"maybe"}, "category": {"Home"}, "brand=Acme": {""}, "x": {"brand=Acme", "\x00", "\xff"}}, Numbers: map[string]float64{"price": 0, "rating": 5, "popularity": 99}},
		{ID: "garden", Attributes: map[string][]string{"color": {"red", "red"}}, Numbers: map[string]float64{"price": -1e300}, Categories: [][]string{{"Home > Living"}, {"Garden", "Home"}}, Unavailable: true},
	}
}

// filterCases narrow filterDocuments to what is named.
func filterCases() []filterCase {
	values := func(field string, values ...string) search.Filter { return search.Filter{Field: field, Values: values} }
	from := func(field string, low float64) search.Filter { return search.Filter{Field: field, Min: &low} }
	to := func(field string, high float64) search.Filter { return search.Filter{Field: field, Max: &high} }
	between := func(field string, low, high float64) search.Filter {
		return search.Filter{Field: field, Min: &low, Max: &high}
	}
	not := func(f search.Filter) search.Filter { f.Not = true; return f }
	one := func(f search.Filter, ids ...string) filterCase { return filterCase{[]search.Filter{f}, ids} }
	return []filterCase{
		one(values("brand", "Acme"), "sofa"),
		one(values("brand", "Acme", "acme", "nobody"), "chair", "sofa"),
		one(values("brand", "nobody")),
		one(values("nothing", "Acme")),
		one(not(values("brand", "Acme")), "bare", "chair", "garden", "lamp", "odd"),
		one(not(values("nothing", "x")), "bare", "chair", "garden", "lamp", "odd", "sofa"),
		one(values("color", "blue"), "chair", "sofa"),
		one(not(values("color", "blue", "red")), "bare", "lamp", "odd"),
		one(values("brand", "Lux & Co = 1.5"), "lamp"),
		one(values("a.b[]", "x"), "lamp"),
		one(values("größe", "groß"), "lamp"),
		one(values("brand=Acme", ""), "odd"),
		one(values("brand", "Acme=")),
		one(values("x", "\x00"), "odd"),
		one(values("x", "\xff"), "odd"),
		one(not(values("x", "\xfe")), "bare", "chair", "garden", "lamp", "odd", "sofa"),
		one(values("size", "2"), "sofa"),
		one(values("size", "3")),
		one(between("size", 3, 3), "sofa"),
		one(from("price", 89), "chair", "lamp", "sofa"),
		one(to("price", 89), "chair", "garden", "odd"),
		one(between("price", 89.5, 499.99), "lamp", "sofa"),
		one(between("price", 0, 0), "odd"),
		one(not(between("price", 0, 100)), "bare", "garden", "sofa"),
		one(to("net.weight", 0), "lamp"),
		one(from("größe", 1), "lamp"),
		one(not(from("nothing", 0)), "bare", "chair", "garden", "lamp", "odd", "sofa"),
		one(values(search.FieldCategory, "Home"), "chair", "lamp", "odd", "sofa"),
		one(values(search.FieldCategory, search.CategoryPath("Home", "Living")), "chair", "garden", "sofa"),
		one(values(search.FieldCategory, search.CategoryPath("Home", "Living", "Sofas"), "Garden"), "garden", "sofa"),
		one(not(values(search.FieldCategory, "Home")), "bare", "garden"),
		one(values(search.FieldAvailable, "true"), "bare", "lamp", "odd", "sofa"),
		one(values(search.FieldAvailable, "false"), "chair", "garden"),
		one(values(search.FieldAvailable, "maybe")),
		one(from(search.FieldRating, 3), "chair", "odd", "sofa"),
		one(to(search.FieldRating, 4.5), "chair", "sofa"),
		one(not(from(search.FieldRating, 4)), "bare", "chair", "garden", "lamp"),
		one(from(search.FieldPopularity, 1), "sofa"),
		one(to(search.FieldPopularity, 0), "bare", "chair", "garden", "lamp", "odd"),
		{[]search.Filter{values("color", "red", "blue"), to("price", 500), values(search.FieldAvailable, "true")}, []string{"sofa"}},
		{[]search.Filter{values("color", "red"), values("color", "blue")}, []string{"sofa"}},
		{[]search.Filter{values(search.FieldCategory, "Home"), not(values("brand", "Acme")), not(from("price", 89.25))}, []string{"chair", "odd"}},
		{[]search.Filter{values("brand", "Acme"), not(values("brand", "Acme"))}, nil},
	}
}

type filterCase struct {
	filters []search.Filter
	ids     []string // ordered
}

// passing is the plain meaning of filters.
func passing(docs []search.Document, filters []search.Filter) []string {
	var ids []string
	for i := range docs {
		values, numbers := docs[i].Values()
		if !slices.ContainsFunc(filters, func(f search.Filter) bool {
			in := slices.ContainsFunc(f.Values, func(v string) bool { return slices.Contains(values[f.Field], v) })
			if n, ok := numbers[f.Field]; ok && len(f.Values) == 0 {
				in = (f.Min == nil || n >= *f.Min) && (f.Max == nil || n <= *f.Max)
			}
			return in == f.Not
		}) {
			ids = append(ids, docs[i].ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// selection is what the engine would hand down with filters.
func selection(docs []search.Document, filters []search.Filter) search.Selection {
	ids := passing(docs, filters)
	return search.Selection{Filters: filters, Has: func(id string) bool { return slices.Contains(ids, id) }}
}

func vectorFilters(t *testing.T, v search.VectorIndex) {
	docs := filterDocuments()
	vectors := []search.Vector{{ID: "undocumented", Values: []float32{1, 1}}}
	for i := range docs {
		vectors = append(vectors, search.Vector{ID: docs[i].ID, Values: []float32{1, float32(i)}, Document: &docs[i]})
	}
	require.NoError(t, v.Put(t.Context(), vectors))
	found := func(within search.Selection, limit int) []string {
		t.Helper()
		matches, err := v.Nearest(t.Context(), []float32{1, 3}, within, limit)
		require.NoError(t, err)
		ids := make([]string, len(matches))
		for i, m := range matches {
			ids[i] = m.ID
		}
		slices.Sort(ids)
		return ids
	}
	for _, c := range filterCases() {
		require.Equal(t, c.ids, passing(docs, c.filters), "the suite's own reading of %s", told(c.filters))
		require.ElementsMatch(t, c.ids, found(selection(docs, c.filters), 10), told(c.filters))
	}
	require.Len(t, found(search.Selection{}, 10), len(vectors))

	t.Run("has says more than filters", func(t *testing.T) {
		within := selection(docs, []search.Filter{{Field: search.FieldCategory, Values: []string{"Home"}}})
		within.Has = func(id string) bool { return id == "sofa" || id == "odd" }
		require.Equal(t, []string{"odd", "sofa"}, found(within, 2))
		require.Equal(t, []string{"lamp"}, found(search.Selection{Has: func(id string) bool { return id == "lamp" }}, 1))
	})
	t.Run("putting again changes what filters see", func(t *testing.T) {
		red := []search.Filter{{Field: "color", Values: []string{"red"}}}
		require.Equal(t, []string{"garden", "sofa"}, found(selection(docs, red), 10))
		for i := range docs {
			if docs[i].ID == "sofa" {
				docs[i].Attributes = map[string][]string{"color": {"green"}}
				docs[i].Numbers = map[string]float64{"depth": 2}
			}
			if docs[i].ID == "bare" {
				docs[i].Attributes = map[string][]string{"color": {"red"}}
			}
			require.NoError(t, v.Put(t.Context(), []search.Vector{{ID: docs[i].ID, Values: []float32{1, float32(i)}, Document: &docs[i]}}))
		}
		low := 0.0
		require.Equal(t, []string{"bare", "garden"}, found(selection(docs, red), 10))
		require.Equal(t, []string{"sofa"}, found(selection(docs, []search.Filter{{Field: "depth", Min: &low}}), 10))
		require.NotContains(t, found(selection(docs, []search.Filter{{Field: "price", Min: &low}}), 10), "sofa")
		require.NoError(t, v.Delete(t.Context(), []string{"garden"}))
		require.Equal(t, []string{"bare"}, found(selection(docs, red), 10))
	})
	t.Run("of drawn documents", func(t *testing.T) { drawnFilters(t, v) })
}

// drawnFilters compares filtered answers with those of the reference.
func drawnFilters(t *testing.T, v search.VectorIndex) {
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // test data
	reference := search.NewFlatVectors()
	docs := make([]search.Document, 400)
	vectors := make([]search.Vector, len(docs))
	for i := range docs {
		docs[i] = search.Document{ID: fmt.Sprintf("d%03d", i), Attributes: map[string][]string{"tag": {fmt.Sprint(random.IntN(8)), fmt.Sprint(random.IntN(8))}},
			Numbers: map[string]float64{"n": float64(random.IntN(20))}, Unavailable: random.IntN(4) == 0}
		vectors[i] = search.Vector{ID: docs[i].ID, Values: []float32{float32(random.NormFloat64()), float32(random.NormFloat64())}, Document: &docs[i]}
	}
	for half := range slices.Chunk(vectors, 150) {
		require.NoError(t, v.Put(t.Context(), half))
	}
	require.NoError(t, reference.Put(t.Context(), vectors))
	for range 30 {
		low := float64(random.IntN(20))
		high := low + float64(random.IntN(10))
		filters := []search.Filter{{Field: "n", Min: &low, Max: &high, Not: random.IntN(3) == 0}, {Field: "tag", Values: []string{fmt.Sprint(random.IntN(9)), fmt.Sprint(random.IntN(9))}, Not: random.IntN(3) == 0}}
		if random.IntN(2) == 0 {
			filters = append(filters, search.Filter{Field: search.FieldAvailable, Values: []string{"true"}})
		}
		within := selection(docs, filters)
		question := []float32{float32(random.NormFloat64()), float32(random.NormFloat64())}
		want, err := reference.Nearest(t.Context(), question, within, 7)
		require.NoError(t, err)
		got, err := v.Nearest(t.Context(), question, within, 7)
		require.NoError(t, err)
		require.Len(t, got, len(want), told(filters))
		for i := range got {
			require.True(t, within.Has(got[i].ID))
			require.InDelta(t, want[i].Score, got[i].Score, 1e-5, told(filters))
		}
	}
}

// told writes filters out for a failure's message.
func told(filters []search.Filter) string {
	text := ""
	for _, f := range filters {
		text += fmt.Sprintf("%s %q", f.Field, f.Values)
		if f.Min != nil {
			text += fmt.Sprint(" from ", *f.Min)
		}
		if f.Max != nil {
			text += fmt.Sprint(" to ", *f.Max)
		}
		text += fmt.Sprint(" not ", f.Not, "; ")
	}
	return text
}
