// Package shipping knows how goods can get to a buyer and what that costs.
//
// Zones of countries, regions and postal prefixes have methods: flat, by
// weight, by value, free above a value, or pick-up; with prices per currency,
// bounds on value and weight, a delivery estimate. An address is in exactly
// one zone, that with the most specific area around it.
//
//	ships := shipping.New(core.Narrow(db, func(tx storage.Tx) shipping.Tx { return tx }), shipping.Config{})
//	eu, err := ships.CreateZone(ctx, shipping.ZoneParams{Code: "eu", Areas: []core.Area{{Country: "DE"}, {Country: "FR"}}})
//	_, err = ships.CreateMethod(ctx, shipping.MethodParams{ZoneID: eu.ID, Code: "standard", MinDays: 2, MaxDays: 4,
//		Prices:    []shipping.Price{{Price: money.New(490, "EUR")}},
//		FreeAbove: []money.Money{money.New(5000, "EUR")}})
//
//	table, err := ships.Table(ctx) // an immutable snapshot
//	options := shipping.Options(table, address, shipping.Parcel{Grams: 800, Value: money.New(3000, "EUR"), RequiresShipping: true})
//
// [Choose] checks one method again, and says why it is not available.
package shipping
