package basket

import (
	"fmt"

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
)

// Change is something the shopper should know about a line.
type Change struct {
	Line      core.LineID `json:"line_id"`
	Kind      ChangeKind  `json:"kind"`
	Message   string      `json:"message"`
	Was       money.Money `json:"was,omitzero"` // unit price the shopper saw
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
	return out
}

func lineOf(c *cart.Cart, id core.LineID) *cart.Line {
	for i := range c.Lines {
		if c.Lines[i].ID == id {
			return &c.Lines[i]
		}
	}
	return nil
}
