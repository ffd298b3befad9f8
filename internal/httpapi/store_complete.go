package httpapi

import (
	"context"
	"io"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
)

// completion is what came of completing a cart.
type completion struct {
	Order  order.Order     `json:"order"`
	Token  string          `json:"order_token" doc:"Lets a guest see the order: GET /store/orders/{id}?token="`
	State  payment.State   `json:"payment_state,omitempty"`
	Action *payment.Action `json:"action,omitempty" doc:"What the buyer has to do before the order is placed"`
}

type completeInput struct {
	CartPath
	Body struct {
		Payment struct {
			Provider  string `json:"provider,omitempty" maxLength:"60" doc:"See GET /store/payment-providers; may be left out when nothing is to be paid"`
			Method    string `json:"method,omitempty" maxLength:"60"`
			Token     string `json:"token,omitempty" maxLength:"500" doc:"What the provider's script made of the card; never a card number"`
			ReturnURL string `json:"return_url,omitempty" maxLength:"2000" format:"uri"`
		} `json:"payment,omitempty"`
		ExpectedTotal *money.Money      `json:"expected_total,omitempty" doc:"The total the buyer saw; another one is answered with 409 price_changed"`
		Note          string            `json:"note,omitempty" maxLength:"2000"`
		Metadata      map[string]string `json:"metadata,omitempty"`
	}
}

func (a *api) storeComplete(tag string) {
	handle(a, route{method: http.MethodPost, path: "/store/carts/{cart}/complete", perm: core.PermPublic, tag: tag, status: http.StatusCreated, ownKeys: true,
		summary: "Order and pay",
		description: "201: the order is placed. 202: the payment is not decided; when there is an action, the buyer has to take it. " +
			"402: declined, the cart stays open. 409 out_of_stock or price_changed: nothing was ordered. 503 payment_uncertain: do not pay again, ask for the order. " +
			"Completing a cart again returns its order with 200."},
		func(ctx context.Context, s Services, in *completeInput) (*body[completion], error) {
			b := in.Body
			r, err := s.Checkout.Complete(ctx, in.ID, checkout.Params{Provider: b.Payment.Provider, Method: b.Payment.Method, Token: b.Payment.Token,
				ReturnURL: b.Payment.ReturnURL, Expected: b.ExpectedTotal, Note: b.Note, Metadata: b.Metadata})
			if err != nil {
				return nil, err
			}
			out := created(completion{Order: r.Order, Token: r.Order.Token, State: r.Payment.State, Action: r.Action}, r.Order.Version, "store", "orders", string(r.Order.ID))
			switch {
			case r.Order.Status == order.Pending:
				out.Status = http.StatusAccepted
			case r.Existing:
				out.Status = http.StatusOK
			}
			return out, nil
		})
	type provider struct {
		Name       string           `json:"name"`
		Instant    bool             `json:"instant"`
		Currencies []money.Currency `json:"currencies,omitempty" doc:"Empty is all"`
	}
	type providers struct {
		Items []provider `json:"items"`
	}
	handle(a, route{method: http.MethodGet, path: "/store/payment-providers", perm: core.PermPublic, tag: tag, summary: "List the ways to pay"},
		func(_ context.Context, s Services, _ *struct{}) (*body[providers], error) {
			out := providers{Items: []provider{}}
			for _, p := range s.Payments.Providers() {
				c := p.Capabilities()
				out.Items = append(out.Items, provider{p.Name(), c.Instant, c.Currencies})
			}
			return ok(out), nil
		})
	a.plainRoute("POST "+Prefix+"/webhooks/payments/{provider}", core.PermPublic, func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			a.writeProblem(w, r, core.Errorf(core.KindTooLarge, "webhook_too_large", "a webhook has at most 1 MiB"))
			return
		}
		if _, err := a.services.Payments.Receive(r.Context(), r.PathValue("provider"), r.Header, raw); err != nil {
			a.writeProblem(w, r, err)
			return
		}
		w.WriteHeader(http.StatusNoContent) // it is stored; a worker processes it
	})
}
