package settlement

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
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

	mu    sync.Mutex
	asked map[string]time.Time // when the reconciler last asked about a payment or operation
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
		ops, err = s.follow(ctx, tx, &r, change, gone)
		return err
	})
	return r, ops, err
}
