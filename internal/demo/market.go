package demo

import (
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/tax"
)

// country is where the shop sells. Rates are per mille, standard and reduced.
type country struct {
	code, name        string
	standard, reduced int64
}

func countries() []country {
	return []country{
		{"DE", "Germany", 190, 70}, {"AT", "Austria", 200, 100}, {"NL", "Netherlands", 210, 90}, {"FR", "France", 200, 55}, {"IT", "Italy", 220, 100},
		{"ES", "Spain", 210, 100}, {"BE", "Belgium", 210, 60}, {"IE", "Ireland", 230, 90}, {"DK", "Denmark", 250, 250}, {"SE", "Sweden", 250, 120},
		{"GB", "United Kingdom", 200, 0},
	}
}

// states of the US where the shop has to collect sales tax, per hundred
// thousand; food is free of it.
func states() []country {
	return []country{{"CA", "California", 7250, 0}, {"NY", "New York", 4000, 0}, {"TX", "Texas", 6250, 0}}
}

const eur, usd, gbp = money.Currency("EUR"), money.Currency("USD"), money.Currency("GBP")

func (m *maker) channels() {
	eu := []string{}
	for _, c := range countries() {
		if c.code != "GB" {
			eu = append(eu, c.code)
		}
	}
	add := func(id core.ChannelID, code, name string, c money.Currency, taxed bool, locales, where []string) {
		if id == "" {
			id = newID[core.ChannelID](m, core.PrefixChannel)
		}
		m.Channels = append(m.Channels, catalog.Channel{ID: id, Code: code, Name: name, Currencies: []money.Currency{c}, Locales: locales, Countries: where,
			PricesIncludeTax: taxed, TaxRounding: catalog.RoundLine, Active: true, Version: 1, CreatedAt: m.clock, UpdatedAt: m.clock})
	}
	add(m.Config.Channel, catalog.DefaultChannel, "Europe", eur, true, []string{"en", "de"}, eu)
	add("", "us", "United States", usd, false, []string{"en-US"}, []string{"US"})
	add("", "uk", "United Kingdom", gbp, true, []string{"en-GB"}, []string{"GB"})
}

func (m *maker) taxes() {
	class := func(code, name string, def bool) core.TaxClassID {
		id := newID[core.TaxClassID](m, core.PrefixTaxClass)
		m.TaxClasses = append(m.TaxClasses, tax.Class{ID: id, Code: code, Name: name, Default: def, Version: 1, CreatedAt: m.clock, UpdatedAt: m.clock})
		return id
	}
	standard, reduced := class("standard", "Standard rate", true), class("reduced", "Reduced rate: food, books, plants", false)
	zone := func(code, name string, area core.Area) core.TaxZoneID {
		id := newID[core.TaxZoneID](m, core.PrefixTaxZone)
		m.TaxZones = append(m.TaxZones, tax.Zone{ID: id, Code: code, Name: name, Areas: []core.Area{area}, Version: 1, CreatedAt: m.clock, UpdatedAt: m.clock})
		return id
	}
	rate := func(z core.TaxZoneID, c core.TaxClassID, name string, millionths int64) {
		m.TaxRates = append(m.TaxRates, tax.Rate{ZoneID: z, ClassID: c, Component: tax.Component{RateID: newID[core.TaxRateID](m, core.PrefixTaxRate),
			Name: name, Rate: money.Percent(1) / 10_000 * money.Rate(millionths)}})
	}
	for _, c := range countries() {
		z := zone("vat-"+lower(c.code), c.name, core.Area{Country: c.code})
		rate(z, standard, "VAT", c.standard*1000)
		rate(z, reduced, "VAT reduced", c.reduced*1000)
	}
	for _, s := range states() {
		z := zone("us-"+lower(s.code), s.name, core.Area{Country: "US", Region: s.code})
		rate(z, standard, s.name+" sales tax", s.standard*10)
	}
}

func (m *maker) shipping() {
	zone := func(code, name string, where ...string) core.ShippingZoneID {
		id := newID[core.ShippingZoneID](m, core.PrefixShippingZone)
		z := shipping.Zone{ID: id, Code: code, Name: name, Version: 1, CreatedAt: m.clock, UpdatedAt: m.clock}
		for _, c := range where {
			z.Areas = append(z.Areas, core.Area{Country: c})
		}
		m.ShippingZones = append(m.ShippingZones, z)
		return id
	}
	method := func(x shipping.Method) {
		x.ID = newID[core.ShippingMethodID](m, core.PrefixShippingMethod)
		x.Position, x.Active, x.Version, x.CreatedAt, x.UpdatedAt = len(m.Methods)+1, true, 1, m.clock, m.clock
		m.Methods = append(m.Methods, x)
	}
	// Weights from which a parcel costs more, with the price in minor units.
	byWeight := func(c money.Currency, light, medium, heavy int64) []shipping.Price {
		return []shipping.Price{{From: 0, Price: money.New(light, c)}, {From: 5000, Price: money.New(medium, c)}, {From: 15000, Price: money.New(heavy, c)}}
	}
	flat := func(c money.Currency, amount int64) []shipping.Price {
		return []shipping.Price{{Price: money.New(amount, c)}}
	}
	home := zone("home", "Germany and Austria", "DE", "AT")
	method(shipping.Method{ZoneID: home, Code: "standard-home", Name: "Standard parcel", Description: "By parcel service, with tracking.", Kind: shipping.ByWeight,
		Prices: byWeight(eur, 490, 790, 1490), FreeAbove: []money.Money{money.New(7900, eur)}, MinDays: 2, MaxDays: 3})
	method(shipping.Method{ZoneID: home, Code: "express-home", Name: "Express", Description: "Ordered before noon, there the next working day.", Kind: shipping.Flat,
		Prices: flat(eur, 1490), MaxGrams: 20000, MinDays: 1, MaxDays: 1})
	eu := zone("eu", "European Union", "NL", "FR", "IT", "ES", "BE", "IE", "DK", "SE")
	method(shipping.Method{ZoneID: eu, Code: "standard-eu", Name: "Standard parcel", Kind: shipping.ByWeight, Prices: byWeight(eur, 990, 1490, 2490),
		FreeAbove: []money.Money{money.New(12900, eur)}, MinDays: 3, MaxDays: 6})
	uk := zone("uk", "United Kingdom", "GB")
	method(shipping.Method{ZoneID: uk, Code: "standard-uk", Name: "Standard parcel", Kind: shipping.ByWeight, Prices: byWeight(gbp, 590, 990, 1890),
		FreeAbove: []money.Money{money.New(9000, gbp)}, MinDays: 3, MaxDays: 5})
	us := zone("us", "United States", "US")
	method(shipping.Method{ZoneID: us, Code: "standard-us", Name: "Standard shipping", Kind: shipping.ByWeight, Prices: byWeight(usd, 790, 1290, 2490),
		FreeAbove: []money.Money{money.New(12000, usd)}, MinDays: 4, MaxDays: 8})
	method(shipping.Method{ZoneID: us, Code: "express-us", Name: "Express shipping", Kind: shipping.Flat, Prices: flat(usd, 2490), MaxGrams: 20000, MinDays: 2, MaxDays: 3})
}
