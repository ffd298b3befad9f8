package search

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The marks around what matched in Hit.Highlights: characters for private use,
// that no text has. Escape the text for the page it is shown on, then put tags
// in their place.
const (
	HighlightStart = "\ue000"
	HighlightEnd   = "\ue001"
)

// fragment is how long a piece of text around matches is, in bytes.
const fragment = 160

// highlight marks the query's words in the texts of hits.
func (e *Engine) highlight(ctx context.Context, p *prepared, hits []Hit) error {
	if !p.Highlight || e.config.Texts == nil || len(hits) == 0 || len(p.tokens) == 0 {
		return nil
	}
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	docs, err := e.config.Texts(ctx, ids)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, w := range e.speech.content(p.tokens) {
		wanted[w] = true
	}
	for _, other := range p.others {
		for _, w := range e.speech.content(other.tokens) {
			wanted[w] = true
		}
	}
	by := make(map[string]*Document, len(docs))
	for i := range docs {
		by[docs[i].ID] = &docs[i]
	}
	for i := range hits {
		d := by[hits[i].ID]
		if d == nil {
			continue
		}
		for _, f := range d.Fields() {
			if marked := mark(f.Text, wanted, e.speech); marked != nil {
				if hits[i].Highlights == nil {
					hits[i].Highlights = map[string][]string{}
				}
				hits[i].Highlights[f.Name] = marked
			}
		}
	}
	return nil
}

// span is where a word is in a text.
type span struct{ from, to int }

// spans returns the words of a text that are wanted, by their stems.
func spans(text string, wanted map[string]bool, s *speech) []span {
	var found []span
	start := -1
	end := func(at int) {
		if start >= 0 {
			for _, stem := range s.tokens(text[start:at]) {
				if wanted[stem] {
					found = append(found, span{start, at})
					break
				}
			}
		}
		start = -1
	}
	for at, r := range text {
		wide := isWide(r)
		switch {
		case wide:
			end(at)
			size := utf8.RuneLen(r)
			next, n := utf8.DecodeRuneInString(text[at+size:])
			if isWide(next) && wanted[text[at:at+size+n]] {
				found = append(found, span{at, at + size + n})
			}
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || isApostrophe(r):
			if start < 0 {
				start = at
			}
		default:
			end(at)
		}
	}
	end(len(text))
	return found
}

// isWide reports whether a character is Chinese, Japanese or Korean.
func isWide(r rune) bool {
	return r >= 0x1100 && (r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul))
}

// mark returns up to two pieces of a text with marks around what is wanted, or
// nil. A short text is one piece.
func mark(text string, wanted map[string]bool, s *speech) []string {
	found := spans(text, wanted, s)
	if len(found) == 0 {
		return nil
	}
	var pieces []string
	for at := 0; at < len(found) && len(pieces) < 2; {
		from, to := 0, len(text)
		if len(text) > fragment {
			from, to = around(text, found[at].from)
		}
		var b strings.Builder
		last := from
		for at < len(found) && found[at].to <= to {
			if found[at].from >= last {
				b.WriteString(text[last:found[at].from] + HighlightStart + text[found[at].from:found[at].to] + HighlightEnd)
				last = found[at].to
			}
			at++
		}
		if last == from { // a word longer than a piece
			at++
			continue
		}
		b.WriteString(text[last:to])
		piece := b.String()
		if from > 0 {
			piece = "… " + piece
		}
		if to < len(text) {
			piece += " …"
		}
		pieces = append(pieces, piece)
	}
	return pieces
}

// around returns a piece of text around a place, between words where there are
// some near.
func around(text string, at int) (from, to int) {
	from = max(0, at-fragment/3)
	if from > 0 {
		if space := strings.IndexByte(text[from:at], ' '); space >= 0 {
			from += space + 1
		}
		for from < at && !utf8.RuneStart(text[from]) {
			from++
		}
	}
	to = min(len(text), from+fragment)
	if to < len(text) {
		if space := strings.LastIndexByte(text[at:to], ' '); space > 0 && at+space > at {
			to = at + space
		}
		for to < len(text) && !utf8.RuneStart(text[to]) {
			to++
		}
	}
	return from, to
}
