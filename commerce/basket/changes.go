package basket

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// ChangeKind says what changed about a line since it was shown.
type ChangeKind string

// The kinds of change.
const (
	PriceRose      ChangeKind = "price_rose"
	PriceFell      ChangeKind = "price_fell"
	NotSold        ChangeKind = "not_sold" // any more, or here
	NotEnoughStock ChangeKind = "not_enough_stock"
	// TotalChanged is about the cart, not a line: shipping, taxes or promotions
	// are others now.
	TotalChanged ChangeKind = "total_changed"
)

// Change is something the shopper should know about a line, or about the cart.
type Change struct {
	Line      core.LineID `json:"line_id,omitempty"` // "" is the cart
	Kind      ChangeKind  `json:"kind"`
	Message   string      `json:"message"`
	Was       money.Money `json:"was,omitzero"` // unit price, or total, that the shopper saw
	Now       money.Money `json:"now,omitzero"`
	Available *int64      `json:"available,omitempty"`
	Why       string      `json:"why,omitempty"` // of NotSold: "unpublished", "no_price", ...
}

// Changes compares what a cart showed with what is true now.
func Changes(c *cart.Cart, p Priced, levels map[core.StockItemID]stock.Availability) []Change {
	var out []Change
	for _, problem := range p.Quote.Problems {
		title := "Something in the cart"
		if g := p.Goods[problem.VariantID]; g != nil {
			title = g.ProductTitle
		}
		out = append(out, Change{Line: problem.LineID, Kind: NotSold, Why: problem.Why, Message: title + " is not sold any more."})
	}
	wanted := map[core.StockItemID]int64{}
	for _, l := range p.Quote.Lines {
		seen := lineOf(c, l.LineID)
		if seen == nil {
			continue
		}
		if was := seen.SeenPrice; was.Currency == l.UnitPrice.Currency && was.Currency != "" && was != l.UnitPrice {
			ch := Change{Line: l.LineID, Kind: PriceRose, Was: was, Now: l.UnitPrice}
			by, word := l.UnitPrice.Amount-was.Amount, "rose"
			if by < 0 {
				ch.Kind, by, word = PriceFell, -by, "fell"
			}
			ch.Message = fmt.Sprintf("The price of %s %s by %s since you added it.", l.Title, word, money.New(by, l.UnitPrice.Currency).Display())
			out = append(out, ch)
		}
		g := p.Goods[l.VariantID]
		if g == nil || g.StockItemID == "" {
			continue
		}
		a, known := levels[g.StockItemID]
		if !known {
			continue
		}
		wanted[g.StockItemID] += l.Quantity // lines may share an item
		if !a.CanSell(wanted[g.StockItemID]) {
			left := max(0, a.Sellable-(wanted[g.StockItemID]-l.Quantity))
			msg := fmt.Sprintf("Only %d of %s are left.", left, l.Title)
			if left == 0 {
				msg = l.Title + " is out of stock."
			}
			out = append(out, Change{Line: l.LineID, Kind: NotEnoughStock, Available: &left, Message: msg})
		}
	}
	// What a line explains is not told twice.
	explained := slices.ContainsFunc(out, func(ch Change) bool { return ch.Kind != NotEnoughStock })
	if now := p.Quote.Totals.Total; !explained && c.SeenTotal.Currency == now.Currency && now.Currency != "" && c.SeenTotal != now {
		out = append(out, Change{Kind: TotalChanged, Was: c.SeenTotal, Now: now,
			Message: fmt.Sprintf("Shipping, taxes or promotions have changed: the total is %s now, it was %s.", now.Display(), c.SeenTotal.Display())})
	}
	return out
}

// enough refuses goods that are not sold or not in stock, when they were
// touched. Lines of one item count together.
func enough(v View, touched []core.LineID) error {
	mine := map[core.StockItemID]bool{}
	wanted := map[core.StockItemID]int64{}
	for _, l := range v.Cart.Lines {
		if g := v.Goods[l.Variant]; g != nil {
			wanted[g.StockItemID] += l.Quantity
			mine[g.StockItemID] = mine[g.StockItemID] || slices.Contains(touched, l.ID)
		}
	}
	for _, ch := range v.Changes {
		l := lineOf(&v.Cart, ch.Line)
		switch {
		case ch.Kind == NotSold && slices.Contains(touched, ch.Line):
			return &core.Error{Kind: core.KindInvalid, Code: "not_sold", Field: "variant_id", Message: "this is not sold here: " + strings.ReplaceAll(ch.Why, "_", " ")}
		case ch.Kind == NotEnoughStock && mine[v.Goods[l.Variant].StockItemID]:
			g := v.Goods[l.Variant]
			return &stock.InsufficientError{ItemID: g.StockItemID, SKU: g.SKU, Wanted: wanted[g.StockItemID], Available: v.levels[g.StockItemID].Sellable}
		}
	}
	return nil
}

// see notes what a shopper is being shown: the total, and the prices of the
// touched lines and of those without one.
func see(v *View, touched []core.LineID) {
	v.Cart.SeenTotal = v.Quote.Totals.Total
	for i := range v.Cart.Lines {
		l := &v.Cart.Lines[i]
		if l.SeenPrice.Currency == v.Cart.Currency && !slices.Contains(touched, l.ID) {
			continue
		}
		for _, priced := range v.Quote.Lines {
			if priced.LineID == l.ID {
				l.SeenPrice = priced.UnitPrice
			}
		}
	}
}

func lineOf(c *cart.Cart, id core.LineID) *cart.Line {
	for i := range c.Lines {
		if c.Lines[i].ID == id {
			return &c.Lines[i]
		}
	}
	return nil
}
