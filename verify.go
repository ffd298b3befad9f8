package bodega

import (
	"context"
	"fmt"
	"io"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/storage"
)

// VerifyReport is what does not agree in a shop. Each list is empty in a sound
// one.
type VerifyReport struct {
	Orders   []order.Imbalance   `json:"orders"`   // totals, states, quantities, and their books
	Payments []payment.Imbalance `json:"payments"` // payments and the ledger
	Stock    []stock.Imbalance   `json:"stock"`    // levels, movements and reservations
	// Unclaimed are accepted payments whose order does not stand: the
	// reconciler gives them back within minutes.
	Unclaimed []core.PaymentID  `json:"unclaimed"`
	Ledger    []payment.Balance `json:"ledger"` // sums of all accounts, for information
}

// OK reports whether everything agrees.
func (r VerifyReport) OK() bool {
	return len(r.Orders)+len(r.Payments)+len(r.Stock)+len(r.Unclaimed) == 0
}

// Verify proves the invariants over the whole database at one moment: every
// order equals its lines, shipments, refunds and payments, the ledger sums to
// zero and equals orders, refunds and payments, stock levels equal their
// movements and reservations, no payment is without its order. The actor needs orders:read, payments:read and stock:read.
func (s *Shop) Verify(ctx context.Context) (VerifyReport, error) {
	var r VerifyReport
	for _, p := range []core.Permission{core.PermOrdersRead, core.PermPaymentsRead, core.PermStockRead} {
		if err := core.Require(ctx, p); err != nil {
			return r, err
		}
	}
	err := s.db.Snapshot(ctx, func(tx storage.Tx) (err error) {
		if r.Orders, err = tx.Orders().Unbalanced(ctx); err != nil {
			return err
		}
		books, err := tx.Discrepancies(ctx)
		if err != nil {
			return err
		}
		r.Orders = append(r.Orders, books...)
		if r.Payments, err = tx.Payments().Unbalanced(ctx); err != nil {
			return err
		}
		if r.Stock, err = tx.Stock().Unbalanced(ctx); err != nil {
			return err
		}
		if r.Unclaimed, err = tx.Stranded(ctx); err != nil {
			return err
		}
		r.Ledger, err = tx.Payments().Balances(ctx, "")
		return err
	})
	return r, err
}

// Print writes the report for people.
func (r VerifyReport) Print(w io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	section := func(name string, n int) bool {
		if n == 0 {
			p("%-10s ok", name)
			return false
		}
		p("%-10s %d problems", name, n)
		return true
	}
	if section("orders", len(r.Orders)) {
		for _, i := range r.Orders {
			p("  %s: %s", i.Order, i.Problem)
		}
	}
	if section("payments", len(r.Payments)) {
		for _, i := range r.Payments {
			p("  %s %s: %s", i.Order, i.Payment, i.Problem)
		}
	}
	if section("stock", len(r.Stock)) {
		for _, i := range r.Stock {
			p("  %s at %s: %s", i.ItemID, i.LocationID, i.Problem)
		}
	}
	if section("unclaimed", len(r.Unclaimed)) {
		for _, id := range r.Unclaimed {
			p("  %s holds money and its order does not stand", id)
		}
	}
	for _, b := range r.Ledger {
		p("%-16s %s", b.Account, b.Amount)
	}
}
