package storagetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

// SearchIndex is the conformance suite of search.Index. open returns an empty
// index of default weights.
func SearchIndex(t *testing.T, open func(t *testing.T) search.Index) {
	doc := func(id, title string) search.Document {
		return search.Document{ID: id, Locale: "en", Text: map[string]string{search.FieldTitle: title}}
	}
	put := func(t *testing.T, i search.Index, docs ...search.Document) {
		t.Helper()
		require.NoError(t, i.Put(t.Context(), docs))
	}
	find := func(t *testing.T, i search.Index, text string, limit int) []string {
		t.Helper()
		matches, err := i.Find(t.Context(), search.Words{Text: text, Locale: "en"}, limit)
		require.NoError(t, err)
		return matchIDs(t, matches)
	}
	count := func(t *testing.T, i search.Index, want int) {
		t.Helper()
		n, err := i.Count(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, n)
	}

	t.Run("finds by words", func(t *testing.T) {
		i := open(t)
		require.Empty(t, find(t, i, "sofa", 10))
		put(t, i, doc("a", "Red leather sofa"), doc("b", "Blue sofa"), doc("c", "Oak table"))
		require.Equal(t, []string{"a", "b"}, find(t, i, "red sofas", 10))
		require.Equal(t, []string{"a"}, find(t, i, "red sofas", 1))
		require.Equal(t, []string{"c"}, find(t, i, "OAK", 10))
		require.Empty(t, find(t, i, "lamp", 10))
		require.Empty(t, find(t, i, "", 10))
		require.Empty(t, find(t, i, "sofa", 0))
		count(t, i, 3)
	})
	t.Run("of a selection", func(t *testing.T) {
		i := open(t)
		var docs []search.Document
		for n := range 300 {
			d := doc(fmt.Sprintf("d%03d", n), "Red sofa")
			d.Attributes = map[string][]string{"x": {"y"}}
			docs = append(docs, d)
		}
		put(t, i, docs...)
		for _, wanted := range []map[string]bool{{}, {"d299": true}, {"d007": true, "d150": true, "d298": true, "none": true}} {
			within := search.Selection{Filters: []search.Filter{{Field: "x", Values: []string{"y"}}}, Has: func(id string) bool { return wanted[id] }}
			matches, err := i.Find(t.Context(), search.Words{Text: "sofa", Locale: "en", Within: within}, 2)
			require.NoError(t, err)
			require.Len(t, matches, min(2, max(0, len(wanted)-b2i(wanted["none"]))))
			for _, m := range matches {
				require.True(t, wanted[m.ID])
			}
		}
	})
	t.Run("by filters", func(t *testing.T) {
		i := open(t)
		docs := filterDocuments()
		for n := range docs {
			docs[n].Locale, docs[n].Text = "en", map[string]string{search.FieldTitle: "Sofa"}
		}
		put(t, i, docs...)
		put(t, i, doc("undocumented", "Lamp"))
		for _, c := range filterCases() {
			for text, ids := range map[string][]string{"sofa": c.ids, "quilt": nil, "the": nil, "": nil} {
				matches, err := i.Find(t.Context(), search.Words{Text: text, Locale: "en", Within: selection(docs, c.filters)}, 10)
				require.NoError(t, err)
				require.ElementsMatch(t, ids, matchIDs(t, matches), "%q %s", text, told(c.filters))
			}
		}
	})
	t.Run("a selection leaves scores and order", func(t *testing.T) {
		i := open(t)
		for n := range 60 {
			put(t, i, doc(fmt.Sprintf("d%02d", n), fmt.Sprintf("Red%s sofa", strings.Repeat(" oak", n%7))))
		}
		all, err := i.Find(t.Context(), search.Words{Text: "red sofa", Locale: "en"}, 100)
		require.NoError(t, err)
		require.Len(t, all, 60)
		within := search.Selection{Has: func(id string) bool { return id[2]%2 == 0 }}
		all = slices.DeleteFunc(all, func(m search.Match) bool { return !within.Has(m.ID) })
		for _, limit := range []int{1, 7, 100} {
			some, err := i.Find(t.Context(), search.Words{Text: "red sofa", Locale: "en", Within: within}, limit)
			require.NoError(t, err)
			require.Equal(t, all[:min(limit, len(all))], some)
		}
	})
	t.Run("a field counts by its weight", func(t *testing.T) {
		i := open(t)
		put(t, i, search.Document{ID: "a", Locale: "en", Text: map[string]string{search.FieldTitle: "Shelf", search.FieldDescription: "lamp"}},
			search.Document{ID: "b", Locale: "en", Text: map[string]string{search.FieldTitle: "Lamp", search.FieldDescription: "shelf"}},
			search.Document{ID: "c", Locale: "en", Categories: [][]string{{"Garden", "Chairs"}}})
		require.Equal(t, []string{"b", "a"}, find(t, i, "lamp", 10))
		require.Equal(t, []string{"a", "b"}, find(t, i, "shelf", 10))
		require.Equal(t, []string{"c"}, find(t, i, "garden chair", 10))
	})
	t.Run("a rare word counts more", func(t *testing.T) {
		i := open(t)
		put(t, i, doc("a", "Cotton shirt"), doc("b", "Cotton towel"), doc("c", "Cotton sheet"), doc("d", "Silk shirt"), doc("e", "Cotton sock"))
		require.Equal(t, "d", find(t, i, "cotton silk", 10)[0])
	})
	t.Run("equals by id", func(t *testing.T) {
		i := open(t)
		put(t, i, doc("c", "Blue cup"), doc("a", "Blue cup"), doc("b", "Blue cup"))
		require.Equal(t, []string{"a", "b", "c"}, find(t, i, "cup", 10))
		require.Equal(t, []string{"a", "b"}, find(t, i, "cup", 2))
	})
	t.Run("replace and delete", func(t *testing.T) {
		i := open(t)
		put(t, i, doc("a", "Sofa"), doc("b", "Sofa"), doc("a", "Lamp"))
		require.Equal(t, []string{"b"}, find(t, i, "sofa", 10))
		put(t, i, doc("b", "Table"))
		require.Empty(t, find(t, i, "sofa", 10))
		count(t, i, 2)
		require.NoError(t, i.Delete(t.Context(), []string{"b", "nobody", ""}))
		require.Empty(t, find(t, i, "table", 10))
		require.Equal(t, []string{"a"}, find(t, i, "lamp", 10))
		count(t, i, 1)
	})
	t.Run("languages", func(t *testing.T) {
		i := open(t)
		for _, l := range []struct{ locale, title, text string }{
			{"en", "Running shoes", "shoe"}, {"de-AT", "Kleine Tische", "tische"}, {"fr", "Chaises hautes", "chaises"}, {"es", "Zapatos negros", "zapatos"},
			{"it", "Tavoli bianchi", "tavoli"}, {"nl", "Houten stoelen", "stoelen"}, {"pt_BR", "Camisas brancas", "camisas"},
			{"ja", "赤いソファ", "ソファ"}, {"zh-Hans", "红色沙发", "沙发"}, {"pl", "Czerwona Kanapa", "kanapa"}, {"", "Grün 42", "grün"},
		} {
			put(t, i, search.Document{ID: "x" + l.locale, Locale: l.locale, Text: map[string]string{search.FieldTitle: l.title}})
			matches, err := i.Find(t.Context(), search.Words{Text: l.text, Locale: l.locale}, 10)
			require.NoError(t, err)
			require.Contains(t, matchIDs(t, matches), "x"+l.locale, l.text)
		}
	})
	t.Run("hostile text", func(t *testing.T) {
		i := open(t)
		put(t, i, doc("a", "Sofa"))
		for _, text := range []string{"\x00\xff", `"`, "+-*:()[]{}^~\\/", "sofa\x00", "title:sofa^100", "the of and"} {
			_, err := i.Find(t.Context(), search.Words{Text: text, Locale: "en"}, 10)
			require.NoError(t, err, "%q", text)
		}
	})
	t.Run("an empty id puts nothing", func(t *testing.T) {
		i := open(t)
		var wrong *search.DocumentError
		require.ErrorAs(t, i.Put(t.Context(), []search.Document{doc("a", "Sofa"), doc("", "Sofa")}), &wrong)
		count(t, i, 0)
	})
	t.Run("cancelled", func(t *testing.T) {
		i := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, i.Put(ctx, []search.Document{doc("a", "Sofa")}), context.Canceled)
		require.ErrorIs(t, i.Delete(ctx, []string{"a"}), context.Canceled)
		_, err := i.Find(ctx, search.Words{Text: "sofa"}, 10)
		require.ErrorIs(t, err, context.Canceled)
		count(t, i, 0)
	})
	t.Run("many at once", func(t *testing.T) {
		i := open(t)
		inParallel(t, 4, func(worker int) error {
			for n := range 10 {
				id := fmt.Sprintf("%d-%d", worker, n)
				if err := i.Put(t.Context(), []search.Document{doc(id, "Sofa "+id)}); err != nil {
					return err
				}
				if _, err := i.Find(t.Context(), search.Words{Text: "sofa", Locale: "en"}, 5); err != nil {
					return err
				}
				if n%2 == 0 {
					if err := i.Delete(t.Context(), []string{id}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		count(t, i, 20)
		require.Len(t, find(t, i, "sofa", 100), 20)
	})
}

// matchIDs returns the ids of matches, which must be in order.
func matchIDs(t *testing.T, matches []search.Match) []string {
	t.Helper()
	ids := make([]string, len(matches))
	for i, m := range matches {
		ids[i] = m.ID
		if i > 0 {
			require.GreaterOrEqual(t, matches[i-1].Score, m.Score)
			require.True(t, matches[i-1].Score > m.Score || ids[i-1] < m.ID, "equals by id")
		}
	}
	return ids
}

// inParallel runs work on each of n workers and fails with their errors.
func inParallel(t *testing.T, n int, work func(worker int) error) {
	t.Helper()
	errs := make([]error, n)
	var done sync.WaitGroup
	for w := range n {
		done.Go(func() { errs[w] = work(w) })
	}
	done.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
