package money_test

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/money"
)

type vector struct {
	Thread   string         `json:"thread"` // the public discussion the case comes from
	Op       string         `json:"op"`
	Currency money.Currency `json:"currency"`
	Amounts  []string       `json:"amounts"`
	Rate     string         `json:"rate"` // percent
	Rounding money.Rounding `json:"rounding"`
	Want     []string       `json:"want"`
}

// TestGolden runs the published vectors: cases in which shops are known to
// have been a cent off.
func TestGolden(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	var vectors []vector
	require.NoError(t, json.Unmarshal(raw, &vectors))
	require.NotEmpty(t, vectors)
	for _, v := range vectors {
		t.Run(v.Thread+"/"+v.Op, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, v.Want, run(t, v))
		})
	}
}

func run(t *testing.T, v vector) []string {
	var rate money.Rate
	var err error
	if v.Rate != "" {
		rate, err = money.ParsePercent(v.Rate)
		require.NoError(t, err)
	}
	amounts := make([]money.Money, len(v.Amounts))
	weights := make([]int64, len(v.Amounts))
	for i, s := range v.Amounts {
		amounts[i], err = money.Parse(s, v.Currency)
		require.NoError(t, err)
		weights[i] = amounts[i].Amount
	}
	total, err := money.Sum(v.Currency, amounts...)
	require.NoError(t, err)
	must := func(m money.Money, err error) money.Money {
		require.NoError(t, err)
		return m
	}
	var out []money.Money
	switch v.Op {
	case "tax":
		tax := must(total.Portion(rate, v.Rounding))
		out = []money.Money{tax, must(total.Add(tax))}
	case "included_tax":
		tax := must(total.IncludedPortion(rate, v.Rounding))
		out = []money.Money{tax, must(total.Sub(tax))}
	case "discount":
		off := must(total.Portion(rate, v.Rounding))
		out = []money.Money{off, must(total.Sub(off))}
	case "tax_lines":
		sum := money.Zero(v.Currency)
		for _, a := range amounts {
			sum = must(sum.Add(must(a.Portion(rate, v.Rounding))))
		}
		out = []money.Money{sum}
	case "tax_document":
		tax := must(total.Portion(rate, v.Rounding))
		parts, err := tax.Allocate(weights)
		require.NoError(t, err)
		out = append([]money.Money{tax}, parts...)
	case "allocate":
		out, err = amounts[0].Allocate(weights[1:])
		require.NoError(t, err)
	case "minor_units":
		return []string{strconv.FormatInt(amounts[0].Amount, 10)}
	default:
		t.Fatalf("no op %q", v.Op)
	}
	got := make([]string, len(out))
	for i, m := range out {
		require.Equal(t, v.Currency, m.Currency)
		got[i] = m.Decimal()
	}
	return got
}
