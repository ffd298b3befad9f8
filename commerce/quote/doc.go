// Package quote is the one place that turns a cart into money: prices,
// promotions, shipping, tax and rounding, as a pure function that explains
// itself.
//
//	loader := quote.NewLoader(quote.LoaderConfig{})
//	var in quote.Input
//	err := db.View(ctx, func(tx storage.Tx) (err error) {
//		in, err = loader.Load(ctx, tx, quote.Request{Channel: channel, Lines: lines, Destination: address, Codes: codes})
//		return err
//	})
//	q, err := quote.Compute(in)
//	fmt.Print(q.Explain()) // list price, promotions, shares, tax, totals: each cent
//	hash := q.Hash()       // binds a payment to exactly this
//
// Steps: list price, price in force, promotions on lines, promotions on the
// order spread to lines by the largest remainder (ties by line ID), shipping
// and promotions on it, tax, totals. Amounts are minor units; every rounding is
// half up. Tax is rounded by line, or by document and spread back to lines.
//
// Where prices include tax and the buyer is in another zone than the channel's
// home, the default is [tax.FixedGross]: everybody pays the same price, and
// what remains of it after tax differs. With [tax.FixedNet] the home's tax is
// taken out of unit prices and the buyer's put in. A buyer who is exempt, or
// owes the tax by reverse charge, pays the price without the tax the same
// address would be charged.
//
// [SplitLine] divides a line's amounts among its pieces for refunds: any
// sequence of partial quantities sums to the whole, to the cent.
package quote
