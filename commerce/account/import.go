package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// MaxImport bounds how many customers one call of ImportCustomers takes.
const MaxImport = 5000

// ImportCustomers makes up to MaxImport customers with their addresses in one
// transaction and few statements (customers:write), and returns their IDs in
// order. All are made or none: what is invalid or taken is named by its place,
// "customers[3].email". Times that are set are kept.
func (s *Service) ImportCustomers(ctx context.Context, list []NewCustomer) ([]core.CustomerID, error) {
	if err := requireWrite(ctx, core.PermCustomersWrite); err != nil {
		return nil, err
	}
	if len(list) > MaxImport {
		return nil, core.Errorf(core.KindTooLarge, "too_many", "at most %d customers at once", MaxImport)
	}
	b := batch{places: map[string]string{}}
	for i, n := range list {
		b.add(s, n, fmt.Sprintf("customers[%d].", i))
	}
	if err := b.wrong.Err(); err != nil || len(list) == 0 {
		return nil, err
	}
	err := s.db.Update(ctx, func(tx Tx) error {
		st := tx.Accounts()
		if err := b.taken(ctx, st); err != nil {
			return err
		}
		if err := st.InsertCustomers(ctx, b.customers); err != nil {
			return err
		}
		if err := st.InsertAddresses(ctx, b.addresses); err != nil {
			return err
		}
		events := make([]core.Event, len(b.customers))
		for i, c := range b.customers {
			var err error
			events[i], err = core.NewEvent(ctx, s.cfg.IDs, s.now(), "customer.created", c.ID,
				map[string]any{"customer_id": c.ID, "registered": c.PasswordHash != ""})
			if err != nil {
				return err
			}
		}
		return tx.Events().Append(ctx, events...)
	})
	if err != nil {
		return nil, err
	}
	ids := make([]core.CustomerID, len(b.customers))
	for i, c := range b.customers {
		ids[i] = c.ID
	}
	return ids, nil
}

type batch struct {
	customers []Customer
	addresses []Address
	places    map[string]string // "email:<normal>" or "reference:<ref>" -> field
	emails    []string
	refs      []string
	wrong     core.Violations
}

func (b *batch) add(s *Service, n NewCustomer, prefix string) {
	now := s.now()
	c := n.Customer
	c.PasswordHash, c.Version = n.PasswordHash, 1
	def(&c.ID, core.NewID[core.CustomerID](s.cfg.IDs, core.PrefixCustomer))
	def(&c.Status, Active)
	def(&c.CreatedAt, now)
	c.CreatedAt = c.CreatedAt.UTC().Truncate(time.Microsecond)
	c.UpdatedAt = now
	c.DefaultShipping, c.DefaultBilling = "", ""
	if c.Marketing.Granted {
		def(&c.Marketing.At, now)
		def(&c.Marketing.Source, "import")
	}
	c.normalize()
	w := &b.wrong
	*w = append(*w, gather(c.validate(prefix))...)
	w.Check(core.ValidID(string(c.ID), core.PrefixCustomer), prefix+"id", "must be a customer's ID")
	w.Check(c.Status == Active || c.Status == Disabled, prefix+"status", "must be %s or %s", Active, Disabled)
	w.Check(n.PasswordHash == "" || knownHash(n.PasswordHash), prefix+"password_hash", "must be Argon2id, bcrypt or PBKDF2 of a bearable cost")
	w.Check(n.PasswordHash == "" || c.Email != "", prefix+"email", "is required with a password")
	w.Check(len(n.Addresses) <= MaxAddresses, prefix+"addresses", "must be at most %d", MaxAddresses)
	for i, a := range n.Addresses {
		a.Address = a.Address.Normalize()
		a.Label = strings.TrimSpace(a.Label)
		field := fmt.Sprintf("%saddresses[%d]", prefix, i)
		*w = append(*w, gather(a.Address.Validate(field), validLabelText(field, a.Label))...)
		a.ID, a.CustomerID, a.Version = core.NewID[core.AddressID](s.cfg.IDs, core.PrefixAddress), c.ID, 1
		def(&a.CreatedAt, c.CreatedAt)
		a.UpdatedAt = now
		if i == 0 {
			c.DefaultShipping, c.DefaultBilling = a.ID, a.ID
		}
		b.addresses = append(b.addresses, a)
	}
	if c.Email != "" {
		b.place("email", core.NormalEmail(c.Email), prefix, &b.emails)
	}
	if c.Reference != "" {
		b.place("reference", c.Reference, prefix, &b.refs)
	}
	b.customers = append(b.customers, c)
}

// place notes where a unique value stands, and twice is once too often.
func (b *batch) place(field, value, prefix string, all *[]string) {
	key := field + ":" + value
	if first, ok := b.places[key]; ok {
		b.wrong.Check(false, prefix+field, "stands in this list before, at %s", first)
		return
	}
	b.places[key] = prefix + field
	*all = append(*all, value)
}

// taken returns an error that names the first value somebody has already.
func (b *batch) taken(ctx context.Context, st Store) error {
	byEmail, err := st.CustomersByEmail(ctx, b.emails)
	if err != nil {
		return err
	}
	byRef, err := st.CustomersByReference(ctx, b.refs)
	if err != nil {
		return err
	}
	for _, c := range byEmail {
		return takenAt(b.places["email:"+core.NormalEmail(c.Email)], "email")
	}
	for _, c := range byRef {
		return takenAt(b.places["reference:"+c.Reference], "reference")
	}
	return nil
}

func takenAt(field, what string) error {
	e := core.Errorf(core.KindExists, "exists", "a customer with this %s exists", what)
	e.Field = field
	return e
}

// unprefixed takes the place in the list off the fields of an error about a
// list of one.
func unprefixed(err error) error {
	cut := func(e *core.Error) *core.Error {
		c := *e
		c.Field = strings.TrimPrefix(c.Field, "customers[0].")
		return &c
	}
	var v core.Violations
	var e *core.Error
	switch {
	case errors.As(err, &v):
		out := make(core.Violations, len(v))
		for i := range v {
			out[i] = cut(v[i])
		}
		return out
	case errors.As(err, &e):
		return cut(e)
	}
	return err
}
