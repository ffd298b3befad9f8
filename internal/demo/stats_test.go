package demo

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWorldInFigures(t *testing.T) {
	t.Parallel()
	w := Generate(Config{Seed: 1, Now: day})
	lines := 0
	states := map[string]int{}
	for _, o := range w.Orders {
		require.NoError(t, o.Check())
		lines += len(o.Lines)
		states[string(o.Status)+" "+string(o.Payment)+" "+string(o.Fulfilment)]++
	}
	t.Log("orders", len(w.Orders), "lines", lines, "movements", len(w.Movements), "reviews", len(w.Reviews), "refunds", len(w.Refunds), "variants", len(w.Items),
		"prices", len(w.Prices), "postings", len(w.Postings), "events", len(w.Events), "pictures", len(w.Pictures), "redemptions", len(w.Redemptions))
	t.Log(states)
	byMonth := map[string]int{}
	for _, o := range w.Orders {
		byMonth[o.PlacedAt.Format("2006-01")]++
	}
	for _, k := range sortedKeys(byMonth) {
		t.Log(k, byMonth[k])
	}
}
