package importer_test

import (
	"cmp"
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/internal/importer"
	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/postgres"
	"github.com/bodega-commerce/bodega/storage/sqlite"
	"github.com/stretchr/testify/require"
)

// TestRealFile imports the whole Online Retail file and compares the report,
// and what the database holds, with a second computation that shares no code
// with the importer.
func TestRealFile(t *testing.T) {
	t.Parallel()
	path := testenv.Data(t, realFile)
	want := compute(t, path)
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "shop.db"), sqlite.Config{})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		compare(t, db, path, want)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		if testing.Short() {
			t.Skip("takes a minute")
		}
		db, err := postgres.Open(t.Context(), testenv.Postgres(t), postgres.Config{})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		compare(t, db, path, want)
	})
}

// books is the outcome by the second computation.
type books struct {
	lines, accepted   int64
	refused           map[importer.Reason]int64
	sales, back       map[string]int64 // pence by month
	pieces, revenue   map[string]int64 // by stock code
	orders, customers map[string]bool
	skus              map[string]bool
	orderTotal        int64
}

// bought is what a customer has left of a row; shipping is the sum of an
// invoice's.
type bought struct {
	at      string
	invoice string
	row     int
	pence   int
	left    int
}

type line struct {
	n                      int
	invoice, code, at, who string
	quantity, pence        int
	cancels, shipping      bool
}

// compute reads the file at once and applies the rules in docs/import.md: sales
// first, then cancellations in the order of the file.
func compute(t *testing.T, path string) books {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	records, err := csv.NewReader(z).ReadAll()
	require.NoError(t, err)
	b := books{refused: map[importer.Reason]int64{}, sales: map[string]int64{}, back: map[string]int64{}, pieces: map[string]int64{}, revenue: map[string]int64{},
		orders: map[string]bool{}, customers: map[string]bool{}, skus: map[string]bool{}}
	invoices := map[string][]line{}
	var cancels []line
	for i, r := range records[1:] {
		b.lines++
		x, refuse := judge(t, i, r)
		if refuse != "" {
			b.refused[refuse]++
			continue
		}
		// Ledger days are UTC, months of the report local: the same while
		// nobody trades around midnight.
		require.GreaterOrEqual(t, x.at[11:13], "01", "line %d", i+2)
		if x.cancels {
			cancels = append(cancels, x)
			continue
		}
		b.accepted++
		b.sales[x.at[:7]] += int64(x.quantity * x.pence)
		invoices[x.invoice] = append(invoices[x.invoice], x)
		b.orders[x.invoice] = true
		if x.who != "" {
			b.customers[x.who] = true
		}
	}
	left := map[string][]*bought{}
	for invoice, lines := range invoices {
		goods := slices.ContainsFunc(lines, func(x line) bool { return !x.shipping })
		var shipping *bought
		for _, x := range lines {
			require.Equal(t, lines[0].who, x.who, "invoice %s", invoice)
			b.orderTotal += int64(x.quantity * x.pence)
			if goods && x.shipping {
				if shipping == nil {
					shipping = &bought{at: lines[0].at, invoice: invoice, row: x.n}
					left[x.who+"/shipping"] = append(left[x.who+"/shipping"], shipping)
				}
				shipping.left += x.quantity * x.pence
				continue
			}
			b.skus[x.code] = true
			b.pieces[x.code] += int64(x.quantity)
			b.revenue[x.code] += int64(x.quantity * x.pence)
			left[x.who+"/"+x.code] = append(left[x.who+"/"+x.code], &bought{at: lines[0].at, invoice: invoice, row: x.n, pence: x.pence, left: x.quantity})
		}
	}
	for _, x := range cancels {
		why := b.giveBack(left, x)
		if why != "" {
			b.refused[why]++
			continue
		}
		b.accepted++
		b.back[x.at[:7]] += int64(x.quantity * x.pence)
	}
	return b
}

func judge(t *testing.T, i int, r []string) (line, importer.Reason) {
	t.Helper()
	x := line{n: i, invoice: r[0], code: strings.ToUpper(r[1]), at: r[4], who: r[6], cancels: strings.HasPrefix(r[0], "C")}
	var err error
	x.quantity, err = strconv.Atoi(r[3])
	require.NoError(t, err)
	pounds, err := strconv.ParseFloat(r[5], 64)
	require.NoError(t, err)
	x.pence = int(math.Round(pounds * 100))
	x.shipping = x.code == "POST" || x.code == "DOT" || x.code == "C2"
	switch {
	case slices.Contains([]string{"AMAZONFEE", "B", "BANK CHARGES", "CRUK", "D", "S"}, x.code):
		return x, importer.Bookkeeping
	case pounds < 0:
		return x, importer.NegativePrice
	case math.Abs(pounds*100-float64(x.pence)) > 1e-6:
		return x, importer.BelowAPenny
	case x.quantity < 0 && !x.cancels:
		return x, importer.NegativeQuantity
	case pounds == 0:
		return x, importer.ZeroPrice
	case x.cancels && x.who == "":
		return x, importer.NoCustomer
	}
	if x.cancels {
		x.quantity = -x.quantity
	}
	return x, ""
}

// giveBack takes pieces back by the rules: all of them or none, those at the
// same price first, the latest first, none that cost less.
func (b *books) giveBack(left map[string][]*bought, x line) importer.Reason {
	var fit []*bought
	enough, cheaper := 0, 0
	for _, s := range left[x.who+"/"+x.code] {
		switch {
		case s.at > x.at:
		case s.pence < x.pence:
			cheaper += s.left
		default:
			fit = append(fit, s)
			enough += s.left
		}
	}
	if enough >= x.quantity {
		slices.SortFunc(fit, func(a, b *bought) int {
			return cmp.Or(min(1, a.pence-x.pence)-min(1, b.pence-x.pence), strings.Compare(b.at, a.at), strings.Compare(b.invoice, a.invoice), b.row-a.row)
		})
		n := x.quantity
		for _, s := range fit {
			take := min(n, s.left)
			s.left -= take
			n -= take
		}
		b.pieces[x.code] -= int64(x.quantity)
		b.revenue[x.code] -= int64(x.quantity * x.pence)
		return ""
	}
	if x.shipping {
		charges := left[x.who+"/shipping"]
		slices.SortFunc(charges, func(a, b *bought) int {
			return cmp.Or(strings.Compare(b.at, a.at), strings.Compare(b.invoice, a.invoice))
		})
		for _, s := range charges {
			if s.at <= x.at && s.left >= x.quantity*x.pence {
				s.left -= x.quantity * x.pence
				return ""
			}
		}
		return importer.NoSale
	}
	if enough+cheaper >= x.quantity {
		return importer.AboveSalePrice
	}
	return importer.NoSale
}

func decimal(pence int64) string {
	sign := ""
	if pence < 0 {
		sign, pence = "-", -pence
	}
	return fmt.Sprintf("%s%d.%02d", sign, pence/100, pence%100)
}

func months(a map[string]int64, minus map[string]int64) map[string]string {
	out := map[string]string{}
	for m := range a {
		out[m] = decimal(a[m] - minus[m])
	}
	return out
}

func compare(t *testing.T, db *storage.DB, path string, want books) {
	ctx := context.Background()
	prepare(t, db)
	began := time.Now()
	rep, err := importer.OnlineRetail(ctx, db, path, importer.Options{})
	require.NoError(t, err)
	t.Logf("%d lines in %v", rep.Lines, time.Since(began).Round(time.Millisecond))

	require.EqualValues(t, 541909, rep.Lines)
	require.Equal(t, want.lines, rep.Lines)
	require.Equal(t, want.refused, rep.Refused)
	require.Equal(t, want.accepted, rep.Accepted)
	require.Equal(t, rep.Lines, rep.Accepted+rep.RefusedTotal())
	require.Equal(t, months(want.sales, nil), rep.SalesByMonth)
	require.Equal(t, months(want.back, nil), rep.RefundsByMonth)
	require.Equal(t, months(want.sales, want.back), rep.RevenueByMonth)
	require.EqualValues(t, len(want.orders), rep.Orders)
	require.EqualValues(t, len(want.customers), rep.Customers)
	require.EqualValues(t, len(want.skus), rep.Products)

	skus := make([]string, 0, len(want.pieces))
	for sku := range want.pieces {
		skus = append(skus, sku)
	}
	slices.SortFunc(skus, func(a, b string) int {
		return cmp.Or(cmp.Compare(want.pieces[b], want.pieces[a]), strings.Compare(a, b))
	})
	require.Len(t, rep.TopProducts, 10)
	for i, p := range rep.TopProducts {
		require.Equal(t, skus[i], p.SKU)
		require.Equal(t, want.pieces[p.SKU], p.Quantity, p.SKU)
		require.Equal(t, decimal(want.revenue[p.SKU]), p.Revenue, p.SKU)
	}

	sound(t, db)
	require.NoError(t, db.View(ctx, func(tx storage.Tx) error {
		sameTop(ctx, t, tx, want, skus[:10])
		sales, back := map[string]int64{}, map[string]int64{}
		days, err := tx.Payments().Revenue(ctx, time.Time{}, time.Time{})
		require.NoError(t, err)
		for _, d := range days {
			require.Equal(t, "GBP", d.Currency)
			sales[d.Day.Format("2006-01")] += d.Sales.Amount
			back[d.Day.Format("2006-01")] += d.Refunds.Amount
		}
		require.Equal(t, want.sales, sales, "sales of the ledger")
		require.Equal(t, want.back, back, "refunds of the ledger")
		var total, n int64
		for q := (core.PageQuery{Limit: core.MaxPageSize}); ; {
			page, err := tx.Orders().List(ctx, order.Filter{}, q)
			require.NoError(t, err)
			for _, o := range page.Items {
				n++
				total += o.Totals.Total.Amount
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		require.Equal(t, []int64{rep.Orders, want.orderTotal}, []int64{n, total})
		return nil
	}))
}

// sameTop compares the products the database says were sold most.
func sameTop(ctx context.Context, t *testing.T, tx storage.Tx, want books, skus []string) {
	t.Helper()
	channel, err := tx.Catalog().ChannelByCode(ctx, "default")
	require.NoError(t, err)
	variants, err := tx.Catalog().VariantIDsBySKU(ctx, skus)
	require.NoError(t, err)
	ids := make([]core.VariantID, 0, len(skus))
	for _, sku := range skus {
		ids = append(ids, variants[sku])
	}
	sellables, err := tx.Catalog().Sellables(ctx, channel.ID, "GBP", time.Now(), ids)
	require.NoError(t, err)
	skuOf := map[core.ProductID]string{}
	for _, s := range sellables {
		skuOf[s.ProductID] = s.SKU
	}
	top, err := tx.Orders().TopProducts(ctx, order.TopQuery{Currency: "GBP"})
	require.NoError(t, err)
	require.Len(t, top, 10)
	for i, p := range top {
		require.Equal(t, skus[i], skuOf[p.Product])
		require.Equal(t, want.pieces[skus[i]], p.Quantity)
		require.Equal(t, want.revenue[skus[i]], p.Revenue.Amount)
	}
}
