package money_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/money"
)

func TestExponents(t *testing.T) {
	t.Parallel()
	groups := map[int][]money.Currency{
		0: {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"},
		2: {"EUR", "USD", "GBP", "CHF", "HUF", "MGA", "MRU", "SLE", "VED", "XAD", "XCG", "ZWG"},
		3: {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"},
		4: {"CLF", "UYW"},
	}
	for want, codes := range groups {
		for _, c := range codes {
			require.True(t, c.Valid(), c)
			require.Equal(t, want, c.Exponent(), c)
		}
	}
	// Withdrawn, not money, not ISO, not a code.
	for _, c := range []money.Currency{"", "BGN", "HRK", "DEM", "ANG", "ZWL", "XAU", "XXX", "XTS", "BTC", "eur", "EU", "EURO", "EUR "} {
		require.False(t, c.Valid(), c)
		require.Zero(t, c.Exponent(), c)
	}
}

func TestParseCurrency(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"EUR", "eur", " Eur\n"} {
		c, err := money.ParseCurrency(s)
		require.NoError(t, err)
		require.Equal(t, money.Currency("EUR"), c)
	}
	for _, s := range []string{"", "E UR", "XXX", "€", "EURO"} {
		c, err := money.ParseCurrency(s)
		var bad *money.ParseError
		require.ErrorAs(t, err, &bad)
		require.Equal(t, s, bad.Input)
		require.Empty(t, c)
	}
}

func TestSymbolsAreUnambiguous(t *testing.T) {
	t.Parallel()
	seen := map[string]money.Currency{}
	for _, c := range money.Codes() {
		s := c.Symbol()
		require.NotEmpty(t, s)
		require.Empty(t, seen[s], "%s is the sign of two currencies", s)
		seen[s] = c
	}
	require.Equal(t, money.Currency("EUR"), seen["€"])
	require.Equal(t, money.Currency("USD"), seen["$"])
	require.Equal(t, "CHF", money.Currency("CHF").Symbol())
	require.Equal(t, "ZZZ", money.Currency("ZZZ").Symbol())
}

func TestCodesAreSortedAndWhole(t *testing.T) {
	t.Parallel()
	codes := money.Codes()
	require.Len(t, codes, 165)
	require.IsIncreasing(t, codes)
	for _, c := range codes {
		require.True(t, c.Valid())
		require.Regexp(t, `^[A-Z]{3}$`, string(c))
	}
	codes[0] = "ZZZ" // the caller's own copy
	require.Equal(t, money.Currency("AED"), money.Codes()[0])
}
