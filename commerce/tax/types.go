package tax

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Zone is a set of areas taxed alike. An area belongs to one zone at most, and
// an address to the zone with the most specific area around it.
type Zone struct {
	ID    core.TaxZoneID `json:"id"`
	Code  string         `json:"code"` // unique, short: "de", "us-ca"
	Name  string         `json:"name"`
	Areas []core.Area    `json:"areas"`
	// ReverseCharge says that a buyer with a VAT ID in this zone owes the tax
	// and is not charged it.
	ReverseCharge bool      `json:"reverse_charge,omitempty"`
	Version       int64     `json:"version"`
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
}

// Class is a sort of goods taxed alike: standard, reduced, zero, exempt.
type Class struct {
	ID        core.TaxClassID `json:"id"`
	Code      string          `json:"code"` // unique, short: "standard"
	Name      string          `json:"name"`
	Default   bool            `json:"default,omitempty"` // of goods without a class; one class is
	Version   int64           `json:"version"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
}

// Component is one tax on an amount: "VAT 19%", or one of "GST" and "PST".
type Component struct {
	RateID core.TaxRateID `json:"rate_id,omitempty"`
	Name   string         `json:"name"`
	Rate   money.Rate     `json:"rate"` // "0.19"
	// Compound taxes are levied on the net amount and the taxes before them.
	Compound bool `json:"compound,omitempty"`
}

// Rate is a component that applies to a class of goods in a zone. Several of
// one zone and class apply in order of position.
type Rate struct {
	ZoneID   core.TaxZoneID  `json:"zone_id"`
	ClassID  core.TaxClassID `json:"class_id"`
	Position int             `json:"position"`
	Component
}

// CrossBorder says what stays fixed when prices that include tax are shown to
// a buyer in another zone than the channel's home.
type CrossBorder string

// The modes.
const (
	FixedGross CrossBorder = "fixed_gross" // everybody pays the same; what remains after tax differs. The default
	FixedNet   CrossBorder = "fixed_net"   // the home tax is taken out and the buyer's put in
)

// Settings are the shop's tax settings.
type Settings struct {
	// ShippingClassID is the class of shipping methods that name none; default
	// is the default class.
	ShippingClassID core.TaxClassID `json:"shipping_class_id,omitempty"`
	CrossBorder     CrossBorder     `json:"cross_border"` // default FixedGross
	Version         int64           `json:"version"`
	UpdatedAt       time.Time       `json:"updated_at"`
}

// Store keeps zones, classes, rates and settings.
type Store interface {
	InsertZone(ctx context.Context, z Zone) error
	UpdateZone(ctx context.Context, z Zone, seen int64) error // stale versions are refused
	DeleteZone(ctx context.Context, id core.TaxZoneID) error  // with its rates
	Zone(ctx context.Context, id core.TaxZoneID) (Zone, error)
	Zones(ctx context.Context) ([]Zone, error) // by code

	// InsertClass and UpdateClass make a class with Default the only one.
	InsertClass(ctx context.Context, c Class) error
	UpdateClass(ctx context.Context, c Class, seen int64) error
	DeleteClass(ctx context.Context, id core.TaxClassID) error // with its rates
	Class(ctx context.Context, id core.TaxClassID) (Class, error)
	Classes(ctx context.Context) ([]Class, error) // by code

	// SetRates replaces the rates of a zone and class.
	SetRates(ctx context.Context, zone core.TaxZoneID, class core.TaxClassID, rates []Rate) error
	Rates(ctx context.Context) ([]Rate, error) // by zone, class and position

	Settings(ctx context.Context) (Settings, error)
	SetSettings(ctx context.Context, s Settings, seen int64) error

	// Table returns everything, for quoting.
	Table(ctx context.Context) (Table, error)
}
