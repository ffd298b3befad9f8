// Package checkout turns carts into orders: one function, [Service.Complete],
// for shoppers, staff and agents alike. It prices the cart anew, reserves the
// goods, writes the order and its payment in one transaction, asks the payment
// provider outside of it, and settles in a second one what came of that.
//
//	sell := checkout.New(db, pricer, settle, checkout.Config{})
//	r, err := sell.Complete(ctx, view.Cart.ID, checkout.Params{
//		Provider: "simulator", Token: token, Expected: &view.Quote.Totals.Total})
//	var declined *payment.DeclinedError
//	switch {
//	case errors.As(err, &declined): // the cart is open for another try
//	case err != nil:
//		return err
//	case r.Action != nil: // the buyer goes to r.Action.RedirectURL
//	default:
//		fmt.Println(r.Order.Number, r.Order.Totals.Total)
//	}
//
// A cart makes one order, however often and by however many it is completed.
// Whatever is interrupted, settlement.Service.Reconcile brings to its end.
//
// Guests need no account: their order carries the email they typed and no
// customer. It becomes a customer's by [Service.ClaimOrders], once the customer
// has verified that email; subscribe [Service.OnCustomer] to do so by itself.
package checkout
