package importer

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// row is one invoice line.
type row struct {
	line     int64 // of the file
	raw      []string
	invoice  string
	sku      string // upper case
	title    string
	quantity int64
	price    int64 // minor units
	at       time.Time
	customer string
	country  string
	problem  Reason // why it is refused
	rested   bool   // it comes after a pause
}

// cancels reports whether the row gives something back.
func (r *row) cancels() bool { return r.invoice[0] == 'C' }

// amount is what the row comes to, above zero.
func (r *row) amount() int64 { return abs(r.quantity) * r.price }

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// Stock codes that are no goods.
var (
	bookkeepingCodes = []string{"AMAZONFEE", "B", "BANK CHARGES", "CRUK", "D", "S"}
	shippingCodes    = []string{"POST", "DOT", "C2"} // postage and carriage
)

// What a row may come to at most: a million pieces, ten million pounds.
const (
	maxQuantity = 1_000_000
	maxAmount   = 1_000_000_000
)

// columns of the file.
var columns = []string{"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"}

// maxLine is how long a line of the file may be, in bytes.
const maxLine = 1 << 20

// layouts are the forms of a date in the copies of the file that are around;
// the last one is American.
var layouts = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "1/2/2006 15:04"}

// reader reads rows of the file: one line each, whatever stands in it, so that
// a stray quote cannot swallow the lines after it.
type reader struct {
	lines *bufio.Scanner
	zone  *time.Location
	line  int64 // of the file, read last
}

func newReader(r io.Reader, zone *time.Location) (*reader, error) {
	out := &reader{lines: bufio.NewScanner(r), zone: zone}
	out.lines.Buffer(make([]byte, 0, 1<<16), maxLine)
	header, err := out.text()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	}
	if err != nil {
		return nil, err
	}
	if !slices.Equal(fields(strings.TrimPrefix(header, "\ufeff")), columns) {
		return nil, errors.New("the first line must name the columns " + strings.Join(columns, ","))
	}
	return out, nil
}

// text returns the next line that is not empty.
func (r *reader) text() (string, error) {
	for r.lines.Scan() {
		r.line++
		if s := strings.TrimSuffix(r.lines.Text(), "\r"); s != "" {
			return s, nil
		}
	}
	err := r.lines.Err()
	switch {
	case err == nil:
		return "", io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		err = fmt.Errorf("a line is longer than %d bytes", maxLine)
	}
	return "", fmt.Errorf("after line %d: %w", r.line, err)
}

// fields splits a line of CSV. A quote within a field that does not begin with
// one is taken as it stands; nil is no CSV.
func fields(line string) []string {
	if !strings.Contains(line, `"`) {
		return strings.Split(line, ",")
	}
	c := csv.NewReader(strings.NewReader(line))
	c.LazyQuotes = true
	out, err := c.Read()
	if err != nil {
		return nil
	}
	return out
}

// next returns the next row; io.EOF at the end.
func (r *reader) next() (*row, error) {
	line, err := r.text()
	if err != nil {
		return nil, err
	}
	out := &row{line: r.line, raw: fields(line)}
	if len(out.raw) != len(columns) || !core.ValidText(line) {
		out.problem = Malformed
		if out.raw == nil {
			out.raw = []string{line}
		}
		return out, nil
	}
	out.parse(out.raw, r.zone)
	return out, nil
}

func (r *row) parse(rec []string, zone *time.Location) {
	r.invoice, r.sku, r.title = strings.ToUpper(strings.TrimSpace(rec[0])), strings.ToUpper(strings.TrimSpace(rec[1])), strings.TrimSpace(rec[2])
	r.customer, r.country = strings.TrimSuffix(strings.TrimSpace(rec[6]), ".0"), strings.TrimSpace(rec[7])
	var qerr, terr error
	r.quantity, qerr = strconv.ParseInt(strings.TrimSpace(rec[3]), 10, 64)
	for _, layout := range layouts {
		if r.at, terr = time.ParseInLocation(layout, strings.TrimSpace(rec[4]), zone); terr == nil {
			break
		}
	}
	price, pok := parsePrice(strings.TrimSpace(rec[5]))
	r.price = price.minor
	switch {
	case r.invoice == "" || r.sku == "" || len(r.sku) > 60 || len(r.invoice) > 40 || len(r.customer) > 40 || len(r.title) > 255 ||
		qerr != nil || terr != nil || !pok || r.quantity == 0:
		r.problem = Malformed
	case slices.Contains(bookkeepingCodes, r.sku):
		r.problem = Bookkeeping
	case price.negative:
		r.problem = NegativePrice
	case price.belowAPenny:
		r.problem = BelowAPenny
	case r.price == 0 && r.quantity < 0 && !r.cancels():
		r.problem = NegativeQuantity
	case r.price == 0:
		r.problem = ZeroPrice
	case r.quantity < 0 && !r.cancels():
		r.problem = NegativeQuantity
	case r.quantity > 0 && r.cancels():
		r.problem = PositiveQuantity
	case r.quantity > maxQuantity || r.quantity < -maxQuantity || r.price > maxAmount || r.amount() > maxAmount:
		r.problem = TotalOutOfRange
	case r.cancels() && r.customer == "":
		r.problem = NoCustomer
	}
}

type price struct {
	minor                 int64
	negative, belowAPenny bool
}

// parsePrice reads pounds with any number of decimals.
func parsePrice(s string) (price, bool) {
	var p price
	s, p.negative = strings.CutPrefix(s, "-")
	whole, fraction, _ := strings.Cut(s, ".")
	if len(fraction) > 2 && strings.Trim(fraction[2:], "0") != "" {
		p.belowAPenny = true
		fraction = fraction[:2]
	} else if len(fraction) > 2 {
		fraction = fraction[:2]
	}
	if fraction == "" {
		fraction = "0"
	}
	m, err := money.Parse(whole+"."+fraction, "GBP")
	p.minor = m.Amount
	return p, err == nil
}
