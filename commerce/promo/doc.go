// Package promo takes money off carts, by rules that explain themselves.
//
// A promotion has conditions, which must all hold, and actions: a percentage
// or an amount off items or the order, free shipping. It is automatic or needs
// a code; it begins and ends at a second; it combines with others by priority,
// class and exclusiveness; its uses are limited in total, per customer, per
// code, and by a budget.
//
//	promos := promo.New(core.Narrow(db, func(tx storage.Tx) promo.Tx { return tx }), promo.Config{})
//	p, err := promos.Create(ctx, promo.Params{Name: "Summer", NeedsCode: true, Limits: promo.Limits{PerCustomer: 1},
//		Conditions: []promo.Condition{{Kind: promo.MinSubtotal, Amounts: []money.Money{money.New(5000, "EUR")}}},
//		Actions:    []promo.Action{{Kind: promo.PercentOffOrder, Rate: money.Percent(10)}}})
//	_, err = promos.AddCode(ctx, p.ID, "SUMMER26", 0)
//	codes, err := promos.GenerateCodes(ctx, p.ID, promo.GenerateParams{Count: 1000, Prefix: "VIP-"})
//
// [Evaluate] is the pure function from candidates and a cart to discounts: each
// cent names its rule, and the trace says of each promotion why it applied or
// not. [Store].Redeem holds the limits inside the transaction that completes
// the order, and Release gives back when it is cancelled.
//
// Conditions and actions are tagged unions: a kind this version does not know
// is an error that names it.
package promo
