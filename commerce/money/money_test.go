package money_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/money"
)

var none money.Money

func eur(n int64) money.Money { return money.New(n, "EUR") }

func TestZeroValueIsNothing(t *testing.T) {
	t.Parallel()
	for _, m := range []money.Money{none, eur(0), eur(7), eur(-7)} {
		sum, err := m.Add(none)
		require.NoError(t, err)
		require.Equal(t, m, sum)
		sum, err = none.Add(m)
		require.NoError(t, err)
		require.Equal(t, m, sum)
		diff, err := m.Sub(none)
		require.NoError(t, err)
		require.Equal(t, m, diff)
		diff, err = none.Sub(m)
		require.NoError(t, err)
		require.Equal(t, money.New(-m.Amount, m.Currency), diff)
	}
	c, err := none.Cmp(eur(1))
	require.NoError(t, err)
	require.Equal(t, -1, c)
	require.False(t, none.Valid())
	require.True(t, none.IsZero())
	lower, err := money.Min(none, eur(5))
	require.NoError(t, err)
	require.Equal(t, eur(0), lower)
}

func TestCurrenciesDoNotMix(t *testing.T) {
	t.Parallel()
	usd, lost := money.New(5, "USD"), money.New(5, "")
	pairs := [][2]money.Money{{eur(5), usd}, {eur(0), usd}, {eur(5), lost}, {lost, eur(5)}, {lost, none}, {none, lost}, {lost, lost}}
	for _, p := range pairs {
		ops := map[string]func() error{
			"add": func() error { _, err := p[0].Add(p[1]); return err },
			"sub": func() error { _, err := p[0].Sub(p[1]); return err },
			"cmp": func() error { _, err := p[0].Cmp(p[1]); return err },
			"min": func() error { m, err := money.Min(p[0], p[1]); require.Equal(t, none, m); return err },
			"max": func() error { m, err := money.Max(p[0], p[1]); require.Equal(t, none, m); return err },
			"sum": func() error { _, err := money.Sum(p[0].Currency, p[0], p[1]); return err },
		}
		for name, op := range ops {
			var mismatch *money.CurrencyMismatchError
			err := op()
			require.ErrorAs(t, err, &mismatch, "%s %v", name, p)
			require.Equal(t, "currency_mismatch", mismatch.ErrorCode())
			require.Contains(t, err.Error(), "cannot be combined")
		}
	}
	_, err := money.Sum("EUR", usd)
	require.EqualError(t, err, `amounts in "EUR" and "USD" cannot be combined`)
	_, err = money.Sum("", eur(1))
	require.Error(t, err)
}

func TestExtremes(t *testing.T) {
	t.Parallel()
	top, bottom := eur(math.MaxInt64), eur(math.MinInt64)
	fails := func(m money.Money, err error) {
		t.Helper()
		var over *money.OverflowError
		require.ErrorAs(t, err, &over)
		require.Equal(t, "money_overflow", over.ErrorCode())
		require.Equal(t, none, m, "no half result beside an error")
	}
	works := func(want int64) func(m money.Money, err error) {
		return func(m money.Money, err error) {
			t.Helper()
			require.NoError(t, err)
			require.Equal(t, eur(want), m)
		}
	}
	fails(top.Add(eur(1)))
	fails(bottom.Add(eur(-1)))
	fails(bottom.Sub(eur(1)))
	fails(eur(0).Sub(bottom))
	fails(none.Sub(bottom))
	fails(bottom.Neg())
	fails(bottom.Mul(-1))
	fails(top.Mul(2))
	fails(bottom.Mul(math.MinInt64))
	fails(money.Sum("EUR", top, top, eur(1)))
	fails(money.Sum("EUR", bottom, bottom))
	fails(top.MulRatio(2, 1, money.RoundHalfUp))
	fails(bottom.MulRatio(1, -1, money.RoundHalfUp))
	fails(bottom.MulRatio(math.MinInt64, 1, money.RoundHalfUp))
	fails(top.MulRatio(math.MaxInt64, math.MaxInt64-1, money.RoundUp))
	fails(top.Portion(money.RateOne+1, money.RoundHalfUp))

	works(-1)(top.Add(bottom))
	works(math.MinInt64)(eur(-1).Sub(top))
	works(-math.MaxInt64)(top.Neg())
	works(math.MinInt64)(bottom.Mul(1))
	works(math.MinInt64)(eur(1 << 62).Mul(-2))
	works(0)(bottom.Mul(0))
	works(math.MaxInt64)(money.Sum("EUR", top, top, bottom, eur(1))) // too large only on the way
	works(math.MinInt64)(bottom.MulRatio(math.MinInt64, math.MinInt64, money.RoundUp))
	works(math.MaxInt64)(top.MulRatio(-7, -7, money.RoundHalfUp))
	works(math.MinInt64)(bottom.Portion(money.RateOne, money.RoundUp))
	works(math.MaxInt64 / 2)(top.IncludedPortion(money.RateOne, money.RoundDown))
	works(math.MaxInt64/2 + 1)(top.IncludedPortion(money.RateOne, money.RoundHalfUp))
	works(9)(eur(9).IncludedPortion(math.MaxInt64, money.RoundHalfUp))
}

func TestSigns(t *testing.T) {
	t.Parallel()
	require.True(t, eur(1).IsPositive())
	require.False(t, eur(0).IsPositive())
	require.True(t, eur(-1).IsNegative())
	require.False(t, eur(0).IsNegative())
	require.True(t, money.Zero("EUR").IsZero())
	for want, pair := range map[int][2]int64{-1: {1, 2}, 0: {2, 2}, 1: {3, 2}} {
		got, err := eur(pair[0]).Cmp(eur(pair[1]))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	larger, err := money.Max(eur(-3), eur(2))
	require.NoError(t, err)
	require.Equal(t, eur(2), larger)
}

func TestRounding(t *testing.T) {
	t.Parallel()
	modes := []money.Rounding{money.RoundHalfUp, money.RoundHalfEven, money.RoundDown, money.RoundUp}
	// Each row: num/den, then the result by mode in the order above.
	rows := []struct {
		num, den int64
		want     [4]int64
	}{
		{5, 10, [4]int64{1, 0, 0, 1}},
		{15, 10, [4]int64{2, 2, 1, 2}},
		{25, 10, [4]int64{3, 2, 2, 3}},
		{-25, 10, [4]int64{-3, -2, -2, -3}},
		{25, -10, [4]int64{-3, -2, -2, -3}},
		{24, 10, [4]int64{2, 2, 2, 3}},
		{26, 10, [4]int64{3, 3, 2, 3}},
		{1, 3, [4]int64{0, 0, 0, 1}},
		{2, 3, [4]int64{1, 1, 0, 1}},
		{0, 3, [4]int64{0, 0, 0, 0}},
		{20, 10, [4]int64{2, 2, 2, 2}},
	}
	for _, row := range rows {
		for i, mode := range modes {
			got, err := eur(1).MulRatio(row.num, row.den, mode)
			require.NoError(t, err)
			require.Equal(t, row.want[i], got.Amount, "%d/%d %s", row.num, row.den, mode)
		}
	}
	for _, mode := range modes {
		text, err := mode.MarshalText()
		require.NoError(t, err)
		var back money.Rounding
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, mode, back)
	}
	var r money.Rounding
	require.Error(t, r.UnmarshalText([]byte("invalid")))
	_, err := money.Rounding(4).MarshalText()
	require.Error(t, err)
	require.Equal(t, "invalid", money.Rounding(-1).String())
}

func TestBadArguments(t *testing.T) {
	t.Parallel()
	calls := map[string]func() error{
		"denominator zero":         func() error { _, err := eur(1).MulRatio(1, 0, money.RoundUp); return err },
		"negative rate":            func() error { _, err := eur(1).Portion(-1, money.RoundUp); return err },
		"negative rate, included":  func() error { _, err := eur(1).IncludedPortion(-money.RateOne, money.RoundUp); return err },
		"no such rounding":         func() error { _, err := eur(1).Portion(1, 4); return err },
		"no such rounding, minus":  func() error { _, err := eur(1).MulRatio(1, 1, -1); return err },
		"negative weight":          func() error { _, err := eur(1).Allocate([]int64{1, -1}); return err },
		"weights zero":             func() error { _, err := eur(1).Allocate([]int64{0, 0}); return err },
		"no weights":               func() error { _, err := eur(1).Allocate(nil); return err },
		"no parts":                 func() error { _, err := eur(1).Split(0); return err },
		"negative number of parts": func() error { _, err := eur(1).Split(-1); return err },
		"too many parts":           func() error { _, err := eur(1).Split(math.MaxInt); return err },
	}
	for name, call := range calls {
		var bad *money.ArgumentError
		err := call()
		require.ErrorAs(t, err, &bad, name)
		var own money.Error
		require.ErrorAs(t, err, &own)
		require.Equal(t, "money_invalid", own.ErrorCode())
	}
}
