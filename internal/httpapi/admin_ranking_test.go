package httpapi_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
)

// Shoppers who like what is named briefly, wherever it stands, teach the shop to
// show it first.
func TestRankingIsLearnedFromClicks(t *testing.T) {
	t.Parallel()
	f, staff := backOffice(t)
	words := []string{"lamp", "chair", "kettle", "carpet", "mirror", "basket", "candle", "pillow", "ladder", "hammer", "teapot", "curtain"}
	shown := map[string][]core.ProductID{}
	brief := map[core.ProductID]bool{}
	for _, word := range words {
		for i := range 5 {
			title := word + strings.Repeat(fmt.Sprintf(" sturdy design no%d", i), i)
			p := must(f.shop.Catalog.CreateProduct(f.staff, catalog.Product{Title: title, Description: strings.Repeat(word+" ", i), Status: catalog.StatusActive,
				Variants: []catalog.Variant{{SKU: fmt.Sprint(word, i), Prices: []catalog.Price{{Currency: "EUR", Amount: 1000}}}}}))(t)
			f.receive(p.Variants[0], 5)
			shown[word] = append(shown[word], p.ID)
			brief[p.ID] = i < 2
		}
	}
	f.running()
	g := f.guest()
	done := func(says string) {
		t.Helper()
		staff.post("/admin/search/train", nil).is(202)
		require.Eventually(t, func() bool {
			return strings.Contains(staff.get("/admin/search/status").is(200).str("ranking.last"), says)
		}, 60*time.Second, 50*time.Millisecond, "%s", says)
	}
	done("of 0 searches")
	staff.post("/admin/search/rollback", nil).is(409, "no_earlier_ranker")

	random := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // numbers that must repeat
	record := func(searches int, like func(core.ProductID) bool) {
		var events, clicks []analytics.Event
		for n := range searches {
			word := words[n%len(words)]
			at := time.Now().Add(time.Duration(n-searches-10) * time.Minute)
			a := analytics.Event{ID: core.NewID[core.EventID](nil, core.PrefixEvent), Kind: analytics.Answer, At: at, Placement: analytics.PlacementSearch, Query: word, Found: 5}
			for _, i := range random.Perm(5) {
				a.Shown = append(a.Shown, shown[word][i])
			}
			events = append(events, a)
			for i, id := range a.Shown {
				if like(id) && random.Float64() < 1/float64(i+1) {
					clicks = append(clicks, analytics.Event{Kind: analytics.Click, At: at.Add(time.Second), Product: id, Answer: a.ID})
				}
			}
		}
		for _, all := range [][]analytics.Event{events, clicks} {
			for len(all) > 0 {
				n := min(len(all), analytics.MaxBatch)
				must(f.shop.Analytics.Record(f.staff, all[:n]...))(t)
				all = all[n:]
			}
		}
	}
	record(1200, func(id core.ProductID) bool { return !brief[id] })
	done("a new ranking serves")
	first := func() core.ProductID {
		return core.ProductID(g.get("/search?q=lamp").is(200).str("items.0.product.id"))
	}
	require.False(t, brief[first()], "what shoppers like comes first")
	version := staff.get("/admin/search/status").is(200).str("ranking.version")
	require.NotEmpty(t, version)

	answer := core.EventID(g.get("/search?q=lamp").is(200).str("answer_id"))
	require.Eventually(t, func() bool {
		for e, err := range f.shop.Analytics.Stream(f.staff, time.Now().Add(-time.Minute), analytics.Answer) {
			if err == nil && e.ID == answer {
				return e.Model == version
			}
		}
		return false
	}, 5*time.Second, 20*time.Millisecond, "events tell which ranking answered")

	done("the ranking that serves stays") // the same again is no better
	require.Equal(t, version, staff.get("/admin/search/status").is(200).str("ranking.version"))

	staff.post("/admin/search/rollback", nil).is(200)
	require.Empty(t, staff.get("/admin/search/status").is(200).str("ranking.version"))
	require.True(t, brief[first()], "as before")
	staff.post("/admin/search/rollback", nil).is(409, "no_earlier_ranker")
}
