package payment_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
)

func eur(amount int64) money.Money { return money.New(amount, "EUR") }

func fresh() payment.Payment {
	return payment.Clerk{}.New(payment.Params{Order: "ord_1", Provider: "p", Amount: eur(1000)})
}

// history is what a provider's books go through; each entry is the whole
// outcome at its moment.
func history(t *rapid.T) []payment.Outcome {
	o := payment.Outcome{Ref: "r1", Amount: eur(1000)}
	var out []payment.Outcome
	tell := func(change func()) {
		if rapid.Bool().Draw(t, "happens") {
			change()
			out = append(out, o)
		}
	}
	out = append(out, o) // created
	tell(func() { o.Status = payment.RequiresAction; o.Action = &payment.Action{Type: "redirect"} })
	tell(func() { o.Status, o.Action = payment.Pending, nil })
	tell(func() { o.Status, o.Code, o.Message = payment.Declined, "insufficient_funds", "no" })
	tell(func() { o.Status, o.Code, o.Message = payment.Failed, "expired", "late" })
	o.Code, o.Message, o.Action = "", "", nil
	o.Authorized = eur(1000)
	if rapid.Bool().Draw(t, "accepted") {
		o.Status = payment.Authorized
		out = append(out, o)
		tell(func() { o.Status, o.Captured = payment.Captured, eur(rapid.Int64Range(1, 1000).Draw(t, "captured")) })
		if o.Status == payment.Captured {
			tell(func() { o.Captured = eur(1000) })
			tell(func() { o.Refunded = eur(rapid.Int64Range(1, o.Captured.Amount).Draw(t, "refunded")) })
			tell(func() { o.Dispute, o.Disputed = payment.DisputeOpen, eur(o.Captured.Amount-o.Refunded.Amount) })
			if o.Dispute == payment.DisputeOpen {
				tell(func() {
					o.Dispute = rapid.SampledFrom([]payment.DisputeState{payment.DisputeWon, payment.DisputeLost}).Draw(t, "dispute")
				})
			}
		} else {
			tell(func() { o.Status = payment.Voided })
		}
	}
	return out
}

func play(t require.TestingT, outcomes []payment.Outcome) (payment.Payment, map[payment.Account]int64) {
	p := fresh()
	p.ID = "pay_1"
	balance := map[payment.Account]int64{}
	for _, o := range outcomes {
		after, ps := payment.Apply(p, o)
		require.NoError(t, payment.Machine().Check(p.State, after.State))
		require.Empty(t, p.Quarantine)
		for _, posting := range ps {
			require.NoError(t, posting.Check())
			for _, e := range posting.Entries {
				balance[e.Account] += e.Amount.Amount
			}
		}
		p = after
	}
	for account, sum := range balance {
		if sum == 0 {
			delete(balance, account)
		}
	}
	return p, balance
}

func TestEveryOrderAndDuplicationEndsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		outcomes := history(t)
		want, balance := play(t, outcomes)

		told := append([]payment.Outcome{}, outcomes...)
		for range rapid.IntRange(0, 4).Draw(t, "duplicates") {
			told = append(told, rapid.SampledFrom(outcomes).Draw(t, "again"))
		}
		// Of several answers the last one tells all before it: others may be lost.
		if rapid.Bool().Draw(t, "lost") && len(outcomes) > 1 {
			at := rapid.IntRange(0, len(outcomes)-2).Draw(t, "which")
			told = append(told[:at:at], told[at+1:]...)
		}
		got, sums := play(t, rapid.Permutation(told).Draw(t, "order"))
		got.CreatedAt, got.UpdatedAt = want.CreatedAt, want.UpdatedAt
		got.Key = want.Key
		require.Equal(t, want, got)
		require.Equal(t, balance, sums)
		var total int64
		for _, sum := range sums {
			total += sum
		}
		require.Zero(t, total, "the ledger sums to zero")
		require.Equal(t, got.Refunded.Amount-got.Captured.Amount, sums[payment.Receivable])
	})
}

func TestApplyingTwiceDoesNothingMore(t *testing.T) {
	t.Parallel()
	o := payment.Outcome{Ref: "r", Status: payment.Captured, Authorized: eur(1000), Captured: eur(1000), Refunded: eur(300)}
	p, ps := payment.Apply(fresh(), o)
	require.Len(t, ps, 2)
	require.Equal(t, payment.StatePartiallyRefunded, p.State)
	again, ps := payment.Apply(p, o)
	require.Empty(t, ps)
	require.Equal(t, p, again)
}

func TestWhatContradictsGoesIntoQuarantine(t *testing.T) {
	t.Parallel()
	base := payment.Outcome{Ref: "r", Status: payment.Captured, Amount: eur(1000), Authorized: eur(1000), Captured: eur(1000)}
	for name, change := range map[string]func(*payment.Outcome){
		"amount":          func(o *payment.Outcome) { o.Amount = eur(999) },
		"nothing":         func(o *payment.Outcome) { o.Amount = eur(0) },
		"currency":        func(o *payment.Outcome) { o.Amount = money.New(1000, "USD") },
		"captured in":     func(o *payment.Outcome) { o.Captured = money.New(1000, "USD") },
		"too much":        func(o *payment.Outcome) { o.Captured, o.Authorized = eur(1001), eur(1001) },
		"part authorized": func(o *payment.Outcome) { o.Authorized, o.Captured = eur(500), eur(500) },
		"negative":        func(o *payment.Outcome) { o.Refunded = eur(-1) },
		"refund":          func(o *payment.Outcome) { o.Captured, o.Refunded = eur(10), eur(11) },
		"status":          func(o *payment.Outcome) { o.Status = "sold" },
		"reference":       func(o *payment.Outcome) { o.Ref = "other" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := base
			change(&o)
			p := fresh()
			p.Ref = "r"
			after, ps := payment.Apply(p, o)
			require.Empty(t, ps, "nothing is booked")
			require.Equal(t, payment.StateQuarantined, after.State)
			require.NotEmpty(t, after.Quarantine)
			require.True(t, after.Captured.IsZero())
		})
	}
}

func TestDisputes(t *testing.T) {
	t.Parallel()
	o := payment.Outcome{Status: payment.Captured, Authorized: eur(1000), Captured: eur(1000)}
	open := o
	open.Dispute, open.Disputed = payment.DisputeOpen, eur(1000)
	won, lost := open, open
	won.Dispute, lost.Dispute = payment.DisputeWon, payment.DisputeLost

	p, sums := play(t, []payment.Outcome{o, open})
	require.Equal(t, payment.StateDisputed, p.State)
	require.True(t, p.Refundable().IsZero(), "disputed money is not given back a second time")
	require.Equal(t, map[payment.Account]int64{payment.Receivable: -1000, payment.Disputes: 1000}, sums)
	p, sums = play(t, []payment.Outcome{open, won, o})
	require.Equal(t, payment.StateCaptured, p.State)
	require.Equal(t, map[payment.Account]int64{payment.Receivable: -1000, payment.Clearing: 1000}, sums)
	p, sums = play(t, []payment.Outcome{lost, open})
	require.Equal(t, payment.StateChargedBack, p.State)
	require.Equal(t, map[payment.Account]int64{payment.Receivable: -1000, payment.DisputeLosses: 1000}, sums)
}

func TestSaleAndCreditBalance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(1, 1e12).Draw(t, "total")
		tax := rapid.Int64Range(0, total).Draw(t, "tax")
		k := payment.Clerk{}
		sale, ok := k.Sale("ord_1", eur(total), eur(tax), "system", k.Clock.Now())
		require.True(t, ok)
		require.NoError(t, sale.Check())
		credit, ok := k.Credit("ord_1", "ref_1", eur(total), eur(tax), "system", k.Clock.Now())
		require.True(t, ok)
		require.NoError(t, credit.Check())
		require.Equal(t, sale.Entries[0].Amount.Amount, -credit.Entries[0].Amount.Amount)
	})
	_, ok := payment.Clerk{}.Sale("ord_1", eur(0), eur(0), "", payment.Clerk{}.Clock.Now())
	require.False(t, ok, "nothing sold, nothing booked")
	var bad *payment.UnbalancedError
	require.ErrorAs(t, payment.Posting{Entries: []payment.Entry{{Account: payment.Clearing, Amount: eur(1)}, {Account: payment.Tax, Amount: eur(1)}}}.Check(), &bad)
	require.ErrorAs(t, payment.Posting{}.Check(), &bad)
}

func TestMachine(t *testing.T) {
	t.Parallel()
	m := payment.Machine()
	require.Len(t, m.States(), 14)
	var illegal *core.TransitionError
	require.ErrorAs(t, m.Check(payment.StateCaptured, payment.StateAuthorized), &illegal)
	require.ErrorAs(t, m.Check(payment.StateQuarantined, payment.StateCaptured), &illegal)
	require.True(t, strings.HasPrefix(m.Diagram(), "stateDiagram-v2\n    [*] --> created\n"))
	require.NoError(t, m.Check(payment.StateDeclined, payment.StateCaptured), "a late success beats a decline")
}
