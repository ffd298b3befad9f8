package sqlstore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

const operationColumns = `key, payment_id, kind, currency, amount, refund_id, reason, state, ref, code, message, actor, created_at, updated_at`

func scanOperation(s sqldb.Scanner) (o payment.Operation, err error) {
	var created, updated int64
	err = s.Scan(&o.Key, &o.Payment, &o.Kind, &o.Amount.Currency, &o.Amount.Amount, &o.Refund, &o.Reason, &o.State, &o.Ref, &o.Code, &o.Message,
		&o.Actor, &created, &updated)
	o.CreatedAt, o.UpdatedAt = sqldb.Time(created), sqldb.Time(updated)
	return o, err
}

// What an operation sets aside, by its kind. A dispute keeps its money out of
// reach until it is won.
const (
	claimCapture = `update payments set capture_claimed = capture_claimed + $1, version = version + 1 where id = $2 and currency = $3
		and capture_claimed + $1 <= authorized and status in ('authorized', 'captured')`
	claimVoid = `update payments set capture_claimed = authorized, version = version + 1 where id = $2 and currency = $3
		and capture_claimed = 0 and authorized = $1 and status = 'authorized'`
	claimRefund = `update payments set refund_claimed = refund_claimed + $1, version = version + 1 where id = $2 and currency = $3
		and refund_claimed + $1 + case when dispute in ('open', 'lost') then disputed else 0 end <= captured`
	// What the provider told meanwhile is not given up.
	freeCapture = `update payments set capture_claimed = case when capture_claimed - $1 > captured then capture_claimed - $1 else captured end,
		version = version + 1 where id = $2`
	freeRefund = `update payments set refund_claimed = case when refund_claimed - $1 > refunded then refund_claimed - $1 else refunded end,
		version = version + 1 where id = $2`
)

func (s paymentStore) Begin(ctx context.Context, o payment.Operation) error {
	claim := map[payment.OperationKind]string{payment.CaptureOp: claimCapture, payment.VoidOp: claimVoid, payment.RefundOp: claimRefund}[o.Kind]
	if claim == "" || o.Amount.IsNegative() {
		return core.Errorf(core.KindInternal, "operation_kind", "no operation %q of %s", o.Kind, o.Amount)
	}
	n, err := s.c.Exec(ctx, claim, o.Amount.Amount, o.Payment, o.Amount.Currency)
	if err != nil {
		return err
	}
	if n == 0 {
		p, err := s.Payment(ctx, o.Payment)
		if err != nil {
			return err
		}
		left := p.Capturable()
		if o.Kind == payment.RefundOp {
			left = p.Refundable()
		}
		return &payment.ClaimError{Payment: p.ID, Kind: o.Kind, Wanted: o.Amount, Left: left}
	}
	return s.c.Defer(ctx, `insert into payment_operations (`+operationColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		o.Key, o.Payment, o.Kind, o.Amount.Currency, o.Amount.Amount, o.Refund, o.Reason, o.State, o.Ref, o.Code, o.Message, o.Actor,
		sqldb.Micros(o.CreatedAt), sqldb.Micros(o.UpdatedAt))
}

func (s paymentStore) End(ctx context.Context, o payment.Operation) (bool, error) {
	n, err := s.c.Exec(ctx, `update payment_operations set state = $1, ref = $2, code = $3, message = $4, updated_at = $5
		where key = $6 and payment_id = $7 and state = 'pending'`, o.State, o.Ref, o.Code, o.Message, sqldb.Micros(o.UpdatedAt), o.Key, o.Payment)
	if err != nil || n == 0 || o.State != payment.OperationRefused {
		return n == 1, err
	}
	free := freeCapture
	if o.Kind == payment.RefundOp {
		free = freeRefund
	}
	_, err = s.c.Exec(ctx, free, o.Amount.Amount, o.Payment)
	return true, err
}

func (s paymentStore) Operation(ctx context.Context, key string) (payment.Operation, error) {
	o, err := sqldb.One(ctx, s.c, scanOperation, `select `+operationColumns+` from payment_operations where key = $1`, key)
	return o, notFound(err, "operation", key)
}

func (s paymentStore) Operations(ctx context.Context, id core.PaymentID) ([]payment.Operation, error) {
	return sqldb.All(ctx, s.c, scanOperation, `select `+operationColumns+` from payment_operations where payment_id = $1 order by created_at, key`, id)
}

func (s paymentStore) OpenOperations(ctx context.Context, before time.Time, limit int) ([]payment.Operation, error) {
	return sqldb.All(ctx, s.c, scanOperation, `select `+operationColumns+` from payment_operations where state = 'pending' and updated_at < $1
		order by updated_at, key limit $2`, sqldb.Micros(before), limit)
}

const webhookColumns = `provider, event_id, doc, state, attempts, next_at, error, received_at, settled_at`

func scanWebhook(s sqldb.Scanner) (w payment.Webhook, err error) {
	var doc []byte
	var id string
	var next, received, settled int64
	if err := s.Scan(&w.Provider, &id, &doc, &w.State, &w.Attempts, &next, &w.Error, &received, &settled); err != nil {
		return w, err
	}
	w.NextAt, w.ReceivedAt, w.SettledAt = sqldb.Time(next), sqldb.Time(received), sqldb.Time(settled)
	err = json.Unmarshal(doc, &w.Event)
	w.Event.ID = id
	return w, err
}

func (s paymentStore) InsertWebhooks(ctx context.Context, ws ...payment.Webhook) (int64, error) {
	var fresh int64
	for _, w := range ws {
		doc, err := toJSON(w.Event)
		if err != nil {
			return fresh, err
		}
		n, err := s.c.Exec(ctx, `insert into payment_webhooks (`+webhookColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
			w.Provider, w.Event.ID, doc, w.State, w.Attempts, sqldb.Micros(w.NextAt), w.Error, sqldb.Micros(w.ReceivedAt), sqldb.Micros(w.SettledAt))
		if err != nil {
			return fresh, err
		}
		fresh += n
	}
	return fresh, nil
}

func (s paymentStore) ClaimWebhooks(ctx context.Context, now, until time.Time, limit int) ([]payment.Webhook, error) {
	due, err := sqldb.All(ctx, s.c, scanWebhook, `select `+webhookColumns+` from payment_webhooks where state = 'received' and next_at <= $1
		order by next_at, provider, event_id limit $2`+s.c.Dialect().SkipLocked, sqldb.Micros(now), limit)
	if err != nil {
		return nil, err
	}
	for i := range due {
		due[i].Attempts++
		due[i].NextAt = until
		if err := s.SaveWebhook(ctx, due[i]); err != nil {
			return nil, err
		}
	}
	return due, nil
}

func (s paymentStore) SaveWebhook(ctx context.Context, w payment.Webhook) error {
	return s.c.Defer(ctx, `update payment_webhooks set state = $1, attempts = $2, next_at = $3, error = $4, settled_at = $5 where provider = $6 and event_id = $7`,
		w.State, w.Attempts, sqldb.Micros(w.NextAt), w.Error, sqldb.Micros(w.SettledAt), w.Provider, w.Event.ID)
}

func (s paymentStore) Webhooks(ctx context.Context, state payment.WebhookState, q core.PageQuery) (core.Page[payment.Webhook], error) {
	var at int64
	var provider, id string
	later, err := core.DecodeCursor(q.After, &at, &provider, &id)
	if err != nil {
		return core.Page[payment.Webhook]{}, err
	}
	rows, err := sqldb.All(ctx, s.c, scanWebhook, `select `+webhookColumns+` from payment_webhooks where ($1 = '' or state = $1)
		and (not $2 or (received_at, provider, event_id) < ($3, $4, $5)) order by received_at desc, provider desc, event_id desc limit $6`,
		state, later, at, provider, id, q.Size()+1)
	return core.Cut(rows, q, func(w payment.Webhook) []any { return []any{w.ReceivedAt.UnixMicro(), w.Provider, w.Event.ID} }), err
}
