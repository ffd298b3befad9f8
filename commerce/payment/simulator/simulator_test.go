package simulator_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/paymenttest"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
)

type clock struct{ now time.Time }

func (c *clock) read() time.Time { return c.now }

func setup() (*simulator.Simulator, *clock) {
	c := &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	return simulator.New(simulator.Config{Clock: c.read}), c
}

func request(key, token string, capture bool) payment.AuthorizeRequest {
	return payment.AuthorizeRequest{Key: key, Amount: money.New(1000, "EUR"), Capture: capture, Token: token}
}

func TestContract(t *testing.T) {
	t.Parallel()
	paymenttest.Run(t, func(*testing.T) paymenttest.Harness {
		sim := simulator.New(simulator.Config{})
		return paymenttest.Harness{Provider: sim, OK: simulator.OK, Declined: simulator.InsufficientFunds, Webhook: func(t *testing.T) (http.Header, []byte) {
			_, err := sim.Authorize(t.Context(), request("webhook", simulator.OK, true))
			require.NoError(t, err)
			ms := sim.Messages()
			last := ms[len(ms)-1]
			return sim.Header(last), last.Body
		}}
	})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]payment.Status{
		"": payment.Authorized, "tok_visa": payment.Authorized, simulator.OK: payment.Authorized, simulator.InsufficientFunds: payment.Declined,
		simulator.LostCard: payment.Declined, simulator.Invalid: payment.Failed, simulator.ThreeDSecure: payment.RequiresAction,
		simulator.Pending: payment.Pending, simulator.LateSuccess: payment.Pending, simulator.WrongAmount: payment.Authorized,
	} {
		sim, _ := setup()
		o, err := sim.Authorize(t.Context(), request("k", token, false))
		require.NoError(t, err)
		require.Equal(t, want, o.Status, token)
	}
	sim, _ := setup()
	o, err := sim.Authorize(t.Context(), request("k", simulator.InsufficientFunds, false))
	require.NoError(t, err)
	require.Equal(t, "insufficient_funds", o.Code)
	require.True(t, o.Retryable)
}

func TestTimeouts(t *testing.T) {
	t.Parallel()
	sim, _ := setup()
	ctx := t.Context()
	_, err := sim.Authorize(ctx, request("before", simulator.TimeoutBefore, true))
	require.True(t, core.IsKind(err, core.KindUnavailable))
	_, err = sim.Lookup(ctx, payment.LookupRequest{Key: "before"})
	require.True(t, core.IsKind(err, core.KindNotFound), "nothing was done")
	o, err := sim.Authorize(ctx, request("before", simulator.TimeoutBefore, true))
	require.NoError(t, err)
	require.Equal(t, payment.Captured, o.Status)

	_, err = sim.Authorize(ctx, request("after", simulator.TimeoutAfter, true))
	require.True(t, core.IsKind(err, core.KindUnavailable))
	o, err = sim.Lookup(ctx, payment.LookupRequest{Key: "after"})
	require.NoError(t, err)
	require.Equal(t, payment.Captured, o.Status, "the answer was lost, not the deed")
	again, err := sim.Authorize(ctx, request("after", simulator.TimeoutAfter, true))
	require.NoError(t, err)
	require.Equal(t, o, again)

	refund := payment.OperationRequest{Key: "r", Ref: o.Ref, Amount: money.New(400, "EUR")}
	_, err = sim.Refund(ctx, refund)
	require.Error(t, err)
	r, err := sim.Refund(ctx, refund)
	require.NoError(t, err)
	require.Equal(t, int64(400), r.Outcome.Refunded.Amount, "once")
	_, err = sim.Authorize(ctx, request("down", simulator.Down, true))
	require.Error(t, err)
}

func TestChallenge(t *testing.T) {
	t.Parallel()
	sim, _ := setup()
	for token, pass := range map[string]bool{simulator.ThreeDSecure: true, simulator.ThreeDSecureFail: false} {
		o, err := sim.Authorize(t.Context(), request(token, token, true))
		require.NoError(t, err)
		require.NotEmpty(t, o.Action.RedirectURL)
		require.NoError(t, sim.CompleteChallenge(o.Ref, true))
		o, err = sim.Lookup(t.Context(), payment.LookupRequest{Ref: o.Ref})
		require.NoError(t, err)
		require.Equal(t, pass, o.Status == payment.Captured)
		require.Nil(t, o.Action)
		require.Error(t, sim.CompleteChallenge(o.Ref, true), "once")
	}
}

func TestLate(t *testing.T) {
	t.Parallel()
	sim, c := setup()
	o, err := sim.Authorize(t.Context(), request("late", simulator.LateSuccess, true))
	require.NoError(t, err)
	d, err := sim.Authorize(t.Context(), request("dispute", simulator.Dispute, true))
	require.NoError(t, err)
	c.now = c.now.Add(time.Minute)
	o, err = sim.Lookup(t.Context(), payment.LookupRequest{Ref: o.Ref})
	require.NoError(t, err)
	require.Equal(t, payment.Captured, o.Status)
	d, err = sim.Lookup(t.Context(), payment.LookupRequest{Ref: d.Ref})
	require.NoError(t, err)
	require.Equal(t, payment.DisputeOpen, d.Dispute)
	require.NoError(t, sim.CloseDispute(d.Ref, true))
}

func TestPendingRefund(t *testing.T) {
	t.Parallel()
	sim, c := setup()
	o, err := sim.Authorize(t.Context(), request("k", simulator.RefundPending, true))
	require.NoError(t, err)
	refund := payment.OperationRequest{Key: "r1", Ref: o.Ref, Amount: money.New(600, "EUR")}
	r, err := sim.Refund(t.Context(), refund)
	require.NoError(t, err)
	require.Equal(t, payment.OperationPending, r.State)
	other, err := sim.Refund(t.Context(), payment.OperationRequest{Key: "r2", Ref: o.Ref, Amount: money.New(600, "EUR")})
	require.NoError(t, err)
	require.Equal(t, payment.OperationRefused, other.State, "what is pending is spoken for")
	c.now = c.now.Add(time.Minute)
	r, err = sim.Refund(t.Context(), refund)
	require.NoError(t, err)
	require.Equal(t, payment.OperationSucceeded, r.State)
	require.Equal(t, int64(600), r.Outcome.Refunded.Amount)
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	run := func() (ids []string, p payment.Payment) {
		sim, _ := setup()
		_, err := sim.Authorize(t.Context(), request("k", simulator.OK, true))
		require.NoError(t, err)
		p = payment.Clerk{}.New(payment.Params{Amount: money.New(1000, "EUR")})
		down := true
		send := func(_ context.Context, h http.Header, body []byte) error {
			if down {
				down = false
				return errors.New("the shop is down")
			}
			events, err := sim.ParseWebhook(t.Context(), h, body)
			require.NoError(t, err)
			for _, e := range events {
				ids = append(ids, e.ID)
				p, _ = payment.Apply(p, e.Outcome)
			}
			return nil
		}
		_, err = sim.Deliver(t.Context(), simulator.Script{Copies: 2, Shuffle: true}, send)
		require.ErrorContains(t, err, "the shop is down")
		_, err = sim.Deliver(t.Context(), simulator.Script{}, send)
		require.NoError(t, err)
		require.Empty(t, sim.Messages())
		return ids, p
	}
	first, p := run()
	again, _ := run()
	require.Equal(t, first, again, "a run repeats exactly")
	require.Len(t, first, 6, "created, authorized, captured; the lost one came later")
	require.Equal(t, payment.StateCaptured, p.State)
}

func TestWebhooksOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	sim, c := setup()
	for reason, cfg := range map[payment.SignatureReason]simulator.Config{
		payment.SignatureMismatch: {Secrets: []string{"other"}},
		payment.SignatureMode:     {Live: true},
		payment.SignatureAccount:  {Account: "acct_other"},
	} {
		cfg.Clock = c.read
		other := simulator.New(cfg)
		_, err := other.Authorize(t.Context(), request("k", simulator.OK, false))
		require.NoError(t, err)
		m := other.Messages()[0]
		_, err = sim.ParseWebhook(t.Context(), other.Header(m), m.Body)
		var bad *payment.SignatureError
		require.ErrorAs(t, err, &bad)
		require.Equal(t, reason, bad.Reason)
	}
}
