// Package cart keeps what a shopper is about to buy: which variants, how many,
// where to and how. A cart holds no price a client sent; the prices it does
// hold are what the shop last showed, kept to tell the shopper what changed.
//
//	c := cart.New(now, cart.Params{Channel: channel, Currency: "EUR"})
//	line, err := c.Add(ids, now, variant, 2, price, nil)
//	...
//	err = tx.Carts().Insert(ctx, c)
//
// A cart's ID is its token: who knows it may use the cart, unless the cart
// belongs to a customer; see [Cart.CheckAccess]. The flow that shoppers use,
// with prices, stock and totals, is package basket.
package cart
