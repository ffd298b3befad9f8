package account

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// EraseCustomer removes everything personal of a customer (customers:write):
// email, name, phone, addresses, consent, groups, metadata, sessions and
// password. The ID stays, so that orders and their sums remain. Others that
// hold copies hear customer.deleted. Erasing twice is no error.
func (s *Service) EraseCustomer(ctx context.Context, id core.CustomerID) error {
	if err := requireWrite(ctx, core.PermCustomersWrite); err != nil {
		return err
	}
	return s.erase(ctx, id)
}

// EraseMe erases the signed-in customer, who proves the password again.
func (s *Service) EraseMe(ctx context.Context, password string) error {
	c, err := s.reauthenticate(ctx, core.ActorCustomer, password)
	if err != nil {
		return err
	}
	return s.erase(ctx, core.CustomerID(c.ID))
}

func (s *Service) erase(ctx context.Context, id core.CustomerID) error {
	var ended []core.SessionID
	err := s.db.Update(ctx, func(tx Tx) error {
		st, now := tx.Accounts(), s.now()
		c, err := st.LockCustomer(ctx, id)
		if err != nil || c.Status == Erased {
			return err
		}
		if ended, err = st.EndSessions(ctx, core.ActorCustomer, string(id), "", now, "erased"); err != nil {
			return err
		}
		for _, action := range []string{"login", "reset", "register"} {
			if err := st.ForgetAttempts(ctx, accountAttempt(action, core.ActorCustomer, core.NormalEmail(c.Email)).key); err != nil {
				return err
			}
		}
		if err := st.ForgetCustomer(ctx, id); err != nil {
			return err
		}
		blank := Customer{ID: id, Status: Erased, CreatedAt: c.CreatedAt, UpdatedAt: now, PersonalizationOptOut: true}
		if err := st.UpdateCustomer(ctx, blank, c.Version); err != nil {
			return err
		}
		return emit(ctx, s, tx, "customer.deleted", id, map[string]any{"customer_id": id, "erased": true})
	})
	if err == nil {
		s.deny(ended...)
	}
	return err
}

// PersonalData is what accounts hold about a customer, for a request of access.
type PersonalData struct {
	Customer  Customer  `json:"customer"`
	Addresses []Address `json:"addresses"`
	Sessions  []Session `json:"sessions"`
}

// PersonalData returns what accounts hold about a customer: oneself ("" is the
// signed-in customer), or anybody with customers:read. Orders are kept elsewhere.
func (s *Service) PersonalData(ctx context.Context, customer core.CustomerID) (d PersonalData, err error) {
	customer, err = s.own(ctx, customer, core.PermCustomersRead)
	if err != nil {
		return d, err
	}
	err = s.db.View(ctx, func(tx Tx) (err error) {
		st := tx.Accounts()
		if d.Customer, err = st.Customer(ctx, customer); err != nil {
			return err
		}
		if d.Addresses, err = st.Addresses(ctx, customer); err != nil {
			return err
		}
		d.Sessions, err = st.Sessions(ctx, core.ActorCustomer, string(customer), s.now())
		return err
	})
	return d, err
}

// Clerk lets flows find or make the customer of an order inside their own
// transactions.
type Clerk struct {
	IDs   *core.IDs  // nil is the default generator
	Clock core.Clock // nil is the system clock
}

// Guest returns the customer with the email, made as a guest when there is
// none. Typing an email proves nothing: when the result is Registered, show
// none of it and attach nothing that its owner could not see anyway.
func (k Clerk) Guest(ctx context.Context, st Store, g Customer) (Customer, bool, error) {
	g.normalize()
	if err := gather(validEmail("email", g.Email), g.validate("")).Err(); err != nil {
		return Customer{}, false, err
	}
	have, err := st.CustomersByEmail(ctx, []string{core.NormalEmail(g.Email)})
	if err != nil || len(have) > 0 {
		return firstOf(have), false, err
	}
	now := k.Clock.Now()
	g.ID, g.Status, g.Version = core.NewID[core.CustomerID](k.IDs, core.PrefixCustomer), Active, 1
	g.CreatedAt, g.UpdatedAt = now, now
	made, err := st.InsertGuest(ctx, g)
	if err != nil || made {
		return g, made, err
	}
	have, err = st.CustomersByEmail(ctx, []string{core.NormalEmail(g.Email)}) // somebody was faster
	return firstOf(have), false, err
}

func firstOf(cs []Customer) (c Customer) {
	if len(cs) > 0 {
		c = cs[0]
	}
	return c
}
