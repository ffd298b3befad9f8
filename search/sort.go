package search

import (
	"cmp"
	"math"
	"slices"
)

// listed is how much of a list pages can come to: through MaxDepth, and a page.
const listed = MaxDepth + MaxLimit

// leading keeps the first few of what it is offered, in an order that tells any
// two apart.
type leading[T any] struct {
	limit int
	order func(a, b T) int
	kept  []T // once full, a heap: the last of them is its root
}

func (l *leading[T]) offer(x T) {
	switch {
	case l.limit <= 0:
	case len(l.kept) < l.limit:
		if l.kept = append(l.kept, x); len(l.kept) == l.limit {
			for at := l.limit/2 - 1; at >= 0; at-- {
				l.down(at)
			}
		}
	case l.order(x, l.kept[0]) < 0:
		l.kept[0] = x
		l.down(0)
	}
}

func (l *leading[T]) down(at int) {
	heap := l.kept
	for {
		child := 2*at + 1
		if child >= len(heap) {
			return
		}
		if child+1 < len(heap) && l.order(heap[child+1], heap[child]) > 0 {
			child++
		}
		if l.order(heap[child], heap[at]) <= 0 {
			return
		}
		heap[at], heap[child] = heap[child], heap[at]
		at = child
	}
}

// sorted returns what is kept in its order; nothing may be offered after it.
func (l *leading[T]) sorted() []T {
	slices.SortFunc(l.kept, l.order)
	return l.kept
}

// first returns the first k of a list in an order that tells any two apart.
func first[T any](list []T, k int, order func(a, b T) int) []T {
	l := leading[T]{limit: k, order: order}
	for _, x := range list {
		l.offer(x)
	}
	return l.sorted()
}

// standing is what a document is worth without a query.
func standing(e *entry) float64 {
	score := 0.6*math.Log1p(max(e.sales, 0)) + 0.6*math.Log1p(float64(e.ratings))
	if !e.gone {
		score += 5
	}
	return score / 10
}

// worth is a document and its score.
type worth struct {
	o     ordinal
	score float64
}

func (e *Engine) byWorth(a, b worth) int {
	if a.score != b.score {
		return cmp.Compare(b.score, a.score)
	}
	return cmp.Compare(e.corpus.entries[a.o].id, e.corpus.entries[b.o].id)
}

// standings lists the first of a set by standing.
func (e *Engine) standings(p *prepared, set bitset) []scored {
	best := leading[worth]{limit: p.reach(), order: e.byWorth}
	boosts := e.boosts(p)
	if p.Personal == nil {
		set.each(func(o ordinal) {
			x := worth{o, e.corpus.standing[o]}
			for _, b := range boosts {
				if b.passes(o) {
					x.score += b.weight
				}
			}
			best.offer(x)
		})
	} else {
		all := make([]worth, 0, set.count())
		ids := make([]string, 0, cap(all))
		set.each(func(o ordinal) {
			x := worth{o, e.corpus.standing[o]}
			for _, b := range boosts {
				if b.passes(o) {
					x.score += b.weight
				}
			}
			all = append(all, x)
			ids = append(ids, e.corpus.entries[o].id)
		})
		for i, x := range p.Personal(ids) {
			if i < len(all) {
				all[i].score += x
			}
		}
		for _, x := range all {
			best.offer(x)
		}
	}
	return e.entriesOf(best.sorted())
}

func (e *Engine) entriesOf(best []worth) []scored {
	list := make([]scored, len(best))
	for i, x := range best {
		list[i] = scored{entry: e.corpus.entries[x.o], score: x.score}
	}
	return list
}

// sortKey is what a document is sorted by in one field.
type sortKey struct {
	missing bool
	number  float64
	folded  string
	text    string
}

// sorted lists the first of a set in the order asked for.
func (e *Engine) sorted(p *prepared, set bitset) []scored {
	columns := make([]*column, len(p.Sort))
	for i, o := range p.Sort {
		columns[i] = e.corpus.columns[o.Field]
	}
	best := leading[worth]{limit: p.reach(), order: func(a, b worth) int {
		for i, o := range p.Sort {
			if c := compareKeys(keyOf(columns[i], a.o), keyOf(columns[i], b.o), o.Descending); c != 0 {
				return c
			}
		}
		return cmp.Compare(e.corpus.entries[a.o].id, e.corpus.entries[b.o].id)
	}}
	set.each(func(o ordinal) { best.offer(worth{o: o}) })
	return e.entriesOf(best.sorted())
}

func keyOf(c *column, o ordinal) sortKey {
	if n := c.number(o); !math.IsNaN(n) {
		return sortKey{number: n}
	}
	if v := c.valuesOf(o); len(v) > 0 {
		return sortKey{text: c.values.text[v[0]], folded: c.folded[v[0]]}
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
	c := cmp.Compare(a.number, b.number)
	if c == 0 {
		c = cmp.Compare(a.folded, b.folded)
	}
	if c == 0 {
		c = cmp.Compare(a.text, b.text)
	}
	if descending {
		return -c
	}
	return c
}
