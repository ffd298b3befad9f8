package review_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/review"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
)

func setup(t *testing.T, cfg review.Config) (*review.Service, core.ProductID, context.Context) {
	t.Helper()
	db, err := memory.Open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Migrate(t.Context())
	require.NoError(t, err)
	ctx := core.WithActor(t.Context(), core.System("test"))
	p, err := catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{}).
		CreateProduct(ctx, catalog.Product{Title: "P", Variants: []catalog.Variant{{SKU: "P"}}})
	require.NoError(t, err)
	shopper := core.WithActor(t.Context(), core.Actor{Kind: core.ActorCustomer, ID: "cus_1", Customer: "cus_1"})
	return review.New(core.Narrow(db, func(tx storage.Tx) review.Tx { return tx }), cfg), p.ID, shopper
}

func TestAutoApprove(t *testing.T) {
	t.Parallel()
	s, product, shopper := setup(t, review.Config{AutoApprove: true})
	r, err := s.Submit(shopper, review.Submission{ProductID: product, Rating: 3, Author: "A"})
	require.NoError(t, err)
	require.Equal(t, review.Approved, r.Status)
	one := 1
	_, err = s.Update(shopper, r.ID, review.Update{Version: 1, Rating: &one})
	require.NoError(t, err)
	sums, err := s.Summaries(t.Context(), product)
	require.NoError(t, err)
	require.Equal(t, [5]int64{1, 0, 0, 0, 0}, sums[product].Stars)
}

func TestModeratePort(t *testing.T) {
	t.Parallel()
	answer := review.Rejected
	s, product, shopper := setup(t, review.Config{Moderate: func(context.Context, review.Review) (review.Status, error) { return answer, nil }})
	r, err := s.Submit(shopper, review.Submission{ProductID: product, Rating: 3, Author: "A"})
	require.NoError(t, err)
	require.Equal(t, review.Rejected, r.Status)
	answer = "maybe"
	_, err = s.Update(shopper, r.ID, review.Update{Version: 1})
	require.True(t, core.IsKind(err, core.KindInternal), "a port that answers nonsense is a defect")
}

func TestVerifiedOnly(t *testing.T) {
	t.Parallel()
	bought := false
	s, product, shopper := setup(t, review.Config{VerifiedOnly: true,
		Purchased: func(context.Context, core.CustomerID, core.ProductID) (bool, error) { return bought, nil }})
	_, err := s.Submit(shopper, review.Submission{ProductID: product, Rating: 3, Author: "A"})
	require.Equal(t, "not_purchased", core.CodeOf(err))
	bought = true
	r, err := s.Submit(shopper, review.Submission{ProductID: product, Rating: 3, Author: "A"})
	require.NoError(t, err)
	require.True(t, r.Verified)
}
