package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/connect"
	"github.com/bodega-commerce/bodega/search"
)

type searchInput struct {
	Market
	PageQuery
	Query     string   `query:"q" maxLength:"2000" doc:"What is looked for, in plain words. Empty: everything that passes the filters, the most popular first"`
	Sort      []string `query:"sort" maxItems:"3" doc:"Fields, a minus before one that descends: -price. Default: the best first"`
	Facets    []string `query:"facets" maxItems:"30" doc:"Fields to count: category, brand, price, rating, available, tag, or the code of an attribute or the name of an option"`
	Highlight bool     `query:"highlight" doc:"Mark what matched in titles and descriptions"`
	Literal   bool     `query:"literal" doc:"Take the words as they are: no corrections, no filters read from them, nothing relaxed"`
	Session   string   `query:"session" maxLength:"100" doc:"Names the visitor, for the reports; see POST /events"`

	filters []search.Filter
}

// Resolve reads the filters: filter.<field>=a,b for any of the values,
// filter.<field>.min and .max for numbers, filter.<field>.not=a,b.
func (in *searchInput) Resolve(ctx huma.Context, _ *huma.PathBuffer) []error {
	u := ctx.URL()
	if !strings.Contains(u.RawQuery, "filter.") {
		return nil
	}
	filters, errs := readFilters(u.Query())
	in.filters = filters
	return errs
}

func readFilters(query url.Values) (filters []search.Filter, errs []error) {
	bounds := map[string]*search.Filter{}
	var fields []string
	for name, values := range query {
		field, isFilter := strings.CutPrefix(name, "filter.")
		if !isFilter {
			continue
		}
		bad := func(message string) {
			errs = append(errs, &huma.ErrorDetail{Location: "query." + name, Message: message, Value: values[0]})
		}
		if base, bound, ok := cutBound(field); ok {
			n, err := strconv.ParseFloat(values[0], 64)
			if err != nil || n != n {
				bad("must be a number")
				continue
			}
			if bounds[base] == nil {
				bounds[base] = &search.Filter{Field: base}
				fields = append(fields, base)
			}
			if bound == "min" {
				bounds[base].Min = &n
			} else {
				bounds[base].Max = &n
			}
			continue
		}
		base, not := strings.CutSuffix(field, ".not")
		if base == "" {
			bad("must name a field: filter.brand")
			continue
		}
		f := search.Filter{Field: base, Not: not}
		for _, v := range values {
			f.Values = append(f.Values, strings.Split(v, ",")...)
		}
		filters = append(filters, f)
	}
	for _, field := range fields {
		filters = append(filters, *bounds[field])
	}
	slices.SortFunc(filters, func(a, b search.Filter) int { return strings.Compare(a.Field, b.Field) })
	return filters, errs
}

func cutBound(field string) (base, bound string, ok bool) {
	for _, bound := range []string{"min", "max"} {
		if base, ok := strings.CutSuffix(field, "."+bound); ok && base != "" {
			return base, bound, true
		}
	}
	return "", "", false
}

// searchView is what was found.
type searchView struct {
	Answer     core.EventID     `json:"answer_id,omitempty" doc:"To be sent with what the shopper does next; see POST /events"`
	Items      []searchHit      `json:"items"`
	Total      int              `json:"total"`
	Next       string           `json:"next_cursor,omitempty"`
	Facets     []facetView      `json:"facets,omitempty"`
	Categories []predictionView `json:"categories,omitempty" doc:"What the query is likely about, the likeliest first"`
	Redirect   string           `json:"redirect,omitempty" doc:"The shop wants this query to lead there"`
	Correction *correctionView  `json:"correction,omitempty"`
	Understood []understoodView `json:"understood,omitempty" doc:"What was read from the words"`
	Relaxed    []string         `json:"relaxed,omitempty" doc:"What was given up because too little was found"`
	Plain      bool             `json:"plain,omitempty" doc:"The search index does not answer: these are products whose titles have the text"`
}

type searchHit struct {
	Product    json.RawMessage     `json:"product" doc:"As in lists of products"`
	Score      float64             `json:"score"`
	Reasons    []reasonView        `json:"reasons,omitempty" doc:"What spoke for it, the strongest first"`
	Highlights map[string][]string `json:"highlights,omitempty" doc:"By field: pieces of its text as HTML, escaped, with <mark> around what matched"`
	Pinned     bool                `json:"pinned,omitempty"`
}

type reasonView struct {
	Signal string  `json:"signal"`
	Weight float64 `json:"weight"`
}

type correctionView struct {
	Text    string `json:"text"`
	Applied bool   `json:"applied" doc:"It was searched; else it may be what was meant"`
}

type understoodView struct {
	Words  string `json:"words"`
	Filter string `json:"filter"`
	Boost  bool   `json:"boost" doc:"Ranks higher; else only that is found"`
	Reason string `json:"reason"`
}

// predictionView is a category that a query may be about.
type predictionView struct {
	ID    core.CategoryID `json:"id,omitempty"`
	Path  string          `json:"path" doc:"The titles from the top"`
	Share float64         `json:"share" doc:"How likely, from 0 to 1"`
}

type facetView struct {
	Field  string           `json:"field"`
	Values []facetValueView `json:"values"`
	Min    *float64         `json:"min,omitempty"`
	Max    *float64         `json:"max,omitempty"`
}

type facetValueView struct {
	Value    string   `json:"value,omitempty"`
	From     *float64 `json:"from,omitempty" doc:"Of a range, included"`
	To       *float64 `json:"to,omitempty" doc:"Of a range, not included"`
	Count    int      `json:"count"`
	Selected bool     `json:"selected,omitempty"`
}

func (a *api) viewSearch(ctx context.Context, found *connect.SearchAnswer, locale string) (*searchView, error) {
	out := &searchView{Answer: found.ID, Items: make([]searchHit, 0, len(found.Hits)), Total: found.Total, Next: found.Next, Redirect: found.Redirect, Plain: found.Plain}
	for _, h := range found.Hits {
		card := found.Products[h.ID]
		raw, err := a.cards.one(ctx, &card, locale)
		if err != nil {
			return nil, err
		}
		hit := searchHit{Product: raw, Score: h.Score, Pinned: h.Pinned}
		for field, pieces := range h.Highlights {
			if hit.Highlights == nil {
				hit.Highlights = map[string][]string{}
			}
			for _, piece := range pieces {
				hit.Highlights[field] = append(hit.Highlights[field], marked(piece))
			}
		}
		for _, r := range h.Reasons {
			hit.Reasons = append(hit.Reasons, reasonView{r.Signal, r.Weight})
		}
		out.Items = append(out.Items, hit)
	}
	for _, f := range found.Facets {
		v := facetView{Field: f.Field, Values: make([]facetValueView, len(f.Values))}
		for i, x := range f.Values {
			v.Values[i] = facetValueView{x.Value, x.Min, x.Max, x.Count, x.Selected}
		}
		if f.Max > f.Min {
			v.Min, v.Max = &f.Min, &f.Max
		}
		out.Facets = append(out.Facets, v)
	}
	for _, c := range found.Categories {
		out.Categories = append(out.Categories, predictionView{found.CategoryIDs[c.Category], c.Category, c.Share})
	}
	if c := found.Correction; c != nil {
		out.Correction = &correctionView{c.Text, c.Applied}
	}
	for _, u := range found.Understood {
		out.Understood = append(out.Understood, understoodView{u.Words, filterText(u.Filter), u.Boost, u.Reason})
	}
	for _, r := range found.Relaxed {
		out.Relaxed = append(out.Relaxed, r.Reason)
	}
	return out, nil
}

// filterText says what a filter asks for, for people.
func filterText(f search.Filter) string {
	s := f.Field
	switch {
	case f.Min != nil && f.Max != nil:
		s += fmt.Sprintf(" from %v to %v", *f.Min, *f.Max)
	case f.Min != nil:
		s += fmt.Sprintf(" from %v", *f.Min)
	case f.Max != nil:
		s += fmt.Sprintf(" up to %v", *f.Max)
	default:
		s += ": " + strings.Join(f.Values, ", ")
	}
	if f.Not {
		s = "not " + s
	}
	return s
}

func (a *api) storeSearch() {
	handle(a, route{method: http.MethodGet, path: "/search", perm: core.PermPublic, tag: tagDiscover, summary: "Search products", anyQuery: "filter.",
		description: "Finds by words and by meaning. Filters are `filter.<field>=a,b` (any of the values), `filter.<field>.not=a,b`, `filter.<field>.min=` and `.max=` (price in whole units of the currency); " +
			"categories are filtered by `filter.category_id`. A facet's own filter does not narrow its counts."},
		func(ctx context.Context, s Services, in *searchInput) (*body[*searchView], error) {
			p, err := in.find(ctx, s)
			if err != nil {
				return nil, err
			}
			q := search.Query{Text: in.Query, Locale: p.locale, Filters: in.filters, Limit: in.page().Size(), After: in.After, Literal: in.Literal, Highlight: in.Highlight}
			for _, f := range in.Facets {
				q.Facets = append(q.Facets, search.FacetRequest{Field: f})
			}
			for _, f := range in.Sort {
				field, descending := strings.CutPrefix(f, "-")
				q.Sort = append(q.Sort, search.Order{Field: field, Descending: descending})
			}
			found, err := s.Search.Query(ctx, connect.SearchRequest{Query: q, Channel: p.channel.ID, Currency: p.currency, Session: in.Session})
			if err != nil {
				return nil, err
			}
			return shown(a.viewSearch(ctx, found, p.locale))
		})
	handle(a, route{method: http.MethodGet, path: "/suggest", perm: core.PermPublic, tag: tagDiscover, summary: "Complete what is being typed",
		description: "Products by the words of their titles, in any order and with small mistakes; categories; queries of others. Without text: what is popular."},
		func(ctx context.Context, s Services, in *struct {
			Market
			Query string `query:"q" maxLength:"2000"`
			Limit int    `query:"limit" minimum:"1" maximum:"20" default:"5" doc:"Of each kind"`
		}) (*body[suggestView], error) {
			p, err := in.find(ctx, s)
			if err != nil {
				return nil, err
			}
			found, err := s.Search.Suggest(ctx, connect.SuggestRequest{Text: in.Query, Locale: p.locale, Channel: p.channel.ID, Limit: in.Limit})
			if err != nil {
				return nil, err
			}
			out := suggestView{Products: []suggestion{}, Categories: []suggestion{}, Queries: []suggestion{}}
			for _, x := range found.Documents {
				out.Products = append(out.Products, suggestion{ID: x.ID, Text: x.Text, Highlight: marked(x.Highlight)})
			}
			for _, x := range found.Categories {
				out.Categories = append(out.Categories, suggestion{ID: string(x.Category), Text: x.Text, Path: x.ID, Highlight: marked(x.Highlight), Count: x.Count})
			}
			for _, x := range found.Queries {
				out.Queries = append(out.Queries, suggestion{Text: x.Text, Highlight: marked(x.Highlight)})
			}
			return ok(out), nil
		})
	handle(a, route{method: http.MethodGet, path: "/products/{product}/similar", perm: core.PermPublic, tag: tagDiscover, summary: "List products like one"},
		func(ctx context.Context, s Services, in *struct {
			Market
			Product string `path:"product" maxLength:"250" doc:"ID or slug"`
			Limit   int    `query:"limit" minimum:"1" maximum:"100" default:"12"`
			Session string `query:"session" maxLength:"100"`
		}) (*body[*searchView], error) {
			p, err := in.find(ctx, s)
			if err != nil {
				return nil, err
			}
			id, err := productID(ctx, s, in.Product)
			if err != nil {
				return nil, err
			}
			if _, err := s.Catalog.View(ctx, id, catalog.ViewParams{Channel: p.channel.ID, Currency: p.currency}); err != nil {
				return nil, err
			}
			found, err := s.Search.Similar(ctx, id, connect.SearchRequest{Query: search.Query{Locale: p.locale, Limit: in.Limit}, Channel: p.channel.ID, Currency: p.currency, Session: in.Session})
			if err != nil {
				return nil, err
			}
			return shown(a.viewSearch(ctx, found, p.locale))
		})
}

// suggestView is what may be meant by what was typed so far.
type suggestView struct {
	Products   []suggestion `json:"products"`
	Categories []suggestion `json:"categories"`
	Queries    []suggestion `json:"queries"`
}

type suggestion struct {
	ID        string `json:"id,omitempty" doc:"Of a product or category"`
	Text      string `json:"text"`
	Path      string `json:"path,omitempty" doc:"Of a category: the titles from the top"`
	Highlight string `json:"highlight" doc:"The text as HTML, escaped, with <mark> around what was typed"`
	Count     int    `json:"count,omitempty" doc:"Products in the category"`
}

var marks = strings.NewReplacer(search.HighlightStart, "<mark>", search.HighlightEnd, "</mark>")

// marked makes HTML of a text with marks.
func marked(text string) string { return marks.Replace(html.EscapeString(text)) }
