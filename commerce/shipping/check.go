package shipping

import (
	"errors"
	"fmt"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Limits of what one zone or method may hold.
const (
	MaxAreas  = 5000
	MaxPrices = 1000
	MaxGrams  = 1_000_000_000
)

func (z *Zone) check() error {
	var v core.Violations
	checkNames(&v, z.Code, &z.Name)
	v.Check(len(z.Areas) > 0 && len(z.Areas) <= MaxAreas, "areas", "must be 1 to %d", MaxAreas)
	areas, seen := make([]core.Area, len(z.Areas)), make(map[core.Area]bool, len(z.Areas))
	for i, a := range z.Areas {
		a = a.Normalize()
		field := fmt.Sprintf("areas[%d]", i)
		if bad := (core.Violations)(nil); errors.As(a.Validate(field), &bad) {
			v = append(v, bad...)
		}
		v.Check(!seen[a], field, "is there twice")
		areas[i], seen[a] = a, true
	}
	z.Areas = areas
	return v.Err()
}

func (m *Method) check() error {
	if m.Kind == "" {
		m.Kind = Flat
	}
	var v core.Violations
	checkNames(&v, m.Code, &m.Name)
	v.Check(len(m.Description) <= 2000 && core.ValidText(m.Description), "description", "must be at most 2000 bytes of valid text")
	v.Check(slices.Contains([]Kind{Flat, ByWeight, ByValue, PickUp}, m.Kind), "kind", "unknown kind of shipping method %.64q", string(m.Kind))
	v.Check(m.ZoneID != "" || m.Kind == PickUp, "zone_id", "is required")
	v.Check(len(m.Prices) > 0 && len(m.Prices) <= MaxPrices, "prices", "must be 1 to %d", MaxPrices)
	type tier struct {
		currency money.Currency
		from     int64
	}
	seen := map[tier]bool{}
	for i, p := range m.Prices {
		field := fmt.Sprintf("prices[%d]", i)
		v.Check(p.Price.Valid() && !p.Price.IsNegative(), field+".price", "must be in a known currency and not negative")
		v.Check(p.From >= 0, field+".from", "must not be negative")
		v.Check(p.From == 0 || m.Kind == ByWeight || m.Kind == ByValue, field+".from", "is for prices by weight or value")
		v.Check(!seen[tier{p.Price.Currency, p.From}], field, "the same currency begins there already")
		seen[tier{p.Price.Currency, p.From}] = true
	}
	checkAmounts(&v, "free_above", m.FreeAbove)
	checkAmounts(&v, "min_value", m.MinValue)
	checkAmounts(&v, "max_value", m.MaxValue)
	for _, most := range m.MaxValue {
		least, ok := in(m.MinValue, most.Currency)
		v.Check(!ok || least <= most.Amount, "max_value", "is below min_value in %s", most.Currency)
	}
	v.Check(m.MinGrams >= 0 && m.MinGrams <= MaxGrams, "min_grams", "must be 0 to %d", MaxGrams)
	v.Check(m.MaxGrams == 0 || m.MaxGrams >= m.MinGrams && m.MaxGrams <= MaxGrams, "max_grams", "must be 0, or min_grams to %d", MaxGrams)
	v.Check(m.MinDays >= 0 && m.MinDays <= 1000, "min_days", "must be 0 to 1000")
	v.Check(m.MaxDays == 0 || m.MaxDays >= m.MinDays && m.MaxDays <= 1000, "max_days", "must be 0, or min_days to 1000")
	v.Check(len(m.Channels) <= 5000, "channel_ids", "are too many")
	if !m.Address.IsZero() {
		if bad := (core.Violations)(nil); errors.As(m.Address.Validate("address"), &bad) {
			v = append(v, bad...)
		}
	}
	return v.Err()
}

func checkAmounts(v *core.Violations, field string, amounts []money.Money) {
	for i, a := range amounts {
		_, twice := in(amounts[:i], a.Currency)
		v.Check(a.Valid() && !a.IsNegative() && !twice, fmt.Sprintf("%s[%d]", field, i), "must be in a known currency, one per currency, and not negative")
	}
}

func checkNames(v *core.Violations, code string, name *string) {
	ok := len(code) > 0 && len(code) <= 64
	for _, r := range []byte(code) {
		ok = ok && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	}
	v.Check(ok, "code", "must be 1 to 64 of a-z, 0-9, - and _")
	if *name == "" {
		*name = code
	}
	v.Check(len(*name) <= 200 && core.ValidLine(*name), "name", "must be at most 200 bytes of text in one line")
}
