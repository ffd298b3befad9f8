package tax

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Table is a snapshot of all zones, classes, rates and settings. It is never
// changed once made, so it is safe for concurrent use. The zero Table taxes
// nothing.
type Table struct {
	zones    []Zone
	areas    map[string][]placed // by country; "" holds what covers the world
	classes  map[core.TaxClassID]Class
	rates    map[zoneClass][]Component
	fallback core.TaxClassID
	settings Settings
}

type placed struct {
	area core.Area
	zone int
}

type zoneClass struct {
	zone  core.TaxZoneID
	class core.TaxClassID
}

// NewTable makes a table. Of areas that are in two zones, which stores refuse,
// the first zone by code has it.
func NewTable(zones []Zone, classes []Class, rates []Rate, settings Settings) Table {
	t := Table{zones: slices.Clone(zones), areas: map[string][]placed{}, classes: make(map[core.TaxClassID]Class, 2*len(classes)),
		rates: make(map[zoneClass][]Component), settings: settings}
	slices.SortFunc(t.zones, func(a, b Zone) int { return cmp.Or(strings.Compare(a.Code, b.Code), cmp.Compare(a.ID, b.ID)) })
	for i, z := range t.zones {
		for _, a := range z.Areas {
			a = a.Normalize()
			t.areas[a.Country] = append(t.areas[a.Country], placed{a, i})
		}
	}
	for _, c := range classes { // goods may name their class by code
		t.classes[core.TaxClassID(c.Code)] = c
	}
	for _, c := range classes {
		t.classes[c.ID] = c
		if c.Default {
			t.fallback = c.ID
		}
	}
	sorted := slices.Clone(rates)
	slices.SortStableFunc(sorted, func(a, b Rate) int { return cmp.Compare(a.Position, b.Position) })
	for _, r := range sorted {
		k := zoneClass{r.ZoneID, r.ClassID}
		t.rates[k] = append(t.rates[k], r.Component)
	}
	return t
}

// Settings returns the shop's tax settings.
func (t Table) Settings() Settings { return t.settings }

// Class returns a class by ID or code; the default class for one that is empty
// or unknown, and false if there is not even that.
func (t Table) Class(ref core.TaxClassID) (Class, bool) {
	if c, ok := t.classes[ref]; ok && ref != "" {
		return c, true
	}
	c, ok := t.classes[t.fallback]
	return c, ok
}

// Zone returns the one zone of an address, that with the most specific area
// around it; false for an address outside of all.
func (t Table) Zone(address core.Address) (Zone, bool) {
	best, zone := 0, -1
	country := strings.ToUpper(strings.TrimSpace(address.Country))
	for _, p := range t.areas[country] {
		if score := p.area.Match(address); score > best {
			best, zone = score, p.zone
		}
	}
	if zone < 0 && country != "" {
		for _, p := range t.areas[""] {
			if score := p.area.Match(address); score > best {
				best, zone = score, p.zone
			}
		}
	}
	if zone < 0 {
		return Zone{}, false
	}
	return t.zones[zone], true
}

// Resolve returns the taxes on goods of a class delivered to an address, in
// order. None means that they are not taxed there. The result is shared: do
// not change it.
func Resolve(table Table, address core.Address, class core.TaxClassID) []Component {
	return table.Place(address, Buyer{}).Components(class)
}

// Buyer is what taxes need to know of a buyer.
type Buyer struct {
	Exempt       bool   `json:"exempt,omitempty"` // pays no tax anywhere
	ExemptReason string `json:"exempt_reason,omitempty"`
	VATID        string `json:"vat_id,omitempty"` // checked by whoever fills it in
}

// Exemption says why a buyer is charged no tax.
type Exemption string

// The exemptions.
const (
	NotExempt       Exemption = ""
	ExemptBuyer     Exemption = "exempt_buyer"
	ReverseCharging Exemption = "reverse_charge" // the buyer owes the tax
)

// Place is where and for whom goods are taxed.
type Place struct {
	ZoneID    core.TaxZoneID
	ZoneCode  string
	Exemption Exemption
	Note      string // must appear on the invoice: "Reverse charge: VAT to be accounted for by the recipient (FR12345678901)"
	table     Table
}

// Place finds the zone of an address and whether the buyer is exempt there.
func (t Table) Place(address core.Address, b Buyer) Place {
	zone, ok := t.Zone(address)
	p := Place{ZoneID: zone.ID, ZoneCode: zone.Code, table: t}
	switch {
	case b.Exempt:
		p.Exemption, p.Note = ExemptBuyer, "Tax exempt"
		if b.ExemptReason != "" {
			p.Note += ": " + b.ExemptReason
		}
	case ok && zone.ReverseCharge && b.VATID != "":
		p.Exemption = ReverseCharging
		p.Note = "Reverse charge: VAT to be accounted for by the recipient (" + NormalVATID(b.VATID) + ")"
	}
	return p
}

// Components returns the taxes on goods of a class here, as if nobody were
// exempt. The result is shared: do not change it.
func (p Place) Components(class core.TaxClassID) []Component {
	c, ok := p.table.Class(class)
	if !ok || p.ZoneID == "" {
		return nil
	}
	return p.table.rates[zoneClass{p.ZoneID, c.ID}]
}

// ShippingClass is the class of a shipping charge: the method's own, else the
// one of the settings, else the default class.
func (t Table) ShippingClass(own core.TaxClassID) core.TaxClassID {
	if own != "" {
		return own
	}
	return t.settings.ShippingClassID
}

// NormalVATID is the form VAT IDs are kept in: capitals, without spaces, dots
// and hyphens.
func NormalVATID(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '.' || r == '-' {
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(s)))
}

// ValidVATID reports whether s has the shape of a VAT ID: a country's two
// letters and 2 to 13 letters and digits. Only the tax office knows if it is
// someone's.
func ValidVATID(s string) bool {
	s = NormalVATID(s)
	if len(s) < 4 || len(s) > 15 {
		return false
	}
	for i, c := range []byte(s) {
		letter := c >= 'A' && c <= 'Z'
		if !letter && (i < 2 || c < '0' || c > '9') {
			return false
		}
	}
	return true
}
