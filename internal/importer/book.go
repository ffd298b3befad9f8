package importer

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/storage"
)

// book is what later rows need to know of earlier ones.
type book struct {
	goods     map[string]*good           // by SKU
	customers map[string]core.CustomerID // by the shop's own number
	invoices  map[string]struct{}        // those that are orders already
	sales     map[string][]*sale         // by customer and SKU, oldest first; what can still be given back
	names     map[string]string          // one copy of each title
}

func newBook() *book {
	return &book{goods: map[string]*good{}, customers: map[string]core.CustomerID{}, invoices: map[string]struct{}{}, sales: map[string][]*sale{},
		names: map[string]string{}}
}

// good is something sold.
type good struct {
	sku     string
	product core.ProductID
	variant core.VariantID
	item    core.StockItemID // "" for what is not counted
	titles  map[string]int   // how often each was written
	price   int64            // of the newest sale
	priced  time.Time
	sold    int64           // pieces, less those given back
	revenue int64           // minor units, less what was given back
	recent  map[int64]int64 // pieces by day, for the stock to begin with
}

// sale is a line of an order that pieces can be given back of.
type sale struct {
	order *sold
	line  core.LineID // "" for the shipping
	price int64       // of a piece; of shipping, all of it
	left  int64
}

// sold is an order.
type sold struct {
	id      core.OrderID
	payment core.PaymentID
	at      time.Time
	total   int64
	back    int64 // given back so far
}

// physical reports whether a stock code stands for goods that are counted.
func physical(sku string) bool {
	digits := 0
	for digits < len(sku) && sku[digits] >= '0' && sku[digits] <= '9' {
		digits++
	}
	return digits >= 5 || strings.HasPrefix(sku, "DCGS") || sku == "PADS"
}

func (b *book) good(sku string) *good {
	g := b.goods[sku]
	if g == nil {
		g = &good{sku: sku, product: core.NewID[core.ProductID](nil, core.PrefixProduct), variant: core.NewID[core.VariantID](nil, core.PrefixVariant),
			titles: map[string]int{}, recent: map[int64]int64{}}
		if physical(sku) {
			g.item = core.NewID[core.StockItemID](nil, core.PrefixStockItem)
		}
		b.goods[sku] = g
	}
	return g
}

// note takes a sale into account.
func (g *good) note(title string, quantity, price int64, at time.Time) {
	if title != "" {
		g.titles[title]++
	}
	if !at.Before(g.priced) {
		g.price, g.priced = price, at
	}
	g.sold += quantity
	g.revenue += quantity * price
	g.recent[at.Unix()/86400] += quantity
}

// back takes a refund into account.
func (g *good) back(quantity, amount int64) {
	g.sold -= quantity
	g.revenue -= amount
}

// title is the one written most often, the first by alphabet of several.
func (g *good) title() string {
	best, n := "", 0
	for t, c := range g.titles {
		if c > n || c == n && t < best {
			best, n = t, c
		}
	}
	if best == "" {
		return g.sku
	}
	return best
}

func saleKey(customer, sku string) string { return customer + "\x00" + sku }

const shippingKey = "\x00shipping"

func (b *book) open(customer, sku string, s *sale) {
	if customer == "" {
		return // nobody who could cancel
	}
	k := saleKey(customer, sku)
	b.sales[k] = append(b.sales[k], s)
}

// match finds what a cancellation gives back: pieces of the customer's earlier
// purchases of the same thing, those at the same price before dearer ones, the
// latest first. It takes all of the quantity or nothing.
func (b *book) match(customer, sku string, quantity, price int64, at time.Time) ([]piece, Reason) {
	k := saleKey(customer, sku)
	list := b.sales[k]
	var same, dearer, any int64
	for _, s := range list {
		if s.order.at.After(at) {
			continue
		}
		any += s.left
		if s.price == price {
			same += s.left
		}
		if s.price >= price {
			dearer += s.left
		}
	}
	switch {
	case same >= quantity, dearer >= quantity:
	case any >= quantity:
		return nil, AboveSalePrice
	default:
		return nil, NoSale
	}
	var out []piece
	for _, exact := range []bool{true, false} {
		for _, s := range slices.Backward(list) {
			if quantity == 0 {
				break
			}
			if s.order.at.After(at) || s.left == 0 || exact != (s.price == price) || s.price < price {
				continue
			}
			n := min(s.left, quantity)
			s.left -= n
			quantity -= n
			out = append(out, piece{s, n, n * price})
		}
	}
	b.sales[k] = slices.DeleteFunc(list, func(s *sale) bool { return s.left == 0 })
	return out, ""
}

// matchShipping finds a shipping charge that can be given back in part.
func (b *book) matchShipping(customer string, amount int64, at time.Time) ([]piece, Reason) {
	list := b.sales[saleKey(customer, shippingKey)]
	for _, s := range slices.Backward(list) {
		if !s.order.at.After(at) && s.left >= amount {
			s.left -= amount
			return []piece{{s, 0, amount}}, ""
		}
	}
	return nil, NoSale
}

// piece is a part of a sale that is given back.
type piece struct {
	*sale
	quantity int64
	amount   int64
}

// restore fills the book from the orders an interrupted import left.
func (b *book) restore(ctx context.Context, db *storage.DB) error {
	return db.Snapshot(ctx, func(tx storage.Tx) error {
		byID := map[core.CustomerID]string{}
		q := core.PageQuery{Limit: core.MaxPageSize}
		for {
			page, err := tx.Accounts().Customers(ctx, customersOfImport(), q)
			if err != nil {
				return err
			}
			for _, c := range page.Items {
				if number, ok := strings.CutPrefix(c.Reference, referencePrefix); ok {
					b.customers[number], byID[c.ID] = c.ID, number
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		payments, err := paymentsOf(ctx, tx)
		if err != nil {
			return err
		}
		for o, err := range tx.Orders().All(ctx, order.Filter{}) {
			if err != nil {
				return err
			}
			if o.Metadata[metaInvoice] == "" {
				continue
			}
			b.invoices[o.Metadata[metaInvoice]] = struct{}{}
			b.remember(&o, byID[o.Customer], payments[o.ID])
		}
		for k := range b.sales {
			slices.SortStableFunc(b.sales[k], func(x, y *sale) int {
				return cmp.Or(x.order.at.Compare(y.order.at), cmp.Compare(x.line, y.line))
			})
		}
		return nil
	})
}

// remember takes an order of an earlier run into the book.
func (b *book) remember(o *order.Order, customer string, pay core.PaymentID) {
	ord := &sold{id: o.ID, payment: pay, at: o.PlacedAt, total: o.Totals.Total.Amount, back: o.Shipping.RefundedAmount.Amount}
	for _, l := range o.Lines {
		g := b.goods[l.SKU]
		if g == nil {
			g = &good{sku: l.SKU, product: l.Product, variant: l.Variant, item: l.StockItem, titles: map[string]int{}, recent: map[int64]int64{}}
			b.goods[l.SKU] = g
		}
		g.note(l.Title, l.Quantity, l.UnitPrice.Amount, o.PlacedAt)
		g.back(l.Refunded, l.RefundedAmount.Amount)
		ord.back += l.RefundedAmount.Amount
		if left := l.Quantity - l.Refunded; left > 0 {
			b.open(customer, l.SKU, &sale{order: ord, line: l.ID, price: l.UnitPrice.Amount, left: left})
		}
	}
	if left := o.Shipping.Total.Amount - o.Shipping.RefundedAmount.Amount; left > 0 {
		b.open(customer, shippingKey, &sale{order: ord, price: o.Shipping.Total.Amount, left: left})
	}
}
