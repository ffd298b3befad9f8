package payment

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Tx is what the rules need of a transaction.
type Tx interface {
	Payments() Store
	Events() core.EventWriter
}

// Clerk is what the rules need to know of their surroundings: when, and where
// new IDs come from. Flows hold one and use it inside their transactions.
type Clerk struct {
	IDs   *core.IDs  // nil is the default generator
	Clock core.Clock // nil is the system clock
}

// Params are what a new payment starts with.
type Params struct {
	Order    core.OrderID
	Provider string
	Method   string
	Amount   money.Money
	Capture  bool
	Quote    string
}

// New returns a payment that nobody has heard of yet, with the key its
// authorization will carry.
func (k Clerk) New(p Params) Payment {
	now, zero := k.Clock.Now(), money.Zero(p.Amount.Currency)
	id := core.NewID[core.PaymentID](k.IDs, core.PrefixPayment)
	return Payment{ID: id, Order: p.Order, Provider: p.Provider, Method: p.Method, Key: string(id), Amount: p.Amount, Capture: p.Capture,
		Quote: p.Quote, State: StateCreated, Authorized: zero, Captured: zero, Refunded: zero, Disputed: zero, CaptureClaimed: zero,
		RefundClaimed: zero, Version: 1, CreatedAt: now, UpdatedAt: now}
}

// Insert writes a new payment, with what an instant provider has told of it
// already, and further postings such as the order's [Clerk.Sale].
func (k Clerk) Insert(ctx context.Context, tx Tx, p *Payment, told []Outcome, more ...Posting) error {
	before := *p
	ps := more
	for _, o := range told {
		after, made := Apply(*p, o)
		*p, ps = after, append(ps, made...)
	}
	k.stamp(ctx, ps)
	if err := tx.Payments().Insert(ctx, *p); err != nil {
		return err
	}
	if err := tx.Payments().Post(ctx, ps...); err != nil {
		return err
	}
	return k.announce(ctx, tx, before, *p)
}

// Change is a payment before and after something was told of it.
type Change struct {
	Before, After Payment
}

// Changed reports whether there was any news.
func (c Change) Changed() bool { return c.After.Version != c.Before.Version }

// Observe locks a payment and takes in what the provider told, whoever asked:
// see [Apply]. Telling the same again changes nothing.
func (k Clerk) Observe(ctx context.Context, tx Tx, id core.PaymentID, o Outcome) (Change, error) {
	p, err := tx.Payments().Lock(ctx, id)
	if err != nil {
		return Change{}, err
	}
	return k.observe(ctx, tx, p, o)
}

func (k Clerk) observe(ctx context.Context, tx Tx, p Payment, o Outcome) (Change, error) {
	after, ps := Apply(p, o)
	if same(p, after) {
		return Change{p, p}, nil
	}
	after.UpdatedAt = k.Clock.Now()
	k.stamp(ctx, ps)
	if err := tx.Payments().Save(ctx, after, p.Version); err != nil {
		return Change{}, err
	}
	after.Version = p.Version + 1
	if err := tx.Payments().Post(ctx, ps...); err != nil {
		return Change{}, err
	}
	return Change{p, after}, k.announce(ctx, tx, p, after)
}

// same reports whether two states of a payment tell the same.
func same(a, b Payment) bool {
	a.Action, b.Action = nil, nil // it comes with the status or not at all
	return a == b
}

func (k Clerk) stamp(ctx context.Context, ps []Posting) {
	now, actor := k.Clock.Now(), core.ActorFrom(ctx).String()
	for i := range ps {
		if ps[i].ID == "" {
			ps[i].ID = core.NewID[core.EntryID](k.IDs, core.PrefixEntry)
		}
		if ps[i].At.IsZero() {
			ps[i].At, ps[i].Actor = now, actor
		}
	}
}

// announce appends the events that lie between two states.
func (k Clerk) announce(ctx context.Context, tx Tx, before, after Payment) error {
	var types []string
	if !before.Authorized.IsPositive() && after.Authorized.IsPositive() {
		types = append(types, "payment.authorized")
	}
	if after.Captured.Amount > before.Captured.Amount {
		types = append(types, "payment.captured")
	}
	if after.Refunded.Amount > before.Refunded.Amount {
		types = append(types, "payment.refunded")
	}
	if after.State != before.State {
		switch after.State {
		case StateDeclined, StateFailed:
			types = append(types, "payment.failed")
		case StateVoided, StateDisputed, StateQuarantined, StateChargedBack:
			types = append(types, "payment."+string(after.State))
		}
	}
	events := make([]core.Event, len(types))
	for i, typ := range types {
		var err error
		events[i], err = core.NewEvent(ctx, k.IDs, k.Clock.Now(), typ, after.Order, map[string]any{"payment_id": after.ID, "order_id": after.Order,
			"provider": after.Provider, "state": after.State, "amount": after.Amount, "captured": after.Captured, "refunded": after.Refunded, "code": after.Code})
		if err != nil {
			return err
		}
	}
	if len(events) == 0 {
		return nil
	}
	return tx.Events().Append(ctx, events...)
}

// Begin writes a capture, void or refund that is about to be asked of the
// provider and sets its amount aside; when too little is left it is a
// *ClaimError. A void's amount is the authorized one. Commit before calling
// the provider with [Call].
func (k Clerk) Begin(ctx context.Context, tx Tx, kind OperationKind, payment core.PaymentID, amount money.Money, refund core.RefundID, reason string) (Operation, error) {
	if kind != VoidOp && !amount.IsPositive() {
		return Operation{}, core.Invalid("amount", "must be above zero")
	}
	now := k.Clock.Now()
	op := Operation{Key: k.IDs.New("op"), Payment: payment, Kind: kind, Amount: amount, Refund: refund, Reason: reason, State: OperationPending,
		Actor: core.ActorFrom(ctx).String(), CreatedAt: now, UpdatedAt: now}
	return op, tx.Payments().Begin(ctx, op)
}

// Call asks the provider for an operation, outside any transaction. After an
// error the operation stays pending: call again with the same operation.
func Call(ctx context.Context, p Provider, payment Payment, op Operation) (Result, error) {
	r := OperationRequest{Key: op.Key, Ref: payment.Ref, PaymentKey: payment.Key, Amount: op.Amount, Reason: op.Reason}
	switch op.Kind {
	case CaptureOp:
		return p.Capture(ctx, r)
	case VoidOp:
		return p.Void(ctx, r)
	case RefundOp:
		return p.Refund(ctx, r)
	}
	return Result{}, core.Errorf(core.KindInternal, "operation_kind", "no operation %q", op.Kind)
}

// Settle takes in the answer to an operation: the payment's outcome and, when
// the answer is final, the operation's end. An answer without an outcome comes
// of a provider that keeps no books (see [Capabilities]); ours are continued
// then. Settling twice changes nothing the second time.
func (k Clerk) Settle(ctx context.Context, tx Tx, op Operation, r Result) (Change, error) {
	p, err := tx.Payments().Lock(ctx, op.Payment)
	if err != nil {
		return Change{}, err
	}
	stored, err := tx.Payments().Operation(ctx, op.Key)
	if err != nil {
		return Change{}, err
	}
	told := r.Outcome
	if told.Status == Unknown {
		if stored.State != OperationPending || r.State != OperationSucceeded {
			told = p.outcome()
		} else if told, err = p.after(stored); err != nil {
			return Change{}, err
		}
	}
	c, err := k.observe(ctx, tx, p, told)
	if err != nil || r.State == OperationPending || stored.State != OperationPending {
		return c, err
	}
	stored.State, stored.Ref, stored.Code, stored.Message, stored.UpdatedAt = r.State, r.Ref, r.Code, r.Message, k.Clock.Now()
	_, err = tx.Payments().End(ctx, stored)
	return c, err
}

// Take finds the payment a webhook's event is about and takes it in: its
// outcome, and the end of an operation it names. KindNotFound says that we do
// not know the payment (yet): try later.
func (k Clerk) Take(ctx context.Context, tx Tx, provider string, e Event) (Change, error) {
	p, err := tx.Payments().Find(ctx, provider, e.Ref, e.Key)
	if err != nil {
		return Change{}, err
	}
	if e.OperationKey != "" {
		op, err := tx.Payments().Operation(ctx, e.OperationKey)
		if err == nil && op.Payment == p.ID {
			return k.Settle(ctx, tx, op, Result{State: e.Operation, Ref: op.Ref, Code: e.Outcome.Code, Message: e.Outcome.Message, Outcome: e.Outcome})
		}
		if err != nil && !core.IsKind(err, core.KindNotFound) {
			return Change{}, err
		}
	}
	return k.Observe(ctx, tx, p.ID, e.Outcome)
}

// outcome is the payment as its provider would tell it.
func (p Payment) outcome() Outcome {
	return Outcome{Ref: p.Ref, Status: p.Status, Authorized: p.Authorized, Captured: p.Captured, Refunded: p.Refunded, Disputed: p.Disputed, Dispute: p.Dispute}
}

// after is the outcome once an operation is done.
func (p Payment) after(op Operation) (o Outcome, err error) {
	o = p.outcome()
	switch op.Kind {
	case CaptureOp:
		o.Status = Captured
		o.Captured, err = o.Captured.Add(op.Amount)
	case VoidOp:
		o.Status = Voided
	case RefundOp:
		o.Refunded, err = o.Refunded.Add(op.Amount)
	}
	return o, err
}

// Stuck is when a payment or operation without an answer is asked about again.
const Stuck = time.Minute
