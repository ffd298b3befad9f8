package search

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// SuggestQuery is what somebody is about to type.
type SuggestQuery struct {
	Text    string
	Filters []Filter // of documents: all hold
	Limit   int      // of each kind. Default 5
}

// Suggestions complete what is being typed, the best of each kind first.
type Suggestions struct {
	Documents  []Suggestion
	Categories []Suggestion
	Queries    []Suggestion
}

// Suggestion is one of them.
type Suggestion struct {
	ID        string // a document's id, a category's path, or a query
	Text      string
	Highlight string // Text with HighlightStart and HighlightEnd around what was typed
	Count     int    // documents in the category, or searches for the query
}

// PopularQuery is a query and how often it is searched for.
type PopularQuery struct {
	Text  string
	Count int
}

// MaxQueries is how many popular queries an engine keeps, the most frequent.
const MaxQueries = 20_000

// SetQueries puts the queries that are suggested in place of those before.
func (e *Engine) SetQueries(queries []PopularQuery) {
	kept := make([]PopularQuery, 0, len(queries))
	for _, q := range queries {
		q.Text = strings.Join(strings.Fields(strings.ToLower(q.Text)), " ")
		if q.Text != "" && len(q.Text) <= 100 && q.Count > 0 {
			kept = append(kept, q)
		}
	}
	slices.SortFunc(kept, func(a, b PopularQuery) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text)) })
	e.mu.Lock()
	defer e.mu.Unlock()
	e.queries = make([]popular, min(MaxQueries, len(kept)))
	for i := range e.queries {
		e.queries[i] = popular{kept[i], phraseOf(e.speech, kept[i].Text)}
	}
}

// popular is a query that is suggested, and its words.
type popular struct {
	PopularQuery
	phrase
}

// phrase is a text to compare with what is typed.
type phrase struct {
	words    []form
	initials uint64 // which letters its words begin with; several share a bit
}

// form is a word as it is written, folded, and its stem, which begins the same.
type form struct{ text, stem string }

func phraseOf(s *speech, text string) phrase {
	var p phrase
	for _, w := range s.pieces(text) {
		p.words = append(p.words, form{w.text, s.token(w.text)})
		p.initials |= initial(w.text)
	}
	return p
}

func initial(word string) uint64 {
	if word == "" { // an accent alone
		return 0
	}
	return 1 << (word[0] % 64)
}

// typing is a text of which the last word may go on.
type typing struct {
	words  []uint32        // stems of the whole words
	begun  map[uint32]bool // stems of the words that begin like the last one; nil: the last one is whole
	phrase                 // as it is typed
	prefix string
	none   bool // a word that no document has
}

// Suggest completes what is being typed: words in any order, the last of which
// may be unfinished, small mistakes forgiven. Without text it returns popular
// categories and queries.
func (e *Engine) Suggest(_ context.Context, q SuggestQuery) (*Suggestions, error) {
	if q.Limit == 0 {
		q.Limit = 5
	}
	check := Query{Text: q.Text, Filters: q.Filters, Limit: q.Limit}
	if err := check.validate(); err != nil {
		return nil, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	t := e.typed(q.Text)
	s := &Suggestions{Categories: e.suggestCategories(t, q.Limit), Queries: e.suggestQueries(q.Text, t, q.Limit)}
	if len(t.phrase.words) > 0 && !t.none {
		s.Documents = e.suggestDocuments(t, q)
	}
	return s, nil
}

// maxBegun is how many words that begin alike are looked at, the commonest.
const maxBegun = 300

func (e *Engine) typed(text string) *typing {
	t := &typing{}
	words := e.speech.pieces(text)
	if len(words) > maxPieces {
		words = words[:maxPieces]
	}
	open := len(words) > 0 && words[len(words)-1].to == len(text)
	for i, w := range words {
		if open && i == len(words)-1 {
			t.prefix = w.text
			t.say(e.speech, w.text)
			t.begun = e.speller.begun(e, w.text)
			t.none = t.none || len(t.begun) == 0
			continue
		}
		form := w.text
		if !e.knows(form) && utf8.RuneCountInString(form) >= 4 {
			if best, _ := e.meant(form, nil); best != "" && !strings.Contains(best, " ") {
				form = e.speech.fold(best)
			}
		}
		t.say(e.speech, form)
		token := e.speech.token(form)
		if e.speech.isStop(token) {
			continue
		}
		id, ok := e.corpus.words.ids[token]
		if !ok || len(e.corpus.postings[id]) == 0 {
			t.none = true
			continue
		}
		t.words = append(t.words, id)
	}
	return t
}

func (t *typing) say(s *speech, word string) {
	t.phrase.words = append(t.phrase.words, form{word, s.token(word)})
	t.initials |= initial(word)
}

// begun returns the stems of words that begin with a prefix; when there are
// none, of words that begin nearly so.
func (s *speller) begun(e *Engine, prefix string) map[uint32]bool {
	order := s.order()
	from, _ := slices.BinarySearchFunc(order, prefix, func(id uint32, p string) int { return strings.Compare(s.words[id].text, p) })
	var found []uint32
	for _, id := range order[from:] {
		w := &s.words[id]
		if !strings.HasPrefix(w.text, prefix) {
			break
		}
		if w.stem != unknownWord && e.alive(w) {
			found = append(found, id)
		}
	}
	if len(found) == 0 {
		found = s.nearly(e, order, prefix)
	}
	if len(found) > maxBegun {
		found = first(found, maxBegun, func(a, b uint32) int {
			return cmp.Or(cmp.Compare(s.words[b].seen, s.words[a].seen), cmp.Compare(s.words[a].text, s.words[b].text))
		})
	}
	stems := make(map[uint32]bool, len(found))
	for _, id := range found {
		stems[s.words[id].stem] = true
	}
	if id, ok := e.corpus.words.ids[prefix]; ok && len(e.corpus.postings[id]) > 0 { // a number, say
		stems[id] = true
	}
	return stems
}

// nearly returns words of the same first letter that begin with a prefix but
// for one edit.
func (s *speller) nearly(e *Engine, order []uint32, prefix string) []uint32 {
	typed := []rune(prefix)
	if len(typed) < 3 || len(typed) > longestWord {
		return nil
	}
	head := string(typed[:1])
	from, _ := slices.BinarySearchFunc(order, head, func(id uint32, p string) int { return strings.Compare(s.words[id].text, p) })
	var found []uint32
	for _, id := range order[from:] {
		w := &s.words[id]
		if !strings.HasPrefix(w.text, head) {
			break
		}
		if w.stem == unknownWord || int(w.length) < len(typed)-1 || !e.alive(w) {
			continue
		}
		runes := []rune(w.text)
		for n := len(typed) - 1; n <= min(len(typed)+1, len(runes)); n++ {
			if edits, _ := distance(typed, runes[:n], 1); edits <= 1 {
				found = append(found, id)
				break
			}
		}
	}
	return found
}

// order returns the words by their text.
func (s *speller) order() []uint32 {
	s.sorting.Lock()
	defer s.sorting.Unlock()
	if len(s.sorted) < len(s.words) {
		sorted := make([]uint32, len(s.words))
		for i := range sorted {
			sorted[i] = uint32(i)
		}
		slices.SortFunc(sorted, func(a, b uint32) int { return strings.Compare(s.words[a].text, s.words[b].text) })
		s.sorted = sorted
	}
	return s.sorted
}

// suggestDocuments returns documents with all the words in their titles.
func (e *Engine) suggestDocuments(t *typing, q SuggestQuery) []Suggestion {
	var pass []func(ordinal) bool
	for _, f := range q.Filters {
		pass = append(pass, e.corpus.columns[f.Field].passes(f))
	}
	found := leading[worth]{limit: q.Limit, order: e.byWorth}
	consider := func(o ordinal) {
		if len(found.kept) == q.Limit && e.corpus.standing[o]+earlyWord < found.kept[0].score {
			return // even with the word in front
		}
		title := e.corpus.entries[o].title
		first := -1
		if t.begun != nil {
			if first = slices.IndexFunc(title, func(w uint32) bool { return t.begun[w] }); first < 0 {
				return
			}
		}
		for _, p := range pass {
			if !p(o) {
				return
			}
		}
		if len(t.words) > 0 {
			first = slices.Index(title, t.words[0])
		}
		found.offer(worth{o, e.corpus.standing[o] + earlyWord/float64(1+max(first, 0))})
	}
	e.titled(t).each(consider)
	best := found.sorted()
	out := make([]Suggestion, len(best))
	for i, x := range best {
		d := e.corpus.entries[x.o]
		out[i] = Suggestion{ID: d.id, Text: d.name, Highlight: t.highlight(e, d.name)}
	}
	return out
}

// titled returns the documents with all whole words in the title, and, where
// those are many or there are none, with one that begins as the last.
func (e *Engine) titled(t *typing) bitset {
	among := func(words iter.Seq[uint32]) bitset {
		set := make(bitset, len(e.corpus.live))
		for w := range words {
			for _, o := range e.corpus.titled[w] {
				set[o>>6] |= 1 << (o & 63)
			}
		}
		return set
	}
	var set bitset
	for i := range t.words {
		if one := among(slices.Values(t.words[i : i+1])); i == 0 {
			set = one
		} else {
			set.and(one)
		}
	}
	const many = 1000
	if t.begun != nil && (len(t.words) == 0 || set.count() > many) {
		if begun := among(maps.Keys(t.begun)); len(t.words) == 0 {
			set = begun
		} else {
			set.and(begun)
		}
	}
	return set
}

// earlyWord is what a title gains that begins with what is typed.
const earlyWord = 0.3

// highlight marks the words that were typed, of the last one what was.
func (t *typing) highlight(e *Engine, text string) string {
	var b strings.Builder
	last := 0
	for _, w := range e.speech.pieces(text) {
		to := w.to
		id, ok := e.corpus.words.ids[e.speech.token(w.text)]
		switch {
		case t.prefix != "" && strings.HasPrefix(w.text, t.prefix):
			to = w.from
			for range []rune(t.prefix) {
				_, n := utf8.DecodeRuneInString(text[to:])
				to += n
			}
			to = min(to, w.to)
		case ok && (slices.Contains(t.words, id) || t.begun[id]), !ok && slices.ContainsFunc(t.phrase.words, func(f form) bool { return f.text == w.text }):
		default:
			continue
		}
		b.WriteString(text[last:w.from] + HighlightStart + text[w.from:to] + HighlightEnd)
		last = to
	}
	return b.String() + text[last:]
}

// begins reports whether a text has words that begin with all those typed.
func (t *typing) begins(p *phrase) bool {
	if t.initials&^p.initials != 0 {
		return false
	}
	for _, typed := range t.phrase.words {
		if !slices.ContainsFunc(p.words, func(w form) bool { return strings.HasPrefix(w.text, typed.text) || w.stem == typed.stem }) {
			return false
		}
	}
	return true
}

// lastOf is a category's own name, of its path.
func lastOf(path string) string {
	name := path[strings.LastIndex(path, categorySeparator)+1:]
	return strings.TrimPrefix(name, categorySeparator[1:])
}

func (e *Engine) suggestCategories(t *typing, limit int) []Suggestion {
	var found []Suggestion
	for id, path := range e.corpus.paths.text {
		if n := e.corpus.inPath[id]; n > 0 && t.begins(&e.corpus.named[id]) {
			found = append(found, Suggestion{ID: path, Text: lastOf(path), Count: n})
		}
	}
	found = first(found, limit, func(a, b Suggestion) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.ID, b.ID)) })
	for i := range found {
		found[i].Highlight = t.highlight(e, found[i].Text)
	}
	return found
}

func (e *Engine) suggestQueries(text string, t *typing, limit int) []Suggestion {
	typed := strings.Join(strings.Fields(strings.ToLower(text)), " ")
	var found, others []Suggestion
	for i := range e.queries { // the most frequent first
		q := &e.queries[i]
		if len(found) == limit {
			break
		}
		switch {
		case q.Text == typed:
		case strings.HasPrefix(q.Text, typed):
			found = append(found, Suggestion{ID: q.Text, Text: q.Text, Count: q.Count})
		case len(others) < limit && t.begins(&q.phrase):
			others = append(others, Suggestion{ID: q.Text, Text: q.Text, Count: q.Count})
		}
	}
	found = append(found, others...)
	found = found[:min(limit, len(found))]
	for i := range found {
		found[i].Highlight = t.highlight(e, found[i].Text)
	}
	return found
}
