package promo

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// ConditionKind tags a condition.
type ConditionKind string

// The kinds of condition and the fields they use. New kinds may come.
const (
	MinSubtotal    ConditionKind = "min_subtotal"    // Amounts: the items' value before promotions, per currency; Items: which count
	HasItems       ConditionKind = "items"           // Items, Quantity (default 1): so many of them are in the cart
	CustomerGroups ConditionKind = "customer_groups" // Groups: the customer is in one
	Customers      ConditionKind = "customers"       // CustomerIDs: the customer is one of them
	FirstOrder     ConditionKind = "first_order"     // the customer never ordered
	Channels       ConditionKind = "channels"        // ChannelIDs: the cart is in one
	Currencies     ConditionKind = "currencies"      // Currencies: the cart is in one
	Countries      ConditionKind = "countries"       // Countries: the goods go to one
)

// Condition is something that must hold, or with Not must not: a tagged union
// whose Kind says which of the fields count.
type Condition struct {
	Kind        ConditionKind     `json:"kind"`
	Not         bool              `json:"not,omitempty"`
	Amounts     []money.Money     `json:"amounts,omitempty"` // one per currency; a currency without one does not qualify
	Items       Items             `json:"items,omitzero"`
	Quantity    int64             `json:"quantity,omitempty"`
	Groups      []string          `json:"groups,omitempty"`
	CustomerIDs []core.CustomerID `json:"customer_ids,omitempty"`
	ChannelIDs  []core.ChannelID  `json:"channel_ids,omitempty"`
	Currencies  []money.Currency  `json:"currencies,omitempty"`
	Countries   []string          `json:"countries,omitempty"`
}

// UnmarshalJSON refuses unknown kinds by name, so that a rule of a newer
// version never silently becomes another one.
func (c *Condition) UnmarshalJSON(raw []byte) error {
	type plain Condition
	var p plain
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	if _, ok := conditionFields[p.Kind]; !ok {
		return unknownKind("condition", string(p.Kind))
	}
	*c = Condition(p)
	return nil
}

func unknownKind(what, kind string) error {
	return core.Invalid("kind", "unknown kind of %s %.64q", what, kind)
}

// conditionFields names the required field of each kind, "" for none.
var conditionFields = map[ConditionKind]string{MinSubtotal: "amounts", HasItems: "", CustomerGroups: "groups", Customers: "customer_ids",
	FirstOrder: "", Channels: "channel_ids", Currencies: "currencies", Countries: "countries"}

// Items selects lines. Within a field one match is enough; every field that is
// set must match, and nothing of Exclude may. The zero value selects all.
type Items struct {
	ProductIDs    []core.ProductID    `json:"product_ids,omitempty"`
	VariantIDs    []core.VariantID    `json:"variant_ids,omitempty"`
	CategoryIDs   []core.CategoryID   `json:"category_ids,omitempty"`
	CollectionIDs []core.CollectionID `json:"collection_ids,omitempty"`
	Exclude       *Items              `json:"exclude,omitempty"`
	// FullPriceOnly leaves out what is reduced already: a price below the
	// compare-at price.
	FullPriceOnly bool `json:"full_price_only,omitempty"`
}

// IsZero reports whether everything is selected.
func (s Items) IsZero() bool { return !s.names() && s.Exclude == nil && !s.FullPriceOnly }

// Organized reports whether categories or collections decide what is selected.
func (s Items) Organized() bool {
	return len(s.CategoryIDs)+len(s.CollectionIDs) > 0 || s.Exclude != nil && s.Exclude.Organized()
}

func (s Items) names() bool {
	return len(s.ProductIDs)+len(s.VariantIDs)+len(s.CategoryIDs)+len(s.CollectionIDs) > 0
}

// Match reports whether a line is selected.
func (s *Items) Match(l *Line) bool {
	if len(s.ProductIDs) > 0 && !slices.Contains(s.ProductIDs, l.ProductID) ||
		len(s.VariantIDs) > 0 && !slices.Contains(s.VariantIDs, l.VariantID) ||
		len(s.CategoryIDs) > 0 && !overlap(s.CategoryIDs, l.CategoryIDs) ||
		len(s.CollectionIDs) > 0 && !overlap(s.CollectionIDs, l.CollectionIDs) ||
		s.FullPriceOnly && l.Reduced {
		return false
	}
	if x := s.Exclude; x != nil {
		// Excluding is the other way round: any field that names the line is enough.
		return !slices.Contains(x.ProductIDs, l.ProductID) && !slices.Contains(x.VariantIDs, l.VariantID) &&
			!overlap(x.CategoryIDs, l.CategoryIDs) && !overlap(x.CollectionIDs, l.CollectionIDs)
	}
	return true
}

func overlap[T comparable](a, b []T) bool {
	for _, v := range a {
		if slices.Contains(b, v) {
			return true
		}
	}
	return false
}

// met reports whether the condition holds for a cart, and if not, why.
func (c *Condition) met(in *Input, subtotal func(*Items) (money.Money, error)) (Reason, string, error) {
	ok, reason, message := false, Reason(""), ""
	switch c.Kind {
	case MinSubtotal:
		reason = BelowMinimum
		least, found := amountIn(c.Amounts, in.Currency)
		if !found {
			reason, message = OtherCurrency, "it has no minimum in "+string(in.Currency)
			break
		}
		have, err := subtotal(&c.Items)
		if err != nil {
			return "", "", err
		}
		if ok = have.Amount >= least.Amount; !ok {
			message = "the items come to " + have.String() + ", " + least.String() + " are needed"
		}
	case HasItems:
		reason = MissingItems
		var have int64
		for i := range in.Lines {
			if c.Items.Match(&in.Lines[i]) {
				have += in.Lines[i].Quantity
			}
		}
		if ok = have >= max(c.Quantity, 1); !ok && c.Quantity > 1 {
			message = fmt.Sprintf("%d qualifying items are in the cart, %d are needed", have, c.Quantity)
		}
	case CustomerGroups:
		reason, ok = OtherCustomer, overlap(c.Groups, in.Customer.Groups)
	case Customers:
		reason, ok = OtherCustomer, in.Customer.ID != "" && slices.Contains(c.CustomerIDs, in.Customer.ID)
	case FirstOrder:
		reason, ok = NotFirstOrder, in.Customer.FirstOrder
	case Channels:
		reason, ok = OtherChannel, slices.Contains(c.ChannelIDs, in.Channel)
	case Currencies:
		reason, ok = OtherCurrency, slices.Contains(c.Currencies, in.Currency)
	case Countries:
		reason, ok = OtherCountry, slices.Contains(c.Countries, in.Country)
	default:
		return "", "", unknownKind("condition", string(c.Kind))
	}
	if c.Not {
		ok, message = !ok, ""
	}
	if ok {
		return "", "", nil
	}
	if message == "" {
		message = reason.Words()
	}
	return reason, message, nil
}

func amountIn(amounts []money.Money, c money.Currency) (money.Money, bool) {
	for _, a := range amounts {
		if a.Currency == c {
			return a, true
		}
	}
	return money.Money{}, false
}
