package importer

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/money"
)

// Reason says why a row was refused.
type Reason string

// The reasons.
const (
	Malformed        Reason = "malformed"                      // a column is missing, or no number or date
	Bookkeeping      Reason = "bookkeeping"                    // fees, commissions, samples, discounts: no sale of goods
	ZeroPrice        Reason = "zero_price"                     // gifts and write-offs
	NegativePrice    Reason = "negative_price"                 // corrections of debts
	NegativeQuantity Reason = "negative_quantity"              // write-offs of stock, outside of a cancellation
	BelowAPenny      Reason = "price_below_a_penny"            // no amount of money
	OutOfOrder       Reason = "invoice_out_of_order"           // long after the invoice's other rows
	NoCustomer       Reason = "cancellation_without_customer"  // nobody to give back to
	NoSale           Reason = "cancellation_without_sale"      // what is cancelled was not bought before, in this file
	AboveSalePrice   Reason = "cancellation_above_sale_price"  // more would be given back than was paid
	PositiveQuantity Reason = "cancellation_positive_quantity" // a cancellation that sells
	CustomerMismatch Reason = "invoice_customer_differs"       // another customer than the invoice's first row
	TotalOutOfRange  Reason = "amount_out_of_range"            // price times quantity is no sane amount
)

// Report tells what an import did. Lines = Accepted + the refused ones.
type Report struct {
	Lines          int64             `json:"lines"`
	Accepted       int64             `json:"accepted"`
	Refused        map[Reason]int64  `json:"refused"`
	Products       int64             `json:"products"`
	Customers      int64             `json:"customers"`
	Orders         int64             `json:"orders"`
	Refunds        int64             `json:"refunds"`
	Currency       money.Currency    `json:"currency"`
	Revenue        string            `json:"revenue"`          // accepted sales less accepted refunds
	RevenueByMonth map[string]string `json:"revenue_by_month"` // "2010-12" -> "748957.02", by the local time of the invoice
	SalesByMonth   map[string]string `json:"sales_by_month"`
	RefundsByMonth map[string]string `json:"refunds_by_month"`
	TopProducts    []TopProduct      `json:"top_products"` // by pieces sold less pieces given back
	Samples        []Refusal         `json:"refused_samples"`
	Resumed        bool              `json:"resumed,omitempty"`      // went on where an earlier run had stopped
	AlreadyDone    bool              `json:"already_done,omitempty"` // an earlier run had finished; nothing was changed
}

// TopProduct is one of the products sold most.
type TopProduct struct {
	SKU      string `json:"sku"`
	Title    string `json:"title"`
	Quantity int64  `json:"quantity"`
	Revenue  string `json:"revenue"`
}

// Refusal is a refused row.
type Refusal struct {
	Line   int64    `json:"line"` // of the file, the header being 1
	Reason Reason   `json:"reason"`
	Row    []string `json:"row"`
}

// samplesPerReason bounds the refused rows a report shows.
const samplesPerReason = 5

// RefusedTotal is how many rows were refused.
func (r *Report) RefusedTotal() int64 {
	var n int64
	for _, c := range r.Refused {
		n += c
	}
	return n
}

// Print writes the report for people.
func (r *Report) Print(w io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	if r.AlreadyDone {
		p("This file is imported already; nothing was changed.")
	}
	p("%-12s %9d", "lines", r.Lines)
	p("%-12s %9d", "accepted", r.Accepted)
	p("%-12s %9d", "refused", r.RefusedTotal())
	reasons := make([]Reason, 0, len(r.Refused))
	for reason := range r.Refused {
		reasons = append(reasons, reason)
	}
	slices.SortFunc(reasons, func(a, b Reason) int { return cmp.Or(cmp.Compare(r.Refused[b], r.Refused[a]), cmp.Compare(a, b)) })
	for _, reason := range reasons {
		p("  %-31s %6d", reason, r.Refused[reason])
		for _, s := range r.Samples {
			if s.Reason == reason {
				p("    line %d: %v", s.Line, s.Row)
				break
			}
		}
	}
	p("%-12s %9d", "products", r.Products)
	p("%-12s %9d", "customers", r.Customers)
	p("%-12s %9d", "orders", r.Orders)
	p("%-12s %9d", "refunds", r.Refunds)
	p("")
	p("%-9s %14s", "month", "revenue "+string(r.Currency))
	months := make([]string, 0, len(r.RevenueByMonth))
	for m := range r.RevenueByMonth {
		months = append(months, m)
	}
	slices.Sort(months)
	for _, m := range months {
		p("%-9s %14s", m, r.RevenueByMonth[m])
	}
	p("%-9s %14s", "total", r.Revenue)
}

// tally is what is counted while rows come in; it is kept in the checkpoint.
type tally struct {
	Lines    int64            `json:"lines"`
	Accepted int64            `json:"accepted"`
	Refused  map[Reason]int64 `json:"refused"`
	Orders   int64            `json:"orders"`
	Refunds  int64            `json:"refunds"`
	Sales    map[string]int64 `json:"sales"` // by month, minor units
	Given    map[string]int64 `json:"given"` // refunds by month, minor units
	Samples  []Refusal        `json:"samples"`
}

func newTally() tally {
	return tally{Refused: map[Reason]int64{}, Sales: map[string]int64{}, Given: map[string]int64{}}
}

func (t *tally) refuse(row *row, reason Reason) {
	t.Refused[reason]++
	n := 0
	for _, s := range t.Samples {
		if s.Reason == reason {
			n++
		}
	}
	if n < samplesPerReason {
		t.Samples = append(t.Samples, Refusal{row.line, reason, slices.Clone(row.raw)})
	}
}

// report turns the tally into a report.
func (t *tally) report(c money.Currency) *Report {
	r := &Report{Lines: t.Lines, Accepted: t.Accepted, Refused: t.Refused, Orders: t.Orders, Refunds: t.Refunds, Currency: c, Samples: t.Samples,
		RevenueByMonth: map[string]string{}, SalesByMonth: map[string]string{}, RefundsByMonth: map[string]string{}}
	var total int64
	decimal := func(minor int64) string { return money.New(minor, c).Decimal() }
	net := map[string]int64{}
	for m, v := range t.Sales {
		net[m] += v
		r.SalesByMonth[m] = decimal(v)
	}
	for m, v := range t.Given {
		net[m] -= v
		r.RefundsByMonth[m] = decimal(v)
	}
	for m, v := range net {
		total += v
		r.RevenueByMonth[m] = decimal(v)
	}
	r.Revenue = decimal(total)
	return r
}
