package promo

import "strings"

// Reason says why a promotion does not apply.
type Reason string

// The reasons.
const (
	Inactive          Reason = "inactive"
	NotStarted        Reason = "not_started"
	Ended             Reason = "ended"
	NeedsCode         Reason = "needs_code"
	UnknownCode       Reason = "unknown_code"
	AnotherCode       Reason = "another_code" // of the same promotion was given too
	UsedUp            Reason = "used_up"
	CodeUsedUp        Reason = "code_used_up"
	CustomerUsedUp    Reason = "customer_used_up"
	BudgetSpent       Reason = "budget_spent"
	BelowMinimum      Reason = "below_minimum"
	MissingItems      Reason = "missing_items"
	OtherCustomer     Reason = "other_customer"
	NotFirstOrder     Reason = "not_first_order"
	OtherChannel      Reason = "other_channel"
	OtherCurrency     Reason = "other_currency"
	OtherCountry      Reason = "other_country"
	NotCombinable     Reason = "not_combinable"
	NoShippingChosen  Reason = "no_shipping_chosen"
	OtherShipping     Reason = "other_shipping"
	NothingToDiscount Reason = "nothing_to_discount"
)

var reasonWords = map[Reason]string{
	Inactive:          "it is switched off",
	NotStarted:        "it has not begun yet",
	Ended:             "it is over",
	NeedsCode:         "it needs a code",
	UnknownCode:       "there is no such code",
	AnotherCode:       "another code of the same promotion applies already",
	UsedUp:            "all of its uses are taken",
	CodeUsedUp:        "all uses of the code are taken",
	CustomerUsedUp:    "this customer has used it as often as allowed",
	BudgetSpent:       "its budget is spent",
	BelowMinimum:      "the items' value does not qualify",
	MissingItems:      "the items in the cart do not qualify",
	OtherCustomer:     "it is for other customers",
	NotFirstOrder:     "it is for the first order only",
	OtherChannel:      "it is for another sales channel",
	OtherCurrency:     "it is for another currency",
	OtherCountry:      "it is for another country",
	NotCombinable:     "it does not combine with another promotion",
	NoShippingChosen:  "no shipping is chosen yet",
	OtherShipping:     "it is for another way of shipping",
	NothingToDiscount: "there is nothing to take off",
}

// Words says the reason to people.
func (r Reason) Words() string {
	if w, ok := reasonWords[r]; ok {
		return w
	}
	return string(r)
}

// NormalCode is the form codes are kept and compared in: trimmed, in capitals.
func NormalCode(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }
