package simulator_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
)

// story is a shop that pays through a simulator and forgets answers.
type story struct {
	t     *rapid.T
	ctx   context.Context
	db    *storage.DB
	sim   *simulator.Simulator
	clock *clock
	clerk payment.Clerk
	svc   *payment.Service
	pay   payment.Payment
}

func (s *story) update(fn func(tx payment.Tx) error) {
	require.NoError(s.t, s.db.Update(s.ctx, func(tx storage.Tx) error { return fn(tx) }))
}

func (s *story) observe(o payment.Outcome) {
	s.update(func(tx payment.Tx) error {
		_, err := s.clerk.Observe(s.ctx, tx, s.pay.ID, o)
		return err
	})
}

// heard says whether an answer reaches the shop.
func (s *story) heard(err error) bool { return err == nil && rapid.Bool().Draw(s.t, "heard") }

func (s *story) authorize(token string) {
	o, err := s.sim.Authorize(s.ctx, payment.AuthorizeRequest{Key: s.pay.Key, Amount: s.pay.Amount, Capture: s.pay.Capture, Token: token})
	if s.heard(err) {
		s.observe(o)
	}
}

func (s *story) call(op payment.Operation) {
	s.update(func(tx payment.Tx) (err error) {
		s.pay, err = tx.Payments().Payment(s.ctx, s.pay.ID)
		return err
	})
	r, err := payment.Call(s.ctx, s.sim, s.pay, op)
	if s.heard(err) {
		s.update(func(tx payment.Tx) error {
			_, err := s.clerk.Settle(s.ctx, tx, op, r)
			return err
		})
	}
}

func (s *story) operate(kind payment.OperationKind, amount int64) {
	var op payment.Operation
	err := s.db.Update(s.ctx, func(tx storage.Tx) (err error) {
		op, err = s.clerk.Begin(s.ctx, tx, kind, s.pay.ID, money.New(amount, "EUR"), "", "")
		return err
	})
	if err == nil { // else too little is left
		s.call(op)
	}
}

func (s *story) webhooks(script simulator.Script) {
	_, err := s.sim.Deliver(s.ctx, script, func(ctx context.Context, h http.Header, body []byte) error {
		_, err := s.svc.Receive(ctx, s.sim.Name(), h, body)
		return err
	})
	require.NoError(s.t, err)
	_, err = s.svc.Process(s.ctx, 100, func(ctx context.Context, provider string, e payment.Event) error {
		return s.db.Update(ctx, func(tx storage.Tx) error {
			_, err := s.clerk.Take(ctx, tx, provider, e)
			return err
		})
	})
	require.NoError(s.t, err)
}

// reconcile asks about everything that is open, by the keys stored.
func (s *story) reconcile(token string) {
	if token == simulator.TimeoutBefore || token == simulator.Down {
		token = simulator.OK
	}
	_, err := s.sim.Lookup(s.ctx, payment.LookupRequest{Ref: s.pay.Ref, Key: s.pay.Key})
	if core.IsKind(err, core.KindNotFound) {
		// A lost answer is looked up below.
		_, _ = s.sim.Authorize(s.ctx, payment.AuthorizeRequest{Key: s.pay.Key, Amount: s.pay.Amount, Capture: s.pay.Capture, Token: token})
	}
	for range 3 { // the first call of a key may time out, and a pending answer takes its time
		var open []payment.Operation
		s.clock.now = s.clock.now.Add(2 * time.Minute)
		s.update(func(tx payment.Tx) (err error) {
			open, err = tx.Payments().OpenOperations(s.ctx, s.clock.now, 100)
			return err
		})
		for _, op := range open {
			if r, err := payment.Call(s.ctx, s.sim, s.pay, op); err == nil {
				s.update(func(tx payment.Tx) error {
					_, err := s.clerk.Settle(s.ctx, tx, op, r)
					return err
				})
			}
		}
	}
	o, err := s.sim.Lookup(s.ctx, payment.LookupRequest{Key: s.pay.Key})
	require.NoError(s.t, err)
	s.observe(o)
}

func TestEveryStoryEndsInAgreement(t *testing.T) {
	t.Parallel()
	db, err := memory.Open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	_, err = db.Migrate(t.Context())
	require.NoError(t, err)
	rapid.Check(t, func(rt *rapid.T) {
		c := &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
		s := &story{t: rt, ctx: core.WithActor(context.Background(), core.System("test")), db: db, clock: c, clerk: payment.Clerk{Clock: c.read}}
		s.sim = simulator.New(simulator.Config{Clock: c.read, Seed: rapid.Uint64().Draw(rt, "seed")})
		s.svc = payment.New(core.Narrow(db, func(tx storage.Tx) payment.Tx { return tx }), payment.Config{Clock: c.read, Providers: []payment.Provider{s.sim}})
		token := rapid.SampledFrom([]string{simulator.OK, simulator.InsufficientFunds, simulator.ThreeDSecure, simulator.ThreeDSecureFail,
			simulator.TimeoutBefore, simulator.TimeoutAfter, simulator.Pending, simulator.LateSuccess, simulator.LateFailure, simulator.Dispute,
			simulator.CaptureRefused, simulator.RefundRefused, simulator.RefundPending}).Draw(rt, "token")
		s.pay = s.clerk.New(payment.Params{Order: "ord_1", Provider: s.sim.Name(), Amount: money.New(1000, "EUR"), Capture: rapid.Bool().Draw(rt, "capture")})
		s.update(func(tx payment.Tx) error { return s.clerk.Insert(s.ctx, tx, &s.pay, nil) })

		amount := rapid.Int64Range(1, 1000)
		ref := func() string {
			o, err := s.sim.Lookup(s.ctx, payment.LookupRequest{Key: s.pay.Key})
			if err != nil {
				return ""
			}
			return o.Ref
		}
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			switch rapid.IntRange(0, 9).Draw(rt, "step") {
			case 0, 1:
				s.authorize(token)
			case 2:
				s.operate(payment.CaptureOp, amount.Draw(rt, "captured"))
			case 3:
				s.operate(payment.RefundOp, amount.Draw(rt, "refunded"))
			case 4:
				s.operate(payment.VoidOp, 1000)
			case 5:
				_ = s.sim.CompleteChallenge(ref(), rapid.Bool().Draw(rt, "pass"))
			case 6:
				_ = s.sim.Settle(ref(), rapid.Bool().Draw(rt, "ok"))
			case 7:
				_ = s.sim.RefundAtProvider(ref(), money.New(amount.Draw(rt, "given back"), "EUR"))
			case 8:
				c.now = c.now.Add(time.Minute)
				_ = s.sim.CloseDispute(ref(), rapid.Bool().Draw(rt, "won"))
			case 9:
				s.webhooks(simulator.Script{Copies: rapid.IntRange(1, 3).Draw(rt, "copies"), Shuffle: true, Drop: rapid.SampledFrom([]int{0, 2, 3}).Draw(rt, "drop")})
			}
		}
		s.reconcile(token)
		s.webhooks(simulator.Script{Copies: 2, Shuffle: true})

		want, err := s.sim.Lookup(s.ctx, payment.LookupRequest{Key: s.pay.Key})
		require.NoError(rt, err)
		var got payment.Payment
		s.update(func(tx payment.Tx) (err error) {
			got, err = tx.Payments().Payment(s.ctx, s.pay.ID)
			require.NoError(rt, err)
			wrong, err := tx.Payments().Unbalanced(s.ctx)
			require.NoError(rt, err)
			require.Empty(rt, wrong)
			open, err := tx.Payments().OpenOperations(s.ctx, c.now.Add(time.Hour), 100)
			require.Empty(rt, open, "nothing is left open")
			return err
		})
		require.Empty(rt, got.Quarantine)
		require.Equal(rt, want.Ref, got.Ref)
		require.Equal(rt, want.Status, got.Status)
		require.Equal(rt, want.Dispute, got.Dispute)
		for what, pair := range map[string][2]money.Money{"authorized": {want.Authorized, got.Authorized}, "captured": {want.Captured, got.Captured},
			"refunded": {want.Refunded, got.Refunded}, "disputed": {want.Disputed, got.Disputed}} {
			require.Equal(rt, pair[0].Amount, pair[1].Amount, what)
		}
	})
}
