package money_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/money"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		in, currency string
		want         int64
		decimal      string
	}{
		{"58.00", "EUR", 5800, "58.00"},
		{"58", "EUR", 5800, "58.00"},
		{"58.5", "EUR", 5850, "58.50"},
		{"0.05", "EUR", 5, "0.05"},
		{"-0.05", "EUR", -5, "-0.05"},
		{"-0", "EUR", 0, "0.00"},
		{"007", "EUR", 700, "7.00"},
		{"1200", "JPY", 1200, "1200"},
		{"1.234", "KWD", 1234, "1.234"},
		{"0.0001", "CLF", 1, "0.0001"},
		{"92233720368547758.07", "EUR", 1<<63 - 1, "92233720368547758.07"},
		{"-92233720368547758.08", "EUR", -1 << 63, "-92233720368547758.08"},
		{"-9223372036854775808", "JPY", -1 << 63, "-9223372036854775808"},
		{strings.Repeat("0", 100) + "1", "JPY", 1, "1"},
	} {
		m, err := money.Parse(row.in, money.Currency(row.currency))
		require.NoError(t, err, row.in)
		require.Equal(t, money.New(row.want, money.Currency(row.currency)), m)
		require.Equal(t, row.decimal, m.Decimal())
		require.Equal(t, row.decimal+" "+row.currency, m.String())
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"", "-", ".", "5.", ".5", "-.5", "+5", "--5", "1,234.50", "1 000", " 5", "5 ", "5e3", "0x10", "1_000",
		"5.000", "1.2.3", "٣", "NaN", "€5", "5\x00"} {
		m, err := money.Parse(in, "EUR")
		var bad *money.ParseError
		require.ErrorAs(t, err, &bad, "%q", in)
		require.Equal(t, in, bad.Input)
		require.Equal(t, "money_invalid", bad.ErrorCode())
		require.Equal(t, none, m)
	}
	for in, c := range map[string]money.Currency{
		"92233720368547758.08": "EUR", "-92233720368547758.09": "EUR", "9223372036854775808": "JPY", "9223372036854775807": "EUR",
		strings.Repeat("9", 1000): "JPY", "18446744073709551616": "JPY",
	} {
		m, err := money.Parse(in, c)
		var over *money.OverflowError
		require.ErrorAs(t, err, &over, "%q", in)
		require.Equal(t, none, m)
	}
	_, err := money.Parse("5.0", "JPY")
	require.ErrorContains(t, err, "at most 0 decimals")
	_, err = money.Parse("5", "XXX")
	require.ErrorContains(t, err, "ISO 4217")
	_, err = money.Parse(strings.Repeat("x", 1<<16), "EUR")
	require.Less(t, len(err.Error()), 200, "an error does not repeat a huge input")
}

func TestDisplay(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]money.Money{
		"€58.00":                 eur(5800),
		"-€0.05":                 eur(-5),
		"¥1200":                  money.New(1200, "JPY"),
		"-$5.00":                 money.New(-500, "USD"),
		"CHF 58.00":              money.New(5800, "CHF"),
		"-KWD 1.234":             money.New(-1234, "KWD"),
		"FCFA 500":               money.New(500, "XAF"),
		"0":                      none,
		"-€92233720368547758.08": eur(-1 << 63),
		"ZZZ 12":                 money.New(12, "ZZZ"),
	} {
		require.Equal(t, want, m.Display())
	}
	require.Equal(t, "0", none.String())
	require.Equal(t, "12 ZZZ", money.New(12, "ZZZ").String())
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"58.00", "-1,234.50", "-92233720368547758.08", "5.", "1e5", "0.001", ""} {
		for _, c := range []string{"EUR", "JPY", "KWD", "CLF", "XXX"} {
			f.Add(s, c)
		}
	}
	f.Fuzz(func(t *testing.T, s, code string) {
		c := money.Currency(code)
		m, err := money.Parse(s, c)
		if err != nil {
			require.Equal(t, none, m)
			var own money.Error
			require.ErrorAs(t, err, &own)
			return
		}
		require.True(t, c.Valid())
		require.Equal(t, c, m.Currency)
		back, err := money.Parse(m.Decimal(), c)
		require.NoError(t, err)
		require.Equal(t, m, back)
		// What was read is what is written, but for zeros at either end.
		norm := func(s string) string {
			neg := strings.HasPrefix(s, "-")
			s = strings.TrimLeft(strings.TrimPrefix(s, "-"), "0")
			if strings.Contains(s, ".") {
				s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
			}
			if neg && s != "" {
				s = "-" + s
			}
			return s
		}
		require.Equal(t, norm(s), norm(m.Decimal()))
	})
}
