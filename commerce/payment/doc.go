// Package payment moves money and remembers where it is: the port payment
// providers implement, payments with their states, and an append-only
// double-entry ledger.
//
//	clerk := payment.Clerk{}
//	p := clerk.New(payment.Params{Order: id, Provider: "card", Amount: total}) // stored, with its key, before the call
//	outcome, err := provider.Authorize(ctx, payment.AuthorizeRequest{Key: p.Key, Amount: p.Amount, Token: token})
//	err = db.Update(ctx, func(tx storage.Tx) error {
//		change, err := clerk.Observe(ctx, tx, p.ID, outcome) // the same for answers, webhooks and lookups
//		...
//	})
//
// A provider always tells the whole outcome so far, and [Apply] only ever
// raises what is known. So messages may be lost, late, doubled or out of
// order: the payment and the ledger end the same. What a provider tells that
// does not fit (amount, currency) goes into quarantine.
//
// Captures, voids and refunds are operations: [Clerk.Begin] sets the money
// aside and stores the key, [Call] asks, [Clerk.Settle] takes in the answer. Two
// full refunds at once cannot both begin.
package payment
