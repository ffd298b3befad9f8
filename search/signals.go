package search

import (
	"context"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/bodega-commerce/bodega/internal/linalg"
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
	signalCount
)

var signalNames = [signalCount]string{
	"fused score", "keyword score", "vector score", "feedback vector", "feedback words", "feedback category", "feedback leaf category",
	"words in title", "words anywhere", "all words in title", "word pairs in title", "head noun in title", "early in title", "brief title",
	"brand", "color", "numbers", "ratings", "rating", "popularity", "available",
}

// Signals returns the names of the signals, in the order of
// Candidate.Signals.
func Signals() []string { return slices.Clone(signalNames[:]) }

// Candidate is a document that may answer a query.
type Candidate struct {
	ID      string
	Signals []float64
}

const feedbackDocuments = 10

// Candidates returns what a query's ranking chooses from, with the signals it
// goes by: the best of the words, of the vectors and of the vectors near those
// at the top, Config.Depth or q.Limit of each, in the order of fusion. Train
// rankers on it.
func (e *Engine) Candidates(ctx context.Context, q Query) ([]Candidate, error) {
	depth := max(e.config.Depth, q.Limit)
	l, err := e.lists(ctx, Query{Text: q.Text, Locale: q.Locale}, depth)
	if err != nil {
		return nil, err
	}
	fused := l.keyword
	if e.vectors != nil {
		fused = e.config.Fusion.Fuse(l.keyword, l.vector)
	}
	r := &reading{fused: scaled(fused), keyword: scaled(l.keyword), vector: scores(l.vector)}
	ids := make([]string, len(fused))
	for i, m := range fused {
		ids[i] = m.ID
	}
	if e.vectors != nil && len(fused) > 0 {
		if ids, err = e.feedbackVector(ctx, r, ids, fused, l.query, depth); err != nil {
			return nil, err
		}
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	r.lexicon = e.lexicon
	r.understand(q.Text, ids)
	r.feedbackWords(fused)
	candidates := make([]Candidate, 0, len(ids))
	for _, id := range ids {
		if entry, ok := e.lexicon.entries[id]; ok { // else it was deleted meanwhile
			candidates = append(candidates, Candidate{id, r.signals(id, entry)})
		}
	}
	return candidates, nil
}

// feedbackVector searches again with the query moved toward the documents at
// the top (Rocchio 1971), adds what it finds to ids and completes the cosines.
func (e *Engine) feedbackVector(ctx context.Context, r *reading, ids []string, fused []Match, query []float32, depth int) ([]string, error) {
	top := fused[:min(feedbackDocuments, len(fused))]
	vectors, err := e.vectors.Get(ctx, ids)
	if err != nil {
		return nil, err
	}
	by := make(map[string][]float32, len(vectors))
	for _, v := range vectors {
		by[v.ID] = v.Values
	}
	unit := slices.Clone(query)
	linalg.Normalize(unit)
	moved := slices.Clone(unit)
	for _, m := range top {
		if v := by[m.ID]; len(v) == len(moved) {
			linalg.Axpy(float32(m.Score/fused[0].Score)/float32(len(top))*2, v, moved)
		}
	}
	linalg.Normalize(moved)
	found, err := e.nearest(ctx, moved, depth)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(ids))
	for _, id := range ids {
		known[id] = true
	}
	var added []string
	for _, m := range found {
		if !known[m.ID] {
			added = append(added, m.ID)
		}
	}
	more, err := e.vectors.Get(ctx, added)
	if err != nil {
		return nil, err
	}
	r.feedback = map[string]float64{}
	for _, v := range slices.Concat(vectors, more) {
		if len(v.Values) == len(unit) {
			r.vector[v.ID] = float64(linalg.Dot(unit, v.Values))
			r.feedback[v.ID] = float64(linalg.Dot(moved, v.Values))
		}
	}
	return append(ids, added...), nil
}

// reading is a query as ranking understands it.
type reading struct {
	lexicon                *lexicon
	fused, keyword, vector map[string]float64
	feedback               map[string]float64

	words    []string // content words
	weight   []float64
	total    float64
	head     string
	joined   string // the words, for brands
	branded  bool   // some candidate's brand is in the query
	colors   []string
	numbers  []string
	expanded map[string]float64 // relevance model
	category map[string]float64
}

func (r *reading) understand(text string, candidates []string) {
	all := tokens(text)
	r.words = content(all)
	r.joined = " " + strings.Join(all, " ") + " "
	for _, w := range r.words {
		idf := r.lexicon.idf(w)
		r.weight = append(r.weight, idf)
		r.total += idf
		if n := r.lexicon.colors[w]; n >= 3 && n*8 >= r.lexicon.documents[w] {
			r.colors = append(r.colors, w)
		}
		if strings.ContainsFunc(w, unicode.IsDigit) {
			r.numbers = append(r.numbers, w)
		}
	}
	r.head = headNoun(all)
	for _, id := range candidates[:min(100, len(candidates))] {
		if e, ok := r.lexicon.entries[id]; ok && r.names(e.brand) {
			r.branded = true
			break
		}
	}
}

// names reports whether the query has the words in a row.
func (r *reading) names(brand []string) bool {
	return len(brand) > 0 && strings.Contains(r.joined, " "+strings.Join(brand, " ")+" ")
}

// headNoun returns the last word before the first preposition: what is looked
// for, as in "towels for the kitchen".
func headNoun(words []string) string {
	head := ""
	for _, w := range words {
		switch w {
		case "for", "with", "without", "in", "of", "by", "from", "on", "that", "under":
			if head != "" {
				return head
			}
		}
		if !isStop(w) && !strings.ContainsFunc(w, unicode.IsDigit) {
			head = w
		}
	}
	return head
}

// feedbackWords makes the relevance model of the documents at the top: their
// words (RM1 of Lavrenko and Croft 2001, by tf-idf) and categories.
func (r *reading) feedbackWords(fused []Match) {
	r.expanded, r.category = map[string]float64{}, map[string]float64{}
	words := map[string]float64{}
	var mass float64
	for i, m := range fused[:min(feedbackDocuments, len(fused))] {
		e, ok := r.lexicon.entries[m.ID]
		if !ok || e.length == 0 {
			continue
		}
		p := 1 / math.Log2(float64(i+2))
		mass += p
		for w, n := range e.words {
			words[w] += p * n / e.length
		}
		for _, c := range e.category {
			r.category[c] += p
		}
	}
	for c := range r.category {
		r.category[c] /= mass
	}
	for _, m := range topWords(words, r.lexicon, 40) {
		r.expanded[m.ID] = m.Score
	}
}

func topWords(words map[string]float64, l *lexicon, limit int) []Match {
	weighted := make(map[string]float64, len(words))
	for w, p := range words {
		weighted[w] = p * l.idf(w)
	}
	top := best(weighted, limit)
	var norm float64
	for _, m := range top {
		norm += m.Score * m.Score
	}
	for i := range top {
		top[i].Score /= math.Sqrt(norm)
	}
	return top
}

func (r *reading) signals(id string, e *entry) []float64 {
	s := make([]float64, signalCount)
	s[signalFused] = r.fused[id]
	s[signalKeyword] = r.keyword[id]
	s[signalVector] = r.vector[id]
	s[signalFeedbackVector] = r.feedback[id]
	s[signalFeedbackWords] = r.resemblance(e)
	if n := len(e.category); n > 0 {
		for _, c := range e.category {
			s[signalCategory] += r.category[c] / float64(n)
		}
		for _, c := range e.leaves {
			s[signalLeaf] = max(s[signalLeaf], r.category[c])
		}
	}
	r.coverage(s, e)
	s[signalBrief] = 1 / math.Sqrt(1+float64(len(e.title)))
	switch {
	case r.names(e.brand):
		s[signalBrand] = 1
	case r.branded:
		s[signalBrand] = -1
	}
	s[signalColor] = share(r.colors, func(w string) bool { _, ok := e.inTitle[w]; return ok || e.color[w] })
	s[signalNumbers] = share(r.numbers, func(w string) bool { _, ok := e.inTitle[w]; return ok })
	s[signalRatings] = math.Log1p(float64(e.ratings)) / 10
	s[signalRating] = e.rating / 5
	s[signalPopularity] = math.Log1p(max(e.sales, 0)) / 10
	if !e.gone {
		s[signalAvailable] = 1
	}
	return s
}

// coverage says how much of the query, by idf, the document has and where.
func (r *reading) coverage(s []float64, e *entry) {
	if r.total == 0 {
		return
	}
	inTitle, first := 0, len(e.title)
	pairs := 0
	for i, w := range r.words {
		at, ok := e.inTitle[w]
		if ok {
			inTitle++
			first = min(first, at)
			s[signalTitleWords] += r.weight[i] / r.total
		}
		if e.words[w] > 0 {
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
	if _, ok := e.inTitle[r.head]; ok {
		s[signalHead] = 1
	}
	if inTitle > 0 {
		s[signalStart] = 1 / float64(1+first)
	}
}

// adjacent reports whether b follows a with at most one word between.
func adjacent(title []string, a, b string) bool {
	for i, w := range title {
		if w == a && slices.Contains(title[i+1:min(i+3, len(title))], b) {
			return true
		}
	}
	return false
}

// share is 1 when all words are had and -1 when none is, 0 without words.
func share(words []string, has func(string) bool) float64 {
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
	for w, p := range r.expanded {
		if n := e.words[w]; n > 0 {
			x := math.Log1p(n) * r.lexicon.idf(w)
			sum += p * x
			norm += x * x
		}
	}
	if norm == 0 {
		return 0
	}
	return sum / math.Sqrt(norm) * math.Sqrt(norm/(norm+float64(len(r.expanded))))
}

func scores(matches []Match) map[string]float64 {
	by := make(map[string]float64, len(matches))
	for _, m := range matches {
		by[m.ID] = m.Score
	}
	return by
}

// scaled makes the best score 1.
func scaled(matches []Match) map[string]float64 {
	by := make(map[string]float64, len(matches))
	for _, m := range matches {
		by[m.ID] = m.Score / matches[0].Score
	}
	return by
}
