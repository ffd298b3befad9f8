package catalog

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// MaxSlug is the longest slug, in bytes.
const MaxSlug = 200

// Slugify makes a slug of a text: lower case, accents taken off, Greek and
// Cyrillic in Latin letters, everything that is neither letter nor digit one
// hyphen. Letters of other scripts stay. locale decides how a letter is written
// that languages disagree on: "ü" is "ue" in German and "u" elsewhere. The
// result is empty when nothing of the text can stand in a slug.
func Slugify(s, locale string) string {
	german := locale == "de" || strings.HasPrefix(locale, "de-")
	var b strings.Builder
	gap := false
	write := func(part string) {
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteString(part)
	}
	for _, r := range norm.NFC.String(strings.ToValidUTF8(s, " ")) {
		r = unicode.ToLower(r)
		if german {
			if e, ok := umlauts[r]; ok {
				write(e)
				continue
			}
		}
		if t, ok := latin[r]; ok {
			if t != "" {
				write(t)
			}
			continue
		}
		if r == '\'' || r == '’' { // "men's" is "mens"
			continue
		}
		for _, d := range norm.NFKD.String(string(r)) {
			d = unicode.ToLower(d)
			t, mapped := latin[d]
			switch {
			case d < utf8.RuneSelf && isSlugRune(d) && d != '-':
				write(string(d))
			case mapped:
				write(t)
			case unicode.Is(unicode.Mn, d) && b.Len() > 0 && !gap && latinBefore(b.String()):
				// an accent of a Latin letter
			case unicode.IsLetter(d) || unicode.IsDigit(d) || unicode.Is(unicode.Mn, d) || unicode.Is(unicode.Mc, d):
				write(string(d))
			default:
				gap = true
			}
		}
	}
	// Scripts that compose, such as Hangul, were taken apart above.
	out := norm.NFC.String(b.String())
	return strings.Trim(cut(out, MaxSlug), "-")
}

// Fold is the form texts are compared and searched in: lower case, without
// accents.
func Fold(s string) string {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	if ascii {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

func latinBefore(s string) bool { return s[len(s)-1] < utf8.RuneSelf }

// cut shortens s to at most n bytes, at the end of a word if there is one in
// the second half.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	if i := strings.LastIndexByte(s[:n], '-'); i > n/2 {
		n = i
	}
	return s[:n]
}

func isSlugRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-'
}

// ValidSlug reports whether s can be a slug: lower-case letters and digits
// with single hyphens between them.
func ValidSlug(s string) bool {
	if s == "" || len(s) > MaxSlug || !utf8.ValidString(s) || strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-") || strings.Contains(s, "--") {
		return false
	}
	for _, r := range s {
		other := r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Mc, r)) && unicode.ToLower(r) == r
		if !isSlugRune(r) && !other {
			return false
		}
	}
	return true
}

// SlugCandidates returns n slugs to try for a base, from the first-th on: the
// base itself is number 1, then base-2, base-3 and so on.
func SlugCandidates(base string, first, n int) []string {
	out := make([]string, 0, n)
	for i := first; i < first+n; i++ {
		if i == 1 {
			out = append(out, base)
			continue
		}
		suffix := "-" + strconv.Itoa(i)
		out = append(out, strings.TrimRight(cut(base, MaxSlug-len(suffix)), "-")+suffix)
	}
	return out
}

// SlugTarget is a product that a slug leads to.
type SlugTarget struct {
	ProductID core.ProductID
	Locale    string // "" is the default
	Current   bool   // false: an earlier slug, which redirects
}

// MovedError says that a slug is not the one to use: the product is found at
// another, in the locale asked for. Answer with a permanent redirect.
type MovedError struct {
	ProductID core.ProductID
	Slug      string
}

func (e *MovedError) Error() string { return fmt.Sprintf("moved to %q", e.Slug) }

// ErrorKind implements core.Classified.
func (e *MovedError) ErrorKind() core.Kind { return core.KindNotFound }

// ErrorCode implements core.Classified.
func (e *MovedError) ErrorCode() string { return "moved" }

// ErrorDetails implements core.Detailed.
func (e *MovedError) ErrorDetails() map[string]any {
	return map[string]any{"slug": e.Slug, "product_id": e.ProductID}
}

var umlauts = map[rune]string{'ä': "ae", 'ö': "oe", 'ü': "ue"}

// latin spells letters that have no decomposition in Latin ones.
var latin = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'å': "a", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ı': "i", 'ŋ': "ng", 'ə': "e", '&': "and", '€': "eur", '%': "percent",
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'ґ': "g", 'д': "d", 'е': "e", 'ё': "yo", 'є': "ye", 'ж': "zh", 'з': "z", 'и': "i", 'і': "i", 'ї': "yi", 'й': "y", 'к': "k", 'л': "l", 'м': "m",
	'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ў': "u", 'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e",
	'ю': "yu", 'я': "ya", 'ј': "j", 'љ': "lj", 'њ': "nj", 'ћ': "c", 'ђ': "dj", 'џ': "dz",
	'α': "a", 'β': "v", 'γ': "g", 'δ': "d", 'ε': "e", 'ζ': "z", 'η': "i", 'θ': "th", 'ι': "i", 'κ': "k", 'λ': "l", 'μ': "m", 'ν': "n", 'ξ': "x", 'ο': "o", 'π': "p", 'ρ': "r", 'σ': "s",
	'ς': "s", 'τ': "t", 'υ': "y", 'φ': "f", 'χ': "ch", 'ψ': "ps", 'ω': "o",
}
