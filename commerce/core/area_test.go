package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
)

func TestAreaMatchPrefersTheMostSpecific(t *testing.T) {
	t.Parallel()
	addr := core.Address{Country: "us", Region: "ca", PostalCode: "90210-1234"}
	// From the widest to the most specific; each must beat those before it.
	areas := []core.Area{{}, {Country: "US"}, {Country: "US", Region: "CA"}, {Country: "US", PostalPrefix: "9"},
		{Country: "US", Region: "CA", PostalPrefix: "9"}, {Country: "US", PostalPrefix: "902"}, {Country: "US", PostalPrefix: "902101"}}
	last := 0
	for _, a := range areas {
		score := a.Normalize().Match(addr)
		require.Greater(t, score, last, "%+v", a)
		last = score
	}
	for _, a := range []core.Area{{Country: "DE"}, {Country: "US", Region: "NY"}, {Country: "US", PostalPrefix: "91"}, {Country: "US", Region: "CA", PostalPrefix: "10"}} {
		require.Zero(t, a.Match(addr), "%+v", a)
	}
	require.NoError(t, core.Area{}.Validate("areas[0]"))
	require.Error(t, core.Area{Region: "CA"}.Validate("areas[0]"))
	require.Error(t, core.Area{Country: "USA"}.Validate("areas[0]"))
	require.Equal(t, core.Area{Country: "GB", PostalPrefix: "SW1"}, core.Area{Country: " gb", PostalPrefix: "sw 1"}.Normalize())
}
