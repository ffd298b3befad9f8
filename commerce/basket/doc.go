// Package basket is the cart as shoppers use it: goods go in by SKU or variant,
// prices come from the shop alone, and every answer says what the cart costs,
// what changed since it was last shown, and why.
//
//	carts := basket.New(db, pricer, basket.Config{})
//	view, err := carts.Create(ctx, basket.Params{Lines: []basket.LineParams{{SKU: "TEE-NAVY-M", Quantity: 2}}})
//	if err != nil {
//		return err
//	}
//	fmt.Println(view.Cart.ID, view.Quote.Totals.Total)
//	for _, c := range view.Changes {
//		fmt.Println(c.Message) // "The price of Tee rose by €2.00."
//	}
//
// A [Pricer] turns a cart into a quote; checkout uses the same one, so what is
// shown is what is charged.
package basket
