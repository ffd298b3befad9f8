package idempotency

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash"
	"io"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// HashBytes is the hash of a body that is not JSON, byte for byte.
func HashBytes(body []byte) string {
	sum := sha256.Sum256(body)
	return "b." + base64.RawURLEncoding.EncodeToString(sum[:])
}

// HashJSON is the hash of what a JSON body means. White space, the order of
// object members and the way a string is escaped do not count; the order of an
// array does, and null differs from a member that is absent. Numbers are
// compared by value, exactly: 1, 1.0 and 10e-1 are the same, 0.1 and
// 0.10000000000000001 are not, and "1" is a string. Of a member given twice the
// last counts. An empty body has a hash of its own. What is not one JSON value
// in UTF-8 is KindInvalid.
func HashJSON(body []byte) (string, error) {
	h := sha256.New()
	if len(bytes.TrimSpace(body)) > 0 {
		bad := core.Invalid("body", "must be JSON")
		if !utf8.Valid(body) {
			return "", bad
		}
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		var v any
		if err := dec.Decode(&v); err != nil {
			return "", bad
		}
		if _, err := dec.Token(); err != io.EOF {
			return "", bad
		}
		hashValue(h, v)
	}
	return "j." + base64.RawURLEncoding.EncodeToString(h.Sum(nil)), nil
}

// hashValue writes a value so that no two values are written alike: a letter
// for the kind, then lengths before contents.
func hashValue(h hash.Hash, v any) {
	switch v := v.(type) {
	case nil:
		h.Write([]byte{'n'})
	case bool:
		if v {
			h.Write([]byte{'t'})
		} else {
			h.Write([]byte{'f'})
		}
	case string:
		hashText(h, 's', v)
	case json.Number:
		hashText(h, '0', normalNumber(string(v)))
	case []any:
		hashLen(h, 'a', len(v))
		for _, e := range v {
			hashValue(h, e)
		}
	case map[string]any:
		hashLen(h, 'o', len(v))
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			hashText(h, 'k', k)
			hashValue(h, v[k])
		}
	}
}

func hashText(h hash.Hash, kind byte, s string) {
	hashLen(h, kind, len(s))
	_, _ = io.WriteString(h, s)
}

func hashLen(h hash.Hash, kind byte, n int) {
	var b [9]byte
	b[0] = kind
	binary.BigEndian.PutUint64(b[1:], uint64(n))
	h.Write(b[:])
}

// normalNumber writes a JSON number as digits without zeros at either end,
// "e", and the power of ten they are multiplied by. Exponents may be of any
// size, so nothing is expanded.
func normalNumber(s string) string {
	s, negative := strings.CutPrefix(s, "-")
	mantissa, exp := s, "0"
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exp = s[:i], s[i+1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return "0"
	}
	trimmed := strings.TrimRight(digits, "0")
	power := new(big.Int)
	sign := ""
	if negative {
		sign = "-"
	}
	if len(exp) <= 100 {
		power.SetString(strings.TrimPrefix(exp, "+"), 10)
	} else { // no exponent that long means anything; keep it apart without the arithmetic
		return sign + s
	}
	power.Add(power, big.NewInt(int64(len(digits)-len(trimmed)-len(fraction))))
	return sign + trimmed + "e" + power.String()
}
