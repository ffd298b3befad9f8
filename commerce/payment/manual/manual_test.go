package manual_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/manual"
	"github.com/bodega-commerce/bodega/commerce/payment/paymenttest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	paymenttest.Run(t, func(*testing.T) paymenttest.Harness {
		return paymenttest.Harness{Provider: manual.New(manual.Config{})}
	})
}

func TestAutoCapture(t *testing.T) {
	t.Parallel()
	p := manual.New(manual.Config{Name: "cash", AutoCapture: true, Currencies: []money.Currency{"EUR"}})
	o, err := p.Authorize(t.Context(), payment.AuthorizeRequest{Key: "k", Amount: money.New(500, "EUR")})
	require.NoError(t, err)
	require.Equal(t, payment.Captured, o.Status)
	require.Equal(t, "cash:k", o.Ref)
	require.True(t, p.Capabilities().Instant)
	_, err = p.Authorize(t.Context(), payment.AuthorizeRequest{Amount: money.New(500, "EUR")})
	require.Error(t, err, "a key is required")
}

func Example() {
	provider := manual.New(manual.Config{})
	o, err := provider.Authorize(context.Background(), payment.AuthorizeRequest{Key: "pay_1", Amount: money.New(5800, "EUR")})
	if err != nil {
		panic(err)
	}
	fmt.Println(o.Status, o.Authorized, o.Captured.IsZero())
	// Output: authorized 58.00 EUR true
}
