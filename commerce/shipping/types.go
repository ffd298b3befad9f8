package shipping

import (
	"context"
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Zone is a set of areas served alike. An area belongs to one zone at most,
// and an address to the zone with the most specific area around it.
type Zone struct {
	ID        core.ShippingZoneID `json:"id"`
	Code      string              `json:"code"` // unique, short: "eu"
	Name      string              `json:"name"`
	Areas     []core.Area         `json:"areas"`
	Version   int64               `json:"version"`
	CreatedAt time.Time           `json:"created_at"`
	UpdatedAt time.Time           `json:"updated_at"`
}

// Kind says how a method's price is found.
type Kind string

// The kinds.
const (
	Flat     Kind = "flat"      // one price
	ByWeight Kind = "by_weight" // by the parcel's weight in grams
	ByValue  Kind = "by_value"  // by the value of the goods, in minor units
	PickUp   Kind = "pick_up"   // the buyer comes for it; one price, often zero
)

// Price is what a method costs in a currency, from a weight or value on. Flat
// and pick-up methods have one per currency, from 0.
type Price struct {
	From  int64       `json:"from,omitempty"` // grams, or minor units of the price's currency
	Price money.Money `json:"price"`
}

// Method is a way to get the goods to the buyer.
type Method struct {
	ID          core.ShippingMethodID `json:"id"`
	ZoneID      core.ShippingZoneID   `json:"zone_id,omitempty"` // where it is offered; pick-up may leave it empty: everywhere
	Code        string                `json:"code"`              // unique, short: "standard"
	Name        string                `json:"name"`
	Description string                `json:"description,omitempty"`
	Kind        Kind                  `json:"kind"`
	Prices      []Price               `json:"prices"`
	// FreeAbove makes it free from a value of the goods on; at most one amount
	// per currency.
	FreeAbove []money.Money `json:"free_above,omitempty"`
	// MinValue and MaxValue bound the value of the goods, both inclusive, for
	// the currencies they name.
	MinValue []money.Money `json:"min_value,omitempty"`
	MaxValue []money.Money `json:"max_value,omitempty"`
	// MinGrams and MaxGrams bound the weight, both inclusive; 0 is unbounded.
	MinGrams int64 `json:"min_grams,omitempty"`
	MaxGrams int64 `json:"max_grams,omitempty"`
	// TaxClass is the class of the charge; default is the one of the tax
	// settings.
	TaxClass core.TaxClassID `json:"tax_class_id,omitempty"`
	// MinDays and MaxDays estimate the delivery, in days from the order.
	MinDays int `json:"min_days,omitempty"`
	MaxDays int `json:"max_days,omitempty"`
	// Channels offer it; none means all.
	Channels []core.ChannelID `json:"channel_ids,omitempty"`
	// LocationID and Address are where a pick-up waits. The address also
	// decides the tax then.
	LocationID core.LocationID `json:"location_id,omitempty"`
	Address    core.Address    `json:"address,omitzero"`
	Position   int             `json:"position"` // lower is offered first
	Active     bool            `json:"active"`
	Version    int64           `json:"version"`
	CreatedAt  time.Time       `json:"created_at"`
	UpdatedAt  time.Time       `json:"updated_at"`
}

// Parcel is what is to be shipped.
type Parcel struct {
	Channel          core.ChannelID
	Grams            int64
	Value            money.Money // of the goods after discounts, in the cart's currency
	RequiresShipping bool        // false for digital goods only
}

// Option is a method a buyer may choose, with its price.
type Option struct {
	MethodID    core.ShippingMethodID `json:"method_id"`
	Code        string                `json:"code"`
	Name        string                `json:"name"`
	Description string                `json:"description,omitempty"`
	Kind        Kind                  `json:"kind"`
	Price       money.Money           `json:"price"`
	Free        bool                  `json:"free_above,omitempty"` // zero because the goods' value passed FreeAbove
	TaxClass    core.TaxClassID       `json:"tax_class_id,omitempty"`
	MinDays     int                   `json:"min_days,omitempty"`
	MaxDays     int                   `json:"max_days,omitempty"`
	LocationID  core.LocationID       `json:"location_id,omitempty"`
	Address     core.Address          `json:"address,omitzero"` // of a pick-up
	Position    int                   `json:"-"`
}

// Reason says why a method is not offered.
type Reason string

// The reasons.
const (
	NoShippingNeeded Reason = "no_shipping_needed"
	UnknownMethod    Reason = "unknown_method"
	Inactive         Reason = "inactive"
	OtherChannel     Reason = "other_channel"
	OtherZone        Reason = "other_zone"
	NoPrice          Reason = "no_price" // none in the currency, or below the first tier
	TooLight         Reason = "too_light"
	TooHeavy         Reason = "too_heavy"
	BelowMinimum     Reason = "below_minimum"
	AboveMaximum     Reason = "above_maximum"
)

// UnavailableError says that a method cannot be chosen.
type UnavailableError struct {
	MethodID core.ShippingMethodID `json:"method_id"`
	Reason   Reason                `json:"reason"`
}

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("the shipping method %q is not available: %s", e.MethodID, e.Reason.Words())
}

// ErrorKind implements core.Classified.
func (e *UnavailableError) ErrorKind() core.Kind { return core.KindConflict }

// ErrorCode implements core.Classified.
func (e *UnavailableError) ErrorCode() string { return "shipping_unavailable" }

// ErrorDetails implements core.Detailed.
func (e *UnavailableError) ErrorDetails() map[string]any {
	return map[string]any{"method_id": e.MethodID, "reason": e.Reason}
}

// Store keeps zones and methods.
type Store interface {
	InsertZone(ctx context.Context, z Zone) error
	UpdateZone(ctx context.Context, z Zone, seen int64) error // stale versions are refused
	DeleteZone(ctx context.Context, id core.ShippingZoneID) error
	Zone(ctx context.Context, id core.ShippingZoneID) (Zone, error)
	Zones(ctx context.Context) ([]Zone, error) // by code

	InsertMethod(ctx context.Context, m Method) error
	UpdateMethod(ctx context.Context, m Method, seen int64) error
	DeleteMethod(ctx context.Context, id core.ShippingMethodID) error
	Method(ctx context.Context, id core.ShippingMethodID) (Method, error)
	Methods(ctx context.Context) ([]Method, error) // by position and ID

	// Table returns everything, for quoting.
	Table(ctx context.Context) (Table, error)
}
