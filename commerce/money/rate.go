package money

import "math"

// Rate is an exact decimal in billionths: 190000000 is 0.19, or 19 %. It may
// exceed one. Rates are not negative.
type Rate int64

// RateOne is the rate 1, or 100 %.
const RateOne Rate = 1_000_000_000

const (
	rateDecimals    = 9
	percentDecimals = 7
)

// Percent returns n percent: Percent(19) is 0.19. Beyond what a Rate holds,
// about 922 billion percent, it stays at the limit.
func Percent(n int64) Rate {
	const unit = int64(RateOne / 100)
	switch {
	case n > math.MaxInt64/unit:
		return math.MaxInt64
	case n < math.MinInt64/unit:
		return math.MinInt64
	}
	return Rate(n * unit)
}

// ParseRate reads a plain decimal such as "0.19" with up to nine decimals. It
// fails with [*ParseError], also for a negative rate, and [*OverflowError].
func ParseRate(s string) (Rate, error) { return parseRate(s, s, rateDecimals) }

// ParsePercent reads a percentage such as "19", "8.875" or "19%" with up to
// seven decimals. It fails as [ParseRate] does.
func ParsePercent(s string) (Rate, error) {
	number := s
	if len(s) > 0 && s[len(s)-1] == '%' {
		number = s[:len(s)-1]
	}
	return parseRate(s, number, percentDecimals)
}

func parseRate(input, number string, decimals int) (Rate, error) {
	if len(number) > 0 && number[0] == '-' {
		return 0, &ParseError{Input: input, Reason: "a rate is not negative"}
	}
	v, err := parseDecimal(input, number, decimals)
	return Rate(v), err
}

// String returns the shortest decimal: "0.19", "1", "0.08875".
func (r Rate) String() string { return formatDecimal(int64(r), rateDecimals, true) }

// PercentString returns the rate in percent: "19%", "8.875%".
func (r Rate) PercentString() string { return formatDecimal(int64(r), percentDecimals, true) + "%" }

// Add returns r + o. It fails with [*OverflowError].
func (r Rate) Add(o Rate) (Rate, error) {
	sum := r + o
	if (r^sum)&(o^sum) < 0 {
		return 0, &OverflowError{Op: "add rates"}
	}
	return sum, nil
}

// MarshalText writes the decimal, so that a rate is the string "0.19" in JSON.
// It fails with [*ArgumentError] for a negative rate.
func (r Rate) MarshalText() ([]byte, error) {
	if r < 0 {
		return nil, errNegativeRate("encode rate")
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads what [ParseRate] reads.
func (r *Rate) UnmarshalText(text []byte) error {
	v, err := ParseRate(string(text))
	if err == nil {
		*r = v
	}
	return err
}
