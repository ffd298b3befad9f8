package stock

import (
	"cmp"
	"context"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Tx is what the service needs of a transaction.
type Tx interface {
	Stock() Store
	Events() core.EventWriter
}

// Config of a [Service]. The zero value is right.
type Config struct {
	// IDs makes identifiers. Default by the system clock and crypto/rand.
	IDs *core.IDs
	// Clock tells the time. Default the system clock.
	Clock core.Clock
}

// Service keeps locations, items and their levels. Reading needs the
// permission stock:read and changing stock:write; Availability is public. Safe
// for concurrent use.
type Service struct {
	db    core.Runner[Tx]
	clerk Clerk
}

// New makes a service over a database.
func New(db core.Runner[Tx], cfg Config) *Service {
	return &Service{db, Clerk(cfg)}
}

// LocationParams describes a new location.
type LocationParams struct {
	Code     string       `json:"code"` // unique: letters, digits, "-", "_" and ".", up to 50
	Name     string       `json:"name"` // default the code
	Address  core.Address `json:"address,omitzero"`
	Priority int          `json:"priority"` // lower is taken from first
	Inactive bool         `json:"inactive"` // nothing is sold from it
}

// LocationUpdate changes a location; nil leaves a field alone.
type LocationUpdate struct {
	Version  int64         `json:"version"` // the one that was read; 0 is any
	Code     *string       `json:"code,omitempty"`
	Name     *string       `json:"name,omitempty"`
	Address  *core.Address `json:"address,omitempty"`
	Priority *int          `json:"priority,omitempty"`
	Active   *bool         `json:"active,omitempty"`
}

func (l *Location) validate() error {
	l.Code, l.Name, l.Address = strings.TrimSpace(l.Code), strings.TrimSpace(l.Name), l.Address.Normalize()
	if l.Name == "" {
		l.Name = l.Code
	}
	var v core.Violations
	v.Check(validCode(l.Code), "code", `must be 1 to 50 letters, digits, "-", "_" or "."`)
	v.Check(len(l.Name) <= 200 && core.ValidLine(l.Name), "name", "must be at most 200 bytes of text in one line")
	v.Check(l.Priority >= -1_000_000 && l.Priority <= 1_000_000, "priority", "must be between -1000000 and 1000000")
	if !l.Address.IsZero() {
		if l.Address.Name == "" && l.Address.Company == "" {
			l.Address.Name = l.Name
		}
		if err := l.Address.Validate("address"); err != nil {
			return err
		}
	}
	return v.Err()
}

func validCode(s string) bool {
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune("-_.", c) {
			return false
		}
	}
	return s != "" && len(s) <= 50
}

// CreateLocation adds a location.
func (s *Service) CreateLocation(ctx context.Context, p LocationParams) (Location, error) {
	now := s.clerk.Clock.Now()
	l := Location{ID: core.NewID[core.LocationID](s.clerk.IDs, core.PrefixLocation), Code: p.Code, Name: p.Name, Address: p.Address,
		Priority: p.Priority, Active: !p.Inactive, Version: 1, CreatedAt: now, UpdatedAt: now}
	if err := core.Require(ctx, core.PermStockWrite); err != nil {
		return Location{}, err
	}
	if err := l.validate(); err != nil {
		return Location{}, err
	}
	return l, s.db.Update(ctx, func(tx Tx) error { return tx.Stock().InsertLocation(ctx, l) })
}

// UpdateLocation changes a location and returns it.
func (s *Service) UpdateLocation(ctx context.Context, id core.LocationID, u LocationUpdate) (l Location, err error) {
	if err := core.Require(ctx, core.PermStockWrite); err != nil {
		return l, err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		var err error
		if l, err = tx.Stock().Location(ctx, id); err != nil {
			return err
		}
		seen := cmp.Or(u.Version, l.Version)
		if l.Version != seen {
			return core.Stale("location", id, seen, l.Version)
		}
		set(&l.Code, u.Code)
		set(&l.Name, u.Name)
		set(&l.Address, u.Address)
		set(&l.Priority, u.Priority)
		set(&l.Active, u.Active)
		if err := l.validate(); err != nil {
			return err
		}
		l.UpdatedAt = s.clerk.Clock.Now()
		if err := tx.Stock().UpdateLocation(ctx, l, seen); err != nil {
			return err
		}
		l.Version++
		return nil
	})
	return l, err
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// DeleteLocation deletes a location that nothing is stored at; KindConflict
// otherwise.
func (s *Service) DeleteLocation(ctx context.Context, id core.LocationID) error {
	if err := core.Require(ctx, core.PermStockWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error { return tx.Stock().DeleteLocation(ctx, id) })
}

// Location returns a location.
func (s *Service) Location(ctx context.Context, id core.LocationID) (l Location, err error) {
	err = s.read(ctx, func(st Store) error {
		l, err = st.Location(ctx, id)
		return err
	})
	return l, err
}

// Locations lists all locations by priority.
func (s *Service) Locations(ctx context.Context) (ls []Location, err error) {
	err = s.read(ctx, func(st Store) error {
		ls, err = st.Locations(ctx)
		return err
	})
	return ls, err
}

func (s *Service) read(ctx context.Context, fn func(Store) error) error {
	if err := core.Require(ctx, core.PermStockRead); err != nil {
		return err
	}
	return s.db.View(ctx, func(tx Tx) error { return fn(tx.Stock()) })
}

// Availability returns what shoppers are told about items, in one statement.
// Items that do not exist are left out. It needs no permission.
func (s *Service) Availability(ctx context.Context, ids []core.StockItemID) (out map[core.StockItemID]Availability, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		out, err = AvailabilityOf(ctx, tx.Stock(), ids)
		return err
	})
	return out, err
}
