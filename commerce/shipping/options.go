package shipping

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Table is a snapshot of all zones and methods. It is never changed once made,
// so it is safe for concurrent use. The zero Table offers nothing.
type Table struct {
	areas   map[string][]placed // by country; "" holds what covers the world
	methods []Method
}

type placed struct {
	area core.Area
	zone core.ShippingZoneID
}

// NewTable makes a table.
func NewTable(zones []Zone, methods []Method) Table {
	t := Table{areas: map[string][]placed{}, methods: slices.Clone(methods)}
	for _, z := range zones {
		for _, a := range z.Areas {
			a = a.Normalize()
			t.areas[a.Country] = append(t.areas[a.Country], placed{a, z.ID})
		}
	}
	return t
}

// Zone returns the one zone of an address, that with the most specific area
// around it; "" for an address outside of all, or without a country.
func (t Table) Zone(address core.Address) core.ShippingZoneID {
	country := strings.ToUpper(strings.TrimSpace(address.Country))
	if country == "" {
		return ""
	}
	best, zone := 0, core.ShippingZoneID("")
	for _, in := range [...]string{country, ""} {
		for _, p := range t.areas[in] {
			if score := p.area.Match(address); score > best {
				best, zone = score, p.zone
			}
		}
	}
	return zone
}

// Options returns the methods that can bring a parcel to an address, with
// their prices: by position, price, then ID. A parcel that needs no shipping
// has none.
func Options(table Table, address core.Address, p Parcel) []Option {
	zone := table.Zone(address)
	if !p.RequiresShipping {
		return nil
	}
	out := make([]Option, 0, len(table.methods))
	for i := range table.methods {
		if o, reason := table.methods[i].offer(zone, p); reason == "" {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b Option) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Price.Amount, b.Price.Amount), cmp.Compare(a.MethodID, b.MethodID))
	})
	return out
}

// Choose returns one method as an option, or an *UnavailableError that says
// why it cannot be chosen.
func Choose(table Table, address core.Address, p Parcel, id core.ShippingMethodID) (Option, error) {
	for i := range table.methods {
		if m := &table.methods[i]; m.ID == id {
			o, reason := m.offer(table.Zone(address), p)
			if reason != "" {
				return Option{}, &UnavailableError{MethodID: id, Reason: reason}
			}
			return o, nil
		}
	}
	return Option{}, &UnavailableError{MethodID: id, Reason: UnknownMethod}
}

func (m *Method) offer(zone core.ShippingZoneID, p Parcel) (Option, Reason) {
	currency := p.Value.Currency
	switch {
	case !p.RequiresShipping:
		return Option{}, NoShippingNeeded
	case !m.Active:
		return Option{}, Inactive
	case len(m.Channels) > 0 && !slices.Contains(m.Channels, p.Channel):
		return Option{}, OtherChannel
	case m.ZoneID != "" && m.ZoneID != zone, m.ZoneID == "" && m.Kind != PickUp:
		return Option{}, OtherZone
	case p.Grams < m.MinGrams:
		return Option{}, TooLight
	case m.MaxGrams > 0 && p.Grams > m.MaxGrams:
		return Option{}, TooHeavy
	}
	if least, ok := in(m.MinValue, currency); ok && p.Value.Amount < least {
		return Option{}, BelowMinimum
	}
	if most, ok := in(m.MaxValue, currency); ok && p.Value.Amount > most {
		return Option{}, AboveMaximum
	}
	var measure int64
	switch m.Kind {
	case ByWeight:
		measure = p.Grams
	case ByValue:
		measure = p.Value.Amount
	}
	price, found := Price{}, false
	for _, c := range m.Prices { // the highest tier that is reached
		if c.Price.Currency == currency && c.From <= measure && (!found || c.From > price.From) {
			price, found = c, true
		}
	}
	if !found {
		return Option{}, NoPrice
	}
	o := Option{MethodID: m.ID, Code: m.Code, Name: m.Name, Description: m.Description, Kind: m.Kind, Price: price.Price, TaxClass: m.TaxClass,
		MinDays: m.MinDays, MaxDays: m.MaxDays, LocationID: m.LocationID, Address: m.Address, Position: m.Position}
	if above, ok := in(m.FreeAbove, currency); ok && p.Value.Amount >= above && !o.Price.IsZero() {
		o.Price, o.Free = money.Zero(currency), true
	}
	return o, ""
}

// in returns the amount in a currency.
func in(amounts []money.Money, c money.Currency) (int64, bool) {
	for _, a := range amounts {
		if a.Currency == c {
			return a.Amount, true
		}
	}
	return 0, false
}

// Words says the reason to people.
func (r Reason) Words() string {
	switch r {
	case NoShippingNeeded:
		return "nothing here needs shipping"
	case UnknownMethod:
		return "there is no such method"
	case Inactive:
		return "it is switched off"
	case OtherChannel:
		return "this channel does not offer it"
	case OtherZone:
		return "it does not serve the address"
	case NoPrice:
		return "it has no price for this cart"
	case TooLight:
		return "the parcel is too light"
	case TooHeavy:
		return "the parcel is too heavy"
	case BelowMinimum:
		return "the goods are below its minimum value"
	case AboveMaximum:
		return "the goods are above its maximum value"
	}
	return string(r)
}

// PickUpAddress returns where goods wait with a method, or nil when it is none
// of pick-up or has no address.
func (t Table) PickUpAddress(id core.ShippingMethodID) *core.Address {
	for i := range t.methods {
		if m := &t.methods[i]; m.ID == id && m.Kind == PickUp && m.Active && m.Address.Country != "" {
			return &m.Address
		}
	}
	return nil
}
