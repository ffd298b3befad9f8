package connect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/search"
)

// SearchRequest is a shopper's search in a market.
type SearchRequest struct {
	search.Query
	Channel  core.ChannelID
	Currency money.Currency
	Session  string // whose it is, for the reports
	Region   string
	Silent   bool // not counted in the reports
}

// SearchAnswer is what was found, with the products as the market shows them.
type SearchAnswer struct {
	search.Result
	Products    map[string]catalog.Card    // by ID, of the hits
	CategoryIDs map[string]core.CategoryID // by path, of Result.Categories
	ID          core.EventID               // to be sent along with what follows; "" of silent ones
	Plain       bool                       // the engine was not asked: titles that have the text
}

// Query answers a search. Without the engine, when it is off or still reads the
// catalog, it finds products by parts of their titles.
func (s *Search) Query(ctx context.Context, r SearchRequest) (*SearchAnswer, error) {
	st := s.current.Load()
	if s.cfg.Off || st == nil {
		return s.plain(ctx, r)
	}
	q := r.Query
	q.Filters = s.inMarket(st, r)
	q.Price, q.Currency = priceField(r.Channel, r.Currency), string(r.Currency)
	for i, f := range q.Facets {
		if f.Field == fieldPrice {
			q.Facets = slices.Clone(q.Facets)
			q.Facets[i].Field = priceField(r.Channel, r.Currency)
		}
	}
	q.Sort = slices.Clone(q.Sort)
	for i := range q.Sort {
		if q.Sort[i].Field == fieldPrice {
			q.Sort[i].Field = priceField(r.Channel, r.Currency)
		}
	}
	found, err := st.engine(q.Locale).Search(ctx, q)
	if err != nil {
		return nil, asInvalid(err)
	}
	for i := range found.Facets {
		if found.Facets[i].Field == priceField(r.Channel, r.Currency) {
			found.Facets[i].Field = fieldPrice
		}
	}
	for i := range found.Understood {
		if found.Understood[i].Filter.Field == q.Price {
			found.Understood[i].Filter.Field = fieldPrice
		}
	}
	a := &SearchAnswer{Result: *found, CategoryIDs: map[string]core.CategoryID{}}
	for _, c := range found.Categories {
		if id, ok := st.category(c.Category, q.Locale); ok {
			a.CategoryIDs[c.Category] = id
		}
	}
	if err := s.show(ctx, a, r); err != nil {
		return nil, err
	}
	s.record(a, r, analytics.PlacementSearch)
	return a, nil
}

// engine returns the engine of a locale, else that of the shop's first.
func (st *searchState) engine(locale string) *search.Engine { return st.engines[st.locale(locale)] }

// locale returns the locale of the engine that answers in another.
func (st *searchState) locale(asked string) string {
	for _, l := range catalog.Fallback(asked) {
		if _, ok := st.engines[l]; ok {
			return l
		}
	}
	return st.facts.locales()[0]
}

// inMarket returns the request's filters, about what the market sells and its
// prices.
func (s *Search) inMarket(st *searchState, r SearchRequest) []search.Filter {
	filters := []search.Filter{{Field: fieldChannel, Values: []string{string(r.Channel)}}}
	for _, f := range r.Filters {
		if f.Field == fieldPrice {
			f.Field = priceField(r.Channel, r.Currency)
		}
		filters = append(filters, f)
	}
	return filters
}

// show reads the cards of the hits and drops what shoppers do not see any more.
func (s *Search) show(ctx context.Context, a *SearchAnswer, r SearchRequest) error {
	a.Products = map[string]catalog.Card{}
	for part := range slices.Chunk(a.Hits, core.MaxPageSize) {
		ids := make([]core.ProductID, len(part))
		for i, h := range part {
			ids[i] = core.ProductID(h.ID)
		}
		page, err := s.catalog.List(ctx, catalog.ListParams{Channel: r.Channel, Currency: r.Currency, Locale: r.Locale, IDs: ids}, core.PageQuery{Limit: len(ids)})
		if err != nil {
			return err
		}
		for _, c := range page.Items {
			a.Products[string(c.ID)] = c
		}
	}
	a.Hits = slices.DeleteFunc(a.Hits, func(h search.Hit) bool { _, shown := a.Products[h.ID]; return !shown })
	return nil
}

func (s *Search) record(a *SearchAnswer, r SearchRequest, placement string) {
	if r.Silent || s.recorder == nil || r.After != "" {
		return
	}
	e := analytics.Event{Placement: placement, Session: r.Session, Region: r.Region, Query: r.Text, Found: int64(max(a.Total, len(a.Hits)))}
	if a.Correction != nil && a.Correction.Applied {
		e.Query = a.Correction.Text
	}
	if st := s.current.Load(); st != nil && !a.Plain && placement == analytics.PlacementSearch {
		e.Model, _ = st.ranking()
	}
	for _, h := range a.Hits {
		e.Shown = append(e.Shown, core.ProductID(h.ID))
	}
	a.ID = s.recorder.Answer(e)
}

// plain finds without the engine.
func (s *Search) plain(ctx context.Context, r SearchRequest) (*SearchAnswer, error) {
	p := catalog.ListParams{Channel: r.Channel, Currency: r.Currency, Locale: r.Locale, Query: strings.TrimSpace(r.Text)}
	for _, f := range r.Filters {
		switch {
		case f.Field == fieldBrand && len(f.Values) == 1:
			p.Brand = f.Values[0]
		case f.Field == fieldVendor && len(f.Values) == 1:
			p.Vendor = f.Values[0]
		case f.Field == fieldCategoryID && len(f.Values) == 1:
			p.Category = core.CategoryID(f.Values[0])
		default:
			return nil, core.Errorf(core.KindUnavailable, "search_not_ready", "the search index is not there yet: filters by %s cannot be answered", f.Field)
		}
	}
	page, err := s.catalog.List(ctx, p, core.PageQuery{Limit: r.Limit, After: r.After})
	if err != nil {
		return nil, err
	}
	a := &SearchAnswer{Products: map[string]catalog.Card{}, Plain: true, Result: search.Result{Next: page.Next, Total: len(page.Items)}}
	for _, c := range page.Items {
		a.Hits = append(a.Hits, search.Hit{ID: string(c.ID)})
		a.Products[string(c.ID)] = c
	}
	s.record(a, r, analytics.PlacementSearch)
	return a, nil
}

// asInvalid makes the engine's refusals errors of the shop.
func asInvalid(err error) error {
	var query *search.QueryError
	var rule *search.RuleError
	var synonym *search.SynonymError
	field := ""
	switch {
	case errors.As(err, &query):
		field = "q"
	case errors.As(err, &rule):
		field = fmt.Sprintf("rules[%d].%s", rule.Index, rule.Field)
	case errors.As(err, &synonym):
		field = fmt.Sprintf("synonyms[%d]", synonym.Line-1)
	default:
		return err
	}
	e := core.Invalid(field, "%s", err.Error())
	e.Err = err
	return e
}

// SuggestRequest is what a shopper is typing in a market.
type SuggestRequest struct {
	Text    string
	Locale  string
	Channel core.ChannelID
	Limit   int
}

// CategorySuggestion is a category that was completed.
type CategorySuggestion struct {
	search.Suggestion
	Category core.CategoryID
}

// Suggestions complete what is being typed.
type Suggestions struct {
	search.Suggestions
	Categories []CategorySuggestion
}

// Suggest completes what is being typed; nothing without the engine.
func (s *Search) Suggest(ctx context.Context, r SuggestRequest) (*Suggestions, error) {
	st := s.current.Load()
	if s.cfg.Off || st == nil {
		return &Suggestions{}, nil
	}
	found, err := st.engine(r.Locale).Suggest(ctx, search.SuggestQuery{Text: r.Text, Limit: r.Limit, Filters: []search.Filter{{Field: fieldChannel, Values: []string{string(r.Channel)}}}})
	if err != nil {
		return nil, asInvalid(err)
	}
	out := &Suggestions{Suggestions: *found}
	for _, c := range found.Categories {
		if id, ok := st.category(c.ID, r.Locale); ok {
			out.Categories = append(out.Categories, CategorySuggestion{c, id})
		}
	}
	return out, nil
}

// category finds a category by the path of its titles.
func (st *searchState) category(path, locale string) (core.CategoryID, bool) {
	id, ok := st.paths[st.locale(locale)][path]
	return id, ok
}

// paths returns the categories by the paths of their titles.
func (f *shopFacts) paths(locale string) map[string]core.CategoryID {
	out := map[string]core.CategoryID{}
	for _, id := range slices.Sorted(maps.Keys(f.categories)) {
		c := f.categories[id]
		names := make([]string, len(c.Path))
		for i, step := range c.Path {
			names[i] = f.categories[step].Localize(locale).Title
		}
		if path := search.CategoryPath(names...); out[path] == "" {
			out[path] = id
		}
	}
	return out
}

// Similar returns products like one, of those the market sells.
func (s *Search) Similar(ctx context.Context, id core.ProductID, r SearchRequest) (*SearchAnswer, error) {
	a := &SearchAnswer{Products: map[string]catalog.Card{}}
	st := s.current.Load()
	if s.cfg.Off || st == nil {
		a.Plain = true
		return a, nil
	}
	hits, err := st.engine(r.Locale).Similar(ctx, search.SimilarQuery{IDs: []string{string(id)}, Filters: s.inMarket(st, r), Limit: r.Limit})
	if err != nil {
		return nil, asInvalid(err)
	}
	a.Hits, a.Total = hits, len(hits)
	if err := s.show(ctx, a, r); err != nil {
		return nil, err
	}
	r.Text = ""
	s.record(a, r, "similar")
	return a, nil
}
