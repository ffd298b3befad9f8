package storagetest

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/storage"
)

// payments is what the tests of payments share.
type payments struct {
	*orders
	pay payment.Clerk
}

func newPayments(t *testing.T, db *storage.DB) *payments {
	return &payments{newOrders(t, db), payment.Clerk{Clock: func() time.Time { return orderTime }}}
}

func euro(v int64) money.Money { return money.New(v, "EUR") }

// sold is an order over 10.00, 1.60 of it tax, with a payment as it was told.
func (s *payments) sold(order core.OrderID, told ...payment.Outcome) payment.Payment {
	s.t.Helper()
	p := s.pay.New(payment.Params{Order: order, Provider: "sim", Amount: euro(1000), Quote: "q1", Method: "card"})
	require.NoError(s.t, s.update(func(ctx context.Context, tx storage.Tx) error {
		sale, _ := s.pay.Sale(order, euro(1000), euro(160), "system", orderTime)
		return s.pay.Insert(ctx, tx, &p, told, sale)
	}))
	return p
}

func (s *payments) payment(id core.PaymentID) (p payment.Payment) {
	s.t.Helper()
	s.view(func(ctx context.Context, tx storage.Tx) (err error) {
		p, err = tx.Payments().Payment(ctx, id)
		return err
	})
	return p
}

func (s *payments) balances(order core.OrderID) map[payment.Account]int64 {
	s.t.Helper()
	out := map[payment.Account]int64{}
	s.view(func(ctx context.Context, tx storage.Tx) error {
		bs, err := tx.Payments().Balances(ctx, order)
		for _, b := range bs {
			if !b.Amount.IsZero() {
				out[b.Account] = b.Amount.Amount
			}
		}
		wrong, uerr := tx.Payments().Unbalanced(ctx)
		require.NoError(s.t, uerr)
		require.Empty(s.t, wrong)
		return err
	})
	return out
}

func (s *payments) begin(kind payment.OperationKind, id core.PaymentID, amount int64) (op payment.Operation, err error) {
	err = s.update(func(ctx context.Context, tx storage.Tx) error {
		op, err = s.pay.Begin(ctx, tx, kind, id, euro(amount), "", "")
		return err
	})
	return op, err
}

func (s *payments) settle(op payment.Operation, r payment.Result) (c payment.Change) {
	s.t.Helper()
	require.NoError(s.t, s.update(func(ctx context.Context, tx storage.Tx) (err error) {
		c, err = s.pay.Settle(ctx, tx, op, r)
		return err
	}))
	return c
}

func captured(ref string) payment.Outcome {
	return payment.Outcome{Ref: ref, Status: payment.Captured, Amount: euro(1000), Authorized: euro(1000), Captured: euro(1000)}
}

func authorized(ref string) payment.Outcome {
	return payment.Outcome{Ref: ref, Status: payment.Authorized, Amount: euro(1000), Authorized: euro(1000)}
}

// Payment tests the payment store, the ledger and their rules.
func Payment(t *testing.T, open func(t *testing.T) *storage.DB) {
	t.Run("round trip", func(t *testing.T) {
		s := newPayments(t, open(t))
		waiting := payment.Outcome{Ref: "r1", Status: payment.RequiresAction, Action: &payment.Action{Type: "redirect", RedirectURL: "https://bank.example"}}
		p := s.sold("ord_1", waiting)
		require.Equal(t, p, s.payment(p.ID))
		require.Equal(t, payment.StateRequiresAction, p.State)
		require.Equal(t, map[payment.Account]int64{payment.Receivable: 1000, payment.Revenue: -840, payment.Tax: -160}, s.balances("ord_1"))
		s.view(func(ctx context.Context, tx storage.Tx) error {
			for _, by := range [][2]string{{"r1", ""}, {"", p.Key}, {"unknown", p.Key}} {
				got, err := tx.Payments().Find(ctx, "sim", by[0], by[1])
				require.NoError(t, err)
				require.Equal(t, p.ID, got.ID)
			}
			_, err := tx.Payments().Find(ctx, "other", "r1", p.Key)
			require.True(t, core.IsKind(err, core.KindNotFound))
			_, err = tx.Payments().Find(ctx, "sim", "", "")
			require.True(t, core.IsKind(err, core.KindNotFound))
			old, err := tx.Payments().Unsettled(ctx, orderTime.Add(time.Second), 10)
			require.Len(t, old, 1)
			return err
		})
	})

	t.Run("the same story twice", func(t *testing.T) {
		s := newPayments(t, open(t))
		p := s.sold("ord_1")
		observe := func(o payment.Outcome) (c payment.Change) {
			require.NoError(t, s.update(func(ctx context.Context, tx storage.Tx) (err error) {
				c, err = s.pay.Observe(ctx, tx, p.ID, o)
				return err
			}))
			return c
		}
		require.True(t, observe(captured("r1")).Changed())
		require.False(t, observe(captured("r1")).Changed())
		require.False(t, observe(authorized("r1")).Changed(), "what comes late changes nothing")
		require.Equal(t, map[payment.Account]int64{payment.Clearing: 1000, payment.Revenue: -840, payment.Tax: -160}, s.balances("ord_1"))
		s.view(func(ctx context.Context, tx storage.Tx) error {
			ps, err := tx.Payments().Postings(ctx, "ord_1")
			require.Len(t, ps, 2)
			for _, posting := range ps {
				require.NoError(t, posting.Check())
			}
			return err
		})
		err := s.update(func(ctx context.Context, tx storage.Tx) error {
			stale := s.pay.New(payment.Params{})
			stale.ID = p.ID
			return tx.Payments().Save(ctx, stale, 1)
		})
		require.True(t, core.IsKind(err, core.KindStale))
	})

	t.Run("unique", func(t *testing.T) {
		s := newPayments(t, open(t))
		s.sold("ord_1", authorized("r1"))
		other := s.pay.New(payment.Params{Order: "ord_2", Provider: "sim", Amount: euro(1000)})
		other.Ref = "r1"
		err := s.update(func(ctx context.Context, tx storage.Tx) error { return tx.Payments().Insert(ctx, other) })
		require.True(t, core.IsKind(err, core.KindExists), "a reference belongs to one payment: %v", err)
		other.Ref = ""
		require.NoError(t, s.update(func(ctx context.Context, tx storage.Tx) error { return tx.Payments().Insert(ctx, other) }))
		err = s.update(func(ctx context.Context, tx storage.Tx) error {
			_, err := s.pay.Observe(ctx, tx, other.ID, authorized("r1"))
			return err
		})
		require.True(t, core.IsKind(err, core.KindExists))
		other.ID = "pay_other"
		err = s.update(func(ctx context.Context, tx storage.Tx) error { return tx.Payments().Insert(ctx, other) })
		require.True(t, core.IsKind(err, core.KindExists), "a key belongs to one payment: %v", err)
	})

	t.Run("the ledger sums to zero", func(t *testing.T) {
		s := newPayments(t, open(t))
		err := s.update(func(ctx context.Context, tx storage.Tx) error {
			return tx.Payments().Post(ctx, payment.Posting{ID: "ent_1", Entries: []payment.Entry{{Account: payment.Revenue, Amount: euro(1)}, {Account: payment.Tax, Amount: euro(1)}}})
		})
		var bad *payment.UnbalancedError
		require.ErrorAs(t, err, &bad)
		require.Empty(t, s.balances(""))
	})

	t.Run("revenue by day", func(t *testing.T) {
		s := newPayments(t, open(t))
		s.sold("ord_1")
		require.NoError(t, s.update(func(ctx context.Context, tx storage.Tx) error {
			credit, _ := s.pay.Credit("ord_1", "ref_1", euro(500), euro(80), "system", orderTime.Add(24*time.Hour))
			usd, _ := s.pay.Sale("ord_2", money.New(700, "USD"), money.New(0, "USD"), "system", orderTime.Add(11*time.Hour))
			return tx.Payments().Post(ctx, credit, usd)
		}))
		s.view(func(ctx context.Context, tx storage.Tx) error {
			days, err := tx.Payments().Revenue(ctx, time.Time{}, time.Time{})
			first := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
			usd := func(v int64) money.Money { return money.New(v, "USD") }
			require.Equal(t, []payment.DayRevenue{
				{Day: first, Sales: euro(840), Refunds: euro(0), Tax: euro(160), Orders: 1, Currency: "EUR"},
				{Day: first, Sales: usd(700), Refunds: usd(0), Tax: usd(0), Orders: 1, Currency: "USD"},
				{Day: first.AddDate(0, 0, 1), Sales: euro(0), Refunds: euro(420), Tax: euro(-80), Currency: "EUR"},
			}, days)
			require.NoError(t, err)
			days, err = tx.Payments().Revenue(ctx, first.AddDate(0, 0, 1), time.Time{})
			require.Len(t, days, 1)
			return err
		})
	})

	t.Run("operations", func(t *testing.T) { paymentOperations(t, open) })
	t.Run("races", func(t *testing.T) { paymentRaces(t, open) })
	t.Run("webhooks", func(t *testing.T) { paymentWebhooks(t, open) })
}

func paymentOperations(t *testing.T, open func(t *testing.T) *storage.DB) {
	s := newPayments(t, open(t))
	p := s.sold("ord_1", authorized("r1"))
	var left *payment.ClaimError
	_, err := s.begin(payment.RefundOp, p.ID, 1)
	require.ErrorAs(t, err, &left, "nothing is captured")
	_, err = s.begin(payment.CaptureOp, p.ID, 1001)
	require.ErrorAs(t, err, &left)
	require.Equal(t, euro(1000), left.Left)
	_, err = s.begin(payment.CaptureOp, p.ID, 0)
	require.True(t, core.IsKind(err, core.KindInvalid))
	_, err = s.begin(payment.CaptureOp, "pay_none", 1)
	require.True(t, core.IsKind(err, core.KindNotFound))

	op, err := s.begin(payment.CaptureOp, p.ID, 600)
	require.NoError(t, err)
	_, err = s.begin(payment.CaptureOp, p.ID, 500)
	require.ErrorAs(t, err, &left, "what runs is set aside")
	_, err = s.begin(payment.VoidOp, p.ID, 1000)
	require.ErrorAs(t, err, &left, "what is being captured is not voided")
	c := s.settle(op, payment.Result{State: payment.OperationRefused, Code: "no", Outcome: authorized("r1")})
	require.Equal(t, payment.StateAuthorized, c.After.State)

	// Free again; a provider without books is continued from ours, once.
	op, err = s.begin(payment.CaptureOp, p.ID, 1000)
	require.NoError(t, err)
	done := payment.Result{State: payment.OperationSucceeded, Ref: "m:1"}
	require.Equal(t, payment.StateCaptured, s.settle(op, done).After.State)
	require.False(t, s.settle(op, done).Changed())

	op, err = s.begin(payment.RefundOp, p.ID, 400)
	require.NoError(t, err)
	s.view(func(ctx context.Context, tx storage.Tx) error {
		open, err := tx.Payments().OpenOperations(ctx, orderTime.Add(time.Second), 10)
		require.Len(t, open, 1)
		require.Equal(t, op, open[0])
		return err
	})
	s.settle(op, payment.Result{State: payment.OperationPending, Outcome: captured("r1")})
	_, err = s.begin(payment.RefundOp, p.ID, 601)
	require.ErrorAs(t, err, &left)
	refunded := captured("r1")
	refunded.Refunded = euro(400)
	require.NoError(t, s.update(func(ctx context.Context, tx storage.Tx) error {
		_, err := s.pay.Take(ctx, tx, "sim", payment.Event{ID: "e1", Ref: "r1", Outcome: refunded, OperationKey: op.Key, Operation: payment.OperationSucceeded})
		return err
	}))
	s.view(func(ctx context.Context, tx storage.Tx) error {
		got, err := tx.Payments().Operation(ctx, op.Key)
		require.Equal(t, payment.OperationSucceeded, got.State)
		all, err2 := tx.Payments().Operations(ctx, p.ID)
		require.Len(t, all, 3)
		return errors.Join(err, err2)
	})
	require.Equal(t, euro(600), s.payment(p.ID).Refundable())
	require.Equal(t, map[payment.Account]int64{payment.Receivable: 400, payment.Clearing: 600, payment.Revenue: -840, payment.Tax: -160}, s.balances("ord_1"))
	s.view(func(ctx context.Context, tx storage.Tx) error {
		page, err := tx.Payments().List(ctx, payment.Filter{Provider: "sim", States: []payment.State{payment.StatePartiallyRefunded}, From: orderTime}, core.PageQuery{})
		require.Len(t, page.Items, 1)
		of, err2 := tx.Payments().OfOrder(ctx, "ord_1")
		require.Equal(t, page.Items, of)
		return errors.Join(err, err2)
	})
}

func paymentRaces(t *testing.T, open func(t *testing.T) *storage.DB) {
	s := newPayments(t, open(t))
	p := s.sold("ord_1", captured("r1"))
	race := func(n int, do func() error) (won int) {
		var wg sync.WaitGroup
		errs := make([]error, n)
		for i := range errs {
			wg.Go(func() { errs[i] = do() })
		}
		wg.Wait()
		for _, err := range errs {
			var left *payment.ClaimError
			if err == nil {
				won++
			} else if !errors.As(err, &left) {
				t.Errorf("unexpected: %v", err)
			}
		}
		return won
	}
	require.Equal(t, 1, race(8, func() error { _, err := s.begin(payment.RefundOp, p.ID, 1000); return err }), "of many full refunds one begins")
	q := s.sold("ord_2", authorized("r2"))
	require.Equal(t, 3, race(8, func() error { _, err := s.begin(payment.CaptureOp, q.ID, 300); return err }))

	// Answer, webhook and lookup tell of one capture at once: it is booked once.
	v := s.sold("ord_3", authorized("r3"))
	race(8, func() error {
		return s.update(func(ctx context.Context, tx storage.Tx) error {
			_, err := s.pay.Observe(ctx, tx, v.ID, captured("r3"))
			return err
		})
	})
	require.Equal(t, int64(1000), s.balances("ord_3")[payment.Clearing])
}

// postman is a provider whose messages are trusted.
type postman struct {
	payment.Provider
	events []payment.Event
}

func (postman) Name() string { return "sim" }

func (p postman) ParseWebhook(_ context.Context, h http.Header, _ []byte) ([]payment.Event, error) {
	if h.Get("Sig") != "ok" {
		return nil, &payment.SignatureError{Provider: "sim", Reason: payment.SignatureMismatch}
	}
	return p.events, nil
}

func paymentWebhooks(t *testing.T, open func(t *testing.T) *storage.DB) {
	s := newPayments(t, open(t))
	now := orderTime
	svc := payment.New(core.Narrow(s.db, func(tx storage.Tx) payment.Tx { return tx }), payment.Config{Clock: func() time.Time { return now }, MaxAttempts: 3,
		Providers: []payment.Provider{postman{events: []payment.Event{{ID: "e1", Ref: "r1", At: orderTime, Outcome: captured("r1")}, {ID: "e2", Ref: "r1", At: orderTime}}}}})
	ctx := t.Context()
	signed := http.Header{"Sig": {"ok"}}
	_, err := svc.Receive(ctx, "sim", http.Header{}, nil)
	var bad *payment.SignatureError
	require.ErrorAs(t, err, &bad)
	_, err = svc.Receive(ctx, "nobody", signed, nil)
	require.True(t, core.IsKind(err, core.KindNotFound))
	_, err = svc.Receive(ctx, "sim", signed, make([]byte, 2<<20))
	require.True(t, core.IsKind(err, core.KindTooLarge))

	var fresh int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range 6 { // the same message again and again, at once
		wg.Go(func() {
			n, err := svc.Receive(ctx, "sim", signed, nil)
			mu.Lock()
			defer mu.Unlock()
			fresh += n
			if err != nil {
				t.Errorf("unexpected: %v", err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 2, fresh, "each event is stored once")

	seen := map[string]int{}
	handle := func(_ context.Context, provider string, e payment.Event) error {
		seen[provider+"/"+e.ID]++
		if e.ID == "e2" {
			return errors.New("not yet")
		}
		require.Equal(t, captured("r1"), e.Outcome)
		return nil
	}
	done, err := svc.Process(ctx, 10, handle)
	require.NoError(t, err)
	require.Equal(t, 1, done)
	done, err = svc.Process(ctx, 10, handle)
	require.NoError(t, err)
	require.Zero(t, done, "it is not due yet")
	for range 3 {
		now = now.Add(time.Hour)
		_, err = svc.Process(ctx, 10, handle)
		require.NoError(t, err)
	}
	require.Equal(t, map[string]int{"sim/e1": 1, "sim/e2": 3}, seen)

	_, err = svc.Webhooks(ctx, "", core.PageQuery{})
	require.True(t, core.IsKind(err, core.KindUnauthenticated))
	staff := core.WithActor(ctx, core.Actor{Kind: core.ActorStaff, ID: "s", Permissions: []core.Permission{core.PermPaymentsRead}})
	dead, err := svc.Webhooks(staff, payment.WebhookDead, core.PageQuery{})
	require.NoError(t, err)
	require.Len(t, dead.Items, 1)
	require.Equal(t, "not yet", dead.Items[0].Error)
	all, err := svc.Webhooks(staff, "", core.PageQuery{Limit: 1})
	require.NoError(t, err)
	require.NotEmpty(t, all.Next)
}
