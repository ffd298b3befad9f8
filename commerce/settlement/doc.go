// Package settlement brings orders in line with their payments. Whoever has
// news of a payment (the answer to a call, a webhook, the reconciler) tells
// [Service.Settle], and the order is placed, given up, or the money given back.
//
//	payments := payment.New(db, payment.Config{Providers: []payment.Provider{manual.New(manual.Config{})}})
//	settle, err := settlement.New(db, payments, settlement.Config{})
//	if err != nil {
//		return err
//	}
//	// In a worker, every few seconds:
//	report, err := settle.Reconcile(ctx)
//
// Every call to a provider carries an idempotency key that was stored before
// it, and its answer is taken in by a transaction of its own. So after a crash
// or a lost answer the reconciler asks again, and nothing happens twice.
package settlement
