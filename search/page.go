package search

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
)

// cursor tells what was shown on the pages before, by a number of each id. The
// next page is the first of the present list that was not shown: however the
// index changes meanwhile, nothing is shown twice and nothing is passed over.
type cursor struct {
	fingerprint uint32
	shown       map[uint32]bool
}

// MaxDepth is how many hits pages go through in all.
const MaxDepth = 1000

const cursorVersion = 1

// sameNumber is how many hits may have the number of one that was shown, and so
// be passed over.
const sameNumber = 16

func number(id string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return h.Sum32()
}

// fingerprint tells queries apart that list differently.
func (q *Query) fingerprint() uint32 {
	h := fnv.New32a()
	_, _ = fmt.Fprintf(h, "%q %q %v %d %t", q.Text, q.Locale, q.Vector, q.Mode, q.Literal)
	for _, f := range q.Filters {
		_, _ = fmt.Fprintf(h, "|%q%q%t", f.Field, f.Values, f.Not)
		for _, bound := range []*float64{f.Min, f.Max} {
			if bound == nil {
				_, _ = fmt.Fprint(h, ",")
			} else {
				_, _ = fmt.Fprint(h, ",", *bound)
			}
		}
	}
	_, _ = fmt.Fprintf(h, "%v", q.Sort)
	return h.Sum32()
}

func (c *cursor) encode() string {
	numbers := make([]uint32, 0, len(c.shown))
	for n := range c.shown {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	raw := binary.BigEndian.AppendUint32([]byte{cursorVersion}, c.fingerprint)
	last := uint32(0)
	for _, n := range numbers {
		raw = binary.AppendUvarint(raw, uint64(n-last))
		last = n
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func decodeCursor(s string, fingerprint uint32) (*cursor, error) {
	bad := &QueryError{"goes on after a page of another query"}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) < 5 || raw[0] != cursorVersion || binary.BigEndian.Uint32(raw[1:]) != fingerprint {
		return nil, bad
	}
	c := &cursor{fingerprint, map[uint32]bool{}}
	last := uint32(0)
	for raw = raw[5:]; len(raw) > 0; {
		step, n := binary.Uvarint(raw)
		if n <= 0 || step > 1<<32 || len(c.shown) >= MaxDepth+MaxLimit {
			return nil, bad
		}
		last += uint32(step)
		c.shown[last] = true
		raw = raw[n:]
	}
	return c, nil
}

// paginate cuts the page out of a list, and returns the cursor of the next.
func paginate(p *prepared, list []scored) ([]scored, string) {
	c := p.after
	if c == nil {
		c = &cursor{p.print, map[uint32]bool{}}
	}
	page := make([]scored, 0, min(p.Limit, len(list)))
	more := false
	for _, s := range list {
		if c.shown[number(s.entry.id)] {
			continue
		}
		if len(page) == p.Limit {
			more = true
			break
		}
		page = append(page, s)
	}
	if !more || len(c.shown)+len(page) >= MaxDepth {
		return page, ""
	}
	next := &cursor{c.fingerprint, make(map[uint32]bool, len(c.shown)+len(page))}
	for n := range c.shown {
		next.shown[n] = true
	}
	for _, s := range page {
		next.shown[number(s.entry.id)] = true
	}
	return page, next.encode()
}
