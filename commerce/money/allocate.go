package money

import (
	"cmp"
	"math/bits"
	"slices"
)

// MaxParts is the most parts [Money.Split] makes.
const MaxParts = 1 << 20

// Allocate divides m in proportion to weights, by the largest remainder: each
// part gets its exact share cut to whole minor units, and the units left over
// go one each to the parts that lost most, ties to the lower index. The parts
// sum exactly to m; a part of weight zero gets nothing; a negative m is
// divided as the mirror image of the positive.
//
// It fails with [*ArgumentError] for a negative weight, or if all weights are
// zero and m is not, and with [*OverflowError] if the weights sum to more than
// 64 bits.
func (m Money) Allocate(weights []int64) ([]Money, error) {
	var total uint64
	for _, w := range weights {
		if w < 0 {
			return nil, &ArgumentError{Op: "allocate", Reason: "a weight is negative"}
		}
		var carry uint64
		if total, carry = bits.Add64(total, uint64(w), 0); carry != 0 {
			return nil, &OverflowError{Op: "allocate"}
		}
	}
	if total == 0 && m.Amount != 0 {
		return nil, &ArgumentError{Op: "allocate", Reason: "all weights are zero"}
	}
	parts := make([]Money, len(weights))
	type loss struct {
		rem uint64
		at  int
	}
	var (
		whole  = abs(m.Amount)
		unit   = int64(1)
		left   = whole
		buf    [16]loss // most carts: no allocation for scratch
		losses = buf[:0]
	)
	if m.Amount < 0 {
		unit = -1
	}
	for i, w := range weights {
		parts[i].Currency = m.Currency
		if w == 0 || whole == 0 {
			continue
		}
		hi, lo := bits.Mul64(whole, uint64(w))
		q, rem := bits.Div64(hi, lo, total) // hi < total, as w <= total
		parts[i].Amount = unit * int64(q)
		left -= q
		if rem > 0 {
			losses = append(losses, loss{rem, i})
		}
	}
	if left == 0 {
		return parts, nil
	}
	slices.SortFunc(losses, func(a, b loss) int {
		return cmp.Or(cmp.Compare(b.rem, a.rem), cmp.Compare(a.at, b.at))
	})
	for _, l := range losses[:left] { // left is the sum of rem/total, so fewer than losses
		parts[l.at].Amount += unit
	}
	return parts, nil
}

// Split divides m into n parts that differ by at most one minor unit, larger
// ones first. It fails with [*ArgumentError] unless n is 1 to [MaxParts].
func (m Money) Split(n int) ([]Money, error) {
	if n < 1 || n > MaxParts {
		return nil, &ArgumentError{Op: "split", Reason: "the number of parts is out of range"}
	}
	each, left := m.Amount/int64(n), m.Amount%int64(n)
	unit := int64(1)
	if left < 0 {
		unit, left = -1, -left
	}
	parts := make([]Money, n)
	for i := range parts {
		parts[i] = Money{each, m.Currency}
		if int64(i) < left {
			parts[i].Amount += unit
		}
	}
	return parts, nil
}
