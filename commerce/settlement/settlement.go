package settlement

import (
	"context"
	"errors"
	"time"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// Tx is what settling needs of a transaction.
type Tx interface {
	payment.Tx
	Carts() cart.Store
	Stock() stock.Store
	Orders() order.Store
	Promos() promo.Store
}

// Config of a Service.
type Config struct {
	// Hold is how long stock waits for a payment. Default 30 min.
	Hold time.Duration
	// Timeout bounds a call to a provider. Default 25 s. It must stay below
	// payment.Stuck, so that nobody asks about a call that still runs.
	Timeout time.Duration
	IDs     *core.IDs  // default random
	Clock   core.Clock // default the system clock
}

func (c Config) withDefaults() Config {
	if c.Hold <= 0 {
		c.Hold = 30 * time.Minute
	}
	if c.Timeout <= 0 {
		c.Timeout = 25 * time.Second
	}
	return c
}

// Service settles payments. Safe for concurrent use.
type Service struct {
	db       core.Runner[Tx]
	inbox    *payment.Service // knows the providers, and stores their messages
	cfg      Config
	stock    stock.Clerk
	payments payment.Clerk
}

// New makes a service over a database. payments knows the providers.
func New(db core.Runner[Tx], payments *payment.Service, cfg Config) (*Service, error) {
	s := &Service{db: db, inbox: payments, cfg: cfg.withDefaults(), stock: stock.Clerk{IDs: cfg.IDs, Clock: cfg.Clock},
		payments: payment.Clerk{IDs: cfg.IDs, Clock: cfg.Clock}}
	if s.cfg.Timeout >= payment.Stuck {
		return nil, core.Invalid("timeout", "must be below %s", payment.Stuck)
	}
	return s, nil
}

// Provider returns a configured provider.
func (s *Service) Provider(name string) (payment.Provider, error) {
	p, err := s.inbox.Provider(name)
	if err != nil {
		return nil, core.Invalid("payment.provider", "no payment provider is named %q", name)
	}
	return p, nil
}

// Hold is how long stock waits for a payment.
func (s *Service) Hold() time.Duration { return s.cfg.Hold }

// Timeout bounds a call to a provider.
func (s *Service) Timeout() time.Duration { return s.cfg.Timeout }

// Result is an order and one payment of it after news.
type Result struct {
	Order   order.Order
	Payment payment.Payment
}

// Settle takes in what a provider told of a payment and does what follows for
// its order: place it, give it up, or give back money that came too late. It is
// the second transaction of every checkout, whoever brings the news: the answer
// to the call, a webhook or the reconciler. Telling the same again changes
// nothing.
func (s *Service) Settle(ctx context.Context, id core.PaymentID, outcome payment.Outcome) (Result, error) {
	r, ops, err := s.settle(ctx, id, outcome, false)
	var short *stock.InsufficientError
	if errors.As(err, &short) {
		// The hold had ended and the goods are gone: the transaction above left
		// nothing, this one gives the order up and the money back.
		r, ops, err = s.settle(ctx, id, outcome, true)
	}
	if err != nil {
		return r, err
	}
	for _, op := range ops {
		// An error leaves the operation pending, and Reconcile asks again.
		if p, err := s.operate(ctx, r.Payment, op); err == nil {
			r.Payment = p
		}
	}
	return r, nil
}

func (s *Service) settle(ctx context.Context, id core.PaymentID, outcome payment.Outcome, gone bool) (r Result, ops []payment.Operation, err error) {
	err = s.db.Update(ctx, func(tx Tx) error {
		r, ops = Result{}, nil
		p, err := tx.Payments().Payment(ctx, id)
		if err != nil {
			return err
		}
		// The order is locked before the payment, here and everywhere.
		if r.Order, err = tx.Orders().Lock(ctx, p.Order); err != nil {
			return err
		}
		change, err := s.payments.Observe(ctx, tx, id, outcome)
		if err != nil {
			return err
		}
		r.Payment = change.After
		ops, err = s.follow(ctx, tx, &r, gone)
		return err
	})
	return r, ops, err
}

// follow brings an order in line with what its payment has become. It returns
// operations that were begun and are to be carried out after the transaction.
func (s *Service) follow(ctx context.Context, tx Tx, r *Result, gone bool) ([]payment.Operation, error) {
	state := r.Payment.State
	switch {
	case r.Order.Status == order.Pending:
		switch {
		case state.Accepted() && gone:
			if err := s.giveUp(ctx, tx, r, "stock.gone", "The payment came when the goods were gone; the money is given back."); err != nil {
				return nil, err
			}
			return s.giveBack(ctx, tx, r)
		case state.Accepted():
			return nil, s.accept(ctx, tx, r)
		case state == payment.StateDeclined || state == payment.StateFailed || state == payment.StateVoided:
			return nil, s.giveUp(ctx, tx, r, "payment.failed", "The payment failed: "+why(r.Payment)+".")
		}
	case !r.Order.PlacedAt.IsZero():
		return nil, s.Refresh(ctx, tx, &r.Order)
	case state.Accepted(): // too late: the order had been given up
		return s.giveBack(ctx, tx, r)
	}
	return nil, nil
}

func why(p payment.Payment) string {
	switch {
	case p.Message != "":
		return p.Message
	case p.Code != "":
		return p.Code
	}
	return string(p.State)
}

// accept places a pending order whose payment came through. When its hold has
// ended the goods are reserved anew; none left is a *stock.InsufficientError.
func (s *Service) accept(ctx context.Context, tx Tx, r *Result) error {
	ref := string(r.Order.ID)
	held, err := s.stock.Commit(ctx, tx.Stock(), ref)
	if err != nil {
		return err
	}
	if !held {
		rs, err := tx.Stock().Reservations(ctx, ref)
		if err != nil {
			return err
		}
		if len(rs) > 0 { // released when the hold ended; untracked goods never had any
			if _, err := s.stock.Reserve(ctx, tx.Stock(), ref, Requests(&r.Order), time.Time{}); err != nil {
				return err
			}
		}
	}
	now := s.cfg.Clock.Now()
	next := order.States{Status: order.Placed, Fulfilment: r.Order.Fulfilment,
		Payment: order.PaymentStateOf(r.Order.Totals.Total, Funds(r.Order.Currency, r.Payment))}
	if err := s.step(ctx, tx, &r.Order, next); err != nil {
		return err
	}
	r.Order.PlacedAt = now
	if sale, ok := s.payments.Sale(r.Order.ID, r.Order.Totals.Total, r.Order.Totals.Tax, core.ActorFrom(ctx).String(), now); ok {
		if err := tx.Payments().Post(ctx, sale); err != nil {
			return err
		}
	}
	if err := tx.Orders().AppendEvents(ctx, s.Entry(ctx, r.Order.ID, "order.placed", "The payment came through; the order was placed.", true, nil)); err != nil {
		return err
	}
	return s.Emit(ctx, tx, "order.placed", &r.Order)
}

// giveUp cancels a pending order: its stock and promotion uses are free again
// and its cart is open for another try.
func (s *Service) giveUp(ctx context.Context, tx Tx, r *Result, typ, text string) error {
	now := s.cfg.Clock.Now()
	if err := s.stock.Release(ctx, tx.Stock(), string(r.Order.ID), nil); err != nil {
		return err
	}
	if err := tx.Promos().Release(ctx, r.Order.ID, now); err != nil {
		return err
	}
	next := order.States{Status: order.Cancelled, Payment: order.PaymentFailed, Fulfilment: r.Order.Fulfilment}
	if err := s.step(ctx, tx, &r.Order, next); err != nil {
		return err
	}
	r.Order.CancelledAt = now
	c, err := tx.Carts().Lock(ctx, r.Order.Cart)
	switch {
	case core.IsKind(err, core.KindNotFound): // it was deleted
	case err != nil:
		return err
	case c.State == cart.Completed && c.Order == r.Order.ID:
		c.State, c.Order, c.UpdatedAt = cart.Active, "", now
		if again := now.Add(s.cfg.Hold); c.ExpiresAt.Before(again) {
			c.ExpiresAt = again
		}
		if err := tx.Carts().Save(ctx, &c); err != nil {
			return err
		}
	}
	if err := tx.Orders().AppendEvents(ctx, s.Entry(ctx, r.Order.ID, typ, text, true, nil)); err != nil {
		return err
	}
	return s.Emit(ctx, tx, "order.cancelled", &r.Order)
}

// giveBack begins to return money that arrived for an order given up: what is
// only authorized is voided, what is captured is refunded.
func (s *Service) giveBack(ctx context.Context, tx Tx, r *Result) ([]payment.Operation, error) {
	kind, amount := payment.VoidOp, r.Payment.Authorized
	if r.Payment.Captured.IsPositive() {
		kind, amount = payment.RefundOp, r.Payment.Refundable()
	}
	if !amount.IsPositive() {
		return nil, nil
	}
	begun, err := tx.Payments().Operations(ctx, r.Payment.ID)
	if err != nil {
		return nil, err
	}
	for _, op := range begun {
		if op.Kind == kind && op.State == payment.OperationPending {
			return nil, nil // on its way
		}
	}
	op, err := s.payments.Begin(ctx, tx, kind, r.Payment.ID, amount, "", "the order had been given up")
	if err != nil {
		return nil, err
	}
	text := "A payment of " + amount.Display() + " came for an order that had been given up, and is given back."
	return []payment.Operation{op}, tx.Orders().AppendEvents(ctx, s.Entry(ctx, r.Order.ID, "payment.surplus", text, true, nil))
}

// Refresh brings the payment state of a standing order, locked in tx, up to
// date with its payments.
func (s *Service) Refresh(ctx context.Context, tx Tx, o *order.Order) error {
	ps, err := tx.Payments().OfOrder(ctx, o.ID)
	if err != nil {
		return err
	}
	next := o.States
	next.Payment = order.PaymentStateOf(o.Totals.Total, Funds(o.Currency, ps...))
	if next.Payment == order.PaymentPending && len(ps) > 0 && o.Payment != order.PaymentPending {
		next.Payment = order.Voided // what was promised is promised no more
	}
	return s.step(ctx, tx, o, next)
}

// step moves an order to its next states, if they are others and allowed.
func (s *Service) step(ctx context.Context, tx Tx, o *order.Order, next order.States) error {
	if o.States == next {
		return nil
	}
	if err := o.States.Check(next); err != nil {
		return err
	}
	ok, err := tx.Orders().SetStates(ctx, o.ID, o.States, next, s.cfg.Clock.Now())
	if err != nil {
		return err
	}
	if !ok {
		return core.Errorf(core.KindConflict, "order_changed", "the order changed meanwhile; try again")
	}
	o.States = next
	o.Version++
	return nil
}

// Requests are the stock requests of an order's lines.
func Requests(o *order.Order) []stock.Request {
	var out []stock.Request
	for _, l := range o.Lines {
		if l.StockItem != "" {
			out = append(out, stock.Request{ItemID: l.StockItem, Line: l.ID, Quantity: l.Quantity})
		}
	}
	return out
}

// Funds adds up payments. What is in quarantine does not count.
func Funds(c money.Currency, ps ...payment.Payment) order.Funds {
	f := order.Funds{Authorized: money.Zero(c), Captured: money.Zero(c), Refunded: money.Zero(c)}
	for _, p := range ps {
		if p.State == payment.StateQuarantined {
			continue
		}
		if p.State != payment.StateVoided {
			f.Authorized.Amount += p.Authorized.Amount - p.Captured.Amount
		}
		f.Captured.Amount += p.Captured.Amount
		f.Refunded.Amount += p.Refunded.Amount
	}
	return f
}

// Entry makes a timeline entry of now by the actor of ctx.
func (s *Service) Entry(ctx context.Context, id core.OrderID, typ, text string, public bool, data []byte) order.Event {
	return order.Event{ID: core.NewID[core.EventID](s.cfg.IDs, core.PrefixEvent), Order: id, Type: typ, Text: text, Public: public,
		Actor: core.ActorFrom(ctx).String(), Data: data, At: s.cfg.Clock.Now()}
}

// Emit appends an event about an order.
func (s *Service) Emit(ctx context.Context, tx interface{ Events() core.EventWriter }, typ string, o *order.Order) error {
	type line struct {
		Variant  core.VariantID `json:"variant_id"`
		Product  core.ProductID `json:"product_id"`
		Quantity int64          `json:"quantity"`
	}
	lines := make([]line, len(o.Lines))
	for i, l := range o.Lines {
		lines[i] = line{l.Variant, l.Product, l.Quantity}
	}
	e, err := core.NewEvent(ctx, s.cfg.IDs, s.cfg.Clock.Now(), typ, o.ID, map[string]any{"order_id": o.ID, "number": o.Number,
		"customer_id": o.Customer, "channel_id": o.Channel, "total": o.Totals.Total, "lines": lines})
	if err != nil {
		return err
	}
	return tx.Events().Append(ctx, e)
}
