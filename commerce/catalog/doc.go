// Package catalog is what a shop sells: products with options, variants and
// explicit prices per currency, typed attributes, categories, collections,
// images, translations, and the sales channels it is sold in.
//
//	shop := catalog.New(db, catalog.Config{})
//	tee, err := shop.CreateProduct(ctx, catalog.Product{
//		Title: "Linen tee", Status: catalog.StatusActive,
//		Options: []catalog.Option{{Name: "Size", Values: []string{"S", "M"}}},
//		Variants: []catalog.Variant{
//			{SKU: "TEE-S", Options: map[string]string{"Size": "S"}, Prices: []catalog.Price{{Currency: "EUR", Amount: 2900}}},
//			{SKU: "TEE-M", Options: map[string]string{"Size": "M"}, Prices: []catalog.Price{{Currency: "EUR", Amount: 2900}}},
//		},
//	}) // its slug is "linen-tee"
//	page, err := shop.List(ctx, catalog.ListParams{Currency: "EUR", Sort: catalog.SortPrice}, core.PageQuery{})
//	view, err := shop.View(ctx, tee.ID, catalog.ViewParams{Currency: "EUR", Locale: "de-CH"})
//
// Shoppers use List, Resolve and View and see what is published. Everything
// else asks for a permission of the actor in the context.
//
// Prices are whole minor units and never converted; [Winner] says which of a
// variant's prices counts. Every write of a price goes into a history that only
// grows, from which [PriorPrice] answers what a reduction must be announced
// with. A product's version counts every change of what lists show of it, which
// is how lists keep cards in memory and are never stale.
package catalog
