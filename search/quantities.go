package search

import (
	"fmt"
	"slices"
	"strings"
)

// quantity reads what is measured at a bit: "6 ft" counts more, "under 2 m",
// "at least 16 GB" and "between 40 and 60 cm", too, and narrow a field that is
// named before them: "width under 60 cm".
func (p *parser) quantity(at int) int {
	if n := match(wordsBetween, p.bits, at); n > 0 && at+n < len(p.bits) {
		low, a := p.measure(at + n)
		bare := a == 0 && p.bits[at+n].isNumber // 40 and 60 cm
		if bare {
			a = 1
		}
		if m := match(wordsAnd, p.bits, at+n+a); a > 0 && m > 0 {
			if high, b := p.measure(at + n + a + m); b > 0 && (bare || low.dimension == high.dimension) {
				from := p.bits[at+n].number
				if bare {
					from *= high.scale
				} else {
					from = low.values[0]
				}
				if from < high.values[0] {
					return p.bound(at, n+a+m+b, high, &from, &high.values[0])
				}
			}
		}
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
