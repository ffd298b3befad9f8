package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/settlement"
)

func (a *api) adminPayments() {
	handle(a, route{method: http.MethodGet, path: "/admin/payments", perm: core.PermPaymentsRead, tag: tagPayments, summary: "List payments, newest first"},
		func(ctx context.Context, s Services, in *struct {
			PageQuery
			Order    core.OrderID    `query:"order_id" maxLength:"80"`
			Provider string          `query:"provider" maxLength:"60"`
			State    []payment.State `query:"state" enum:"created,requires_action,pending,declined,failed,authorized,voided,partially_captured,captured,partially_refunded,refunded,disputed,charged_back,quarantined"`
			From     time.Time       `query:"from" doc:"Made at this time or later"`
			To       time.Time       `query:"to" doc:"Made before this time"`
		}) (*body[core.Page[payment.Payment]], error) {
			return paged(s.Payments.List(ctx, payment.Filter{Order: in.Order, Provider: in.Provider, States: in.State, From: in.From, To: in.To}, in.page()))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/payments/{id}", perm: core.PermPaymentsRead, tag: tagPayments, summary: "Show a payment"},
		func(ctx context.Context, s Services, in *Path[core.PaymentID]) (*body[payment.Payment], error) {
			p, err := s.Payments.Get(ctx, in.ID)
			return shownAt(p, p.Version, err)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/payments/{id}/operations", perm: core.PermPaymentsRead, tag: tagPayments, summary: "List a payment's captures, voids and refunds"},
		func(ctx context.Context, s Services, in *Path[core.PaymentID]) (*body[list[payment.Operation]], error) {
			return listed(s.Payments.Operations(ctx, in.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/orders/{id}/payments", perm: core.PermPaymentsRead, tag: tagPayments, summary: "List an order's payments, oldest first"},
		func(ctx context.Context, s Services, in *Path[core.OrderID]) (*body[list[payment.Payment]], error) {
			return listed(s.Payments.OfOrder(ctx, in.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/orders/{id}/ledger", perm: core.PermPaymentsRead, tag: tagPayments, summary: "List the ledger's postings of an order, oldest first"},
		func(ctx context.Context, s Services, in *Path[core.OrderID]) (*body[list[payment.Posting]], error) {
			return listed(s.Payments.Ledger(ctx, in.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/ledger/balances", perm: core.PermPaymentsRead, tag: tagPayments, summary: "Sum the ledger by account and currency"},
		func(ctx context.Context, s Services, in *struct {
			Order core.OrderID `query:"order_id" maxLength:"80" doc:"Default: all orders"`
		}) (*body[list[payment.Balance]], error) {
			return listed(s.Payments.Balances(ctx, in.Order))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/payments/webhooks", perm: core.PermPaymentsRead, tag: tagPayments, summary: "List messages of payment providers, newest first"},
		func(ctx context.Context, s Services, in *struct {
			PageQuery
			State payment.WebhookState `query:"state" enum:"received,done,dead" doc:"Default: all"`
		}) (*body[core.Page[payment.Webhook]], error) {
			return paged(s.Payments.Webhooks(ctx, in.State, in.page()))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/payments/reconcile", perm: core.PermPaymentsWrite, tag: tagPayments, ownKeys: true,
		summary: "Ask providers about everything without an answer, now", description: "A worker does so all the time."},
		func(ctx context.Context, s Services, _ *struct{}) (*body[settlement.Report], error) {
			rep, err := s.Settlement.Reconcile(ctx)
			if err != nil && rep.Failed > 0 { // single payments, which the report counts
				a.cfg.Logger.WarnContext(ctx, "reconciling left work over", "error", err)
				err = nil
			}
			return shown(rep, err)
		})
}
