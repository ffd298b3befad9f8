package search

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// bitset is a set of ordinals.
type bitset []uint64

func (b *bitset) set(o ordinal) {
	b.reach(int(o>>6) + 1)
	(*b)[o>>6] |= 1 << (o & 63)
}

// reach makes room for some words at least.
func (b *bitset) reach(words int) {
	if n := words - len(*b); n > 0 {
		*b = append(*b, make(bitset, n)...)
	}
}

func (b bitset) unset(o ordinal) {
	if int(o>>6) < len(b) {
		b[o>>6] &^= 1 << (o & 63)
	}
}

func (b bitset) has(o ordinal) bool { return int(o>>6) < len(b) && b[o>>6]>>(o&63)&1 == 1 }

// and keeps what is in other, too, in place.
func (b bitset) and(other bitset) {
	for i := range b {
		if i < len(other) {
			b[i] &= other[i]
		} else {
			b[i] = 0
		}
	}
}

// or adds what is in other.
func (b *bitset) or(other bitset) {
	b.reach(len(other))
	for i, w := range other {
		(*b)[i] |= w
	}
}

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// each calls fn for the members, rising.
func (b bitset) each(fn func(o ordinal)) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			fn(ordinal(i*64 + bits.TrailingZeros64(w)))
		}
	}
}

// keep removes what fn refuses.
func (b bitset) keep(fn func(o ordinal) bool) {
	for i, w := range b {
		for rest := w; rest != 0; rest &= rest - 1 {
			if bit := bits.TrailingZeros64(rest); !fn(ordinal(i*64 + bit)) {
				b[i] &^= 1 << bit
			}
		}
	}
}

// column is one field of all documents: whole values, or a number. Documents
// with the same values share one list of them, so that counting and filtering
// look at each list once.
type column struct {
	speech  *speech
	values  names
	folded  []string            // by value: it in lower case
	byStems map[string][]uint32 // the stems of a value, in a row -> the values
	lists   [][]uint32          // of values; the first is empty
	listed  map[string]uint32   // the bytes of a list's values -> the list
	of      []uint32            // by ordinal: the document's list
	numbers []float64           // by ordinal; NaN: none

	measured  [][]float64 // by ordinal: quantities in values, in the unit of their dimension
	dimension string      // of measured, or of numbers
	scale     float64     // how many of the dimension's units a number is
}

func (c *column) set(o ordinal, values []string, number *float64) {
	if number != nil {
		for int(o) >= len(c.numbers) {
			c.numbers = append(c.numbers, math.NaN())
		}
		c.numbers[o] = *number
	}
	if len(values) > 0 {
		for int(o) >= len(c.of) {
			c.of = append(c.of, 0)
		}
		ids := make([]uint32, 0, len(values))
		for _, v := range values {
			known := len(c.values.text)
			id := c.values.id(v)
			if int(id) == known {
				c.learn(v, id)
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		c.of[o] = c.list(ids)
	}
}

// list returns the number of a list of values.
func (c *column) list(ids []uint32) uint32 {
	key := make([]byte, 0, 64)
	for _, id := range ids {
		key = binary.LittleEndian.AppendUint32(key, id)
	}
	n, ok := c.listed[string(key)]
	if !ok {
		if c.listed == nil {
			c.listed, c.lists = map[string]uint32{}, [][]uint32{nil}
		}
		n = uint32(len(c.lists))
		c.lists = append(c.lists, ids)
		c.listed[string(key)] = n
	}
	return n
}

// learn notes how a new value is said.
func (c *column) learn(value string, id uint32) {
	c.folded = append(c.folded, strings.ToLower(value))
	if stems := c.speech.tokens(value); len(stems) > 0 && len(stems) <= longestValue {
		if c.byStems == nil {
			c.byStems = map[string][]uint32{}
		}
		key := strings.Join(stems, " ")
		c.byStems[key] = append(c.byStems[key], id)
	}
}

// named returns the values that a word names.
func (c *column) named(word string) []uint32 {
	return c.byStems[strings.Join(c.speech.tokens(word), " ")]
}

func (c *column) clear(o ordinal) {
	if int(o) < len(c.of) {
		c.of[o] = 0
	}
	if int(o) < len(c.numbers) {
		c.numbers[o] = math.NaN()
	}
	if int(o) < len(c.measured) {
		c.measured[o] = nil
	}
}

// measure adds a quantity of a document.
func (c *column) measure(o ordinal, m measurement) {
	for int(o) >= len(c.measured) {
		c.measured = append(c.measured, nil)
	}
	c.measured[o] = append(c.measured[o], m.value)
	c.dimension, c.scale = m.dimension, 1
}

// measures reports whether a quantity of a document is within bounds.
func (c *column) measures(o ordinal, low, high float64) bool {
	return c != nil && int(o) < len(c.measured) && slices.ContainsFunc(c.measured[o], func(x float64) bool { return x >= low && x <= high })
}

func (c *column) valuesOf(o ordinal) []uint32 {
	if c == nil || int(o) >= len(c.of) {
		return nil
	}
	return c.lists[c.of[o]]
}

func (c *column) number(o ordinal) float64 {
	if c == nil || int(o) >= len(c.numbers) {
		return math.NaN()
	}
	return c.numbers[o]
}

// among appends the numbers of a set's documents to a list.
func (c *column) among(set bitset, numbers []float64) []float64 {
	for i, w := range set {
		of := part(c.numbers, i)
		for ; w != 0; w &= w - 1 {
			if bit := bits.TrailingZeros64(w); bit < len(of) && !math.IsNaN(of[bit]) {
				numbers = append(numbers, of[bit])
			}
		}
	}
	return numbers
}

// part is what a list by ordinal has for a word of a bitset.
func part[T any](list []T, word int) []T {
	return list[min(word*64, len(list)):min(word*64+64, len(list))]
}

// bounds returns what a number must not be below or above.
func (f *Filter) bounds() (low, high float64) {
	low, high = math.Inf(-1), math.Inf(1)
	if f.Min != nil {
		low = *f.Min
	}
	if f.Max != nil {
		high = *f.Max
	}
	return low, high
}

// passes returns the filter's test of an ordinal. A category's path stands for
// what lies below it, since documents have all paths on the way to their own.
func (c *column) passes(f Filter) func(o ordinal) bool {
	if f.Min != nil || f.Max != nil {
		low, high := f.bounds()
		return func(o ordinal) bool {
			n := c.number(o)
			return (n >= low && n <= high || c.measures(o, low, high)) != f.Not // NaN is in no bounds
		}
	}
	var wanted []uint32
	if c != nil {
		wanted = c.values.known(f.Values)
	}
	return func(o ordinal) bool {
		for _, v := range c.valuesOf(o) {
			if slices.Contains(wanted, v) {
				return !f.Not
			}
		}
		return f.Not
	}
}

// keep removes what does not pass the filter from a set.
func (c *column) keep(set bitset, f Filter) {
	bounded := f.Min != nil || f.Max != nil
	switch {
	case c == nil || bounded && len(c.measured) > 0 || !bounded && len(c.lists) > 16*len(set):
		set.keep(c.passes(f))
		return
	case bounded:
		c.keepNumbers(set, f)
		return
	}
	wanted := c.values.known(f.Values)
	pass := make([]uint64, max(1, len(c.lists))) // 1: what has the list passes
	for i := range pass {
		has := i > 0 && slices.ContainsFunc(c.lists[i], func(v uint32) bool { return slices.Contains(wanted, v) })
		pass[i] = asBit(has != f.Not)
	}
	for i, w := range set {
		var kept uint64
		of := part(c.of, i)
		for rest := w; rest != 0; rest &= rest - 1 { // without a branch, which would be guessed wrong
			list := uint32(0)
			bit := bits.TrailingZeros64(rest)
			if bit < len(of) {
				list = of[bit]
			}
			kept |= pass[list] << bit
		}
		set[i] = kept
	}
}

// asBit is 1 for true; it takes no branch.
func asBit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// keepNumbers is keep for bounds.
func (c *column) keepNumbers(set bitset, f Filter) {
	low, high := f.bounds()
	for i, w := range set {
		var kept uint64
		of := part(c.numbers, i)
		for rest := w; rest != 0; rest &= rest - 1 {
			n := math.NaN() // which is in no bounds
			bit := bits.TrailingZeros64(rest)
			if bit < len(of) {
				n = of[bit]
			}
			kept |= (asBit(n >= low)&asBit(n <= high) ^ asBit(f.Not)) << bit
		}
		set[i] = kept
	}
}

// narrow removes what does not pass the filters from a set, but for those that
// choose values of one field.
func (c *corpus) narrow(set bitset, filters []Filter, except string) {
	for _, f := range filters {
		if f.Field != except || f.Not || except == "" {
			c.columns[f.Field].keep(set, f)
		}
	}
}

// selected returns the live documents that pass all filters.
func (c *corpus) selected(filters []Filter) bitset {
	set := slices.Clone(c.live)
	c.narrow(set, filters, "")
	return set
}
