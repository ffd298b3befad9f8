package order

import (
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Number is an order's number for people: ten characters of Crockford's
// base 32, shown in groups: "B7K2-9QXM-4T". Nine are random, so that numbers
// tell nothing and cannot be guessed; the last is a check character that
// catches any one mistyped character and nearly every swapped pair.
type Number string

const (
	numberAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // without I, L, O, U
	numberLen      = 10
)

// NewNumber makes a number out of the randomness of ids; nil is the default
// generator.
func NewNumber(ids *core.IDs) Number {
	// The characters from 10 on are random bits only, see core.IDs.
	id := ids.New("n")
	return withCheck(strings.ToUpper(id[len(id)-numberLen : len(id)-1]))
}

func withCheck(data string) Number {
	return group(data + string(numberAlphabet[luhn(data)]))
}

func group(s string) Number { return Number(s[:4] + "-" + s[4:8] + "-" + s[8:]) }

// luhn is the Luhn checksum in base 32: the character that makes the weighted
// sum a multiple of 32.
func luhn(data string) int {
	sum, factor := 0, 2
	for i := len(data) - 1; i >= 0; i-- {
		d := factor * strings.IndexByte(numberAlphabet, data[i])
		sum += d/32 + d%32
		factor = 3 - factor
	}
	return (32 - sum%32) % 32
}

// ParseNumber reads a number as people type it: any case, with or without
// dashes and spaces, O for 0, I or L for 1. It fails with core.KindInvalid
// when it is none, which a wrong check character shows.
func ParseNumber(s string) (Number, error) {
	clean, ok := cleanNumber(s)
	if !ok || len(clean) != numberLen || withCheck(clean[:numberLen-1]) != group(clean) {
		return "", core.Invalid("number", "this is not an order number")
	}
	return group(clean), nil
}

// cleanNumber strips what people add and maps what they confuse; it reports
// whether nothing foreign is left.
func cleanNumber(s string) (string, bool) {
	if len(s) > 4*numberLen {
		return "", false
	}
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		switch c {
		case '-', ' ', '#':
			continue
		case 'O':
			c = '0'
		case 'I', 'L':
			c = '1'
		}
		if strings.IndexByte(numberAlphabet, c) < 0 {
			return "", false
		}
		b.WriteByte(c)
	}
	return b.String(), true
}

// NumberPrefix turns the typed beginning of a number into the stored form, for
// searching; "" when it cannot begin a number.
func NumberPrefix(s string) string {
	clean, ok := cleanNumber(s)
	if !ok || len(clean) > numberLen {
		return ""
	}
	for _, at := range []int{8, 4} {
		if len(clean) > at {
			clean = clean[:at] + "-" + clean[at:]
		}
	}
	return clean
}
