package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// tokens returns the stems of a text's words in lower case without accents.
// Chinese, Japanese and Korean runs become pairs of characters.
func tokens(text string) []string {
	var found []string
	eachToken(text, func(_, token string) { found = append(found, token) })
	return found
}

// eachToken calls fn for the words of a text, each as it is written, in lower
// case without accents, and its stem.
func eachToken(text string, fn func(surface, token string)) {
	word := make([]byte, 0, 64)
	wide := false // the word is a run of Chinese, Japanese or Korean
	flush := func() {
		switch {
		case len(word) == 0:
		case !wide:
			w := string(word)
			fn(w, stem(w))
		default:
			run := []rune(string(word))
			if len(run) == 1 {
				fn("", string(run))
			}
			for i := range len(run) - 1 {
				fn("", string(run[i:i+2]))
			}
		}
		word = word[:0]
	}
	for at := 0; at < len(text); {
		c := text[at]
		switch {
		case c >= utf8.RuneSelf: // the rest of the word, or of the text, is not all ASCII
			end := at
			for end < len(text) && text[end] >= utf8.RuneSelf {
				end++
			}
			for _, r := range norm.NFKD.String(strings.ToLower(text[at:end])) {
				word, wide = addRune(word, wide, r, flush)
			}
			at = end
			continue
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
			fallthrough
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			if wide {
				flush()
				wide = false
			}
			word = append(word, c)
		case c == '\'':
		default:
			flush()
		}
		at++
	}
	flush()
}

// addRune adds a rune to a word, or ends the word with it.
func addRune(word []byte, wide bool, r rune, flush func()) ([]byte, bool) {
	switch {
	case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’': // accents; don't -> dont
		return word, wide
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		if w := isWide(r); w != wide && len(word) > 0 {
			flush()
			word = word[:0]
		}
		return utf8.AppendRune(word, r), isWide(r)
	}
	flush()
	return word[:0], wide
}

// stem takes plural and verb endings off. It is deliberately lighter than a
// language's own stemmer: the ranker and the vectors see all languages.
func stem(w string) string {
	n := len(w)
	switch {
	case n > 4 && strings.HasSuffix(w, "ies"):
		return w[:n-3] + "y"
	case n > 4 && (strings.HasSuffix(w, "sses") || strings.HasSuffix(w, "shes") || strings.HasSuffix(w, "ches") || strings.HasSuffix(w, "xes")):
		return w[:n-2]
	case n > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is"):
		return w[:n-1]
	case n > 5 && strings.HasSuffix(w, "ing"):
		return undouble(w[:n-3])
	case n > 4 && strings.HasSuffix(w, "ed"):
		return undouble(w[:n-2])
	}
	return w
}

// undouble turns runn into run.
func undouble(w string) string {
	if n := len(w); n > 3 && w[n-1] == w[n-2] && !strings.ContainsRune("lsz", rune(w[n-1])) {
		return w[:n-1]
	}
	return w
}

const stopList = " a an and are as at be by for from in into is it of on or that the this to with without de la le les un une und der die das el los las y e il lo di "

func isStop(word string) bool { return len(word) < 8 && strings.Contains(stopList, " "+word+" ") }

// content returns the words that are not stop words, or all when only those
// are there.
func content(words []string) []string {
	var kept []string
	for _, w := range words {
		if !isStop(w) {
			kept = append(kept, w)
		}
	}
	if kept == nil {
		return words
	}
	return kept
}
