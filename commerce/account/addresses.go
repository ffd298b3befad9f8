package account

import (
	"context"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// AddressParams is an address to be stored.
type AddressParams struct {
	Label           string
	Address         core.Address
	DefaultShipping bool // make it the default; a first address always becomes both
	DefaultBilling  bool
}

func validLabelText(field, label string) error {
	if !line(label, 100) {
		return core.Invalid(field+".label", "must be at most 100 bytes of valid text")
	}
	return nil
}

func (p *AddressParams) check() error {
	p.Label = strings.TrimSpace(p.Label)
	p.Address = p.Address.Normalize()
	return gather(p.Address.Validate("address"), validLabelText("address", p.Label)).Err()
}

// Addresses lists a customer's addresses, oldest first: one's own ("" is the
// signed-in customer), or any with customers:read.
func (s *Service) Addresses(ctx context.Context, customer core.CustomerID) (out []Address, err error) {
	customer, err = s.own(ctx, customer, core.PermCustomersRead)
	if err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx Tx) (err error) {
		out, err = tx.Accounts().Addresses(ctx, customer)
		return err
	})
	return out, err
}

// Address returns one address; who may is as with Addresses.
func (s *Service) Address(ctx context.Context, customer core.CustomerID, id core.AddressID) (a Address, err error) {
	customer, err = s.own(ctx, customer, core.PermCustomersRead)
	if err != nil {
		return Address{}, err
	}
	err = s.db.View(ctx, func(tx Tx) (err error) {
		a, err = tx.Accounts().Address(ctx, customer, id)
		return err
	})
	return a, err
}

// AddAddress adds an address to one's own ("" is the signed-in customer), or
// with customers:write to any customer.
func (s *Service) AddAddress(ctx context.Context, customer core.CustomerID, p AddressParams) (Address, error) {
	if err := p.check(); err != nil {
		return Address{}, err
	}
	var a Address
	err := s.book(ctx, customer, "address_added", func(tx Tx, c *Customer) error {
		have, err := tx.Accounts().Addresses(ctx, c.ID)
		if err != nil {
			return err
		}
		if len(have) >= MaxAddresses {
			return core.Errorf(core.KindConflict, "too_many_addresses", "a customer has at most %d addresses", MaxAddresses)
		}
		a = Address{ID: core.NewID[core.AddressID](s.cfg.IDs, core.PrefixAddress), CustomerID: c.ID, Label: p.Label, Address: p.Address,
			Version: 1, CreatedAt: s.now(), UpdatedAt: s.now()}
		p.defaults(c, a.ID, len(have) == 0)
		return tx.Accounts().InsertAddresses(ctx, []Address{a})
	})
	return a, err
}

func (p AddressParams) defaults(c *Customer, id core.AddressID, first bool) {
	if p.DefaultShipping || first {
		c.DefaultShipping = id
	}
	if p.DefaultBilling || first {
		c.DefaultBilling = id
	}
}

// UpdateAddress replaces an address; seen is its version the caller saw, 0 any.
func (s *Service) UpdateAddress(ctx context.Context, customer core.CustomerID, id core.AddressID, p AddressParams, seen int64) (Address, error) {
	if err := p.check(); err != nil {
		return Address{}, err
	}
	var a Address
	err := s.book(ctx, customer, "address_changed", func(tx Tx, c *Customer) (err error) {
		if a, err = tx.Accounts().Address(ctx, c.ID, id); err != nil {
			return err
		}
		if seen != 0 && seen != a.Version {
			return core.Stale("address", id, seen, a.Version)
		}
		a.Label, a.Address, a.UpdatedAt = p.Label, p.Address, s.now()
		if err := tx.Accounts().UpdateAddress(ctx, a, a.Version); err != nil {
			return err
		}
		a.Version++
		p.defaults(c, id, false)
		return nil
	})
	return a, err
}

// DeleteAddress deletes an address. A default that was it is none afterwards.
func (s *Service) DeleteAddress(ctx context.Context, customer core.CustomerID, id core.AddressID) error {
	return s.book(ctx, customer, "address_deleted", func(tx Tx, c *Customer) error {
		ok, err := tx.Accounts().DeleteAddress(ctx, c.ID, id)
		if err == nil && !ok {
			err = core.NotFound("address", id)
		}
		if c.DefaultShipping == id {
			c.DefaultShipping = ""
		}
		if c.DefaultBilling == id {
			c.DefaultBilling = ""
		}
		return err
	})
}

// book changes the address book of a customer, who is locked meanwhile.
func (s *Service) book(ctx context.Context, customer core.CustomerID, what string, change func(tx Tx, c *Customer) error) error {
	customer, err := s.own(ctx, customer, core.PermCustomersWrite)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error {
		c, err := tx.Accounts().LockCustomer(ctx, customer)
		if err != nil {
			return err
		}
		if c.Status == Erased {
			return core.Errorf(core.KindConflict, "customer_erased", "the customer was erased")
		}
		before := c
		if err := change(tx, &c); err != nil {
			return err
		}
		if c.DefaultShipping != before.DefaultShipping || c.DefaultBilling != before.DefaultBilling {
			c.UpdatedAt = s.now()
			if err := tx.Accounts().UpdateCustomer(ctx, c, c.Version); err != nil {
				return err
			}
		}
		return emit(ctx, s, tx, "customer.updated", c.ID, map[string]any{"customer_id": c.ID, "changed": []string{what}})
	})
}
