package search_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

// measuring is an engine over things with sizes.
func measuring(t testing.TB, locale string) *search.Engine {
	t.Helper()
	engine, err := search.New(nil, nil, nil, search.Config{Locale: locale})
	require.NoError(t, err)
	add := func(id, title string, more func(d *search.Document)) {
		d := search.Document{ID: id, Text: map[string]string{search.FieldTitle: title}, Attributes: map[string][]string{}, Numbers: map[string]float64{"price": 10}}
		if more != nil {
			more(&d)
		}
		require.NoError(t, engine.Put(t.Context(), []search.Document{d}))
	}
	add("t183", "Dining table, 183 cm", nil)
	add("t240", "Dining table 2.4 m", nil)
	add("t120", "Dining table 120 x 80cm", func(d *search.Document) { d.Attributes["Width"] = []string{"120 cm"} })
	add("t60", "Side table for the living room, white", func(d *search.Document) { d.Attributes["Width"] = []string{"60 cm"} })
	add("l8", "Laptop 8 GB RAM", nil)
	add("l16", "Laptop 16GB RAM", func(d *search.Document) {
		d.Numbers["screen size"], d.Units = 14, map[string]string{"screen size": "inch"}
	})
	add("tv", `Television 55"`, nil)
	add("oil", "Olive oil 500 ml", nil)
	add("oil2", "Olive oil 1.5 l", nil)
	add("bulb", "Light bulb 100 W", nil)
	return engine
}

func TestQuantities(t *testing.T) {
	t.Parallel()
	engine := measuring(t, "")
	for _, c := range []struct {
		text  string
		first string // the hit
		said  []string
	}{
		{"6 ft table", "t183", []string{"~6 ft: quantity.length >=1.792 <=1.865"}},
		{"table 6ft", "t183", []string{"~6ft: quantity.length >=1.792 <=1.865"}},
		{"table 47 inches", "t120", []string{"~47 inches: quantity.length >=1.17 <=1.218"}},
		{"table 5 ft", "", nil},
		{"table over 2 m", "t240", []string{"~over 2 m: quantity.length >=2"}},
		{"table at least 200 cm", "t240", []string{"~at least 200 cm: quantity.length >=2"}},
		{"laptop at least 16 GB", "l16", []string{"~at least 16 GB: quantity.data >=16"}},
		{"laptop 16 gb", "l16", []string{"~16 gb: quantity.data >=15.68 <=16.32"}},
		{"laptop under 10gb", "l8", []string{"~under 10gb: quantity.data <=10"}},
		{"laptop screen size up to 40 cm", "l16", []string{"screen size up to 40 cm: screen size <=15.75"}},
		{"table width under 1 m", "t60", []string{"width under 1 m: Width <=1"}},
		{"table between 50 and 70 cm", "t60", []string{"~between 50 and 70 cm: quantity.length >=0.5 <=0.7"}},
		{"table between 0.5 m and 70 cm", "t60", []string{"~between 0.5 m and 70 cm: quantity.length >=0.5 <=0.7"}},
		{"table 50-70 cm", "t60", []string{"~50-70 cm: quantity.length >=0.5 <=0.7"}},
		{"table 0.5 m – 70cm", "t60", []string{"~0.5 m – 70cm: quantity.length >=0.5 <=0.7"}},
		{"table between 50-70 cm", "t60", []string{"~between 50-70 cm: quantity.length >=0.5 <=0.7"}},
		{"table width 50-70 cm", "t60", []string{"width 50-70 cm: Width >=0.5 <=0.7"}},
		{"laptop 4gb-8gb", "l8", []string{"~4gb-8gb: quantity.data >=4 <=8"}},
		{"table 70-50 cm", "", nil},
		{"table x50-70cm", "", nil},
		{"table 50-70", "", nil},
		{"table 50-70 gb", "", nil},
		{`tv television 140 cm`, "tv", []string{"~140 cm: quantity.length >=1.372 <=1.428"}},
		{`television 55"`, "tv", []string{`~55": quantity.length >=1.369 <=1.425`}},
		{"oil 0.5 l", "oil", []string{"~0.5 l: quantity.volume >=0.49 <=0.51"}},
		{"oil 1500ml", "oil2", []string{"~1500ml: quantity.volume >=1.47 <=1.53"}},
		{"bulb 100 watt under $20", "bulb", []string{"~100 watt: quantity.power >=98 <=102", "under $20: price <=20"}},
		{"bulb under 5", "bulb", []string{"under 5: price <=5"}},
	} {
		result, err := engine.Search(t.Context(), search.Query{Text: c.text})
		require.NoError(t, err, c.text)
		require.Equal(t, c.said, measured(result.Understood), c.text)
		if c.first != "" {
			require.NotEmpty(t, result.Hits, c.text)
			require.Equal(t, c.first, result.Hits[0].ID, c.text)
		}
		literal, err := engine.Search(t.Context(), search.Query{Text: c.text, Literal: true})
		require.NoError(t, err)
		require.Empty(t, literal.Understood)
	}

	low, high := 0.5, 1.0
	result, err := engine.Search(t.Context(), search.Query{Filters: []search.Filter{{Field: "Width", Min: &low, Max: &high}}})
	require.NoError(t, err)
	require.Len(t, result.Hits, 1)
	require.Equal(t, "t60", result.Hits[0].ID, "60 cm are within 0.5 to 1 m")
	result, err = engine.Search(t.Context(), search.Query{Text: "table", Filters: []search.Filter{{Field: search.QuantityField("length"), Min: &high}}})
	require.NoError(t, err)
	require.Len(t, result.Hits, 3)
	require.NoError(t, engine.Delete(t.Context(), []string{"t60"}))
	result, err = engine.Search(t.Context(), search.Query{Text: "table width under 1 m"})
	require.NoError(t, err)
	require.Empty(t, result.Understood, "none is left")

	german := measuring(t, "de")
	result, err = german.Search(t.Context(), search.Query{Text: "Table mindestens 2 m"})
	require.NoError(t, err)
	require.Equal(t, []string{"~mindestens 2 m: quantity.length >=2"}, measured(result.Understood))
	require.Equal(t, "measures 2 m or more", result.Understood[0].Reason)
}

// Reasons are in the unit that was asked in.
func TestQuantitiesAreSaidAsTheyAreAsked(t *testing.T) {
	t.Parallel()
	engine := measuring(t, "")
	for text, want := range map[string]string{
		"table 6 feet":                       "measures 6 ft",
		"table 1200mm":                       "measures 1200 mm",
		`television 55"`:                     "measures 55 in",
		"table over 200 cm":                  "measures 200 cm or more",
		"table width under 39 inches":        "Width measures up to 39 in",
		"table between 0.5 m and 70 cm":      "measures from 50 to 70 cm",
		"laptop at least 16000 mb":           "measures 16000 MB or more",
		"bulb 0.1 kilowatt":                  "measures 0.1 kW",
		"laptop screen size up to 40 cm now": "screen size measures up to 40 cm",
	} {
		result, err := engine.Search(t.Context(), search.Query{Text: text})
		require.NoError(t, err)
		require.NotEmpty(t, result.Understood, text)
		require.Equal(t, want, result.Understood[0].Reason, text)
	}
}

// measured is said with bounds of four digits.
func measured(all []search.Understanding) []string {
	for i := range all {
		for _, bound := range []*float64{all[i].Filter.Min, all[i].Filter.Max} {
			if bound != nil {
				_, _ = fmt.Sscan(fmt.Sprintf("%.4g", *bound), bound)
			}
		}
	}
	return said(all)
}

// pushing is a vector index that filters by what documents say of themselves,
// as a server does, before it asks whether they are selected.
type pushing struct {
	*search.FlatVectors
	numbers map[string]map[string]float64
	asked   [][]search.Filter
}

func (p *pushing) Put(ctx context.Context, vectors []search.Vector) error {
	for _, v := range vectors {
		_, p.numbers[v.ID] = v.Document.Values()
	}
	return p.FlatVectors.Put(ctx, vectors)
}

func (p *pushing) Nearest(ctx context.Context, vector []float32, within search.Selection, limit int) ([]search.Match, error) {
	p.asked = append(p.asked, within.Filters)
	has := within.Has
	within = search.Selection{Has: func(id string) bool {
		for _, f := range within.Filters {
			n, ok := p.numbers[id][f.Field]
			if !ok || f.Min != nil && n < *f.Min || f.Max != nil && n > *f.Max {
				return false
			}
		}
		return has == nil || has(id)
	}}
	return p.FlatVectors.Nearest(ctx, vector, within, limit)
}

// Vectors are found within quantities by an index that knows values alone.
func TestQuantitiesAreNotAskedOfDrivers(t *testing.T) {
	t.Parallel()
	docs := []search.Document{
		{ID: "short", Text: map[string]string{search.FieldTitle: "Oak table 60 cm"}, Attributes: map[string][]string{"Width": {"60 cm"}}, Numbers: map[string]float64{"price": 10}},
		{ID: "long", Text: map[string]string{search.FieldTitle: "Oak table 2 m"}, Attributes: map[string][]string{"Width": {"200 cm"}}, Numbers: map[string]float64{"price": 20}},
	}
	lsa, err := search.TrainLSA(t.Context(), docs, search.LSAConfig{Dimensions: 2})
	require.NoError(t, err)
	vectors := &pushing{FlatVectors: search.NewFlatVectors(), numbers: map[string]map[string]float64{}}
	engine, err := search.New(nil, vectors, lsa, search.Config{})
	require.NoError(t, err)
	require.NoError(t, engine.Put(t.Context(), docs))
	one, cheap := 1.0, 30.0
	price := search.Filter{Field: "price", Max: &cheap}
	for _, field := range []string{"Width", search.QuantityField("length")} {
		vectors.asked = nil
		result, err := engine.Search(t.Context(), search.Query{Text: "oak table", Mode: search.Semantic, Filters: []search.Filter{{Field: field, Max: &one}, price}})
		require.NoError(t, err)
		require.Len(t, result.Hits, 1, field)
		require.Equal(t, "short", result.Hits[0].ID)
		require.Contains(t, vectors.asked, []search.Filter{price}, "what documents say is still asked")
	}
}
