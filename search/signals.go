package search

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
)

// The signals that a Ranker sees, most between 0 and 1. Those that say
// feedback compare with the documents at the top of the fused list
// (pseudo-relevance feedback).
const (
	signalFused = iota
	signalKeyword
	signalVector
	signalFeedbackVector
	signalFeedbackWords
	signalCategory
	signalLeaf
	signalTitleWords
	signalAllWords
	signalTitleAll
	signalPairs
	signalHead
	signalStart
	signalBrief
	signalBrand
	signalColor
	signalNumbers
	signalRatings
	signalRating
	signalPopularity
	signalAvailable
	signalUnwanted
	signalCount
)

var signalNames = [signalCount]string{
	"fused score", "keyword score", "vector score", "feedback vector", "feedback words", "feedback category", "feedback leaf category",
	"words in title", "words anywhere", "all words in title", "word pairs in title", "head noun in title", "early in title", "brief title",
	"brand", "color", "numbers", "ratings", "rating", "popularity", "available", "unwanted words",
}

// Signals returns the names of the signals, in the order of
// Candidate.Signals.
func Signals() []string { return slices.Clone(signalNames[:]) }

// reading is a query as ranking understands it.
type reading struct {
	corpus *corpus

	words    []uint32 // content words; unknown ones are unknownWord
	unwanted []uint32 // that were negated
	negators []uint32 // without, no, free
	weight   []float64
	total    float64
	head     uint32
	all      []uint32 // in their order, stop words too
	branded  bool     // some candidate's brand is in the query
	colors   []uint32
	numbers  []uint32
	expanded []weightedWord // relevance model, by word
	category map[uint32]float64
}

type weightedWord struct {
	word   uint32
	weight float64
	idf    float64
}

// unknownWord stands for words that no document has.
const unknownWord = math.MaxUint32

func (r *reading) id(w string) uint32 {
	if id, ok := r.corpus.words.ids[w]; ok {
		return id
	}
	return unknownWord
}

// fitting returns which of the ways to say a query has most of its words in a
// document.
func (e *Engine) fitting(c *candidate, readings []*reading) int {
	chosen, most := 0, -1.0
	for i, r := range readings {
		if len(readings) == 1 {
			break
		}
		share := 0.0
		for j, w := range r.words {
			if c.entry.count(w) > 0 {
				share += r.weight[j] / r.total
			}
		}
		if share > most+1e-9 {
			chosen, most = i, share
		}
	}
	return chosen
}

func (r *reading) understand(all, negated []string, list []*candidate) {
	for _, w := range all {
		r.all = append(r.all, r.id(w))
	}
	for _, w := range negated {
		r.unwanted = append(r.unwanted, r.id(w))
	}
	if len(negated) > 0 {
		for _, w := range []string{"without", "no", "non", "free", "ohne", "sans", "sin", "senza", "zonder", "sem"} {
			r.negators = append(r.negators, r.id(r.corpus.speech.token(w)))
		}
	}
	for _, w := range r.corpus.speech.content(all) {
		if slices.Contains(negated, w) {
			continue
		}
		id, idf := r.id(w), r.corpus.idfOf(w)
		r.words = append(r.words, id)
		r.weight = append(r.weight, idf)
		r.total += idf
		if id != unknownWord {
			if n := r.corpus.colored[id]; n >= 3 && n*8 >= r.corpus.documents(id) {
				r.colors = append(r.colors, id)
			}
		}
		if strings.ContainsFunc(w, unicode.IsDigit) {
			r.numbers = append(r.numbers, id)
		}
	}
	r.head = r.id(headNoun(all, r.corpus.speech))
	for _, c := range list[:min(100, len(list))] {
		if r.names(c.entry.brand) {
			r.branded = true
			break
		}
	}
}

// names reports whether the query has the words in a row.
func (r *reading) names(brand []uint32) bool {
	for at := range r.all {
		if len(brand) > 0 && at+len(brand) <= len(r.all) && slices.Equal(r.all[at:at+len(brand)], brand) {
			return true
		}
	}
	return false
}

// headNoun returns the last word before the first preposition: what is looked
// for, as in "towels for the kitchen".
func headNoun(words []string, s *speech) string {
	head := ""
	for _, w := range words {
		switch w {
		case "for", "with", "without", "in", "of", "by", "from", "on", "that", "under":
			if head != "" {
				return head
			}
		}
		if !s.isStop(w) && !strings.ContainsFunc(w, unicode.IsDigit) {
			head = w
		}
	}
	return head
}

// feedbackWords makes the relevance model of the documents at the top: their
// words (RM1 of Lavrenko and Croft 2001, by tf-idf) and categories.
func (r *reading) feedbackWords(list []*candidate) {
	r.category = map[uint32]float64{}
	words := map[uint32]float64{}
	var mass float64
	for i, c := range list[:min(feedbackDocuments, len(list))] {
		if c.fused == 0 || c.entry.length == 0 {
			continue
		}
		p := 1 / math.Log2(float64(i+2))
		mass += p
		for _, w := range c.entry.words {
			words[w.word] += p * float64(w.count) / c.entry.length
		}
		for _, path := range c.entry.category {
			r.category[path] += p
		}
	}
	for path := range r.category {
		r.category[path] /= mass
	}
	r.expanded = topWords(words, r.corpus, 40)
}

// topWords returns the words of the greatest weight, by word; their weights
// make a vector of length 1.
func topWords(words map[uint32]float64, c *corpus, limit int) []weightedWord {
	top := make([]weightedWord, 0, len(words))
	for w, p := range words {
		idf := c.idf(w)
		top = append(top, weightedWord{w, p * idf, idf})
	}
	slices.SortFunc(top, func(a, b weightedWord) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(c.words.text[a.word], c.words.text[b.word]))
	})
	top = top[:min(limit, len(top))]
	var norm float64
	for _, w := range top {
		norm += w.weight * w.weight
	}
	for i := range top {
		top[i].weight /= math.Sqrt(norm)
	}
	slices.SortFunc(top, func(a, b weightedWord) int { return cmp.Compare(a.word, b.word) })
	return top
}

func (r *reading) measure(c *candidate) {
	s, e := c.signals, c.entry
	s[signalFused] = c.fused
	s[signalKeyword] = c.keyword
	s[signalVector] = c.vector
	s[signalFeedbackVector] = c.feedback
	s[signalFeedbackWords] = r.resemblance(e)
	for _, path := range e.category {
		s[signalCategory] += r.category[path] / float64(len(e.category))
	}
	for _, path := range e.leaves {
		s[signalLeaf] = max(s[signalLeaf], r.category[path])
	}
	r.coverage(s, e)
	s[signalBrief] = 1 / math.Sqrt(1+float64(len(e.title)))
	switch {
	case r.names(e.brand):
		s[signalBrand] = 1
	case r.branded:
		s[signalBrand] = -1
	}
	s[signalColor] = share(r.colors, func(w uint32) bool { return slices.Contains(e.title, w) || slices.Contains(e.color, w) })
	s[signalNumbers] = share(r.numbers, func(w uint32) bool { return slices.Contains(e.title, w) })
	s[signalRatings] = math.Log1p(float64(e.ratings)) / 10
	s[signalRating] = e.rating / 5
	s[signalPopularity] = math.Log1p(max(e.sales, 0)) / 10
	if !e.gone {
		s[signalAvailable] = 1
	}
	s[signalUnwanted] = r.refusal(e)
}

// refusal is 1 when the title says that the unwanted words are not there, -1
// when it has them, else 0.
func (r *reading) refusal(e *entry) float64 {
	found := 0.0
	for i, w := range e.title {
		if w == unknownWord || !slices.Contains(r.unwanted, w) {
			continue
		}
		before := e.title[max(0, i-2):i]
		after := e.title[i+1 : min(i+2, len(e.title))]
		if slices.ContainsFunc(r.negators, func(n uint32) bool { return slices.Contains(before, n) || slices.Contains(after, n) }) {
			return 1
		}
		found = -1
	}
	return found
}

// coverage says how much of the query, by idf, the document has and where.
func (r *reading) coverage(s []float64, e *entry) {
	if r.total == 0 {
		return
	}
	inTitle, first := 0, len(e.title)
	pairs := 0
	for i, w := range r.words {
		if at := slices.Index(e.title, w); at >= 0 {
			inTitle++
			first = min(first, at)
			s[signalTitleWords] += r.weight[i] / r.total
		}
		if e.count(w) > 0 {
			s[signalAllWords] += r.weight[i] / r.total
		}
		if i > 0 && adjacent(e.title, r.words[i-1], w) {
			pairs++
		}
	}
	if inTitle == len(r.words) {
		s[signalTitleAll] = 1
	}
	if len(r.words) > 1 {
		s[signalPairs] = float64(pairs) / float64(len(r.words)-1)
	}
	if slices.Contains(e.title, r.head) {
		s[signalHead] = 1
	}
	if inTitle > 0 {
		s[signalStart] = 1 / float64(1+first)
	}
}

// adjacent reports whether b follows a with at most one word between.
func adjacent(title []uint32, a, b uint32) bool {
	for i, w := range title {
		if w == a && slices.Contains(title[i+1:min(i+3, len(title))], b) {
			return true
		}
	}
	return false
}

// share is 1 when all words are had and -1 when none is, 0 without words.
func share(words []uint32, has func(uint32) bool) float64 {
	if len(words) == 0 {
		return 0
	}
	n := 0
	for _, w := range words {
		if has(w) {
			n++
		}
	}
	return 2*float64(n)/float64(len(words)) - 1
}

// resemblance is the cosine of the document's words, damped, with the relevance
// model.
func (r *reading) resemblance(e *entry) float64 {
	var sum, norm float64
	words := e.words
	for _, x := range r.expanded { // both rise
		for len(words) > 0 && words[0].word < x.word {
			words = words[1:]
		}
		if len(words) > 0 && words[0].word == x.word {
			v := math.Log1p(float64(words[0].count)) * x.idf
			sum += x.weight * v
			norm += v * v
		}
	}
	if norm == 0 {
		return 0
	}
	return sum / math.Sqrt(norm) * math.Sqrt(norm/(norm+float64(len(r.expanded))))
}
