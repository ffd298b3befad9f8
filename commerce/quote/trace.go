package quote

import (
	"encoding/json"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Stage is a step of the calculation, in their order.
type Stage string

// The stages.
const (
	StageList       Stage = "list_price"   // the list price became the price in force
	StagePrice      Stage = "price"        // unit price times quantity
	StageReprice    Stage = "tax_reprice"  // included tax was taken out or exchanged
	StagePromotion  Stage = "promotion"    // a promotion on a line
	StageAllocation Stage = "allocation"   // the line's share of a promotion on the order
	StageShipping   Stage = "shipping"     // the charge, and promotions on it
	StageTax        Stage = "tax"          // one tax on a line or the shipping
	StageRounding   Stage = "tax_rounding" // how the tax was rounded
	StageTotal      Stage = "total"
)

// Step is one step of how a quote came about. Amount is its result; the other
// fields are set where they apply.
type Step struct {
	Stage    Stage       `json:"stage"`
	Line     core.LineID `json:"line_id,omitempty"` // tax.ShippingLine for shipping
	Name     string      `json:"name,omitempty"`    // of the promotion, the tax, the method
	Code     string      `json:"code,omitempty"`
	Base     money.Money `json:"base,omitzero"` // what it started from
	Quantity int64       `json:"quantity,omitempty"`
	Rate     money.Rate  `json:"rate,omitempty"`
	Included bool        `json:"included,omitempty"` // the tax is contained in prices
	Amount   money.Money `json:"amount"`
}

// MarshalJSON adds the step in words.
func (s Step) MarshalJSON() ([]byte, error) {
	type plain Step
	return json.Marshal(struct {
		plain
		Text string `json:"text"`
	}{plain(s), s.String()})
}

// String says the step in words.
func (s Step) String() string {
	switch s.Stage {
	case StageList:
		return "list price " + s.Base.String() + ", in force " + s.Amount.String() + named(" by ", s.Name)
	case StagePrice:
		return count(s.Quantity) + " × " + s.Base.String() + " = " + s.Amount.String() + named(" for ", s.Name)
	case StageReprice:
		return "unit price " + s.Base.String() + " becomes " + s.Amount.String() + ": " + s.Name
	case StagePromotion:
		return "promotion " + s.Name + withCode(s.Code) + ": -" + s.Amount.String()
	case StageAllocation:
		return "share of promotion " + s.Name + withCode(s.Code) + ": -" + s.Amount.String()
	case StageShipping:
		if !s.Base.IsZero() {
			return "promotion " + s.Name + withCode(s.Code) + " on shipping " + s.Base.String() + ": -" + s.Amount.String()
		}
		return "shipping " + s.Name + ": " + s.Amount.String()
	case StageTax:
		if s.Included {
			return s.Name + " " + s.Rate.PercentString() + " contained, on net " + s.Base.String() + ": " + s.Amount.String()
		}
		return s.Name + " " + s.Rate.PercentString() + " on " + s.Base.String() + ": +" + s.Amount.String()
	case StageRounding:
		return s.Name
	}
	return string(s.Stage) + " " + s.Amount.String()
}

func named(before, name string) string {
	if name == "" {
		return ""
	}
	return before + name
}

func withCode(code string) string {
	if code == "" {
		return ""
	}
	return " (" + code + ")"
}

// Explain prints how every cent came about: each line, shipping, promotions
// that did not apply and why, and the totals.
func (q Quote) Explain() string {
	var b strings.Builder
	var order []core.LineID // as they first appear; "" is the whole cart
	steps := map[core.LineID][]Step{}
	for _, s := range q.Trace {
		if steps[s.Line] == nil && s.Line != "" {
			order = append(order, s.Line)
		}
		steps[s.Line] = append(steps[s.Line], s)
	}
	for _, id := range order {
		b.WriteString(string(id) + "\n")
		for _, s := range steps[id] {
			b.WriteString("  " + s.String() + "\n")
		}
	}
	for _, s := range steps[""] {
		b.WriteString(s.String() + "\n")
	}
	for _, v := range q.Promotions {
		if v.Applied {
			continue
		}
		name := v.Name
		if name == "" {
			name = "code " + v.Code
		} else {
			name += withCode(v.Code)
		}
		b.WriteString("promotion " + name + " does not apply: " + v.Message + "\n")
	}
	if q.TaxNote != "" {
		b.WriteString(q.TaxNote + "\n")
	}
	t := q.Totals
	b.WriteString("subtotal " + t.Subtotal.String() + ", discount " + money.New(-t.Discount.Amount, t.Discount.Currency).String() + ", shipping " + t.Shipping.String())
	if q.PricesIncludeTax {
		b.WriteString(", total " + t.Total.String() + " including tax " + t.Tax.String() + "\n")
	} else {
		b.WriteString(", tax " + t.Tax.String() + ", total " + t.Total.String() + "\n")
	}
	return b.String()
}
