package search

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// The fields that can be filtered and counted beside a document's own
// attributes and numbers.
const (
	FieldAvailable  = "available"  // attribute "true" or "false"
	FieldRating     = "rating"     // number
	FieldPopularity = "popularity" // number
)

// Query is what somebody looks for.
type Query struct {
	Text    string
	Locale  string
	Vector  []float32 // beside the text or instead of it: of a picture, say; in the embedder's space
	Filters []Filter  // all hold
	Facets  []FacetRequest
	Sort    []Order // none: the best first
	Limit   int     // hits. Default 20
	After   string  // Result.Next of the page before
	Mode    Mode
	// Highlight marks the words in the texts of hits, where Config.Texts gives them.
	Highlight bool
	// Price is the number that prices in the words are about, and Currency (ISO
	// 4217) what it is in; amounts in another are not read. Default "price", any.
	Price, Currency string
	Literal         bool // neither correct the words nor read filters from them nor relax
	// Personal gives what somebody's taste adds to the score of each of the
	// ids, in their order. Default: nothing.
	Personal func(ids []string) []float64
}

// Mode says what decides the order.
type Mode int

// The modes. Without vectors, all but Ranked are Keyword.
const (
	Ranked   Mode = iota // both lists, fused, then ranked
	Keyword              // words alone
	Semantic             // vectors alone
	Fused                // both lists, not ranked
)

// MaxQuery is the length of the longest query, in bytes.
const MaxQuery = 2000

// QueryError says why a query was refused.
type QueryError struct{ Reason string }

func (e *QueryError) Error() string { return "search: the query " + e.Reason }

// Filter narrows what is found to documents that have one of the values in a
// field, or a number within bounds there.
type Filter struct {
	Field  string   `json:"field"`            // an attribute, a number, FieldCategory, FieldAvailable, FieldRating or FieldPopularity
	Values []string `json:"values,omitempty"` // any of these; of FieldCategory, paths made by CategoryPath with all that lies below
	Min    *float64 `json:"min,omitempty"`    // bounds of a number, both included; nil: none
	Max    *float64 `json:"max,omitempty"`
	Not    bool     `json:"not,omitempty"` // documents that do not
}

func (f Filter) validate() error {
	number := f.Min != nil || f.Max != nil
	switch {
	case f.Field == "":
		return &QueryError{"has a filter without a field"}
	case number && len(f.Values) > 0:
		return &QueryError{fmt.Sprintf("filters %q by values and by bounds", f.Field)}
	case !number && len(f.Values) == 0:
		return &QueryError{fmt.Sprintf("filters %q by nothing", f.Field)}
	case f.Min != nil && f.Max != nil && *f.Min > *f.Max:
		return &QueryError{fmt.Sprintf("filters %q from %v to %v", f.Field, *f.Min, *f.Max)}
	}
	return nil
}

// Selection is what an Index or a VectorIndex may find.
type Selection struct {
	// Filters all hold; they ask for nothing but Document.Values. None:
	// everything, as far as Has lets it.
	Filters []Filter
	// Has tells whether a document is selected; nil: all that pass the filters
	// are. It may know more than they say. Drivers that keep no attributes go by
	// it alone.
	Has func(id string) bool
	// Each names all that pass the filters, and Count says how many those are:
	// few are better looked at one by one. Nil: not known.
	Each  iter.Seq[string]
	Count int
}

// few reports whether looking at what passes is less work than looking at a
// share of n vectors.
func (s *Selection) few(n int) bool { return s.Each != nil && s.Count <= n/16 }

// categorySeparator stands between the categories of a path.
const categorySeparator = " > "

// CategoryPath names a category by all from the root to it.
func CategoryPath(categories ...string) string { return strings.Join(categories, categorySeparator) }

// categoryPaths returns the paths of all categories on the way to a document's
// own, and those of its own, each once.
func categoryPaths(categories [][]string) (all, leaves []string) {
	for _, way := range categories {
		for i := range way {
			if path := CategoryPath(way[:i+1]...); !slices.Contains(all, path) {
				all = append(all, path)
			}
		}
		if path := CategoryPath(way...); len(way) > 0 && !slices.Contains(leaves, path) {
			leaves = append(leaves, path)
		}
	}
	return all, leaves
}

// FacetRequest asks for counts over what was found. A facet's own filters do
// not narrow its counts, so that others of its values can be chosen beside.
type FacetRequest struct {
	Field  string
	Limit  int       // values, the most frequent first. Default 20
	Bounds []float64 // of a number: rising bounds between ranges; the outer ranges are open
}

// Facet is how many documents that were found have each value of a field.
type Facet struct {
	Field    string
	Values   []FacetValue
	Min, Max float64 // of a number's facet, when Values is not empty
}

// FacetValue is a value, or a range of numbers, and how many have it.
type FacetValue struct {
	Value    string
	Min, Max *float64 // of a range: Min included, Max not; nil: open
	Count    int
	Selected bool // a filter of the query names it
}

// Order sorts by an attribute or a number; documents without come last, equals
// by id.
type Order struct {
	Field      string
	Descending bool
}

// Result is what was found, the best first.
type Result struct {
	Hits       []Hit
	Total      int // how many were found in all
	Facets     []Facet
	Categories []CategoryShare // what the query is likely about; none in a sorted list, see Engine.Predict
	Next       string          // Query.After of the next page; empty on the last
	Redirect   string          // where a rule sends this query instead
	Correction *Correction
	Understood []Understanding
	Relaxed    []Relaxation
	Degraded   string // what could not be asked: the embedder or the vectors failed, and words alone decided
}

// Correction is what the words were taken for.
type Correction struct {
	Text    string // the query as it was searched, or as it may have been meant
	Applied bool   // it was searched; else "did you mean"
}

// Understanding is something that was read from the words.
type Understanding struct {
	Words  string // those of the query
	Filter Filter
	Boost  bool // what passes the filter ranks higher; else only that is found
	Reason string
}

// Relaxation is something that was given up, because too little was found.
type Relaxation struct {
	Filter *Filter // that was dropped
	Words  string  // that need not be there
	Reason string
}

// Hit is a document that was found.
type Hit struct {
	ID         string
	Score      float64
	Reasons    []Reason            // what spoke for it, the strongest first; Ranked only
	Highlights map[string][]string // by field, pieces of text with matches between HighlightStart and HighlightEnd
	Pinned     bool                // a rule put it here
}

// Reason is a signal and what it added to the score.
type Reason struct {
	Signal string // one of Signals, or a rule's name
	Weight float64
}
