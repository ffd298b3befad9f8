package basket

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Claim makes an anonymous cart the signed-in customer's: it is merged into the
// cart they have, which is returned, or becomes theirs under a new ID. Nothing
// can be learnt with the anonymous cart's ID afterwards, except that the same
// customer is given their cart again. A cart that belongs to a customer is never
// merged into another's.
func (s *Service) Claim(ctx context.Context, id core.CartID) (View, error) {
	customer, err := signedIn(ctx)
	if err != nil {
		return View{}, err
	}
	var v View
	err = s.db.Update(ctx, func(tx Tx) error {
		v = View{}
		// Logins of one customer take turns, so that they end with one cart.
		if _, err := tx.Accounts().LockCustomer(ctx, customer); err != nil && !core.IsKind(err, core.KindNotFound) {
			return err
		}
		c, err := s.read(ctx, id, tx.Carts().Lock)
		if err != nil {
			return err
		}
		if c.State == cart.Merged { // the same login again
			if own, err := tx.Carts().Lock(ctx, c.MergedInto); err == nil && own.Customer == customer {
				c = own
			}
		}
		now := s.cfg.Clock.Now()
		if err := c.CheckActive(now); err != nil {
			return err
		}
		if c.Customer == customer {
			v, err = s.view(ctx, tx, c)
			return err
		}
		if c.Customer != "" {
			return core.NotFound("cart", id) // staff may see it, but not make it theirs
		}
		own, err := tx.Carts().OfCustomer(ctx, customer, c.Channel)
		switch {
		case err == nil && own.CheckActive(now) == nil:
			own.Absorb(c)
		case err == nil || core.IsKind(err, core.KindNotFound):
			// A new ID: whoever else knows the old one must not see the customer's cart.
			own = c
			own.ID, own.Customer, own.Version = cart.NewID(), customer, 0
			if err := tx.Carts().Insert(ctx, own); err != nil {
				return err
			}
		default:
			return err
		}
		c.MergeInto(own.ID)
		c.Touch(now, s.cfg.TTL)
		if err := tx.Carts().Save(ctx, &c); err != nil {
			return err
		}
		own.Touch(now, s.cfg.TTL)
		own.SeenTotal = money.Money{} // it is another cart now, and is shown as such
		if v, err = s.view(ctx, tx, own); err != nil {
			return err
		}
		see(&v, nil)
		return tx.Carts().Save(ctx, &v.Cart)
	})
	return v, err
}

// Mine returns the signed-in customer's cart in a channel, the newest when there
// are several, or not found.
func (s *Service) Mine(ctx context.Context, channel string) (View, error) {
	customer, err := signedIn(ctx)
	if err != nil {
		return View{}, err
	}
	var v View
	err = s.db.View(ctx, func(tx Tx) error {
		ch, err := s.channel(ctx, tx, channel)
		if err != nil {
			return err
		}
		c, err := tx.Carts().OfCustomer(ctx, customer, ch.ID)
		if err != nil {
			return err
		}
		if c.CheckActive(s.cfg.Clock.Now()) != nil {
			return core.NotFound("cart", customer)
		}
		v, err = s.view(ctx, tx, c)
		return err
	})
	return v, err
}

func signedIn(ctx context.Context) (core.CustomerID, error) {
	if c := core.ActorFrom(ctx).Customer; c != "" {
		return c, nil
	}
	return "", core.Errorf(core.KindUnauthenticated, "unauthenticated", "sign in as a customer first")
}
