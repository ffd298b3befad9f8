package importer

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/storage"
)

// restore fills the book from the orders an interrupted import left.
func (b *book) restore(ctx context.Context, db *storage.DB) error {
	return db.Snapshot(ctx, func(tx storage.Tx) error {
		buyers, err := b.restoreBuyers(ctx, tx)
		if err != nil {
			return err
		}
		payments, err := paymentsOf(ctx, tx)
		if err != nil {
			return err
		}
		for o, err := range tx.Orders().All(ctx, order.Filter{}) {
			if err != nil {
				return err
			}
			if pay := payments[o.ID]; pay != "" && o.Metadata[metaInvoice] != "" {
				b.remember(&o, buyers[o.Customer], pay)
			}
		}
		for _, u := range b.buyers { // orders of one minute come in any order, lines in theirs
			for _, list := range u.bought {
				slices.SortStableFunc(list, func(x, y sale) int {
					return cmp.Or(x.order.at.Compare(y.order.at), strings.Compare(x.order.invoice, y.order.invoice))
				})
			}
		}
		return nil
	})
}

// restoreBuyers reads the customers of the import.
func (b *book) restoreBuyers(ctx context.Context, tx storage.Tx) (map[core.CustomerID]*buyer, error) {
	out := map[core.CustomerID]*buyer{}
	q := core.PageQuery{Limit: core.MaxPageSize}
	for {
		page, err := tx.Accounts().Customers(ctx, account.CustomerFilter{Query: referencePrefix, Sort: account.OldestFirst}, q)
		if err != nil {
			return nil, err
		}
		for _, c := range page.Items {
			if number, ok := strings.CutPrefix(c.Reference, referencePrefix); ok {
				out[c.ID] = &buyer{id: c.ID, bought: map[string][]sale{}}
				b.buyers[number] = out[c.ID]
			}
		}
		if q.After = page.Next; q.After == "" {
			return out, nil
		}
	}
}

// paymentsOf maps imported orders to their payments.
func paymentsOf(ctx context.Context, tx storage.Tx) (map[core.OrderID]core.PaymentID, error) {
	out := map[core.OrderID]core.PaymentID{}
	q := core.PageQuery{Limit: core.MaxPageSize}
	for {
		page, err := tx.Payments().List(ctx, payment.Filter{Provider: providerName}, q)
		if err != nil {
			return nil, err
		}
		for _, p := range page.Items {
			out[p.Order] = p.ID
		}
		if q.After = page.Next; q.After == "" {
			return out, nil
		}
	}
}

// remember takes an order of an earlier run into the book.
func (b *book) remember(o *order.Order, u *buyer, pay core.PaymentID) {
	ord := &sold{id: o.ID, payment: pay, invoice: o.Metadata[metaInvoice], states: o.States, at: o.PlacedAt, total: o.Totals.Total.Amount,
		back: o.Shipping.RefundedAmount.Amount}
	b.invoices[ord.invoice] = struct{}{}
	for _, l := range o.Lines {
		g := b.goods[l.SKU]
		if g == nil {
			g = &good{sku: l.SKU, product: l.Product, variant: l.Variant, item: l.StockItem, titles: map[string]int{}, recent: map[int64]int64{}}
			b.goods[g.sku] = g
		}
		g.note(b.title(l.Title), l.Quantity, l.UnitPrice.Amount, o.PlacedAt)
		g.back(l.Refunded, l.RefundedAmount.Amount)
		ord.back += l.RefundedAmount.Amount
		if left := l.Quantity - l.Refunded; left > 0 {
			u.open(g.sku, sale{order: ord, line: l.ID, price: l.UnitPrice.Amount, left: left})
		}
	}
	if left := o.Shipping.Total.Amount - o.Shipping.RefundedAmount.Amount; left > 0 {
		u.open(shippingKey, sale{order: ord, price: o.Shipping.Total.Amount, left: left})
	}
}
