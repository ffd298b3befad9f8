package core

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Address is a postal address. Country is ISO 3166-1 alpha-2, upper case;
// Region is the subdivision's code or name where the country uses one.
type Address struct {
	Name       string `json:"name,omitempty"`
	Company    string `json:"company,omitempty"`
	Line1      string `json:"line1,omitempty"`
	Line2      string `json:"line2,omitempty"`
	City       string `json:"city,omitempty"`
	Region     string `json:"region,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"`
	Phone      string `json:"phone,omitempty"`
}

// IsZero reports whether nothing is filled in.
func (a Address) IsZero() bool { return a == Address{} }

// Normalize trims every part and upper-cases the country.
func (a Address) Normalize() Address {
	for _, p := range []*string{&a.Name, &a.Company, &a.Line1, &a.Line2, &a.City, &a.Region, &a.PostalCode, &a.Country, &a.Phone} {
		*p = strings.TrimSpace(*p)
	}
	a.Country = strings.ToUpper(a.Country)
	return a
}

// Validate checks what delivery needs; field is the path errors name.
func (a Address) Validate(field string) error {
	var v Violations
	v.Check(len(a.Country) == 2 && a.Country[0] >= 'A' && a.Country[0] <= 'Z' && a.Country[1] >= 'A' && a.Country[1] <= 'Z',
		field+".country", "must be a two-letter ISO 3166-1 code")
	v.Check(a.Line1 != "", field+".line1", "is required")
	v.Check(a.City != "", field+".city", "is required")
	v.Check(a.Name != "" || a.Company != "", field+".name", "is required")
	for name, s := range map[string]string{"name": a.Name, "company": a.Company, "line1": a.Line1, "line2": a.Line2, "city": a.City,
		"region": a.Region, "postal_code": a.PostalCode, "phone": a.Phone} {
		v.Check(len(s) <= 200 && ValidLine(s), field+"."+name, "must be at most 200 bytes of text in one line")
	}
	return v.Err()
}

// ValidText reports whether s can be stored and shown: UTF-8 without NUL.
func ValidText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// ValidLine reports whether s is valid text of one line: without control
// characters, which would break the labels, mails and tables it is put into.
func ValidLine(s string) bool { return ValidText(s) && !strings.ContainsFunc(s, unicode.IsControl) }

// ValidEmail reports whether s looks like an address mail can be sent to.
// Only delivery proves it.
func ValidEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || len(s) > 254 || !ValidLine(s) {
		return false
	}
	return !strings.ContainsAny(s, " <>,;\"") && strings.Contains(s[at+1:], ".") &&
		!strings.Contains(s[:at], "@") && !strings.HasSuffix(s, ".")
}

// NormalEmail is the form emails are compared in: trimmed and lower-cased.
func NormalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
