package importer_test

import (
	"context"
	"testing"

	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/internal/importer"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// refunded tells the pieces and the amount given back of each invoice.
func refunded(all map[string]order.Order) map[string][2]int64 {
	out := map[string][2]int64{}
	for invoice, o := range all {
		var sum [2]int64
		for _, l := range o.Lines {
			sum[0] += l.Refunded
			sum[1] += l.RefundedAmount.Amount
		}
		sum[1] += o.Shipping.RefundedAmount.Amount
		if sum != [2]int64{} {
			out[invoice] = sum
		}
	}
	return out
}

func TestCancellations(t *testing.T) {
	t.Parallel()
	sales := []string{
		"1,22633,HAND WARMER,10,2010-12-01T08:00:00,2.00,17850,United Kingdom",
		"2,22633,HAND WARMER,10,2010-12-02T08:00:00,3.00,17850,United Kingdom",
		"3,22633,HAND WARMER,10,2010-12-03T08:00:00,2.00,17850,United Kingdom",
		"3,POST,POSTAGE,1,2010-12-03T08:00:00,18.00,17850,United Kingdom",
		"4,22633,HAND WARMER,10,2010-12-20T08:00:00,2.00,17850,United Kingdom", // after the cancellations
	}
	for name, c := range map[string]struct {
		rows []string
		want map[string][2]int64
		n    int64 // refunds
	}{
		"the latest first":      {[]string{"C9,22633,HAND WARMER,-4,2010-12-09T08:00:00,2.00,17850,United Kingdom"}, map[string][2]int64{"3": {4, 800}}, 1},
		"dearer when it must":   {[]string{"C9,22633,HAND WARMER,-4,2010-12-09T08:00:00,2.50,17850,United Kingdom"}, map[string][2]int64{"2": {4, 1000}}, 1},
		"over several orders":   {[]string{"C9,22633,HAND WARMER,-14,2010-12-09T08:00:00,2.00,17850,United Kingdom"}, map[string][2]int64{"3": {10, 2000}, "1": {4, 800}}, 2},
		"same price before":     {[]string{"C9,22633,HAND WARMER,-25,2010-12-09T08:00:00,2.00,17850,United Kingdom"}, map[string][2]int64{"3": {10, 2000}, "1": {10, 2000}, "2": {5, 1000}}, 3},
		"all or nothing":        {[]string{"C9,22633,HAND WARMER,-31,2010-12-09T08:00:00,2.00,17850,United Kingdom"}, map[string][2]int64{}, 0},
		"no more than is left":  {[]string{"C8,22633,HAND WARMER,-28,2010-12-08T08:00:00,2.00,17850,United Kingdom", "C9,22633,HAND WARMER,-3,2010-12-09T08:00:00,2.00,17850,United Kingdom"}, map[string][2]int64{"3": {10, 2000}, "1": {10, 2000}, "2": {8, 1600}}, 3},
		"in parts":              {[]string{"C8,22633,HAND WARMER,-3,2010-12-08T08:00:00,2.00,17850,United Kingdom", "C9,22633,HAND WARMER,-7,2010-12-09T08:00:00,2.00,17850,United Kingdom"}, map[string][2]int64{"3": {10, 2000}}, 2},
		"two rows, one refund":  {[]string{"C9,22633,HAND WARMER,-3,2010-12-09T08:00:00,2.00,17850,United Kingdom", "C9,22633,HAND WARMER,-4,2010-12-09T08:01:00,2.00,17850,United Kingdom"}, map[string][2]int64{"3": {7, 1400}}, 1},
		"shipping":              {[]string{"C9,POST,POSTAGE,-1,2010-12-09T08:00:00,18.00,17850,United Kingdom"}, map[string][2]int64{"3": {0, 1800}}, 1},
		"a part of shipping":    {[]string{"C8,POST,POSTAGE,-1,2010-12-08T08:00:00,8.00,17850,United Kingdom", "C9,POST,POSTAGE,-1,2010-12-09T08:00:00,10.01,17850,United Kingdom"}, map[string][2]int64{"3": {0, 800}}, 1},
		"shipping by any name":  {[]string{"C9,DOT,DOTCOM POSTAGE,-1,2010-12-09T08:00:00,5.00,17850,United Kingdom"}, map[string][2]int64{"3": {0, 500}}, 1},
		"lower case, and goods": {[]string{"c9,POST,POSTAGE,-1,2010-12-09T08:00:00,18,17850,United Kingdom", "c9,22633,HAND WARMER,-10,2010-12-09T08:00:00,2.00,17850,United Kingdom"}, map[string][2]int64{"3": {10, 3800}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := append(append(append([]string{}, sales[:4]...), c.rows...), sales[4])
			rep, db := load(t, rows...)
			all := orders(t, db)
			require.Equal(t, c.want, refunded(all))
			require.Equal(t, c.n, rep.Refunds)
			var back int64
			for invoice, o := range all {
				sum := refunded(map[string]order.Order{invoice: o})[invoice][1]
				back += sum
				switch sum {
				case 0:
					require.Equal(t, order.Paid, o.Payment)
				case o.Totals.Total.Amount:
					require.Equal(t, order.Refunded, o.Payment)
				default:
					require.Equal(t, order.PartiallyRefunded, o.Payment)
				}
				ctx := context.Background()
				require.NoError(t, db.View(ctx, func(tx storage.Tx) error {
					pays, err := tx.Payments().OfOrder(ctx, o.ID)
					require.NoError(t, err)
					require.Equal(t, sum, pays[0].Refunded.Amount)
					rs, err := tx.Orders().Refunds(ctx, o.ID)
					for _, r := range rs {
						require.Equal(t, order.RefundSucceeded, r.State)
						sum -= r.Amount.Amount
					}
					require.Zero(t, sum)
					return err
				}))
			}
			require.NotZero(t, rep.Accepted)
			if back == 0 {
				require.Empty(t, rep.RefundsByMonth)
			}
		})
	}
}

func TestCancellationBeforeALaterSaleOfItsMinute(t *testing.T) {
	t.Parallel()
	// In the file a cancellation may stand before the sale it takes back, when
	// both are of one minute.
	rep, db := load(t,
		"C2,22633,HAND WARMER,-4,2010-12-01T08:00:00,2.00,17850,United Kingdom",
		"1,22633,HAND WARMER,10,2010-12-01T08:00:00,2.00,17850,United Kingdom")
	require.EqualValues(t, 2, rep.Accepted)
	require.Equal(t, map[string][2]int64{"1": {4, 800}}, refunded(orders(t, db)))
	require.Equal(t, "12.00", rep.Revenue)
	require.Equal(t, map[string]string{"2010-12": "8.00"}, rep.RefundsByMonth)
}

func TestInterleavedInvoices(t *testing.T) {
	t.Parallel()
	rep, db := load(t,
		"1,22633,HAND WARMER,1,2010-12-01T08:00:00,2.00,17850,United Kingdom",
		"2,22633,HAND WARMER,1,2010-12-01T08:01:00,2.00,13047,United Kingdom",
		"1,21777,HEART,1,2010-12-01T08:09:00,1.00,17850,United Kingdom",
		"1,21777,HEART,1,2010-12-01T08:19:00,1.00,17850,United Kingdom") // ten minutes later
	require.Equal(t, map[importer.Reason]int64{importer.OutOfOrder: 1}, rep.Refused)
	all := orders(t, db)
	require.Len(t, all, 2)
	require.Len(t, all["1"].Lines, 2)
}
