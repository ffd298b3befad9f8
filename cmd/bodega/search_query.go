package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/bodega-commerce/bodega/search"
)

type searchQueryCmd struct {
	Index  string   `arg:"" help:"Folder made by search index, or one with products.jsonl.gz, which is learned from first."`
	Text   string   `arg:"" help:"What to look for."`
	Filter []string `help:"field=value, or field=low..high of a number; either may be missing." placeholder:"FIELD=VALUE" sep:"none"`
	Facet  []string `help:"Count the values of a field." placeholder:"FIELD"`
	Sort   string   `help:"By a field; -field for the greatest first. Default: the best first." placeholder:"FIELD"`
	Limit  int      `help:"Hits." default:"10"`
	JSON   bool     `help:"Print as JSON."`
}

// queryAnswer is what is printed as JSON.
type queryAnswer struct {
	Total      int                `json:"total"`
	Correction *queryCorrection   `json:"correction,omitempty"`
	Understood []queryUnderstood  `json:"understood,omitempty"`
	Relaxed    []string           `json:"relaxed,omitempty"`
	Hits       []queryHit         `json:"hits"`
	Facets     map[string][]count `json:"facets,omitempty"`
}

type queryCorrection struct {
	Text    string `json:"text"`
	Applied bool   `json:"applied"`
}

type queryUnderstood struct {
	Words  string `json:"words"`
	Reason string `json:"reason"`
	Boost  bool   `json:"boost"` // what it says counts more; else only that is found
}

type queryHit struct {
	ID        string             `json:"id"`
	Title     string             `json:"title"`
	Score     float64            `json:"score"`
	Reasons   map[string]float64 `json:"reasons,omitempty"`
	strongest []string
}

type count struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

func (c *searchQueryCmd) Run(e *env) error {
	q := search.Query{Text: c.Text, Limit: c.Limit}
	for _, text := range c.Filter {
		f, err := parseFilter(text)
		if err != nil {
			return err
		}
		q.Filters = append(q.Filters, f)
	}
	for _, field := range c.Facet {
		q.Facets = append(q.Facets, search.FacetRequest{Field: field})
	}
	if c.Sort != "" {
		field, descending := strings.CutPrefix(c.Sort, "-")
		q.Sort = []search.Order{{Field: field, Descending: descending}}
	}
	engine, docs, err := openIndex(e.ctx, c.Index)
	if err != nil {
		return err
	}
	found, err := engine.Search(e.ctx, q)
	if err != nil {
		return err
	}
	a := answerOf(found, docs)
	if c.JSON {
		encoder := json.NewEncoder(e.out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(a)
	}
	a.print(e, found.Facets)
	return nil
}

// parseFilter reads field=value, field=low..high, field=low.. and field=..high.
func parseFilter(text string) (search.Filter, error) {
	field, value, ok := strings.Cut(text, "=")
	if !ok || field == "" || value == "" {
		return search.Filter{}, fmt.Errorf("--filter %q is not FIELD=VALUE", text)
	}
	low, high, isRange := strings.Cut(value, "..")
	if !isRange || low == "" && high == "" {
		return search.Filter{Field: field, Values: []string{value}}, nil
	}
	f := search.Filter{Field: field}
	for _, bound := range []struct {
		text string
		to   **float64
	}{{low, &f.Min}, {high, &f.Max}} {
		if bound.text == "" {
			continue
		}
		n, err := strconv.ParseFloat(bound.text, 64)
		if err != nil {
			return f, fmt.Errorf("--filter %q: %q is no number", text, bound.text)
		}
		*bound.to = &n
	}
	return f, nil
}

func answerOf(r *search.Result, docs []search.Document) *queryAnswer {
	titles := make(map[string]string, len(docs))
	for _, d := range docs {
		titles[d.ID] = d.Text[search.FieldTitle]
	}
	a := &queryAnswer{Total: r.Total, Hits: []queryHit{}}
	if r.Correction != nil {
		a.Correction = &queryCorrection{r.Correction.Text, r.Correction.Applied}
	}
	for _, u := range r.Understood {
		a.Understood = append(a.Understood, queryUnderstood{u.Words, u.Reason, u.Boost})
	}
	for _, x := range r.Relaxed {
		a.Relaxed = append(a.Relaxed, x.Reason)
	}
	for _, h := range r.Hits {
		hit := queryHit{ID: h.ID, Title: titles[h.ID], Score: h.Score}
		for _, reason := range h.Reasons {
			if hit.Reasons == nil {
				hit.Reasons = map[string]float64{}
			}
			hit.Reasons[reason.Signal] = reason.Weight
			hit.strongest = append(hit.strongest, fmt.Sprintf("%s %+.2f", reason.Signal, reason.Weight))
		}
		a.Hits = append(a.Hits, hit)
	}
	for _, f := range r.Facets {
		if a.Facets == nil {
			a.Facets = map[string][]count{}
		}
		for _, v := range f.Values {
			a.Facets[f.Field] = append(a.Facets[f.Field], count{facetValue(v), v.Count})
		}
	}
	return a
}

func facetValue(v search.FacetValue) string {
	if v.Min == nil && v.Max == nil {
		return v.Value
	}
	bound := func(x *float64) string {
		if x == nil {
			return ""
		}
		return strconv.FormatFloat(*x, 'g', -1, 64)
	}
	return bound(v.Min) + ".." + bound(v.Max)
}

func (a *queryAnswer) print(e *env, facets []search.Facet) {
	switch c := a.Correction; {
	case c == nil:
	case c.Applied:
		e.printf("searched for: %s\n", c.Text)
	default:
		e.printf("did you mean: %s\n", c.Text)
	}
	for _, u := range a.Understood {
		how := "only these"
		if u.Boost {
			how = "these first"
		}
		e.printf("%s: %s (%s)\n", u.Words, u.Reason, how)
	}
	for _, reason := range a.Relaxed {
		e.printf("relaxed: %s\n", reason)
	}
	e.printf("%d found\n", a.Total)
	for i, h := range a.Hits {
		e.printf("%3d. %s  %s  (%.3f)\n", i+1, h.ID, h.Title, h.Score)
		if len(h.strongest) > 0 {
			e.printf("     %s\n", strings.Join(h.strongest, ", "))
		}
	}
	for _, f := range facets {
		e.printf("%s:\n", f.Field)
		for _, v := range a.Facets[f.Field] {
			e.printf("  %6d  %s\n", v.Count, v.Value)
		}
	}
}
