// Package demo is the sample shop a new installation opens with: some three
// hundred products with texts, attributes, variants, pictures and reviews, and
// the customers and orders of the last year and a half.
//
// The world is made out of a seed and a day, and is the same for the same ones.
// It has what a shop's history has and what forecasts, recommendations and
// prices are learned from: seasons and weekdays, growth, promotions, price
// changes with the demand that answers them, days out of stock, tastes of
// customers, goods that are bought together, and goods that are bought again.
//
//	world := demo.Generate(demo.Config{Seed: 1, Now: time.Now()})
//	err := demo.Load(ctx, shop, world, func(done, total int, what string) { ... })
//
// Ensure does both for an empty shop, once.
package demo
