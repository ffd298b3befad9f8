package storagetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
)

// CatalogOrg tests how the catalog is organised: categories, collections and
// images, through the service and the store.
func CatalogOrg(t *testing.T, open func(t *testing.T) *storage.DB) {
	for name, test := range map[string]func(*testing.T, *orgShelf){
		"tree": orgTree, "moves at once": orgMovesAtOnce, "tree is sound": orgTreeIsSound, "slugs": orgSlugsRedirect, "delete": orgDelete, "products": orgProducts, "hidden": orgHidden,
		"by hand": orgByHand, "by rule": orgByRule, "rule against edits": orgRuleAgainstEdits, "sweep by pages": orgSweep, "by time": orgByTime,
		"categories in rules": orgCategoryRules, "lists": orgLists, "image rows": orgImages,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newOrgShelf(t, open(t)))
		})
	}
}

// orgShelf is a catalog service over a fresh database, used by the system.
type orgShelf struct {
	*catalog.Service
	db    *storage.DB
	ctx   context.Context
	mu    sync.Mutex
	now   time.Time
	count int
}

func newOrgShelf(t *testing.T, db *storage.DB) *orgShelf {
	s := &orgShelf{db: db, ctx: core.WithActor(t.Context(), core.System("storagetest")), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	clock := core.Clock(func() time.Time {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.now = s.now.Add(time.Microsecond)
		return s.now
	})
	s.Service = catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{Clock: clock, IDs: core.NewIDs(clock, nil)})
	return s
}

func (s *orgShelf) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *orgShelf) category(t *testing.T, title string, parent core.CategoryID) catalog.Category {
	t.Helper()
	c, err := s.CreateCategory(s.ctx, catalog.Category{Title: title, ParentID: parent})
	require.NoError(t, err)
	return c
}

// product adds an active product; change may be nil.
func (s *orgShelf) product(t *testing.T, change func(*catalog.Product)) catalog.Product {
	t.Helper()
	s.count++
	p := catalog.Product{Title: fmt.Sprintf("Product %d", s.count), Status: catalog.StatusActive, Variants: []catalog.Variant{{SKU: fmt.Sprintf("SKU-%d", s.count),
		Prices: []catalog.Price{{Currency: "EUR", Amount: int64(1000 * s.count)}}}}}
	if change != nil {
		change(&p)
	}
	p, err := s.CreateProduct(s.ctx, p)
	require.NoError(t, err)
	return p
}

func (s *orgShelf) view(t *testing.T, fn func(st catalog.Store)) {
	t.Helper()
	require.NoError(t, s.db.View(s.ctx, func(tx storage.Tx) error {
		fn(tx.Catalog())
		return nil
	}))
}

// sound checks what must hold of the tree at any moment: paths are the chain
// of parents, depths fit, nothing is lost.
func (s *orgShelf) sound(t *testing.T) []catalog.Category {
	t.Helper()
	var all []catalog.Category
	s.view(t, func(st catalog.Store) {
		var err error
		all, err = st.Categories(s.ctx)
		require.NoError(t, err)
	})
	byID := map[core.CategoryID]catalog.Category{}
	for _, c := range all {
		byID[c.ID] = c
	}
	for _, c := range all {
		var up []core.CategoryID
		for at := c; ; at = byID[at.ParentID] {
			up = append([]core.CategoryID{at.ID}, up...)
			require.LessOrEqual(t, len(up), catalog.MaxDepth, "a cycle, or too deep")
			if at.ParentID == "" {
				break
			}
			require.Contains(t, byID, at.ParentID)
		}
		require.Equal(t, up, c.Path, c.Title)
	}
	return all
}

func orgTitles(nodes []catalog.CategoryNode) (out []string) {
	for _, n := range nodes {
		out = append(out, n.Title)
		for _, below := range orgTitles(n.Children) {
			out = append(out, "-"+below)
		}
	}
	return out
}

func orgTree(t *testing.T, s *orgShelf) {
	clothing := s.category(t, "Clothing", "")
	s.category(t, "Garden", "")
	jackets := s.category(t, "Jackets", clothing.ID)
	rain := s.category(t, "Rain jackets", jackets.ID)
	first, err := s.CreateCategory(s.ctx, catalog.Category{Title: "Art", Position: 1})
	require.NoError(t, err)
	require.Equal(t, 1, first.Position)
	tree, err := s.CategoryTree(s.ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"Art", "Clothing", "-Jackets", "--Rain jackets", "Garden"}, orgTitles(tree))

	crumbs, err := s.Breadcrumbs(s.ctx, rain.ID)
	require.NoError(t, err)
	require.Equal(t, []core.CategoryID{clothing.ID, jackets.ID, rain.ID}, []core.CategoryID{crumbs[0].ID, crumbs[1].ID, crumbs[2].ID})

	moved, err := s.MoveCategory(s.ctx, jackets.ID, "", 2)
	require.NoError(t, err)
	require.Equal(t, jackets.Version+1, moved.Version)
	tree, err = s.CategoryTree(s.ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"Art", "Jackets", "-Rain jackets", "Clothing", "Garden"}, orgTitles(tree))
	s.sound(t)

	var cycle *catalog.CycleError
	_, err = s.MoveCategory(s.ctx, jackets.ID, rain.ID, 0)
	require.ErrorAs(t, err, &cycle)
	_, err = s.MoveCategory(s.ctx, jackets.ID, jackets.ID, 0)
	require.ErrorAs(t, err, &cycle)
	_, err = s.MoveCategory(s.ctx, jackets.ID, "cat_nowhere", 0)
	require.True(t, core.IsKind(err, core.KindNotFound))

	deep := rain.ID
	for d := 3; d <= catalog.MaxDepth; d++ {
		deep = s.category(t, fmt.Sprint("Level ", d), deep).ID
	}
	var tooDeep *catalog.DepthError
	_, err = s.CreateCategory(s.ctx, catalog.Category{Title: "Below", ParentID: deep})
	require.ErrorAs(t, err, &tooDeep)
	_, err = s.MoveCategory(s.ctx, jackets.ID, clothing.ID, 0)
	require.ErrorAs(t, err, &tooDeep)
	require.Equal(t, catalog.MaxDepth+1, tooDeep.Depth)
	s.sound(t)

	title, stale := "Garden & balcony", int64(1)
	c, err := s.UpdateCategory(s.ctx, clothing.ID, clothing.Version, catalog.CategoryUpdate{Title: &title})
	require.NoError(t, err)
	require.Equal(t, title, c.Title)
	_, err = s.UpdateCategory(s.ctx, clothing.ID, stale, catalog.CategoryUpdate{Title: &title})
	require.True(t, core.IsKind(err, core.KindStale), "%v", err)
	_, err = s.CreateCategory(t.Context(), catalog.Category{Title: "No"})
	require.True(t, core.IsKind(err, core.KindUnauthenticated))
}

func orgMovesAtOnce(t *testing.T, s *orgShelf) {
	for range 10 {
		a, b := s.category(t, "A", ""), s.category(t, "B", "")
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, move := range [][2]core.CategoryID{{a.ID, b.ID}, {b.ID, a.ID}} {
			wg.Go(func() { _, errs[i] = s.MoveCategory(s.ctx, move[0], move[1], 0) })
		}
		wg.Wait()
		var cycle *catalog.CycleError
		require.NotEqual(t, (errs[0] == nil), (errs[1] == nil), "one of two moves below each other goes: %v", errs)
		for _, err := range errs {
			if err != nil {
				require.ErrorAs(t, err, &cycle)
			}
		}
		s.sound(t)
	}
}

func orgSlugsRedirect(t *testing.T, s *orgShelf) {
	c, err := s.CreateCategory(s.ctx, catalog.Category{Title: "Men's Shoes", Translations: map[string]catalog.Translation{"de": {Title: "Schuhe für Herren"}}})
	require.NoError(t, err)
	require.Equal(t, "mens-shoes", c.Slug)
	require.Equal(t, "schuhe-fuer-herren", c.Translations["de"].Slug)
	other := s.category(t, "Men's Shoes", "")
	require.Equal(t, "mens-shoes-2", other.Slug)

	found, err := s.CategoryBySlug(t.Context(), "schuhe-fuer-herren", "de-CH")
	require.NoError(t, err)
	require.Equal(t, c.ID, found.ID)
	var moved *catalog.SlugMovedError
	_, err = s.CategoryBySlug(t.Context(), "mens-shoes", "de")
	require.ErrorAs(t, err, &moved)
	require.Equal(t, "schuhe-fuer-herren", moved.Slug)

	slug := "shoes"
	c, err = s.UpdateCategory(s.ctx, c.ID, c.Version, catalog.CategoryUpdate{Slug: &slug})
	require.NoError(t, err)
	_, err = s.CategoryBySlug(t.Context(), "mens-shoes", "")
	require.ErrorAs(t, err, &moved)
	require.Equal(t, "shoes", moved.Slug)
	_, err = s.UpdateCategory(s.ctx, other.ID, other.Version, catalog.CategoryUpdate{Slug: &slug})
	require.True(t, core.IsKind(err, core.KindExists), "%v", err)

	old := "mens-shoes" // only redirects: may be taken over
	_, err = s.UpdateCategory(s.ctx, other.ID, other.Version, catalog.CategoryUpdate{Slug: &old})
	require.NoError(t, err)
	found, err = s.CategoryBySlug(t.Context(), old, "")
	require.NoError(t, err)
	require.Equal(t, other.ID, found.ID)
	_, err = s.CategoryBySlug(t.Context(), "never", "")
	require.True(t, core.IsKind(err, core.KindNotFound))
}

func orgDelete(t *testing.T, s *orgShelf) {
	top := s.category(t, "Top", "")
	mid := s.category(t, "Mid", top.ID)
	s.category(t, "Before", top.ID)
	a, b := s.category(t, "A", mid.ID), s.category(t, "B", mid.ID)
	p := s.product(t, func(p *catalog.Product) { p.Categories = []core.CategoryID{mid.ID, a.ID} })

	err := s.DeleteCategory(s.ctx, mid.ID, false)
	require.Equal(t, "category_has_children", core.CodeOf(err))
	require.NoError(t, s.DeleteCategory(s.ctx, mid.ID, true))
	tree, err := s.CategoryTree(s.ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"Top", "-A", "-B", "-Before"}, orgTitles(tree), "the children take its place")
	s.sound(t)
	s.view(t, func(st catalog.Store) {
		ps, err := st.Products(s.ctx, []core.ProductID{p.ID})
		require.NoError(t, err)
		require.ElementsMatch(t, []core.CategoryID{top.ID, a.ID}, ps[0].Categories)
		require.Greater(t, ps[0].Version, p.Version)
	})
	require.NoError(t, s.DeleteCategory(s.ctx, b.ID, false))
	require.True(t, core.IsKind(s.DeleteCategory(s.ctx, b.ID, false), core.KindNotFound))
}

func orgProducts(t *testing.T, s *orgShelf) {
	top := s.category(t, "Top", "")
	left, right := s.category(t, "Left", top.ID), s.category(t, "Right", top.ID)
	p := s.product(t, func(p *catalog.Product) { p.Categories = []core.CategoryID{left.ID, right.ID} })
	q := s.product(t, nil)
	draft := s.product(t, func(p *catalog.Product) { p.Status = catalog.StatusDraft })
	require.NoError(t, s.AddToCategory(s.ctx, left.ID, q.ID, draft.ID))
	require.NoError(t, s.AddToCategory(s.ctx, left.ID, q.ID), "again is no error")

	tree, err := s.CategoryTree(s.ctx)
	require.NoError(t, err)
	require.Equal(t, catalog.CategoryCount{Direct: 0, Total: 2}, tree[0].Products, "each published product once")
	require.Equal(t, catalog.CategoryCount{Direct: 2, Total: 2}, tree[0].Children[0].Products)
	require.Equal(t, catalog.CategoryCount{Direct: 1, Total: 1}, tree[0].Children[1].Products)

	require.NoError(t, s.ArrangeCategory(s.ctx, left.ID, draft.ID, q.ID))
	require.NoError(t, s.RemoveFromCategory(s.ctx, right.ID, p.ID))
	require.Error(t, s.AddToCategory(s.ctx, left.ID, "prod_nowhere"))
	require.Error(t, s.AddToCategory(s.ctx, left.ID, p.ID, p.ID), "twice in one call")
	s.view(t, func(st catalog.Store) {
		ps, err := st.Products(s.ctx, []core.ProductID{p.ID, q.ID})
		require.NoError(t, err)
		for _, x := range ps {
			require.Equal(t, []core.CategoryID{left.ID}, x.Categories)
		}
		ids, err := st.CategoryProducts(s.ctx, left.ID, "", 10)
		require.NoError(t, err)
		require.True(t, slices.IsSorted(ids))
		require.Len(t, ids, 3)
	})
}

func orgHidden(t *testing.T, s *orgShelf) {
	top, err := s.CreateCategory(s.ctx, catalog.Category{Title: "Secret", Hidden: true})
	require.NoError(t, err)
	below := s.category(t, "Below", top.ID)
	s.category(t, "Open", "")
	tree, err := s.CategoryTree(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"Open"}, orgTitles(tree))
	_, err = s.Category(t.Context(), below.ID)
	require.True(t, core.IsKind(err, core.KindNotFound), "below a hidden one")
	_, err = s.CategoryBySlug(t.Context(), "below", "")
	require.True(t, core.IsKind(err, core.KindNotFound))
	_, err = s.Category(s.ctx, below.ID)
	require.NoError(t, err)
}
