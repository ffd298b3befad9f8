// Package idempotency lets a client repeat a write safely: the first request
// with a key does the work, the others get its answer.
//
// Where the whole effect is one transaction, the key's record commits with it:
//
//	err := db.Update(ctx, func(tx storage.Tx) error {
//		var err error
//		answer, replayed, err = idempotency.Do(ctx, tx.Idempotency(), claim, func() (idempotency.Response, error) {
//			return createReview(ctx, tx, body)
//		})
//		return err
//	})
//
// Where it is more than one, such as a checkout that asks a payment provider
// between two transactions, [Service.Do] stores the claim first and the answer
// last. While it runs, others get *InFlightError. When the program dies in
// between, the claim opens again after Claim.Lock, and the retry is told so
// (Outcome.Resumed, with the recovery point that was reached) and must resume:
// the work below it has its own keys.
//
// A key used again for another request is a *MismatchError; compare requests
// by [HashJSON]. Answers of status 500 and above are never stored.
package idempotency
