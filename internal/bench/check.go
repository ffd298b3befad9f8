package bench

import (
	"context"
	"errors"
	"fmt"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/storage"
)

// check returns what is wrong with the orders that clients were told of: each
// must exist once.
func check(ctx context.Context, shop *bodega.Shop, all []told) ([]string, error) {
	byCart := map[core.CartID][]order.Order{}
	err := shop.DB().View(ctx, func(tx storage.Tx) error {
		for o, err := range tx.Orders().All(ctx, order.Filter{}) {
			if err != nil {
				return err
			}
			if o.Status == order.Placed || o.Status == order.Completed {
				byCart[o.Cart] = append(byCart[o.Cart], o)
			}
		}
		return nil
	})
	wrong := []string{}
	for cart, of := range byCart {
		if len(of) != 1 {
			wrong = append(wrong, fmt.Sprintf("cart %s has %d orders", cart, len(of)))
		}
	}
	for _, t := range all {
		if of := byCart[core.CartID(t.Cart)]; len(of) == 0 || string(of[0].ID) != t.Order {
			wrong = append(wrong, fmt.Sprintf("order %s of cart %s is lost", t.Order, t.Cart))
		}
	}
	return wrong, err
}

// claims returns which payments that hold money have no order that stands.
func claims(ctx context.Context, shop *bodega.Shop, keys []string) ([]string, error) {
	wrong := []string{}
	err := shop.DB().View(ctx, func(tx storage.Tx) error {
		for _, key := range keys {
			p, err := tx.Payments().Payment(ctx, core.PaymentID(key)) // a payment's key is its ID
			if core.IsKind(err, core.KindNotFound) {
				wrong = append(wrong, "the provider holds money of a payment we do not know: "+key)
				continue
			}
			if err != nil {
				return err
			}
			o, err := tx.Orders().Order(ctx, p.Order)
			if err != nil {
				return err
			}
			if o.Status != order.Placed || !p.State.Accepted() {
				wrong = append(wrong, fmt.Sprintf("the provider holds money of payment %s (%s), order %s is %s", key, p.State, o.ID, o.Status))
			}
		}
		return nil
	})
	return wrong, err
}

// reconcile runs the reconciler until there is nothing left to do, and returns
// how much there was.
func reconcile(ctx context.Context, shop *bodega.Shop) (int, error) {
	const most = 1000
	done := 0
	for range most {
		rep, err := shop.Settlement.Reconcile(ctx)
		if err != nil {
			return done, err
		}
		n := rep.Payments + rep.Operations + rep.Webhooks + rep.Expired
		if n == 0 {
			return done, nil
		}
		done += n
	}
	return done, errors.New("the reconciler finds no end")
}

var _ payment.Provider = (*remote)(nil)
