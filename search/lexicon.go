package search

// entry is what ranking knows of a document.
type entry struct {
	title    []string
	inTitle  map[string]int // word -> first position
	words    map[string]float64
	length   float64
	brand    []string
	color    map[string]bool
	category []string // paths from the root: "a", "a > b"
	leaves   []string // those a document is in itself
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
	e.category, e.leaves = categoryPaths(d.Categories)
	return e
}

// lexicon holds all entries and counts over them. Its owner locks it.
type lexicon struct {
	entries    map[string]*entry
	documents  map[string]int // word -> how many have it
	colors     map[string]int // word -> how many have it as color
	categories map[string]int // path -> how many are in it
	length     float64        // of all entries
}

func newLexicon() *lexicon {
	return &lexicon{map[string]*entry{}, map[string]int{}, map[string]int{}, map[string]int{}, 0}
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
	l.length += float64(by) * e.length
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

// okapi is BM25 over the entry's weighted bag of words.
func (l *lexicon) okapi(words []string, e *entry) float64 {
	damp := bm25K1 * (1 - bm25B + bm25B*e.length*float64(len(l.entries))/l.length)
	var score float64
	for _, w := range words {
		if n := e.words[w]; n > 0 {
			score += l.idf(w) * n * (bm25K1 + 1) / (n + damp)
		}
	}
	return score
}
