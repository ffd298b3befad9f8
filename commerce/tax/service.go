package tax

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Limits of what one zone may hold.
const (
	MaxAreas      = 5000
	MaxComponents = 20
)

// Tx is what the service needs of a transaction.
type Tx interface{ Taxes() Store }

// Config configures a Service.
type Config struct {
	IDs   *core.IDs  // default: the system generator
	Clock core.Clock // default: the system clock
	// OnChange is called after each change, for instance to drop snapshots;
	// default: nothing.
	OnChange func()
}

// Service manages the tax table. Reading needs settings:read, changing
// settings:write. Safe for concurrent use.
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
	err := s.db.Update(ctx, func(tx Tx) error { return fn(tx.Taxes()) })
	if err == nil && s.cfg.OnChange != nil {
		s.cfg.OnChange()
	}
	return err
}

func (s *Service) view(ctx context.Context, fn func(Store) error) error {
	if err := core.Require(ctx, core.PermSettingsRead); err != nil {
		return err
	}
	return s.db.View(ctx, func(tx Tx) error { return fn(tx.Taxes()) })
}

// ZoneParams describes a new zone.
type ZoneParams struct {
	Code          string      `json:"code"`
	Name          string      `json:"name,omitempty"` // default: the code
	Areas         []core.Area `json:"areas"`
	ReverseCharge bool        `json:"reverse_charge,omitempty"`
}

// ZoneUpdate changes a zone; nil leaves a field as it is.
type ZoneUpdate struct {
	Code          *string      `json:"code,omitempty"`
	Name          *string      `json:"name,omitempty"`
	Areas         *[]core.Area `json:"areas,omitempty"`
	ReverseCharge *bool        `json:"reverse_charge,omitempty"`
}

// CreateZone makes a zone. An area that another zone has, or a code in use, is
// a KindExists error.
func (s *Service) CreateZone(ctx context.Context, p ZoneParams) (Zone, error) {
	now := s.cfg.Clock.Now()
	z := Zone{ID: core.NewID[core.TaxZoneID](s.cfg.IDs, core.PrefixTaxZone), Code: p.Code, Name: p.Name, Areas: p.Areas, ReverseCharge: p.ReverseCharge,
		Version: 1, CreatedAt: now, UpdatedAt: now}
	err := s.update(ctx, func(st Store) error {
		if err := z.check(); err != nil {
			return err
		}
		return st.InsertZone(ctx, z)
	})
	return z, err
}

// UpdateZone changes a zone of the version seen; 0 takes whichever is newest.
func (s *Service) UpdateZone(ctx context.Context, id core.TaxZoneID, seen int64, u ZoneUpdate) (z Zone, err error) {
	err = s.update(ctx, func(st Store) error {
		if z, err = st.Zone(ctx, id); err != nil {
			return err
		}
		set(&z.Code, u.Code)
		set(&z.Name, u.Name)
		set(&z.Areas, u.Areas)
		set(&z.ReverseCharge, u.ReverseCharge)
		if err := z.check(); err != nil {
			return err
		}
		was := cmp.Or(seen, z.Version)
		z.Version, z.UpdatedAt = was+1, s.cfg.Clock.Now()
		return st.UpdateZone(ctx, z, was)
	})
	return z, err
}

// DeleteZone removes a zone and its rates.
func (s *Service) DeleteZone(ctx context.Context, id core.TaxZoneID) error {
	return s.update(ctx, func(st Store) error { return st.DeleteZone(ctx, id) })
}

// Zone returns a zone.
func (s *Service) Zone(ctx context.Context, id core.TaxZoneID) (z Zone, err error) {
	err = s.view(ctx, func(st Store) error { z, err = st.Zone(ctx, id); return err })
	return z, err
}

// Zones returns all zones, by code.
func (s *Service) Zones(ctx context.Context) (zs []Zone, err error) {
	err = s.view(ctx, func(st Store) error { zs, err = st.Zones(ctx); return err })
	return zs, err
}

// ClassParams describes a new class.
type ClassParams struct {
	Code    string `json:"code"`
	Name    string `json:"name,omitempty"`    // default: the code
	Default bool   `json:"default,omitempty"` // takes over from the class that was
}

// ClassUpdate changes a class; nil leaves a field as it is. The default moves
// by making another class the default.
type ClassUpdate struct {
	Code    *string `json:"code,omitempty"`
	Name    *string `json:"name,omitempty"`
	Default *bool   `json:"default,omitempty"`
}

// CreateClass makes a class. The first one is the default.
func (s *Service) CreateClass(ctx context.Context, p ClassParams) (c Class, err error) {
	now := s.cfg.Clock.Now()
	c = Class{ID: core.NewID[core.TaxClassID](s.cfg.IDs, core.PrefixTaxClass), Code: p.Code, Name: p.Name, Version: 1, CreatedAt: now, UpdatedAt: now}
	err = s.update(ctx, func(st Store) error {
		if err := c.check(); err != nil {
			return err
		}
		others, err := st.Classes(ctx)
		if err != nil {
			return err
		}
		c.Default = p.Default || len(others) == 0
		return st.InsertClass(ctx, c)
	})
	return c, err
}

// UpdateClass changes a class of the version seen; 0 takes whichever is newest.
func (s *Service) UpdateClass(ctx context.Context, id core.TaxClassID, seen int64, u ClassUpdate) (c Class, err error) {
	err = s.update(ctx, func(st Store) error {
		if c, err = st.Class(ctx, id); err != nil {
			return err
		}
		if c.Default && u.Default != nil && !*u.Default {
			return core.Invalid("default", "one class is the default: make another one so")
		}
		set(&c.Code, u.Code)
		set(&c.Name, u.Name)
		set(&c.Default, u.Default)
		if err := c.check(); err != nil {
			return err
		}
		was := cmp.Or(seen, c.Version)
		c.Version, c.UpdatedAt = was+1, s.cfg.Clock.Now()
		return st.UpdateClass(ctx, c, was)
	})
	return c, err
}

// DeleteClass removes a class and its rates; goods of it are taxed as the
// default class then, which cannot be removed.
func (s *Service) DeleteClass(ctx context.Context, id core.TaxClassID) error {
	return s.update(ctx, func(st Store) error {
		c, err := st.Class(ctx, id)
		if err != nil {
			return err
		}
		if c.Default {
			return core.Errorf(core.KindConflict, "default_tax_class", "the default class cannot be removed: make another one the default first")
		}
		return st.DeleteClass(ctx, id)
	})
}

// Classes returns all classes, by code.
func (s *Service) Classes(ctx context.Context) (cs []Class, err error) {
	err = s.view(ctx, func(st Store) error { cs, err = st.Classes(ctx); return err })
	return cs, err
}

// SetRates replaces the taxes on a class of goods in a zone, in order; none
// means that the class is not taxed there. IDs of the components are made anew.
func (s *Service) SetRates(ctx context.Context, zone core.TaxZoneID, class core.TaxClassID, cs []Component) ([]Rate, error) {
	var out []Rate
	err := s.update(ctx, func(st Store) error {
		if err := checkRates(cs); err != nil {
			return err
		}
		if _, err := st.Zone(ctx, zone); err != nil {
			return err
		}
		if _, err := st.Class(ctx, class); err != nil {
			return err
		}
		out = make([]Rate, len(cs))
		for i, c := range cs {
			c.RateID = core.NewID[core.TaxRateID](s.cfg.IDs, core.PrefixTaxRate)
			out[i] = Rate{ZoneID: zone, ClassID: class, Position: i, Component: c}
		}
		return st.SetRates(ctx, zone, class, out)
	})
	return out, err
}

// Rates returns all rates, by zone, class and position.
func (s *Service) Rates(ctx context.Context) (rs []Rate, err error) {
	err = s.view(ctx, func(st Store) error { rs, err = st.Rates(ctx); return err })
	return rs, err
}

// Settings returns the tax settings.
func (s *Service) Settings(ctx context.Context) (v Settings, err error) {
	err = s.view(ctx, func(st Store) error { v, err = st.Settings(ctx); return err })
	return v, err
}

// SettingsUpdate changes the settings; nil leaves a field as it is.
type SettingsUpdate struct {
	ShippingClassID *core.TaxClassID `json:"shipping_class_id,omitempty"`
	CrossBorder     *CrossBorder     `json:"cross_border,omitempty"`
}

// UpdateSettings changes the settings of the version seen; 0 takes whichever
// is newest.
func (s *Service) UpdateSettings(ctx context.Context, seen int64, u SettingsUpdate) (v Settings, err error) {
	err = s.update(ctx, func(st Store) error {
		if v, err = st.Settings(ctx); err != nil {
			return err
		}
		set(&v.ShippingClassID, u.ShippingClassID)
		set(&v.CrossBorder, u.CrossBorder)
		if v.CrossBorder != FixedGross && v.CrossBorder != FixedNet {
			return core.Invalid("cross_border", "must be %q or %q", FixedGross, FixedNet)
		}
		if v.ShippingClassID != "" {
			if _, err := st.Class(ctx, v.ShippingClassID); err != nil {
				return core.Invalid("shipping_class_id", "is no tax class")
			}
		}
		was := cmp.Or(seen, v.Version)
		v.Version, v.UpdatedAt = was+1, s.cfg.Clock.Now()
		return st.SetSettings(ctx, v, was)
	})
	return v, err
}

// Table returns the whole table, for quoting. Everybody may ask what taxes
// are.
func (s *Service) Table(ctx context.Context) (t Table, err error) {
	err = s.db.View(ctx, func(tx Tx) error { t, err = tx.Taxes().Table(ctx); return err })
	return t, err
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func (z *Zone) check() error {
	var v core.Violations
	checkNames(&v, z.Code, &z.Name)
	v.Check(len(z.Areas) > 0 && len(z.Areas) <= MaxAreas, "areas", "must be 1 to %d", MaxAreas)
	areas, seen := make([]core.Area, len(z.Areas)), make(map[core.Area]bool, len(z.Areas))
	for i, a := range z.Areas {
		a = a.Normalize()
		field := fmt.Sprintf("areas[%d]", i)
		if bad := (core.Violations)(nil); errors.As(a.Validate(field), &bad) {
			v = append(v, bad...)
		}
		v.Check(!seen[a], field, "is there twice")
		areas[i], seen[a] = a, true
	}
	z.Areas = areas
	return v.Err()
}

func (c *Class) check() error {
	var v core.Violations
	checkNames(&v, c.Code, &c.Name)
	return v.Err()
}

func checkNames(v *core.Violations, code string, name *string) {
	ok := len(code) > 0 && len(code) <= 64
	for _, r := range []byte(code) {
		ok = ok && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	}
	v.Check(ok, "code", "must be 1 to 64 of a-z, 0-9, - and _")
	if *name == "" {
		*name = code
	}
	v.Check(len(*name) <= 200 && core.ValidLine(*name), "name", "must be at most 200 bytes of text in one line")
}

func checkRates(cs []Component) error {
	var v core.Violations
	v.Check(len(cs) <= MaxComponents, "rates", "must be at most %d", MaxComponents)
	seen := map[string]bool{}
	for i, c := range cs {
		field := fmt.Sprintf("rates[%d]", i)
		v.Check(c.Name != "" && len(c.Name) <= 200 && core.ValidText(c.Name), field+".name", "must be 1 to 200 bytes of valid text")
		v.Check(!seen[c.Name], field+".name", "is there twice")
		v.Check(c.Rate >= 0 && c.Rate <= 10*money.RateOne, field+".rate", "must be between 0 and 10, which is 1000 %%")
		v.Check(!c.Compound || i > 0, field+".compound", "needs a tax before it")
		seen[c.Name] = true
	}
	if len(v) == 0 {
		if _, err := factor(cs); err != nil {
			return err
		}
	}
	return v.Err()
}
