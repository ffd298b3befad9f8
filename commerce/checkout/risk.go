package checkout

import (
	"context"
	"encoding/json"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/quote"
)

// Risk decides about an order before money moves. It is asked outside of any
// transaction, with a deadline.
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

// verdict is what became of asking Risk.
type verdict struct {
	asked  bool
	failed error
	RiskDecision
}

// assess asks Risk about a cart, if there is any to ask.
func (s *Service) assess(ctx context.Context, id core.CartID, p Params) (verdict, error) {
	if s.cfg.Risk == nil {
		return verdict{}, nil
	}
	var req RiskRequest
	err := s.db.View(ctx, func(tx Tx) error {
		c, err := tx.Carts().Cart(ctx, id)
		if err != nil {
			return err
		}
		if c.CheckAccess(core.ActorFrom(ctx)) != nil || c.CheckActive(s.cfg.Clock.Now()) != nil {
			return nil // open says why
		}
		priced, err := s.pricer.Price(ctx, tx, &c)
		req = RiskRequest{Cart: id, Customer: c.Customer, Email: c.Email, Shipping: c.ShippingAddress, Billing: c.BillingAddress, Quote: priced.Quote,
			Provider: p.Provider, Method: p.Method}
		return err
	})
	if err != nil || req.Cart == "" {
		return verdict{}, err
	}
	ask, cancel := context.WithTimeout(ctx, s.cfg.RiskTimeout)
	defer cancel()
	d, err := s.cfg.Risk(ask, req)
	if err != nil {
		return verdict{asked: true, failed: err}, nil // a broken judge must not close the shop
	}
	if d.Block {
		return verdict{}, core.Errorf(core.KindDeclined, "order_refused", "this order cannot be accepted")
	}
	return verdict{asked: true, RiskDecision: d}, nil
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
