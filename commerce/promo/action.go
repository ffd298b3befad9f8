package promo

import (
	"encoding/json"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// ActionKind tags an action.
type ActionKind string

// The kinds of action and the fields they use. New kinds may come.
const (
	PercentOffItems ActionKind = "percent_off_items" // Rate off each line of Items
	AmountOffItems  ActionKind = "amount_off_items"  // Amounts off each unit of Items
	PercentOffOrder ActionKind = "percent_off_order" // Rate off the sum of Items
	AmountOffOrder  ActionKind = "amount_off_order"  // Amounts off the sum of Items, once
	FreeShipping    ActionKind = "free_shipping"     // the shipping charge, of MethodIDs if any are named
)

// Action is what a promotion does: a tagged union whose Kind says which of the
// fields count.
type Action struct {
	Kind      ActionKind              `json:"kind"`
	Rate      money.Rate              `json:"rate,omitempty"`    // "0.25" is 25 % off; at most "1"
	Amounts   []money.Money           `json:"amounts,omitempty"` // one per currency; a cart in another gets nothing off
	Items     Items                   `json:"items,omitzero"`
	MethodIDs []core.ShippingMethodID `json:"shipping_method_ids,omitempty"`
}

// phase orders actions: lines, then the order, then shipping.
type phase int

const (
	linePhase phase = iota
	orderPhase
	shippingPhase
	phases
)

var actionPhases = map[ActionKind]phase{PercentOffItems: linePhase, AmountOffItems: linePhase,
	PercentOffOrder: orderPhase, AmountOffOrder: orderPhase, FreeShipping: shippingPhase}

// UnmarshalJSON refuses unknown kinds by name.
func (a *Action) UnmarshalJSON(raw []byte) error {
	type plain Action
	var p plain
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	if _, ok := actionPhases[p.Kind]; !ok {
		return unknownKind("action", string(p.Kind))
	}
	*a = Action(p)
	return nil
}

// promises reports whether the action could take anything off the cart, as it
// is before promotions; if not, why.
func (a *Action) promises(in *Input, shipping Shipping) (Reason, string) {
	switch a.Kind {
	case FreeShipping:
		switch {
		case in.Shipping == nil:
			return NoShippingChosen, NoShippingChosen.Words()
		case len(a.MethodIDs) > 0 && !slices.Contains(a.MethodIDs, shipping.MethodID):
			return OtherShipping, OtherShipping.Words()
		case !shipping.Charge.IsPositive():
			return NothingToDiscount, "shipping costs nothing already"
		}
		return "", ""
	case AmountOffItems, AmountOffOrder:
		if _, ok := amountIn(a.Amounts, in.Currency); !ok {
			return OtherCurrency, "it takes nothing off in " + string(in.Currency)
		}
	}
	matched := false
	for i := range in.Lines {
		if l := &in.Lines[i]; a.Items.Match(l) {
			if matched = true; l.Quantity > 0 && l.UnitPrice.IsPositive() {
				return "", ""
			}
		}
	}
	if matched {
		return NothingToDiscount, NothingToDiscount.Words()
	}
	return MissingItems, MissingItems.Words()
}

// take applies the action to what is left of the cart.
func (a *Action) take(s *state, who *source) error {
	switch a.Kind {
	case PercentOffItems, AmountOffItems:
		off, _ := amountIn(a.Amounts, s.in.Currency)
		for _, i := range s.order {
			l := &s.in.Lines[i]
			if !a.Items.Match(l) {
				continue
			}
			var d money.Money
			var err error
			if a.Kind == PercentOffItems {
				d, err = s.left[i].Portion(a.Rate, money.RoundHalfUp)
			} else if off.Amount >= l.UnitPrice.Amount {
				d = s.left[i]
			} else {
				d, err = off.Mul(l.Quantity)
			}
			if err != nil {
				return err
			}
			if err := s.discount(i, d, who, linePhase); err != nil {
				return err
			}
		}
	case PercentOffOrder, AmountOffOrder:
		return a.takeFromOrder(s, who)
	case FreeShipping:
		if len(a.MethodIDs) == 0 || slices.Contains(a.MethodIDs, s.shipping.MethodID) {
			return s.discountShipping(s.shippingLeft, who)
		}
	}
	return nil
}

func (a *Action) takeFromOrder(s *state, who *source) error {
	var at []int
	var weights []int64
	base := money.Zero(s.in.Currency)
	for _, i := range s.order {
		if !a.Items.Match(&s.in.Lines[i]) || !s.left[i].IsPositive() {
			continue
		}
		var err error
		if base, err = base.Add(s.left[i]); err != nil {
			return err
		}
		at, weights = append(at, i), append(weights, s.left[i].Amount)
	}
	if len(at) == 0 {
		return nil
	}
	total, _ := amountIn(a.Amounts, s.in.Currency)
	if a.Kind == PercentOffOrder {
		var err error
		if total, err = base.Portion(a.Rate, money.RoundHalfUp); err != nil {
			return err
		}
	}
	total.Amount = min(total.Amount, base.Amount)
	parts, err := total.Allocate(weights)
	if err != nil {
		return err
	}
	for k, i := range at {
		if err := s.discount(i, parts[k], who, orderPhase); err != nil {
			return err
		}
	}
	return nil
}
