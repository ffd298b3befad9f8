package connect

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/order"
)

// sold are orders of which only the sales are known.
type sold struct {
	order.Store
	since  time.Time
	recent int // sales since then
	err    error
}

func (s sold) Sales(_ context.Context, since time.Time) iter.Seq2[order.Sale, error] {
	return func(yield func(order.Sale, error) bool) {
		if !since.Equal(s.since) {
			yield(order.Sale{}, errors.New("asked for other days"))
			return
		}
		for range s.recent {
			if !yield(order.Sale{}, s.err) {
				return
			}
		}
	}
}

func TestAShopThatSoldLittleLearnsFromAll(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	r := &Recommend{cfg: RecommendConfig{Learn: 24 * time.Hour, Clock: func() time.Time { return now }}}
	for sales, want := range map[int]time.Time{0: {}, enoughSales - 1: {}, enoughSales: now.Add(-24 * time.Hour), 2 * enoughSales: now.Add(-24 * time.Hour)} {
		since, err := r.since(t.Context(), sold{since: now.Add(-24 * time.Hour), recent: sales})
		require.NoError(t, err)
		require.Equal(t, want, since, "%d", sales)
	}
	broken := errors.New("broken")
	_, err := r.since(t.Context(), sold{since: now.Add(-24 * time.Hour), recent: 1, err: broken})
	require.ErrorIs(t, err, broken)
}
