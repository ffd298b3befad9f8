package search

import (
	"cmp"
	"math"
	"slices"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// facets counts the values of the fields asked for among what was found. set is
// that, narrowed by all filters.
func (e *Engine) facets(p *prepared, set bitset) []Facet {
	out := make([]Facet, 0, len(p.Facets))
	for _, req := range p.Facets {
		counted := set
		if slices.ContainsFunc(p.Filters, func(f Filter) bool { return f.Field == req.Field && !f.Not }) {
			if p.browsing() {
				counted = e.withoutHidden(p, slices.Clone(e.corpus.live))
			} else {
				counted = e.matched(p, e.corpus.live)
			}
			e.corpus.narrow(counted, p.Filters, req.Field)
		}
		out = append(out, e.facet(p, req, counted))
	}
	return out
}

func (e *Engine) facet(p *prepared, req FacetRequest, set bitset) Facet {
	f := Facet{Field: req.Field}
	if req.Limit == 0 {
		req.Limit = 20
	}
	col := e.corpus.columns[req.Field]
	if col == nil {
		return f
	}
	if len(col.numbers) > 0 && len(col.of) == 0 {
		numbers, ok := e.numbers.Get().(*[]float64)
		if !ok {
			numbers = new([]float64)
		}
		defer e.numbers.Put(numbers)
		*numbers = col.among(set, (*numbers)[:0])
		f.ranges(p, req, *numbers)
		return f
	}
	lists := make([]int, max(1, len(col.lists)))
	set.each(func(o ordinal) {
		if int(o) < len(col.of) {
			lists[col.of[o]]++
		}
	})
	counts := make([]int, len(col.values.text))
	for list, n := range lists[1:] {
		if n > 0 {
			for _, v := range col.lists[list+1] {
				counts[v] += n
			}
		}
	}
	var selected []string
	for _, x := range p.Filters {
		if x.Field == req.Field && !x.Not {
			selected = append(selected, x.Values...)
		}
	}
	var chosen []uint32
	best := leading[uint32]{limit: req.Limit, order: func(a, b uint32) int {
		if counts[a] != counts[b] {
			return cmp.Compare(counts[b], counts[a])
		}
		return cmp.Compare(col.values.text[a], col.values.text[b])
	}}
	for v, n := range counts {
		if n > 0 {
			best.offer(uint32(v))
		}
	}
	values := best.sorted()
	for _, v := range col.values.known(selected) { // what is selected stays
		if slices.Contains(chosen, v) {
			continue
		}
		if chosen = append(chosen, v); !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	slices.SortFunc(values, best.order)
	for _, v := range values {
		f.Values = append(f.Values, FacetValue{Value: col.values.text[v], Count: counts[v], Selected: slices.Contains(chosen, v)})
	}
	return f
}

// ranges counts numbers, which it moves around, between bounds; without bounds,
// ones that are made so that each range has about as many.
func (f *Facet) ranges(p *prepared, req FacetRequest, numbers []float64) {
	if len(numbers) == 0 {
		return
	}
	f.Min, f.Max = numbers[0], numbers[0]
	for _, n := range numbers {
		f.Min, f.Max = min(f.Min, n), max(f.Max, n)
	}
	bounds := slices.Compact(slices.Clone(req.Bounds))
	if req.Bounds == nil {
		bounds = f.quantileBounds(numbers, min(req.Limit, 5))
	}
	counts := make([]int, len(bounds)+1)
	for _, n := range numbers {
		at, found := slices.BinarySearch(bounds, n)
		if found {
			at++
		}
		counts[at]++
	}
	for i, n := range counts {
		v := FacetValue{Count: n}
		if i < len(bounds) {
			v.Max = &bounds[i]
		}
		if i > 0 {
			v.Min = &bounds[i-1]
		}
		for _, x := range p.Filters {
			if x.Field == req.Field && !x.Not && sameBound(x.Min, v.Min) && sameBound(x.Max, v.Max) {
				v.Selected = true
			}
		}
		f.Values = append(f.Values, v)
	}
}

func sameBound(a, b *float64) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }

// quantileBounds returns round numbers that part numbers, which it moves around,
// into some n ranges.
func (f *Facet) quantileBounds(numbers []float64, n int) []float64 {
	var bounds []float64
	before := 0 // those are less than the others
	for i := 1; i < n; i++ {
		at := i * len(numbers) / n
		b := roundNumber(linalg.Nth(numbers[before:], at-before))
		before = at
		if b > f.Min && b <= f.Max && (len(bounds) == 0 || b > bounds[len(bounds)-1]) {
			bounds = append(bounds, b)
		}
	}
	return bounds
}

// roundNumber keeps one digit, or one and a half: 1, 1.5, 2, 2.5, 3, 4 ...
func roundNumber(x float64) float64 {
	if x == 0 {
		return 0
	}
	scale := math.Pow(10, math.Floor(math.Log10(math.Abs(x))))
	m := x / scale
	if math.Abs(m) < 3 {
		return math.Round(m*2) / 2 * scale
	}
	return math.Round(m) * scale
}
