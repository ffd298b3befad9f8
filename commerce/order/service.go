package order

import (
	"context"
	"errors"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Config of a Service. The zero value works.
type Config struct {
	// IDs makes identifiers. Default: core's generator.
	IDs *core.IDs
	// Clock tells the time. Default: the system's.
	Clock core.Clock
}

// Service reads orders for those who may see them and keeps notes about them.
// What moves goods or money is done by flows. Safe for concurrent use.
//
// A customer sees the own orders, staff with orders:read all. For everybody
// else an order does not exist.
type Service struct {
	db    core.Runner[Tx]
	clerk Clerk
}

// New makes a Service over a database.
func New(db core.Runner[Tx], cfg Config) *Service {
	return &Service{db: db, clerk: Clerk(cfg)}
}

// scope narrows a key to what the actor may see; ok is false when that is
// nothing.
func scope(a core.Actor, k Key) (Key, bool) {
	if a.Can(core.PermOrdersRead) {
		return k, true
	}
	k.Customer = a.Customer
	return k, a.Customer != ""
}

// Get returns an order.
func (s *Service) Get(ctx context.Context, id core.OrderID) (Order, error) {
	return s.find(ctx, Key{ID: id}, string(id))
}

// ByNumber returns an order by its number, as people type it. A customer finds
// only own orders; guests use [Service.Lookup] or [Service.ByToken].
func (s *Service) ByNumber(ctx context.Context, number string) (Order, error) {
	n, err := ParseNumber(number)
	if err != nil {
		return Order{}, err
	}
	return s.find(ctx, Key{Number: n}, string(n))
}

func (s *Service) find(ctx context.Context, k Key, name string) (Order, error) {
	k, ok := scope(core.ActorFrom(ctx), k)
	if !ok {
		return Order{}, core.NotFound("order", name)
	}
	return s.read(ctx, k)
}

// ByToken returns the order whose token the caller knows, from the page after
// checkout or a mail.
func (s *Service) ByToken(ctx context.Context, token string) (Order, error) {
	if !core.ValidID(token, "ordt") {
		return Order{}, core.NotFound("order", "")
	}
	o, err := s.read(ctx, Key{Token: token})
	if core.IsKind(err, core.KindNotFound) {
		return Order{}, core.NotFound("order", "")
	}
	return o, err
}

// Lookup returns a guest's order by number and email together. A wrong number
// and a wrong email answer alike. Limit how often a caller may try.
func (s *Service) Lookup(ctx context.Context, number, email string) (Order, error) {
	n, err := ParseNumber(number)
	if err != nil || !core.ValidEmail(core.NormalEmail(email)) {
		return Order{}, core.NotFound("order", number)
	}
	o, err := s.read(ctx, Key{Number: n, Email: email})
	// A customer's order is seen by signing in: its email is known to others.
	if err == nil && o.Customer != "" && o.Customer != core.ActorFrom(ctx).Customer && !core.ActorFrom(ctx).Can(core.PermOrdersRead) {
		return Order{}, core.NotFound("order", number)
	}
	if core.IsKind(err, core.KindNotFound) {
		return Order{}, core.NotFound("order", number)
	}
	return o, err
}

func (s *Service) read(ctx context.Context, k Key) (o Order, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		o, err = tx.Orders().Find(ctx, k)
		return err
	})
	return o, err
}

// List returns the orders of a filter; a customer's own ones only.
func (s *Service) List(ctx context.Context, f Filter, page core.PageQuery) (out core.Page[Order], err error) {
	a := core.ActorFrom(ctx)
	if !a.Can(core.PermOrdersRead) {
		if a.Customer == "" {
			return out, core.Require(ctx, core.PermOrdersRead)
		}
		f.Customer = a.Customer
	}
	switch f.Sort {
	case "", Newest, Oldest, Largest, Smallest:
	default:
		return out, core.Invalid("sort", "must be newest, oldest, largest or smallest")
	}
	err = s.db.View(ctx, func(tx Tx) error {
		out, err = tx.Orders().List(ctx, f, page)
		return err
	})
	return out, err
}

// about runs fn in a reading transaction once the actor may see the order.
func (s *Service) about(ctx context.Context, id core.OrderID, fn func(tx Tx, staff bool) error) error {
	a := core.ActorFrom(ctx)
	k, ok := scope(a, Key{ID: id})
	if !ok {
		return core.NotFound("order", id)
	}
	return s.db.View(ctx, func(tx Tx) error {
		if k.Customer != "" {
			if _, err := tx.Orders().Find(ctx, k); err != nil {
				return err
			}
		}
		return fn(tx, k.Customer == "")
	})
}

// Timeline returns what happened to an order, oldest first. Customers see the
// public entries.
func (s *Service) Timeline(ctx context.Context, id core.OrderID, page core.PageQuery) (out core.Page[Event], err error) {
	err = s.about(ctx, id, func(tx Tx, staff bool) error {
		out, err = tx.Orders().Timeline(ctx, id, !staff, page)
		return err
	})
	return out, err
}

// Fulfilments returns the shipments of an order, oldest first.
func (s *Service) Fulfilments(ctx context.Context, id core.OrderID) (out []Fulfilment, err error) {
	err = s.about(ctx, id, func(tx Tx, _ bool) error {
		out, err = tx.Orders().Fulfilments(ctx, id)
		return err
	})
	return out, err
}

// Refunds returns the refunds of an order, oldest first.
func (s *Service) Refunds(ctx context.Context, id core.OrderID) (out []Refund, err error) {
	err = s.about(ctx, id, func(tx Tx, _ bool) error {
		out, err = tx.Orders().Refunds(ctx, id)
		return err
	})
	return out, err
}

// MaxNote is the most bytes of a note.
const MaxNote = 5000

// AddNote writes a note into the timeline; a public one is shown to the buyer.
// It needs orders:write.
func (s *Service) AddNote(ctx context.Context, id core.OrderID, text string, public bool) error {
	if err := core.Require(ctx, core.PermOrdersWrite); err != nil {
		return err
	}
	if text == "" || len(text) > MaxNote || !core.ValidText(text) {
		return core.Invalid("text", "must be 1 to %d bytes of text", MaxNote)
	}
	return s.db.Update(ctx, func(tx Tx) error {
		if _, err := tx.Orders().Order(ctx, id); err != nil {
			return err
		}
		return s.clerk.Note(ctx, tx, id, Why{Type: "note", Text: text, Public: public})
	})
}

// Update is a change of an order's editable fields; nil leaves a field alone.
type Update struct {
	Email           *string
	ShippingAddress *core.Address // only while nothing is shipped
	BillingAddress  *core.Address
	Metadata        map[string]*string // merged by key; nil deletes the key
}

// Edit changes the editable fields of an order. version is the one the caller
// saw; 0 takes the newest. It needs orders:write.
func (s *Service) Edit(ctx context.Context, id core.OrderID, version int64, u Update) (Order, error) {
	if err := core.Require(ctx, core.PermOrdersWrite); err != nil {
		return Order{}, err
	}
	var out Order
	err := s.db.Update(ctx, func(tx Tx) error {
		o, err := tx.Orders().Lock(ctx, id)
		if err != nil {
			return err
		}
		if version != 0 && version != o.Version {
			return core.Stale("order", id, version, o.Version)
		}
		fields, err := u.apply(&o)
		if err != nil || len(fields) == 0 {
			out = o
			return err
		}
		o.UpdatedAt = s.clerk.Clock.Now()
		if err := tx.Orders().Update(ctx, o, o.Version); err != nil {
			return err
		}
		o.Version++
		out = o
		return s.clerk.Note(ctx, tx, id, Why{Type: "order.edited", Data: map[string]any{"fields": fields}})
	})
	return out, err
}

// apply changes the order and names the fields that changed.
func (u Update) apply(o *Order) (fields []string, err error) {
	var v core.Violations
	if u.Email != nil && *u.Email != o.Email {
		v.Check(core.ValidEmail(*u.Email), "email", "is not an email address")
		o.Email = *u.Email
		fields = append(fields, "email")
	}
	address := func(field string, to *core.Address, from *core.Address) {
		if from == nil || from.Normalize() == *to {
			return
		}
		if err := from.Normalize().Validate(field); err != nil {
			var bad core.Violations
			if errors.As(err, &bad) {
				v = append(v, bad...)
			}
			return
		}
		*to = from.Normalize()
		fields = append(fields, field)
	}
	if u.ShippingAddress != nil && o.Fulfilment != Unfulfilled {
		return nil, core.Errorf(core.KindConflict, "already_shipped", "a part of the order is shipped: its address stays")
	}
	address("shipping_address", &o.ShippingAddress, u.ShippingAddress)
	address("billing_address", &o.BillingAddress, u.BillingAddress)
	for key, val := range u.Metadata {
		if o.Metadata == nil {
			o.Metadata = map[string]string{}
		}
		if val == nil {
			delete(o.Metadata, key)
			continue
		}
		v.Check(key != "" && len(key) <= 40 && core.ValidText(key) && len(*val) <= 500 && core.ValidText(*val), "metadata",
			"keys have 1 to 40 bytes, values at most 500 bytes of text")
		o.Metadata[key] = *val
	}
	v.Check(len(o.Metadata) <= 50, "metadata", "has at most 50 entries")
	if len(u.Metadata) > 0 {
		fields = append(fields, "metadata")
	}
	return fields, v.Err()
}
