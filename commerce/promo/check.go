package promo

import (
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Limits of what one promotion may hold.
const (
	MaxConditions = 50
	MaxActions    = 20
	MaxListed     = 5000 // IDs, groups or amounts in one list
	MaxCodeLength = 64
)

// Validate checks a promotion and cuts its times to whole seconds. Unknown
// kinds of conditions and actions are errors that name them.
func (p *Promotion) Validate() error {
	p.StartsAt, p.EndsAt = p.StartsAt.UTC().Truncate(time.Second), p.EndsAt.UTC().Truncate(time.Second)
	var v core.Violations
	v.Check(p.Name != "" && len(p.Name) <= 200 && core.ValidLine(p.Name), "name", "must be 1 to 200 bytes of text in one line")
	v.Check(len(p.Description) <= 5000 && core.ValidText(p.Description), "description", "must be at most 5000 bytes of valid text")
	v.Check(p.StartsAt.IsZero() || p.EndsAt.IsZero() || p.StartsAt.Before(p.EndsAt), "ends_at", "must be after starts_at")
	v.Check(len(p.Class) <= 64 && core.ValidText(p.Class), "class", "must be at most 64 bytes of valid text")
	v.Check(len(p.CombinesWith) <= MaxListed, "combines_with", "has too many entries")
	v.Check(len(p.Conditions) <= MaxConditions, "conditions", "must be at most %d", MaxConditions)
	for i := range p.Conditions {
		p.Conditions[i].check(&v, fmt.Sprintf("conditions[%d]", i))
	}
	v.Check(len(p.Actions) > 0 && len(p.Actions) <= MaxActions, "actions", "must be 1 to %d", MaxActions)
	for i := range p.Actions {
		p.Actions[i].check(&v, fmt.Sprintf("actions[%d]", i))
	}
	v.Check(p.Limits.Uses >= 0, "limits.uses", "must not be negative")
	v.Check(p.Limits.PerCustomer >= 0, "limits.per_customer", "must not be negative")
	v.Check(p.Limits.Budget.IsZero() && p.Limits.Budget.Currency == "" || p.Limits.Budget.Valid() && p.Limits.Budget.IsPositive(), "limits.budget",
		"must be above zero in a known currency")
	return v.Err()
}

func (c *Condition) check(v *core.Violations, field string) {
	required, known := conditionFields[c.Kind]
	v.Check(known, field+".kind", "unknown kind of condition %.64q", string(c.Kind))
	for _, f := range []struct {
		name string
		n    int
	}{{"amounts", len(c.Amounts)}, {"groups", len(c.Groups)}, {"customer_ids", len(c.CustomerIDs)}, {"channel_ids", len(c.ChannelIDs)},
		{"currencies", len(c.Currencies)}, {"countries", len(c.Countries)}} {
		v.Check(f.n <= MaxListed, field+"."+f.name, "has more than %d entries", MaxListed)
		if f.name == required {
			v.Check(f.n > 0, field+"."+f.name, "is required")
		} else {
			v.Check(f.n == 0 || !known, field+"."+f.name, "is not for the kind %s", c.Kind)
		}
	}
	v.Check(c.Items.IsZero() || c.Kind == MinSubtotal || c.Kind == HasItems || !known, field+".items", "is not for the kind %s", c.Kind)
	v.Check(c.Quantity >= 0 && (c.Quantity == 0 || c.Kind == HasItems || !known), field+".quantity", "must be above zero, and for the kind items")
	c.Items.check(v, field+".items")
	checkAmounts(v, field+".amounts", c.Amounts)
	for i, cur := range c.Currencies {
		v.Check(cur.Valid(), fmt.Sprintf("%s.currencies[%d]", field, i), "must be an ISO 4217 code in capitals")
	}
	for i, s := range c.Countries {
		v.Check(core.Area{Country: s}.Validate("") == nil && s != "", fmt.Sprintf("%s.countries[%d]", field, i), "must be a two-letter ISO 3166-1 code in capitals")
	}
}

func (a *Action) check(v *core.Violations, field string) {
	_, known := actionPhases[a.Kind]
	v.Check(known, field+".kind", "unknown kind of action %.64q", string(a.Kind))
	percent := a.Kind == PercentOffItems || a.Kind == PercentOffOrder
	amount := a.Kind == AmountOffItems || a.Kind == AmountOffOrder
	v.Check(!percent || a.Rate > 0 && a.Rate <= money.RateOne, field+".rate", `must be above "0" and at most "1"`)
	v.Check(percent || !known || a.Rate == 0, field+".rate", "is not for the kind %s", a.Kind)
	v.Check(!amount || len(a.Amounts) > 0, field+".amounts", "is required")
	v.Check(amount || !known || len(a.Amounts) == 0, field+".amounts", "is not for the kind %s", a.Kind)
	v.Check(a.Kind == FreeShipping || !known || len(a.MethodIDs) == 0, field+".shipping_method_ids", "is not for the kind %s", a.Kind)
	v.Check(a.Kind != FreeShipping || a.Items.IsZero(), field+".items", "is not for the kind %s", a.Kind)
	v.Check(len(a.Amounts) <= MaxListed && len(a.MethodIDs) <= MaxListed, field, "has lists of more than %d entries", MaxListed)
	checkAmounts(v, field+".amounts", a.Amounts)
	a.Items.check(v, field+".items")
}

func (s *Items) check(v *core.Violations, field string) {
	v.Check(len(s.ProductIDs) <= MaxListed && len(s.VariantIDs) <= MaxListed && len(s.CategoryIDs) <= MaxListed && len(s.CollectionIDs) <= MaxListed,
		field, "has lists of more than %d entries", MaxListed)
	if x := s.Exclude; x != nil {
		v.Check(x.Exclude == nil && !x.FullPriceOnly, field+".exclude", "holds only lists of IDs")
		plain := Items{ProductIDs: x.ProductIDs, VariantIDs: x.VariantIDs, CategoryIDs: x.CategoryIDs, CollectionIDs: x.CollectionIDs}
		plain.check(v, field+".exclude")
	}
}

func checkAmounts(v *core.Violations, field string, amounts []money.Money) {
	for i, a := range amounts {
		_, twice := amountIn(amounts[:i], a.Currency)
		v.Check(a.Valid() && a.IsPositive() && !twice, fmt.Sprintf("%s[%d]", field, i), "must be above zero in a known currency, one per currency")
	}
}

// ValidCode reports whether a normal code can be kept: 3 to 64 bytes of
// printable text without spaces.
func ValidCode(code string) bool {
	if len(code) < 3 || len(code) > MaxCodeLength || code != NormalCode(code) || !core.ValidText(code) {
		return false
	}
	for _, r := range code {
		if r <= ' ' || r == 0x7f {
			return false
		}
	}
	return true
}
