package core

import "strings"

// Area is a part of the world that a tax or shipping zone covers. Empty parts
// cover everything: the zero Area is the whole world.
type Area struct {
	Country      string `json:"country,omitempty"`       // ISO 3166-1 alpha-2
	Region       string `json:"region,omitempty"`        // as addresses have it: "CA", "QC"; needs a country
	PostalPrefix string `json:"postal_prefix,omitempty"` // "10" covers 10115 and 10 999; needs a country
}

// Normalize returns the form areas are kept and compared in: capitals, and
// postal codes without spaces and hyphens.
func (a Area) Normalize() Area {
	return Area{Country: upper(a.Country), Region: upper(a.Region), PostalPrefix: postal(a.PostalPrefix)}
}

// Validate checks a normalized area; field is the path errors name.
func (a Area) Validate(field string) error {
	var v Violations
	v.Check(a.Country == "" || len(a.Country) == 2 && a.Country[0] >= 'A' && a.Country[0] <= 'Z' && a.Country[1] >= 'A' && a.Country[1] <= 'Z',
		field+".country", "must be a two-letter ISO 3166-1 code, or empty for the whole world")
	v.Check(a.Country != "" || a.Region == "" && a.PostalPrefix == "", field+".country", "is required with a region or a postal prefix")
	v.Check(len(a.Region) <= 100 && ValidText(a.Region), field+".region", "must be at most 100 bytes of valid text")
	v.Check(len(a.PostalPrefix) <= 20 && ValidText(a.PostalPrefix), field+".postal_prefix", "must be at most 20 bytes of valid text")
	return v.Err()
}

// Match returns 0 if the address is outside the normalized area, else how
// specific the area is: any postal prefix beats a region, a longer prefix a
// shorter one, a region its country, and a country the world. Different areas
// never match one address with the same number, so exactly one is the most
// specific.
func (a Area) Match(addr Address) int {
	if a.Country != "" && a.Country != upper(addr.Country) {
		return 0
	}
	if a.Region != "" && a.Region != upper(addr.Region) {
		return 0
	}
	if a.PostalPrefix != "" && !strings.HasPrefix(postal(addr.PostalCode), a.PostalPrefix) {
		return 0
	}
	score := 1 + 4*len(a.PostalPrefix)
	if a.Country != "" {
		score++
	}
	if a.Region != "" {
		score++
	}
	return score
}

func upper(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

func postal(s string) string {
	if strings.ContainsAny(s, " -\t") {
		s = strings.Map(func(r rune) rune {
			if r == ' ' || r == '-' || r == '\t' {
				return -1
			}
			return r
		}, s)
	}
	return strings.ToUpper(s)
}
