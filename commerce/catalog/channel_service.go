package catalog

import (
	"context"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// ChannelUpdate changes what is not nil.
type ChannelUpdate struct {
	IfVersion        int64             `json:"-"` // 0 changes whatever is the newest
	Code             *string           `json:"code,omitempty"`
	Name             *string           `json:"name,omitempty"`
	Currencies       *[]money.Currency `json:"currencies,omitempty"`
	Locales          *[]string         `json:"locales,omitempty"`
	Countries        *[]string         `json:"countries,omitempty"`
	PricesIncludeTax *bool             `json:"prices_include_tax,omitempty"`
	TaxRounding      *string           `json:"tax_rounding,omitempty"`
	Active           *bool             `json:"active,omitempty"`
}

// CreateChannel creates a sales channel.
func (s *Service) CreateChannel(ctx context.Context, c Channel) (Channel, error) {
	if err := core.Require(ctx, core.PermSettingsWrite); err != nil {
		return Channel{}, err
	}
	defer s.markets.Store(nil)
	at := s.now()
	c.ID = core.NewID[core.ChannelID](s.cfg.IDs, core.PrefixChannel)
	c.Version, c.CreatedAt, c.UpdatedAt = 1, at, at
	c.normalize()
	if err := c.validate(); err != nil {
		return Channel{}, err
	}
	err := s.db.Update(ctx, func(tx Tx) error {
		if err := tx.Catalog().InsertChannel(ctx, c); err != nil {
			return err
		}
		return s.event(ctx, tx, "channel.created", string(c.ID), map[string]any{"channel_id": c.ID, "code": c.Code})
	})
	return c, err
}

// UpdateChannel changes a sales channel. The code of the default channel stays.
func (s *Service) UpdateChannel(ctx context.Context, id core.ChannelID, u ChannelUpdate) (c Channel, err error) {
	if err := core.Require(ctx, core.PermSettingsWrite); err != nil {
		return Channel{}, err
	}
	defer s.markets.Store(nil)
	err = s.db.Update(ctx, func(tx Tx) error {
		if c, err = tx.Catalog().Channel(ctx, id); err != nil {
			return err
		}
		seen := c.Version
		if u.IfVersion != 0 && u.IfVersion != seen {
			return core.Stale("channel", id, u.IfVersion, seen)
		}
		if c.Code == DefaultChannel && u.Code != nil && *u.Code != c.Code {
			return core.Errorf(core.KindConflict, "default_channel", "the code of the default channel stays")
		}
		u.apply(&c)
		c.UpdatedAt = s.now()
		c.normalize()
		if err := c.validate(); err != nil {
			return err
		}
		if err := tx.Catalog().UpdateChannel(ctx, c, seen); err != nil {
			return err
		}
		c.Version = seen + 1
		return s.event(ctx, tx, "channel.updated", string(id), map[string]any{"channel_id": id, "code": c.Code})
	})
	return c, err
}

func (u *ChannelUpdate) apply(c *Channel) {
	for _, f := range []struct{ dst, src *string }{{&c.Code, u.Code}, {&c.Name, u.Name}, {&c.TaxRounding, u.TaxRounding}} {
		if f.src != nil {
			*f.dst = *f.src
		}
	}
	for _, f := range []struct{ dst, src *bool }{{&c.PricesIncludeTax, u.PricesIncludeTax}, {&c.Active, u.Active}} {
		if f.src != nil {
			*f.dst = *f.src
		}
	}
	if u.Currencies != nil {
		c.Currencies = slices.Clone(*u.Currencies)
	}
	if u.Locales != nil {
		c.Locales = slices.Clone(*u.Locales)
	}
	if u.Countries != nil {
		c.Countries = slices.Clone(*u.Countries)
	}
}

// DeleteChannel deletes a channel that no product names; the default one stays.
func (s *Service) DeleteChannel(ctx context.Context, id core.ChannelID) error {
	if err := core.Require(ctx, core.PermSettingsWrite); err != nil {
		return err
	}
	defer s.markets.Store(nil)
	return s.db.Update(ctx, func(tx Tx) error {
		c, err := tx.Catalog().Channel(ctx, id)
		if err != nil {
			return err
		}
		if c.Code == DefaultChannel {
			return core.Errorf(core.KindConflict, "default_channel", "the default channel stays")
		}
		if err := tx.Catalog().DeleteChannel(ctx, id); err != nil {
			return err
		}
		return s.event(ctx, tx, "channel.deleted", string(id), map[string]any{"channel_id": id, "code": c.Code})
	})
}

// Channel returns a channel.
func (s *Service) Channel(ctx context.Context, id core.ChannelID) (c Channel, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		c, err = tx.Catalog().Channel(ctx, id)
		return err
	})
	return c, err
}

// ChannelByCode returns a channel by its code.
func (s *Service) ChannelByCode(ctx context.Context, code string) (c Channel, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		c, err = tx.Catalog().ChannelByCode(ctx, code)
		return err
	})
	return c, err
}

// Channels returns all channels by code.
func (s *Service) Channels(ctx context.Context) (cs []Channel, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		cs, err = tx.Catalog().Channels(ctx)
		return err
	})
	return cs, err
}
