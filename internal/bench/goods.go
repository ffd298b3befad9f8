package bench

import (
	"context"
	"fmt"
	"slices"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/commerce/tax"
	"github.com/bodega-commerce/bodega/storage"
)

// batch is how many products are made in one transaction.
const batch = 250

func sku(i int) string { return fmt.Sprintf("BENCH-%05d", i) }

// goods makes products, stock, one tax and one way to ship, unless they are
// there, and returns what can be bought.
func goods(ctx context.Context, shop *bodega.Shop, cfg childConfig) (ready, error) {
	var r ready
	if err := variants(ctx, shop, cfg.Products, &r); err != nil || len(r.Variants) == cfg.Products {
		if err == nil {
			r.Method, err = method(ctx, shop)
		}
		return r, err
	}
	locations, err := shop.Stock.Locations(ctx)
	if err != nil {
		return r, err
	}
	for from := 0; from < cfg.Products; from += batch {
		ps := make([]catalog.Product, min(batch, cfg.Products-from))
		for i := range ps {
			ps[i] = product(from + i)
		}
		made, err := shop.Catalog.ImportProducts(ctx, ps)
		if err != nil {
			return r, err
		}
		changes := make([]stock.Change, len(made))
		for i, p := range made {
			changes[i] = stock.Change{ItemID: p.Variants[0].StockItemID, LocationID: locations[0].ID, Quantity: cfg.Stock}
		}
		err = shop.Within(ctx, func(bound *bodega.Shop) error {
			for _, c := range changes {
				if _, err := bound.Stock.Receive(ctx, c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return r, err
		}
	}
	if err := variants(ctx, shop, cfg.Products, &r); err != nil {
		return r, err
	}
	if err := taxes(ctx, shop); err != nil {
		return r, err
	}
	zone, err := shop.Shipping.CreateZone(ctx, shipping.ZoneParams{Code: "de", Name: "Germany", Areas: []core.Area{{Country: "DE"}}})
	if err != nil {
		return r, err
	}
	m, err := shop.Shipping.CreateMethod(ctx, shipping.MethodParams{ZoneID: zone.ID, Code: "standard", Name: "Standard",
		Prices: []shipping.Price{{Price: money.New(490, "EUR")}}})
	r.Method = string(m.ID)
	if err != nil {
		return r, err
	}
	return r, shop.DB().Analyze(ctx)
}

// product is one with what a card shows: the same for the same number.
func product(i int) catalog.Product {
	return catalog.Product{Title: fmt.Sprintf("Thing %d of the series %d", i, i%17), Subtitle: "Made to be measured", Status: catalog.StatusActive,
		Description: "A thing with a description of the usual length, which says what it is made of, how it is cared for, and why one wants to have it at home.",
		Vendor:      fmt.Sprintf("Vendor %d", i%40), Brand: fmt.Sprintf("Brand %d", i%25), Tags: []string{fmt.Sprintf("tag-%d", i%30), "bench"},
		Variants: []catalog.Variant{{SKU: sku(i), WeightGrams: int64(100 + i%900), Prices: []catalog.Price{{Currency: "EUR", Amount: int64(500 + i*37%9500)}}}}}
}

func variants(ctx context.Context, shop *bodega.Shop, n int, r *ready) error {
	skus := make([]string, n)
	for i := range skus {
		skus[i] = sku(i)
	}
	var ids map[string]core.VariantID
	err := shop.DB().View(ctx, func(tx storage.Tx) (err error) {
		ids, err = tx.Catalog().VariantIDsBySKU(ctx, skus)
		return err
	})
	r.Variants = nil
	for _, s := range skus {
		if id := ids[s]; id != "" {
			r.Variants = append(r.Variants, string(id))
		}
	}
	return err
}

func method(ctx context.Context, shop *bodega.Shop) (string, error) {
	ms, err := shop.Shipping.Methods(ctx)
	if err != nil || len(ms) == 0 {
		return "", err
	}
	return string(ms[0].ID), nil
}

// taxes charges the VAT on what has no class of its own.
func taxes(ctx context.Context, shop *bodega.Shop) error {
	classes, err := shop.Taxes.Classes(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(classes, func(c tax.Class) bool { return c.Default })
	if at < 0 {
		c, err := shop.Taxes.CreateClass(ctx, tax.ClassParams{Code: "bench", Name: "Standard", Default: true})
		if err != nil {
			return err
		}
		classes, at = []tax.Class{c}, 0
	}
	zone, err := shop.Taxes.CreateZone(ctx, tax.ZoneParams{Code: "de", Name: "Germany", Areas: []core.Area{{Country: "DE"}}})
	if err != nil {
		return err
	}
	_, err = shop.Taxes.SetRates(ctx, zone.ID, classes[at].ID, []tax.Component{{Name: "VAT", Rate: money.RateOne * 19 / 100}})
	return err
}
