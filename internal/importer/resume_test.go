package importer_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/internal/importer"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// contents tells what a shop holds, by names that two imports of one file
// share.
func contents(t testing.TB, db *storage.DB) []string {
	t.Helper()
	ctx := context.Background()
	var out []string
	note := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	all := orders(t, db)
	require.NoError(t, db.View(ctx, func(tx storage.Tx) error {
		customers, err := tx.Accounts().Customers(ctx, account.CustomerFilter{}, core.PageQuery{Limit: core.MaxPageSize})
		require.NoError(t, err)
		names := map[core.CustomerID]string{}
		for _, c := range customers.Items {
			names[c.ID] = c.Reference
			note("customer %s %s %v %s", c.Reference, c.Name, c.Metadata, c.CreatedAt)
		}
		var skus []string
		for invoice, o := range all {
			note("order %s %s %v %v %+v shipping %s -%s", invoice, names[o.Customer], o.States, o.PlacedAt, o.Totals, o.Shipping.Total, o.Shipping.RefundedAmount)
			places := map[core.LineID]int{}
			for i, l := range o.Lines {
				places[l.ID] = i
				skus = append(skus, l.SKU)
				note("line %s %d %s %q %d at %s -%d -%s", invoice, i, l.SKU, l.Title, l.Quantity, l.UnitPrice, l.Refunded, l.RefundedAmount)
			}
			refunds, err := tx.Orders().Refunds(ctx, o.ID)
			require.NoError(t, err)
			for _, r := range refunds {
				note("refund %s %s %s %s %v", invoice, r.Reason, r.Amount, r.Shipping, r.CreatedAt)
				for _, l := range r.Lines {
					note("refund %s line %d: %d %s", invoice, places[l.Line], l.Quantity, l.Amount)
				}
			}
			pays, err := tx.Payments().OfOrder(ctx, o.ID)
			require.NoError(t, err)
			for _, p := range pays {
				note("payment %s %s %s %s %v", invoice, p.State, p.Captured, p.Refunded, p.UpdatedAt)
			}
			postings, err := tx.Payments().Postings(ctx, o.ID)
			require.NoError(t, err)
			for _, p := range postings {
				note("posting %s %s %v %v", invoice, p.Kind, p.At, p.Entries)
			}
			events, err := tx.Orders().Timeline(ctx, o.ID, false, core.PageQuery{Limit: core.MaxPageSize})
			require.NoError(t, err)
			for _, e := range events.Items {
				note("event %s %s %s %v", invoice, e.Type, e.Text, e.At)
			}
		}
		slices.Sort(skus)
		skus = slices.Compact(skus)
		if len(skus) == 0 {
			return nil
		}
		channel, err := tx.Catalog().ChannelByCode(ctx, "default")
		require.NoError(t, err)
		variants, err := tx.Catalog().VariantIDsBySKU(ctx, skus)
		require.NoError(t, err)
		var ids []core.VariantID
		for _, id := range variants {
			ids = append(ids, id)
		}
		if len(ids) == 0 {
			return nil
		}
		sellables, err := tx.Catalog().Sellables(ctx, channel.ID, "GBP", time.Now(), ids)
		require.NoError(t, err)
		require.Len(t, sellables, len(ids))
		for _, s := range sellables {
			note("product %s %q %s %v %d", s.SKU, s.ProductTitle, s.Price, s.Sells, len(s.CategoryIDs))
			if s.StockItemID != "" {
				levels, err := tx.Stock().Levels(ctx, []core.StockItemID{s.StockItemID})
				require.NoError(t, err)
				require.Len(t, levels, 1)
				note("level %s %d", s.SKU, levels[0].OnHand)
			}
		}
		for i := range all { // the lines lead to the products
			for _, l := range all[i].Lines {
				require.Equal(t, variants[l.SKU], l.Variant)
			}
		}
		return nil
	}))
	slices.Sort(out)
	return out
}

// trade makes rows of a few weeks: orders of several lines, some of one minute,
// returning customers, cancellations in parts, shipping, and refused rows.
func trade() []string {
	var rows []string
	start := time.Date(2011, 3, 20, 9, 0, 0, 0, time.UTC)
	add := func(invoice string, sku, n, pence int, at time.Time, customer int) {
		rows = append(rows, fmt.Sprintf("%s,%d,THING %d %c,%d,%s,%d.%02d,%d,Germany", invoice, 20000+sku, sku, 'A'+rune(n&1), n, at.Format("2006-01-02T15:04:05"),
			pence/100, pence%100, 12000+customer))
	}
	for i := range 60 {
		at := start.Add(time.Duration(i/3) * 7 * time.Hour) // three invoices a minute
		invoice := fmt.Sprint(550000 + i)
		for l := range 1 + i%4 {
			add(invoice, (i+l)%7, 1+(i*l)%5, 100+10*((i+l)%3), at, i%4)
		}
		if i%4 == 1 {
			rows = append(rows, fmt.Sprintf("%s,POST,POSTAGE,1,%s,5.00,%d,Germany", invoice, at.Format("2006-01-02T15:04:05"), 12000+i%4))
			rows = append(rows, fmt.Sprintf("%s,20001,,-3,%s,0,,Germany", invoice, at.Format("2006-01-02T15:04:05")))
		}
		if i%3 == 2 {
			add("C"+invoice, i%7, -1-i%3, 100+10*(i%3), at, i%4)
			add("C"+invoice, (i+1)%7, -1, 100, at, (i+1)%4)
			rows = append(rows, fmt.Sprintf("C%s,POST,POSTAGE,-1,%s,1.50,%d,Germany", invoice, at.Format("2006-01-02T15:04:05"), 12001))
		}
	}
	return rows
}

func TestResume(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := file(t, trade()...)
	dir := t.TempDir()
	batches := 0
	whole := openShop(t)
	want, err := importer.OnlineRetail(ctx, whole, path, importer.Options{BatchRows: 5, Refused: filepath.Join(dir, "whole"),
		Progress: func(int64, int64) { batches++ }})
	require.NoError(t, err)
	sound(t, whole)
	require.Greater(t, batches, 10)
	require.Greater(t, want.Refunds, int64(10))
	require.NotZero(t, want.Refused[importer.NoSale])
	require.NotZero(t, want.Refused[importer.NegativeQuantity])
	content := contents(t, whole)
	refused, err := os.ReadFile(filepath.Join(dir, "whole"))
	require.NoError(t, err)

	t.Run("batches of any size", func(t *testing.T) {
		t.Parallel()
		db := openShop(t)
		rep, err := importer.OnlineRetail(ctx, db, path, importer.Options{})
		require.NoError(t, err)
		require.Equal(t, want, rep)
		require.Equal(t, content, contents(t, db))
	})
	for _, n := range []int{1, 2, 7, batches - 1, batches} {
		t.Run(fmt.Sprintf("after batch %d of %d", n, batches), func(t *testing.T) {
			t.Parallel()
			db := openShop(t)
			list := filepath.Join(dir, fmt.Sprint(n))
			stop, cancel := context.WithCancel(ctx)
			done := 0
			_, err := importer.OnlineRetail(stop, db, path, importer.Options{BatchRows: 5, Refused: list, Progress: func(int64, int64) {
				if done++; done == n {
					cancel()
				}
			}})
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, n, done)
			sound(t, db)
			rep, err := importer.OnlineRetail(ctx, db, path, importer.Options{BatchRows: 5, Refused: list})
			require.NoError(t, err)
			require.True(t, rep.Resumed)
			rep.Resumed = false
			require.Equal(t, want, rep)
			sound(t, db)
			require.Equal(t, content, contents(t, db))
			raw, err := os.ReadFile(list)
			require.NoError(t, err)
			require.Equal(t, string(refused), string(raw), "each refused row once")
		})
	}
}

// TestStoppedAnywhere ends the context at statements of all kinds, not only
// between batches.
func TestStoppedAnywhere(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	path := file(t, trade()...)
	whole := openShop(t)
	want, err := importer.OnlineRetail(ctx, whole, path, importer.Options{BatchRows: 20})
	require.NoError(t, err)
	content := contents(t, whole)
	db := openShop(t)
	var rep *importer.Report
	for after := 5; ; after += 37 {
		require.Less(t, after, 100_000)
		// Whatever it was at is over when the context is asked once more often.
		rep, err = importer.OnlineRetail(&asked{Context: ctx, left: after}, db, path, importer.Options{BatchRows: 20})
		if err == nil {
			break
		}
		require.ErrorIs(t, err, context.Canceled)
	}
	require.True(t, rep.Resumed, "it was stopped before")
	rep.Resumed = false
	require.Equal(t, want, rep)
	sound(t, db)
	require.Equal(t, content, contents(t, db))
}

// asked is a context that is over after it was asked a number of times.
type asked struct {
	context.Context
	left int
}

func (a *asked) Err() error {
	if a.left--; a.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestAChangedOrderIsNotOverwritten(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), openShop(t)
	path := file(t, "1,22633,HAND WARMER,1,2010-12-01T08:00:00,2.00,17850,United Kingdom",
		"C2,22633,HAND WARMER,-1,2010-12-02T08:00:00,2.00,17850,United Kingdom")
	stop, cancel := context.WithCancel(ctx)
	_, err := importer.OnlineRetail(stop, db, path, importer.Options{BatchRows: 1, Progress: func(int64, int64) { cancel() }})
	require.ErrorIs(t, err, context.Canceled)
	o := orders(t, db)["1"]
	require.NoError(t, db.Update(ctx, func(tx storage.Tx) error { // somebody gives the money back meanwhile
		if err := tx.Orders().Count(ctx, &o, order.Change{Line: o.Lines[0].ID, Refunded: 1, RefundedAmount: 200}); err != nil {
			return err
		}
		zero, amount := o.Shipping.Total, o.Totals.Total
		if err := tx.Orders().InsertRefund(ctx, order.Refund{ID: core.NewID[core.RefundID](nil, core.PrefixRefund), Order: o.ID, Amount: amount, Goodwill: zero,
			State: order.RefundSucceeded, Version: 1}); err != nil {
			return err
		}
		pays, err := tx.Payments().OfOrder(ctx, o.ID)
		require.NoError(t, err)
		_, err = payment.Clerk{}.Observe(ctx, tx, pays[0].ID, payment.Outcome{Status: payment.Captured, Authorized: amount, Captured: amount, Refunded: amount})
		return err
	}))
	rep, err := importer.OnlineRetail(ctx, db, path, importer.Options{BatchRows: 1})
	require.NoError(t, err)
	require.Equal(t, map[importer.Reason]int64{importer.NoSale: 1}, rep.Refused)
	sound(t, db)
}
