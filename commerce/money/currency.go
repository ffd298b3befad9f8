package money

import (
	"maps"
	"slices"
	"strings"
)

// Currency is an ISO 4217 alphabetic code in capitals: "EUR".
type Currency string

// ParseCurrency trims s, turns it into capitals and looks it up among the
// active currencies of ISO 4217. It fails with [*ParseError].
func ParseCurrency(s string) (Currency, error) {
	c := Currency(strings.ToUpper(strings.TrimSpace(s)))
	if !c.Valid() {
		return "", unknownCurrency(s)
	}
	return c, nil
}

// Codes returns all currencies, sorted: for a list to choose from.
func Codes() []Currency { return slices.Sorted(maps.Keys(exponents)) }

func unknownCurrency(input string) error {
	return &ParseError{Input: input, Reason: "not an active ISO 4217 currency code"}
}

// Valid reports whether c is an active ISO 4217 code of something amounts are
// counted in. Metals, test codes and withdrawn currencies are not.
func (c Currency) Valid() bool {
	_, ok := exponents[c]
	return ok
}

// Exponent returns the number of decimals of the currency, from 0 to 4: the
// minor unit is 10^-Exponent. For an unknown currency it is 0, and [Currency.Valid]
// is false.
func (c Currency) Exponent() int { return int(exponents[c]) }

// Symbol returns the sign people write, unambiguous among currencies: "€",
// "$" for the US dollar, "CA$" for the Canadian. Without one it is the code.
func (c Currency) Symbol() string {
	if s, ok := symbols[c]; ok {
		return s
	}
	return string(c)
}
