package search_test

import (
	"context"
	"fmt"
	"log"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

func TestProposalsOfTheCatalog(t *testing.T) {
	t.Parallel()
	var docs []search.Document
	add := func(title, color, category string) {
		n := len(docs)
		docs = append(docs, search.Document{ID: fmt.Sprint(n), Categories: [][]string{{"Shop", category}}, Text: map[string]string{search.FieldTitle: title, search.FieldColor: color,
			search.FieldBrand: fmt.Sprintf("brand%c", 'a'+n%5)}})
	}
	for i := range 12 {
		shape := []string{"corner", "sleeper", "reclining", "modular"}[i%4]
		add([]string{"red ", "blue "}[i%2]+shape+" sofa seats three", []string{"red", "blue"}[i%2], "Seating")
		add([]string{"red ", "blue "}[i%2]+shape+" couch seats three", []string{"red", "blue"}[i%2], "Seating")
		add("storage "+[]string{"package", "pkg"}[i%2]+" for boxes", "", "Boxes")
		add(fmt.Sprintf("garden hose and %s", []string{"reel", "nozzle"}[i%2]), "", "Garden")
	}
	proposed := func(c search.ProposalConfig) map[string][]string {
		out := map[string][]string{}
		for _, p := range search.ProposeSynonyms(docs, nil, c) {
			require.Positive(t, p.Score)
			require.LessOrEqual(t, p.Score, 1.0)
			for _, e := range p.Evidence {
				out[fmt.Sprint(p.Synonym.Words)] = append(out[fmt.Sprint(p.Synonym.Words)], e.Kind)
			}
		}
		return out
	}
	found := proposed(search.ProposalConfig{})
	require.Contains(t, found["[couch sofa]"], search.EvidenceContexts)
	require.Contains(t, found["[package pkg]"], search.EvidenceAbbreviation)
	require.NotContains(t, found, "[blue red]", "colors look the same and are not")
	require.NotContains(t, found, "[garden hose]", "they stand together")
	require.Equal(t, found, proposed(search.ProposalConfig{}))
	found = proposed(search.ProposalConfig{Known: []search.Synonym{{Words: []string{"Sofas", "couch"}}}})
	require.NotContains(t, found, "[couch sofa]")
	require.Len(t, search.ProposeSynonyms(docs, nil, search.ProposalConfig{Limit: 1}), 1)
	require.Empty(t, search.ProposeSynonyms(nil, nil, search.ProposalConfig{}))
}

func TestProposalsOfSearches(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var searches []search.Searched
	ask := func(session, query string, minute int, clicked bool) {
		searches = append(searches, search.Searched{Session: session, Query: query, At: start.Add(time.Duration(minute) * time.Minute), Clicked: clicked})
	}
	for _, s := range []string{"a", "b", "c"} {
		ask(s, "red settee", 0, false)
		ask(s, "red sofa", 1, true)
		ask(s, "taible", 30, false) // a mistake
		ask(s, "table", 31, true)
		ask(s, "lamp", 60, true) // was found
		ask(s, "light", 61, true)
		ask(s, "rug", 90, false) // long ago
		ask(s, "carpet", 120, true)
	}
	ask("a", "bureau", 150, false) // one session
	ask("a", "desk", 151, true)
	ask("a", "bureau", 152, false)
	ask("a", "desk", 153, true)
	got := search.ProposeSynonyms(nil, searches, search.ProposalConfig{})
	require.Equal(t, []search.Proposal{{Synonym: search.Synonym{Words: []string{"settee"}, Means: []string{"sofa"}}, Score: 0.6,
		Evidence: []search.Evidence{{Kind: search.EvidenceReformulation, Score: 0.6, Count: 3}}}}, got)
	ask("d", "sofa", 0, false)
	ask("d", "settee", 1, true)
	ask("e", "sofa", 0, false)
	ask("e", "settee", 1, true)
	got = search.ProposeSynonyms(nil, searches, search.ProposalConfig{})
	require.Len(t, got, 1)
	require.ElementsMatch(t, []string{"settee", "sofa"}, got[0].Synonym.Words, "both ways")
	require.Len(t, got[0].Evidence, 2)
}

func ExampleProposeSynonyms() {
	var searches []search.Searched
	for _, session := range []string{"s1", "s2"} {
		searches = append(searches, search.Searched{Session: session, Query: "red settee"}, search.Searched{Session: session, Query: "red sofa", Clicked: true})
	}
	for _, p := range search.ProposeSynonyms(nil, searches, search.ProposalConfig{}) {
		fmt.Println(p.Synonym.Words, p.Synonym.Means, p.Score, p.Evidence[0].Kind)
	}
	// Output: [settee] [sofa] 0.5 reformulation
}

func ExampleQuantityField() {
	ctx := context.Background()
	engine, err := search.New(nil, nil, nil, search.Config{Locale: "de"})
	if err != nil {
		log.Fatal(err)
	}
	if err := engine.Put(ctx, []search.Document{{ID: "a", Text: map[string]string{"title": "Tisch 183 cm"}}, {ID: "b", Text: map[string]string{"title": "Tisch 1,2 m"}}}); err != nil {
		log.Fatal(err)
	}
	least := 1.5 // m
	found, err := engine.Search(ctx, search.Query{Text: "Tische", Filters: []search.Filter{{Field: search.QuantityField("length"), Min: &least}}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(found.Hits), found.Hits[0].ID)
	// Output: 1 a
}
