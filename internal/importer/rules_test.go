package importer_test

import (
	"context"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/internal/importer"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// A row before those of the tests, so that line numbers are not all 2.
const sale = "536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01T08:26:00,2.55,17850,United Kingdom"

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		row    string
		reason importer.Reason
	}{
		"too few columns":       {"536366,22633,HAND WARMER,6,2010-12-01T08:28:00,1.85,17850", importer.Malformed},
		"too many columns":      {"536366,22633,HAND WARMER,6,2010-12-01T08:28:00,1.85,17850,United Kingdom,", importer.Malformed},
		"open quote":            {`536366,22633,"HAND WARMER,6,2010-12-01T08:28:00,1.85,17850,United Kingdom`, importer.Malformed},
		"no invoice":            {",22633,HAND WARMER,6,2010-12-01T08:28:00,1.85,17850,United Kingdom", importer.Malformed},
		"no stock code":         {"536366, ,HAND WARMER,6,2010-12-01T08:28:00,1.85,17850,United Kingdom", importer.Malformed},
		"quantity no number":    {"536366,22633,HAND WARMER,six,2010-12-01T08:28:00,1.85,17850,United Kingdom", importer.Malformed},
		"quantity of a half":    {"536366,22633,HAND WARMER,0.5,2010-12-01T08:28:00,1.85,17850,United Kingdom", importer.Malformed},
		"quantity zero":         {"536366,22633,HAND WARMER,0,2010-12-01T08:28:00,1.85,17850,United Kingdom", importer.Malformed},
		"no date":               {"536366,22633,HAND WARMER,6,2010-12-01,1.85,17850,United Kingdom", importer.Malformed},
		"price no number":       {"536366,22633,HAND WARMER,6,2010-12-01T08:28:00,1e3,17850,United Kingdom", importer.Malformed},
		"no price":              {"536366,22633,HAND WARMER,6,2010-12-01T08:28:00,,17850,United Kingdom", importer.Malformed},
		"not UTF-8":             {"536366,22633,HAND \xff WARMER,6,2010-12-01T08:28:00,1.85,17850,United Kingdom", importer.Malformed},
		"a NUL":                 {"536366,22633,HAND \x00 WARMER,6,2010-12-01T08:28:00,1.85,17850,United Kingdom", importer.Malformed},
		"fee":                   {"536366,AMAZONFEE,AMAZON FEE,1,2010-12-01T08:28:00,1.85,,United Kingdom", importer.Bookkeeping},
		"bank charges":          {"536366,BANK CHARGES,Bank Charges,1,2010-12-01T08:28:00,15,12748,United Kingdom", importer.Bookkeeping},
		"cancelled discount":    {"C536379,D,Discount,-1,2010-12-01T09:41:00,27.5,14527,United Kingdom", importer.Bookkeeping},
		"sample, as written":    {"536366,s,SAMPLES,1,2010-12-01T08:28:00,1.85,,United Kingdom", importer.Bookkeeping},
		"bad debt":              {"A563186,B,Adjust bad debt,1,2011-08-12T14:51:00,-11062.06,,United Kingdom", importer.Bookkeeping},
		"price zero":            {"536366,22633,HAND WARMER,6,2010-12-01T08:28:00,0,17850,United Kingdom", importer.ZeroPrice},
		"price below zero":      {"536366,22633,HAND WARMER,6,2010-12-01T08:28:00,-1.85,17850,United Kingdom", importer.NegativePrice},
		"write-off":             {"536589,21777,,-10,2010-12-01T16:50:00,0,,United Kingdom", importer.NegativeQuantity},
		"return that is none":   {"536589,21777,HEART,-10,2010-12-01T16:50:00,1.25,17850,United Kingdom", importer.NegativeQuantity},
		"tenth of a penny":      {"550193,PADS,PADS TO MATCH ALL CUSHIONS,1,2011-04-15T09:27:00,0.001,13952,United Kingdom", importer.BelowAPenny},
		"too many":              {"536366,22633,HAND WARMER,1000001,2010-12-01T08:28:00,1,17850,United Kingdom", importer.TotalOutOfRange},
		"too few":               {"C536366,22633,HAND WARMER,-9223372036854775808,2010-12-01T08:28:00,1,17850,United Kingdom", importer.TotalOutOfRange},
		"too dear":              {"536366,22633,HAND WARMER,100000,2010-12-01T08:28:00,1000,17850,United Kingdom", importer.TotalOutOfRange},
		"same invoice, later":   {"536365,22633,HAND WARMER,6,2010-12-01T08:36:00,1.85,17850,United Kingdom", importer.OutOfOrder},
		"same invoice, other":   {"536365,22633,HAND WARMER,6,2010-12-01T08:27:00,1.85,13047,United Kingdom", importer.CustomerMismatch},
		"selling cancellation":  {"C536366,85123A,HEART,6,2010-12-01T08:28:00,2.55,17850,United Kingdom", importer.PositiveQuantity},
		"nobody cancels":        {"C536366,85123A,HEART,-1,2010-12-01T08:28:00,2.55,,United Kingdom", importer.NoCustomer},
		"cancels what is not":   {"C536366,22633,HAND WARMER,-1,2010-12-01T08:28:00,1.85,17850,United Kingdom", importer.NoSale},
		"cancels another's":     {"C536366,85123A,HEART,-1,2010-12-01T08:28:00,2.55,13047,United Kingdom", importer.NoSale},
		"cancels too much":      {"C536366,85123A,HEART,-7,2010-12-01T08:28:00,2.55,17850,United Kingdom", importer.NoSale},
		"cancels before it":     {"C536366,85123A,HEART,-1,2010-12-01T08:25:00,2.55,17850,United Kingdom", importer.NoSale},
		"cancels dearer":        {"C536366,85123A,HEART,-1,2010-12-01T08:28:00,2.56,17850,United Kingdom", importer.AboveSalePrice},
		"cancels postage":       {"C536366,POST,POSTAGE,-1,2010-12-01T08:28:00,18,17850,United Kingdom", importer.NoSale},
		"postage not so dear":   {"C536367,M,Manual,-1,2010-12-01T08:28:00,18,17850,United Kingdom", importer.NoSale},
		"stock code too long":   {"536366,2263322633226332263322633226332263322633226332263322633226332,HAND WARMER,6,2010-12-01T08:28:00,1.85,17850,United Kingdom", importer.Malformed},
		"price of nine decimal": {"536366,22633,HAND WARMER,6,2010-12-01T08:28:00,1.850000001,17850,United Kingdom", importer.BelowAPenny},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rep, db := load(t, sale, c.row)
			require.EqualValues(t, 2, rep.Lines)
			require.Equal(t, map[importer.Reason]int64{c.reason: 1}, rep.Refused)
			require.Len(t, rep.Samples, 1)
			require.EqualValues(t, 3, rep.Samples[0].Line)
			require.Equal(t, c.reason, rep.Samples[0].Reason)
			require.NotEmpty(t, rep.Samples[0].Row)
			require.Equal(t, "15.30", rep.Revenue)
			require.Len(t, orders(t, db), 1)
		})
	}
}

func TestSalesBecomeOrders(t *testing.T) {
	t.Parallel()
	rep, db := load(t, sale,
		"536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01T08:27:00,2.55,17850,United Kingdom", // twice in the file is sold twice
		"536365,85123a,white hanging heart t-light holder,1,2010-12-01T08:27:00,5.00,17850,United Kingdom",
		"536365,POST,POSTAGE,2,2010-12-01T08:27:00,18.00,17850,United Kingdom",
		"548000,22633,HAND WARMER UNION JACK,3,2011-07-01T00:30:00,1.8500,,EIRE", // summer time: still June in UTC
		"548001,POST,POSTAGE,1,2011-07-01T09:00:00,9,12472,Unspecified",
		"548002,gift_0001_20,Dotcomgiftshop Gift Voucher £20.00,1,2011-07-01T09:00:00,16.67,,United Kingdom",
		"548003,M,Manual,1,2011-07-01T09:00:00,1,,United Kingdom",
		"548004,22633,,1,2011-07-01T09:00:00,2.10,,United Kingdom")
	require.EqualValues(t, 9, rep.Accepted)
	require.Equal(t, map[string]string{"2010-12": "71.60", "2011-07": "34.32"}, rep.RevenueByMonth)
	require.Equal(t, rep.SalesByMonth, rep.RevenueByMonth)
	require.Equal(t, "105.92", rep.Revenue)
	require.Equal(t, []int64{5, 2, 6, 0}, []int64{rep.Products, rep.Customers, rep.Orders, rep.Refunds})
	require.Equal(t, importer.TopProduct{SKU: "85123A", Title: "White Hanging Heart T-Light Holder", Quantity: 13, Revenue: "35.60"}, rep.TopProducts[0])

	all := orders(t, db)
	o := all["536365"]
	require.Len(t, o.Lines, 3)
	require.EqualValues(t, 3600, o.Shipping.Total.Amount)
	require.EqualValues(t, 7160, o.Totals.Total.Amount)
	require.Equal(t, order.States{Status: order.Completed, Payment: order.Paid, Fulfilment: order.Delivered}, o.States)
	require.Equal(t, time.Date(2010, 12, 1, 8, 26, 0, 0, time.UTC), o.PlacedAt)
	require.Equal(t, "GB", o.ShippingAddress.Country)
	require.NotEmpty(t, o.Customer)
	guest := all["548000"]
	require.Equal(t, time.Date(2011, 6, 30, 23, 30, 0, 0, time.UTC), guest.PlacedAt)
	require.Equal(t, "IE", guest.ShippingAddress.Country)
	require.Empty(t, guest.Customer)
	require.Len(t, all["548001"].Lines, 1, "an invoice of nothing but postage sells it")
	require.Empty(t, all["548001"].ShippingAddress.Country)
	require.Equal(t, "22633", all["548004"].Lines[0].Title)

	ctx := context.Background()
	require.NoError(t, db.View(ctx, func(tx storage.Tx) error {
		channel, err := tx.Catalog().ChannelByCode(ctx, "default")
		require.NoError(t, err)
		require.EqualValues(t, "GBP", channel.Currencies[0])
		ids, err := tx.Catalog().VariantIDsBySKU(ctx, []string{"85123A", "22633", "POST", "GIFT_0001_20", "M"})
		require.NoError(t, err)
		require.Len(t, ids, 5)
		got, err := tx.Catalog().Sellables(ctx, channel.ID, "GBP", time.Now(), []core.VariantID{ids["85123A"], ids["22633"], ids["POST"]})
		require.NoError(t, err)
		for _, s := range got {
			switch s.SKU {
			case "85123A":
				require.True(t, s.Sells, s.Why)
				require.EqualValues(t, 500, s.Price.Amount, "the newest price, the highest of several")
				require.NotEmpty(t, s.CategoryIDs)
				levels, err := tx.Stock().Levels(ctx, []core.StockItemID{s.StockItemID})
				require.NoError(t, err)
				require.EqualValues(t, 13, levels[0].OnHand, "what was sold in 90 days")
			case "22633":
				require.Equal(t, "Hand Warmer Union Jack", s.ProductTitle, "a row without a title does not count")
				require.EqualValues(t, 210, s.Price.Amount)
				levels, err := tx.Stock().Levels(ctx, []core.StockItemID{s.StockItemID})
				require.NoError(t, err)
				require.EqualValues(t, 10, levels[0].OnHand, "at least ten")
			case "POST":
				require.False(t, s.Sells)
			}
		}
		pays, err := tx.Payments().OfOrder(ctx, o.ID)
		require.NoError(t, err)
		require.Len(t, pays, 1)
		require.Equal(t, payment.StateCaptured, pays[0].State)
		require.Equal(t, "import", pays[0].Provider)
		postings, err := tx.Payments().Postings(ctx, o.ID)
		require.NoError(t, err)
		require.Len(t, postings, 2)
		for _, p := range postings {
			require.Equal(t, o.PlacedAt, p.At)
		}
		return nil
	}))
}
