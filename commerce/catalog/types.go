package catalog

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Limits of a product.
const (
	MaxOptions     = 10
	MaxValues      = 500 // of one option
	MaxVariants    = 2000
	MaxTitle       = 500     // bytes
	MaxDescription = 100_000 // bytes
	MaxMetadata    = 64 << 10
	MaxTags        = 250
	MaxAttributes  = 200
	MaxPrices      = 500 // of one variant
	MaxLocales     = 100
)

// Status says how far a product is.
type Status string

// The statuses. Only an active product is sold, from its publication on.
const (
	StatusDraft    Status = "draft" // the default
	StatusActive   Status = "active"
	StatusArchived Status = "archived"
)

// Kind says what a product is; only physical ones are shipped.
type Kind string

// The kinds of product.
const (
	KindPhysical Kind = "physical" // the default
	KindDigital  Kind = "digital"
	KindService  Kind = "service"
)

// Product is something sold, in one or more variants.
type Product struct {
	ID           core.ProductID             `json:"id"`
	Slug         string                     `json:"slug"` // unique; made from the title when left empty
	Title        string                     `json:"title"`
	Subtitle     string                     `json:"subtitle,omitempty"`
	Description  string                     `json:"description,omitempty"`
	Status       Status                     `json:"status"`
	PublishedAt  time.Time                  `json:"published_at,omitzero"` // of an active product; in the future: scheduled
	Kind         Kind                       `json:"kind"`
	Vendor       string                     `json:"vendor,omitempty"`
	Brand        string                     `json:"brand,omitempty"`
	TaxClass     core.TaxClassID            `json:"tax_class_id,omitempty"` // "" is the standard class
	Options      []Option                   `json:"options,omitempty"`
	Attributes   []AttributeValue           `json:"attributes,omitempty"`
	Tags         []string                   `json:"tags,omitempty"`
	Channels     []core.ChannelID           `json:"channel_ids,omitempty"` // none means every channel
	SEO          SEO                        `json:"seo,omitzero"`
	Translations map[string]Translation     `json:"translations,omitempty"` // by locale: "de", "de-CH"
	Metadata     map[string]json.RawMessage `json:"metadata,omitempty"`

	Categories []core.CategoryID `json:"category_ids,omitempty"`
	Variants   []Variant         `json:"variants"` // by position

	Thumbnail *Thumbnail `json:"thumbnail,omitempty"` // set by its images
	Rating    Rating     `json:"rating,omitzero"`     // set by its reviews
	Version   int64      `json:"version"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
}

// Published reports whether shoppers may see the product at a time.
func (p *Product) Published(at time.Time) bool {
	return p.Status == StatusActive && !p.PublishedAt.After(at)
}

// InChannel reports whether the product is sold in a channel.
func (p *Product) InChannel(id core.ChannelID) bool { return inChannel(p.Channels, id) }

// SEO is what search engines are told instead of title and description.
type SEO struct {
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
}

// Thumbnail is the image a product shows in lists.
type Thumbnail struct {
	ImageID core.ImageID `json:"image_id"`
	Alt     string       `json:"alt,omitempty"`
	Width   int          `json:"width,omitempty"` // pixels of the original
	Height  int          `json:"height,omitempty"`
}

// Rating sums up the approved reviews of a product.
type Rating struct {
	Average int64 `json:"average_x100"` // 100 to 500; 0 without reviews
	Count   int64 `json:"count"`
}

// Option is a choice the variants of a product differ by: "Color" with "Navy"
// and "Sand". Name and values are unique regardless of case.
type Option struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// Variant is what is put into a cart: one combination of option values.
type Variant struct {
	ID          core.VariantID             `json:"id"`
	ProductID   core.ProductID             `json:"product_id"`
	SKU         string                     `json:"sku"`                     // unique in the shop
	Barcode     string                     `json:"barcode,omitempty"`       // a GTIN: 8, 12, 13 or 14 digits with a right check digit
	Title       string                     `json:"title"`                   // the option values unless given
	Options     map[string]string          `json:"options,omitempty"`       // option name -> value; one of each option
	StockItemID core.StockItemID           `json:"stock_item_id,omitempty"` // "" is not tracked
	WeightGrams int64                      `json:"weight_grams,omitempty"`
	Dimensions  Dimensions                 `json:"dimensions,omitzero"`
	Prices      []Price                    `json:"prices,omitempty"`
	Images      []core.ImageID             `json:"image_ids,omitempty"`
	Position    int                        `json:"position"`
	Inactive    bool                       `json:"inactive,omitempty"` // kept from being sold
	Metadata    map[string]json.RawMessage `json:"metadata,omitempty"`
	Version     int64                      `json:"version"`
	CreatedAt   time.Time                  `json:"created_at"`
	UpdatedAt   time.Time                  `json:"updated_at"`
}

// Dimensions are the outer measures of a variant in millimeters.
type Dimensions struct {
	Length int64 `json:"length_mm,omitempty"`
	Width  int64 `json:"width_mm,omitempty"`
	Height int64 `json:"height_mm,omitempty"`
}

// Price is what a variant costs in one currency. Prices are never converted:
// what has no price in a currency is not sold in it.
type Price struct {
	Channel   core.ChannelID `json:"channel_id,omitempty"` // "" is every channel
	Currency  money.Currency `json:"currency"`
	Amount    int64          `json:"amount"`               // minor units
	CompareAt int64          `json:"compare_at,omitempty"` // struck price, above Amount; 0 for none
	ValidFrom time.Time      `json:"valid_from,omitzero"`  // zero: always has been
	ValidTo   time.Time      `json:"valid_to,omitzero"`    // exclusive; zero: for ever
}

// Sellable is what cart, quote and checkout need to know of a variant.
type Sellable struct {
	VariantID        core.VariantID      `json:"variant_id"`
	ProductID        core.ProductID      `json:"product_id"`
	ProductSlug      string              `json:"product_slug"`
	SKU              string              `json:"sku"`
	ProductTitle     string              `json:"product_title"`
	VariantTitle     string              `json:"variant_title,omitempty"` // "" for the only variant of a product without options
	Options          map[string]string   `json:"options,omitempty"`
	ImageID          core.ImageID        `json:"image_id,omitempty"` // the variant's first, else the product's thumbnail
	StockItemID      core.StockItemID    `json:"stock_item_id,omitempty"`
	WeightGrams      int64               `json:"weight_grams,omitempty"`
	Dimensions       Dimensions          `json:"dimensions,omitzero"`
	TaxClass         core.TaxClassID     `json:"tax_class_id,omitempty"`
	RequiresShipping bool                `json:"requires_shipping"`
	Vendor           string              `json:"vendor,omitempty"`
	Tags             []string            `json:"tags,omitempty"`
	CategoryIDs      []core.CategoryID   `json:"category_ids,omitempty"` // with the categories above them
	CollectionIDs    []core.CollectionID `json:"collection_ids,omitempty"`
	ProductVersion   int64               `json:"product_version"`
	Sells            bool                `json:"sells"`
	Why              string              `json:"why,omitempty"` // it does not sell: "unpublished", "inactive", "other_channel", "no_price"
	Price            money.Money         `json:"price"`         // unit price; zero without one
	CompareAt        money.Money         `json:"compare_at,omitzero"`
	PriceWhy         string              `json:"-"` // which price won and why
}

// Reasons in Sellable.Why.
const (
	WhyUnpublished  = "unpublished"
	WhyInactive     = "inactive"
	WhyOtherChannel = "other_channel"
	WhyNoPrice      = "no_price"
)

// Store keeps the catalog.
type Store interface {
	ProductStore
	VariantStore
	ChannelStore
	AttributeStore
	OrgStore // categories, collections, images (category.go)
}

// ProductStore keeps products. Whatever changes what a list shows of a product
// counts its version on.
type ProductStore interface {
	// InsertProducts inserts whole products with variants, prices and slugs,
	// many in a few statements, but neither categories nor price history.
	InsertProducts(ctx context.Context, ps []Product) error
	// LockProduct counts a product's version on, which holds the product until
	// the transaction ends, and returns it without variants and categories. If
	// seen is not 0 the version before must be that one.
	LockProduct(ctx context.Context, id core.ProductID, seen int64, at time.Time) (Product, error)
	// LockProductOf is LockProduct for the product a variant belongs to.
	LockProductOf(ctx context.Context, id core.VariantID, at time.Time) (Product, error)
	// UpdateProduct writes what LockProduct returned, changed.
	UpdateProduct(ctx context.Context, p Product) error
	// SetProductParts writes anew what lists find the product by, of these parts.
	SetProductParts(ctx context.Context, p Product, channels, tags, attributes bool) error
	DeleteProduct(ctx context.Context, id core.ProductID) error

	// Products returns products with categories and variants, by ID; those not
	// found are missing.
	Products(ctx context.Context, ids []core.ProductID) ([]Product, error)
	// ProductIDs returns up to limit product IDs after the given one, ascending.
	ProductIDs(ctx context.Context, after core.ProductID, limit int) ([]core.ProductID, error)
	// TouchProducts counts the version of products on: something of them
	// changed that is kept elsewhere.
	TouchProducts(ctx context.Context, ids []core.ProductID, at time.Time) error
	// SetThumbnail sets what lists show, or nothing for nil, and counts the
	// version on.
	SetThumbnail(ctx context.Context, id core.ProductID, t *Thumbnail, at time.Time) error
	// SetRating sets the summary of a product's reviews and counts the version on.
	SetRating(ctx context.Context, id core.ProductID, r Rating, at time.Time) error

	// Slugs returns which of the slugs are in use in a locale ("" is the
	// default), also those that only redirect.
	Slugs(ctx context.Context, locale string, slugs []string) (map[string]core.ProductID, error)
	// SetSlug makes a slug the current one of a product in a locale; the one
	// before redirects. A slug that only redirects is taken over. "" only ends
	// the current one. A slug in use elsewhere is a KindExists error.
	SetSlug(ctx context.Context, id core.ProductID, locale, slug string) error
	// FreeSlugs ends the redirects of slugs that are about to be inserted.
	FreeSlugs(ctx context.Context, locale string, slugs []string) error
	// SlugTargets returns what a slug leads to, in any locale.
	SlugTargets(ctx context.Context, slug string) ([]SlugTarget, error)

	// ListProducts returns a page of references in the order asked for, in one
	// statement.
	ListProducts(ctx context.Context, q ListQuery, page core.PageQuery) (core.Page[CardRef], error)
	// Cards returns cards with Ranges instead of Price, in no order.
	Cards(ctx context.Context, ids []core.ProductID) ([]Card, error)
}

// VariantStore keeps variants and their prices.
type VariantStore interface {
	InsertVariants(ctx context.Context, vs []Variant) error
	// UpdateVariants writes variants, with prices, if their versions are still
	// those they carry, and counts them on.
	UpdateVariants(ctx context.Context, vs []Variant) error
	DeleteVariants(ctx context.Context, ids []core.VariantID) error
	Variants(ctx context.Context, ids []core.VariantID) ([]Variant, error) // by ID
	// VariantsOf returns the variants of products by product, position and ID.
	VariantsOf(ctx context.Context, ids []core.ProductID) ([]Variant, error)
	// SetOffer writes what lists know of a product's variants, as far as it
	// differs from what it was.
	SetOffer(ctx context.Context, was, is Offer) error

	VariantIDBySKU(ctx context.Context, sku string) (core.VariantID, error)
	// VariantIDsBySKU maps those SKUs that exist.
	VariantIDsBySKU(ctx context.Context, skus []string) (map[string]core.VariantID, error)
	// Sellables tells of variants what a cart needs to know, in one statement,
	// in the order of the IDs; those not found are missing.
	Sellables(ctx context.Context, channel core.ChannelID, currency money.Currency, at time.Time, ids []core.VariantID) ([]Sellable, error)
	// BareSellables is Sellables without categories and collections, which are
	// the dearer half of it.
	BareSellables(ctx context.Context, channel core.ChannelID, currency money.Currency, at time.Time, ids []core.VariantID) ([]Sellable, error)
	// SellablesBySKU is Sellables by SKU, in two statements; those not found are
	// missing.
	SellablesBySKU(ctx context.Context, channel core.ChannelID, currency money.Currency, at time.Time, skus []string) (map[string]Sellable, error)

	AppendPriceHistory(ctx context.Context, entries []PriceEntry) error
	// PriceHistory returns a variant's price writes since a time, oldest first;
	// the zero time gives all.
	PriceHistory(ctx context.Context, id core.VariantID, since time.Time) ([]PriceEntry, error)
}

// ChannelStore keeps sales channels.
type ChannelStore interface {
	InsertChannel(ctx context.Context, c Channel) error
	UpdateChannel(ctx context.Context, c Channel, seen int64) error
	DeleteChannel(ctx context.Context, id core.ChannelID) error
	Channel(ctx context.Context, id core.ChannelID) (Channel, error)
	ChannelByCode(ctx context.Context, code string) (Channel, error)
	Channels(ctx context.Context) ([]Channel, error) // by code
}

// AttributeStore keeps definitions of attributes.
type AttributeStore interface {
	InsertAttribute(ctx context.Context, a Attribute) error
	UpdateAttribute(ctx context.Context, a Attribute, seen int64) error
	DeleteAttribute(ctx context.Context, code string) error // a used one is a KindConflict error
	// Attributes returns the definitions with the codes, or all for none, by code.
	Attributes(ctx context.Context, codes ...string) ([]Attribute, error)
	// AttributeUse reports how many products have each value of an attribute.
	AttributeUse(ctx context.Context, code string) (map[string]int64, error)
}
