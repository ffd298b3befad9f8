package catalog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// PriceChange sets prices of one variant. A price takes the place of the one
// with the same channel, currency and beginning; others stay unless Replace.
type PriceChange struct {
	VariantID core.VariantID `json:"variant_id"`
	Prices    []Price        `json:"prices"`
	Replace   bool           `json:"replace,omitempty"` // Prices are all the variant has from now on
}

// SetPrices changes the prices of up to MaxBatch variants at once, of any
// products, in a few statements. All change or none; errors name the place:
// "changes[3].prices[0].amount".
func (s *Service) SetPrices(ctx context.Context, changes []PriceChange) error {
	if err := core.Require(ctx, core.PermCatalogWrite); err != nil {
		return err
	}
	if len(changes) > MaxBatch {
		return core.Errorf(core.KindTooLarge, "too_many", "at most %d variants at once", MaxBatch)
	}
	if len(changes) == 0 {
		return nil
	}
	return s.db.Update(ctx, func(tx Tx) error { return s.setPrices(ctx, tx, changes) })
}

func (s *Service) setPrices(ctx context.Context, tx Tx, changes []PriceChange) error {
	at, st := s.now(), tx.Catalog()
	ids := make([]core.VariantID, len(changes))
	products := make([]Product, 1)
	var v core.Violations
	seen := map[core.VariantID]int{}
	for i, c := range changes {
		ids[i] = c.VariantID
		if j, twice := seen[c.VariantID]; twice {
			v.Check(false, fmt.Sprintf("changes[%d].variant_id", i), "changes[%d] is of the same variant", j)
		}
		seen[c.VariantID] = i
		products[0].Variants = append(products[0].Variants, Variant{Prices: c.Prices})
		checkPrices(&v, fmt.Sprintf("changes[%d].prices", i), c.Prices)
	}
	known, err := s.known(ctx, st, products)
	if err != nil {
		return err
	}
	for i, c := range changes {
		known.checkPrices(&v, fmt.Sprintf("changes[%d].prices", i), c.Prices)
	}
	found, err := st.Variants(ctx, ids)
	if err != nil {
		return err
	}
	var owners []core.ProductID
	for _, x := range found {
		owners = append(owners, x.ProductID)
		delete(seen, x.ID)
	}
	for _, i := range seen {
		v.Check(false, fmt.Sprintf("changes[%d].variant_id", i), "no variant %q", string(changes[i].VariantID))
	}
	if err := v.Err(); err != nil {
		return err
	}
	slices.Sort(owners)
	owners = slices.Compact(owners)
	if err := st.TouchProducts(ctx, owners, at); err != nil { // holds them, too
		return err
	}
	all, err := st.VariantsOf(ctx, owners)
	if err != nil {
		return err
	}
	return s.writePrices(ctx, tx, all, changes, at)
}

// writePrices changes prices of variants, which are given with all others of
// their products.
func (s *Service) writePrices(ctx context.Context, tx Tx, all []Variant, changes []PriceChange, at time.Time) error {
	st := tx.Catalog()
	want := make(map[core.VariantID]int, len(changes))
	for i, c := range changes {
		want[c.VariantID] = i
	}
	var written []Variant
	var history []PriceEntry
	var events []ProductEvent
	for start := 0; start < len(all); {
		end := start
		for end < len(all) && all[end].ProductID == all[start].ProductID {
			end++
		}
		before := all[start:end]
		start = end
		var mine []Variant
		event := ProductEvent{ProductID: before[0].ProductID, Changed: []string{"prices"}}
		for _, x := range before {
			i, ok := want[x.ID]
			if !ok {
				continue
			}
			was := x.Prices
			x.Prices = changes[i].merge(was)
			if len(x.Prices) > MaxPrices {
				return core.Invalid(fmt.Sprintf("changes[%d].prices", i), "a variant has at most %d prices", MaxPrices)
			}
			diff := priceDiff(ctx, s.cfg.IDs, x, was, at)
			if len(diff) == 0 {
				continue
			}
			x.UpdatedAt = at
			history = append(history, diff...)
			mine = append(mine, x)
			event.Variants = append(event.Variants, x.ID)
		}
		if len(mine) == 0 {
			continue
		}
		if err := st.SetOffer(ctx, OfferOf(event.ProductID, before), OfferOf(event.ProductID, replace(before, mine))); err != nil {
			return err
		}
		written = append(written, mine...)
		events = append(events, event)
	}
	if len(written) == 0 {
		return nil
	}
	if err := st.UpdateVariants(ctx, written); err != nil {
		return err
	}
	if err := st.AppendPriceHistory(ctx, history); err != nil {
		return err
	}
	return s.changed(ctx, tx, EventProductUpdated, events...)
}

func (c PriceChange) merge(have []Price) []Price {
	prices := normalPrices(c.Prices)
	if c.Replace {
		return prices
	}
	out := make([]Price, 0, len(have)+len(prices))
	for _, p := range have {
		if !slices.ContainsFunc(prices, func(n Price) bool { return n.key() == p.key() }) {
			out = append(out, p)
		}
	}
	return normalPrices(append(out, prices...))
}

// PriceHistory returns every price write of a variant, oldest first.
func (s *Service) PriceHistory(ctx context.Context, id core.VariantID) (out []PriceEntry, err error) {
	if err := core.Require(ctx, core.PermCatalogRead); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx Tx) error {
		out, err = tx.Catalog().PriceHistory(ctx, id, time.Time{})
		return err
	})
	return out, err
}

// Prior is what a reduced price must be announced with.
type Prior struct {
	Price money.Money `json:"price"` // the lowest of the 30 days before the reduction began
	Began time.Time   `json:"began"`
}

// PriorPrice returns the lowest price a variant had in a channel and currency
// in the 30 days before its present reduction began, or nil when its price is
// not reduced; see [PriorPrice].
func (s *Service) PriorPrice(ctx context.Context, id core.VariantID, channel core.ChannelID, currency money.Currency) (out *Prior, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		history, err := tx.Catalog().PriceHistory(ctx, id, time.Time{})
		if err != nil {
			return err
		}
		if price, began, ok := PriorPrice(history, channel, currency, s.now()); ok {
			out = &Prior{price, began}
		}
		return nil
	})
	return out, err
}
