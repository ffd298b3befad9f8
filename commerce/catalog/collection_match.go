package catalog

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// sweepPage is how many products one transaction of a sweep matches.
const sweepPage = 200

// ruleSet is all rules, compiled, under the token they were read with. A
// token is never used twice, so what is read in a transaction that is rolled
// back later cannot be taken for anything else.
type ruleSet struct {
	token      string
	rules      []CollectionRule
	categories bool // a rule looks at categories
}

type ruleCache struct{ last atomic.Pointer[ruleSet] }

// currentRules returns the rules in force and keeps them from being changed
// until the transaction ends. They are read only when they have changed.
func (s *Service) currentRules(ctx context.Context, tx Tx) (*ruleSet, error) {
	token, err := tx.Catalog().RuleToken(ctx)
	if err != nil || token == "" {
		return &ruleSet{}, err
	}
	if set := s.rules.last.Load(); set != nil && set.token == token {
		return set, nil
	}
	rules, err := tx.Catalog().CollectionRules(ctx)
	if err != nil {
		return nil, err
	}
	set := &ruleSet{token: token, rules: rules}
	for i := range rules {
		rules[i].Rule = *rules[i].Rule.compiled()
		set.categories = set.categories || len(rules[i].Rule.Categories()) > 0
	}
	s.rules.last.Store(set)
	return set, nil
}

// rematch brings the collections of products up to date after an edit, in the
// edit's transaction.
func (s *Service) rematch(ctx context.Context, tx Tx, about []ProductEvent) error {
	set, err := s.currentRules(ctx, tx)
	if err != nil || set.token == "" {
		return err
	}
	var ids []core.ProductID
	for _, a := range about {
		if !slices.Equal(a.Changed, []string{"images"}) { // no rule looks at them
			ids = append(ids, a.ProductID)
		}
	}
	for part := range slices.Chunk(unique(ids), sweepPage) {
		products, err := tx.Catalog().Products(ctx, part)
		if err != nil {
			return err
		}
		if err := s.updateMemberships(ctx, tx, products); err != nil {
			return err
		}
	}
	return nil
}

// updateMemberships matches products, whole as they are now, with all rules in
// memory and writes only what differs from the collections they are in: an
// edit of a product touches no other product and no collection it has nothing
// to do with.
func (s *Service) updateMemberships(ctx context.Context, tx Tx, products []Product) error {
	set, err := s.currentRules(ctx, tx)
	if err != nil || set.token == "" || len(products) == 0 {
		return err
	}
	subjects, err := s.subjects(ctx, tx, products, set.categories)
	if err != nil {
		return err
	}
	ids := make([]core.ProductID, len(products))
	for i, p := range products {
		ids[i] = p.ID
	}
	members, err := tx.Catalog().Members(ctx, ids)
	if err != nil {
		return err
	}
	type key struct {
		c core.CollectionID
		p core.ProductID
	}
	is := make(map[key]bool, len(members))
	for _, m := range members {
		is[key{m.CollectionID, m.ProductID}] = true
	}
	should := map[key]bool{}
	var put, remove []Member
	for _, subject := range subjects {
		for i := range set.rules {
			r := &set.rules[i]
			if !Match(&r.Rule, subject) {
				continue
			}
			k := key{r.ID, subject.product.ID}
			should[k] = true
			if !is[k] {
				put = append(put, Member{CollectionID: r.ID, ProductID: k.p, Position: Unplaced, ByRule: true})
			}
		}
	}
	for _, m := range members {
		if m.ByRule && !should[key{m.CollectionID, m.ProductID}] {
			remove = append(remove, m)
		}
	}
	return s.writeMembers(ctx, tx, put, remove)
}

func (s *Service) writeMembers(ctx context.Context, tx Tx, put, remove []Member) error {
	if err := tx.Catalog().RemoveMembers(ctx, remove, true); err != nil {
		return err
	}
	return tx.Catalog().PutMembers(ctx, put)
}

// subjects prepares products for matching.
func (s *Service) subjects(ctx context.Context, tx Tx, products []Product, categories bool) ([]*Subject, error) {
	paths := map[core.CategoryID][]core.CategoryID{}
	if categories {
		var ids []core.CategoryID
		for _, p := range products {
			ids = append(ids, p.Categories...)
		}
		slices.Sort(ids)
		found, err := tx.Catalog().CategoriesByID(ctx, slices.Compact(ids))
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			paths[c.ID] = c.Path
		}
	}
	now := s.now()
	out := make([]*Subject, len(products))
	for i := range products {
		var own [][]core.CategoryID
		for _, id := range products[i].Categories {
			own = append(own, paths[id])
		}
		out[i] = NewSubject(&products[i], own, now)
	}
	return out, nil
}

// restart makes the collections due whose rules name one of the categories,
// and returns them.
func (s *Service) restart(ctx context.Context, tx Tx, categories []core.CategoryID) ([]core.CollectionID, error) {
	set, err := s.currentRules(ctx, tx)
	if err != nil {
		return nil, err
	}
	var due []core.CollectionID
	for _, r := range set.rules {
		if slices.ContainsFunc(r.Rule.Categories(), func(id core.CategoryID) bool { return slices.Contains(categories, id) }) {
			due = append(due, r.ID)
		}
	}
	return due, tx.Catalog().RestartSweeps(ctx, due, s.now())
}

// sweep works off collections that are due. What fails stays due for
// RefreshCollections: the change that made it due is committed already.
func (s *Service) sweep(ctx context.Context, ids []core.CollectionID) {
	for _, id := range ids {
		if s.sweepOne(ctx, id) != nil {
			return
		}
	}
}

func (s *Service) sweepOne(ctx context.Context, id core.CollectionID) error {
	for {
		done, err := s.sweepSome(ctx, id)
		if err != nil || done {
			return err
		}
	}
}

// sweepSome matches a page of products with a collection's rule. The
// collection is held, so that sweeps of it take turns and none goes on with a
// rule that was replaced; the products are held, so that none is edited
// between being read and its membership being written.
func (s *Service) sweepSome(ctx context.Context, id core.CollectionID) (done bool, err error) {
	err = s.db.Update(ctx, func(tx Tx) error {
		st := tx.Catalog()
		now := s.now()
		w, err := st.LockSweep(ctx, id)
		if err != nil {
			return err
		}
		if done = w.DueAt.IsZero() || w.DueAt.After(now); done {
			return nil
		}
		if w.Rule == nil {
			w.Rule = &Rule{} // it was taken away: matches nothing
		}
		page, err := st.ProductIDs(ctx, w.After, sweepPage)
		if err != nil {
			return err
		}
		ids, err := st.HoldProducts(ctx, page)
		if err != nil {
			return err
		}
		products, err := st.Products(ctx, ids)
		if err != nil {
			return err
		}
		subjects, err := s.subjects(ctx, tx, products, len(w.Rule.Categories()) > 0)
		if err != nil {
			return err
		}
		members, err := st.CollectionMembers(ctx, id, ids)
		if err != nil {
			return err
		}
		put, remove := difference(id, w.Rule.compiled(), subjects, members)
		if err := s.writeMembers(ctx, tx, put, remove); err != nil {
			return err
		}
		if len(page) == sweepPage {
			return st.SetSweep(ctx, id, page[len(page)-1], w.DueAt)
		}
		done = true
		var next time.Time
		if w.Rule.ByTime() {
			next = now.Add(s.cfg.Rematch)
		}
		return st.SetSweep(ctx, id, "", next)
	})
	return done, err
}

// difference compares who matches with who is in.
func difference(id core.CollectionID, rule *Rule, subjects []*Subject, members []Member) (put, remove []Member) {
	is := make(map[core.ProductID]Member, len(members))
	for _, m := range members {
		is[m.ProductID] = m
	}
	for _, subject := range subjects {
		p := subject.product.ID
		m, in := is[p]
		switch matches := Match(rule, subject); {
		case matches && !in:
			put = append(put, Member{CollectionID: id, ProductID: p, Position: Unplaced, ByRule: true})
		case !matches && in && m.ByRule:
			remove = append(remove, m)
		}
	}
	return put, remove
}

// RefreshCollections works off every collection that is due: rules that
// depend on the time, and sweeps that were cut short. A job calls it every few
// minutes; it may run in several processes at once. It returns how many
// collections it brought up to date.
func (s *Service) RefreshCollections(ctx context.Context) (int, error) {
	n := 0
	for {
		var due []core.CollectionID
		err := s.db.View(ctx, func(tx Tx) (err error) {
			due, err = tx.Catalog().DueCollections(ctx, s.now(), 100)
			return err
		})
		if err != nil || len(due) == 0 {
			return n, err
		}
		for _, id := range due {
			if err := s.sweepOne(ctx, id); err != nil && !core.IsKind(err, core.KindNotFound) { // deleted meanwhile
				return n, err
			}
			n++
		}
	}
}

// RulePreview is what a rule would match.
type RulePreview struct {
	Count    int64  `json:"count"`
	Products []Card `json:"products"` // the first ones by ID
}

// PreviewRule tells what a rule would match now, with the first n products (at
// most 50). It looks at every product, a page at a time, and writes nothing.
// Needs PermCatalogRead.
func (s *Service) PreviewRule(ctx context.Context, rule Rule, n int) (RulePreview, error) {
	if err := core.Require(ctx, core.PermCatalogRead); err != nil {
		return RulePreview{}, err
	}
	var v core.Violations
	rule.validate(&v, "rule")
	if err := v.Err(); err != nil {
		return RulePreview{}, err
	}
	matcher := rule.compiled()
	var out RulePreview
	var first []core.ProductID
	after, more := core.ProductID(""), true
	for more {
		err := s.db.View(ctx, func(tx Tx) error {
			ids, err := tx.Catalog().ProductIDs(ctx, after, sweepPage)
			if err != nil {
				return err
			}
			if more = len(ids) == sweepPage; more {
				after = ids[len(ids)-1]
			}
			products, err := tx.Catalog().Products(ctx, ids)
			if err != nil {
				return err
			}
			slices.SortFunc(products, func(a, b Product) int { return cmp.Compare(a.ID, b.ID) })
			subjects, err := s.subjects(ctx, tx, products, len(rule.Categories()) > 0)
			if err != nil {
				return err
			}
			for _, subject := range subjects {
				if Match(matcher, subject) {
					if out.Count++; len(first) < min(n, 50) {
						first = append(first, subject.product.ID)
					}
				}
			}
			return nil
		})
		if err != nil {
			return RulePreview{}, err
		}
	}
	if len(first) == 0 {
		return out, nil
	}
	err := s.db.View(ctx, func(tx Tx) (err error) {
		out.Products, err = tx.Catalog().Cards(ctx, first)
		return err
	})
	slices.SortFunc(out.Products, func(a, b Card) int { return cmp.Compare(a.ID, b.ID) })
	return out, err
}
