package review

import (
	"strings"
	"unicode"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// plain trims a text and drops control characters; lines are kept when asked
// for, at most one empty one between two.
func plain(s string, lines bool) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
	for strings.Contains(s, "\n\n\n") {
		s = strings.ReplaceAll(s, "\n\n\n", "\n\n")
	}
	return strings.TrimSpace(s)
}

// hasHTML reports what a browser could take for a tag or comment: "<" before a
// letter, "/", "!" or "?". "2 < 3" and "<3" are plain.
func hasHTML(s string) bool {
	for i, c := range s {
		if c == '<' && i+1 < len(s) {
			if n := s[i+1]; n == '/' || n == '!' || n == '?' || n|0x20 >= 'a' && n|0x20 <= 'z' {
				return true
			}
		}
	}
	return false
}

func checkText(v *core.Violations, field, s string, most int) {
	v.Check(len(s) <= most, field, "must be at most %d bytes", most)
	v.Check(core.ValidText(s), field, "must be valid UTF-8 without NUL")
	v.Check(!hasHTML(s), field, "must be plain text, without HTML")
}

// normalize brings the texts into the form they are kept in and checks them.
func (r *Review) normalize() error {
	var v core.Violations
	for field, s := range map[string]string{"title": r.Title, "body": r.Body, "author": r.Author} {
		v.Check(core.ValidText(s), field, "must be valid UTF-8 without NUL")
	}
	if err := v.Err(); err != nil {
		return err
	}
	r.Title, r.Body, r.Author = plain(r.Title, false), plain(r.Body, true), plain(r.Author, false)
	v.Check(core.ValidID(string(r.ProductID), core.PrefixProduct), "product_id", "is not the ID of a product")
	v.Check(r.Rating >= 1 && r.Rating <= 5, "rating", "must be between 1 and 5")
	checkText(&v, "title", r.Title, MaxTitle)
	checkText(&v, "body", r.Body, MaxBody)
	checkText(&v, "author", r.Author, MaxAuthor)
	v.Check(r.Author != "", "author", "is required")
	return v.Err()
}
