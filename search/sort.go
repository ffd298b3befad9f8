package search

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// listed is how much of a list pages can come to: through MaxDepth, and a page.
const listed = MaxDepth + MaxLimit

// first returns the first k of a list in an order that tells any two apart; the
// rest is not put in order.
func first[T any](list []T, k int, order func(a, b T) int) []T {
	if len(list) > 2*k {
		heap := list[:k:k] // the last of the first k is its root
		down := func(at int) {
			for {
				child := 2*at + 1
				if child >= k {
					return
				}
				if child+1 < k && order(heap[child+1], heap[child]) > 0 {
					child++
				}
				if order(heap[child], heap[at]) <= 0 {
					return
				}
				heap[at], heap[child] = heap[child], heap[at]
				at = child
			}
		}
		for at := k/2 - 1; at >= 0; at-- {
			down(at)
		}
		for _, x := range list[k:] {
			if order(x, heap[0]) < 0 {
				heap[0] = x
				down(0)
			}
		}
		list = heap
	}
	slices.SortFunc(list, order)
	return list[:min(k, len(list))]
}

// standing is what a document is worth without a query.
func standing(e *entry) float64 {
	score := 0.6*math.Log1p(max(e.sales, 0)) + 0.6*math.Log1p(float64(e.ratings))
	if !e.gone {
		score += 5
	}
	return score / 10
}

// standings lists a set by standing.
func (e *Engine) standings(p *prepared, set bitset) []scored {
	list := make([]scored, 0, set.count())
	set.each(func(o ordinal) {
		s := scored{entry: e.corpus.entries[o]}
		s.score = standing(s.entry)
		e.boost(p, o, &s)
		list = append(list, s)
	})
	if p.Personal != nil {
		ids := make([]string, len(list))
		for i := range list {
			ids[i] = list[i].entry.id
		}
		for i, x := range p.Personal(ids) {
			if i < len(list) {
				list[i].score += x
			}
		}
	}
	return first(list, listed, byScore)
}

// sortKey is what a document is sorted by in one field.
type sortKey struct {
	missing bool
	number  float64
	text    string
}

// sorted lists a set in the order asked for.
func (e *Engine) sorted(orders []Order, set bitset) []scored {
	type row struct {
		scored
		keys []sortKey
	}
	rows := make([]row, 0, set.count())
	columns := make([]*column, len(orders))
	for i, o := range orders {
		columns[i] = e.corpus.columns[o.Field]
	}
	set.each(func(o ordinal) {
		r := row{scored: scored{entry: e.corpus.entries[o]}, keys: make([]sortKey, len(orders))}
		for i, c := range columns {
			r.keys[i] = keyOf(c, o)
		}
		rows = append(rows, r)
	})
	rows = first(rows, listed, func(a, b row) int {
		for i, o := range orders {
			if c := compareKeys(a.keys[i], b.keys[i], o.Descending); c != 0 {
				return c
			}
		}
		return cmp.Compare(a.entry.id, b.entry.id)
	})
	list := make([]scored, len(rows))
	for i := range rows {
		list[i] = rows[i].scored
	}
	return list
}

func keyOf(c *column, o ordinal) sortKey {
	if n := c.number(o); !math.IsNaN(n) {
		return sortKey{number: n}
	}
	if v := c.valuesOf(o); len(v) > 0 {
		return sortKey{text: c.values.text[v[0]]}
	}
	return sortKey{missing: true}
}

// compareKeys puts what is missing last, whichever way it is sorted.
func compareKeys(a, b sortKey, descending bool) int {
	if a.missing || b.missing {
		switch {
		case a.missing == b.missing:
			return 0
		case a.missing:
			return 1
		}
		return -1
	}
	c := cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(strings.ToLower(a.text), strings.ToLower(b.text)), cmp.Compare(a.text, b.text))
	if descending {
		return -c
	}
	return c
}
