package tax

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Quoter answers what taxes are due on a cart. External tax services implement
// it; [TableQuoter] is the built-in answer. It is asked outside of
// transactions, and must obey the context's deadline.
type Quoter interface {
	QuoteTax(ctx context.Context, req Request) (Answer, error)
}

// Request is a cart after promotions.
type Request struct {
	Currency         money.Currency `json:"currency"`
	PricesIncludeTax bool           `json:"prices_include_tax"`
	Destination      core.Address   `json:"destination"`
	Buyer            Buyer          `json:"buyer"`
	Lines            []RequestLine  `json:"lines"`
	At               time.Time      `json:"at"`
}

// RequestLine is a line or, with the ID [ShippingLine], the shipping charge.
type RequestLine struct {
	ID       core.LineID     `json:"id"`
	SKU      string          `json:"sku,omitempty"`
	Class    core.TaxClassID `json:"tax_class_id,omitempty"`
	Quantity int64           `json:"quantity"`
	Amount   money.Money     `json:"amount"` // of the whole line, after discounts
}

// ShippingLine stands for the shipping charge among the lines.
const ShippingLine core.LineID = "shipping"

// Answer is the taxes of each line of a request.
type Answer struct {
	Lines map[core.LineID]LineTaxes `json:"lines"`
	Note  string                    `json:"note,omitempty"` // for the invoice
}

// LineTaxes is the answer about one line. It binds to the amount it was asked
// about: with another one it is stale.
type LineTaxes struct {
	Amount  money.Money `json:"amount"`
	Charges []Charge    `json:"charges"`
}

// TableQuoter answers from a table, rounding by line.
type TableQuoter struct {
	// Load returns the table; required.
	Load func(ctx context.Context) (Table, error)
}

// QuoteTax implements [Quoter]. Included taxes of an exempt buyer are not
// taken out of the prices here; package quote does.
func (q TableQuoter) QuoteTax(ctx context.Context, req Request) (Answer, error) {
	table, err := q.Load(ctx)
	if err != nil {
		return Answer{}, err
	}
	place := table.Place(req.Destination, req.Buyer)
	out := Answer{Lines: make(map[core.LineID]LineTaxes, len(req.Lines)), Note: place.Note}
	for _, l := range req.Lines {
		answer := LineTaxes{Amount: l.Amount}
		if place.Exemption == NotExempt {
			class := l.Class
			if l.ID == ShippingLine {
				class = table.ShippingClass(class)
			}
			if answer.Charges, err = Charges(l.Amount, place.Components(class), req.PricesIncludeTax); err != nil {
				return Answer{}, err
			}
		}
		out.Lines[l.ID] = answer
	}
	return out, nil
}
