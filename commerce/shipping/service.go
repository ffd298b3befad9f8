package shipping

import (
	"cmp"
	"context"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Tx is what the service needs of a transaction.
type Tx interface{ Shipping() Store }

// Config configures a Service.
type Config struct {
	IDs   *core.IDs  // default: the system generator
	Clock core.Clock // default: the system clock
	// OnChange is called after each change, for instance to drop snapshots;
	// default: nothing.
	OnChange func()
}

// Service manages shipping zones and methods. Reading needs settings:read,
// changing settings:write. Safe for concurrent use.
type Service struct {
	db  core.Runner[Tx]
	cfg Config
}

// New makes a Service.
func New(db core.Runner[Tx], cfg Config) *Service { return &Service{db, cfg} }

func (s *Service) update(ctx context.Context, fn func(Store) error) error {
	if err := core.Require(ctx, core.PermSettingsWrite); err != nil {
		return err
	}
	err := s.db.Update(ctx, func(tx Tx) error { return fn(tx.Shipping()) })
	if err == nil && s.cfg.OnChange != nil {
		s.cfg.OnChange()
	}
	return err
}

func (s *Service) view(ctx context.Context, fn func(Store) error) error {
	if err := core.Require(ctx, core.PermSettingsRead); err != nil {
		return err
	}
	return s.db.View(ctx, func(tx Tx) error { return fn(tx.Shipping()) })
}

// ZoneParams describes a new zone.
type ZoneParams struct {
	Code  string      `json:"code"`
	Name  string      `json:"name,omitempty"` // default: the code
	Areas []core.Area `json:"areas"`
}

// ZoneUpdate changes a zone; nil leaves a field as it is.
type ZoneUpdate struct {
	Code  *string      `json:"code,omitempty"`
	Name  *string      `json:"name,omitempty"`
	Areas *[]core.Area `json:"areas,omitempty"`
}

// CreateZone makes a zone. An area that another zone has, or a code in use, is
// a KindExists error.
func (s *Service) CreateZone(ctx context.Context, p ZoneParams) (Zone, error) {
	now := s.cfg.Clock.Now()
	z := Zone{ID: core.NewID[core.ShippingZoneID](s.cfg.IDs, core.PrefixShippingZone), Code: p.Code, Name: p.Name, Areas: p.Areas, Version: 1, CreatedAt: now, UpdatedAt: now}
	err := s.update(ctx, func(st Store) error {
		if err := z.check(); err != nil {
			return err
		}
		return st.InsertZone(ctx, z)
	})
	return z, err
}

// UpdateZone changes a zone of the version seen; 0 takes whichever is newest.
func (s *Service) UpdateZone(ctx context.Context, id core.ShippingZoneID, seen int64, u ZoneUpdate) (z Zone, err error) {
	err = s.update(ctx, func(st Store) error {
		if z, err = st.Zone(ctx, id); err != nil {
			return err
		}
		set(&z.Code, u.Code)
		set(&z.Name, u.Name)
		set(&z.Areas, u.Areas)
		if err := z.check(); err != nil {
			return err
		}
		was := cmp.Or(seen, z.Version)
		z.Version, z.UpdatedAt = was+1, s.cfg.Clock.Now()
		return st.UpdateZone(ctx, z, was)
	})
	return z, err
}

// DeleteZone removes a zone; one that has methods is a KindConflict error.
func (s *Service) DeleteZone(ctx context.Context, id core.ShippingZoneID) error {
	return s.update(ctx, func(st Store) error { return st.DeleteZone(ctx, id) })
}

// Zone returns a zone.
func (s *Service) Zone(ctx context.Context, id core.ShippingZoneID) (z Zone, err error) {
	err = s.view(ctx, func(st Store) error { z, err = st.Zone(ctx, id); return err })
	return z, err
}

// Zones returns all zones, by code.
func (s *Service) Zones(ctx context.Context) (zs []Zone, err error) {
	err = s.view(ctx, func(st Store) error { zs, err = st.Zones(ctx); return err })
	return zs, err
}

// MethodParams describes a new method: the fields of [Method] of these names.
type MethodParams struct {
	ZoneID      core.ShippingZoneID `json:"zone_id,omitempty"`
	Code        string              `json:"code"`
	Name        string              `json:"name,omitempty"` // default: the code
	Description string              `json:"description,omitempty"`
	Kind        Kind                `json:"kind,omitempty"` // default Flat
	Prices      []Price             `json:"prices"`
	FreeAbove   []money.Money       `json:"free_above,omitempty"`
	MinValue    []money.Money       `json:"min_value,omitempty"`
	MaxValue    []money.Money       `json:"max_value,omitempty"`
	MinGrams    int64               `json:"min_grams,omitempty"`
	MaxGrams    int64               `json:"max_grams,omitempty"`
	TaxClass    core.TaxClassID     `json:"tax_class_id,omitempty"`
	MinDays     int                 `json:"min_days,omitempty"`
	MaxDays     int                 `json:"max_days,omitempty"`
	Channels    []core.ChannelID    `json:"channel_ids,omitempty"`
	LocationID  core.LocationID     `json:"location_id,omitempty"`
	Address     core.Address        `json:"address,omitzero"`
	Position    int                 `json:"position,omitempty"`
	Inactive    bool                `json:"inactive,omitempty"` // default: active
}

// MethodUpdate changes a method; nil leaves a field as it is.
type MethodUpdate struct {
	ZoneID      *core.ShippingZoneID `json:"zone_id,omitempty"`
	Code        *string              `json:"code,omitempty"`
	Name        *string              `json:"name,omitempty"`
	Description *string              `json:"description,omitempty"`
	Kind        *Kind                `json:"kind,omitempty"`
	Prices      *[]Price             `json:"prices,omitempty"`
	FreeAbove   *[]money.Money       `json:"free_above,omitempty"`
	MinValue    *[]money.Money       `json:"min_value,omitempty"`
	MaxValue    *[]money.Money       `json:"max_value,omitempty"`
	MinGrams    *int64               `json:"min_grams,omitempty"`
	MaxGrams    *int64               `json:"max_grams,omitempty"`
	TaxClass    *core.TaxClassID     `json:"tax_class_id,omitempty"`
	MinDays     *int                 `json:"min_days,omitempty"`
	MaxDays     *int                 `json:"max_days,omitempty"`
	Channels    *[]core.ChannelID    `json:"channel_ids,omitempty"`
	LocationID  *core.LocationID     `json:"location_id,omitempty"`
	Address     *core.Address        `json:"address,omitempty"`
	Position    *int                 `json:"position,omitempty"`
	Active      *bool                `json:"active,omitempty"`
}

// CreateMethod makes a method.
func (s *Service) CreateMethod(ctx context.Context, p MethodParams) (Method, error) {
	now := s.cfg.Clock.Now()
	m := Method{ID: core.NewID[core.ShippingMethodID](s.cfg.IDs, core.PrefixShippingMethod), ZoneID: p.ZoneID, Code: p.Code, Name: p.Name, Description: p.Description,
		Kind: p.Kind, Prices: p.Prices, FreeAbove: p.FreeAbove, MinValue: p.MinValue, MaxValue: p.MaxValue, MinGrams: p.MinGrams, MaxGrams: p.MaxGrams,
		TaxClass: p.TaxClass, MinDays: p.MinDays, MaxDays: p.MaxDays, Channels: p.Channels, LocationID: p.LocationID, Address: p.Address.Normalize(),
		Position: p.Position, Active: !p.Inactive, Version: 1, CreatedAt: now, UpdatedAt: now}
	err := s.update(ctx, func(st Store) error {
		if err := m.check(); err != nil {
			return err
		}
		return st.InsertMethod(ctx, m)
	})
	return m, err
}

// UpdateMethod changes a method of the version seen; 0 takes whichever is
// newest.
func (s *Service) UpdateMethod(ctx context.Context, id core.ShippingMethodID, seen int64, u MethodUpdate) (m Method, err error) {
	err = s.update(ctx, func(st Store) error {
		if m, err = st.Method(ctx, id); err != nil {
			return err
		}
		set(&m.ZoneID, u.ZoneID)
		set(&m.Code, u.Code)
		set(&m.Name, u.Name)
		set(&m.Description, u.Description)
		set(&m.Kind, u.Kind)
		set(&m.Prices, u.Prices)
		set(&m.FreeAbove, u.FreeAbove)
		set(&m.MinValue, u.MinValue)
		set(&m.MaxValue, u.MaxValue)
		set(&m.MinGrams, u.MinGrams)
		set(&m.MaxGrams, u.MaxGrams)
		set(&m.TaxClass, u.TaxClass)
		set(&m.MinDays, u.MinDays)
		set(&m.MaxDays, u.MaxDays)
		set(&m.Channels, u.Channels)
		set(&m.LocationID, u.LocationID)
		set(&m.Address, u.Address)
		set(&m.Position, u.Position)
		set(&m.Active, u.Active)
		m.Address = m.Address.Normalize()
		if err := m.check(); err != nil {
			return err
		}
		was := cmp.Or(seen, m.Version)
		m.Version, m.UpdatedAt = was+1, s.cfg.Clock.Now()
		return st.UpdateMethod(ctx, m, was)
	})
	return m, err
}

// DeleteMethod removes a method. Orders keep what they say of it.
func (s *Service) DeleteMethod(ctx context.Context, id core.ShippingMethodID) error {
	return s.update(ctx, func(st Store) error { return st.DeleteMethod(ctx, id) })
}

// Method returns a method.
func (s *Service) Method(ctx context.Context, id core.ShippingMethodID) (m Method, err error) {
	err = s.view(ctx, func(st Store) error { m, err = st.Method(ctx, id); return err })
	return m, err
}

// Methods returns all methods, by position and ID.
func (s *Service) Methods(ctx context.Context) (ms []Method, err error) {
	err = s.view(ctx, func(st Store) error { ms, err = st.Methods(ctx); return err })
	return ms, err
}

// Table returns everything, for quoting. Everybody may ask.
func (s *Service) Table(ctx context.Context) (t Table, err error) {
	err = s.db.View(ctx, func(tx Tx) error { t, err = tx.Shipping().Table(ctx); return err })
	return t, err
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
