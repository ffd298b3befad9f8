package storagetest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
)

func tagRule(tags ...string) *catalog.Rule {
	return &catalog.Rule{Conditions: []catalog.Condition{{Field: catalog.FieldTag, Values: tags}}}
}

// members returns the products of a collection in its order, ruled marked "*".
func (s *orgShelf) members(t *testing.T, id core.CollectionID) (out []string) {
	t.Helper()
	s.view(t, func(st catalog.Store) {
		var all []core.ProductID
		for after := core.ProductID(""); ; after = all[len(all)-1] {
			page, err := st.ProductIDs(s.ctx, after, 500)
			require.NoError(t, err)
			if len(page) == 0 {
				break
			}
			all = append(all, page...)
		}
		ms, err := st.CollectionMembers(s.ctx, id, all)
		require.NoError(t, err)
		slices.SortStableFunc(ms, func(a, b catalog.Member) int { return cmp.Compare(a.Position, b.Position) })
		for _, m := range ms {
			mark := ""
			if m.ByRule {
				mark = "*"
			}
			out = append(out, string(m.ProductID)+mark)
		}
	})
	return out
}

func (s *orgShelf) collection(t *testing.T, title string, rule *catalog.Rule) catalog.Collection {
	t.Helper()
	c, err := s.CreateCollection(s.ctx, catalog.Collection{Title: title, Rule: rule})
	require.NoError(t, err)
	return c
}

func (s *orgShelf) retag(t *testing.T, p catalog.Product, tags ...string) {
	t.Helper()
	_, err := s.UpdateProduct(s.ctx, p.ID, catalog.ProductUpdate{Tags: &tags})
	require.NoError(t, err)
}

func orgByHand(t *testing.T, s *orgShelf) {
	c := s.collection(t, "Staff picks", nil)
	require.Equal(t, "staff-picks", c.Slug)
	p, q, r := s.product(t, nil), s.product(t, nil), s.product(t, nil)
	require.NoError(t, s.AddToCollection(s.ctx, c.ID, p.ID, q.ID, r.ID))
	require.NoError(t, s.ArrangeCollection(s.ctx, c.ID, r.ID, p.ID))
	require.Equal(t, []string{string(r.ID), string(p.ID), string(q.ID)}, s.members(t, c.ID))
	require.NoError(t, s.RemoveFromCollection(s.ctx, c.ID, p.ID))
	sizes, err := s.CollectionSizes(s.ctx, []core.CollectionID{c.ID})
	require.NoError(t, err)
	require.EqualValues(t, 2, sizes[c.ID])
	require.Error(t, s.AddToCollection(s.ctx, c.ID, "prod_nowhere"))

	require.NoError(t, s.DeleteProduct(s.ctx, q.ID, 0))
	require.Equal(t, []string{string(r.ID)}, s.members(t, c.ID))
	require.NoError(t, s.DeleteCollection(s.ctx, c.ID))
	_, err = s.Collection(s.ctx, c.ID)
	require.True(t, core.IsKind(err, core.KindNotFound))
}

func orgByRule(t *testing.T, s *orgShelf) {
	p := s.product(t, func(p *catalog.Product) { p.Tags = []string{"Summer"} })
	q := s.product(t, nil)
	c := s.collection(t, "Summer", tagRule("summer"))
	require.True(t, c.DueAt.IsZero(), "worked off: %v", c.DueAt)
	require.Equal(t, []string{string(p.ID) + "*"}, s.members(t, c.ID))

	s.retag(t, q, "SUMMER", "new")
	require.ElementsMatch(t, []string{string(p.ID) + "*", string(q.ID) + "*"}, s.members(t, c.ID))
	s.retag(t, p)
	require.Equal(t, []string{string(q.ID) + "*"}, s.members(t, c.ID))
	born := s.product(t, func(p *catalog.Product) { p.Tags = []string{"summer"} })
	require.ElementsMatch(t, []string{string(q.ID) + "*", string(born.ID) + "*"}, s.members(t, c.ID))

	// By hand it stays, whatever the rule says; and comes back by it.
	require.NoError(t, s.AddToCollection(s.ctx, c.ID, q.ID))
	s.retag(t, q, "winter")
	require.ElementsMatch(t, []string{string(q.ID), string(born.ID) + "*"}, s.members(t, c.ID))
	require.NoError(t, s.RemoveFromCollection(s.ctx, c.ID, q.ID, born.ID))
	require.Equal(t, []string{string(born.ID) + "*"}, s.members(t, c.ID))

	c, err := s.UpdateCollection(s.ctx, c.ID, c.Version, catalog.CollectionUpdate{Rule: tagRule("winter")})
	require.NoError(t, err)
	require.Equal(t, []string{string(q.ID) + "*"}, s.members(t, c.ID))
	_, err = s.UpdateCollection(s.ctx, c.ID, c.Version, catalog.CollectionUpdate{Rule: &catalog.Rule{}})
	require.NoError(t, err)
	require.Empty(t, s.members(t, c.ID), "no rule, no members by rule")

	preview, err := s.PreviewRule(s.ctx, *tagRule("winter", "summer"), 1)
	require.NoError(t, err)
	require.EqualValues(t, 2, preview.Count)
	require.Len(t, preview.Products, 1)
	_, err = s.CreateCollection(s.ctx, catalog.Collection{Title: "Bad", Rule: &catalog.Rule{Conditions: []catalog.Condition{{Field: "color"}}}})
	require.ErrorContains(t, err, "rule.conditions[0].field")
}

// orgRuleAgainstEdits changes a rule while products are edited: in the end
// each product is where the last rule puts it as it is now.
func orgRuleAgainstEdits(t *testing.T, s *orgShelf) {
	var ps []catalog.Product
	for n := range 6 {
		ps = append(ps, s.product(t, func(p *catalog.Product) { p.Tags = []string{fmt.Sprint("t", n%2)} }))
	}
	c := s.collection(t, "Contested", tagRule("t0"))
	var wg sync.WaitGroup
	for w, p := range ps {
		wg.Go(func() {
			for n := range 6 {
				tags := []string{fmt.Sprint("t", (n+w)%2)}
				if _, err := s.UpdateProduct(s.ctx, p.ID, catalog.ProductUpdate{Tags: &tags}); err != nil {
					t.Errorf("editing: %v", err)
				}
			}
		})
	}
	wg.Go(func() {
		for n := range 6 {
			now, err := s.Collection(s.ctx, c.ID)
			if err == nil {
				_, err = s.UpdateCollection(s.ctx, c.ID, now.Version, catalog.CollectionUpdate{Rule: tagRule(fmt.Sprint("t", (n+1)%2))})
			}
			if err != nil {
				t.Errorf("changing the rule: %v", err)
			}
		}
	})
	wg.Wait()
	_, err := s.RefreshCollections(s.ctx)
	require.NoError(t, err)
	var want []string
	now, err := s.Collection(s.ctx, c.ID)
	require.NoError(t, err)
	s.view(t, func(st catalog.Store) {
		for _, p := range ps {
			found, err := st.Products(s.ctx, []core.ProductID{p.ID})
			require.NoError(t, err)
			if catalog.Match(now.Rule, catalog.NewSubject(&found[0], nil, s.now)) {
				want = append(want, string(p.ID)+"*")
			}
		}
	})
	require.ElementsMatch(t, want, s.members(t, c.ID))
}

func orgSweep(t *testing.T, s *orgShelf) {
	var batch []catalog.Product
	for n := range 450 { // more than two pages
		batch = append(batch, catalog.Product{Title: fmt.Sprint("P ", n), Vendor: fmt.Sprint("v", n%3)})
	}
	_, err := s.ImportProducts(s.ctx, batch)
	require.NoError(t, err)
	c := s.collection(t, "Third", &catalog.Rule{Conditions: []catalog.Condition{{Field: catalog.FieldVendor, Values: []string{"V1"}}}})
	full := s.members(t, c.ID)
	require.Len(t, full, 150)
	slices.Sort(full)

	// A sweep that was cut short is finished by the job, from where it was.
	var cursor core.ProductID
	require.NoError(t, s.db.Update(s.ctx, func(tx storage.Tx) error {
		ids, err := tx.Catalog().ProductIDs(s.ctx, "", 450)
		if err != nil {
			return err
		}
		var ms []catalog.Member
		for _, id := range ids {
			ms = append(ms, catalog.Member{CollectionID: c.ID, ProductID: id})
		}
		if err := tx.Catalog().RemoveMembers(s.ctx, ms, true); err != nil {
			return err
		}
		cursor = ids[199]
		return tx.Catalog().SetSweep(s.ctx, c.ID, cursor, s.now)
	}))
	n, err := s.RefreshCollections(s.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	done, _ := slices.BinarySearch(full, string(cursor)+"~")
	require.ElementsMatch(t, full[done:], s.members(t, c.ID), "what comes after the cursor")
	n, err = s.RefreshCollections(s.ctx)
	require.NoError(t, err)
	require.Zero(t, n)
}

func orgByTime(t *testing.T, s *orgShelf) {
	p := s.product(t, nil)
	soon := s.now.Add(50 * time.Hour)
	s.product(t, func(p *catalog.Product) {
		p.Variants[0].Prices = []catalog.Price{{Currency: "EUR", Amount: 99, ValidFrom: soon}, {Currency: "EUR", Amount: 5000}}
	})
	fresh := s.collection(t, "New in", &catalog.Rule{Conditions: []catalog.Condition{{Field: catalog.FieldCreated, Days: 1}}})
	require.False(t, fresh.DueAt.IsZero())
	most := int64(100)
	cheap := s.collection(t, "Under 1", &catalog.Rule{Conditions: []catalog.Condition{{Field: catalog.FieldPrice, Currency: "EUR", Max: &most}}})
	require.Len(t, s.members(t, fresh.ID), 2)
	require.Empty(t, s.members(t, cheap.ID))

	s.pass(51 * time.Hour)
	n, err := s.RefreshCollections(s.ctx)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Empty(t, s.members(t, fresh.ID))
	require.Len(t, s.members(t, cheap.ID), 1)
	_ = p
}

func orgCategoryRules(t *testing.T, s *orgShelf) {
	top, other := s.category(t, "Top", ""), s.category(t, "Other", "")
	below := s.category(t, "Below", top.ID)
	p := s.product(t, func(p *catalog.Product) { p.Categories = []core.CategoryID{below.ID} })
	q := s.product(t, nil)
	c := s.collection(t, "All of top", &catalog.Rule{Conditions: []catalog.Condition{{Field: catalog.FieldCategory, Values: []string{string(top.ID)}}}})
	require.Equal(t, []string{string(p.ID) + "*"}, s.members(t, c.ID), "below counts")
	require.NoError(t, s.AddToCategory(s.ctx, top.ID, q.ID))
	require.Len(t, s.members(t, c.ID), 2)
	require.NoError(t, s.RemoveFromCategory(s.ctx, top.ID, q.ID))
	_, err := s.MoveCategory(s.ctx, below.ID, other.ID, 0)
	require.NoError(t, err)
	require.Empty(t, s.members(t, c.ID))
	_, err = s.MoveCategory(s.ctx, below.ID, top.ID, 0)
	require.NoError(t, err)
	require.Len(t, s.members(t, c.ID), 1)
	require.NoError(t, s.DeleteCategory(s.ctx, below.ID, true))
	require.Len(t, s.members(t, c.ID), 1, "its products went to top")
	require.NoError(t, s.DeleteCategory(s.ctx, top.ID, false))
	require.Empty(t, s.members(t, c.ID))
}

func orgLists(t *testing.T, s *orgShelf) {
	for n := range 7 {
		_, err := s.CreateCollection(s.ctx, catalog.Collection{Title: fmt.Sprintf("Größe %d", 6-n), Hidden: n == 0, Metadata: map[string]json.RawMessage{"n": json.RawMessage(fmt.Sprint(n))}})
		require.NoError(t, err)
	}
	s.collection(t, "100%_off", nil)
	var got []string
	for after := ""; ; {
		page, err := s.Collections(t.Context(), catalog.CollectionQuery{Query: "GR", Hidden: true}, core.PageQuery{Limit: 2, After: after})
		require.NoError(t, err)
		for _, c := range page.Items {
			got = append(got, c.Title)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	require.Equal(t, "Größe 0 Größe 1 Größe 2 Größe 3 Größe 4 Größe 5", strings.Join(got, " "), "without the hidden one")
	page, err := s.Collections(s.ctx, catalog.CollectionQuery{Query: "%_", Hidden: true}, core.PageQuery{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1, "the pattern's signs are plain")

	hidden, err := s.Collections(s.ctx, catalog.CollectionQuery{Query: "6", Hidden: true}, core.PageQuery{})
	require.NoError(t, err)
	require.Len(t, hidden.Items, 1)
	_, err = s.CollectionBySlug(t.Context(), hidden.Items[0].Slug, "")
	require.True(t, core.IsKind(err, core.KindNotFound))
	found, err := s.CollectionBySlug(s.ctx, hidden.Items[0].Slug, "")
	require.NoError(t, err)
	require.Equal(t, hidden.Items[0], found)
}
