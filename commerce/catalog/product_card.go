package catalog

import (
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Card is what a list shows of a product.
type Card struct {
	ID           core.ProductID         `json:"id"`
	Slug         string                 `json:"slug"`
	Title        string                 `json:"title"`
	Subtitle     string                 `json:"subtitle,omitempty"`
	Status       Status                 `json:"status"`
	PublishedAt  time.Time              `json:"published_at,omitzero"`
	Kind         Kind                   `json:"kind"`
	Vendor       string                 `json:"vendor,omitempty"`
	Brand        string                 `json:"brand,omitempty"`
	Tags         []string               `json:"tags,omitempty"`
	Options      []Option               `json:"options,omitempty"`
	Thumbnail    *Thumbnail             `json:"thumbnail,omitempty"`
	Rating       Rating                 `json:"rating,omitzero"`
	VariantCount int                    `json:"variant_count"`              // active ones
	FirstVariant core.VariantID         `json:"first_variant_id,omitempty"` // by position, of the active ones
	Price        *CardPrice             `json:"price,omitempty"`            // in the list's channel and currency
	Translations map[string]Translation `json:"translations,omitempty"`     // of title, subtitle, slug and options; left out of localized lists
	Version      int64                  `json:"version"`
	CreatedAt    time.Time              `json:"created_at"`
	UpdatedAt    time.Time              `json:"updated_at"`

	Ranges []PriceRange `json:"-"` // prices in all channels and currencies; Price is one of them
}

// CardPrice is the price range of a product's active variants now.
type CardPrice struct {
	Min       money.Money  `json:"min"`
	Max       money.Money  `json:"max"`
	CompareAt *money.Money `json:"compare_at,omitempty"` // struck price of the cheapest variant
}

// CardRef names a card at a version: a stored card whose version is another is
// not the one.
type CardRef struct {
	ID      core.ProductID
	Version int64
}

// Offer is what a product's variants amount to in lists.
type Offer struct {
	ProductID    core.ProductID
	VariantCount int // active ones
	FirstVariant core.VariantID
	Ranges       []PriceRange
}

// OfferOf sums up the variants of one product, given by position.
func OfferOf(id core.ProductID, variants []Variant) Offer {
	o := Offer{ProductID: id, Ranges: Ranges(variants)}
	for _, v := range variants {
		if v.Inactive {
			continue
		}
		if o.VariantCount == 0 {
			o.FirstVariant = v.ID
		}
		o.VariantCount++
	}
	return o
}

// CardOf is the part of a card that a product's own row decides; stores keep
// it beside the product.
func CardOf(p Product) Card {
	c := Card{ID: p.ID, Slug: p.Slug, Title: p.Title, Subtitle: p.Subtitle, Kind: p.Kind, Vendor: p.Vendor, Brand: p.Brand, Tags: p.Tags, Options: p.Options}
	for l, t := range p.Translations {
		short := Translation{Title: t.Title, Subtitle: t.Subtitle, Slug: t.Slug, Options: t.Options}
		if c.Translations == nil {
			c.Translations = make(map[string]Translation, len(p.Translations))
		}
		c.Translations[l] = short
	}
	return c
}

// Localize returns the card with its texts in a locale.
func (c Card) Localize(locale string) Card {
	if locale != "" && len(c.Translations) > 0 {
		p := Product{Title: c.Title, Subtitle: c.Subtitle, Slug: c.Slug, Options: c.Options, Translations: c.Translations}.Localize(locale)
		c.Title, c.Subtitle, c.Slug, c.Options = p.Title, p.Subtitle, p.Slug, p.Options
	}
	c.Translations = nil
	return c
}

// Sort is the order of a list.
type Sort string

// The orders. Each ends with the ID, so that pages are stable.
const (
	SortNewest    Sort = "newest"   // published last first; the default
	SortTitle     Sort = "title"    // by the product's own title, ignoring case and accents
	SortPrice     Sort = "price"    // lowest first; needs a currency
	SortPriceDesc Sort = "-price"   // highest lowest price first; needs a currency
	SortCreated   Sort = "created"  // created last first
	SortUpdated   Sort = "updated"  // changed last first; a page may miss what changes meanwhile
	SortPosition  Sort = "position" // as arranged in the collection; needs one
)

// ListParams says which products a list has. The zero value of each member
// leaves it open; all that are given must hold.
type ListParams struct {
	Channel    core.ChannelID
	Currency   money.Currency  // lists only what has a price in it, and shows that
	Locale     string          // texts are in this language; "" gives the products' own and all translations
	Category   core.CategoryID // with all below it
	Collection core.CollectionID
	Tag        string
	Status     Status // staff only: others see what is published
	Vendor     string
	Brand      string
	Kind       Kind
	MinPrice   *int64 // minor units of the currency: the lowest price of the product is at least this
	MaxPrice   *int64 // and at most this
	Attributes []AttributeFilter
	IDs        []core.ProductID // at most MaxPageSize
	Query      string           // part of title, vendor, brand, tag or SKU, ignoring case
	Sort       Sort
}

// ListQuery is what a store is asked for a list.
type ListQuery struct {
	ListParams
	At        time.Time // which prices are in force
	Published bool      // only what is published at that time
}
