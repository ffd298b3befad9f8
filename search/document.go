package search

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// The text fields that ranking knows by name. A document may have any others.
const (
	FieldTitle       = "title"
	FieldBrand       = "brand"
	FieldColor       = "color"
	FieldCategory    = "category" // made from Document.Categories
	FieldDescription = "description"
)

// Document is what can be found: a product in one language.
type Document struct {
	ID          string
	Locale      string              // BCP 47; its language picks the analyzer
	Text        map[string]string   // searched words, by field
	Attributes  map[string][]string // whole values, not analyzed
	Numbers     map[string]float64
	Units       map[string]string // of numbers, by field: cm, kg; unknown ones are ignored
	Categories  [][]string        // each from the root to the leaf, the main one first
	Popularity  float64           // sales, views or the like; 0 or more
	Rating      float64           // mean stars; 0 when unrated
	Ratings     int               // how many rated it
	Unavailable bool
}

// FieldWeights says how many times a word counts in a field. Fields that are
// not named count once. nil stands for DefaultFieldWeights.
type FieldWeights map[string]float64

// DefaultFieldWeights returns title 4, brand 2, description 0.5.
func DefaultFieldWeights() FieldWeights {
	return FieldWeights{FieldTitle: 4, FieldBrand: 2, FieldDescription: 0.5}
}

// Of returns the weight of a field.
func (w FieldWeights) Of(field string) float64 {
	if w == nil {
		w = DefaultFieldWeights()
	}
	if weight, ok := w[field]; ok {
		return weight
	}
	return 1
}

// Fields returns the document's searched text, categories included, ordered by
// field.
func (d *Document) Fields() []Field {
	fields := make([]Field, 0, len(d.Text)+1)
	for _, name := range slices.Sorted(maps.Keys(d.Text)) {
		if name != FieldCategory && d.Text[name] != "" {
			fields = append(fields, Field{name, d.Text[name]})
		}
	}
	var named []string
	for _, path := range d.Categories {
		for _, c := range path {
			if !slices.Contains(named, c) {
				named = append(named, c)
			}
		}
	}
	category := strings.Join(named, " ")
	if text := d.Text[FieldCategory]; text != "" {
		category = strings.TrimSpace(category + " " + text)
	}
	if category != "" {
		fields = append(fields, Field{FieldCategory, category})
	}
	return fields
}

// Values returns what filters ask of a document, by field: whole values, with
// the paths of categories and FieldAvailable among them, and numbers.
func (d *Document) Values() (values map[string][]string, numbers map[string]float64) {
	values, numbers = map[string][]string{}, map[string]float64{}
	all, _ := categoryPaths(d.Categories)
	eachValue(d, all, func(field string, of []string, number *float64) {
		if number != nil {
			numbers[field] = *number
		}
		if math.IsNaN(numbers[field]) {
			delete(numbers, field)
		}
		if len(of) > 0 {
			values[field] = of
		}
	})
	return values, numbers
}

// Field is a named piece of text.
type Field struct{ Name, Text string }

// DocumentError says what is wrong with a document.
type DocumentError struct {
	ID     string
	Reason string
}

func (e *DocumentError) Error() string { return fmt.Sprintf("search: document %q: %s", e.ID, e.Reason) }

func checkDocuments(docs []Document) error {
	for i := range docs {
		if docs[i].ID == "" {
			return &DocumentError{Reason: "the id is empty"}
		}
	}
	return nil
}
