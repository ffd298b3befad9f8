// Package refund gives money back: for lines, shipping, or as goodwill, and for
// orders and lines that are cancelled before they are sent.
//
//	refunds := refund.New(db, settle, refund.Config{})
//	p := refund.Params{
//		Lines:  []refund.Line{{Line: id, Quantity: 1, Restock: true}},
//		Reason: "arrived broken",
//	}
//	proposal, err := refunds.Preview(ctx, orderID, p) // what it comes to, and where it goes back to
//	r, err := refunds.Create(ctx, orderID, p)
//	switch r.State {
//	case order.RefundSucceeded: // the money is on its way to the buyer
//	case order.RefundPending: // the provider has not answered yet; settlement.Reconcile asks again
//	}
//
// Amounts come from what was computed when the order was made. However a line
// is split into refunds, they sum to its total, its tax and its discount, to the
// cent. No more is given back than was captured; what is begun is set aside, so
// of two full refunds at once one is made.
//
// Money goes back to the newest payment first, and what that has not got left
// to the one before it.
package refund
