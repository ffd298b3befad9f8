// Package stock counts goods: how much of an item each location has, what of
// it is reserved, and what may be promised beyond it. It cannot oversell.
//
//	s := stock.New(core.Narrow(db, func(tx storage.Tx) stock.Tx { return tx }), stock.Config{})
//	main, err := s.CreateLocation(ctx, stock.LocationParams{Code: "main", Name: "Warehouse"})
//	items, err := s.CreateItems(ctx, stock.ItemParams{SKU: "TEE-NAVY-M"})
//	_, err = s.Receive(ctx, stock.Change{ItemID: items[0].ID, LocationID: main.ID, Quantity: 40})
//	left, err := s.Availability(ctx, []core.StockItemID{items[0].ID})
//
// Flows reserve within their own transactions through a [Clerk]:
//
//	_, err := clerk.Reserve(ctx, tx.Stock(), orderID, requests, expires)
//	// *InsufficientError, or the goods are set aside until expires, Commit, Release or Ship
//
// Each change of a level is an entry of a ledger, written in the same
// transaction; a level is the sum of its entries, and what is reserved is the
// sum of the open reservations. [Service.Verify] proves it and
// [Service.Repair] restores it. Levels move by guarded updates with a database
// constraint behind them, whoever calls.
package stock
