package httpapi

import (
	"context"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/tax"
)

const (
	readSettings  = core.PermSettingsRead
	writeSettings = core.PermSettingsWrite
)

type taxRates struct {
	Components []tax.Component `json:"components" maxItems:"20" doc:"In the order they apply; none takes all away"`
}

func (a *api) adminTax() {
	handle(a, route{method: http.MethodGet, path: "/admin/tax/zones", perm: readSettings, tag: tagSettings, summary: "List tax zones"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[tax.Zone]], error) {
			return listed(s.Taxes.Zones(ctx))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/tax/zones", perm: writeSettings, tag: tagSettings, status: http.StatusCreated, summary: "Make a tax zone"},
		func(ctx context.Context, s Services, in *Post[tax.ZoneParams]) (*body[tax.Zone], error) {
			z, err := s.Taxes.CreateZone(ctx, in.Body)
			return made(z, z.Version, err, "tax", "zones", string(z.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/tax/zones/{id}", perm: readSettings, tag: tagSettings, summary: "Show a tax zone"},
		func(ctx context.Context, s Services, in *Path[core.TaxZoneID]) (*body[tax.Zone], error) {
			z, err := s.Taxes.Zone(ctx, in.ID)
			return shownAt(z, z.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/tax/zones/{id}", perm: writeSettings, tag: tagSettings, summary: "Change a tax zone"},
		func(ctx context.Context, s Services, in *Change[core.TaxZoneID, tax.ZoneUpdate]) (*body[tax.Zone], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			z, err := s.Taxes.UpdateZone(ctx, in.ID, seen, in.Body)
			return shownAt(z, z.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/tax/zones/{id}", perm: writeSettings, tag: tagSettings, summary: "Delete a tax zone with its rates"},
		about(func(ctx context.Context, s Services, id core.TaxZoneID) error { return s.Taxes.DeleteZone(ctx, id) }))
	handle(a, route{method: http.MethodPut, path: "/admin/tax/zones/{id}/rates/{class}", perm: writeSettings, tag: tagSettings, summary: "Set the rates of a class of goods in a zone"},
		func(ctx context.Context, s Services, in *struct {
			Path[core.TaxZoneID]
			Class core.TaxClassID `path:"class" maxLength:"80" doc:"ID of the tax class"`
			Body  taxRates
		}) (*body[list[tax.Rate]], error) {
			return listed(s.Taxes.SetRates(ctx, in.ID, in.Class, in.Body.Components))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/tax/rates", perm: readSettings, tag: tagSettings, summary: "List all rates by zone and class"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[tax.Rate]], error) {
			return listed(s.Taxes.Rates(ctx))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/tax/classes", perm: readSettings, tag: tagSettings, summary: "List tax classes"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[tax.Class]], error) {
			return listed(s.Taxes.Classes(ctx))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/tax/classes", perm: writeSettings, tag: tagSettings, status: http.StatusCreated, summary: "Make a tax class"},
		func(ctx context.Context, s Services, in *Post[tax.ClassParams]) (*body[tax.Class], error) {
			c, err := s.Taxes.CreateClass(ctx, in.Body)
			return made(c, c.Version, err, "tax", "classes", string(c.ID))
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/tax/classes/{id}", perm: writeSettings, tag: tagSettings, summary: "Change a tax class"},
		func(ctx context.Context, s Services, in *Change[core.TaxClassID, tax.ClassUpdate]) (*body[tax.Class], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			c, err := s.Taxes.UpdateClass(ctx, in.ID, seen, in.Body)
			return shownAt(c, c.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/tax/classes/{id}", perm: writeSettings, tag: tagSettings, summary: "Delete a tax class with its rates"},
		about(func(ctx context.Context, s Services, id core.TaxClassID) error { return s.Taxes.DeleteClass(ctx, id) }))
	handle(a, route{method: http.MethodGet, path: "/admin/tax/settings", perm: readSettings, tag: tagSettings, summary: "Show the tax settings"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[tax.Settings], error) {
			v, err := s.Taxes.Settings(ctx)
			return shownAt(v, v.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/tax/settings", perm: writeSettings, tag: tagSettings, summary: "Change the tax settings"},
		func(ctx context.Context, s Services, in *struct {
			VersionHeader
			Body tax.SettingsUpdate
		}) (*body[tax.Settings], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			v, err := s.Taxes.UpdateSettings(ctx, seen, in.Body)
			return shownAt(v, v.Version, err)
		})
}

func (a *api) adminShipping() {
	handle(a, route{method: http.MethodGet, path: "/admin/shipping/zones", perm: readSettings, tag: tagSettings, summary: "List shipping zones"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[shipping.Zone]], error) {
			return listed(s.Shipping.Zones(ctx))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/shipping/zones", perm: writeSettings, tag: tagSettings, status: http.StatusCreated, summary: "Make a shipping zone"},
		func(ctx context.Context, s Services, in *Post[shipping.ZoneParams]) (*body[shipping.Zone], error) {
			z, err := s.Shipping.CreateZone(ctx, in.Body)
			return made(z, z.Version, err, "shipping", "zones", string(z.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/shipping/zones/{id}", perm: readSettings, tag: tagSettings, summary: "Show a shipping zone"},
		func(ctx context.Context, s Services, in *Path[core.ShippingZoneID]) (*body[shipping.Zone], error) {
			z, err := s.Shipping.Zone(ctx, in.ID)
			return shownAt(z, z.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/shipping/zones/{id}", perm: writeSettings, tag: tagSettings, summary: "Change a shipping zone"},
		func(ctx context.Context, s Services, in *Change[core.ShippingZoneID, shipping.ZoneUpdate]) (*body[shipping.Zone], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			z, err := s.Shipping.UpdateZone(ctx, in.ID, seen, in.Body)
			return shownAt(z, z.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/shipping/zones/{id}", perm: writeSettings, tag: tagSettings, summary: "Delete a shipping zone without methods"},
		about(func(ctx context.Context, s Services, id core.ShippingZoneID) error {
			return s.Shipping.DeleteZone(ctx, id)
		}))
	handle(a, route{method: http.MethodGet, path: "/admin/shipping/methods", perm: readSettings, tag: tagSettings, summary: "List shipping methods"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[shipping.Method]], error) {
			return listed(s.Shipping.Methods(ctx))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/shipping/methods", perm: writeSettings, tag: tagSettings, status: http.StatusCreated, summary: "Make a shipping method"},
		func(ctx context.Context, s Services, in *Post[shipping.MethodParams]) (*body[shipping.Method], error) {
			m, err := s.Shipping.CreateMethod(ctx, in.Body)
			return made(m, m.Version, err, "shipping", "methods", string(m.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/shipping/methods/{id}", perm: readSettings, tag: tagSettings, summary: "Show a shipping method"},
		func(ctx context.Context, s Services, in *Path[core.ShippingMethodID]) (*body[shipping.Method], error) {
			m, err := s.Shipping.Method(ctx, in.ID)
			return shownAt(m, m.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/shipping/methods/{id}", perm: writeSettings, tag: tagSettings, summary: "Change a shipping method"},
		func(ctx context.Context, s Services, in *Change[core.ShippingMethodID, shipping.MethodUpdate]) (*body[shipping.Method], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			m, err := s.Shipping.UpdateMethod(ctx, in.ID, seen, in.Body)
			return shownAt(m, m.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/shipping/methods/{id}", perm: writeSettings, tag: tagSettings, summary: "Delete a shipping method"},
		about(func(ctx context.Context, s Services, id core.ShippingMethodID) error {
			return s.Shipping.DeleteMethod(ctx, id)
		}))
}

// ChannelInput is a sales channel to be made.
type ChannelInput struct {
	Code             string           `json:"code" doc:"Unique" example:"eu-web"`
	Name             string           `json:"name"`
	Currencies       []money.Currency `json:"currencies" minItems:"1" doc:"The first is the default"`
	Locales          []string         `json:"locales" minItems:"1" doc:"BCP 47; the first is the default"`
	Countries        []string         `json:"countries,omitempty" doc:"ISO 3166-1 alpha-2; none means every country"`
	PricesIncludeTax bool             `json:"prices_include_tax,omitempty"`
	TaxRounding      string           `json:"tax_rounding,omitempty" enum:"line,document" doc:"Default: line"`
	Inactive         bool             `json:"inactive,omitempty"`
}

func (in ChannelInput) channel() catalog.Channel {
	return catalog.Channel{Code: in.Code, Name: in.Name, Currencies: in.Currencies, Locales: in.Locales, Countries: in.Countries,
		PricesIncludeTax: in.PricesIncludeTax, TaxRounding: in.TaxRounding, Active: !in.Inactive}
}

func (a *api) adminChannels() {
	handle(a, route{method: http.MethodGet, path: "/admin/channels", perm: readSettings, tag: tagSettings, summary: "List sales channels"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[catalog.Channel]], error) {
			return listed(s.Catalog.Channels(ctx))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/channels", perm: writeSettings, tag: tagSettings, status: http.StatusCreated, summary: "Make a sales channel"},
		func(ctx context.Context, s Services, in *Post[ChannelInput]) (*body[catalog.Channel], error) {
			c, err := s.Catalog.CreateChannel(ctx, in.Body.channel())
			return made(c, c.Version, err, "channels", string(c.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/channels/{id}", perm: readSettings, tag: tagSettings, summary: "Show a sales channel"},
		func(ctx context.Context, s Services, in *Path[core.ChannelID]) (*body[catalog.Channel], error) {
			c, err := s.Catalog.Channel(ctx, in.ID)
			return shownAt(c, c.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/channels/{id}", perm: writeSettings, tag: tagSettings, summary: "Change a sales channel"},
		func(ctx context.Context, s Services, in *Change[core.ChannelID, catalog.ChannelUpdate]) (*body[catalog.Channel], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			in.Body.IfVersion = seen
			c, err := s.Catalog.UpdateChannel(ctx, in.ID, in.Body)
			return shownAt(c, c.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/channels/{id}", perm: writeSettings, tag: tagSettings, summary: "Delete a sales channel"},
		about(func(ctx context.Context, s Services, id core.ChannelID) error {
			return s.Catalog.DeleteChannel(ctx, id)
		}))
}
