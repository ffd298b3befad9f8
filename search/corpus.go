package search

import (
	"slices"
	"strings"
)

// ordinal numbers a document within a corpus. Numbers of deleted documents are
// given again.
type ordinal = uint32

// names gives numbers to strings, for good.
type names struct {
	ids  map[string]uint32
	text []string
}

func (n *names) id(s string) uint32 {
	if id, ok := n.ids[s]; ok {
		return id
	}
	if n.ids == nil {
		n.ids = map[string]uint32{}
	}
	id := uint32(len(n.text))
	n.ids[s] = id
	n.text = append(n.text, s)
	return id
}

// known returns the numbers of those strings that have one.
func (n *names) known(all []string) []uint32 {
	found := make([]uint32, 0, len(all))
	for _, s := range all {
		if id, ok := n.ids[s]; ok {
			found = append(found, id)
		}
	}
	return found
}

// entry is what the engine keeps of a document.
type entry struct {
	id       string
	name     string      // title as it is written
	words    []wordCount // by word
	title    []uint32    // words in their order
	brand    []uint32
	color    []uint32
	category []uint32 // paths: "a", "a > b"
	leaves   []uint32 // those of the document itself
	length   float64  // weighted words
	ratings  int
	rating   float64
	sales    float64
	gone     bool // cannot be bought
}

// wordCount is how often a document has a word, by the fields' weights.
type wordCount struct {
	word  uint32
	count float32
}

func (e *entry) count(word uint32) float32 {
	at, found := slices.BinarySearchFunc(e.words, word, func(w wordCount, id uint32) int { return int(w.word) - int(id) })
	if !found {
		return 0
	}
	return e.words[at].count
}

// reader is a document taken apart, before it has a place in a corpus. What the
// corpus and the speller know already is looked up by then, in parallel.
type reader struct {
	doc    *Document
	words  []wordCount        // by word
	fresh  map[string]float32 // words that the corpus does not know
	seen   []uint32           // words as they are written, of the speller
	forms  map[string]writing // those that the speller does not know, folded
	title  []spelt
	brand  []spelt
	color  []spelt
	length float64

	measured []measurement
	wordings []wording
}

// spelt is a word and its number in the corpus, unknownWord when it has none.
type spelt struct {
	text string
	id   uint32
}

// writing is a word as it is written, and its stem.
type writing struct{ written, token string }

// read takes a document apart. Nobody may write meanwhile.
func read(d *Document, c *corpus, s *speller) *reader {
	r := &reader{doc: d, fresh: map[string]float32{}, forms: map[string]writing{}}
	r.measured, r.wordings = measurementsOf(d)
	bag, forms := map[string]float64{}, map[string]writing{}
	var weights FieldWeights
	for _, f := range d.Fields() {
		var words []string
		c.speech.eachToken(f.Text, func(written, surface, token string) {
			words = append(words, token)
			if surface != "" {
				forms[surface] = writing{written, token}
			}
		})
		weight := weights.Of(f.Name)
		for _, w := range words {
			if !c.speech.isStop(w) {
				bag[w] += weight
				r.length += weight
			}
		}
		switch f.Name {
		case FieldTitle:
			r.title = c.spelt(words)
		case FieldBrand:
			r.brand = c.spelt(words)
		case FieldColor:
			r.color = c.spelt(words)
		}
	}
	r.words = make([]wordCount, 0, len(bag))
	for w, n := range bag {
		if id, ok := c.words.ids[w]; ok {
			r.words = append(r.words, wordCount{id, float32(n)})
		} else {
			r.fresh[w] = float32(n)
		}
	}
	slices.SortFunc(r.words, byWord)
	for surface, w := range forms {
		if id, ok := s.ids[surface]; ok {
			r.seen = append(r.seen, id)
		} else {
			r.forms[surface] = w
		}
	}
	return r
}

func byWord(a, b wordCount) int { return int(a.word) - int(b.word) }

func (c *corpus) spelt(words []string) []spelt {
	all := make([]spelt, len(words))
	for i, w := range words {
		id, ok := c.words.ids[w]
		if !ok {
			id = unknownWord
		}
		all[i] = spelt{w, id}
	}
	return all
}

// corpus holds what the engine keeps of all documents: their words, with
// postings, and the values that filters and facets ask for. Its owner locks it.
type corpus struct {
	speech   *speech
	words    names
	paths    names               // of categories
	inPath   []int               // by path: how many documents
	named    []phrase            // by path: the words of its category's own name
	called   map[string][]uint32 // paths, by the stems of their last name
	ordinals map[string]ordinal
	entries  []*entry // nil where a number is free
	free     []ordinal
	live     bitset
	postings [][]ordinal // by word, rising
	counts   [][]float32 // by word: how often each of its postings has it
	lengths  []float64   // by ordinal: entry.length
	titled   [][]ordinal // by word: who has it in the title, rising
	standing []float64   // by ordinal: what it is worth without a query
	colored  []int       // by word: how many have it as color
	columns  map[string]*column
	valued   []string // fields of documents' own values, ordered

	fieldWords map[string]bool // those of the names of valued fields, folded
	length     float64         // of all documents
	wordings   wordings        // of quantities, those that are gone included
}

func newCorpus(s *speech) *corpus {
	return &corpus{speech: s, ordinals: map[string]ordinal{}, columns: map[string]*column{}, wordings: wordings{}, called: map[string][]uint32{}, fieldWords: map[string]bool{}}
}

// size returns how many documents there are.
func (c *corpus) size() int { return len(c.ordinals) }

func (c *corpus) entry(id string) (*entry, bool) {
	o, ok := c.ordinals[id]
	if !ok {
		return nil, false
	}
	return c.entries[o], true
}

func (c *corpus) word(w string) uint32 {
	id := c.words.id(w)
	for int(id) >= len(c.postings) {
		c.postings = append(c.postings, nil)
		c.counts = append(c.counts, nil)
		c.titled = append(c.titled, nil)
		c.colored = append(c.colored, 0)
	}
	return id
}

func (c *corpus) wordsOf(all []spelt) []uint32 {
	out := make([]uint32, len(all))
	for i, w := range all {
		if out[i] = w.id; w.id == unknownWord {
			out[i] = c.word(w.text)
		}
	}
	return out
}

// add puts a document in place of the one with its id.
func (c *corpus) add(r *reader) {
	c.remove(r.doc.ID)
	var o ordinal
	if n := len(c.free); n > 0 {
		o, c.free = c.free[n-1], c.free[:n-1]
	} else {
		o = ordinal(len(c.entries))
		c.entries = append(c.entries, nil)
		c.lengths = append(c.lengths, 0)
		c.standing = append(c.standing, 0)
	}
	d := r.doc
	e := &entry{id: d.ID, name: d.Text[FieldTitle], words: r.words, title: c.wordsOf(r.title), brand: c.wordsOf(r.brand), length: r.length,
		ratings: d.Ratings, rating: d.Rating, sales: d.Popularity, gone: d.Unavailable}
	if len(r.fresh) > 0 {
		e.words = make([]wordCount, 0, len(r.words)+len(r.fresh))
		e.words = append(e.words, r.words...)
		for w, n := range r.fresh {
			e.words = append(e.words, wordCount{c.word(w), n})
		}
		slices.SortFunc(e.words, byWord)
	}
	for _, w := range c.wordsOf(r.color) {
		if !slices.Contains(e.color, w) {
			e.color = append(e.color, w)
			c.colored[w]++
		}
	}
	all, leaves := categoryPaths(d.Categories)
	for _, p := range all {
		id := c.paths.id(p)
		e.category = append(e.category, id)
		if int(id) == len(c.inPath) {
			c.inPath = append(c.inPath, 0)
			c.named = append(c.named, phraseOf(c.speech, lastOf(p)))
			name := strings.Join(c.speech.tokens(lastOf(p)), " ")
			c.called[name] = append(c.called[name], id)
		}
		c.inPath[id]++
	}
	for _, p := range leaves {
		e.leaves = append(e.leaves, c.paths.id(p))
	}
	for _, w := range e.words {
		c.post(w, o)
	}
	for _, w := range e.title {
		c.titled[w] = insertOrdinal(c.titled[w], o)
	}
	c.ordinals[d.ID] = o
	c.entries[o] = e
	c.lengths[o], c.standing[o] = e.length, standing(e)
	c.live.set(o)
	c.length += e.length
	eachValue(d, all, func(field string, values []string, number *float64) { c.column(field).set(o, values, number) })
	for _, m := range r.measured {
		c.column(m.field).measure(o, m)
	}
	for field, name := range d.Units {
		if u, known := units[strings.ToLower(name)]; known && c.columns[field] != nil {
			c.columns[field].dimension, c.columns[field].scale = u.dimension, u.scale
		}
	}
	c.wordings.add(r.wordings)
}

// eachValue calls set for what filters and facets can ask of a document.
func eachValue(d *Document, paths []string, set func(field string, values []string, number *float64)) {
	for field, values := range d.Attributes {
		set(field, values, nil)
	}
	for field, n := range d.Numbers {
		set(field, nil, &n)
	}
	available := "true"
	if d.Unavailable {
		available = "false"
	}
	set(FieldAvailable, []string{available}, nil)
	set(FieldCategory, paths, nil)
	set(FieldPopularity, nil, &d.Popularity)
	if d.Ratings > 0 || d.Rating > 0 {
		set(FieldRating, nil, &d.Rating)
	}
}

func (c *corpus) column(field string) *column {
	col, ok := c.columns[field]
	if !ok {
		col = &column{speech: c.speech}
		c.columns[field] = col
		if field != FieldCategory && field != FieldAvailable {
			at, _ := slices.BinarySearch(c.valued, field)
			c.valued = slices.Insert(c.valued, at, field)
			c.speech.eachToken(field, func(_, surface, _ string) { c.fieldWords[surface] = true })
		}
	}
	return col
}

func (c *corpus) remove(id string) {
	o, ok := c.ordinals[id]
	if !ok {
		return
	}
	e := c.entries[o]
	for _, w := range e.words {
		if at, found := slices.BinarySearch(c.postings[w.word], o); found {
			c.postings[w.word] = slices.Delete(c.postings[w.word], at, at+1)
			c.counts[w.word] = slices.Delete(c.counts[w.word], at, at+1)
		}
	}
	for _, w := range e.title {
		c.titled[w] = removeOrdinal(c.titled[w], o)
	}
	for _, w := range e.color {
		c.colored[w]--
	}
	for _, p := range e.category {
		c.inPath[p]--
	}
	for _, col := range c.columns {
		col.clear(o)
	}
	c.length -= e.length
	c.live.unset(o)
	c.entries[o] = nil
	c.free = append(c.free, o)
	delete(c.ordinals, id)
}

func insertOrdinal(list []ordinal, o ordinal) []ordinal {
	if n := len(list); n == 0 || list[n-1] < o {
		return append(list, o)
	}
	at, found := slices.BinarySearch(list, o)
	if found {
		return list
	}
	return slices.Insert(list, at, o)
}

func removeOrdinal(list []ordinal, o ordinal) []ordinal {
	if at, found := slices.BinarySearch(list, o); found {
		return slices.Delete(list, at, at+1)
	}
	return list
}

// post notes that a document has a word.
func (c *corpus) post(w wordCount, o ordinal) {
	list := c.postings[w.word]
	at := len(list)
	if at > 0 && list[at-1] > o {
		at, _ = slices.BinarySearch(list, o)
	}
	c.postings[w.word] = slices.Insert(list, at, o)
	c.counts[w.word] = slices.Insert(c.counts[w.word], at, w.count)
}

func (c *corpus) documents(word uint32) int { return len(c.postings[word]) }

func (c *corpus) idf(word uint32) float64 { return inverseFrequency(len(c.postings[word]), c.size()) }

// idfOf is idf for a word that may be in no document.
func (c *corpus) idfOf(word string) float64 {
	if id, ok := c.words.ids[word]; ok {
		return c.idf(id)
	}
	return inverseFrequency(0, c.size())
}

// queryWord is one of the words of a query that documents have, with their weight.
type queryWord struct {
	word uint32
	idf  float64
}

func (c *corpus) query(words []string) []queryWord {
	out := make([]queryWord, 0, len(words))
	for _, id := range c.words.known(words) {
		if len(c.postings[id]) > 0 {
			out = append(out, queryWord{id, c.idf(id)})
		}
	}
	return out
}

// okapi is BM25 over the entry's weighted bag of words.
func (c *corpus) okapi(words []queryWord, e *entry) float64 {
	damp := bm25K1 * (1 - bm25B + bm25B*e.length*float64(c.size())/c.length)
	var score float64
	for _, w := range words {
		if n := float64(e.count(w.word)); n > 0 {
			score += w.idf * n * (bm25K1 + 1) / (n + damp)
		}
	}
	return score
}
