package search

import (
	"strings"
	"unicode"

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
	var word []rune
	var wide bool
	flush := func() {
		switch {
		case len(word) == 0:
		case !wide || len(word) == 1:
			w := string(word)
			fn(w, stem(w))
		default:
			for i := range len(word) - 1 {
				fn("", string(word[i:i+2]))
			}
		}
		word = word[:0]
	}
	for _, r := range norm.NFKD.String(strings.ToLower(text)) {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’': // accents; don't -> dont
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if w := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul); w != wide {
				flush()
				wide = w
			}
			word = append(word, r)
		default:
			flush()
		}
	}
	flush()
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
