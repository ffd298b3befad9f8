package cart

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Limits of a cart.
const (
	MaxLines       = 200
	MaxQuantity    = 10_000 // of one line
	MaxCodes       = 10
	MaxMetadata    = 50
	maxMetadataLen = 500
)

// State is the state of a cart.
type State string

// The states. Only an active cart can be changed; a completed one becomes
// active again when its payment fails.
const (
	Active    State = "active"
	Completed State = "completed" // it is an order now
	Merged    State = "merged"    // its lines went into the customer's cart
)

// Cart is what a shopper is about to buy.
type Cart struct {
	ID              core.CartID           `json:"id"`
	Channel         core.ChannelID        `json:"channel_id"`
	Currency        money.Currency        `json:"currency"`
	Locale          string                `json:"locale,omitempty"`
	Customer        core.CustomerID       `json:"customer_id,omitempty"`
	Email           string                `json:"email,omitempty"`
	Lines           []Line                `json:"lines"`
	ShippingAddress core.Address          `json:"shipping_address,omitzero"`
	BillingAddress  core.Address          `json:"billing_address,omitzero"`
	ShippingMethod  core.ShippingMethodID `json:"shipping_method_id,omitempty"`
	Codes           []string              `json:"codes,omitempty"` // promotion codes as typed
	Metadata        map[string]string     `json:"metadata,omitempty"`
	SeenTotal       money.Money           `json:"seen_total"` // what the shopper was last told it costs
	State           State                 `json:"state"`
	Order           core.OrderID          `json:"order_id,omitempty"`    // of a completed cart
	MergedInto      core.CartID           `json:"merged_into,omitempty"` // of a merged cart
	Version         int64                 `json:"version"`
	CreatedAt       time.Time             `json:"created_at"`
	UpdatedAt       time.Time             `json:"updated_at"`
	ExpiresAt       time.Time             `json:"expires_at"` // moves on with every change
}

// Line is a variant and how many of it.
type Line struct {
	ID        core.LineID       `json:"id"`
	Variant   core.VariantID    `json:"variant_id"`
	Quantity  int64             `json:"quantity"`
	SeenPrice money.Money       `json:"seen_price"` // unit price the shopper was last shown and accepted
	Metadata  map[string]string `json:"metadata,omitempty"`
	AddedAt   time.Time         `json:"added_at"`
}

// Params are what a new cart starts with.
type Params struct {
	Channel  core.ChannelID
	Currency money.Currency
	Locale   string
	Customer core.CustomerID
	TTL      time.Duration
}

// NewID returns a cart ID: 160 random bits, since it is a token as well.
func NewID() core.CartID {
	var raw [20]byte
	_, _ = rand.Read(raw[:]) // never fails since Go 1.24
	return core.CartID(core.PrefixCart + "_" + strings.ToLower(base32.HexEncoding.EncodeToString(raw[:])))
}

// New returns an empty cart.
func New(now time.Time, p Params) Cart {
	return Cart{ID: NewID(), Channel: p.Channel, Currency: p.Currency, Locale: p.Locale, Customer: p.Customer, Lines: []Line{},
		State: Active, Version: 1, CreatedAt: now, UpdatedAt: now, ExpiresAt: now.Add(p.TTL)}
}

// CheckAccess returns nil when the actor may see and change the cart. Whoever
// may not is told that it does not exist.
func (c *Cart) CheckAccess(a core.Actor) error {
	if c.Customer == "" || c.Customer == a.Customer || a.Can(core.PermOrdersWrite) {
		return nil
	}
	return core.NotFound("cart", c.ID)
}

// CheckActive returns nil when the cart can be changed.
func (c *Cart) CheckActive(now time.Time) error {
	switch {
	case c.State == Completed:
		return &CompletedError{Cart: c.ID, Order: c.Order}
	case c.State == Merged:
		return core.Errorf(core.KindConflict, "cart_merged", "this cart was merged into the customer's cart")
	case !now.Before(c.ExpiresAt):
		return core.Errorf(core.KindConflict, "cart_expired", "this cart has expired")
	}
	return nil
}

// CompletedError says that a cart is an order already.
type CompletedError struct {
	Cart  core.CartID
	Order core.OrderID
}

func (e *CompletedError) Error() string { return "this cart is an order already" }

// ErrorKind implements core.Classified.
func (e *CompletedError) ErrorKind() core.Kind { return core.KindConflict }

// ErrorCode implements core.Classified.
func (e *CompletedError) ErrorCode() string { return "cart_completed" }

// Add puts a quantity of a variant into the cart: onto the variant's line when
// there is one with the same metadata, else onto a new line.
func (c *Cart) Add(ids *core.IDs, now time.Time, variant core.VariantID, quantity int64, price money.Money, metadata map[string]string) (core.LineID, error) {
	if err := checkQuantity(quantity); err != nil {
		return "", err
	}
	if err := CheckMetadata("metadata", metadata); err != nil {
		return "", err
	}
	for i := range c.Lines {
		if l := &c.Lines[i]; l.Variant == variant && maps.Equal(l.Metadata, metadata) {
			if err := checkQuantity(l.Quantity + quantity); err != nil {
				return "", err
			}
			l.Quantity += quantity
			l.SeenPrice = price
			return l.ID, nil
		}
	}
	if len(c.Lines) >= MaxLines {
		return "", core.Invalid("lines", "a cart holds at most %d lines", MaxLines)
	}
	id := core.NewID[core.LineID](ids, core.PrefixLine)
	c.Lines = append(c.Lines, Line{ID: id, Variant: variant, Quantity: quantity, SeenPrice: price, Metadata: metadata, AddedAt: now})
	return id, nil
}

// SetQuantity changes a line; 0 removes it.
func (c *Cart) SetQuantity(id core.LineID, quantity int64) error {
	i := slices.IndexFunc(c.Lines, func(l Line) bool { return l.ID == id })
	if i < 0 {
		return core.NotFound("line", id)
	}
	if quantity == 0 {
		c.Lines = slices.Delete(c.Lines, i, i+1)
		return nil
	}
	if err := checkQuantity(quantity); err != nil {
		return err
	}
	c.Lines[i].Quantity = quantity
	return nil
}

// Absorb takes over the lines, codes and empty fields of another cart: a
// variant that both hold keeps the larger quantity, so that merging what was
// merged before changes nothing. What does not fit the limits is left out.
func (c *Cart) Absorb(from Cart) {
	for _, l := range from.Lines {
		i := slices.IndexFunc(c.Lines, func(have Line) bool { return have.Variant == l.Variant && maps.Equal(have.Metadata, l.Metadata) })
		switch {
		case i >= 0:
			c.Lines[i].Quantity = max(c.Lines[i].Quantity, l.Quantity)
		case len(c.Lines) < MaxLines:
			if l.SeenPrice.Currency != c.Currency {
				l.SeenPrice = money.Money{}
			}
			c.Lines = append(c.Lines, l)
		}
	}
	for _, code := range from.Codes {
		if len(c.Codes) < MaxCodes && !slices.ContainsFunc(c.Codes, func(have string) bool { return strings.EqualFold(have, code) }) {
			c.Codes = append(c.Codes, code)
		}
	}
	if c.ShippingAddress.IsZero() {
		c.ShippingAddress, c.ShippingMethod = from.ShippingAddress, from.ShippingMethod
	}
	if c.BillingAddress.IsZero() {
		c.BillingAddress = from.BillingAddress
	}
	if c.Email == "" {
		c.Email = from.Email
	}
	if len(c.Metadata) == 0 {
		c.Metadata = from.Metadata
	}
}

// MergeInto ends a cart whose contents went into another. What was in it is
// forgotten: whoever else knows its ID learns nothing of its owner.
func (c *Cart) MergeInto(id core.CartID) {
	*c = Cart{ID: c.ID, Channel: c.Channel, Currency: c.Currency, Locale: c.Locale, Lines: []Line{}, State: Merged, MergedInto: id,
		Version: c.Version, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, ExpiresAt: c.ExpiresAt}
}

// Touch moves the version and the expiry on; call it before saving a change.
func (c *Cart) Touch(now time.Time, ttl time.Duration) {
	c.UpdatedAt, c.ExpiresAt = now, now.Add(ttl)
}

func checkQuantity(n int64) error {
	if n < 1 || n > MaxQuantity {
		return core.Invalid("quantity", "must be between 1 and %d", MaxQuantity)
	}
	return nil
}

// CheckMetadata validates a client's metadata.
func CheckMetadata(field string, m map[string]string) error {
	if len(m) > MaxMetadata {
		return core.Invalid(field, "has at most %d entries", MaxMetadata)
	}
	for k, v := range m {
		if k == "" || len(k) > 40 || len(v) > maxMetadataLen || !core.ValidText(k) || !core.ValidText(v) {
			return core.Invalid(fmt.Sprintf("%s.%.40s", field, strings.ToValidUTF8(k, "?")), "keys have 1 to 40 bytes, values at most %d bytes of text", maxMetadataLen)
		}
	}
	return nil
}

// Filter selects carts for the back office.
type Filter struct {
	State         State           // "" is any
	Customer      core.CustomerID // "" is any
	WithEmail     bool            // only carts whose owner can be written to
	UpdatedBefore time.Time       // abandoned since; zero is any
}

// Store keeps carts.
type Store interface {
	Insert(ctx context.Context, c Cart) error
	Cart(ctx context.Context, id core.CartID) (Cart, error)
	// Lock reads the cart and holds it until the transaction ends.
	Lock(ctx context.Context, id core.CartID) (Cart, error)
	// Save writes a cart read in this transaction by Lock and counts its
	// version on.
	Save(ctx context.Context, c *Cart) error
	// OfCustomer returns the customer's newest active cart in a channel, or
	// not found.
	OfCustomer(ctx context.Context, customer core.CustomerID, channel core.ChannelID) (Cart, error)
	List(ctx context.Context, f Filter, page core.PageQuery) (core.Page[Cart], error) // newest change first
	Delete(ctx context.Context, id core.CartID) error
	// Prune deletes carts that expired before the time, and merged ones, at
	// most limit of them; completed ones stay with their order.
	Prune(ctx context.Context, before time.Time, limit int) (int64, error)
}
