package search

import "strings"

// entry is what ranking knows of a document.
type entry struct {
	title    []string
	inTitle  map[string]int // word -> first position
	words    map[string]float64
	length   float64
	brand    []string
	color    map[string]bool
	category []string // paths from the root: "a", "a>b"
	ratings  int
	rating   float64
	sales    float64
	gone     bool
}

func newEntry(d *Document) *entry {
	e := &entry{inTitle: map[string]int{}, words: map[string]float64{}, color: map[string]bool{},
		ratings: d.Ratings, rating: d.Rating, sales: d.Popularity, gone: d.Unavailable}
	var weights FieldWeights
	for _, f := range d.Fields() {
		words := tokens(f.Text)
		for _, w := range words {
			if !isStop(w) {
				e.words[w] += weights.Of(f.Name)
				e.length += weights.Of(f.Name)
			}
		}
		switch f.Name {
		case FieldTitle:
			e.title = words
			for i, w := range words {
				if _, ok := e.inTitle[w]; !ok {
					e.inTitle[w] = i
				}
			}
		case FieldBrand:
			e.brand = words
		case FieldColor:
			for _, w := range words {
				e.color[w] = true
			}
		}
	}
	for i := range d.Categories {
		e.category = append(e.category, strings.Join(d.Categories[:i+1], ">"))
	}
	return e
}

// lexicon holds all entries and counts over them. Its owner locks it.
type lexicon struct {
	entries    map[string]*entry
	documents  map[string]int // word -> how many have it
	colors     map[string]int // word -> how many have it as color
	categories map[string]int // path -> how many are in it
}

func newLexicon() *lexicon {
	return &lexicon{map[string]*entry{}, map[string]int{}, map[string]int{}, map[string]int{}}
}

func (l *lexicon) add(id string, e *entry) {
	l.entries[id] = e
	l.count(e, 1)
}

func (l *lexicon) remove(id string) {
	if e, ok := l.entries[id]; ok {
		l.count(e, -1)
		delete(l.entries, id)
	}
}

func (l *lexicon) count(e *entry, by int) {
	for w := range e.words {
		bump(l.documents, w, by)
	}
	for w := range e.color {
		bump(l.colors, w, by)
	}
	for _, c := range e.category {
		bump(l.categories, c, by)
	}
}

func bump(counts map[string]int, key string, by int) {
	if counts[key] += by; counts[key] == 0 {
		delete(counts, key)
	}
}

func (l *lexicon) idf(word string) float64 {
	return inverseFrequency(l.documents[word], len(l.entries))
}
