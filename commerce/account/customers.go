package account

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// ProfileUpdate changes what customers may change of themselves. Nil leaves a
// field as it is.
type ProfileUpdate struct {
	Name                  *string
	Phone                 *string
	Locale                *string
	Currency              *money.Currency
	Marketing             *bool  // consent given or withdrawn, now
	MarketingSource       string // where; default "account"
	PersonalizationOptOut *bool
	DefaultShipping       *core.AddressID // an own address, or "" for none
	DefaultBilling        *core.AddressID
}

// CustomerUpdate changes what staff may change of a customer. Nil leaves a
// field as it is.
type CustomerUpdate struct {
	ProfileUpdate
	Email     *string // a new one has to be proved again: the link is mailed
	Reference *string
	Groups    *[]string
	Metadata  *map[string]string
	Status    *Status // Active or Disabled; disabling ends all sessions
}

// NewCustomer is a customer to be made by staff or an import.
type NewCustomer struct {
	Customer            // ID, times and version are filled in where they are zero
	Addresses []Address // the first becomes both defaults
	// PasswordHash brings an account along: Argon2id (PHC), bcrypt, or
	// "pbkdf2_sha256$rounds$salt$hash". It is made anew at the first sign-in.
	PasswordHash string
}

// Me returns the signed-in customer.
func (s *Service) Me(ctx context.Context) (Customer, error) {
	id, err := s.own(ctx, "", core.PermSelf)
	if err != nil {
		return Customer{}, err
	}
	return s.customer(ctx, id)
}

// own returns the customer meant by id ("" is the actor's own) if the actor
// may act on it: it is their own, or they hold the permission. Foreign
// customers are KindNotFound to a customer.
func (s *Service) own(ctx context.Context, id core.CustomerID, p core.Permission) (core.CustomerID, error) {
	a := core.ActorFrom(ctx)
	if id == "" {
		id = a.Customer
	}
	switch {
	case id == "":
		return "", core.Errorf(core.KindUnauthenticated, "unauthenticated", "sign in as a customer first")
	case id == a.Customer:
		return id, writesPIIIf(ctx, p)
	case a.Kind == core.ActorCustomer:
		return "", core.NotFound("customer", id)
	}
	if err := core.Require(ctx, p); err != nil {
		return "", err
	}
	return id, writesPIIIf(ctx, p)
}

func writesPIIIf(ctx context.Context, p core.Permission) error {
	if p == core.PermCustomersWrite {
		return writesPII(ctx)
	}
	return nil
}

func (s *Service) customer(ctx context.Context, id core.CustomerID) (c Customer, err error) {
	err = s.db.View(ctx, func(tx Tx) (err error) {
		c, err = tx.Accounts().Customer(ctx, id)
		return err
	})
	return c, err
}

// Customer returns a customer: one's own, or any with customers:read.
func (s *Service) Customer(ctx context.Context, id core.CustomerID) (Customer, error) {
	id, err := s.own(ctx, id, core.PermCustomersRead)
	if err != nil {
		return Customer{}, err
	}
	return s.customer(ctx, id)
}

// Customers lists customers (customers:read).
func (s *Service) Customers(ctx context.Context, f CustomerFilter, q core.PageQuery) (page core.Page[Customer], err error) {
	if err := core.Require(ctx, core.PermCustomersRead); err != nil {
		return page, err
	}
	switch f.Sort {
	case "", NewestFirst, OldestFirst, ByEmail:
	default:
		return page, core.Invalid("sort", "must be %s, %s or %s", NewestFirst, OldestFirst, ByEmail)
	}
	if !text(f.Query, 200) || !text(f.Email, 300) || !text(f.Group, 100) || !text(string(f.Status), 20) {
		return page, core.Invalid("q", "must be short valid text")
	}
	err = s.db.View(ctx, func(tx Tx) (err error) {
		page, err = tx.Accounts().Customers(ctx, f, q)
		return err
	})
	return page, err
}

// AllCustomers streams the customers a filter finds, page by page (customers:read).
func (s *Service) AllCustomers(ctx context.Context, f CustomerFilter) iter.Seq2[Customer, error] {
	return func(yield func(Customer, error) bool) {
		q := core.PageQuery{Limit: core.MaxPageSize}
		for {
			page, err := s.Customers(ctx, f, q)
			if err != nil {
				yield(Customer{}, err)
				return
			}
			for _, c := range page.Items {
				if !yield(c, nil) {
					return
				}
			}
			if q.After = page.Next; q.After == "" {
				return
			}
		}
	}
}

// CreateCustomer makes a customer (customers:write): a guest, until they claim
// the account through a mailed link. An email that is taken is KindExists.
func (s *Service) CreateCustomer(ctx context.Context, c NewCustomer) (Customer, error) {
	made, err := s.ImportCustomers(ctx, []NewCustomer{c})
	if err != nil {
		return Customer{}, unprefixed(err)
	}
	return s.customer(ctx, made[0])
}

// UpdateCustomer changes a customer (customers:write). seen is the version the
// caller saw; 0 is any. A version that is no longer the newest is a
// *core.StaleError.
func (s *Service) UpdateCustomer(ctx context.Context, id core.CustomerID, u CustomerUpdate, seen int64) (Customer, error) {
	if err := requireWrite(ctx, core.PermCustomersWrite); err != nil {
		return Customer{}, err
	}
	if u.Status != nil && *u.Status != Active && *u.Status != Disabled {
		return Customer{}, core.Invalid("status", "must be %s or %s", Active, Disabled)
	}
	return s.update(ctx, id, u, seen)
}

// UpdateProfile changes the signed-in customer; seen as in UpdateCustomer.
func (s *Service) UpdateProfile(ctx context.Context, u ProfileUpdate, seen int64) (Customer, error) {
	id, err := s.own(ctx, "", core.PermCustomersWrite)
	if err != nil {
		return Customer{}, err
	}
	return s.update(ctx, id, CustomerUpdate{ProfileUpdate: u}, seen)
}

func (s *Service) update(ctx context.Context, id core.CustomerID, u CustomerUpdate, seen int64) (Customer, error) {
	var c Customer
	var ended []core.SessionID
	var mail Notification
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		mail, ended = Notification{}, nil
		st, now := tx.Accounts(), s.now()
		if c, err = st.LockCustomer(ctx, id); err != nil {
			return err
		}
		if seen != 0 && seen != c.Version {
			return core.Stale("customer", id, seen, c.Version)
		}
		if c.Status == Erased {
			return core.Errorf(core.KindConflict, "customer_erased", "the customer was erased")
		}
		before := c
		s.apply(&c, u)
		if err := c.validate(""); err != nil {
			return err
		}
		for field, a := range map[string]*core.AddressID{"default_shipping_address_id": u.DefaultShipping, "default_billing_address_id": u.DefaultBilling} {
			if a == nil || *a == "" {
				continue
			}
			if _, err := st.Address(ctx, id, *a); err != nil {
				return either(err, core.Invalid(field, "is not an address of the customer"))
			}
		}
		changed := differing(before, c)
		if len(changed) == 0 {
			return nil
		}
		if core.NormalEmail(before.Email) != core.NormalEmail(c.Email) {
			c.EmailVerified = time.Time{}
			if err := st.DeleteTokens(ctx, core.ActorCustomer, string(id)); err != nil {
				return err
			}
			if mail = mailTo(c, MailVerify); c.Email != "" {
				if err := s.issue(ctx, tx, VerifyEmail, &mail); err != nil {
					return err
				}
			}
		}
		c.UpdatedAt = now
		if err := st.UpdateCustomer(ctx, c, c.Version); err != nil {
			return err
		}
		c.Version++
		if c.Status == Disabled && before.Status != Disabled {
			if ended, err = st.EndSessions(ctx, core.ActorCustomer, string(id), "", now, "disabled"); err != nil {
				return err
			}
		}
		return emit(ctx, s, tx, "customer.updated", id, map[string]any{"customer_id": id, "changed": changed})
	})
	if err != nil {
		return Customer{}, err
	}
	s.deny(ended...)
	if mail.Token != "" {
		s.cfg.Notify(ctx, mail)
	}
	return c, nil
}

func (s *Service) apply(c *Customer, u CustomerUpdate) {
	set(&c.Name, u.Name)
	set(&c.Phone, u.Phone)
	set(&c.Locale, u.Locale)
	set(&c.Currency, u.Currency)
	set(&c.PersonalizationOptOut, u.PersonalizationOptOut)
	set(&c.DefaultShipping, u.DefaultShipping)
	set(&c.DefaultBilling, u.DefaultBilling)
	set(&c.Email, u.Email)
	set(&c.Reference, u.Reference)
	set(&c.Groups, u.Groups)
	set(&c.Metadata, u.Metadata)
	set(&c.Status, u.Status)
	if u.Marketing != nil && *u.Marketing != c.Marketing.Granted {
		source := u.MarketingSource
		def(&source, "account")
		c.Marketing = Consent{Granted: *u.Marketing, At: s.now(), Source: source}
	}
	c.normalize()
}

// differing names the fields in which two states of a customer differ.
func differing(a, b Customer) []string {
	var out []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"email", a.Email == b.Email}, {"reference", a.Reference == b.Reference}, {"name", a.Name == b.Name}, {"phone", a.Phone == b.Phone},
		{"locale", a.Locale == b.Locale}, {"currency", a.Currency == b.Currency}, {"groups", fmt.Sprint(a.Groups) == fmt.Sprint(b.Groups)},
		{"marketing", a.Marketing == b.Marketing}, {"personalization_opt_out", a.PersonalizationOptOut == b.PersonalizationOptOut},
		{"default_shipping_address_id", a.DefaultShipping == b.DefaultShipping},
		{"default_billing_address_id", a.DefaultBilling == b.DefaultBilling},
		{"metadata", fmt.Sprint(a.Metadata) == fmt.Sprint(b.Metadata)}, {"status", a.Status == b.Status},
	} {
		if !f.same {
			out = append(out, f.name)
		}
	}
	return out
}
