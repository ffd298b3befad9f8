package idempotency_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/idempotency"
	"github.com/stretchr/testify/require"
)

func hash(t testing.TB, s string) string {
	t.Helper()
	h, err := idempotency.HashJSON([]byte(s))
	require.NoError(t, err, s)
	return h
}

func TestHashJSONSame(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{`{"a":1,"b":[true,null]}`, " {\n\"b\" : [ true , null ], \"a\" : 1.0 } "},
		{`1`, `1.0`, `10e-1`, `0.1E+1`, `100e-2`},
		{`0`, `-0`, `0.000`, `0e99`},
		{`-12000`, `-1.2e4`, `-12E3`},
		{`1e400`, `10e399`, `0.1e401`},
		{`"é"`, `"\u00e9"`},
		{`{"a":1,"a":2}`, `{"a":2}`},
		{``, ` `, "\n"},
	} {
		for _, s := range same[1:] {
			require.Equal(t, hash(t, same[0]), hash(t, s), "%s and %s", same[0], s)
		}
	}
}

func TestHashJSONDifferent(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, s := range []string{``, `null`, `{}`, `[]`, `""`, `0`, `false`, `true`, `{"a":null}`, `{"a":0}`, `{"a":false}`, `[1,2]`, `[2,1]`, `[12]`, `[[1],2]`,
		`[[1,2]]`, `1`, `"1"`, `-1`, `10`, `0.1`, `0.10000000000000001`, `9007199254740993`, `9007199254740992`, `1e400`, `1e401`, `["a","b"]`, `["ab"]`, `{"a":"b"}`, `{"b":"a"}`, `{"a":{"b":1}}`, `{"a":[{"b":1}]}`} {
		h := hash(t, s)
		require.NotContains(t, seen, h, "%s", s)
		seen[h] = s
	}
	require.NotEqual(t, hash(t, `1`), idempotency.HashBytes([]byte(`1`)))
}

func TestHashJSONRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{`{`, `1 2`, `{"a":1}x`, "\"\xff\"", `01`, `NaN`} {
		_, err := idempotency.HashJSON([]byte(s))
		require.True(t, core.IsKind(err, core.KindInvalid), s)
	}
}

func FuzzHashJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.50,-3e7],"b":null}`, `"\ud800"`, `1e99999999999999999999`, `[]`, ``} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		h, err := idempotency.HashJSON(body)
		if err != nil || !json.Valid(body) {
			return
		}
		// Decoding and encoding again changes order, spaces and escapes, not what
		// is meant.
		var v any
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		if dec.Decode(&v) != nil {
			return
		}
		again, err := json.MarshalIndent(v, "", "\t")
		require.NoError(t, err)
		require.Equal(t, h, hash(t, string(again)))
		require.NotEqual(t, h, hash(t, "["+string(again)+"]"))
	})
}
