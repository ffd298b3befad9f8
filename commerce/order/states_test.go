package order_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
)

func TestTransitions(t *testing.T) {
	t.Parallel()
	now := order.States{Status: order.Placed, Payment: order.Authorized, Fulfilment: order.Unfulfilled}
	require.NoError(t, now.Check(now), "staying is no step")
	next := now
	next.Payment, next.Fulfilment = order.Paid, order.Fulfilled
	require.NoError(t, now.Check(next))

	for _, bad := range []order.States{
		{Status: order.Pending, Payment: order.Authorized, Fulfilment: order.Unfulfilled},
		{Status: order.Placed, Payment: order.PaymentPending, Fulfilment: order.Unfulfilled},
		{Status: order.Placed, Payment: order.Authorized, Fulfilment: order.Returned},
	} {
		var illegal *order.TransitionError
		require.ErrorAs(t, now.Check(bad), &illegal)
		require.Equal(t, core.KindConflict, core.KindOf(illegal))
	}
	for _, final := range []order.Status{order.Pending, order.Placed, order.Completed} {
		require.Error(t, order.StatusMachine().Check(order.Cancelled, final), "cancelled is final")
	}
}

// connected holds that every state of a table can be reached and that no step
// is listed twice.
func connected[S ~string](t *testing.T, m core.Machine[S]) {
	t.Helper()
	reached := map[S]bool{}
	for _, s := range m.Start {
		reached[s] = true
	}
	seen := map[[2]S]bool{}
	for range m.Table {
		for _, step := range m.Table {
			reached[step.To] = reached[step.To] || reached[step.From]
		}
	}
	for _, step := range m.Table {
		require.False(t, seen[[2]S{step.From, step.To}], "%s: %v twice", m.Name, step)
		seen[[2]S{step.From, step.To}] = true
	}
	for _, s := range m.States() {
		require.True(t, reached[s], "%s: %s cannot be reached", m.Name, s)
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	connected(t, order.StatusMachine())
	connected(t, order.PaymentMachine())
	connected(t, order.FulfilmentMachine())
	connected(t, order.ShipmentMachine())
	connected(t, order.RefundMachine())
}

func TestDiagram(t *testing.T) {
	t.Parallel()
	d := order.Diagram()
	require.Equal(t, 5, strings.Count(d, "```mermaid\nstateDiagram-v2\n    [*] --> "))
	require.Contains(t, d, "    placed --> cancelled: cancel\n")
	require.Contains(t, d, "    cancelled --> [*]\n")
}

func TestDerivedPaymentState(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		authorized, captured, refunded int64
		want                           order.PaymentState
	}{
		{0, 0, 0, order.PaymentPending}, {1000, 0, 0, order.Authorized}, {0, 400, 0, order.PartiallyPaid}, {600, 400, 0, order.PartiallyPaid},
		{0, 1000, 0, order.Paid}, {0, 1200, 0, order.Paid}, {0, 1000, 1, order.PartiallyRefunded}, {0, 1000, 1000, order.Refunded},
		{0, 400, 400, order.Refunded},
	} {
		got := order.PaymentStateOf(eur(1000), order.Funds{Authorized: eur(c.authorized), Captured: eur(c.captured), Refunded: eur(c.refunded)})
		require.Equal(t, c.want, got, "%+v", c)
	}
	require.Equal(t, order.Paid, order.PaymentStateOf(eur(0), order.Funds{}), "what costs nothing is paid")
}

func TestDerivedFulfilmentState(t *testing.T) {
	t.Parallel()
	of := func(fulfilled, returned, cancelled int64, delivered bool) order.FulfilmentState {
		return order.FulfilmentStateOf([]order.Line{{Quantity: 2, Fulfilled: fulfilled, Returned: returned, Cancelled: cancelled}}, delivered)
	}
	require.Equal(t, order.Unfulfilled, of(0, 0, 0, false))
	require.Equal(t, order.PartiallyFulfilled, of(1, 0, 0, true))
	require.Equal(t, order.Fulfilled, of(1, 0, 1, false), "what is cancelled is not waited for")
	require.Equal(t, order.Delivered, of(2, 0, 0, true))
	require.Equal(t, order.PartiallyReturned, of(2, 1, 0, true))
	require.Equal(t, order.Returned, of(2, 2, 0, false))
	require.Equal(t, order.Unfulfilled, of(0, 0, 2, false))
}

func ExampleStates_Check() {
	now := order.States{Status: order.Cancelled, Payment: order.Voided, Fulfilment: order.Unfulfilled}
	next := now
	next.Status = order.Placed
	fmt.Println(now.Check(next))
	// Output: the order is cancelled and cannot become placed
}

func ExampleParseNumber() {
	n, err := order.ParseNumber("b7k2 9qxm 4t")
	fmt.Println(n, err)
	_, err = order.ParseNumber("b7k2 9qxm 42")
	fmt.Println(err)
	// Output:
	// B7K2-9QXM-4T <nil>
	// number: this is not an order number
}
