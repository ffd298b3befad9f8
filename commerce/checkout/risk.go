package checkout

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/quote"
)

// Risk decides about an order before money moves. It is asked outside of any
// transaction, with a deadline, and may be asked at the same time about others.
type Risk func(ctx context.Context, r RiskRequest) (RiskDecision, error)

// RiskRequest is the order to be.
type RiskRequest struct {
	Cart     core.CartID
	Customer core.CustomerID
	Email    string
	Shipping core.Address
	Billing  core.Address
	Quote    quote.Quote
	Provider string
	Method   string
}

// RiskDecision is what to do with it.
type RiskDecision struct {
	Block   bool     `json:"block"`
	Review  bool     `json:"review"` // place it, and have people look
	Score   int      `json:"score"`  // 0 to 100
	Reasons []string `json:"reasons,omitempty"`
	Model   string   `json:"model,omitempty"` // version of what decided
}

// verdict is what became of asking Risk, and about which cart it was asked: one
// that changed since is not the one that was judged.
type verdict struct {
	cart    core.CartID
	version int64
	asked   bool
	failed  error
	RiskDecision
}

// assess asks Risk about a cart, if there is any to ask and the cart could be
// ordered.
func (s *Service) assess(ctx context.Context, id core.CartID, p Params) (v verdict, err error) {
	if s.cfg.Risk == nil {
		return v, nil
	}
	var req RiskRequest
	err = s.db.View(ctx, func(tx Tx) error {
		c, err := tx.Carts().Cart(ctx, id)
		if err != nil {
			return err
		}
		v, req = verdict{cart: c.ID, version: c.Version}, RiskRequest{}
		if c.CheckAccess(core.ActorFrom(ctx)) != nil || c.CheckActive(s.cfg.Clock.Now()) != nil {
			return nil //nolint:nilerr // open says why
		}
		adopt(ctx, &c)
		priced, err := s.pricer.Price(ctx, tx, &c)
		if err != nil {
			return err
		}
		if err := check(&c, priced, p); err != nil {
			return err
		}
		req = RiskRequest{Cart: id, Customer: c.Customer, Email: priced.Email, Shipping: c.ShippingAddress, Billing: c.BillingAddress,
			Quote: priced.Quote, Provider: p.Provider, Method: p.Method}
		return nil
	})
	if err != nil || req.Cart == "" {
		return v, err
	}
	v.asked = true
	v.RiskDecision, v.failed = s.judge(ctx, req)
	if v.failed == nil && v.Block {
		return v, core.Errorf(core.KindDeclined, "order_refused", "this order cannot be accepted")
	}
	return v, nil // a broken judge must not close the shop
}

// judge asks Risk and waits no longer than it may take: one that does not heed
// its deadline is left behind with its answer.
func (s *Service) judge(ctx context.Context, req RiskRequest) (RiskDecision, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.RiskTimeout)
	defer cancel()
	type answer struct {
		d   RiskDecision
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if r := recover(); r != nil {
				a.err = fmt.Errorf("risk: panic: %v", r)
			}
			answers <- a
		}()
		a.d, a.err = s.cfg.Risk(ctx, req)
	}()
	select {
	case a := <-answers:
		return a.d, a.err
	case <-ctx.Done():
		return RiskDecision{}, ctx.Err()
	}
}

func (s *Service) judged(ctx context.Context, o *order.Order, v verdict) []order.Event {
	if !v.asked {
		return nil
	}
	if v.failed != nil {
		return []order.Event{s.settle.Entry(ctx, o.ID, "risk.unavailable", "The risk check did not answer in time; the order went on without it.", false, nil)}
	}
	data, err := json.Marshal(v.RiskDecision)
	if err != nil {
		data = nil
	}
	text := "The risk check allowed the order."
	if v.Review {
		text = "The risk check asks for a review."
	}
	return []order.Event{s.settle.Entry(ctx, o.ID, "risk.assessed", text, false, data)}
}
