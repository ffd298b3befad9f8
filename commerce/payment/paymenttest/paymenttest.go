// Package paymenttest has the tests every payment provider passes. Run them in
// the test of your own provider, against its test mode or a fake of it:
//
//	func TestContract(t *testing.T) {
//		paymenttest.Run(t, func(t *testing.T) paymenttest.Harness {
//			return paymenttest.Harness{Provider: acme.New(acme.Config{...}), Currency: "EUR", OK: "tok_visa", Declined: "tok_declined"}
//		})
//	}
package paymenttest

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
)

// Harness is a provider and what the tests need to make it do things.
type Harness struct {
	Provider payment.Provider
	// Currency to pay in. Default: EUR.
	Currency money.Currency
	// OK is a token that is accepted. Default: none.
	OK string
	// Declined is a token that is declined. Default: none; declines are not tested then.
	Declined string
	// Webhook returns a rightly signed message about an accepted payment.
	// Default: none; required of providers with webhooks.
	Webhook func(t *testing.T) (http.Header, []byte)
}

var keys atomic.Int64

// Run runs all tests; newHarness is called once for each.
func Run(t *testing.T, newHarness func(t *testing.T) Harness) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(*testing.T, *suite)
	}{
		{"name", testName},
		{"authorize", testAuthorize},
		{"same key, same answer", testIdempotency},
		{"one key at once", testConcurrency},
		{"capture at once", testCaptureAtOnce},
		{"capture in parts", testPartialCapture},
		{"void", testVoid},
		{"refund", testRefund},
		{"refund too much", testRefundTooMuch},
		{"decline", testDecline},
		{"lookup", testLookup},
		{"cancelled context", testCancelled},
		{"webhook", testWebhook},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHarness(t)
			if h.Currency == "" {
				h.Currency = "EUR"
			}
			test.run(t, &suite{h, h.Provider.Capabilities()})
		})
	}
}

type suite struct {
	Harness
	can payment.Capabilities
}

func (s *suite) money(amount int64) money.Money { return money.New(amount, s.Currency) }

func key() string { return fmt.Sprintf("paymenttest-%d", keys.Add(1)) }

func (s *suite) request(token string, capture bool) payment.AuthorizeRequest {
	k := key()
	return payment.AuthorizeRequest{Key: k, Payment: core.PaymentID(k), Order: "ord_test", Reference: "TEST", Amount: s.money(1000), Capture: capture,
		Token: token, Email: "buyer@example.com", ReturnURL: "https://shop.example/return"}
}

// book keeps what the shop would know, and continues it for stateless providers.
type book struct {
	s   *suite
	key string
	payment.Payment
}

func (s *suite) pay(t *testing.T, capture bool) *book {
	t.Helper()
	r := s.request(s.OK, capture)
	o, err := s.Provider.Authorize(t.Context(), r)
	require.NoError(t, err)
	b := &book{s: s, key: r.Key, Payment: payment.Clerk{}.New(payment.Params{Order: r.Order, Provider: s.Provider.Name(), Amount: r.Amount})}
	b.take(t, o)
	return b
}

func (b *book) take(t *testing.T, o payment.Outcome) {
	t.Helper()
	b.Payment, _ = payment.Apply(b.Payment, o)
	require.Empty(t, b.Quarantine)
}

type act func(context.Context, payment.OperationRequest) (payment.Result, error)

func (b *book) do(t *testing.T, call act, key string, amount int64) payment.Result {
	t.Helper()
	r, err := call(t.Context(), payment.OperationRequest{Key: key, Ref: b.Ref, PaymentKey: b.key, Amount: b.s.money(amount)})
	require.NoError(t, err)
	if b.s.can.Stateless {
		require.Equal(t, payment.Unknown, r.Outcome.Status, "a stateless provider tells no outcome")
	} else {
		b.take(t, r.Outcome)
	}
	return r
}

func testName(t *testing.T, s *suite) {
	require.Regexp(t, `^[a-z][a-z0-9_-]{0,39}$`, s.Provider.Name())
	require.Equal(t, s.Provider.Name(), s.Provider.Name())
}

func testAuthorize(t *testing.T, s *suite) {
	p := s.pay(t, false)
	require.Equal(t, payment.StateAuthorized, p.State)
	require.Equal(t, s.money(1000), p.Authorized)
	require.True(t, p.Captured.IsZero())
	require.NotEmpty(t, p.Ref)
	require.NotEqual(t, p.Ref, s.pay(t, false).Ref, "references are unique")
}

func testIdempotency(t *testing.T, s *suite) {
	r := s.request(s.OK, true)
	first, err := s.Provider.Authorize(t.Context(), r)
	require.NoError(t, err)
	again, err := s.Provider.Authorize(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, first.Ref, again.Ref)
	require.Equal(t, first.Captured, again.Captured)

	p := s.pay(t, true)
	k := key()
	a, b := p.do(t, s.Provider.Refund, k, 400), p.do(t, s.Provider.Refund, k, 400)
	require.Equal(t, a.State, b.State)
	require.Equal(t, a.Ref, b.Ref)
	if !s.can.Stateless {
		require.LessOrEqual(t, p.Refunded.Amount, int64(400), "one key refunds once")
	}
}

func testConcurrency(t *testing.T, s *suite) {
	r := s.request(s.OK, false)
	refs := make([]string, 8)
	var wg sync.WaitGroup
	for i := range refs {
		wg.Go(func() {
			if o, err := s.Provider.Authorize(t.Context(), r); err == nil {
				refs[i] = o.Ref
			}
		})
	}
	wg.Wait()
	for _, ref := range refs {
		require.Equal(t, refs[0], ref)
	}
}

func testCaptureAtOnce(t *testing.T, s *suite) {
	p := s.pay(t, true)
	require.Equal(t, payment.StateCaptured, p.State)
	require.Equal(t, s.money(1000), p.Captured)
}

func testPartialCapture(t *testing.T, s *suite) {
	p := s.pay(t, false)
	if !s.can.PartialCapture {
		require.Equal(t, payment.OperationSucceeded, p.do(t, s.Provider.Capture, key(), 1000).State)
		return
	}
	require.Equal(t, payment.OperationSucceeded, p.do(t, s.Provider.Capture, key(), 300).State)
	require.Equal(t, payment.OperationSucceeded, p.do(t, s.Provider.Capture, key(), 700).State)
	if s.can.Stateless {
		return
	}
	require.Equal(t, s.money(1000), p.Captured)
	require.Equal(t, payment.OperationRefused, p.do(t, s.Provider.Capture, key(), 1).State, "nothing is left")
}

func testVoid(t *testing.T, s *suite) {
	p := s.pay(t, false)
	require.Equal(t, payment.OperationSucceeded, p.do(t, s.Provider.Void, key(), 1000).State)
	if s.can.Stateless {
		return
	}
	require.Equal(t, payment.StateVoided, p.State)
	require.Equal(t, payment.OperationRefused, p.do(t, s.Provider.Capture, key(), 1000).State, "a void is the end")
}

func testRefund(t *testing.T, s *suite) {
	p := s.pay(t, true)
	if s.can.PartialRefund {
		require.NotEqual(t, payment.OperationRefused, p.do(t, s.Provider.Refund, key(), 250).State)
		require.NotEqual(t, payment.OperationRefused, p.do(t, s.Provider.Refund, key(), 750).State)
	} else {
		require.NotEqual(t, payment.OperationRefused, p.do(t, s.Provider.Refund, key(), 1000).State)
	}
}

func testRefundTooMuch(t *testing.T, s *suite) {
	if s.can.Stateless {
		t.Skip("a stateless provider does not know: the shop's store guards this")
	}
	p := s.pay(t, true)
	require.NotEqual(t, payment.OperationRefused, p.do(t, s.Provider.Refund, key(), 1000).State)
	require.Equal(t, payment.OperationRefused, p.do(t, s.Provider.Refund, key(), 1).State)
	require.LessOrEqual(t, p.Refunded.Amount, int64(1000))
}

func testDecline(t *testing.T, s *suite) {
	if s.Declined == "" {
		t.Skip("the harness names no token that is declined")
	}
	r := s.request(s.Declined, false)
	o, err := s.Provider.Authorize(t.Context(), r)
	require.NoError(t, err, "a decline is an answer")
	require.Equal(t, payment.Declined, o.Status)
	require.NotEmpty(t, o.Code)
	require.True(t, o.Authorized.IsZero())
}

func testLookup(t *testing.T, s *suite) {
	_, err := s.Provider.Lookup(t.Context(), payment.LookupRequest{Key: key()})
	require.True(t, core.IsKind(err, core.KindNotFound), "what was never asked for is not found: %v", err)
	if s.can.Stateless {
		return
	}
	p := s.pay(t, true)
	for _, r := range []payment.LookupRequest{{Ref: p.Ref}, {Key: p.key}} {
		o, err := s.Provider.Lookup(t.Context(), r)
		require.NoError(t, err)
		require.Equal(t, p.Ref, o.Ref)
		require.Equal(t, s.money(1000), o.Captured)
	}
}

func testCancelled(t *testing.T, s *suite) {
	if s.can.Instant {
		t.Skip("an instant provider does not wait")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Provider.Authorize(ctx, s.request(s.OK, false))
	require.Error(t, err)
}

func testWebhook(t *testing.T, s *suite) {
	var bad *payment.SignatureError
	_, err := s.Provider.ParseWebhook(t.Context(), http.Header{}, []byte(`{}`))
	require.ErrorAs(t, err, &bad, "what is not signed is refused")
	if !s.can.Webhooks {
		return
	}
	require.NotNil(t, s.Webhook, "a provider with webhooks needs Harness.Webhook")
	header, body := s.Webhook(t)
	events, err := s.Provider.ParseWebhook(t.Context(), header, body)
	require.NoError(t, err)
	require.NotEmpty(t, events)
	for _, e := range events {
		require.NotEmpty(t, e.ID)
		require.False(t, e.At.IsZero())
		require.True(t, e.Ref != "" || e.Key != "", "an event names its payment")
	}
	for i := range body {
		if i%max(1, len(body)/16) == 0 {
			tampered := append([]byte{}, body...)
			tampered[i] ^= 1
			_, err := s.Provider.ParseWebhook(t.Context(), header, tampered)
			require.ErrorAs(t, err, &bad, "a changed byte is refused")
		}
	}
}
