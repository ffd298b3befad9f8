package payment

import (
	"cmp"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/money"
)

// Apply takes what a provider told into a payment and returns the payment
// after it with the postings that the difference makes. Postings have no ID,
// actor and time yet.
//
// Outcomes are cumulative and only ever raise what is known, so it does not
// matter in which order they come, how often, or whether from an answer, a
// webhook or a lookup: the payment and the sum of the postings end the same.
// An outcome whose amount, currency or reference differs from ours is not
// taken in; it puts the payment into quarantine.
func Apply(p Payment, o Outcome) (Payment, []Posting) {
	before := p
	if why := mismatch(p, o); why != "" {
		p.Quarantine = max(p.Quarantine, why) // of several reasons always the same one
		p.State = derive(p)
		return p, nil
	}
	c := p.Amount.Currency
	grow := func(have, told money.Money) money.Money { return money.New(max(have.Amount, told.Amount), c) }
	p.Ref = cmp.Or(p.Ref, o.Ref)
	p.Authorized = grow(p.Authorized, o.Authorized)
	p.Captured = grow(p.Captured, o.Captured)
	p.Refunded = grow(p.Refunded, o.Refunded)
	p.Disputed = grow(p.Disputed, o.Disputed)
	p.CaptureClaimed = grow(p.CaptureClaimed, p.Captured)
	p.RefundClaimed = grow(p.RefundClaimed, p.Refunded)
	if disputeRank[o.Dispute] > disputeRank[p.Dispute] {
		p.Dispute = o.Dispute
	}
	if o.ExpiresAt.After(p.ExpiresAt) {
		p.ExpiresAt = o.ExpiresAt
	}
	switch rank := cmp.Compare(statusRank[o.Status], statusRank[p.Status]); {
	case rank > 0:
		p.Status, p.Code, p.Message, p.Retryable, p.Action = o.Status, o.Code, o.Message, o.Retryable, o.Action
	case rank == 0 && p.Status == RequiresAction && p.Action == nil:
		p.Action = o.Action
	case rank == 0 && (o.Code > p.Code || o.Code == p.Code && o.Message > p.Message):
		p.Code, p.Message, p.Retryable = o.Code, o.Message, o.Retryable
	}
	p.State = derive(p)
	return p, postings(before, p)
}

// mismatch says what of an outcome contradicts the payment.
func mismatch(p Payment, o Outcome) string {
	for _, m := range []money.Money{o.Amount, o.Authorized, o.Captured, o.Refunded, o.Disputed} {
		if !m.IsZero() && m.Currency != p.Amount.Currency {
			return fmt.Sprintf("the provider speaks of %s, we of %s", m.Currency, p.Amount.Currency)
		}
		if m.IsNegative() || m.Amount > p.Amount.Amount {
			return fmt.Sprintf("the provider speaks of %s of a payment over %s", m, p.Amount)
		}
	}
	_, status := statusRank[o.Status]
	_, dispute := disputeRank[o.Dispute]
	switch {
	case o.Amount.Currency != "" && o.Amount != p.Amount:
		return fmt.Sprintf("the provider has %s, we have %s", o.Amount, p.Amount)
	case o.Authorized.IsPositive() && o.Authorized.Amount != p.Amount.Amount:
		return fmt.Sprintf("%s is authorized of %s", o.Authorized, p.Amount)
	case o.Captured.Amount > o.Authorized.Amount:
		return fmt.Sprintf("%s is captured of %s authorized", o.Captured, o.Authorized)
	case o.Refunded.Amount > o.Captured.Amount:
		return fmt.Sprintf("%s is refunded of %s captured", o.Refunded, o.Captured)
	case o.Disputed.Amount > o.Captured.Amount:
		return fmt.Sprintf("%s is disputed of %s captured", o.Disputed, o.Captured)
	case !status || !dispute:
		return fmt.Sprintf("the provider told an unknown status %q %q", o.Status, o.Dispute)
	case o.Ref != "" && p.Ref != "" && o.Ref != p.Ref:
		return fmt.Sprintf("the provider names %q, we know %q", o.Ref, p.Ref)
	}
	return ""
}

// postings is the difference of what two states of a payment mean to the
// ledger. It depends on the states only, so every way from one to the other
// sums to the same.
func postings(before, after Payment) []Posting {
	var out []Posting
	c := after.Amount.Currency
	add := func(kind PostingKind, amounts ...amount) {
		if es := entries(c, amounts...); len(es) > 0 {
			out = append(out, Posting{Order: after.Order, Payment: after.ID, Kind: kind, Entries: es})
		}
	}
	captured := after.Captured.Amount - before.Captured.Amount
	add(PostCapture, amount{Clearing, captured}, amount{Receivable, -captured})
	refunded := after.Refunded.Amount - before.Refunded.Amount
	add(PostRefund, amount{Receivable, refunded}, amount{Clearing, -refunded})
	held0, lost0 := inDispute(before)
	held1, lost1 := inDispute(after)
	held, lost := held1-held0, lost1-lost0
	add(PostDispute, amount{Disputes, held}, amount{DisputeLosses, lost}, amount{Clearing, -held - lost})
	return out
}

func inDispute(p Payment) (held, lost int64) {
	switch p.Dispute {
	case DisputeOpen:
		return p.Disputed.Amount, 0
	case DisputeLost:
		return 0, p.Disputed.Amount
	}
	return 0, 0
}
