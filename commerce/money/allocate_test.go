package money_test

import (
	"encoding/binary"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/money"
)

func amounts(ms []money.Money) []int64 {
	out := make([]int64, len(ms))
	for i, m := range ms {
		out[i] = m.Amount
	}
	return out
}

func TestAllocate(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		amount        int64
		weights, want []int64
	}{
		{100, []int64{1, 1, 1}, []int64{34, 33, 33}},
		{-100, []int64{1, 1, 1}, []int64{-34, -33, -33}},
		{5, []int64{3, 7}, []int64{2, 3}},             // 1.5 and 3.5: a tie, so the first
		{10, []int64{15, 15, 70}, []int64{2, 1, 7}},   // 1.5, 1.5, 7
		{1, []int64{0, 1, 0, 2}, []int64{0, 0, 0, 1}}, // the largest loss, never a zero weight
		{7, []int64{0, 0, 5}, []int64{0, 0, 7}},       //
		{0, []int64{0, 0}, []int64{0, 0}},             // nothing needs no weights
		{0, nil, []int64{}},                           //
		{0, []int64{1, 2}, []int64{0, 0}},             //
		{2, []int64{1, 1, 1, 1}, []int64{1, 1, 0, 0}}, // fewer units than parts
		{math.MaxInt64, []int64{1, 1}, []int64{math.MaxInt64/2 + 1, math.MaxInt64 / 2}},
		{math.MinInt64, []int64{1}, []int64{math.MinInt64}},
		{math.MinInt64, []int64{math.MaxInt64, math.MaxInt64}, []int64{math.MinInt64 / 2, math.MinInt64 / 2}},
	} {
		got, err := eur(row.amount).Allocate(row.weights)
		require.NoError(t, err)
		require.Equal(t, row.want, amounts(got))
		for _, m := range got {
			require.Equal(t, money.Currency("EUR"), m.Currency)
		}
	}
	_, err := eur(1).Allocate([]int64{math.MaxInt64, math.MaxInt64, 2})
	var over *money.OverflowError
	require.ErrorAs(t, err, &over)
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		amount int64
		n      int
		want   []int64
	}{
		{10, 3, []int64{4, 3, 3}},
		{-10, 3, []int64{-4, -3, -3}},
		{2, 4, []int64{1, 1, 0, 0}},
		{-2, 4, []int64{-1, -1, 0, 0}},
		{9, 1, []int64{9}},
		{math.MinInt64, 2, []int64{math.MinInt64 / 2, math.MinInt64 / 2}},
	} {
		got, err := eur(row.amount).Split(row.n)
		require.NoError(t, err)
		require.Equal(t, row.want, amounts(got))
		same := make([]int64, row.n)
		for i := range same {
			same[i] = 1
		}
		allocated, err := eur(row.amount).Allocate(same)
		require.NoError(t, err)
		require.Equal(t, allocated, got, "splitting is allocating by equal weights")
	}
}

// checkAllocation holds an allocation to its definition: exact sum, each part
// one of the two whole amounts beside its exact share, zero weight nothing.
func checkAllocation(t require.TestingT, amount int64, weights []int64, parts []money.Money) {
	require.Len(t, parts, len(weights))
	total, sum := new(big.Int), new(big.Int)
	for _, w := range weights {
		total.Add(total, big.NewInt(w))
	}
	for i, p := range parts {
		sum.Add(sum, big.NewInt(p.Amount))
		if weights[i] == 0 {
			require.Zero(t, p.Amount)
			continue
		}
		// |part*total - amount*weight| < total
		off := new(big.Int).Mul(big.NewInt(p.Amount), total)
		off.Sub(off, new(big.Int).Mul(big.NewInt(amount), big.NewInt(weights[i])))
		require.Negative(t, off.CmpAbs(total), "part %d of %d by %v is %d", i, amount, weights, p.Amount)
	}
	require.Zero(t, sum.Cmp(big.NewInt(amount)), "parts of %d by %v sum to %s", amount, weights, sum)
}

func FuzzAllocate(f *testing.F) {
	f.Add(int64(100), []byte{1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0})
	f.Add(int64(math.MinInt64), []byte{255, 255, 255, 255, 255, 255, 255, 127, 3, 0, 0, 0, 0, 0, 0, 0})
	f.Add(int64(7), []byte{})
	f.Fuzz(func(t *testing.T, amount int64, raw []byte) {
		var weights []int64
		for ; len(raw) >= 8 && len(weights) < 100; raw = raw[8:] {
			weights = append(weights, int64(binary.LittleEndian.Uint64(raw)))
		}
		parts, err := eur(amount).Allocate(weights)
		if err != nil {
			require.Nil(t, parts)
			var own money.Error
			require.ErrorAs(t, err, &own)
			return
		}
		checkAllocation(t, amount, weights, parts)
	})
}
