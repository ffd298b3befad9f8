// Package manual is the provider for money that people move: invoice, bank
// transfer, cash on delivery. It authorizes at once and without a network, so
// checkout is one transaction; the money is captured when staff marks the
// order paid.
//
//	provider := manual.New(manual.Config{})                             // paid later
//	cash := manual.New(manual.Config{Name: "cash", AutoCapture: true}) // paid as it is placed
//
// It keeps no books of its own: the shop's are the truth.
package manual

import (
	"context"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
)

// Config of a Provider. The zero value works.
type Config struct {
	// Name under which payments are stored. Default: "manual".
	Name string
	// AutoCapture takes the money as paid when the order is placed. Default:
	// staff marks it paid.
	AutoCapture bool
	// Currencies that are taken. Default: all.
	Currencies []money.Currency
}

// Provider implements payment.Provider. Safe for concurrent use.
type Provider struct{ cfg Config }

// New makes a Provider.
func New(cfg Config) *Provider {
	if cfg.Name == "" {
		cfg.Name = "manual"
	}
	return &Provider{cfg}
}

// Name implements payment.Provider.
func (p *Provider) Name() string { return p.cfg.Name }

// Capabilities implements payment.Provider.
func (p *Provider) Capabilities() payment.Capabilities {
	return payment.Capabilities{Instant: true, Stateless: true, PartialCapture: true, PartialRefund: true, Currencies: p.cfg.Currencies}
}

// Authorize promises the amount: it is the shop's risk whether it comes.
func (p *Provider) Authorize(_ context.Context, r payment.AuthorizeRequest) (payment.Outcome, error) {
	if r.Key == "" {
		return payment.Outcome{}, core.Invalid("key", "is required")
	}
	o := payment.Outcome{Ref: p.cfg.Name + ":" + r.Key, Status: payment.Authorized, Amount: r.Amount, Authorized: r.Amount}
	if r.Amount.IsNegative() {
		return payment.Outcome{Ref: o.Ref, Status: payment.Failed, Code: "invalid_amount", Message: "The amount is below zero."}, nil
	}
	if r.Capture || p.cfg.AutoCapture {
		o.Status, o.Captured = payment.Captured, r.Amount
	}
	return o, nil
}

// Capture notes that the money came.
func (p *Provider) Capture(_ context.Context, r payment.OperationRequest) (payment.Result, error) {
	return p.done(r)
}

// Void notes that the money is not expected any more.
func (p *Provider) Void(_ context.Context, r payment.OperationRequest) (payment.Result, error) {
	return p.done(r)
}

// Refund notes that people gave the money back.
func (p *Provider) Refund(_ context.Context, r payment.OperationRequest) (payment.Result, error) {
	return p.done(r)
}

func (p *Provider) done(r payment.OperationRequest) (payment.Result, error) {
	if r.Key == "" {
		return payment.Result{}, core.Invalid("key", "is required")
	}
	return payment.Result{State: payment.OperationSucceeded, Ref: p.cfg.Name + ":" + r.Key}, nil
}

// Lookup finds nothing: there are no books beside the shop's.
func (p *Provider) Lookup(_ context.Context, r payment.LookupRequest) (payment.Outcome, error) {
	return payment.Outcome{}, core.NotFound("payment", r.Key)
}

// ParseWebhook refuses every message: nobody sends any.
func (p *Provider) ParseWebhook(context.Context, http.Header, []byte) ([]payment.Event, error) {
	return nil, &payment.SignatureError{Provider: p.cfg.Name, Reason: payment.SignatureMissing}
}
