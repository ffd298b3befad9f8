package money

import (
	"math"
	"math/bits"
)

// Money is an amount in the minor units of a currency: {5800, "EUR"} is 58
// euros, {1200, "JPY"} is 1200 yen. It is a plain comparable value.
//
// The zero value means "no money": it may be combined with money of any
// currency, on either side, and counts as nothing. A non-zero amount without a
// currency combines with nothing.
type Money struct {
	Amount   int64    `json:"amount"`   // minor units, may be negative
	Currency Currency `json:"currency"` // ISO 4217 code
}

// New returns amount minor units of c. It does not check c; use
// [ParseCurrency] for what comes from outside.
func New(amount int64, c Currency) Money { return Money{Amount: amount, Currency: c} }

// Zero returns nothing, in currency c.
func Zero(c Currency) Money { return Money{Currency: c} }

// Valid reports whether the currency is known. The zero value is not valid.
func (m Money) Valid() bool { return m.Currency.Valid() }

// IsZero reports whether the amount is zero, in whatever currency.
func (m Money) IsZero() bool { return m.Amount == 0 }

// IsNegative reports whether the amount is below zero.
func (m Money) IsNegative() bool { return m.Amount < 0 }

// IsPositive reports whether the amount is above zero.
func (m Money) IsPositive() bool { return m.Amount > 0 }

// common returns the currency of a result of a and b.
func common(a, b Money) (Currency, error) {
	switch {
	case a.lost() || b.lost():
	case a.Currency == b.Currency || b.Currency == "":
		return a.Currency, nil
	case a.Currency == "":
		return b.Currency, nil
	}
	return "", &CurrencyMismatchError{A: a.Currency, B: b.Currency}
}

// lost reports a non-zero amount of no currency.
func (m Money) lost() bool { return m.Currency == "" && m.Amount != 0 }

// Add returns m + o. It fails with [*CurrencyMismatchError] or [*OverflowError].
func (m Money) Add(o Money) (Money, error) {
	c, err := common(m, o)
	if err != nil {
		return Money{}, err
	}
	sum := m.Amount + o.Amount
	// Signed addition wrapped if both operands differ in sign from the sum.
	if (m.Amount^sum)&(o.Amount^sum) < 0 {
		return Money{}, &OverflowError{Op: "add"}
	}
	return Money{sum, c}, nil
}

// Sub returns m - o. It fails with [*CurrencyMismatchError] or [*OverflowError].
func (m Money) Sub(o Money) (Money, error) {
	c, err := common(m, o)
	if err != nil {
		return Money{}, err
	}
	diff := m.Amount - o.Amount
	if (m.Amount^o.Amount)&(m.Amount^diff) < 0 {
		return Money{}, &OverflowError{Op: "sub"}
	}
	return Money{diff, c}, nil
}

// Neg returns -m. It fails with [*OverflowError] for the smallest int64.
func (m Money) Neg() (Money, error) {
	if m.Amount == math.MinInt64 {
		return Money{}, &OverflowError{Op: "neg"}
	}
	return Money{-m.Amount, m.Currency}, nil
}

// Mul returns m times n, for instance a unit price times a quantity. It fails
// with [*OverflowError].
func (m Money) Mul(n int64) (Money, error) {
	hi, lo := bits.Mul64(abs(m.Amount), abs(n))
	amount, ok := signed(lo, (m.Amount < 0) != (n < 0))
	if hi != 0 || !ok {
		return Money{}, &OverflowError{Op: "mul"}
	}
	return Money{amount, m.Currency}, nil
}

// Cmp returns -1, 0 or 1 as m is less than, equal to or greater than o. It
// fails with [*CurrencyMismatchError]; the zero value compares as nothing.
func (m Money) Cmp(o Money) (int, error) {
	if _, err := common(m, o); err != nil {
		return 0, err
	}
	switch {
	case m.Amount < o.Amount:
		return -1, nil
	case m.Amount > o.Amount:
		return 1, nil
	}
	return 0, nil
}

// Min returns the smaller of a and b, in their common currency. It fails with
// [*CurrencyMismatchError].
func Min(a, b Money) (Money, error) {
	c, err := common(a, b)
	return Money{min(a.Amount, b.Amount), c}.or(err)
}

// Max returns the larger of a and b, in their common currency. It fails with
// [*CurrencyMismatchError].
func Max(a, b Money) (Money, error) {
	c, err := common(a, b)
	return Money{max(a.Amount, b.Amount), c}.or(err)
}

func (m Money) or(err error) (Money, error) {
	if err != nil {
		return Money{}, err
	}
	return m, nil
}

// Sum adds up amounts of currency c; without any it is [Zero] of c. It fails
// with [*CurrencyMismatchError], and with [*OverflowError] only if the total
// itself does not fit: the order of the amounts does not matter.
func Sum(c Currency, ms ...Money) (Money, error) {
	var hi, lo uint64 // a 128-bit two's complement total
	for _, m := range ms {
		if m.lost() || m.Currency != c && m.Currency != "" {
			return Money{}, &CurrencyMismatchError{A: c, B: m.Currency}
		}
		var carry uint64
		lo, carry = bits.Add64(lo, uint64(m.Amount), 0)
		hi, _ = bits.Add64(hi, uint64(m.Amount>>63), carry)
	}
	if hi != uint64(int64(lo)>>63) {
		return Money{}, &OverflowError{Op: "sum"}
	}
	return Money{int64(lo), c}, nil
}
