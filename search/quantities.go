package search

import (
	"fmt"
	"slices"
	"strings"
)

// quantity reads what is measured at a bit: "6 ft" counts more, "under 2 m",
// "at least 16 GB", "40-60 cm" and "between 40 and 60 cm", too, and narrow a field that is
// named before them: "width under 60 cm".
func (p *parser) quantity(at int) int {
	between := match(wordsBetween, p.bits, at)
	if low, high, n := p.span(at+between, between > 0); n > 0 {
		return p.bound(at, between+n, high, &low, &high.values[0])
	}
	if n := match(wordsBelow, p.bits, at); n > 0 {
		if m, a := p.measure(at + n); a > 0 {
			return p.bound(at, n+a, m, nil, &m.values[0])
		}
	}
	if n := match(wordsAbove, p.bits, at); n > 0 {
		if m, a := p.measure(at + n); a > 0 {
			return p.bound(at, n+a, m, &m.values[0], nil)
		}
	}
	m, n := p.measure(at)
	if n == 0 {
		return 0
	}
	for _, v := range m.values {
		low, high := v*(1-tolerance), v*(1+tolerance)
		field, scale, _ := p.field(at, m.dimension)
		low, high = low/scale, high/scale
		f := Filter{Field: field, Min: &low, Max: &high}
		if p.has(f) {
			p.out.said = append(p.out.said, Understanding{Words: p.q.Text[m.from:m.to], Filter: f, Boost: true, Reason: "measures " + m.said(v)})
		}
	}
	return n
}

// span reads "40-60 cm", "0.5 m - 70 cm" and, where words may part them, "40 and
// 60 cm"; it returns how many bits it took.
func (p *parser) span(at int, words bool) (low float64, high *measure, n int) {
	first, n := p.measure(at)
	if n == 0 && at < len(p.bits) && p.bits[at].isNumber {
		n = 1 // in the unit of the second
	}
	second := at + n
	if n == 0 || second >= len(p.bits) {
		return 0, nil, 0
	}
	switch strings.TrimSpace(p.q.Text[p.bits[second-1].to:p.bits[second].from]) {
	case "-", "–":
		if from := p.bits[at].from; from > 0 && p.q.Text[from-1] != ' ' || !p.bits[second].isNumber { // a model's number
			return 0, nil, 0
		}
	default:
		and := match(wordsAnd, p.bits, second)
		if !words || and == 0 || second+and >= len(p.bits) {
			return 0, nil, 0
		}
		second += and
	}
	m, _ := measured(p.q.Text, p.bits[second].from)
	switch {
	case m.dimension == "" || len(m.values) != 1 || first != nil && first.dimension != m.dimension:
		return 0, nil, 0
	case first == nil:
		low = p.bits[at].number * m.scale
	default:
		low = first.values[0]
	}
	if low >= m.values[0] {
		return 0, nil, 0
	}
	for n = second - at; at+n < len(p.bits) && p.bits[at+n].from < m.to; n++ {
	}
	return low, &m, n
}

// measure returns the quantity that begins at a bit, and its bits.
func (p *parser) measure(at int) (*measure, int) {
	if at >= len(p.bits) {
		return nil, 0
	}
	for i := range p.measures {
		m := &p.measures[i]
		if m.from != p.bits[at].from {
			continue
		}
		n := 0
		for at+n < len(p.bits) && p.bits[at+n].from < m.to {
			n++
		}
		return m, n
	}
	return nil, 0
}

// bound demands a field of a quantity that is named before it, or prefers what
// has any in the bounds: a document may measure much, or not tell. Bounds that
// nothing keeps are left to the words.
func (p *parser) bound(at, n int, m *measure, low, high *float64) int {
	var reason string
	switch {
	case low == nil:
		reason = "measures up to " + m.said(*high)
	case high == nil:
		reason = "measures " + m.said(*low) + " or more"
	default:
		reason = fmt.Sprintf("measures from %.6g to %s", *low/m.scale, m.said(*high))
	}
	field, scale, before := p.field(at, m.dimension)
	f := Filter{Field: field, Min: scaled(low, scale, 1-roundingError), Max: scaled(high, scale, 1+roundingError)}
	if !p.has(f) {
		return 0
	}
	if before > 0 {
		reason = field + " " + reason
	}
	for i := at - before; i < at+n; i++ {
		p.taken[i] = true
	}
	p.out.said = append(p.out.said, Understanding{Words: p.words(at-before, before+n), Filter: f, Boost: before == 0, Reason: reason})
	return n
}

// roundingError is what changing units may move a number by.
const roundingError = 1e-9

func scaled(x *float64, scale, slack float64) *float64 {
	if x == nil {
		return nil
	}
	y := *x / scale * slack
	return &y
}

// field returns the field of a dimension that the bits before one name, how
// many of the dimension's units its own is, and how many bits; else the field of
// all that documents measure.
func (p *parser) field(at int, dimension string) (field string, scale float64, bits int) {
	var name []string
	for n := 1; n <= min(longestValue, at) && !p.taken[at-n]; n++ {
		name = append(p.e.speech.tokens(p.bits[at-n].text), name...)
		for _, f := range p.e.corpus.valued {
			if col := p.e.corpus.columns[f]; col.dimension == dimension && slices.Equal(p.e.speech.tokens(f), name) {
				field, scale, bits = f, col.scale, n
			}
		}
	}
	if bits > 0 {
		return field, scale, bits
	}
	return QuantityField(dimension), 1, 0
}

// has reports whether a document passes a filter that the caller does not set
// itself.
func (p *parser) has(f Filter) bool {
	col := p.e.corpus.columns[f.Field]
	if col == nil || slices.ContainsFunc(p.q.Filters, func(g Filter) bool { return g.Field == f.Field }) {
		return false
	}
	passes := col.passes(f)
	for o := range p.e.corpus.entries {
		if passes(ordinal(o)) { //nolint:gosec // ordinals fit
			return true
		}
	}
	return false
}

// rewordings is how many ways to write a query's quantities are searched.
const rewordings = 2

// reworded returns a query with a quantity written as documents write it: 183 cm
// for 6 ft.
func (e *Engine) reworded(text string) (all []string) {
	for _, m := range measures(text) {
		if len(m.values) != 1 {
			continue
		}
		for _, other := range e.corpus.wordings.others(&m, text, rewordings-len(all)) {
			all = append(all, text[:m.from]+strings.TrimSpace(other)+text[m.to:])
		}
	}
	return all
}
