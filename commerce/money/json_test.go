package money_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/money"
)

func TestJSON(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(eur(5800))
	require.NoError(t, err)
	require.Equal(t, `{"amount":5800,"currency":"EUR"}`, string(raw))
	for _, m := range []money.Money{eur(5800), eur(math.MinInt64), eur(math.MaxInt64), money.New(1200, "JPY"), none, money.Zero("KWD")} {
		raw, err := json.Marshal(m)
		require.NoError(t, err)
		var back money.Money
		require.NoError(t, json.Unmarshal(raw, &back))
		require.Equal(t, m, back)
	}
	var m money.Money
	require.NoError(t, json.Unmarshal([]byte(" {\n\"currency\" : \"EUR\" , \"amount\" : -5 } "), &m))
	require.Equal(t, eur(-5), m)
	require.NoError(t, json.Unmarshal([]byte(`{"currency":"\u0045UR","amount":-0}`), &m))
	require.Equal(t, eur(0), m)
	require.NoError(t, json.Unmarshal([]byte(`null`), &m), "null leaves a value alone, as everywhere in encoding/json")
	require.Equal(t, eur(0), m)
}

func TestJSONRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		`{"amount":58.00,"currency":"EUR"}`, `{"amount":5.8e3,"currency":"EUR"}`, `{"amount":58e2,"currency":"EUR"}`,
		`{"amount":"5800","currency":"EUR"}`, `{"amount":null,"currency":"EUR"}`, `{"amount":true,"currency":"EUR"}`,
		`{"amount":[1],"currency":"EUR"}`, `{"amount":{},"currency":"EUR"}`,
		`{"amount":5,"currency":"eur"}`, `{"amount":5,"currency":"XXX"}`, `{"amount":5,"currency":""}`,
		`{"amount":5,"currency":978}`, `{"amount":5,"currency":null}`, `{"amount":5,"currency":"EUR "}`,
		`{"amount":5}`, `{"currency":"EUR"}`, `{}`,
		`{"amount":5,"currency":"EUR","scale":2}`, `{"Amount":5,"currency":"EUR"}`,
		`{"amount":5,"amount":6,"currency":"EUR"}`, `{"amount":5,"currency":"EUR","currency":"USD"}`,
		`5800`, `"58.00 EUR"`, `[5800,"EUR"]`, `true`,
	} {
		m := eur(1)
		err := json.Unmarshal([]byte(in), &m)
		var bad *money.ParseError
		require.ErrorAs(t, err, &bad, in)
		require.Equal(t, eur(1), m, "a refused text changes nothing")
	}
	var over *money.OverflowError
	require.ErrorAs(t, json.Unmarshal([]byte(`{"amount":9223372036854775808,"currency":"EUR"}`), new(money.Money)), &over)
	for _, in := range []string{``, `{`, `{"amount":5,"currency":"EUR"}x`, `{"amount":5,"currency":"EUR"`, `{"amount":5 "currency":"EUR"}`,
		`{"amount":+5,"currency":"EUR"}`, `{"amount":05,"currency":"EUR"}`, `{"amount":-05,"currency":"EUR"}`, `{"amount":,"currency":"EUR"}`} {
		require.Error(t, new(money.Money).UnmarshalJSON([]byte(in)), "called without encoding/json before it: %s", in)
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"amount":5800,"currency":"EUR"}`, `{"currency":"JPY","amount":-1}`, `{"amount":1.0,"currency":"EUR"}`,
		`{"amount":0,"currency":""}`, `null`, `{"amount":05,"currency":"EUR"}`, `{"amount":1,"currency":"EUR","x":[]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		direct := eur(1)
		err := direct.UnmarshalJSON(data)
		if err != nil {
			require.Equal(t, eur(1), direct)
			var own money.Error
			require.ErrorAs(t, err, &own)
			return
		}
		require.True(t, json.Valid(data), "accepted what is not JSON")
		require.True(t, direct.Valid() || direct == none)
		raw, err := json.Marshal(direct)
		require.NoError(t, err)
		var back money.Money
		require.NoError(t, json.Unmarshal(raw, &back))
		require.Equal(t, direct, back)
	})
}
