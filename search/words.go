package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// speech is how the words of a language are told apart and made alike.
type speech struct {
	stem     func(word string) string
	stops    map[string]bool
	elisions []string // what stands before an apostrophe and is no part of the word: l'eau
	letters  bool     // ß, æ, ø and the like are written with those of English, which leaves them alone
	umlauts  bool     // ae, oe and ue are read as ä, ö and ü
	nominal  bool     // a stem's words differ by number, gender and case alone, and not in what they mean
	compound bool     // words are written together: Ledersofa
}

// longestElision is the length of the longest elision, in bytes.
const longestElision = 8

// speeches are those of the languages that are known.
var speeches = map[string]*speech{
	"en": {stem: stem, stops: stopWords(stopsEnglish)},
	"de": {stem: stemGerman, stops: stopWords(stopsGerman), letters: true, nominal: true, umlauts: true, compound: true},
	"fr": {stem: stemFrench, stops: stopWords(stopsFrench), letters: true, nominal: true, elisions: strings.Fields("l d j m t s n c qu jusqu lorsqu puisqu quoiqu")},
	"es": {stem: stemSpanish, stops: stopWords(stopsSpanish), letters: true, nominal: true},
	"it": {stem: stemItalian, stops: stopWords(stopsItalian), letters: true, nominal: true, elisions: strings.Fields("l un d c all dall dell nell sull coll gl quell quest")},
	"nl": {stem: stemDutch, stops: stopWords(stopsDutch), letters: true, nominal: true, compound: true},
	"pt": {stem: stemPortuguese, stops: stopWords(stopsPortuguese), letters: true, nominal: true},
	"":   {stem: func(word string) string { return word }, letters: true}, // of all others
}

// speechOf returns how words are read in a locale; "" is English.
func speechOf(locale string) *speech {
	if locale == "" {
		locale = "en"
	}
	if s, ok := speeches[language(strings.ReplaceAll(locale, "_", "-"))]; ok {
		return s
	}
	return speeches[""]
}

func stopWords(list string) map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.Fields(list) {
		words[w] = true
	}
	return words
}

// tokens returns the stems of a text's words in lower case without accents.
// Chinese, Japanese and Korean runs become pairs of characters.
func (s *speech) tokens(text string) []string {
	var found []string
	s.eachToken(text, func(_, _, token string) { found = append(found, token) })
	return found
}

// token returns the stem of a word that is folded. Stop words have none.
func (s *speech) token(word string) string {
	if s.stops[word] {
		return word
	}
	return s.stem(word)
}

// eachToken calls fn for the words of a text, each as it is written, in lower
// case without accents, and its stem.
func (s *speech) eachToken(text string, fn func(written, surface, token string)) {
	word := make([]byte, 0, 64)
	wide := false // the word is a run of Chinese, Japanese or Korean
	from := 0
	flush := func(to int) {
		switch {
		case len(word) == 0:
		case !wide:
			w := s.joined(string(word))
			fn(text[from:to], w, s.token(w))
		default:
			run := []rune(string(word))
			if len(run) == 1 {
				fn("", "", string(run))
			}
			for i := range len(run) - 1 {
				fn("", "", string(run[i:i+2]))
			}
		}
		word = word[:0]
	}
	begin := func(at int) {
		if len(word) == 0 {
			from = at
		}
	}
	for at := 0; at < len(text); {
		c := text[at]
		switch {
		case c >= utf8.RuneSelf: // the rest of the word, or of the text, is not all ASCII
			end := at
			for end < len(text) && text[end] >= utf8.RuneSelf {
				end++
			}
			begin(at)
			for _, r := range s.plain(text[at:end]) {
				switch {
				case r == '’':
					word = s.elide(word)
				case unicode.IsLetter(r) || unicode.IsDigit(r):
					if w := isWide(r); w != wide && len(word) > 0 {
						flush(end)
						from = at
					}
					wide = isWide(r)
					word = utf8.AppendRune(word, r)
				default:
					flush(end)
					from = at
				}
			}
			at = end
			continue
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
			fallthrough
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			if wide {
				flush(at)
				wide = false
			}
			begin(at)
			word = append(word, c)
		case c == '\'':
			word = s.elide(word)
		default:
			flush(at)
		}
		at++
	}
	flush(len(text))
}

// elide drops a word that ends at an apostrophe and belongs to the next; what
// is left is part of one: don't -> dont.
func (s *speech) elide(word []byte) []byte {
	if slices.Contains(s.elisions, string(word)) {
		return word[:0]
	}
	return word
}

// single are letters that have no accent to take off, and what is written for
// them.
var single = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ı", "i")

// plain takes the accents off lower case, and leaves Hangul and Kana whole,
// since the marks of those make other letters.
func (s *speech) plain(text string) string {
	text = strings.ToLower(text)
	if s.letters {
		text = single.Replace(text)
	}
	text = norm.NFKD.String(text)
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) && r != '\u3099' && r != '\u309a' {
			return -1
		}
		return r
	}, text)
	return norm.NFC.String(text)
}

// joined writes an umlaut's two letters as one, where they can stand for it:
// not in "neue", "Quelle".
func (s *speech) joined(word string) string {
	if !s.umlauts || !strings.Contains(word, "e") {
		return word
	}
	out := make([]byte, 0, len(word))
	for i := range len(word) {
		if i > 0 && word[i] == 'e' {
			before := byte(0)
			if i > 1 {
				before = word[i-2]
			}
			switch word[i-1] {
			case 'a', 'o':
				continue
			case 'u':
				if strings.IndexByte("aeiouyq", before) < 0 {
					continue
				}
			}
		}
		out = append(out, word[i])
	}
	return string(out)
}

// fold writes a word as eachToken does, but for its ending.
func (s *speech) fold(word string) string {
	word = strings.Map(func(r rune) rune {
		if r == '\'' || r == '’' {
			return -1
		}
		return r
	}, s.plain(word))
	return s.joined(word)
}

// isApostrophe reports whether a character may stand within a word.
func isApostrophe(r rune) bool { return r == '\'' || r == '’' }

// isStop reports whether a stem or a folded word says nothing alone.
func (s *speech) isStop(word string) bool { return s.stops[word] }

// content returns the words that are not stop words, or all when only those
// are there.
func (s *speech) content(words []string) []string {
	var kept []string
	for _, w := range words {
		if !s.isStop(w) {
			kept = append(kept, w)
		}
	}
	if kept == nil {
		return words
	}
	return kept
}

// The words that say nothing alone, without accents. The English ones hold some
// of other languages, which the catalogs of English shops have, too.
const (
	stopsEnglish = "a an and are as at be by for from in into is it of on or that the this to with without de la le les un une und der die das el los las y e il lo di"
	stopsGerman  = "der die das den dem des ein eine einen einem einer eines und oder mit ohne fur von vom zu zum zur im in ins am an ans auf aus bei beim ist sind als wie " +
		"auch unter uber es sie er wir ihr ihre sich so dass nach um durch the and for with"
	stopsFrench  = "le la les un une des du de et ou au aux en dans sur sous par pour avec sans chez ce cet cette ces son sa ses leur leurs est sont qui que il elle on the and for with"
	stopsSpanish = "el la los las un una unos unas de del y e o u a al en con sin por para es son que se su sus como lo este esta estos estas the and for with"
	stopsItalian = "il lo la i gli le un uno una di del dello della dei degli delle a al allo alla ai agli alle da dal dalla dai dagli dalle in nel nella nei nelle su sul " +
		"sulla con senza per tra fra e ed o che si sono the and for with"
	stopsDutch      = "de het een en of van voor met zonder in op aan bij uit te tot door naar om is zijn als die dat dit deze ook er the and for with"
	stopsPortuguese = "o a os as um uma uns umas de do da dos das e ou em no na nos nas ao aos a as com sem por para pelo pela que se seu sua como the and for with"
)
