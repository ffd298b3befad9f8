package money

import (
	"math"
	"math/bits"
)

// Rounding says what becomes of a fraction of a minor unit. The zero value is
// RoundHalfUp.
type Rounding int

// The ways to round. All treat negative amounts as the mirror image of
// positive ones, so that a refund reverses a charge exactly.
const (
	RoundHalfUp   Rounding = iota // to the nearest; halves away from zero
	RoundHalfEven                 // to the nearest; halves to the even neighbour
	RoundDown                     // towards zero
	RoundUp                       // away from zero
)

var roundingNames = [...]string{"half_up", "half_even", "down", "up"}

// Valid reports whether r is one of the four ways.
func (r Rounding) Valid() bool { return r >= 0 && int(r) < len(roundingNames) }

// String returns "half_up", "half_even", "down" or "up".
func (r Rounding) String() string {
	if !r.Valid() {
		return "invalid"
	}
	return roundingNames[r]
}

// MarshalText writes the name; it fails with [*ArgumentError] for an invalid
// value.
func (r Rounding) MarshalText() ([]byte, error) {
	if !r.Valid() {
		return nil, &ArgumentError{Op: "rounding", Reason: "no such rounding"}
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads the name; it fails with [*ParseError] for another text.
func (r *Rounding) UnmarshalText(text []byte) error {
	for i, name := range roundingNames {
		if string(text) == name {
			*r = Rounding(i)
			return nil
		}
	}
	return &ParseError{Input: string(text), Reason: "want half_up, half_even, down or up"}
}

// Portion returns round(m * r): the tax on a net amount, the discount on a
// price. It fails with [*ArgumentError] for a negative rate and with
// [*OverflowError].
func (m Money) Portion(r Rate, mode Rounding) (Money, error) {
	if r < 0 {
		return Money{}, errNegativeRate("portion")
	}
	return m.mulDiv("portion", uint64(r), uint64(RateOne), false, mode)
}

// IncludedPortion returns round(m * r / (1 + r)): the tax contained in a gross
// amount. The net amount is m minus it; never compute the gross back from the
// net. It fails with [*ArgumentError] for a negative rate.
func (m Money) IncludedPortion(r Rate, mode Rounding) (Money, error) {
	if r < 0 {
		return Money{}, errNegativeRate("included portion")
	}
	return m.mulDiv("included portion", uint64(r), uint64(RateOne)+uint64(r), false, mode)
}

// MulRatio returns round(m * num / den), exact up to the one rounding. It
// fails with [*ArgumentError] if den is zero and with [*OverflowError].
func (m Money) MulRatio(num, den int64, mode Rounding) (Money, error) {
	if den == 0 {
		return Money{}, &ArgumentError{Op: "ratio", Reason: "the denominator is zero"}
	}
	return m.mulDiv("ratio", abs(num), abs(den), (num < 0) != (den < 0), mode)
}

// mulDiv computes m * num / den with a 128-bit product; den is not zero.
func (m Money) mulDiv(op string, num, den uint64, neg bool, mode Rounding) (Money, error) {
	if !mode.Valid() {
		return Money{}, &ArgumentError{Op: op, Reason: "no such rounding"}
	}
	hi, lo := bits.Mul64(abs(m.Amount), num)
	if hi >= den {
		return Money{}, &OverflowError{Op: op}
	}
	q, rem := bits.Div64(hi, lo, den)
	var away bool
	switch half := den - rem; mode { // rem against den-rem: doubling rem could wrap
	case RoundHalfUp:
		away = rem >= half
	case RoundHalfEven:
		away = rem > half || rem == half && q&1 == 1
	case RoundUp:
		away = rem > 0
	}
	if away {
		q++ // may wrap to 0 only from the largest uint64, caught below
	}
	amount, ok := signed(q, (m.Amount < 0) != neg)
	if !ok || away && q == 0 {
		return Money{}, &OverflowError{Op: op}
	}
	return Money{amount, m.Currency}, nil
}

func errNegativeRate(op string) error {
	return &ArgumentError{Op: op, Reason: "the rate is negative"}
}

// abs returns |v|, also of the smallest int64.
func abs(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// signed gives a magnitude its sign, and reports whether it fits.
func signed(u uint64, neg bool) (int64, bool) {
	if neg {
		return -int64(u), u <= 1<<63
	}
	return int64(u), u <= math.MaxInt64
}
