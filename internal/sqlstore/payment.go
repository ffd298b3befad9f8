package sqlstore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Payments returns the payment store.
func (t *Tx) Payments() payment.Store { return paymentStore{t.c} }

type paymentStore struct{ c sqldb.Conn }

const paymentColumns = `id, order_id, provider, method, key, ref, currency, amount, capture, quote, state, status, authorized, captured, refunded, ` +
	`disputed, dispute, capture_claimed, refund_claimed, doc, version, created_at, updated_at, expires_at`

// paymentDoc is what of a payment is never searched for.
type paymentDoc struct {
	Code       string          `json:"code,omitempty"`
	Message    string          `json:"message,omitempty"`
	Retryable  bool            `json:"retryable,omitempty"`
	Action     *payment.Action `json:"action,omitempty"`
	Quarantine string          `json:"quarantine,omitempty"`
}

func paymentRow(p payment.Payment) ([]any, error) {
	doc, err := toJSON(paymentDoc{p.Code, p.Message, p.Retryable, p.Action, p.Quarantine})
	return []any{p.ID, p.Order, p.Provider, p.Method, p.Key, p.Ref, p.Amount.Currency, p.Amount.Amount, p.Capture, p.Quote, p.State, p.Status,
		p.Authorized.Amount, p.Captured.Amount, p.Refunded.Amount, p.Disputed.Amount, p.Dispute, p.CaptureClaimed.Amount, p.RefundClaimed.Amount,
		doc, p.Version, sqldb.Micros(p.CreatedAt), sqldb.Micros(p.UpdatedAt), sqldb.Micros(p.ExpiresAt)}, err
}

func scanPayment(s sqldb.Scanner) (p payment.Payment, err error) {
	var doc []byte
	var currency money.Currency
	var created, updated, expires int64
	if err := s.Scan(&p.ID, &p.Order, &p.Provider, &p.Method, &p.Key, &p.Ref, &currency, &p.Amount.Amount, &p.Capture, &p.Quote, &p.State, &p.Status,
		&p.Authorized.Amount, &p.Captured.Amount, &p.Refunded.Amount, &p.Disputed.Amount, &p.Dispute, &p.CaptureClaimed.Amount, &p.RefundClaimed.Amount,
		&doc, &p.Version, &created, &updated, &expires); err != nil {
		return p, err
	}
	for _, m := range []*money.Money{&p.Amount, &p.Authorized, &p.Captured, &p.Refunded, &p.Disputed, &p.CaptureClaimed, &p.RefundClaimed} {
		m.Currency = currency
	}
	p.CreatedAt, p.UpdatedAt, p.ExpiresAt = sqldb.Time(created), sqldb.Time(updated), sqldb.Time(expires)
	var d paymentDoc
	err = json.Unmarshal(doc, &d)
	p.Code, p.Message, p.Retryable, p.Action, p.Quarantine = d.Code, d.Message, d.Retryable, d.Action, d.Quarantine
	return p, err
}

func (s paymentStore) Insert(ctx context.Context, ps ...payment.Payment) error {
	rows := make([][]any, len(ps))
	for i, p := range ps {
		var err error
		if rows[i], err = paymentRow(p); err != nil {
			return err
		}
	}
	return deferRows(ctx, s.c, "payments", paymentColumns, rows)
}

func (s paymentStore) one(ctx context.Context, name, rest string, args ...any) (payment.Payment, error) {
	p, err := sqldb.One(ctx, s.c, scanPayment, `select `+paymentColumns+` from payments where `+rest, args...)
	return p, notFound(err, "payment", name)
}

func (s paymentStore) Payment(ctx context.Context, id core.PaymentID) (payment.Payment, error) {
	return s.one(ctx, string(id), `id = $1`, id)
}

func (s paymentStore) Lock(ctx context.Context, id core.PaymentID) (payment.Payment, error) {
	return s.one(ctx, string(id), `id = $1`+s.c.Dialect().ForUpdate, id)
}

func (s paymentStore) Find(ctx context.Context, provider, ref, key string) (payment.Payment, error) {
	if ref != "" {
		p, err := s.one(ctx, ref, `provider = $1 and ref = $2 and ref <> ''`, provider, ref)
		if key == "" || !core.IsKind(err, core.KindNotFound) {
			return p, err
		}
	}
	return s.one(ctx, key, `provider = $1 and key = $2`, provider, key)
}

func (s paymentStore) OfOrder(ctx context.Context, order core.OrderID) ([]payment.Payment, error) {
	return sqldb.All(ctx, s.c, scanPayment, `select `+paymentColumns+` from payments where order_id = $1 order by created_at, id`, order)
}

func (s paymentStore) List(ctx context.Context, f payment.Filter, q core.PageQuery) (core.Page[payment.Payment], error) {
	var at int64
	var id string
	later, err := core.DecodeCursor(q.After, &at, &id)
	if err != nil {
		return core.Page[payment.Payment]{}, err
	}
	var w conditions
	if f.Order != "" {
		w.add(`order_id = ?`, f.Order)
	}
	if f.Provider != "" {
		w.add(`provider = ?`, f.Provider)
	}
	in(&w, "state", f.States)
	if !f.From.IsZero() {
		w.add(`created_at >= ?`, sqldb.Micros(f.From))
	}
	if !f.To.IsZero() {
		w.add(`created_at < ?`, sqldb.Micros(f.To))
	}
	if later {
		w.add(`(created_at, id) < (?, ?)`, at, id)
	}
	rows, err := sqldb.All(ctx, s.c, scanPayment, `select `+paymentColumns+` from payments where `+w.sql()+
		` order by created_at desc, id desc limit `+w.param(q.Size()+1), w.args...)
	return core.Cut(rows, q, func(p payment.Payment) []any { return []any{p.CreatedAt.UnixMicro(), string(p.ID)} }), err
}

func (s paymentStore) Save(ctx context.Context, p payment.Payment, seen int64) error {
	doc, err := toJSON(paymentDoc{p.Code, p.Message, p.Retryable, p.Action, p.Quarantine})
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update payments set ref = $1, state = $2, status = $3, authorized = $4, captured = $5, refunded = $6, disputed = $7, dispute = $8,
		capture_claimed = $9, refund_claimed = $10, doc = $11, version = version + 1, updated_at = $12, expires_at = $13 where id = $14 and version = $15`,
		p.Ref, p.State, p.Status, p.Authorized.Amount, p.Captured.Amount, p.Refunded.Amount, p.Disputed.Amount, p.Dispute, p.CaptureClaimed.Amount,
		p.RefundClaimed.Amount, doc, sqldb.Micros(p.UpdatedAt), sqldb.Micros(p.ExpiresAt), p.ID, seen)
	if err != nil {
		return exists(err, "uq_payments__provider__ref", "provider_ref", "another payment has the reference %q at %s", p.Ref, p.Provider)
	}
	return versioned(ctx, s.c, n, "payment", "payments", p.ID, seen)
}

func (s paymentStore) Unsettled(ctx context.Context, before time.Time, limit int) ([]payment.Payment, error) {
	return sqldb.All(ctx, s.c, scanPayment, `select `+paymentColumns+` from payments where state in ('created', 'requires_action', 'pending')
		and created_at < $1 order by created_at, id limit $2`, sqldb.Micros(before), limit)
}
