package catalog

import (
	"fmt"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// DefaultChannel is the code of the channel every shop has.
const DefaultChannel = "default"

// Rounding of tax, as Channel.TaxRounding.
const (
	RoundLine     = "line"     // each line's tax is rounded
	RoundDocument = "document" // the sum is rounded once per rate
)

// Channel is a market: where and in what the shop sells. Carts and orders
// belong to one.
type Channel struct {
	ID               core.ChannelID   `json:"id"`
	Code             string           `json:"code"` // unique: "default", "eu-web"
	Name             string           `json:"name"`
	Currencies       []money.Currency `json:"currencies"`          // the first is the default
	Locales          []string         `json:"locales"`             // BCP 47; the first is the default
	Countries        []string         `json:"countries,omitempty"` // ISO 3166-1 alpha-2; none means every country
	PricesIncludeTax bool             `json:"prices_include_tax"`
	TaxRounding      string           `json:"tax_rounding"` // RoundLine (the default) or RoundDocument
	Active           bool             `json:"active"`
	Version          int64            `json:"version"`
	CreatedAt        time.Time        `json:"created_at"`
	UpdatedAt        time.Time        `json:"updated_at"`
}

// Currency returns the currency asked for when the channel has it, and its
// default for "".
func (c *Channel) Currency(want money.Currency) (money.Currency, error) {
	if want == "" && len(c.Currencies) > 0 {
		return c.Currencies[0], nil
	}
	if !slices.Contains(c.Currencies, want) {
		return "", core.Invalid("currency", "the channel %s does not sell in %q", c.Code, string(want))
	}
	return want, nil
}

// Locale returns the channel's locale that fits the one asked for best: itself,
// a wider one, or the channel's default.
func (c *Channel) Locale(want string) string {
	for _, l := range Fallback(want) {
		if slices.Contains(c.Locales, l) {
			return l
		}
	}
	if len(c.Locales) == 0 {
		return ""
	}
	return c.Locales[0]
}

// SellsTo reports whether the channel sells to a country.
func (c *Channel) SellsTo(country string) bool {
	return len(c.Countries) == 0 || slices.Contains(c.Countries, country)
}

func (c *Channel) normalize() {
	if c.TaxRounding == "" {
		c.TaxRounding = RoundLine
	}
	if c.Name == "" {
		c.Name = c.Code
	}
}

func (c *Channel) validate() error {
	var v core.Violations
	v.Check(validCode(c.Code), "code", "must be 1 to 64 of a-z, 0-9, - and _")
	checkText(&v, "name", c.Name, MaxTitle)
	v.Check(len(c.Currencies) > 0 && len(c.Currencies) <= 200, "currencies", "at least one is required")
	for i, cur := range c.Currencies {
		v.Check(cur.Valid(), fmt.Sprintf("currencies[%d]", i), "must be an ISO 4217 code in capitals")
		v.Check(!slices.Contains(c.Currencies[:i], cur), fmt.Sprintf("currencies[%d]", i), "is there twice")
	}
	v.Check(len(c.Locales) > 0 && len(c.Locales) <= MaxLocales, "locales", "at least one is required")
	for i, l := range c.Locales {
		v.Check(ValidLocale(l), fmt.Sprintf("locales[%d]", i), "must be a BCP 47 tag such as de or de-CH")
		v.Check(!slices.Contains(c.Locales[:i], l), fmt.Sprintf("locales[%d]", i), "is there twice")
	}
	v.Check(len(c.Countries) <= 300, "countries", "are too many")
	for i, s := range c.Countries {
		v.Check(len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z', fmt.Sprintf("countries[%d]", i), "must be a two-letter ISO 3166-1 code in capitals")
		v.Check(!slices.Contains(c.Countries[:i], s), fmt.Sprintf("countries[%d]", i), "is there twice")
	}
	v.Check(c.TaxRounding == RoundLine || c.TaxRounding == RoundDocument, "tax_rounding", "must be %q or %q", RoundLine, RoundDocument)
	return v.Err()
}

func inChannel(channels []core.ChannelID, id core.ChannelID) bool {
	return len(channels) == 0 || slices.Contains(channels, id)
}
