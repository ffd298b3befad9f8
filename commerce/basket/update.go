package basket

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
)

// Update changes what is set; nil leaves alone.
type Update struct {
	Email           *string
	Locale          *string
	Currency        *money.Currency
	ShippingAddress *core.Address // the zero address takes it away
	BillingAddress  *core.Address
	ShippingMethod  *core.ShippingMethodID
	Codes           *[]string
	Metadata        *map[string]string
}

// apply changes what an update sets. Codes need not exist: the quote says why
// one does not apply.
func apply(c *cart.Cart, u Update) error {
	var v core.Violations
	if u.Email != nil {
		email := strings.TrimSpace(*u.Email)
		v.Check(email == "" || core.ValidEmail(email), "email", "is not an email address")
		c.Email = email
	}
	if u.Locale != nil {
		v.Check(catalog.ValidLocale(*u.Locale), "locale", "must be a BCP 47 tag such as de or de-CH")
		c.Locale = *u.Locale
	}
	if u.Currency != nil && *u.Currency != c.Currency {
		v.Check(u.Currency.Valid(), "currency", "must be an ISO 4217 code")
		c.Currency = *u.Currency // the quote refuses one the channel does not sell in
	}
	for _, a := range []struct {
		field string
		from  *core.Address
		to    *core.Address
	}{{"shipping_address", u.ShippingAddress, &c.ShippingAddress}, {"billing_address", u.BillingAddress, &c.BillingAddress}} {
		if a.from == nil {
			continue
		}
		addr := a.from.Normalize()
		// A country alone is enough to estimate; checkout asks for the rest.
		if partial := addr; !addr.IsZero() {
			partial.Line1, partial.City, partial.Name = orX(addr.Line1), orX(addr.City), orX(addr.Name)
			if err := partial.Validate(a.field); err != nil {
				return err
			}
		}
		*a.to = addr
	}
	if u.ShippingMethod != nil {
		v.Check(*u.ShippingMethod == "" || core.ValidID(string(*u.ShippingMethod), core.PrefixShippingMethod), "shipping_method_id", "is not a shipping method")
		c.ShippingMethod = *u.ShippingMethod
	}
	if u.Codes != nil {
		v.Check(len(*u.Codes) <= cart.MaxCodes, "codes", "a cart takes at most %d codes", cart.MaxCodes)
		c.Codes = nil
		for i, code := range *u.Codes {
			norm := promo.NormalCode(code)
			v.Check(validCode(norm), fmt.Sprintf("codes[%d]", i), "is not a code")
			if !slices.Contains(c.Codes, norm) {
				c.Codes = append(c.Codes, norm)
			}
		}
	}
	if u.Metadata != nil {
		if err := cart.CheckMetadata("metadata", *u.Metadata); err != nil {
			return err
		}
		c.Metadata = *u.Metadata
	}
	return v.Err()
}

func orX(s string) string {
	if s == "" {
		return "x"
	}
	return s
}

// validCode reports whether a normal code may be one at all.
func validCode(norm string) bool {
	return norm != "" && len(norm) <= promo.MaxCodeLength && core.ValidText(norm)
}

func unknownCode(field string) error {
	return &core.Error{Kind: core.KindInvalid, Code: "unknown_code", Field: field, Message: "this code is not known"}
}
