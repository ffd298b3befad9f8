package money_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/commerce/money"
)

// The properties compare with math/big, which neither rounds nor wraps.

// Generators remember what they made last, so each use has its own: tests run
// in parallel.
func anyMoney() *rapid.Generator[money.Money] { return rapid.Map(rapid.Int64(), eur) }
func price() *rapid.Generator[money.Money]    { return rapid.Map(rapid.Int64Range(0, 10_000_000), eur) }

func anyRate() *rapid.Generator[money.Rate] {
	return rapid.Custom(func(t *rapid.T) money.Rate { return money.Rate(rapid.Int64Min(0).Draw(t, "rate")) })
}

func taxRate() *rapid.Generator[money.Rate] {
	return rapid.Custom(func(t *rapid.T) money.Rate { return money.Rate(rapid.Int64Range(1, 2_000_000_000).Draw(t, "rate")) })
}

func anyMode() *rapid.Generator[money.Rounding] {
	return rapid.SampledFrom([]money.Rounding{money.RoundHalfUp, money.RoundHalfEven, money.RoundDown, money.RoundUp})
}

// same requires the exact result, or an overflow exactly where it is due.
func same(t *rapid.T, want *big.Int, got money.Money, err error) {
	if !want.IsInt64() {
		var over *money.OverflowError
		require.ErrorAs(t, err, &over, "%s must not wrap", want)
		require.Equal(t, none, got)
		return
	}
	require.NoError(t, err)
	require.Equal(t, eur(want.Int64()), got)
}

// rounded is num/den rounded by definition.
func rounded(num, den *big.Int, mode money.Rounding) *big.Int {
	q, rem := new(big.Int).QuoRem(num, den, new(big.Int))
	twice := new(big.Int).Mul(rem, big.NewInt(2))
	half := twice.CmpAbs(den)
	if rem.Sign() != 0 && (mode == money.RoundUp || half > 0 && mode != money.RoundDown ||
		half == 0 && (mode == money.RoundHalfUp || mode == money.RoundHalfEven && q.Bit(0) == 1)) {
		q.Add(q, big.NewInt(int64(num.Sign()*den.Sign())))
	}
	return q
}

func bigOf(n int64) *big.Int { return big.NewInt(n) }

func TestArithmeticIsExactOrFails(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyMoney().Draw(t, "a"), anyMoney().Draw(t, "b")
		n := rapid.Int64().Draw(t, "n")
		x, y := bigOf(a.Amount), bigOf(b.Amount)

		got, err := a.Add(b)
		same(t, new(big.Int).Add(x, y), got, err)
		flipped, flippedErr := b.Add(a)
		require.Equal(t, got, flipped, "addition commutes")
		require.Equal(t, err, flippedErr)
		got, err = a.Sub(b)
		same(t, new(big.Int).Sub(x, y), got, err)
		got, err = a.Neg()
		same(t, new(big.Int).Neg(x), got, err)
		got, err = a.Mul(n)
		same(t, new(big.Int).Mul(x, bigOf(n)), got, err)
		c, err := a.Cmp(b)
		require.NoError(t, err)
		require.Equal(t, x.Cmp(y), c)
	})
}

func TestSumIgnoresOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.SliceOfN(rapid.OneOf(anyMoney(), rapid.Just(none)), 0, 20).Draw(t, "amounts")
		want := new(big.Int)
		for _, m := range ms {
			want.Add(want, bigOf(m.Amount))
		}
		got, err := money.Sum("EUR", ms...)
		same(t, want, got, err)
		slices.Reverse(ms)
		got, err = money.Sum("EUR", ms...)
		same(t, want, got, err)
	})
}

func TestRoundingIsExactOrFails(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, r, mode := anyMoney().Draw(t, "m"), anyRate().Draw(t, "r"), anyMode().Draw(t, "mode")
		product := new(big.Int).Mul(bigOf(m.Amount), bigOf(int64(r)))
		one := bigOf(int64(money.RateOne))

		got, err := m.Portion(r, mode)
		same(t, rounded(product, one, mode), got, err)
		got, err = m.IncludedPortion(r, mode)
		same(t, rounded(product, new(big.Int).Add(one, bigOf(int64(r))), mode), got, err)

		num := rapid.Int64().Draw(t, "num")
		den := rapid.Int64().Filter(func(d int64) bool { return d != 0 }).Draw(t, "den")
		got, err = m.MulRatio(num, den, mode)
		same(t, rounded(new(big.Int).Mul(bigOf(m.Amount), bigOf(num)), bigOf(den), mode), got, err)

		if minus, err := m.Neg(); err == nil {
			plusTax, err := m.IncludedPortion(r, mode)
			require.NoError(t, err)
			minusTax, err := minus.IncludedPortion(r, mode)
			require.NoError(t, err)
			require.Equal(t, -plusTax.Amount, minusTax.Amount, "a refund mirrors the charge")
		}
	})
}

func TestTaxHoldsTogether(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		gross, r := price().Draw(t, "gross"), taxRate().Draw(t, "r")
		tax, err := gross.IncludedPortion(r, money.RoundHalfUp)
		require.NoError(t, err)
		net, err := gross.Sub(tax)
		require.NoError(t, err)
		require.False(t, tax.IsNegative())
		require.False(t, net.IsNegative())
		back, err := net.Add(tax)
		require.NoError(t, err)
		require.Equal(t, gross, back)

		// A tax put on a net amount is found again in the gross amount.
		added, err := gross.Portion(r, money.RoundHalfUp)
		require.NoError(t, err)
		total, err := gross.Add(added)
		require.NoError(t, err)
		found, err := total.IncludedPortion(r, money.RoundHalfUp)
		require.NoError(t, err)
		require.Equal(t, added, found)

		all, err := gross.Portion(money.RateOne, money.RoundHalfUp)
		require.NoError(t, err)
		rest, err := gross.Sub(all)
		require.NoError(t, err)
		require.True(t, rest.IsZero(), "100 %% off is nothing")
	})
}

// A quantity on one line or spread over two lines: the amounts agree exactly,
// the taxes within one rounding, and exactly when tax is taken from the
// document and spread.
func TestSplittingAQuantity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		unit, r := price().Draw(t, "unit"), taxRate().Draw(t, "r")
		p, q := rapid.Int64Range(0, 1000).Draw(t, "p"), rapid.Int64Range(0, 1000).Draw(t, "q")
		line := func(n int64) (money.Money, money.Money) {
			m, err := unit.Mul(n)
			require.NoError(t, err)
			tax, err := m.Portion(r, money.RoundHalfUp)
			require.NoError(t, err)
			return m, tax
		}
		whole, wholeTax := line(p + q)
		first, firstTax := line(p)
		second, secondTax := line(q)
		total, err := money.Sum("EUR", first, second)
		require.NoError(t, err)
		require.Equal(t, whole, total)
		off := wholeTax.Amount - firstTax.Amount - secondTax.Amount
		require.True(t, -1 <= off && off <= 1, "off by %d", off)

		if !whole.IsZero() {
			parts, err := wholeTax.Allocate([]int64{first.Amount, second.Amount})
			require.NoError(t, err)
			total, err = money.Sum("EUR", parts...)
			require.NoError(t, err)
			require.Equal(t, wholeTax, total)
		}
	})
}

func TestAllocationHolds(t *testing.T) {
	t.Parallel()
	weight := rapid.OneOf(rapid.Int64Range(0, 100), rapid.Int64Range(0, 1<<57))
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.OneOf(anyMoney(), price()).Draw(t, "m")
		weights := append(rapid.SliceOfN(weight, 0, 40).Draw(t, "weights"), 1)
		parts, err := m.Allocate(weights)
		require.NoError(t, err)
		checkAllocation(t, m.Amount, weights, parts)

		again, err := m.Allocate(weights)
		require.NoError(t, err)
		require.Equal(t, parts, again, "the same every time")
		if m.IsPositive() {
			stable, err := m.Allocate(amounts(parts))
			require.NoError(t, err)
			require.Equal(t, parts, stable, "by its own result, the same result")
			minus, err := m.Neg()
			require.NoError(t, err)
			mirror, err := minus.Allocate(weights)
			require.NoError(t, err)
			for i := range parts {
				require.Equal(t, -parts[i].Amount, mirror[i].Amount)
			}
		}
		n := rapid.IntRange(1, 50).Draw(t, "n")
		split, err := m.Split(n)
		require.NoError(t, err)
		ones := make([]int64, n)
		for i := range ones {
			ones[i] = 1
		}
		checkAllocation(t, m.Amount, ones, split)
	})
}

func TestDiscountSpreadOverLinesNeverExceedsThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(price(), 1, 30).Draw(t, "lines")
		r := money.Rate(rapid.Int64Range(0, int64(money.RateOne)).Draw(t, "r"))
		total, err := money.Sum("EUR", lines...)
		require.NoError(t, err)
		off, err := total.Portion(r, anyMode().Draw(t, "mode"))
		require.NoError(t, err)
		parts, err := off.Allocate(amounts(lines))
		require.NoError(t, err)
		for i := range lines {
			require.GreaterOrEqual(t, parts[i].Amount, int64(0))
			require.LessOrEqual(t, parts[i].Amount, lines[i].Amount)
		}
	})
}
