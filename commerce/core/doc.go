// Package core is the vocabulary every part of a shop shares: typed IDs, kinds
// of error, the clock, pages, addresses, who is asking, and what happened.
//
// It holds no rule of any one part and imports only the standard library and
// package money.
//
//	ctx = core.WithActor(ctx, core.System("nightly-import"))
//	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
//		return err // KindForbidden or KindUnauthenticated
//	}
//	id := core.NewID[core.ProductID](ids, core.PrefixProduct) // "prod_01k9..."
//	page := core.PageQuery{Limit: 20, After: cursor}
//
// Errors carry a [Kind], a stable machine-readable code, and where it applies
// the field they are about. Use [KindOf] to branch, errors.As for typed detail.
package core
