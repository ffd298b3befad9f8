package money

import "fmt"

// Error is implemented by every error of this package: [*CurrencyMismatchError],
// [*OverflowError], [*ParseError] and [*ArgumentError]. They all mean that the
// input is wrong, never that something broke.
type Error interface {
	error
	// ErrorCode returns a stable code for programs, such as "currency_mismatch".
	ErrorCode() string
	money()
}

// CurrencyMismatchError says that two amounts of different currencies met, or
// that a non-zero amount has no currency at all.
type CurrencyMismatchError struct {
	A, B Currency
}

func (e *CurrencyMismatchError) Error() string {
	name := func(c Currency) string {
		if c == "" {
			return "no currency"
		}
		return fmt.Sprintf("%.8q", string(c))
	}
	return "amounts in " + name(e.A) + " and " + name(e.B) + " cannot be combined"
}

// ErrorCode returns "currency_mismatch".
func (e *CurrencyMismatchError) ErrorCode() string { return "currency_mismatch" }

func (e *CurrencyMismatchError) money() {}

// OverflowError says that a result does not fit into 64 bits of minor units.
type OverflowError struct {
	Op string // what was computed: "add", "mul", "parse" ...
}

func (e *OverflowError) Error() string { return "money: " + e.Op + ": the amount is too large" }

// ErrorCode returns "money_overflow".
func (e *OverflowError) ErrorCode() string { return "money_overflow" }

func (e *OverflowError) money() {}

// ParseError says that a text is not an amount, a rate or a currency.
type ParseError struct {
	Input  string
	Reason string
}

func (e *ParseError) Error() string { return fmt.Sprintf("%.64q: %s", e.Input, e.Reason) }

// ErrorCode returns "money_invalid".
func (e *ParseError) ErrorCode() string { return "money_invalid" }

func (e *ParseError) money() {}

// ArgumentError says that an operation was given something it has no answer
// for: a zero denominator, a negative rate, weights that are all zero.
type ArgumentError struct {
	Op     string
	Reason string
}

func (e *ArgumentError) Error() string { return "money: " + e.Op + ": " + e.Reason }

// ErrorCode returns "money_invalid".
func (e *ArgumentError) ErrorCode() string { return "money_invalid" }

func (e *ArgumentError) money() {}
