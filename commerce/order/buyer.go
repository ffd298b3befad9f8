package order

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Details is an order with what became of it.
type Details struct {
	Order
	Fulfilments []Fulfilment `json:"fulfilments"` // oldest first
	Refunds     []Refund     `json:"refunds"`     // oldest first
}

// buyersKey names the order that a buyer asks for by ID or number, as far as the
// actor or the token may see it; ok is false when that is nothing.
func buyersKey(ctx context.Context, ref, token string) (k Key, ok bool) {
	if core.ValidID(ref, core.PrefixOrder) {
		k.ID = core.OrderID(ref)
	} else {
		n, err := ParseNumber(ref)
		if err != nil {
			return k, false
		}
		k.Number = n
	}
	if token != "" {
		k.Token = token
		return k, core.ValidID(token, "ordt")
	}
	return scope(core.ActorFrom(ctx), k)
}

// asBuyer runs fn in a reading transaction with the order named by ID or
// number, for its customer, staff, or whoever knows its token. For everybody
// else the order does not exist.
func (s *Service) asBuyer(ctx context.Context, ref, token string, fn func(tx Tx, o Order) error) error {
	k, ok := buyersKey(ctx, ref, token)
	if !ok {
		return core.NotFound("order", ref)
	}
	return s.db.View(ctx, func(tx Tx) error {
		o, err := tx.Orders().Find(ctx, k)
		if core.IsKind(err, core.KindNotFound) {
			return core.NotFound("order", ref)
		}
		if err != nil {
			return err
		}
		return fn(tx, o)
	})
}

// Details returns an order by ID or number, with its shipments and refunds, for
// its page. A guest brings the token of the order, others leave it empty.
func (s *Service) Details(ctx context.Context, ref, token string) (out Details, err error) {
	err = s.asBuyer(ctx, ref, token, func(tx Tx, o Order) error {
		out.Order = o
		if out.Fulfilments, err = tx.Orders().Fulfilments(ctx, o.ID); err != nil {
			return err
		}
		out.Refunds, err = tx.Orders().Refunds(ctx, o.ID)
		return err
	})
	return out, err
}

// Story returns the public entries of an order's timeline, oldest first; who
// may is as with [Service.Details].
func (s *Service) Story(ctx context.Context, ref, token string, page core.PageQuery) (out core.Page[Event], err error) {
	err = s.asBuyer(ctx, ref, token, func(tx Tx, o Order) error {
		out, err = tx.Orders().Timeline(ctx, o.ID, true, page)
		return err
	})
	return out, err
}
