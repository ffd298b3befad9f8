package search

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Proposal is a synonym that the catalog or what shoppers do speaks for. Nothing
// is searched by it until somebody takes it over.
type Proposal struct {
	Synonym  Synonym    `json:"synonym"`
	Score    float64    `json:"score"` // from 0 to 1: how likely it is one
	Evidence []Evidence `json:"evidence"`
}

// Evidence is what speaks for a proposal.
type Evidence struct {
	Kind  string  `json:"kind"`  // contexts, abbreviation or reformulation
	Score float64 `json:"score"` // from 0 to 1
	Count int     `json:"count"` // documents that have the rarer of the words; of a reformulation, sessions
}

// The kinds of evidence.
const (
	EvidenceContexts      = "contexts"      // the words stand among the same others, and rarely together
	EvidenceAbbreviation  = "abbreviation"  // and one shortens the other
	EvidenceReformulation = "reformulation" // who searched for one and clicked nothing found it by the other
)

// Searched is a query that somebody asked.
type Searched struct {
	Session string
	Query   string
	At      time.Time
	Clicked bool // something it found
}

// ProposalConfig says what is proposed.
type ProposalConfig struct {
	Locale       string        // of the documents and queries, as Config.Locale. Default "en"
	Known        []Synonym     // not proposed again
	MinDocuments int           // that have a word of the catalog. Default 5
	MinSessions  int           // that put a query otherwise. Default 2
	Within       time.Duration // of a query its other wording must follow. Default 10 min
	MinScore     float64       // Default 0.4
	Limit        int           // the best. Default 100
}

func (c ProposalConfig) withDefaults() ProposalConfig {
	c.MinDocuments = cmp.Or(c.MinDocuments, 5)
	c.MinSessions = cmp.Or(c.MinSessions, 2)
	c.Within = cmp.Or(c.Within, 10*time.Minute)
	c.MinScore = cmp.Or(c.MinScore, 0.4)
	c.Limit = cmp.Or(c.Limit, 100)
	return c
}

// ProposeSynonyms finds words that may stand for each other, the likeliest
// first, equals by their words. From the titles come words with the same
// neighbours and categories (cosine of positive pointwise mutual information:
// Bullinaria and Levy 2007) that are rarely in one title; colors, brands, and
// values of one attribute are left out, which look the same and are not. From
// searches, in any order, comes what sessions searched for next when they had
// clicked nothing, and then clicked something.
func ProposeSynonyms(docs []Document, searches []Searched, config ProposalConfig) []Proposal {
	config = config.withDefaults()
	s := speechOf(config.Locale)
	found := map[[2]string]*Proposal{}
	add := func(from, to string, e Evidence, mutual bool) {
		key := [2]string{from, to}
		if mutual && to < from {
			key = [2]string{to, from}
		}
		if other, ok := found[[2]string{key[1], key[0]}]; ok { // either way round is both ways
			key = [2]string{key[1], key[0]}
			other.Synonym.Words, other.Synonym.Means = []string{key[0], key[1]}, nil
		}
		p := found[key]
		if p == nil {
			p = &Proposal{Synonym: Synonym{Words: []string{key[0]}, Means: []string{key[1]}, Locale: config.Locale}}
			found[key] = p
		}
		if mutual {
			p.Synonym.Words, p.Synonym.Means = []string{key[0], key[1]}, nil
		}
		p.Evidence = append(p.Evidence, e)
		p.Score = 1 - (1-p.Score)*(1-e.Score) // any of it suffices
	}
	titles := newTitleWords(docs, s, config.MinDocuments)
	titles.alike(func(a, b string, e Evidence) { add(a, b, e, true) })
	counted := reformulations(searches, s, config.Within)
	for _, pair := range slices.SortedFunc(maps.Keys(counted), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		if sessions := counted[pair]; sessions >= config.MinSessions {
			n := float64(sessions)
			add(pair[0], pair[1], Evidence{EvidenceReformulation, n / (n + 2), sessions}, false)
		}
	}
	known := map[[2]string]bool{}
	for _, syn := range config.Known {
		for _, a := range syn.Words {
			for _, b := range slices.Concat(syn.Words, syn.Means) {
				known[[2]string{strings.Join(s.tokens(a), " "), strings.Join(s.tokens(b), " ")}] = true
			}
		}
	}
	out := []Proposal{}
	for pair, p := range found {
		a, b := strings.Join(s.tokens(pair[0]), " "), strings.Join(s.tokens(pair[1]), " ")
		if p.Score >= config.MinScore && a != b && !known[[2]string{a, b}] && p.Synonym.check(0) == nil {
			out = append(out, *p)
		}
	}
	slices.SortFunc(out, func(a, b Proposal) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), slices.Compare(a.Synonym.Words, b.Synonym.Words), slices.Compare(a.Synonym.Means, b.Synonym.Means))
	})
	return out[:min(config.Limit, len(out))]
}

// reformulations counts the sessions that searched for one thing, clicked
// nothing, searched for it in other words and clicked. Spelling is left out.
func reformulations(searches []Searched, s *speech, within time.Duration) map[[2]string]int {
	ordered := slices.Clone(searches)
	slices.SortStableFunc(ordered, func(a, b Searched) int { return cmp.Or(cmp.Compare(a.Session, b.Session), a.At.Compare(b.At)) })
	count := map[[2]string]int{}
	seen := map[[2]string]string{} // the last session that counted
	for i := 1; i < len(ordered); i++ {
		a, b := &ordered[i-1], &ordered[i]
		if a.Session == "" || a.Session != b.Session || a.Clicked || !b.Clicked || b.At.Sub(a.At) > within {
			continue
		}
		from, to := difference(s, a.Query, b.Query)
		pair := [2]string{from, to}
		if from == "" || to == "" || seen[pair] == a.Session {
			continue
		}
		if edits, _ := distance([]rune(from), []rune(to), 2); edits <= 2 {
			continue
		}
		seen[pair] = a.Session
		count[pair]++
	}
	return count
}

// longestProposed is how many words of a proposal stand together.
const longestProposed = 2

// difference returns the words that each of two queries has and the other has
// not, or nothing when they are too many.
func difference(s *speech, a, b string) (string, string) {
	words := func(text string) (surfaces, stems []string) {
		s.eachToken(text, func(written, surface, token string) {
			if surface == "" {
				written = token
			}
			if !s.isStop(token) {
				surfaces, stems = append(surfaces, strings.ToLower(written)), append(stems, token)
			}
		})
		return surfaces, stems
	}
	left, leftStems := words(a)
	right, rightStems := words(b)
	rest := func(surfaces, stems, others []string) (kept []string) {
		for i, stem := range stems {
			if !slices.Contains(others, stem) {
				kept = append(kept, surfaces[i])
			}
		}
		return kept
	}
	from, to := rest(left, leftStems, rightStems), rest(right, rightStems, leftStems)
	if len(from) > longestProposed || len(to) > longestProposed {
		return "", ""
	}
	return strings.Join(from, " "), strings.Join(to, " ")
}

// titleWords is what the words of titles stand among.
type titleWords struct {
	words     []string      // as most titles write them
	documents [][]int       // by word, rising
	contexts  [][]neighbour // by word, of length 1
	group     []string      // by word: what it is a value of, or ""
}

// neighbour is something words stand among, and how much it tells.
type neighbour struct {
	id     int
	weight float64
}

// maxProposedWords is how many words are compared, the commonest, and
// maxSharers how many may have a context that says anything.
const (
	maxProposedWords = 5000
	maxSharers       = 400
	windowWords      = 2
	smoothing        = 0.75 // of contexts' frequencies: rare ones tell less (Levy, Goldberg, Dagan 2015)
	mostOfBrand      = 0.8  // a word that one brand has alone is a name
)

func newTitleWords(docs []Document, s *speech, least int) *titleWords {
	type seen struct {
		documents []int
		forms     map[string]int
		groups    map[string]int
		brands    map[string]int
	}
	by := map[string]*seen{}
	titles := make([][]string, len(docs))
	for i := range docs {
		d := &docs[i]
		groups := map[string]string{} // by stem
		for field, values := range d.Attributes {
			for _, w := range s.tokens(strings.Join(values, " ")) {
				groups[w] = max(groups[w], "attribute "+field)
			}
		}
		for _, field := range []string{FieldColor, FieldBrand} {
			for _, w := range s.tokens(d.Text[field]) {
				groups[w] = field
			}
		}
		s.eachToken(d.Text[FieldTitle], func(written, surface, token string) {
			if s.isStop(token) || strings.ContainsFunc(token, unicode.IsDigit) || len(token) < 2 || surface == "" {
				return
			}
			titles[i] = append(titles[i], token)
			w := by[token]
			if w == nil {
				w = &seen{forms: map[string]int{}, groups: map[string]int{}, brands: map[string]int{}}
				by[token] = w
			}
			w.forms[strings.ToLower(written)]++
			if n := len(w.documents); n == 0 || w.documents[n-1] != i {
				w.documents = append(w.documents, i)
				w.groups[groups[token]]++
				w.brands[d.Text[FieldBrand]]++
			}
		})
	}
	var stems []string
	for stem, w := range by {
		brand, n := commonest(w.brands)
		if len(w.documents) >= least && (brand == "" || float64(n) < mostOfBrand*float64(len(w.documents))) {
			stems = append(stems, stem)
		}
	}
	stems = first(stems, maxProposedWords, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(by[b].documents), len(by[a].documents)), cmp.Compare(a, b))
	})
	t := &titleWords{}
	ids := map[string]int{}
	for i, stem := range stems {
		ids[stem] = i
		w := by[stem]
		group, n := commonest(w.groups)
		if n*2 < len(w.documents) {
			group = ""
		}
		form, _ := commonest(w.forms)
		t.words, t.documents, t.group = append(t.words, form), append(t.documents, w.documents), append(t.group, group)
	}
	t.read(docs, titles, ids)
	return t
}

// commonest returns the key with the greatest count, the least of equals.
func commonest(counts map[string]int) (key string, n int) {
	for k, c := range counts {
		if c > n || c == n && k < key {
			key, n = k, c
		}
	}
	return key, n
}

// read weighs the contexts of each word: those beside it in titles, and its
// categories.
func (t *titleWords) read(docs []Document, titles [][]string, ids map[string]int) {
	features := names{}
	counts := make([]map[int]float64, len(t.words))
	for i := range counts {
		counts[i] = map[int]float64{}
	}
	ofFeature := map[int]float64{}
	ofWord := make([]float64, len(t.words))
	note := func(word int, feature string) {
		f := int(features.id(feature))
		counts[word][f]++
		ofFeature[f]++
		ofWord[word]++
	}
	for i, title := range titles {
		_, leaves := categoryPaths(docs[i].Categories)
		for at, stem := range title {
			id, ok := ids[stem]
			if !ok {
				continue
			}
			for j := max(0, at-windowWords); j < min(len(title), at+windowWords+1); j++ {
				if j != at && title[j] != stem {
					note(id, title[j])
				}
			}
			for _, leaf := range leaves {
				note(id, "in "+leaf)
			}
		}
	}
	var smooth float64
	for f := range len(features.text) {
		smooth += math.Pow(ofFeature[f], smoothing)
	}
	t.contexts = make([][]neighbour, len(t.words))
	for word, of := range counts {
		var length float64
		for _, f := range slices.Sorted(maps.Keys(of)) { // sums are the same each time
			if x := math.Log(of[f] / ofWord[word] * smooth / math.Pow(ofFeature[f], smoothing)); x > 0 {
				t.contexts[word] = append(t.contexts[word], neighbour{f, x})
				length += x * x
			}
		}
		for i := range t.contexts[word] {
			t.contexts[word][i].weight /= math.Sqrt(length)
		}
	}
}

// How alike contexts are: at least, and when one word shortens the other; and
// the share of the rarer word's titles that may have both.
const (
	alikeContexts  = 0.4
	alikeShortened = 0.15
	mostTogether   = 0.1
	leastShared    = 3 // contexts
)

// alike calls add for the words that stand among the same others.
func (t *titleWords) alike(add func(a, b string, e Evidence)) {
	sharers := map[int][]neighbour{} // by context, the words and their weights
	for word, contexts := range t.contexts {
		for _, c := range contexts {
			sharers[c.id] = append(sharers[c.id], neighbour{word, c.weight})
		}
	}
	likeness, shared := make([]float64, len(t.words)), make([]int, len(t.words))
	for a := range t.words {
		clear(likeness)
		clear(shared)
		for _, c := range t.contexts[a] {
			if len(sharers[c.id]) > maxSharers {
				continue
			}
			for _, other := range sharers[c.id] {
				likeness[other.id] += c.weight * other.weight
				shared[other.id]++
			}
		}
		for b := a + 1; b < len(t.words); b++ {
			if shared[b] < leastShared || likeness[b] < alikeShortened || t.group[a] != "" && t.group[a] == t.group[b] {
				continue
			}
			rarer := min(len(t.documents[a]), len(t.documents[b]))
			if float64(together(t.documents[a], t.documents[b])) > mostTogether*float64(rarer) {
				continue
			}
			if likeness[b] >= alikeContexts {
				add(t.words[a], t.words[b], Evidence{EvidenceContexts, min(likeness[b], 1), rarer})
			}
			if shortens(t.words[a], t.words[b]) || shortens(t.words[b], t.words[a]) {
				add(t.words[a], t.words[b], Evidence{EvidenceAbbreviation, math.Sqrt(min(likeness[b], 1)), rarer})
			}
		}
	}
}

// together returns how many numbers two rising lists share.
func together(a, b []int) int {
	n := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			n, i, j = n+1, i+1, j+1
		}
	}
	return n
}

// shortens reports whether a word abbreviates another: its beginning (pack,
// package) or its first letter with consonants behind it (tv, qt, blk).
func shortens(short, long string) bool {
	if len(short) < 2 || len(short) > 5 || len(long) < len(short)+2 || short[0] != long[0] {
		return false
	}
	if len(short) > 2 && strings.HasPrefix(long, short) {
		return true
	}
	at := 1
	for i := 1; i < len(short); i++ {
		if strings.IndexByte("aeiou", short[i]) >= 0 {
			return false
		}
		next := strings.IndexByte(long[at:], short[i])
		if next < 0 {
			return false
		}
		at += next + 1
	}
	return true
}
