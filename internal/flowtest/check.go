package flowtest

import (
	"context"
	"net/http"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/bodega-commerce/bodega/storage"
)

// Order reads an order.
func (s *Shop) Order(t TB, id core.OrderID) (o order.Order) {
	t.Helper()
	s.View(t, func(ctx context.Context, tx storage.Tx) (err error) {
		o, err = tx.Orders().Order(ctx, id)
		return err
	})
	return o
}

// Payment reads the newest payment of an order.
func (s *Shop) Payment(t TB, id core.OrderID) payment.Payment {
	t.Helper()
	var ps []payment.Payment
	s.View(t, func(ctx context.Context, tx storage.Tx) (err error) {
		ps, err = tx.Payments().OfOrder(ctx, id)
		return err
	})
	require.NotEmpty(t, ps)
	return ps[len(ps)-1]
}

// Refunds reads the refunds of an order, oldest first.
func (s *Shop) Refunds(t TB, id core.OrderID) (rs []order.Refund) {
	t.Helper()
	s.View(t, func(ctx context.Context, tx storage.Tx) (err error) {
		rs, err = tx.Orders().Refunds(ctx, id)
		return err
	})
	return rs
}

// Types are the types of an order's timeline, oldest first.
func (s *Shop) Types(t TB, id core.OrderID) (types []string) {
	t.Helper()
	s.View(t, func(ctx context.Context, tx storage.Tx) error {
		page, err := tx.Orders().Timeline(ctx, id, false, core.PageQuery{Limit: core.MaxPageSize})
		for _, e := range page.Items {
			types = append(types, e.Type)
		}
		return err
	})
	return types
}

// Events counts the events of a type about an order.
func (s *Shop) Events(t TB, id core.OrderID, typ string) (n int) {
	t.Helper()
	s.Update(t, func(ctx context.Context, tx storage.Tx) error {
		if _, err := tx.Outbox().Sequence(ctx, 10_000); err != nil {
			return err
		}
		page, err := tx.Outbox().Events(ctx, outbox.Filter{Types: []string{typ}, Aggregate: string(id)}, core.PageQuery{Limit: core.MaxPageSize})
		n = len(page.Items)
		return err
	})
	return n
}

// Balance is the sum of an account of the ledger for an order.
func (s *Shop) Balance(t TB, id core.OrderID, account payment.Account) (sum int64) {
	t.Helper()
	s.View(t, func(ctx context.Context, tx storage.Tx) error {
		bs, err := tx.Payments().Balances(ctx, id)
		for _, b := range bs {
			if b.Account == account {
				sum += b.Amount.Amount
			}
		}
		return err
	})
	return sum
}

// Sound checks that orders, payments, ledger and stock agree with themselves
// and each other.
func (s *Shop) Sound(t TB) {
	t.Helper()
	s.View(t, func(ctx context.Context, tx storage.Tx) error {
		orders, err := tx.Orders().Unbalanced(ctx)
		require.NoError(t, err)
		require.Empty(t, orders)
		books, err := tx.Discrepancies(ctx)
		require.NoError(t, err)
		require.Empty(t, books)
		payments, err := tx.Payments().Unbalanced(ctx)
		require.NoError(t, err)
		require.Empty(t, payments)
		levels, err := tx.Stock().Unbalanced(ctx)
		require.NoError(t, err)
		require.Empty(t, levels)
		balances, err := tx.Payments().Balances(ctx, "")
		require.NoError(t, err)
		var sum int64
		for _, b := range balances {
			sum += b.Amount.Amount
		}
		require.Zero(t, sum, "the ledger sums to zero")
		return nil
	})
}

// Deliver sends the simulator's webhooks and has them processed.
func (s *Shop) Deliver(t TB, script simulator.Script) {
	t.Helper()
	_, err := s.Sim.Deliver(context.Background(), script, func(ctx context.Context, h http.Header, body []byte) error {
		_, err := s.Payments.Receive(ctx, s.Sim.Name(), h, body)
		return err
	})
	require.NoError(t, err)
	_, err = s.Settle.Webhooks(context.Background())
	require.NoError(t, err)
}
