package recommend

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Item is something that can be recommended.
type Item struct {
	ID                 string
	Title, Description string
	Categories         []string // the first is the one that category caps count
	Attributes         map[string]string
	Price              int64   // minor units of the shop's currency
	Margin             float64 // share of the price that is earned, from 0 to 1
	OutOfStock         bool
	Hidden             bool      // never recommended
	Regions            []string  // where it is for sale. Default everywhere
	From, Until        time.Time // when it is for sale; zero: no bound
	Created            time.Time // for what favours the new
}

// visible reports whether the item may be shown at all.
func (i *Item) visible(region string, now time.Time) bool {
	return !i.Hidden &&
		(len(i.Regions) == 0 || slices.Contains(i.Regions, region)) &&
		(i.From.IsZero() || !now.Before(i.From)) &&
		(i.Until.IsZero() || now.Before(i.Until))
}

func (i *Item) category() string {
	if len(i.Categories) == 0 {
		return ""
	}
	return i.Categories[0]
}

func (i *Item) check() error {
	switch {
	case i.ID == "" || len(i.ID) > maxIDLen:
		return &ConfigError{"Item.ID", "must have 1 to 200 bytes"}
	case i.Price < 0:
		return &ConfigError{"Item.Price", "is negative"}
	case !(i.Margin >= -1 && i.Margin <= 1):
		return &ConfigError{"Item.Margin", "is a share of the price, from -1 to 1"}
	}
	return nil
}

// clone keeps callers' later changes out.
func (i *Item) clone() *Item {
	c := *i
	c.Categories = slices.Clone(i.Categories)
	c.Regions = slices.Clone(i.Regions)
	c.Attributes = make(map[string]string, len(i.Attributes))
	for k, v := range i.Attributes {
		c.Attributes[k] = v
	}
	return &c
}

// maxTerms bounds what is read of an item's text.
const maxTerms = 64

// terms are the features of an item's content, sorted, each once: words of its
// title and description, its categories and attributes.
func (i *Item) terms() []string {
	var out []string
	for _, c := range i.Categories {
		out = append(out, "category:"+strings.ToLower(c))
	}
	for k, v := range i.Attributes {
		out = append(out, strings.ToLower(k+"="+v))
	}
	slices.Sort(out)
	out = out[:min(len(out), maxTerms)]
	text := norm.NFKC.String(strings.ToLower(i.Title + " " + i.Description[:min(len(i.Description), 2000)]))
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
		if len(out) >= maxTerms {
			break
		}
		if len(word) > 1 {
			out = append(out, word)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
