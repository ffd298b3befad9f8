package quote

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
)

// Hash identifies what the buyer agreed to: the lines and what is paid for
// each, discounts, taxes, shipping and the total. A payment is bound to it: it
// changes with any of them, and not with the order of lines, titles, or the
// time of the calculation.
func (q Quote) Hash() string {
	b := make([]byte, 0, 64+128*len(q.Lines))
	text := func(parts ...string) {
		for _, s := range parts { // lengths keep "ab","c" and "a","bc" apart
			b = strconv.AppendInt(b, int64(len(s)), 10)
			b = append(append(b, ':'), s...)
		}
	}
	amounts := func(ms ...money.Money) {
		for _, m := range ms {
			b = append(strconv.AppendInt(b, m.Amount, 10), ',')
		}
	}
	discounts := func(ds []promo.Discount) {
		for _, d := range ds {
			text(string(d.PromotionID), d.Code)
			amounts(d.Amount)
		}
	}
	text("quote/1", string(q.ChannelID), string(q.Currency), strconv.FormatBool(q.PricesIncludeTax))
	lines := make([]*Line, len(q.Lines))
	for i := range q.Lines {
		lines[i] = &q.Lines[i]
	}
	slices.SortFunc(lines, func(a, b *Line) int { return strings.Compare(string(a.LineID), string(b.LineID)) })
	for _, l := range lines {
		text("line", string(l.LineID), string(l.VariantID))
		b = append(strconv.AppendInt(b, l.Quantity, 10), ',')
		amounts(l.UnitPrice, l.TaxTotal, l.Gross)
		discounts(l.Discounts)
	}
	if s := q.Shipping; s != nil {
		text("shipping", string(s.Option.MethodID))
		amounts(s.Price, s.TaxTotal, s.Gross)
		discounts(s.Discounts)
	}
	text("totals")
	amounts(q.Totals.Subtotal, q.Totals.Discount, q.Totals.Shipping, q.Totals.Tax, q.Totals.Total)
	sum := sha256.Sum256(b)
	return "q1_" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// Redemptions are the uses of promotions to record when the quote becomes an
// order: one for each that took something off. customer is whom per-customer
// limits count.
func (q Quote) Redemptions(order core.OrderID, customer string, at time.Time) []promo.Redemption {
	var out []promo.Redemption
	for _, v := range q.Promotions {
		if v.Applied {
			out = append(out, promo.Redemption{OrderID: order, PromotionID: v.PromotionID, Code: v.Code, Customer: customer, Amount: v.Amount, At: at})
		}
	}
	return out
}

// AppliedCodes are the codes that took something off, as they are kept.
func (q Quote) AppliedCodes() []string {
	var out []string
	for _, v := range q.Promotions {
		if v.Applied && v.Code != "" {
			out = append(out, v.Code)
		}
	}
	return out
}
