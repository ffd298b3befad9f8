package account

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Limits of what a customer's record holds.
const (
	MaxAddresses = 50
	maxGroups    = 50
	maxMetadata  = 50
)

func validEmail(field, email string) error {
	if !core.ValidEmail(email) {
		return core.Invalid(field, "must be an email address")
	}
	return nil
}

// normalize cleans a customer up before it is checked and stored.
func (c *Customer) normalize() {
	for _, p := range []*string{&c.Email, &c.Reference, &c.Name, &c.Phone, &c.Locale} {
		*p = strings.TrimSpace(*p)
	}
	c.Currency = money.Currency(strings.ToUpper(strings.TrimSpace(string(c.Currency))))
	c.Groups = slices.Clone(c.Groups)
	for i, g := range c.Groups {
		c.Groups[i] = strings.ToLower(strings.TrimSpace(g))
	}
	slices.Sort(c.Groups)
	c.Groups = slices.Compact(c.Groups)
}

// validate checks a normalized customer; prefix goes before the field names.
func (c Customer) validate(prefix string) error {
	var v core.Violations
	v.Check(c.Email == "" || core.ValidEmail(c.Email), prefix+"email", "must be an email address")
	v.Check(line(c.Name, 200), prefix+"name", "must be at most 200 bytes of text in one line")
	v.Check(line(c.Phone, 50), prefix+"phone", "must be at most 50 bytes of text in one line")
	v.Check(line(c.Reference, 200), prefix+"reference", "must be at most 200 bytes of text in one line")
	v.Check(c.Locale == "" || validLocale(c.Locale), prefix+"locale", "must be a BCP 47 language tag, such as de-CH")
	v.Check(c.Currency == "" || c.Currency.Valid(), prefix+"currency", "must be an ISO 4217 code")
	v.Check(len(c.Groups) <= maxGroups, prefix+"groups", "must be at most %d", maxGroups)
	for i, g := range c.Groups {
		v.Check(g != "" && line(g, 64) && !strings.ContainsAny(g, " ,"), fmt.Sprintf("%sgroups[%d]", prefix, i), "must be one word of at most 64 bytes")
	}
	v.Check(line(c.Marketing.Source, 100), prefix+"marketing.source", "must be at most 100 bytes of text in one line")
	v.Check(len(c.Metadata) <= maxMetadata, prefix+"metadata", "must have at most %d entries", maxMetadata)
	for k, val := range c.Metadata {
		v.Check(k != "" && text(k, 64) && text(val, 1000), prefix+"metadata", "keys are at most 64 bytes of valid text, values 1000")
	}
	return v.Err()
}

// line is text on one line, for what is written into mails and labels.
func line(s string, most int) bool { return len(s) <= most && core.ValidLine(s) }

func text(s string, most int) bool { return len(s) <= most && core.ValidText(s) }

// validLocale checks the shape of a language tag; whether the language exists
// is for who uses it.
func validLocale(s string) bool {
	if len(s) > 35 {
		return false
	}
	for i, part := range strings.Split(s, "-") {
		if len(part) < 1 || len(part) > 8 || i == 0 && len(part) < 2 {
			return false
		}
		for _, r := range part {
			letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
			if !letter && (i == 0 || r < '0' || r > '9') {
				return false
			}
		}
	}
	return true
}

// set writes *p to field when it is given.
func set[T any](field *T, p *T) {
	if p != nil {
		*field = *p
	}
}
