package search

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Synonym says which words stand for each other. Words may be several:
// "couch", "chaise longue".
type Synonym struct {
	Words  []string `json:"words"`            // each for all others
	Means  []string `json:"means,omitempty"`  // or: each of Words for these, and not the other way round
	Locale string   `json:"locale,omitempty"` // language or locale; "" is all
}

// SynonymError says what is wrong with a synonym.
type SynonymError struct {
	Line   int // of a file, from 1; of values, their place
	Reason string
}

func (e *SynonymError) Error() string { return fmt.Sprintf("search: synonym %d %s", e.Line, e.Reason) }

// MaxSynonyms is how many synonyms an engine takes.
const MaxSynonyms = 20_000

// ParseSynonyms reads a rule a line: "sofa, couch, settee" stand for each
// other; "trainers => sneakers, running shoes" goes one way; "#" begins a
// comment; "[de]" alone begins the rules of a locale. An error is a
// *SynonymError.
func ParseSynonyms(r io.Reader) ([]Synonym, error) {
	var all []Synonym
	locale := ""
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 0, 4096), 1<<16)
	for line := 1; scanner.Scan(); line++ {
		text, _, _ := strings.Cut(scanner.Text(), "#")
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		if inner, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(inner, "]") {
			locale = strings.TrimSpace(strings.TrimSuffix(inner, "]"))
			continue
		}
		left, right, oneWay := strings.Cut(text, "=>")
		s := Synonym{Words: commaList(left), Locale: locale}
		if oneWay {
			s.Means = commaList(right)
			if len(s.Means) == 0 {
				return nil, &SynonymError{line, "has nothing after =>"}
			}
		}
		if err := s.check(line); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	if err := scanner.Err(); err != nil {
		return nil, &SynonymError{len(all) + 1, "cannot be read: " + err.Error()}
	}
	return all, CheckSynonyms(all)
}

func commaList(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func (s *Synonym) check(place int) error {
	wrong := func(format string, args ...any) error { return &SynonymError{place, fmt.Sprintf(format, args...)} }
	if len(s.Words) == 0 || len(s.Words) == 1 && len(s.Means) == 0 {
		return wrong("needs two words or more, or words => what they mean")
	}
	if len(s.Words)+len(s.Means) > 100 {
		return wrong("has more than 100 words")
	}
	for _, w := range slices.Concat(s.Words, s.Means) {
		if n := len(speechOf(s.Locale).tokens(w)); n == 0 || n > 6 || len(w) > 200 {
			return wrong("has %q, which is not 1 to 6 words", w)
		}
	}
	return nil
}

// CheckSynonyms returns a *SynonymError when one cannot be used.
func CheckSynonyms(all []Synonym) error {
	if len(all) > MaxSynonyms {
		return &SynonymError{MaxSynonyms + 1, fmt.Sprintf("is one more than %d", MaxSynonyms)}
	}
	for i := range all {
		if err := all[i].check(i + 1); err != nil {
			return err
		}
	}
	return nil
}

// meaning is what a phrase also means.
type meaning struct {
	phrase []string // stems
	other  string
	locale string
}

// SetSynonyms puts synonyms in place of those before. One that cannot be used
// is a *SynonymError, and nothing changes.
func (e *Engine) SetSynonyms(all []Synonym) error {
	if err := CheckSynonyms(all); err != nil {
		return err
	}
	meanings := map[string][]meaning{} // by the first stem
	add := func(from, to, locale string) {
		phrase := e.speech.tokens(from)
		if to = strings.ToLower(to); len(phrase) > 0 && !slices.Equal(phrase, e.speech.tokens(to)) {
			meanings[phrase[0]] = append(meanings[phrase[0]], meaning{phrase, to, locale})
		}
	}
	for _, s := range all {
		for i, w := range s.Words {
			for _, m := range s.Means {
				add(w, m, s.Locale)
			}
			for j, other := range s.Words {
				if len(s.Means) == 0 && i != j {
					add(w, other, s.Locale)
				}
			}
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.meanings = meanings
	return nil
}

// maxVariants is how many ways to say a query are searched beside its own.
const maxVariants = 4

// variants returns other ways to say a query: one phrase replaced in each, the
// longest phrases first. Replacements are not replaced again.
func (e *Engine) variants(text, locale string) []string {
	if len(e.meanings) == 0 {
		return nil
	}
	words := e.speech.pieces(text)
	stems := make([][]string, len(words))
	for i, w := range words {
		stems[i] = e.speech.tokens(w.text)
	}
	type found struct {
		from, to int // pieces
		other    string
	}
	var all []found
	for i := range words {
		if len(stems[i]) == 0 {
			continue
		}
		for _, m := range e.meanings[stems[i][0]] {
			if m.locale != "" && m.locale != locale && m.locale != language(locale) {
				continue
			}
			to, rest := i, m.phrase
			for to < len(words) && len(rest) > 0 && len(stems[to]) <= len(rest) && slices.Equal(stems[to], rest[:len(stems[to])]) {
				rest = rest[len(stems[to]):]
				to++
			}
			if len(rest) == 0 {
				all = append(all, found{i, to, m.other})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return (b.to - b.from) - (a.to - a.from) })
	var out []string
	taken := make([]int, len(words)) // how long a phrase a piece belongs to
	for _, f := range all {
		inside := false
		for i := f.from; i < f.to; i++ {
			inside = inside || taken[i] > f.to-f.from // part of a longer phrase
		}
		if inside || len(out) == maxVariants {
			continue
		}
		for i := f.from; i < f.to; i++ {
			taken[i] = f.to - f.from
		}
		out = append(out, text[:words[f.from].from]+f.other+text[words[f.to-1].to:])
	}
	return out
}
