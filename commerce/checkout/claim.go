package checkout

import (
	"context"
	"encoding/json"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
)

// ClaimOrders gives a customer the orders that were made with their email
// without signing in, and returns how many there were: none unless the email
// was verified, since typing an address proves nothing. The actor is the
// customer or has orders:write.
func (s *Service) ClaimOrders(ctx context.Context, id core.CustomerID) (n int64, err error) {
	if id == "" || core.ActorFrom(ctx).Customer != id {
		if err := core.Require(ctx, core.PermOrdersWrite); err != nil {
			return 0, err
		}
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		n = 0
		c, err := tx.Accounts().LockCustomer(ctx, id)
		if err != nil || c.EmailVerified.IsZero() || c.Status != account.Active {
			return err
		}
		n, err = tx.Orders().Claim(ctx, id, c.Email)
		return err
	})
	return n, err
}

// OnCustomer is [Service.ClaimOrders] as a handler of the events
// customer.created and customer.updated: guests find their orders when they have
// signed up and verified their email. Handling an event again does nothing more.
func (s *Service) OnCustomer(ctx context.Context, e core.Event) error {
	var data struct {
		Customer core.CustomerID `json:"customer_id"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return err
	}
	_, err := s.ClaimOrders(ctx, data.Customer)
	if core.IsKind(err, core.KindNotFound) {
		return nil // erased since
	}
	return err
}
