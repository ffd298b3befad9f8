package money

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// UnmarshalJSON reads exactly {"amount":5800,"currency":"EUR"}, the members in
// any order. Fractions, exponents, amounts in strings, unknown currencies and
// unknown, repeated or missing members are refused with [*ParseError], amounts
// beyond 64 bits with [*OverflowError]. The
// zero value, {"amount":0,"currency":""}, reads back as written; null leaves
// m as it is.
func (m *Money) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	if got, ok := canonical(data); ok {
		*m = got
		return nil
	}
	bad := func(reason string) error { return &ParseError{Input: string(data), Reason: reason} }
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return bad(`money is an object with "amount" and "currency"`)
	}
	var (
		got                    Money
		hasAmount, hasCurrency bool
	)
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return bad("not JSON")
		}
		value, err := dec.Token()
		if err != nil {
			return bad("not JSON")
		}
		switch {
		case key == "amount" && !hasAmount:
			number, ok := value.(json.Number)
			if got.Amount, err = strconv.ParseInt(string(number), 10, 64); errors.Is(err, strconv.ErrRange) {
				return &OverflowError{Op: "parse"}
			} else if !ok || err != nil {
				return bad("the amount is a whole number of minor units")
			}
			hasAmount = true
		case key == "currency" && !hasCurrency:
			code, ok := value.(string)
			if got.Currency = Currency(code); !ok || code != "" && !got.Currency.Valid() {
				return bad("the currency is an ISO 4217 code in capitals")
			}
			hasCurrency = true
		default:
			return bad(`money has the members "amount" and "currency", each once`)
		}
	}
	if _, err := dec.Token(); err != nil {
		return bad("not JSON")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return bad("not JSON")
	}
	if !hasAmount || !hasCurrency || got.Currency == "" && got.Amount != 0 {
		return bad(`money has both "amount" and "currency"`)
	}
	*m = got
	return nil
}

// canonical reads the exact form encoding/json writes, which is nearly all there
// is to read, without the cost of a decoder. Anything else is left to it.
func canonical(data []byte) (Money, bool) {
	rest, ok := bytes.CutPrefix(data, []byte(`{"amount":`))
	number, rest, found := bytes.Cut(rest, []byte(`,"currency":"`))
	if !ok || !found || len(rest) != 5 || string(rest[3:]) != `"}` {
		return Money{}, false
	}
	var buf [20]byte
	amount, err := strconv.ParseInt(string(number), 10, 64)
	if err != nil || !bytes.Equal(strconv.AppendInt(buf[:0], amount, 10), number) {
		return Money{}, false // ParseInt takes more than JSON does: +5, 007
	}
	c := Currency(rest[:3])
	return Money{amount, c}, c.Valid()
}
