// Package tax knows which taxes apply where, and computes them exactly.
//
// The world is cut into zones of countries, regions and postal prefixes; goods
// belong to classes (standard, reduced, zero); a zone and a class have one or
// several named rates. An address is in exactly one zone, that with the most
// specific area around it.
//
//	taxes := tax.New(core.Narrow(db, func(tx storage.Tx) tax.Tx { return tx }), tax.Config{})
//	de, err := taxes.CreateZone(ctx, tax.ZoneParams{Code: "de", Areas: []core.Area{{Country: "DE"}}})
//	std, err := taxes.CreateClass(ctx, tax.ClassParams{Code: "standard"})
//	_, err = taxes.SetRates(ctx, de.ID, std.ID, []tax.Component{{Name: "VAT", Rate: money.Percent(19)}})
//
//	table, err := taxes.Table(ctx) // an immutable snapshot
//	vat := tax.Resolve(table, address, std.ID)
//	charges, err := tax.Charges(money.New(1600, "EUR"), vat, true) // 2.55 inside 16.00
//
// Amounts round half up, once for each amount ([Charges]) or once for the sum
// of many ([Document]). A tax contained in a gross amount is taken out of it;
// a gross amount is never built up from a rounded net one. No rate for a class
// in a zone, and no zone, mean no tax.
//
// External tax services implement [Quoter].
package tax
