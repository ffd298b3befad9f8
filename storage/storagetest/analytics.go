package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// Analytics tests what is recorded of shoppers, and the reports on it.
func Analytics(t *testing.T, open func(t *testing.T) *storage.DB) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	const sofa, lamp, rug = core.ProductID("prod_sofa"), core.ProductID("prod_lamp"), core.ProductID("prod_rug")
	service := func(t *testing.T) (*analytics.Service, *storage.DB) {
		db := open(t)
		return analytics.New(core.Narrow(db, func(tx storage.Tx) analytics.Tx { return tx }), analytics.Config{Clock: func() time.Time { return now }}), db
	}
	record := func(t *testing.T, ctx context.Context, s *analytics.Service, e analytics.Event) analytics.Event {
		t.Helper()
		stored, err := s.Record(ctx, e)
		require.NoError(t, err)
		require.Len(t, stored, 1)
		return stored[0]
	}
	search := func(t *testing.T, ctx context.Context, s *analytics.Service, query string, found int64, shown ...core.ProductID) analytics.Event {
		return record(t, ctx, s, analytics.Event{Kind: analytics.Answer, Placement: analytics.PlacementSearch, Query: query, Found: found, Shown: shown, Session: "s1", Bucket: "b", Model: "m1"})
	}

	t.Run("what follows an answer", func(t *testing.T) {
		ctx := system(t)
		s, _ := service(t)
		answer := search(t, ctx, s, "  Red   SOFA ", 2, sofa, lamp)
		shopper := context.Background()
		click := record(t, shopper, s, analytics.Event{Kind: analytics.Click, Product: lamp, Answer: answer.ID, Session: "s1", Model: "forged", Amount: money.New(5, "EUR")})
		require.Equal(t, analytics.Event{ID: click.ID, At: now, Kind: analytics.Click, Session: "s1", Product: lamp, Answer: answer.ID, Position: 2,
			Placement: "search", Bucket: "b", Model: "m1", Query: "red sofa"}, click)
		unknown := record(t, shopper, s, analytics.Event{Kind: analytics.View, Product: lamp, Answer: "evt_none", Position: 3})
		require.Empty(t, unknown.Answer)
		require.Zero(t, unknown.Position)

		bought := record(t, ctx, s, analytics.Event{Kind: analytics.Purchase, Product: lamp, Session: "s1", Order: "ord_1", Quantity: 2, Amount: money.New(500, "EUR")})
		require.Equal(t, answer.ID, bought.Answer)
		require.Equal(t, "m1", bought.Model)
		other := record(t, ctx, s, analytics.Event{Kind: analytics.Purchase, Product: sofa, Session: "s1", Amount: money.New(900, "EUR")})
		require.Empty(t, other.Answer, "it was shown, not clicked")
		late := record(t, ctx, s, analytics.Event{Kind: analytics.Purchase, Product: lamp, Session: "s2", Amount: money.New(900, "EUR")})
		require.Empty(t, late.Answer, "somebody else")

		reports, err := s.Placements(ctx, time.Time{}, time.Time{})
		require.NoError(t, err)
		require.Equal(t, []analytics.PlacementReport{{Placement: "search", Bucket: "b", Model: "m1", Answers: 1, Clicks: 1, Clicked: 1, Purchases: 1,
			Revenue: map[money.Currency]int64{"EUR": 500}}}, reports)
	})

	t.Run("queries", func(t *testing.T) {
		ctx := system(t)
		s, _ := service(t)
		first := search(t, ctx, s, "sofa", 2, sofa, lamp)
		search(t, ctx, s, "sofa", 2, sofa, lamp)
		search(t, ctx, s, "sofabed", 0)
		search(t, ctx, s, "rug", 1, rug)
		for _, position := range []int{2, 4} {
			record(t, ctx, s, analytics.Event{Kind: analytics.Click, Product: lamp, Answer: first.ID, Position: position})
		}
		record(t, ctx, s, analytics.Event{Kind: analytics.Cart, Product: lamp, Answer: first.ID})
		got, err := s.Queries(ctx, analytics.QueryReportParams{})
		require.NoError(t, err)
		require.Equal(t, []analytics.QueryReport{
			{Query: "sofa", Searches: 2, Clicked: 1, Reciprocal: .5, ClickRate: .5, MRR: .25, AddedToCart: 1},
			{Query: "rug", Searches: 1}, {Query: "sofabed", Searches: 1, Empty: 1}}, got)
		got, err = s.Queries(ctx, analytics.QueryReportParams{Order: analytics.ByEmpty, Limit: 5})
		require.NoError(t, err)
		require.Equal(t, []analytics.QueryReport{{Query: "sofabed", Searches: 1, Empty: 1}}, got)
		got, err = s.Queries(ctx, analytics.QueryReportParams{From: now.Add(time.Second), To: now.Add(time.Hour)})
		require.NoError(t, err)
		require.Empty(t, got)
		_, err = s.Queries(ctx, analytics.QueryReportParams{From: now, To: now})
		require.True(t, core.IsKind(err, core.KindInvalid))
		_, err = s.Queries(context.Background(), analytics.QueryReportParams{})
		require.True(t, core.IsKind(err, core.KindUnauthenticated))
	})

	t.Run("the stream, forgetting and pruning", func(t *testing.T) {
		ctx := system(t)
		s, _ := service(t)
		var many []analytics.Event
		for i := range 700 {
			many = append(many, analytics.Event{Kind: analytics.View, Product: sofa, Customer: "cus_1", Session: "s1", At: now.Add(-time.Duration(i) * 24 * time.Hour)})
		}
		for _, part := range [][]analytics.Event{many[:400], many[400:]} {
			_, err := s.Record(ctx, part...)
			require.NoError(t, err)
		}
		n, last := 0, time.Time{}
		for e, err := range s.Stream(ctx, time.Time{}) {
			require.NoError(t, err)
			require.False(t, e.At.Before(last))
			n, last = n+1, e.At
		}
		require.Equal(t, 700, n)
		pruned, err := s.Prune(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 299, pruned)
		mine, err := s.Of(ctx, "cus_1", "", analytics.View)
		require.NoError(t, err)
		require.Len(t, mine, 401)
		require.Equal(t, now, mine[0].At)
		forgotten, err := s.Forget(ctx, "cus_1")
		require.NoError(t, err)
		require.EqualValues(t, 401, forgotten)
		mine, err = s.Of(ctx, "cus_1", "s1")
		require.NoError(t, err)
		require.Empty(t, mine)
	})

	t.Run("what is refused", func(t *testing.T) {
		ctx := system(t)
		s, _ := service(t)
		for field, e := range map[string]analytics.Event{
			"events[0].kind":       {Kind: "stare", Product: sofa},
			"events[0].product_id": {Kind: analytics.View},
			"events[0].placement":  {Kind: analytics.Answer},
			"events[0].shown":      {Kind: analytics.View, Product: sofa, Shown: []core.ProductID{lamp}},
			"events[0].session":    {Kind: analytics.View, Product: sofa, Session: "\x00"},
			"events[0].position":   {Kind: analytics.View, Product: sofa, Position: -1},
			"events[0].answer_id":  {Kind: analytics.View, Product: sofa, Answer: "x'"},
		} {
			_, err := s.Record(ctx, e)
			var v core.Violations
			require.ErrorAs(t, err, &v, field)
			require.Len(t, v, 1, field)
			require.Equal(t, field, v[0].Field)
		}
		_, err := s.Record(context.Background(), analytics.Event{Kind: analytics.Purchase, Product: sofa})
		require.True(t, core.IsKind(err, core.KindInvalid), "shoppers do not record purchases")
		stored, err := s.Record(ctx, analytics.Event{Kind: analytics.View, Product: sofa, At: now.Add(time.Hour)})
		require.NoError(t, err)
		require.Equal(t, now, stored[0].At, "nothing happens in the future")
	})

	t.Run("the recorder", func(t *testing.T) {
		ctx := system(t)
		s, _ := service(t)
		r := analytics.NewRecorder(s, nil)
		for _, err := range together(20, func(int) error {
			for range 60 {
				r.Answer(analytics.Event{Placement: "home", Shown: []core.ProductID{sofa}})
			}
			return nil
		}) {
			require.NoError(t, err)
		}
		waits := r.Answer(analytics.Event{Placement: "cart", Shown: []core.ProductID{lamp, sofa}})
		click := record(t, ctx, s, analytics.Event{Kind: analytics.Click, Product: sofa, Answer: waits})
		require.Equal(t, []any{waits, "cart", 2}, []any{click.Answer, click.Placement, click.Position}, "an answer that waits is known")
		require.NoError(t, r.Flush(ctx))
		reports, err := s.Placements(ctx, time.Time{}, time.Time{})
		require.NoError(t, err)
		require.Equal(t, []analytics.PlacementReport{{Placement: "cart", Answers: 1, Clicks: 1, Clicked: 1}, {Placement: "home", Answers: 1200}}, reports)
	})
}
