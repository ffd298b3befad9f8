// Package bodega is a whole shop: catalog, stock, carts, checkout, orders,
// payments and accounts over one database, with an HTTP API.
//
//	db, err := sqlite.Open(ctx, "shop.db", sqlite.Config{})
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//	shop, err := bodega.New(ctx, db, bodega.Config{})
//	if err != nil {
//		return err
//	}
//	cart, err := shop.Carts.Create(ctx, basket.Params{Lines: []basket.LineParams{{SKU: "TEE-NAVY-M", Quantity: 2}}})
//	...
//	placed, err := shop.Checkout.Complete(ctx, cart.Cart.ID, checkout.Params{Provider: "manual"})
//	fmt.Println(placed.Order.Number, placed.Order.Totals.Total.Display())
//
//	mux.Handle("/shop/", shop.Handler())
//	go shop.Run(ctx)
//
// The package wires the services of commerce/... together and holds no rule of
// its own; each can be used without it. It brings no SQL driver: import
// storage/sqlite, storage/postgres or storage/memory for the one you use.
//
// Who asks travels in the context (core.WithActor); nobody in particular is an
// anonymous shopper, who may browse, fill carts and buy.
package bodega
