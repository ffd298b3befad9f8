// Package money computes with amounts of money exactly: whole minor units of
// one currency, no floats, every overflow an error.
//
//	price, err := money.Parse("16.00", "EUR") // or money.New(1600, "EUR")
//	vat, err := money.ParsePercent("19")      // or money.Percent(19)
//
//	tax, err := price.IncludedPortion(vat, money.RoundHalfUp) // 2.55 EUR, inside the price
//	net, err := price.Sub(tax)                                // 13.45 EUR
//	tax, err = net.Portion(vat, money.RoundHalfUp)            // on top of a net amount
//	line, err := price.Mul(3)                                 // 48.00 EUR
//	total, err := money.Sum("EUR", line, shipping)
//	parts, err := discount.Allocate([]int64{1999, 1, 500})    // parts sum to discount exactly
//
// Everything rounds only where a [Rounding] is given, once, from the exact
// result. Allocate and Split lose nothing. Operations on two amounts require
// one currency; the zero [Money] is nothing in any currency.
//
// In JSON an amount is {"amount":5800,"currency":"EUR"} and a rate is the
// string "0.19". All errors implement [Error]. All types are plain values,
// safe for concurrent use.
package money
