package checkout

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/settlement"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// Tx is what checkout needs of a transaction.
type Tx interface {
	basket.PriceTx
	settlement.Tx
}

// Config of a Service. The zero value is right.
type Config struct {
	// AuthorizeOnly leaves taking the money to staff, for instance when the
	// goods are shipped. Default false: it is taken when the order is placed.
	AuthorizeOnly bool
	// Risk looks at an order before money moves. Default nil: all are welcome.
	Risk Risk
	// RiskTimeout bounds Risk; when it passes, or Risk fails, the order goes on
	// and its timeline says so. Default 200 ms.
	RiskTimeout time.Duration
	// Joined says that db is bound to a transaction of the caller's. Then only
	// orders that need no answer from a payment provider can be completed: what a
	// provider did could not be rolled back. Default false.
	Joined bool
	IDs    *core.IDs  // default random
	Clock  core.Clock // default the system clock
}

// Service completes carts. Safe for concurrent use.
type Service struct {
	db       core.Runner[Tx]
	pricer   *basket.Pricer
	settle   *settlement.Service
	cfg      Config
	stock    stock.Clerk
	payments payment.Clerk
}

// New makes a service over a database. pricer turns carts into quotes, and
// settle knows the payment providers.
func New(db core.Runner[Tx], pricer *basket.Pricer, settle *settlement.Service, cfg Config) *Service {
	if cfg.RiskTimeout <= 0 {
		cfg.RiskTimeout = 200 * time.Millisecond
	}
	return &Service{db: db, pricer: pricer, settle: settle, cfg: cfg,
		stock: stock.Clerk{IDs: cfg.IDs, Clock: cfg.Clock}, payments: payment.Clerk{IDs: cfg.IDs, Clock: cfg.Clock}}
}

// Params say how a cart is paid for.
type Params struct {
	Provider  string // name of the payment provider; may be empty when nothing is to be paid
	Method    string // in the provider's words: "card"
	Token     string // what the provider's script made of the card
	ReturnURL string // where the buyer comes back to
	// Expected is the total the buyer saw. When the order would come to another
	// amount nothing is ordered: *PriceChangedError. Without it, prices and totals
	// that changed since the basket last showed them are refused alike.
	Expected *money.Money
	Note     string // the buyer's
	Metadata map[string]string
}

// Result is what came of completing a cart.
type Result struct {
	Order   order.Order
	Payment payment.Payment // zero when nothing was to be paid
	// Action is what the buyer has to do before the order is placed, or nil.
	Action *payment.Action
	// Existing says that the cart was completed before; this is its order.
	Existing bool
}

// Complete turns a cart into an order and pays for it. It is the one way an
// order comes to be, for shoppers, webhooks, staff and agents alike.
//
// Several calls for one cart make one order, and all return it as it is by then,
// to whoever may use the cart. Completing an anonymous cart, a signed-in customer
// makes it, and the order, their own.
//
// A cart that lacks something is a *NotReadyError, stock that ran out is a
// *stock.InsufficientError, a promotion that was used up a *promo.ExhaustedError;
// nothing was ordered then. A payment that is declined is a
// *payment.DeclinedError and leaves the cart open. When the buyer has to act
// (3-D Secure), the order is pending and Result.Action says what to do; its stock
// is held for settlement.Config.Hold. A provider that does not answer is an
// *UncertainError: do not pay again. Once a provider is asked, the end of ctx
// does not stop Complete.
func (s *Service) Complete(ctx context.Context, id core.CartID, p Params) (Result, error) {
	var provider payment.Provider
	if p.Provider != "" {
		var err error
		if provider, err = s.settle.Provider(p.Provider); err != nil {
			return Result{}, err
		}
	}
	if err := cart.CheckMetadata("metadata", p.Metadata); err != nil {
		return Result{}, err
	}
	if len(p.Note) > 2000 || !core.ValidText(p.Note) {
		return Result{}, core.Invalid("note", "must be at most 2000 bytes of text")
	}
	verdict, err := s.assess(ctx, id, p)
	if err != nil {
		return Result{}, err
	}
	var r Result
	err = s.db.Update(ctx, func(tx Tx) error {
		var err error
		r, err = s.open(ctx, tx, id, p, provider, verdict)
		return err
	})
	if err != nil || r.Existing || r.Payment.ID == "" || provider.Capabilities().Instant {
		return r, err
	}
	// From here on the order exists and its stock is held. Whatever becomes of
	// this request, the reconciler finds out how the payment ended.
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.settle.Timeout())
	defer cancel()
	outcome, err := provider.Authorize(call, s.authorization(&r.Order, r.Payment, p))
	if err != nil {
		if core.IsKind(err, core.KindInvalid) { // refused before anything was asked for
			outcome = payment.Outcome{Status: payment.Failed, Code: core.CodeOf(err), Message: err.Error()}
		} else {
			return r, &UncertainError{Order: r.Order.ID, Payment: r.Payment.ID, Err: err}
		}
	}
	settled, err := s.settle.Settle(context.WithoutCancel(ctx), r.Payment.ID, outcome)
	if err != nil {
		return r, &UncertainError{Order: r.Order.ID, Payment: r.Payment.ID, Err: err}
	}
	r.Order, r.Payment, r.Action = settled.Order, settled.Payment, settled.Payment.Action
	if r.Order.Status == order.Cancelled {
		if err := r.Payment.Err(); err != nil {
			return Result{}, err
		}
		return Result{}, core.Errorf(core.KindConflict, "order_given_up", "the order was given up before the payment came, or its goods were gone; the money is given back")
	}
	return r, nil
}

func (s *Service) authorization(o *order.Order, p payment.Payment, params Params) payment.AuthorizeRequest {
	return payment.AuthorizeRequest{Key: p.Key, Payment: p.ID, Order: o.ID, Reference: string(o.Number), Amount: p.Amount, Capture: p.Capture,
		Method: params.Method, Token: params.Token, Email: o.Email, ReturnURL: params.ReturnURL, Metadata: params.Metadata}
}

// open makes the order in one transaction: the cart is locked before it is
// read, priced anew, stock is reserved, the payment is written with its key,
// the cart is closed. An instant provider is asked here and now, so that its
// orders need no second transaction.
func (s *Service) open(ctx context.Context, tx Tx, id core.CartID, p Params, provider payment.Provider, v verdict) (Result, error) {
	now := s.cfg.Clock.Now()
	c, err := tx.Carts().Lock(ctx, id)
	if err != nil {
		return Result{}, err
	}
	if err := c.CheckAccess(core.ActorFrom(ctx)); err != nil {
		return Result{}, err
	}
	var done *cart.CompletedError
	if err := c.CheckActive(now); errors.As(err, &done) {
		return s.existing(ctx, tx, done.Order)
	} else if err != nil {
		return Result{}, err
	}
	if s.cfg.Risk != nil && (c.ID != v.cart || c.Version != v.version) {
		return Result{}, core.Errorf(core.KindConflict, "cart_changed", "the cart changed meanwhile; try again")
	}
	adopt(ctx, &c)
	o, priced, err := s.price(ctx, tx, &c, p)
	if err != nil {
		return Result{}, err
	}
	total := o.Totals.Total
	if total.IsPositive() {
		if err := s.payable(provider, total); err != nil {
			return Result{}, err
		}
	}
	// What is decided in this transaction is reserved for good, the rest until
	// the hold ends.
	instant := provider != nil && provider.Capabilities().Instant || !total.IsPositive()
	hold := time.Time{}
	if !instant {
		hold = now.Add(s.settle.Hold())
	}
	if _, err := s.stock.Reserve(ctx, tx.Stock(), string(o.ID), settlement.Requests(o), hold); err != nil {
		return Result{}, err
	}
	if rs := priced.Quote.Redemptions(o.ID, priced.BuyerKey, now); len(rs) > 0 {
		if err := tx.Promos().Redeem(ctx, rs); err != nil {
			return Result{}, err
		}
	}
	r := Result{}
	timeline := s.judged(ctx, o, v)
	if total.IsPositive() {
		r.Payment = s.payments.New(payment.Params{Order: o.ID, Provider: provider.Name(), Method: p.Method, Amount: total,
			Capture: !s.cfg.AuthorizeOnly && !instant, Quote: o.Quote})
		var told []payment.Outcome
		var more []payment.Posting
		if instant {
			outcome, err := provider.Authorize(ctx, s.authorization(o, r.Payment, p))
			if err != nil {
				return Result{}, err
			}
			told = append(told, outcome)
			if sale, ok := s.payments.Sale(o.ID, total, o.Totals.Tax, core.ActorFrom(ctx).String(), now); ok {
				more = append(more, sale)
			}
		}
		if err := s.payments.Insert(ctx, tx, &r.Payment, told, more...); err != nil {
			return Result{}, err
		}
		if instant && !r.Payment.State.Accepted() {
			if err := r.Payment.Err(); err != nil {
				return Result{}, err // rolled back: nothing was ordered
			}
			return Result{}, core.Errorf(core.KindInternal, "instant_provider", "the instant provider %s left the payment %s", provider.Name(), r.Payment.State)
		}
	}
	if !total.IsPositive() || r.Payment.State.Accepted() {
		o.Status, o.PlacedAt = order.Placed, now
		o.Payment = order.PaymentStateOf(total, settlement.Funds(o.Currency, r.Payment))
		timeline = append(timeline, s.settle.Entry(ctx, o.ID, "order.placed", "The order was placed.", true, nil))
		if err := s.settle.Emit(ctx, tx, "order.placed", o); err != nil {
			return Result{}, err
		}
		if o.Payment == order.Paid {
			if err := s.settle.Emit(ctx, tx, "order.paid", o); err != nil {
				return Result{}, err
			}
		}
	} else {
		timeline = append(timeline, s.settle.Entry(ctx, o.ID, "order.created", "The order waits for its payment.", true, nil))
	}
	if err := tx.Orders().Insert(ctx, o, timeline...); err != nil {
		return Result{}, err
	}
	c.State, c.Order = cart.Completed, o.ID
	c.UpdatedAt = now
	r.Order = *o
	return r, tx.Carts().Save(ctx, &c)
}

// adopt makes an anonymous cart that a signed-in customer completes theirs, so
// that its order is among their orders and their limits count.
func adopt(ctx context.Context, c *cart.Cart) {
	if c.Customer == "" {
		c.Customer = core.ActorFrom(ctx).Customer
	}
}

// payable says whether the provider can take the total.
func (s *Service) payable(provider payment.Provider, total money.Money) error {
	if provider == nil {
		return core.Invalid("payment.provider", "is required: %s are to be paid", total)
	}
	can := provider.Capabilities()
	if len(can.Currencies) > 0 && !slices.Contains(can.Currencies, total.Currency) {
		return core.Invalid("payment.provider", "%s does not take %s", provider.Name(), total.Currency)
	}
	if s.cfg.Joined && !can.Instant {
		return core.Errorf(core.KindConflict, "payment_in_transaction", "%s cannot be asked inside a transaction that may be rolled back", provider.Name())
	}
	return nil
}

// existing is the result of completing a cart that is an order already.
func (s *Service) existing(ctx context.Context, tx Tx, id core.OrderID) (Result, error) {
	o, err := tx.Orders().Order(ctx, id)
	if err != nil {
		return Result{}, err
	}
	r := Result{Order: o, Existing: true}
	ps, err := tx.Payments().OfOrder(ctx, id)
	if err == nil && len(ps) > 0 {
		r.Payment = ps[len(ps)-1]
		r.Action = r.Payment.Action
	}
	return r, err
}
