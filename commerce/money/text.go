package money

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Parse reads a plain decimal amount of currency c, such as "58.00", "58" or
// "-0.5", and never more decimals than the currency has. Grouping, spaces, a
// plus sign and exponents are refused. It fails with [*ParseError], and with
// [*OverflowError] beyond 64 bits of minor units.
func Parse(s string, c Currency) (Money, error) {
	exp, ok := exponents[c]
	if !ok {
		return Money{}, unknownCurrency(string(c))
	}
	amount, err := parseDecimal(s, s, int(exp))
	return Money{amount, c}.or(err)
}

// parseDecimal reads digits[.digits] with an optional minus into units of
// 10^-decimals. input is what errors show.
func parseDecimal(input, s string, decimals int) (int64, error) {
	bad := func(reason string) (int64, error) { return 0, &ParseError{Input: input, Reason: reason} }
	neg := len(s) > 0 && s[0] == '-'
	if neg {
		s = s[1:]
	}
	const limit = 1 << 63 // magnitude of the smallest int64
	var (
		value  uint64
		digits int
		scale  int
		point  bool
		over   bool
	)
	push := func(d uint64) {
		if value > (limit-d)/10 {
			over = true
			return
		}
		value = value*10 + d
	}
	for i := range len(s) {
		ch := s[i]
		switch {
		case ch >= '0' && ch <= '9':
			digits++
			if point {
				scale++
			}
			if scale > decimals {
				return bad("at most " + strconv.Itoa(decimals) + " decimals are possible")
			}
			push(uint64(ch - '0'))
		case ch == '.' && !point && digits > 0 && i < len(s)-1:
			point = true
		default:
			return bad("not a plain decimal number such as 1234.5")
		}
	}
	if digits == 0 {
		return bad("not a plain decimal number such as 1234.5")
	}
	for ; scale < decimals; scale++ {
		push(0)
	}
	v, ok := signed(value, neg)
	if over || !ok {
		return 0, &OverflowError{Op: "parse"}
	}
	return v, nil
}

// formatDecimal writes v * 10^-decimals, without trailing zeros if trim.
func formatDecimal(v int64, decimals int, trim bool) string {
	var digits [24]byte
	num := strconv.AppendUint(digits[:0], abs(v), 10)
	var buf [32]byte
	out := buf[:0]
	if v < 0 {
		out = append(out, '-')
	}
	whole := len(num) - decimals
	if whole <= 0 {
		out = append(out, '0')
	} else {
		out = append(out, num[:whole]...)
	}
	if decimals == 0 {
		return string(out)
	}
	out = append(out, '.')
	for ; whole < 0; whole++ {
		out = append(out, '0')
	}
	out = append(out, num[whole:]...)
	if trim {
		for out[len(out)-1] == '0' {
			out = out[:len(out)-1]
		}
		if out[len(out)-1] == '.' {
			out = out[:len(out)-1]
		}
	}
	return string(out)
}

// Decimal returns the amount with the decimals of its currency: "58.00" EUR,
// "1200" JPY, "1.234" KWD. [Parse] reads it back. In an unknown currency it is
// the number of minor units.
func (m Money) Decimal() string {
	return formatDecimal(m.Amount, m.Currency.Exponent(), false)
}

// String returns the amount and the code: "58.00 EUR".
func (m Money) String() string {
	if m.Currency == "" {
		return m.Decimal()
	}
	return m.Decimal() + " " + string(m.Currency)
}

// Display returns the amount for people, symbol first: "€58.00", "¥1200",
// "-$5.00", "CHF 58.00". It knows no locales: no grouping, and a point.
func (m Money) Display() string {
	symbol := m.Currency.Symbol()
	if last, _ := utf8.DecodeLastRuneInString(symbol); unicode.IsLetter(last) {
		symbol += " "
	}
	number := m.Decimal()
	if m.Amount < 0 {
		return "-" + symbol + number[1:]
	}
	return symbol + number
}
