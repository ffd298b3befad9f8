package money_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/money"
)

func TestRates(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		decimal, percent string
		want             money.Rate
	}{
		{"0.19", "19%", 190_000_000},
		{"0", "0%", 0},
		{"1", "100%", money.RateOne},
		{"2.5", "250%", 2_500_000_000},
		{"0.08875", "8.875%", 88_750_000},
		{"0.000000001", "0.0000001%", 1},
		{"9223372036.854775807", "922337203685.4775807%", math.MaxInt64},
	} {
		r, err := money.ParseRate(row.decimal)
		require.NoError(t, err)
		require.Equal(t, row.want, r)
		require.Equal(t, row.decimal, r.String())
		require.Equal(t, row.percent, r.PercentString())
		for _, in := range []string{row.percent, row.percent[:len(row.percent)-1]} {
			r, err = money.ParsePercent(in)
			require.NoError(t, err)
			require.Equal(t, row.want, r)
		}
	}
	require.Equal(t, money.Rate(190_000_000), money.Percent(19))
	require.Equal(t, money.Rate(math.MaxInt64), money.Percent(math.MaxInt64))
	require.Equal(t, money.Rate(math.MinInt64), money.Percent(math.MinInt64))
	sum, err := money.Percent(6).Add(money.Percent(3))
	require.NoError(t, err)
	require.Equal(t, money.Percent(9), sum)
	_, err = money.Rate(math.MaxInt64).Add(1)
	require.Error(t, err)
}

func TestRatesRefused(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"", "%", "-0.1", "-0", "0.1234567891", "19%", ".5", "1e-2", " 1", "+1"} {
		_, err := money.ParseRate(in)
		var bad *money.ParseError
		require.ErrorAs(t, err, &bad, "%q", in)
		require.Equal(t, in, bad.Input)
	}
	for _, in := range []string{"", "%", "-1", "-1%", "5%%", "5 %", "0.12345678"} {
		_, err := money.ParsePercent(in)
		var bad *money.ParseError
		require.ErrorAs(t, err, &bad, "%q", in)
		require.Equal(t, in, bad.Input)
	}
	_, err := money.ParseRate("9223372036.854775808")
	var over *money.OverflowError
	require.ErrorAs(t, err, &over)
}

func TestRateJSON(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(map[string]money.Rate{"vat": money.Percent(19)})
	require.NoError(t, err)
	require.JSONEq(t, `{"vat":"0.19"}`, string(raw))
	var r money.Rate
	require.NoError(t, json.Unmarshal([]byte(`"0.07"`), &r))
	require.Equal(t, money.Percent(7), r)
	for _, in := range []string{`0.19`, `19`, `"-0.1"`, `"19%"`, `true`, `{}`} {
		require.Error(t, json.Unmarshal([]byte(in), &r), in)
		require.Equal(t, money.Percent(7), r, "a refused text changes nothing")
	}
	_, err = json.Marshal(money.Rate(-1))
	require.Error(t, err)
}
