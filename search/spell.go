package search

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// speller corrects words by the catalog's own vocabulary: a noisy channel
// (Kernighan, Church, Gale 1990) whose language model is how many documents have
// a word together with the rest of the query, and whose channel knows that
// neighbouring keys, swapped and doubled letters are the likelier mistakes. A
// word that the catalog knows is never changed.
type speller struct {
	ids   map[string]uint32
	words []surface

	sorting sync.Mutex
	sorted  []uint32 // words by text; shorter than words: out of date
}

// surface is a word as it is written, in lower case without accents.
type surface struct {
	text   string
	accent string // text with its accents
	stem   uint32 // in the corpus; unknownWord for stop words, which have no postings
	seen   uint32 // documents that had it, those that are gone since included
	sign   uint64 // which letters it has
	length uint8  // in runes
}

func newSpeller() *speller { return &speller{ids: map[string]uint32{}} }

// longestWord is the length of words, in runes, that are corrected.
const longestWord = 40

// add learns that a document has a word.
func (s *speller) add(text, written string, stem uint32) {
	if id, known := s.ids[text]; known {
		s.words[id].seen++
		return
	}
	n := utf8.RuneCountInString(text)
	if n < 2 || n > longestWord || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) || isWide(r) }) {
		return
	}
	s.ids[text] = uint32(len(s.words))
	if !strings.ContainsFunc(written, func(r rune) bool { return r >= utf8.RuneSelf }) {
		written = text
	}
	s.words = append(s.words, surface{text, strings.ToLower(written), stem, 1, letters(text), uint8(n)})
}

// letters has a bit for each letter of a word. An edit changes two at most.
func letters(word string) uint64 {
	var sign uint64
	for _, r := range word {
		sign |= 1 << (uint32(r) % 64)
	}
	return sign
}

// piece is a word of a query, where it is written.
type piece struct {
	from, to int
	text     string // folded
	known    bool
	fixed    string // what it is corrected to, or ""
	doubt    string // what it may be meant for, or ""
}

// pieces returns a query's words.
func (s *speech) pieces(text string) []piece {
	var found []piece
	start := -1
	end := func(at int) {
		if start >= 0 && start < at {
			found = append(found, piece{from: start, to: at, text: s.fold(text[start:at])})
		}
		start = -1
	}
	for at, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || isApostrophe(r) {
			if isApostrophe(r) && start >= 0 && at-start <= longestElision && slices.Contains(s.elisions, s.fold(text[start:at])) {
				start = at + utf8.RuneLen(r)
			}
			if start < 0 {
				start = at
			}
		} else {
			end(at)
		}
	}
	end(len(text))
	return found
}

// maxPieces is how many words of a query are corrected.
const maxPieces = 30

// Correct returns what a query's words were meant to be, going by the words of
// the documents, or nil when nothing is to be said.
func (e *Engine) Correct(text string) *Correction {
	if len(text) > MaxQuery {
		return nil
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.correct(text)
}

// correct returns what a query's words were meant to be, or nil. Its caller
// holds the lock.
func (e *Engine) correct(text string) *Correction {
	words := e.speech.pieces(text)
	if len(words) > maxPieces || len(e.speller.words) == 0 {
		return nil
	}
	context := make([][]ordinal, 0, len(words))
	for i := range words {
		w := &words[i]
		w.known = e.knows(w.text)
		if id, ok := e.corpus.words.ids[e.speech.token(w.text)]; ok && w.known && len(e.corpus.postings[id]) > 0 {
			context = append(context, e.corpus.postings[id])
		}
	}
	joined := e.join(words)
	changed, doubted := joined, false
	for i := range words {
		w := &words[i]
		if w.known || w.fixed != "" || w.to == w.from || utf8.RuneCountInString(w.text) < 4 || strings.ContainsFunc(w.text, func(r rune) bool { return !unicode.IsLetter(r) || isWide(r) }) {
			continue
		}
		best, sure := e.meant(w.text, context)
		switch {
		case best == "":
		case sure:
			w.fixed, changed = best, true
		default:
			w.doubt, doubted = best, true
		}
	}
	if !changed && !doubted {
		return nil
	}
	c := &Correction{Applied: changed}
	var b strings.Builder
	last := 0
	for _, w := range words {
		other := w.fixed
		if !changed {
			other = w.doubt
		}
		if other != "" {
			b.WriteString(text[last:w.from] + other)
			last = w.to
		}
	}
	b.WriteString(text[last:])
	c.Text = b.String()
	return c
}

// usual is how many documents must have a word for its plural or singular to
// be known, too.
const usual = 5

// knows reports whether the catalog has a word, or its plural or singular.
func (e *Engine) knows(word string) bool {
	if e.speech.isStop(word) || e.live(word, 1) || e.compounds != nil && len(e.compounds.split(word)) > 1 {
		return true
	}
	if _, measured := units[word]; measured || readWords[word] || e.corpus.fieldWords[word] {
		return true // said of things, and not in them
	}
	if e.speech.nominal && e.said(e.speech.token(word)) {
		return true
	}
	if one, plural := strings.CutSuffix(word, "s"); plural {
		return !strings.HasSuffix(one, "s") && e.live(one, usual)
	}
	return e.live(word+"s", usual) || e.live(word+"es", usual)
}

// said reports whether documents have a stem.
func (e *Engine) said(token string) bool {
	id, ok := e.corpus.words.ids[token]
	return ok && len(e.corpus.postings[id]) > 0
}

// live reports whether some documents have a word.
func (e *Engine) live(word string, documents uint32) bool {
	id, ok := e.speller.ids[word]
	return ok && e.speller.words[id].seen >= documents && e.alive(&e.speller.words[id])
}

func (e *Engine) alive(w *surface) bool {
	return w.stem == unknownWord || len(e.corpus.postings[w.stem]) > 0
}

// join makes one word of two neighbours of which the catalog does not know one,
// where it knows both together.
func (e *Engine) join(words []piece) bool {
	joined := false
	for i := 0; i+1 < len(words); i++ {
		a, b := &words[i], &words[i+1]
		if a.known && b.known || a.text == "" || b.text == "" {
			continue
		}
		if e.live(a.text+b.text, 1) {
			a.fixed, joined = a.text+b.text, true
			a.to, b.from, b.known = b.to, b.to, true
			i++
		}
	}
	return joined
}

// The channel: what an edit costs, as a negative logarithm.
const (
	contextWeight = 0.8
	editCost      = 6.5
	firstLetter   = 2.2 // times an edit's cost: the first letter is rarely wrong
	secondEdit    = 9.0
	// How likely a word is that the catalog does not have: as far up as mistakes
	// made in titles are restored all the same (TestStrangers).
	unknown  = -15.0
	doubtful = -24.0
)

// meant returns the likeliest word, and whether it is likelier than that a word
// unknown to the catalog was meant.
func (e *Engine) meant(typed string, context [][]ordinal) (best string, sure bool) {
	type option struct {
		text  string
		score float64
	}
	var options []option
	sign, length := letters(typed), utf8.RuneCountInString(typed)
	most := 2
	if length < 6 {
		most = 1
	}
	runes := []rune(typed)
	for i := range e.speller.words {
		w := &e.speller.words[i]
		if int(w.length)-length > most || length-int(w.length) > most || bits.OnesCount64(w.sign^sign) > 2*most {
			continue
		}
		word := []rune(w.text)
		if !within(runes, word, most) {
			continue
		}
		edits, cost := distance(runes, word, most)
		if edits > most || edits == 0 {
			continue
		}
		if e.alive(w) {
			options = append(options, option{w.accent, e.likely(w, context) - cost})
		}
	}
	for at := 3; at+3 <= len(runes); at++ { // two words written together
		a, b := string(runes[:at]), string(runes[at:])
		if !e.live(a, 2) || !e.live(b, 2) || e.speech.isStop(a) || e.speech.isStop(b) {
			continue
		}
		first, second := e.speller.words[e.speller.ids[a]], e.speller.words[e.speller.ids[b]]
		if both := common(e.corpus.postings[first.stem], e.corpus.postings[second.stem]); both > 0 {
			p := math.Log(float64(both) / float64(e.corpus.size()))
			options = append(options, option{a + " " + b, p - editCost - 1})
		}
	}
	if len(options) == 0 {
		return "", false
	}
	win := slices.MaxFunc(options, func(a, b option) int { return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(b.text, a.text)) })
	if win.score < doubtful || e.speech.nominal && e.speech.token(e.speech.fold(win.text)) == e.speech.token(typed) { // or another form of what was typed
		return "", false
	}
	return win.text, win.score >= unknown
}

// likely is the logarithm of how likely a word is in a query with the others:
// how often documents have it, and how much oftener those with the other words
// do.
func (e *Engine) likely(w *surface, context [][]ordinal) float64 {
	n := float64(max(e.corpus.size(), 1))
	score := math.Log(float64(w.seen) / n)
	if w.stem == unknownWord {
		return score
	}
	postings := e.corpus.postings[w.stem]
	alone := float64(len(postings)) / n
	for _, other := range context {
		const prior = 3 // documents' worth of what it is without the others
		together := (float64(common(postings, other)) + prior*alone) / (float64(len(other)) + prior)
		score += contextWeight * math.Log(together/alone)
	}
	return score
}

// common returns how many ordinals two rising lists share.
func common(a, b []ordinal) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	n := 0
	for _, o := range a {
		at, found := slices.BinarySearch(b, o)
		if found {
			n++
		}
		b = b[at:]
	}
	return n
}

// neighbours are the keys beside each key.
var keyboard = [...]string{"qwertyuiop", "asdfghjkl", "zxcvbnm"}

func neighbours(a, b rune) bool {
	ax, ay := key(a)
	bx, by := key(b)
	return ax >= 0 && bx >= 0 && abs(ax-bx) <= 1 && abs(ay-by) <= 1
}

func key(r rune) (x, y int) {
	for y, row := range keyboard {
		if x := strings.IndexRune(row, r); x >= 0 {
			return x, y
		}
	}
	return -1, -1
}

func abs(x int) int { return max(x, -x) }

// within reports whether the optimal string alignment distance of two words is
// at most most. It looks at the diagonals alone that can be, and gives most
// words up after a few letters.
func within(a, b []rune, most int) bool {
	if abs(len(a)-len(b)) > most || len(b) > longestWord {
		return false
	}
	var table [3][longestWord + 2]int
	for j := range min(len(b), most) + 1 {
		table[0][j] = j
	}
	if most < len(b) {
		table[0][most+1] = most + 1
	}
	for i := 1; i <= len(a); i++ {
		row, above, before := &table[i%3], &table[(i+2)%3], &table[(i+1)%3]
		from, to := max(i-most, 1), min(i+most, len(b))
		row[from-1] = most + 1
		if from == 1 && i <= most {
			row[0] = i
		}
		least := row[from-1]
		for j := from; j <= to; j++ {
			d := above[j-1]
			if a[i-1] != b[j-1] {
				d = min(d, row[j-1], above[j]) + 1
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d = min(d, before[j-2]+1)
				}
			}
			row[j] = d
			least = min(least, d)
		}
		if least > most {
			return false
		}
		if to < len(b) {
			row[to+1] = most + 1
		}
	}
	return table[len(a)%3][len(b)] <= most
}

// distance is the Damerau-Levenshtein distance (optimal string alignment) of
// what was typed from a word, when it is at most most, and what those edits
// cost.
func distance(typed, word []rune, most int) (edits int, cost float64) {
	n, m := len(typed), len(word)
	// Equal ends need no table.
	head := 0
	for head < n && head < m && typed[head] == word[head] {
		head++
	}
	tail := 0
	for n > head && m > head && typed[n-1] == word[m-1] {
		n, m, tail = n-1, m-1, tail+1
	}
	typed, word = typed[head:n], word[head:m]
	n, m = len(typed), len(word)
	if max(n, m) > most+2 && abs(n-m) > most {
		return most + 1, 0
	}
	type cell struct {
		edits int
		cost  float64
	}
	var table [3][longestWord + 4]cell
	if m >= len(table[0]) {
		return most + 1, 0
	}
	better := func(a, b cell) cell {
		if b.edits < a.edits || b.edits == a.edits && b.cost < a.cost {
			return b
		}
		return a
	}
	price := func(c cell, factor float64) cell {
		base := editCost
		if c.edits > 0 {
			base = secondEdit
		}
		return cell{c.edits + 1, c.cost + base*factor}
	}
	for j := range m + 1 {
		c := cell{}
		for k := range j {
			c = price(c, missing(word, k, head))
		}
		table[0][j] = c
	}
	for i := 1; i <= n; i++ {
		row, above := &table[i%3], &table[(i-1)%3]
		row[0] = price(above[0], extra(typed, i-1, head))
		low := row[0].edits
		for j := 1; j <= m; j++ {
			var c cell
			if typed[i-1] == word[j-1] {
				c = above[j-1]
			} else {
				factor := 1.0
				if neighbours(typed[i-1], word[j-1]) {
					factor = 0.85
				}
				if head+j == 1 {
					factor = firstLetter
				} else if i == n && tail == 0 {
					factor *= 1.2
				}
				c = price(above[j-1], factor)
			}
			c = better(c, price(above[j], extra(typed, i-1, head)))
			c = better(c, price(row[j-1], missing(word, j-1, head)))
			if i > 1 && j > 1 && typed[i-1] == word[j-2] && typed[i-2] == word[j-1] {
				c = better(c, price(table[(i-2)%3][j-2], 0.8))
			}
			row[j] = c
			low = min(low, c.edits)
		}
		if low > most {
			return low, 0
		}
	}
	c := table[n%3][m]
	return c.edits, c.cost
}

// missing is how much likelier or not it is that a letter was left out.
func missing(word []rune, at, head int) float64 {
	switch {
	case head+at == 0:
		return firstLetter
	case at > 0 && word[at] == word[at-1]:
		return 0.6
	}
	return 0.9
}

// extra is the same for a letter too many.
func extra(typed []rune, at, head int) float64 {
	switch {
	case head+at == 0:
		return firstLetter
	case at > 0 && typed[at] == typed[at-1]:
		return 0.6
	}
	return 0.9
}
